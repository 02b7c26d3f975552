package attribution

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"kopeck/money"
)

// Errors of a fit.
var (
	// ErrCounts says that the count of a journey is negative, or that there are more journeys than MaxJourneys.
	ErrCounts = fmt.Errorf("attribution: want counts of journeys that are not negative and sum to %d at most", MaxJourneys)
	// ErrNoConversions says that no journey with a contact ended in conversion: there is nothing to credit, and so nothing
	// to learn from.
	ErrNoConversions = errors.New("attribution: no journey with a contact ended in conversion")
	// ErrOrder says that the order of a Markov chain, the number of states that it remembers, is neither 1 nor 2.
	ErrOrder = errors.New("attribution: want a Markov chain of order 1 or 2")
)

// MaxJourneys is the greatest number of journeys that a fit takes, each counted as often as it was made: conversions are credited in
// billionths, and all of them must fit a money.Decimal.
const MaxJourneys int64 = (1<<63 - 1) / 1_000_000_000

// Journey is a sequence of states that customers went through, and how often it ended in conversion and how often not. A
// state says what a contact was, such as its kind and channel. A journey without states is a customer who came (Converted)
// or stayed away (Null) without any contact.
type Journey struct {
	States          []string
	Converted, Null int64
}

// travels are journeys whose states are numbers: the indexes of their names. Journeys that nobody made are left out.
type travels struct {
	names           []string // sorted
	paths           []path
	converted, null int64 // of all journeys
	contacted       int64 // how many of those that converted had a state
}

type path struct {
	states          []int // never empty
	converted, null int64
}

// number returns the journeys with numbered states. Errors: ErrCounts, ErrNoConversions.
func number(journeys []Journey) (travels, error) {
	var all travels
	places := map[string]int{}
	left := MaxJourneys
	for _, j := range journeys {
		if j.Converted < 0 || j.Null < 0 || j.Converted > left || j.Null > left-j.Converted {
			return travels{}, ErrCounts
		}
		left -= j.Converted + j.Null
		all.converted += j.Converted
		all.null += j.Null
		if len(j.States) == 0 || j.Converted+j.Null == 0 {
			continue
		}
		all.contacted += j.Converted
		p := path{make([]int, len(j.States)), j.Converted, j.Null}
		for i, name := range j.States {
			place, known := places[name]
			if !known {
				place = len(all.names)
				places[name] = place
				all.names = append(all.names, name)
			}
			p.states[i] = place
		}
		all.paths = append(all.paths, p)
	}
	if all.contacted == 0 {
		return travels{}, ErrNoConversions
	}
	all.sort()
	return all, nil
}

// sort numbers the states by the order of their names, independently of the order of the journeys.
func (t *travels) sort() {
	met := t.names
	t.names = slices.Sorted(slices.Values(met))
	place := make([]int, len(met))
	for i, name := range met {
		place[i], _ = slices.BinarySearch(t.names, name)
	}
	for _, p := range t.paths {
		for i, s := range p.states {
			p.states[i] = place[s]
		}
	}
}

// fit makes a fit in which the conversions of journeys with a state are divided in proportion to weights, one for each of
// the names, by largest remainder.
func (t *travels) fit(model Model, weights []*big.Rat) (*Fit, error) {
	credited, err := money.Split(money.Minor(t.contacted*money.Whole(1).Nano()), weights)
	if err != nil {
		return nil, err
	}
	fit := &Fit{Model: model, Converted: t.converted, Null: t.null, States: make([]State, len(t.names))}
	for i, name := range t.names {
		fit.States[i] = State{Name: name, Weight: money.Nano(credited[i].Minor())}
	}
	return fit, nil
}
