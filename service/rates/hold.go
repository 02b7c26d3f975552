package rates

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// maxHolds is how many prices a user holds at once. What they need together is bounded too, by the setting holdShare, so that nobody
// blocks capacity by asking: holds cost nothing and can be renewed.
const maxHolds = 20

const overShare = "with this price you would hold more of what all share than one user may: order what you hold, wait until it expires, " +
	"take a later day, or order this price without holding it"

// hold is what a user holds now by a price.
type hold struct {
	key      string // of the price
	by       string // the user; "" for none
	until    time.Time
	bookings []costing.Booking // by resource and day
}

// upTo returns what of the hold is up to a day.
func (h hold) upTo(last int) []costing.Booking {
	var held []costing.Booking
	for _, b := range h.bookings {
		if b.Day <= last {
			held = append(held, b)
		}
	}
	return held
}

// suffices reports whether an order that is due on a day would take all that it needs from the hold.
func (h hold) suffices(needs []costing.Usage, due int) bool {
	_, rest := divideHeld(needs, h.upTo(due))
	return len(rest) == 0
}

// promised says that the hold, which suffices for a due day, keeps it: the day is possible whatever else is free.
func (h hold) promised(held quote.Held, first, due int) quote.Held {
	last := first
	for _, b := range h.upTo(due) {
		last = max(last, b.Day)
	}
	if !held.Some || last < held.Earliest {
		held.Earliest, held.Some = last, true
	}
	held.Until = &h.until
	return held
}

// Hold holds the capacity that the day of a price needs until the price's token expires, and says so in the price. What the actor held
// before by the same price is held anew, not twice, and is released only for that: if the free capacity does not suffice for the day, or
// the user would hold too much, nothing is held and nothing is released. What a colleague holds by the same price is for the same customer:
// it is left to them, and if it suffices for the day it is what the price is told to be held by, as long as the colleague's.
//
// What has expired counts for nothing.
//
// Faults: INVALID for a price of another moment; FORBIDDEN for who may not place orders; LIMIT_EXCEEDED for more than 20 prices at once
// and for more than a share of a resource up to some day; NOT_FOUND.
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
		var err error
		held, err = s.holdPrice(ctx, tx, p, needs, actor.UserID)
		return "", err
	})
	p.Hold(held)
	return err
}

