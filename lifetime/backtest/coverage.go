package backtest

import (
	"fmt"
	"math"
	"sort"

	"kopeck/lifetime"
)

// Outcome is a customer of the calibration period, with what came of them in the hold-out period.
type Outcome struct {
	Outlook lifetime.Outlook // over the hold-out period as one month of its length, without a discount
	Orders  int              // order days in the hold-out period
	Margin  float64          // of these, in minor units
}

// Coverage is how often bounds held what came in days that their model was not fitted on: those of customers, by how often the customers
// had ordered, or those of the months of the whole base, which are one group. The zero Coverage is of bounds that were not tested.
type Coverage struct {
	Days   int             `json:"days"`             // held out of the log
	Months int             `json:"months,omitempty"` // calendar months that were forecast from earlier moments; 0 of customers
	Groups []CoverageGroup `json:"groups,omitempty"`
}

// CoverageGroup is the part of Coverage of the customers with at least From repeat order days, and fewer than those of the next group.
type CoverageGroup struct {
	From   int  `json:"from"`
	Tested int  `json:"customers"` // how many bounds: customers, or months from one moment each
	Orders Held `json:"orders"`
	Margin Held `json:"margin"`
}

// Held is how often bounds held. Before, After and Within are shares of those tested. Where many of a customer's futures are alike, such
// as that nothing more comes, Before and After count that customer in part, by how much of what is alike lies within the bounds, so
// that bounds of a probability hold that share if the model is right. Within counts everybody in full whose figure lies
// within the bounds, ends included, and so is greater.
type Held struct {
	Level  float64 `json:"level"`  // the probability, by the model, of the bounds that are used
	Before float64 `json:"before"` // within the bounds of the probability that was asked for
	After  float64 `json:"after"`  // within those that are used
	Within float64 `json:"within"`
}

// The least customers that a group is tested on; groups of fewer join the next.
const fewestTested = 80

// maxTested is of how many customers of a group the futures are drawn; of more, as many as that, evenly chosen.
const maxTested = 500

// widest is the probability of the bounds that hold all drawn futures.
const widest = 1 - 1.0/lifetime.Draws

// CoverageOf tests bounds for a probability on what came of customers in a hold-out period of days. Where they held less they are
// widened: Level is the smallest probability, by the model, whose bounds held that share of a group's customers, and one customer more,
// as in conformal prediction (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, "Distribution-Free Predictive Inference for Regression",
// Journal of the American Statistical Association 113, 2018; by the rank of what came in the model's own distribution: Chernozhukov, Wüthrich and Zhu,
// "Distributional conformal prediction", PNAS 118, 2021). Bounds are never narrowed. Fewer than eighty customers are no
// test: the result is zero.
//
// outcomes are in an order that has nothing to do with what came of them. Errors: ErrHorizon and ErrDiscount of an
// Outlook, ErrParameters, ErrStopped.
func CoverageOf(outcomes []Outcome, days int, probability float64, o lifetime.Options, source func() lifetime.Source) (Coverage, error) {
	if !(probability > 0 && probability < 1) {
		return Coverage{}, fmt.Errorf("%w: a probability of %g", lifetime.ErrParameters, probability)
	}
	var c Coverage
	for _, group := range coverageGroups(outcomes) {
		step := max(1, float64(len(group.outcomes))/maxTested)
		var orders, margins []place
		for at := 0.0; int(at) < len(group.outcomes); at += step {
			if o.Stop != nil && o.Stop() {
				return Coverage{}, lifetime.ErrStopped
			}
			one := group.outcomes[int(at)]
			values, counts, err := one.Outlook.Simulate(source())
			if err != nil {
				return Coverage{}, err
			}
			orders = append(orders, placeOf(func(i int) float64 { return float64(counts[i]) }, float64(one.Orders), 0))
			margins = append(margins, placeOf(func(i int) float64 { return values[i] }, one.Margin, halfMinor))
		}
		c.Days = days
		c.Groups = append(c.Groups, CoverageGroup{From: group.from, Tested: len(orders), Orders: heldOf(orders, probability), Margin: heldOf(margins, probability)})
	}
	return c, nil
}

// halfMinor is by how many minor units margins may differ that are the same money.
const halfMinor = 0.5

