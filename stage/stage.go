// Package stage computes the stage of a customer from facts (design, section 9). It takes values and returns values: it
// reads no database and no clock, and imports the standard library alone.
package stage

import (
	"fmt"
	"time"
)

// Stage says how far a customer has come. The values are those of the API's Stage.
type Stage string

// The stages.
const (
	Stranger Stage = "STRANGER"
	Friend   Stage = "FRIEND"
	Customer Stage = "CUSTOMER"
	Loyal    Stage = "LOYAL"
	Former   Stage = "FORMER"
)

// Thresholds are the settings that stages depend on.
type Thresholds struct {
	LoyalOrderDays    int     // how many order days make a customer LOYAL, at least
	LoyalProbability  float64 // the probability to be alive that LOYAL needs, at least
	FormerProbability float64 // below which probability to be alive a customer is FORMER
}

// Facts are all that a customer's stage depends on. The zero value is somebody of whom nothing is known.
type Facts struct {
	Recorded         Stage     // the stage that the customer was recorded with; "" is STRANGER
	Overruled        Stage     // what staff last decided; "" where they have not
	OverruledAt      time.Time // the moment of that decision
	PermittedAt      time.Time // the first permission to become active; zero: none ever
	PermittedLastAt  time.Time // the last one
	DepartedAt       time.Time // zero: has not left
	OrderDays        int       // distinct days of completed orders
	LastCompletedAt  time.Time // the last completion of an order that is not given back in full; zero: none
	ProbabilityAlive float64   // 0 to 1; it counts only where OrderDays is more than 0
}

// Of returns the stage that the facts make, with the kind of fact that it follows from and the reason in words. It does not depend
// on the order in which the facts became known.
//
// What staff decide holds until something dated after it moves the customer: a completed order, a departure, and for
// a STRANGER a permission. What a customer was recorded with is where they begin: a permission moves a
// STRANGER alone, and the first known order replaces it.
func Of(f Facts, limits Thresholds) (is Stage, kind Kind, reason string) {
	recorded := f.Recorded
	if recorded == "" {
		recorded = Stranger
	}
	switch {
	case f.Overruled != "" && !f.superseded():
		return f.Overruled, KindOverruled, "staff decided so"
	case f.left():
		return Former, KindDeparture, "left us"
	case f.OrderDays > 0:
		return ofBuyer(f.OrderDays, f.ProbabilityAlive, limits)
	case recorded != Stranger:
		return recorded, KindReversal, "no completed order"
	case !f.PermittedAt.IsZero():
		return Friend, KindPermission, ReasonPermission
	}
	return Stranger, KindReversal, "no permission and no completed order"
}

// superseded reports whether something dated after the decision of staff moved the customer.
func (f Facts) superseded() bool {
	return f.LastCompletedAt.After(f.OverruledAt) || f.DepartedAt.After(f.OverruledAt) ||
		f.Overruled == Stranger && f.PermittedLastAt.After(f.OverruledAt)
}

// left reports whether the customer has departed and completed no order since.
func (f Facts) left() bool { return !f.DepartedAt.IsZero() && !f.LastCompletedAt.After(f.DepartedAt) }

// ofBuyer returns the stage of somebody with order days, who has neither left nor been overruled.
func ofBuyer(days int, alive float64, limits Thresholds) (is Stage, kind Kind, reason string) {
	if alive < limits.FormerProbability {
		return Former, KindSilence, fmt.Sprintf("alive with a probability of %.2f", alive)
	}
	is = Customer
	if days >= limits.LoyalOrderDays && alive >= limits.LoyalProbability {
		is = Loyal
	}
	return is, KindOrder, fmt.Sprintf("%d order days, alive with a probability of %.2f", days, alive)
}