// holdPrice is Hold in its transaction, with the customer locked, so that nobody else holds or orders the same price.
func (s *Service) holdPrice(ctx context.Context, tx *store.Tx, p *quote.Price, needs []costing.Usage, userID string) (held quote.Held, err error) {
	if err := tx.Lock(ctx, store.LockOn("holds", userID), false); err != nil { // requests of a user wait for each other here
		return held, err
	}
	same, err := s.holdsOf(ctx, tx, []string{p.Key()})
	if err != nil {
		return held, err
	}
	settings := s.Settings()
	first := settings.Day(p.At)
	due := first + p.LeadDays
	days, err := s.holdResources(ctx, tx, needs, first, notHeldBy(p.Key()))
	if err != nil {
		return held, err
	}
	held.Earliest, held.Some = costing.Earliest(needs, first, settings.Calendar, days.of(needs), service.EndOfTime)
	own := slices.DeleteFunc(slices.Clone(same), func(h hold) bool { return h.by != userID })
	for _, h := range same {
		switch {
		case h.by == userID:
		case len(own) == 0 && h.suffices(needs, due):
			return h.promised(held, first, due), nil
		default:
			days.add(h.bookings) // it is left to the colleague
		}
	}
	plan, ok, err := s.planHold(ctx, tx, holder{userID, p.Key()}, needs, first, due, days.of(needs))
	switch {
	case err != nil && !fault.Is(err, fault.LimitExceeded):
		return held, err
	case !ok && len(own) > 0 && own[0].suffices(needs, due):
		return own[0].promised(held, first, due), nil // as before, not longer
	case !ok:
		return held, err
	}
	if err := s.releaseHolds(ctx, tx, own); err != nil {
		return held, err
	}
	if err := s.writeHold(ctx, tx, p, plan); err != nil {
		return held, err
	}
	held.Until = &p.ValidUntil
	return held, s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// holder is a user who holds a price.
type holder struct{ userID, key string }

// planHold plans what a user holds by a price, beside what they hold by others; false where the free capacity does not suffice for the day.
// LIMIT_EXCEEDED where they would hold more prices, or up to some day more of a resource, than one may. The fault does not say of what and
// how much: who sells need not know what a product is made of.
func (s *Service) planHold(ctx context.Context, tx *store.Tx, by holder, needs []costing.Usage, first, due int, booked *costing.Bookings) ([]costing.Booking, bool, error) {
	settings := s.Settings()
	earliest, ok := costing.Earliest(needs, first, settings.Calendar, booked, service.EndOfTime)
	if !ok || earliest > due {
		return nil, false, nil
	}
	prices, mine, err := s.heldBeside(ctx, tx, by, first)
	if err != nil {
		return nil, false, err
	}
	if prices >= maxHolds {
		return nil, false, fault.New(fault.LimitExceeded, "hold", "you hold %d prices: order one of them, or wait until they expire", prices)
	}
	limit := costing.HoldLimit{Share: settings.HoldShare, Mine: mine.of(needs)}
	plan, ok := costing.PlanHold(needs, first, due, limit, settings.Calendar, booked, service.EndOfTime)
	if !ok {
		return nil, false, fault.New(fault.LimitExceeded, "hold", overShare)
	}
	return plan, true, nil
}

// takeHeld takes over for an order, up to its due day, what is held for its customer by the promises that it is placed by, one hold of each
// price, and returns that and the rest of what the order needs. What the actor holds goes before what a colleague does, of whom the first
// who held it is taken; what others hold beside it is left to them. Of the actor's own holds nothing is left; a colleague's keep what the
// order does not need, and get back what it gives up: see holdAgain.
func (s *Service) takeHeld(ctx context.Context, tx *store.Tx, orderID string, d Date, promises []quote.Promise, needs []costing.Usage) (taken []costing.Booking, rest []costing.Usage, err error) {
	keys := make([]string, len(promises))
	for i, p := range promises {
		keys[i] = p.Key(d.For)
	}
	actor, _ := auth.From(ctx)
	if err := s.forgetTaken(ctx, tx, actor.UserID, keys); err != nil {
		return nil, nil, err
	}
	all, err := s.holdsOf(ctx, tx, keys)
	if err != nil || len(all) == 0 {
		return nil, needs, err
	}
	byKey := map[string]hold{}
	for _, h := range all {
		if _, ok := byKey[h.key]; !ok || h.by == actor.UserID {
			byKey[h.key] = h
		}
	}
	var own, others []hold
	var held []costing.Booking
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		h := byKey[key]
		if held = append(held, h.upTo(d.DueDay)...); h.by == actor.UserID {
			own = append(own, h)
		} else {
			others = append(others, h)
		}
	}
	taken, rest = divideHeld(needs, held)
	if err := s.releaseHolds(ctx, tx, own); err != nil {
		return nil, nil, err
	}
	return taken, rest, s.takeOver(ctx, tx, orderID, others, taken, d.DueDay)
}

// resourceDay is a resource on a day.
type resourceDay struct {
	resource string
	day      int
}

// holdAgain holds again for those who held it what an order took over from them and gives up: what it had before and no longer has. It is
// held until it would have been free. So nobody destroys what a colleague holds by ordering and cancelling. Who holds the same price anew
// has what they need. booked reads what it has now, which is asked for where something was taken over.
func (s *Service) holdAgain(ctx context.Context, tx *store.Tx, orderID string, before []costing.Booking, booked func() ([]costing.Booking, error)) error {
	rows, err := s.takenOver(ctx, tx, orderID)
	if err != nil || len(rows) == 0 {
		return err
	}
	after, err := booked()
	if err != nil {
		return err
	}
	given := map[resourceDay]int64{} // billionths of a unit
	for _, b := range before {
		given[resourceDay{b.Resource, b.Day}] += b.Units.Nano()
	}
	for _, b := range after {
		given[resourceDay{b.Resource, b.Day}] -= b.Units.Nano()
	}
	until := map[holder]time.Time{} // by what is held now
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = *row.Hold
	}
	now, err := s.holdsOf(ctx, tx, keys)
	if err != nil {
		return err
	}
	for _, h := range now {
		until[holder{h.by, h.key}] = h.until
	}
	var again []*ent.Booking
	for _, row := range rows {
		of := resourceDay{row.Resource, row.Day}
		units := min(row.Units.Nano(), given[of])
		if units <= 0 || until[holder{input.OrZero(row.HeldBy), *row.Hold}].After(*row.HeldUntil) { // held anew
			continue
		}
		given[of] -= units
		row.Units = money.Nano(units)
		again = append(again, row)
	}
	return s.writeHoldAgain(ctx, tx, again)
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
