package rates

import (
	"context"
	"maps"
	"slices"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/store"
)

// A recipe that is set for the moments of open orders changes what they take of resources: from today on it is booked anew. What they have
// booked before today is done. Which orders book anew is found out as their costs are restated, of the same rows; the rest is done together.

// rebooking is an open order whose bookings a recipe changes.
type rebooking struct {
	orderID string
	dueDay  int
	rest    []costing.Usage // what is to be booked from today on
}

// findRebooked adds those of some orders, sorted by their ids, that book anew. The transaction holds their customers, so that nobody else does.
func (s *Service) findRebooked(ctx context.Context, tx *store.Tx, work *orderRestating, orders []orderToCost) error {
	var open []string
	for _, o := range orders {
		if o.open && o.dueAt != nil {
			open = append(open, o.id)
		}
	}
	if len(open) == 0 {
		return nil
	}
	bookings, err := bookingsOf(ctx, tx, open, firstDay)
	if err != nil {
		return err
	}
	settings := s.Settings()
	today := settings.Day(s.Now())
	for _, o := range orders {
		if !o.open || o.dueAt == nil {
			continue
		}
		needs, err := needsOf(work.memo.Cost, promisesOf(o), o.at)
		if err != nil {
			return err
		}
		done, booked := bookedUnits(bookings[o.id], today)
		one := rebooking{orderID: o.id, dueDay: max(settings.Day(*o.dueAt), today)}
		same := true
		for _, need := range needs {
			left := max(need.Units.Nano()-done[need.Resource], 0)
			same = same && left == booked[need.Resource]
			delete(booked, need.Resource)
			need.Units = money.Nano(left)
			if left > 0 {
				one.rest = append(one.rest, need)
			}
		}
		if !same || len(booked) > 0 {
			work.rebooked = append(work.rebooked, one)
		}
	}
	return nil
}

// promisesOf returns the lines of an order as far as the resources that they take are concerned.
func promisesOf(o orderToCost) []quote.Promise {
	promises := make([]quote.Promise, len(o.lines))
	for i, line := range o.lines {
		promises[i] = quote.Promise{ProductID: line.productID, Quantity: line.quantity, Options: line.options, LeadDays: line.leadDays}
	}
	return promises
}

// bookedUnits sums what an order has booked of each resource, in billionths: before a day, and from it on.
func bookedUnits(bookings []costing.Booking, day int) (before, from map[string]int64) {
	before, from = map[string]int64{}, map[string]int64{}
	for _, b := range bookings {
		if b.Day < day {
			before[b.Resource] += b.Units.Nano()
		} else {
			from[b.Resource] += b.Units.Nano()
		}
	}
	return before, from
}

// writeRebooked frees what orders have booked from today on and books what they need, one after the other by id. All resources are locked
// before, in one order. A recipe is a fact and is not refused for want of capacity: a due day that can no longer be kept is audited as overruled
// by it.
func (s *Service) writeRebooked(ctx context.Context, tx *store.Tx, work *orderRestating) error {
	changed := work.rebooked
	if len(changed) == 0 {
		return nil
	}
	settings := s.Settings()
	today := settings.Day(s.Now())
	resources := map[string]costing.Usage{}
	for _, one := range changed {
		for _, need := range one.rest {
			resources[need.Resource] = need
		}
	}
	for some := range slices.Chunk(changed, store.IDsPerStatement) {
		ids := make([]string, len(some))
		for i, one := range some {
			ids[i] = one.orderID
		}
		if _, err := s.freeBookings(ctx, tx, ids, today); err != nil {
			return err
		}
	}
	needs := make([]costing.Usage, 0, len(resources))
	for _, resource := range slices.Sorted(maps.Keys(resources)) {
		needs = append(needs, resources[resource])
	}
	days, err := s.holdResources(ctx, tx, needs, today)
	if err != nil {
		return err
	}
	var written []orderBooking
	var audits service.AuditRows
	for _, one := range changed {
		if len(one.rest) == 0 {
			continue
		}
		booked := days.of(one.rest)
		if earliest, ok := costing.Earliest(one.rest, today, settings.Calendar, booked, service.EndOfTime); !ok || earliest > one.dueDay {
			detail := map[string]any{"due": costing.StartOfDay(one.dueDay, settings.Zone), "recipe": work.recipe.ID, "reason": work.recipe.Reason}
			if err := audits.Add(ctx, s.Core, "order.overrule", one.orderID, detail); err != nil {
				return err
			}
		}
		plan := costing.Plan(one.rest, today, one.dueDay, settings.Calendar, booked, service.EndOfTime)
		days.add(plan)
		written = append(written, bookingsFor(one.orderID, plan)...)
	}
	if err := s.writeBookings(ctx, tx, written); err != nil {
		return err
	}
	if err := audits.Write(ctx, tx); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// WrongBookings gives the open orders to a function whose bookings are not what the recipes known now need of a resource. What was booked before
// today and is not needed any more is work that is done.
func (s *Service) WrongBookings(ctx context.Context, tx *store.Tx, each func(orderID, resource string, booked, needed money.Decimal)) error {
	_, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return err
	}
	ids, err := openWithBookings(ctx, tx)
	if err != nil {
		return err
	}
	memo, today := costing.NewMemo(basis, memoized), s.Settings().Day(s.Now())
	for some := range slices.Chunk(ids, store.IDsPerStatement) {
		orders, err := ordersByID(ctx, tx, some)
		if err != nil {
			return err
		}
		bookings, err := bookingsOf(ctx, tx, some, firstDay)
		if err != nil {
			return err
		}
		for _, o := range orders {
			needs, err := needsOf(memo.Cost, promisesOf(o), o.at)
			if err != nil { // it cannot be costed, which another rule finds
				continue
			}
			done, ahead := bookedUnits(bookings[o.id], today)
			needed := map[string]int64{}
			for _, need := range needs {
				needed[need.Resource] = need.Units.Nano()
			}
			all := maps.Clone(needed)
			maps.Copy(all, done)
			maps.Copy(all, ahead)
			for _, resource := range slices.Sorted(maps.Keys(all)) {
				if booked := done[resource] + ahead[resource]; booked < needed[resource] || booked > needed[resource] && ahead[resource] > 0 {
					each(o.id, resource, money.Nano(booked), money.Nano(needed[resource]))
				}
			}
		}
	}
	return nil
}
