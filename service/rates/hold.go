package rates

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/store"
)

// maxHolds is how many prices a user holds at once. What they need together is bounded too, by the setting holdShare, so that nobody
// blocks capacity by asking: holds cost nothing and can be renewed.
const maxHolds = 20

// Hold holds the capacity that the day of a price needs until the price's token expires, and says so in the price. What the same
// price held before is held anew, not twice; what has expired counts for nothing. If the free capacity does not suffice for the day
// nothing is held.
//
// Faults: INVALID for a price of another moment; FORBIDDEN for who may not place orders; LIMIT_EXCEEDED for more than 20 prices at once
// and for more than a share of a resource; NOT_FOUND.
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
		mine, err := s.checkHolds(ctx, tx, actor.UserID)
		if err != nil {
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
			if err := checkShare(settings, mine, needs, first, first+p.LeadDays); err != nil {
				return "", err
			}
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

// checkHolds returns what a user holds, or LIMIT_EXCEEDED if it is as many prices as one may. Requests of a user wait for each other here.
func (s *Service) checkHolds(ctx context.Context, tx *store.Tx, userID string) ([]*ent.Booking, error) {
	if err := tx.Lock(ctx, store.LockOn("holds", userID), false); err != nil {
		return nil, err
	}
	held, err := s.heldByUser(ctx, tx, userID)
	prices := map[string]bool{}
	for _, b := range held {
		prices[*b.Hold] = true
	}
	if err == nil && len(prices) >= maxHolds {
		err = fault.New(fault.LimitExceeded, "hold", "you hold %d prices: order one of them, or wait until they expire", len(prices))
	}
	return held, err
}

// checkShare returns LIMIT_EXCEEDED for a user who would hold more of a resource, with what is needed on days from first to last, than the
// setting holdShare allows. The fault does not say of what and how much: who sells need not know what a product is made of.
func checkShare(settings *service.Settings, held []*ent.Booking, needs []costing.Usage, first, last int) error {
	days := new(big.Rat).Mul(settings.HoldShare.Rat(), new(big.Rat).SetInt64(int64(settings.Calendar.Working(first, last))))
	if one := big.NewRat(1, 1); days.Cmp(one) < 0 {
		days = one
	}
	for _, need := range needs {
		most, all := new(big.Rat).Mul(need.Capacity.Rat(), days), need.Units.Rat()
		for _, b := range held {
			if b.Resource == need.Resource && b.Day <= last {
				all.Add(all, b.Units.Rat())
			}
		}
		if all.Cmp(most) > 0 {
			return fault.New(fault.LimitExceeded, "hold", "with this price you would hold more of what all share than one user may: order what you hold, wait until it expires, or order this price without holding it")
		}
	}
	return nil
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
