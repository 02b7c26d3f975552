package rates

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent/booking"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// Date is a day by which an order is due, and how it is accepted.
type Date struct {
	At       time.Time // of the order, from whose day on capacity is taken
	DueDay   int
	Overrule string // why the day is accepted though the free capacity does not suffice; "" where it may not
	Field    string // of the input, for the fault
	For      string // the customer: what is held for them by the prices ordered is released
}

// CheckOverrule reads the reason for which a day is accepted though the free capacity does not suffice. Faults: INVALID, and FORBIDDEN
// without the scope floor.
func CheckOverrule(ctx context.Context, in *string) (string, error) {
	reason, err := input.OptionalText(overruleField, in, 2000)
	if err != nil || reason == nil {
		return "", err
	}
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeFloor) {
		return "", fault.New(fault.Forbidden, overruleField, "overruling a date needs the scope %s", auth.ScopeFloor)
	}
	return *reason, nil
}

const overruleField = "overruleDateReason"

// BookCapacity books what an order takes of resources, on the earliest worked days with room from its day up to its
// due day (design, section 4). Orders that need the same resource wait for each other from here to the end of their
// transactions, so that two never take the same last room. An order that needs no resource locks nothing.
//
// What is held by the prices ordered, up to the due day, is taken over as it was held, whatever has become of the days since. For the
// rest a due day for which the free capacity does not suffice is DATE_IMPOSSIBLE, with the first day for which it does, unless it is
// overruled, which is audited. One that is over is a fact, and is booked as it is.
//
// The catalogue says what the products are made of as the transaction sees it: [Service.CostOrder] returns it.
func (s *Service) BookCapacity(ctx context.Context, tx *store.Tx, orderID string, made *costing.Catalogue, promises []quote.Promise, d Date) error {
	basis := s.quote.PriceBook().Basis()
	basis.Catalogue = made
	needs, err := needsOf(basis.Cost, promises, d.At)
	if err != nil || len(needs) == 0 {
		return err
	}
	held, needs, err := s.takeHeld(ctx, tx, orderID, d, promises, needs)
	if err != nil {
		return err
	}
	if err := s.writeBookings(ctx, tx, bookingsFor(orderID, held)); err != nil {
		return err
	}
	if len(needs) == 0 {
		return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
	}
	first := s.Settings().Day(d.At)
	if today := s.Settings().Day(s.Now()); d.DueDay >= today { // nothing is made on days that are over
		first = max(first, today)
	}
	return s.book(ctx, tx, orderID, needs, first, d)
}

