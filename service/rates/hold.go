package rates

import (
	"cmp"
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/store"
)

// maxHolds is how many prices a user holds at once, so that nobody blocks capacity by asking.
const maxHolds = 20

// Hold holds the capacity that the day of a price needs until the price's token expires, and says so in the price. What the same
// price held before is held anew, not twice; what has expired counts for nothing. If the free capacity does not suffice for the day
// nothing is held.
//
// Faults: INVALID for a price of another moment; FORBIDDEN for who may not place orders; LIMIT_EXCEEDED for more than 20 prices at once;
// NOT_FOUND.
func (s *Service) Hold(ctx context.Context, p *quote.Price) error {
	actor, _ := auth.From(ctx)
	if !actor.Writes("Order") {
		return fault.New(fault.Forbidden, "hold", "only who places orders holds capacity")
	}
	if err := s.quote.CheckHold(p); err != nil {
		return err
	}
	var needs []costing.Usage
	for _, need := range p.Cost.Usage {
		if need.Units.Sign() > 0 && need.Capacity != nil {
			needs = append(needs, need)
		}
	}
	slices.SortFunc(needs, func(a, b costing.Usage) int { return cmp.Compare(a.Resource, b.Resource) }) // in the order of their locks
	var held quote.Held
	_, err := s.Write(ctx, service.Verb{Name: "price"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if _, err := s.LockCustomer(ctx, tx, "customerId", p.CustomerID); err != nil {
			return "", err
		}
		key := p.Key()
		if err := s.releaseHolds(ctx, tx, []string{key}); err != nil {
			return "", err
		}
		if err := s.checkHolds(ctx, tx, actor.UserID); err != nil {
			return "", err
		}
		settings := s.Settings()
		first := settings.Day(p.At)
		days, err := s.holdResources(ctx, tx, needs, first)
		if err != nil {
			return "", err
		}
		booked := days.of(needs)
		held = quote.Held{}
		held.Earliest, held.Some = costing.Earliest(needs, first, settings.Calendar, booked, service.EndOfTime)
		if held.Some && held.Earliest <= first+p.LeadDays {
			held.Until = &p.ValidUntil
			plan := costing.Plan(needs, first, first+p.LeadDays, settings.Calendar, booked, service.EndOfTime)
			if err := s.writeHold(ctx, tx, p, plan); err != nil {
				return "", err
			}
		}
		return "", s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
	})
	p.Hold(held)
	return err
}

// checkHolds returns LIMIT_EXCEEDED for a user who holds as many prices as one may. Requests of a user wait for each other here.
func (s *Service) checkHolds(ctx context.Context, tx *store.Tx, userID string) error {
	if err := tx.Lock(ctx, store.LockOn("holds", userID), false); err != nil {
		return err
	}
	n, err := s.holdsOf(ctx, tx, userID)
	if err == nil && n >= maxHolds {
		return fault.New(fault.LimitExceeded, "hold", "you hold %d prices: order one of them, or wait until they expire", n)
	}
	return err
}

// takeHeld frees what is held for a customer by promises that are ordered now, and returns what of it is up to the due day.
func (s *Service) takeHeld(ctx context.Context, tx *store.Tx, d Date, promises []quote.Promise) ([]costing.Booking, error) {
	keys := make([]string, len(promises))
	for i, p := range promises {
		keys[i] = p.Key(d.For)
	}
	held, err := s.heldBy(ctx, tx, keys, d.DueDay)
	if err != nil {
		return nil, err
	}
	return held, s.releaseHolds(ctx, tx, keys)
}

// divideHeld divides what an order needs into what is held of it and the rest. Of a resource of which more is held than is needed, since
// what the product is made of has changed, what was held is left.
func divideHeld(needs []costing.Usage, held []costing.Booking) (taken []costing.Booking, rest []costing.Usage) {
	units := map[string]int64{}
	for _, b := range held {
		units[b.Resource] += b.Units.Nano()
	}
	for _, need := range needs {
		left := need.Units.Nano() - units[need.Resource]
		if left < 0 {
			left = need.Units.Nano()
			delete(units, need.Resource)
		}
		if need.Units = money.Nano(left); left > 0 {
			rest = append(rest, need)
		}
	}
	for _, b := range held {
		if _, ok := units[b.Resource]; ok && slices.ContainsFunc(needs, func(need costing.Usage) bool { return need.Resource == b.Resource }) {
			taken = append(taken, b)
		}
	}
	return taken, rest
}
