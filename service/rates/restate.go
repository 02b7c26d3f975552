package rates

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/store"
)

// Rates for the past restate what was costed since: contacts of their staff or channel, and orders of products that are
// made with them. All is done in the transaction that sets the rates, once for however many they are, and in batches,
// so that memory is bounded by the ids of what is restated; every row that changes leaves an audit entry with its old and new cost.

// batch is how many contacts or orders are restated together.
const batch = 2000

// Restated counts what rates have changed.
type Restated struct{ Contacts, Orders int }

// coverage is a new rate with what it holds for: the moments from its validFrom on, until not included.
type coverage struct {
	NewRate
	until time.Time
}

// span is a stretch of time; until is not in it.
type span struct{ from, until time.Time }

// byKey are new rates by what they are for.
type byKey map[costing.RateKey][]coverage

// at tells whether a moment is covered.
func (c coverage) at(moment time.Time) bool {
	return !moment.Before(c.ValidFrom) && moment.Before(c.until)
}

// spansOf joins what several rates cover into as few spans as there can be.
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

// covering gives the ids of the rates of some keys that cover a moment.
func (all byKey) covering(moment time.Time, keys ...costing.RateKey) []string {
	var ids []string
	for _, key := range keys {
		for _, c := range all[key] {
			if c.at(moment) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// restate brings what new rates cover in line with them. They are written, and the transaction holds the rates.
func (s *Service) restate(ctx context.Context, tx *store.Tx, covered []coverage) (done Restated, err error) {
	contacts, orders := byKey{}, byKey{}
	for _, c := range covered {
		switch c.Subject {
		case costing.SubjectMaterial, costing.SubjectResource, costing.SubjectOverhead:
			orders[c.Key()] = append(orders[c.Key()], c)
		default:
			contacts[c.Key()] = append(contacts[c.Key()], c)
		}
	}
	if len(contacts) > 0 {
		if done.Contacts, err = s.restateContacts(ctx, tx, contacts); err != nil {
			return done, err
		}
	}
	if len(orders) > 0 {
		done.Orders, err = s.restateOrders(ctx, tx, orders)
	}
	return done, err
}
