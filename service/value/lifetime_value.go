package value

import (
	"math/rand/v2"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/input"
)

// LifetimeValue is what a customer has been worth and is expected to be.
type LifetimeValue struct {
	At                  time.Time
	HorizonMonths       int
	Model               *ent.LifetimeModel
	Frequency           int
	Recency             float64
	Age                 float64
	ProbabilityAlive    float64
	ExpectedOrders      float64
	ExpectedOrderMargin money.Amount
	Past                money.Amount
	Future              money.Amount
	Total               money.Amount
	Notes               []string

	outlook *lifetime.Outlook // nil before the first order
}

// LifetimeInterval is between which bounds a lifetime value lies with a probability.
type LifetimeInterval struct {
	Probability           float64
	Low, High             money.Amount
	OrdersLow, OrdersHigh int
}

// intervalProbability is how often a figure lies within the bounds that are told.
const intervalProbability = 0.8

// Seeded gives the randomness of what is simulated: always the same, so that the same question has the same answer.
func Seeded() *rand.PCG { return rand.NewPCG(1, 2) }

// Interval gives the bounds of the total, nil before the first order.
func (v *LifetimeValue) Interval() (*LifetimeInterval, error) {
	if v.outlook == nil {
		return nil, nil
	}
	bounds, err := v.outlook.Interval(intervalProbability, Seeded())
	if err != nil {
		return nil, err
	}
	i := &LifetimeInterval{Probability: intervalProbability, OrdersLow: bounds.OrdersLow, OrdersHigh: bounds.OrdersHigh}
	if i.Low, err = v.past(bounds.Low); err == nil {
		i.High, err = v.past(bounds.High)
	}
	return i, input.DomainError(err)
}

// past adds what has been earned to minor units that may come.
func (v *LifetimeValue) past(minor float64) (money.Amount, error) {
	future, err := money.FromFloat(minor)
	if err != nil {
		return future, err
	}
	return v.Past.Plus(future)
}