// For returns the group of a customer with x repeat order days; nil of bounds that were not tested.
func (c Coverage) For(x int) *CoverageGroup {
	for i := len(c.Groups) - 1; i >= 0; i-- {
		if x >= c.Groups[i].From || i == 0 {
			return &c.Groups[i]
		}
	}
	return nil
}

type outcomeGroup struct {
	from     int
	outcomes []Outcome
}

// coverageGroups divides customers by their repeat order days: none, 1, 2 and 3, 4 to 7, and so on, each at least fewestTested.
func coverageGroups(outcomes []Outcome) []outcomeGroup {
	var groups []outcomeGroup
	for from, next := 0, 1; from < 1<<16; from, next = next, 2*next {
		groups = append(groups, outcomeGroup{from: from})
	}
	for _, o := range outcomes {
		i := sort.Search(len(groups), func(i int) bool { return groups[i].from > o.Outlook.X }) - 1
		groups[i].outcomes = append(groups[i].outcomes, o)
	}
	for i := len(groups) - 1; i > 0; i-- { // those with too few join the one before
		if len(groups[i].outcomes) < fewestTested {
			groups[i-1].outcomes = append(groups[i-1].outcomes, groups[i].outcomes...)
			groups = append(groups[:i], groups[i+1:]...)
		}
	}
	if len(groups) > 1 && len(groups[0].outcomes) < fewestTested {
		groups[1].outcomes = append(groups[0].outcomes, groups[1].outcomes...)
		groups[1].from = 0
		groups = groups[1:]
	}
	if len(groups[0].outcomes) < fewestTested {
		return nil
	}
	return groups
}

// place is where what came lies among what was forecast: above a share low of it, and at or above high.
type place struct{ low, high float64 }

// normalPlace is the place of what came by a normal forecast.
func normalPlace(came, mean, variance float64) place {
	z := 0.0
	if came != mean {
		z = (came - mean) / math.Sqrt(variance)
	}
	at := math.Erfc(-z/math.Sqrt2) / 2
	return place{at, at}
}

func placeOf(drawn func(i int) float64, came, tolerance float64) place {
	below := sort.Search(lifetime.Draws, func(i int) bool { return drawn(i) >= came-tolerance })
	notAbove := sort.Search(lifetime.Draws, func(i int) bool { return drawn(i) > came+tolerance })
	// Between two drawn futures there is as much room as one has.
	return place{float64(below) / (lifetime.Draws + 1), float64(notAbove+1) / (lifetime.Draws + 1)}
}

// share returns how much of a place lies within the bounds of a probability.
func (p place) share(probability float64) float64 {
	low, high := (1-probability)/2, (1+probability)/2
	if p.low == p.high && p.low >= low && p.low <= high {
		return 1
	}
	if p.low == p.high {
		return 0
	}
	return max(0, min(p.high, high)-max(p.low, low)) / (p.high - p.low)
}

// within reports whether what came lies within the bounds of a probability, ends included.
func (p place) within(probability float64) bool {
	low := math.Floor(lifetime.Draws*(1-probability)/2) / lifetime.Draws
	return p.high > low && p.low < 1-low
}

// shareOf returns how much of places lies within the bounds of a probability.
func shareOf(places []place, probability float64) float64 {
	sum := 0.0
	for _, p := range places {
		sum += p.share(probability)
	}
	return sum / float64(len(places))
}

// heldAsTheyAre returns how often bounds held that are not widened.
func heldAsTheyAre(places []place, probability float64) Held {
	share := shareOf(places, probability)
	return Held{Level: probability, Before: share, After: share, Within: share}
}

// heldOf returns how often bounds held, and with what probability they hold as much as they are to.
func heldOf(places []place, probability float64) Held {
	n := float64(len(places))
	share := func(level float64) float64 { return shareOf(places, level) }
	h := Held{Level: probability, Before: share(probability)}
	if wanted := min(1, probability+probability/n); h.Before < wanted { // of n + 1 customers, one of whom is new
		narrow, wide := probability, widest
		for range 40 {
			if middle := (narrow + wide) / 2; share(middle) < wanted {
				narrow = middle
			} else {
				wide = middle
			}
		}
		h.Level = wide
	}
	h.After = share(h.Level)
	inside := 0
	for _, p := range places {
		if p.within(h.Level) {
			inside++
		}
	}
	h.Within = float64(inside) / n
	return h
}
