package books

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/attribution"
	"kopeck/schema"
	"kopeck/store"
)

// journeyCount counts journeys.
type journeyCount struct {
	window func(completedAt time.Time) time.Duration // the look-back window of an order
	apart  time.Duration                             // the present one: a way to none ends after so long a silence
	over   time.Time                                 // a way to no order whose last contact is not before this moment is not over
	counts map[string]*attribution.Journey
}

// A journey is the way to an order, or to none. An order given back in full is as if it had never been: what led to it led to
// none. The way to a completed order is that of its credits: the contacts that it may
// be credited to. The contacts that no order may be credited to are ways to none: a customer's are split where
// there was no contact for longer than the look-back window, and a way whose last contact is younger than that is not over and does not
// count. A recommendation belongs to the journey of the customer it is about, not of the one who gave it.

// journeys returns all journeys on one snapshot of the database, without blocking who writes: every distinct one once,
// with its counts. Memory is bounded by the distinct ones and by some customers' contacts.
func (s *Service) journeys(ctx context.Context) ([]attribution.Journey, error) {
	j := &journeyCount{
		window: func(completedAt time.Time) time.Duration { return s.AttributionSettings(completedAt).Window },
		apart:  time.Duration(s.Settings().LookBackDays) * day, counts: map[string]*attribution.Journey{},
	}
	err := s.Store.Read(bypassGuard(ctx), func(ctx context.Context, tx *store.Tx) error {
		clear(j.counts)
		j.over = s.Now().Add(-j.apart)
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		for low := ""; ; {
			high, err := s.CustomerAfter(ctx, tx, low)
			if err != nil || high == "" {
				return err
			}
			if err := j.addCustomers(ctx, tx, low, high); err != nil {
				return err
			}
			low = high
		}
	})
	if err != nil {
		return nil, fmt.Errorf("books: the journeys: %w", err)
	}
	all := make([]attribution.Journey, 0, len(j.counts))
	for _, key := range slices.Sorted(maps.Keys(j.counts)) {
		all = append(all, *j.counts[key])
	}
	return all, nil
}

// addCustomers adds the journeys of the customers after low up to high, by their ids.
func (j *journeyCount) addCustomers(ctx context.Context, tx *store.Tx, low, high string) error {
	touched, err := readTouchesBetween(ctx, tx, low, high)
	if err != nil {
		return err
	}
	sold, err := soldOfCustomersBetween(ctx, tx, low, high)
	if err != nil {
		return err
	}
	orders := map[string][]SoldOrder{}
	for _, o := range sold {
		orders[o.CustomerID] = append(orders[o.CustomerID], o)
		if t := touched.of(o.CustomerID); t.first == "" && o.Status == string(schema.OrderCompleted) {
			t.first = o.ID
		}
	}
	for customer, t := range touched {
		j.add(t, orders[customer])
	}
	return nil
}

// add counts the journeys of one customer, whose contacts and orders come by time.
func (j *journeyCount) add(t *touches, orders []SoldOrder) {
	led := map[string]bool{}
	for _, o := range orders {
		if o.Status != string(schema.OrderCompleted) {
			continue
		}
		before := t.before(o, j.window(o.CompletedAt))
		for _, touch := range before {
			led[touch.ContactID] = true
		}
		slices.SortStableFunc(before, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
		j.journey(before).Converted++
	}
	open := t.waysToNone(led)
	slices.SortStableFunc(open, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
	for len(open) > 0 {
		n := 1
		for n < len(open) && !open[n].At.After(open[n-1].At.Add(j.apart)) {
			n++
		}
		if open[n-1].At.Before(j.over) {
			j.journey(open[:n]).Null++
		}
		open = open[n:]
	}
}

// waysToNone returns the contacts that led to no order, by customer: a recommendation belongs to the journey of the customer it is about.
func (t *touches) waysToNone(led map[string]bool) (open []attribution.Touch) {
	for _, touch := range t.own {
		if !led[touch.ContactID] && !strings.HasPrefix(touch.State, recommendation) {
			open = append(open, touch)
		}
	}
	for _, touch := range t.recommended {
		if !led[touch.ContactID] {
			open = append(open, touch)
		}
	}
	return open
}

// journey returns the count of a way.
func (j *journeyCount) journey(way []attribution.Touch) *attribution.Journey {
	states := make([]string, len(way))
	for i, touch := range way {
		states[i] = touch.State
	}
	key := strings.Join(states, "\n")
	if j.counts[key] == nil {
		j.counts[key] = &attribution.Journey{States: states}
	}
	return j.counts[key]
}