// book books what an order needs from a day on: see BookCapacity.
func (s *Service) book(ctx context.Context, tx *store.Tx, orderID string, needs []costing.Usage, first int, d Date) error {
	days, err := s.holdResources(ctx, tx, needs, first)
	if err != nil {
		return err
	}
	booked, settings := days.of(needs), s.Settings()
	if err := s.checkDate(ctx, tx, orderID, needs, first, d, booked); err != nil {
		return err
	}
	plan := costing.Plan(needs, first, d.DueDay, settings.Calendar, booked, service.EndOfTime)
	if err := s.writeBookings(ctx, tx, bookingsFor(orderID, plan)); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// holdResources locks resources until the end of the transaction and returns what is booked of them from a day on, as far as it meets
// conditions.
func (s *Service) holdResources(ctx context.Context, tx *store.Tx, needs []costing.Usage, first int, conditions ...predicate.Booking) (bookedDays, error) {
	resources := make([]string, len(needs))
	for i, need := range needs { // sorted, so that two orders cannot wait for each other
		resources[i] = need.Resource
		if err := tx.Lock(ctx, store.LockOn("capacity", need.Resource), false); err != nil {
			return nil, err
		}
	}
	return sumDays(ctx, tx.Booking.Query().Where(booking.ResourceIn(resources...), booking.DayGTE(first), Taken(s.Now())).Where(conditions...))
}

// Taken is the condition that capacity is taken now: by an order, or by a hold that has not expired.
func Taken(now time.Time) predicate.Booking {
	return booking.Or(booking.FreedAtIsNil(), booking.FreedAtGT(now))
}

// checkDate returns DATE_IMPOSSIBLE where the free capacity does not suffice for a due day, unless that is over, or overruled.
func (s *Service) checkDate(ctx context.Context, tx *store.Tx, orderID string, needs []costing.Usage, first int, d Date, booked *costing.Bookings) error {
	settings := s.Settings()
	earliest, ok := costing.Earliest(needs, first, settings.Calendar, booked, service.EndOfTime)
	if ok && earliest <= d.DueDay || d.DueDay < settings.Day(s.Now()) {
		return nil
	}
	due := costing.StartOfDay(d.DueDay, settings.Zone)
	detail := &fault.Impossible{}
	if ok {
		day, lead := costing.StartOfDay(earliest, settings.Zone), earliest-first
		detail.Earliest, detail.LeadDays = &day, &lead
	}
	if d.Overrule != "" {
		return s.Audit(ctx, tx, "order.overrule", orderID, map[string]any{"due": due, "earliest": detail.Earliest, "reason": d.Overrule})
	}
	impossible := fault.New(fault.DateImpossible, d.Field, "the free capacity does not suffice for %s: take a later day, or state %s", schema.Date(d.DueDay), overruleField)
	impossible.Detail = detail
	return impossible
}

// OrderBooking is what an order takes of a resource on a day.
type OrderBooking struct {
	Resource string        `json:"resource"`
	Day      schema.Date   `json:"day"`
	Units    money.Decimal `json:"units"`
}

// BookedFromToday returns what an order takes of resources from today on, by resource and day.
func (s *Service) BookedFromToday(ctx context.Context, tx *store.Tx, orderID string) ([]*OrderBooking, error) {
	of, err := bookingsOf(ctx, tx, []string{orderID}, s.Settings().Day(s.Now()))
	booked := make([]*OrderBooking, len(of[orderID]))
	for i, b := range of[orderID] {
		booked[i] = &OrderBooking{b.Resource, schema.Date(b.Day), b.Units}
	}
	return booked, err
}

// MoveCapacity moves what an order has booked from today on to another due day: see BookCapacity. What it has booked before is done.
func (s *Service) MoveCapacity(ctx context.Context, tx *store.Tx, orderID string, d Date) error {
	today := s.Settings().Day(s.Now())
	booked, err := bookingsOf(ctx, tx, []string{orderID}, today)
	rows := booked[orderID]
	if err != nil || len(rows) == 0 {
		return err
	}
	var needs []costing.Usage
	rates := s.quote.PriceBook().Basis().Rates
	for _, row := range rows {
		if len(needs) == 0 || needs[len(needs)-1].Resource != row.Resource {
			need := costing.Usage{Resource: row.Resource}
			need.Capacity, need.Later = rates.Capacities(row.Resource, s.Now(), service.EndOfTime, s.Settings().Zone)
			needs = append(needs, need)
		}
		need := &needs[len(needs)-1]
		need.Units = money.Nano(need.Units.Nano() + row.Units.Nano())
	}
	if _, err := s.freeBookings(ctx, tx, []string{orderID}, today); err != nil {
		return err
	}
	if err := s.book(ctx, tx, orderID, needs, today, d); err != nil {
		return err
	}
	return s.holdAgain(ctx, tx, orderID, rows, func() ([]costing.Booking, error) {
		after, err := bookingsOf(ctx, tx, []string{orderID}, today)
		return after[orderID], err
	})
}

// firstDay is before any day that is booked.
const firstDay = math.MinInt32

// FreeCapacity frees what an order that is cancelled or given back in full now has booked from today on: the work of the days before is done.
// What it took over from who held it is held for them again.
func (s *Service) FreeCapacity(ctx context.Context, tx *store.Tx, orderID string, now time.Time) error {
	today := s.Settings().Day(now)
	booked, err := bookingsOf(ctx, tx, []string{orderID}, today)
	if err != nil || len(booked) == 0 {
		return err
	}
	if _, err := s.freeBookings(ctx, tx, []string{orderID}, today); err != nil {
		return err
	}
	if err := s.holdAgain(ctx, tx, orderID, booked[orderID], func() ([]costing.Booking, error) { return nil, nil }); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// needsOf sums what promised lines take of each resource, by resource. cost costs one unit of a product.
func needsOf(cost func(costing.ProductQuestion) (costing.ProductCost, error), promises []quote.Promise, at time.Time) ([]costing.Usage, error) {
	sums := map[string]costing.Usage{}
	for _, p := range promises {
		unit, err := cost(costing.ProductQuestion{
			ProductID: p.ProductID, Quantity: p.Quantity, Chosen: p.Options, Promised: true, LeadDays: &p.LeadDays, At: at, KnownAt: service.EndOfTime,
		})
		if err != nil {
			return nil, input.DomainError(err)
		}
		for _, need := range unit.Usage {
			total, err := money.Minor(sums[need.Resource].Units.Nano()).Plus(money.Minor(need.Units.Nano())) // in billionths
			if err != nil {
				return nil, input.DomainError(err)
			}
			need.Units = money.Nano(total.Minor())
			sums[need.Resource] = need
		}
	}
	needs := make([]costing.Usage, 0, len(sums))
	for _, resource := range slices.Sorted(maps.Keys(sums)) {
		if sums[resource].Units.Sign() > 0 {
			needs = append(needs, sums[resource])
		}
	}
	return needs, nil
}
