package books

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/schema"
	"kopeck/store"
)

// journeyCount counts journeys.
type journeyCount struct {
	settings attribution.Settings
	over     time.Time // a way to no order whose last contact is not before this moment is not over
	counts   map[string]*attribution.Journey
}

// A journey is the way to an order, or to none. The way to a sold order is that of its credits: the contacts that it may
// be credited to. The contacts that no order may be credited to are ways to none: a customer's are parted where nobody
// spoke for longer than the look-back window, and a way whose last contact is younger than that is not over and does not
// count. A recommendation is on the way of whom it is about, not of who made it.

// journeys reads all journeys on one snapshot of the database, without blocking who writes: every distinct one once,
// with its counts. Memory is bounded by the distinct ones and by some customers' contacts.
func (s *Service) journeys(ctx context.Context) ([]attribution.Journey, error) {
	j := &journeyCount{settings: s.AttributionSettings(), counts: map[string]*attribution.Journey{}}
	err := s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		clear(j.counts)
		j.over = s.Now().Add(-j.settings.Window)
		if err := s.value.Unhurried(ctx, tx); err != nil {
			return err
		}
		for low := ""; ; {
			high, err := s.CustomerAfter(ctx, tx, low)
			if err != nil || high == "" {
				return err
			}
			if err := s.addJourneys(ctx, tx, j, low, high); err != nil {
				return err
			}
			low = high
		}
	})
	if err != nil {
		return nil, fmt.Errorf("service: the journeys: %w", err)
	}
	all := make([]attribution.Journey, 0, len(j.counts))
	for _, key := range slices.Sorted(maps.Keys(j.counts)) {
		all = append(all, *j.counts[key])
	}
	return all, nil
}

// addJourneys adds those of the customers behind low up to high, by their ids.
func (s *Service) addJourneys(ctx context.Context, tx *store.Tx, j *journeyCount, low, high string) error {
	between := []any{low, high}
	of := map[string]*touches{}
	touched := func(customer string) *touches {
		if of[customer] == nil {
			of[customer] = &touches{}
		}
		return of[customer]
	}
	err := store.Each(ctx, tx, "SELECT customer_id, id, at, kind, channel FROM contacts WHERE customer_id > ? AND customer_id <= ? ORDER BY customer_id, at, id", between, func(scan store.ScanFunc) error {
		customer, touch, err := scanTouch(scan)
		t := touched(customer)
		t.own = append(t.own, touch)
		return err
	})
	if err != nil {
		return err
	}
	err = store.Each(ctx, tx, "SELECT about_id, id, at, kind, channel FROM contacts WHERE kind = 'RECOMMENDATION' AND about_id > ? AND about_id <= ? ORDER BY about_id, at, id", between, func(scan store.ScanFunc) error {
		customer, touch, err := scanTouch(scan)
		t := touched(customer)
		t.recommended = append(t.recommended, touch)
		return err
	})
	if err != nil {
		return err
	}
	orders := map[string][]SoldOrder{}
	err = store.Each(ctx, tx, SoldOrders+"o.status IN ('COMPLETED', 'REFUNDED') AND o.customer_id > ? AND o.customer_id <= ? ORDER BY o.customer_id, o.completed_at, o.id", between, func(scan store.ScanFunc) error {
		o, err := ScanSold(scan)
		orders[o.CustomerID] = append(orders[o.CustomerID], o)
		if t := touched(o.CustomerID); t.first == "" && o.Status == string(schema.OrderCompleted) {
			t.first = o.ID
		}
		return err
	})
	if err != nil {
		return err
	}
	for customer, t := range of {
		j.add(t, orders[customer])
	}
	return nil
}

// add counts the journeys of one customer, whose contacts and orders come by time.
func (j *journeyCount) add(t *touches, orders []SoldOrder) {
	led := map[string]bool{}
	for _, o := range orders {
		before := t.Before(o, j.settings)
		for _, touch := range before {
			led[touch.ContactID] = true
		}
		slices.SortStableFunc(before, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
		j.journey(before).Converted++
	}
	recommendation := string(schema.Recommendation) + stateSeparator
	var open []attribution.Touch
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
	slices.SortStableFunc(open, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
	for len(open) > 0 {
		n := 1
		for n < len(open) && !open[n].At.After(open[n-1].At.Add(j.settings.Window)) {
			n++
		}
		if open[n-1].At.Before(j.over) {
			j.journey(open[:n]).Null++
		}
		open = open[n:]
	}
}

// journey gives the count of a way.
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
