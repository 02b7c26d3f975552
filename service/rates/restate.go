package rates

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/service"
	"kopeck/store"
)

// A rate for the past restates what was costed since: contacts of its staff or channel, and orders of products that are made with
// it; one of a tax the orders with it that were completed since. This is done in the transaction that sets the rates, once for all of them, and in batches, so that memory is bounded by the
// ids of what is restated. Every row that changes has an audit entry with its old and new cost.

// batch is how many contacts are restated together.
const batch = 2000

// Restated counts what rates have changed.
type Restated struct{ Contacts, Orders int }

// coverage is a new rate with what it holds for: the moments from its validFrom on, until not included.
type coverage struct {
	NewRate

	until time.Time
}

// span is a period of time; until is not in it.
type span struct{ from, until time.Time }

// coverages are new rates, with what they hold for, by what they are of.
type coverages map[costing.RateKey][]coverage

// covers reports whether the rate holds for a moment.
func (c coverage) covers(moment time.Time) bool {
	return !moment.Before(c.ValidFrom) && moment.Before(c.until)
}

// spansOf joins what several rates cover into as few spans as possible, in order.
func spansOf(covered []coverage) []span {
	sorted := slices.Clone(covered)
	slices.SortFunc(sorted, func(a, b coverage) int { return a.ValidFrom.Compare(b.ValidFrom) })
	var spans []span
	for _, c := range sorted {
		if n := len(spans); n > 0 && !c.ValidFrom.After(spans[n-1].until) {
			if c.until.After(spans[n-1].until) {
				spans[n-1].until = c.until
			}
			continue
		}
		spans = append(spans, span{c.ValidFrom, c.until})
	}
	return spans
}

// covering returns the ids of the rates of some keys that cover a moment.
func (all coverages) covering(moment time.Time, keys ...costing.RateKey) []string {
	var ids []string
	for _, key := range keys {
		for _, c := range all[key] {
			if c.covers(moment) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// covered returns what a new rate holds for: the moments from its own on up to that of the code's next rate.
func (there RecordedRates) covered(r NewRate) coverage {
	c := coverage{r, service.EndOfTime}
	for _, other := range there[r.Key()] {
		if other.ValidFrom.After(r.ValidFrom) {
			c.until = other.ValidFrom
			break
		}
	}
	return c
}

// restate brings what new rates cover in line with them. They are written, and the transaction holds the rates alone.
func (s *Service) restate(ctx context.Context, tx *store.Tx, covered []coverage) (done Restated, err error) {
	ofContacts, ofOrders, ofTaxes := coverages{}, coverages{}, coverages{}
	for _, c := range covered {
		switch c.Subject {
		case costing.SubjectMaterial, costing.SubjectResource, costing.SubjectOverhead:
			ofOrders[c.Key()] = append(ofOrders[c.Key()], c)
		case costing.SubjectTax:
			ofTaxes[c.Key()] = append(ofTaxes[c.Key()], c)
		default:
			ofContacts[c.Key()] = append(ofContacts[c.Key()], c)
		}
	}
	if len(ofContacts) > 0 {
		if done.Contacts, err = s.restateContacts(ctx, tx, ofContacts); err != nil {
			return done, err
		}
	}
	if len(ofOrders) > 0 {
		if done.Orders, err = s.restateOrders(ctx, tx, ofOrders); err != nil {
			return done, err
		}
	}
	if len(ofTaxes) > 0 {
		var taxed int
		taxed, err = s.restateTaxes(ctx, tx, ofTaxes)
		done.Orders += taxed
	}
	return done, err
}
