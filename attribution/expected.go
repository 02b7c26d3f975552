package attribution

import (
	"math/big"

	"kopeck/money"
)

// Group is what contacts are compared by. Its parent groups are those of its kind and channel, of its kind, and of all
// contacts.
type Group struct{ Kind, Channel, Stage string }

// Earned is what the contacts of a group have realised.
type Earned struct {
	Contacts int64
	Realised money.Amount
}

// Expectations say what a contact is expected to earn, from what similar contacts earned.
type Expectations struct {
	strength int64
	levels   [4]map[Group]Earned // the groups themselves, of kind and channel, of kind, of all
}

// lineage returns a group and its parent groups, from the least to the greatest.
func (g Group) lineage() [4]Group {
	return [4]Group{g, {Kind: g.Kind, Channel: g.Channel}, {Kind: g.Kind}, {}}
}

// NewExpectations returns expectations from what the groups have earned. strength is the weight of the parent group's mean, as a
// number of contacts, at least 1. Error: money.ErrOverflow where a sum does not fit.
func NewExpectations(groups map[Group]Earned, strength int64) (*Expectations, error) {
	e := &Expectations{strength: max(strength, 1)}
	for i := range e.levels {
		e.levels[i] = map[Group]Earned{}
	}
	for g, earned := range groups {
		for i, in := range g.lineage() {
			sum := e.levels[i][in]
			realised, err := sum.Realised.Plus(earned.Realised)
			if err != nil {
				return nil, err
			}
			e.levels[i][in] = Earned{sum.Contacts + earned.Contacts, realised}
		}
	}
	return e, nil
}

// Of returns what a contact of a group is expected to earn, rounded half to even once: the group's mean, shrunk towards
// that of the parent group by the group's count n (the empirical Bayes estimator of a mean, with a fixed strength k):
//
//	v(group) = (n mean(group) + k v(parent group)) / (n + k)
//
// The last is the mean of all contacts, zero where there are none. Sums that fit never give money.ErrOverflow.
func (e *Expectations) Of(g Group) (money.Amount, error) {
	value := new(big.Rat)
	greater := g.lineage()
	for i := len(greater) - 1; i >= 0; i-- {
		earned := e.levels[i][greater[i]]
		strength := e.strength
		if i == len(greater)-1 {
			strength = 0
		}
		if earned.Contacts+strength == 0 {
			continue
		}
		value.Mul(value, new(big.Rat).SetInt64(strength))
		value.Add(value, earned.Realised.Rat())
		value.Quo(value, new(big.Rat).SetInt64(earned.Contacts+strength))
	}
	return money.Round(value)
}

// Group returns what a group's own contacts have earned.
func (e *Expectations) Group(g Group) Earned { return e.levels[0][g] }
