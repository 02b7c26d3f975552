package offermodel

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"kopeck/money"
)

// Candidate is a product that could be proposed.
type Candidate struct {
	ID          string // ties are broken by it
	Margin      money.Amount
	Cost        money.Amount // of the contact
	Probability float64
}

// Ranked is a candidate in its place.
type Ranked struct {
	Candidate

	Chance money.Decimal // the probability as it is reckoned with
	Net    money.Amount
}

// Chance rounds a probability half to even to 6 places.
func Chance(p float64) money.Decimal {
	return money.Nano(int64(math.RoundToEven(p*1e6)) * 1000)
}

// Rank returns the candidates that are expected to earn something, probability × margin - cost of the contact, the best first. The product is rounded
// once, half to even. Overflow is an error.
func Rank(candidates []Candidate) ([]Ranked, error) {
	var all []Ranked
	for _, c := range candidates {
		one := Ranked{Candidate: c, Chance: Chance(c.Probability)}
		earned, err := money.Round(new(big.Rat).Mul(one.Chance.Rat(), c.Margin.Rat()))
		if err != nil {
			return nil, err
		}
		if one.Net, err = earned.Minus(c.Cost); err != nil {
			return nil, err
		}
		if one.Net.Sign() > 0 {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b Ranked) int { return cmp.Or(b.Net.Compare(a.Net), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}
