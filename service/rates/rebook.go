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

// rebooking is an open order whose bookings a recipe changes.
type rebooking struct {
	orderID string
	dueDay  int
	rest    []costing.Usage // what is to be booked from today on
}

// rebook books anew, from today on, what open orders take of resources by a recipe that has been set for their moments. What they have
// booked before today is done. A recipe is a fact and is not refused for want of capacity: a due day that can no longer be kept is
// audited as overruled by it.
func (s *Service) rebook(ctx context.Context, tx *store.Tx, basis costing.Basis, orderIDs []string, r NewRecipe) error {
	due, err := openOrders(ctx, tx, orderIDs)
	if err != nil || len(due) == 0 {
		return err
	}
	open := slices.Sorted(maps.Keys(due))
	orders, err := ordersByID(ctx, tx, open)
	if err != nil {
		return err
	}
	bookings, err := bookingsOf(ctx, tx, open, firstDay)
	if err != nil {
		return err
	}
	today := s.Settings().Day(s.Now())
	memo := costing.NewMemo(basis, memoized)
	var changed []rebooking
	resources := map[string]costing.Usage{}
	for _, o := range orders {
		needs, err := needsOf(memo.Cost, promisesOf(o), o.at)
		if err != nil {
			return err
		}
		done, booked := bookedUnits(bookings[o.id], today)
		one := rebooking{orderID: o.id, dueDay: max(s.Settings().Day(due[o.id]), today)}
		same := true
		for _, need := range needs {
			left := max(need.Units.Nano()-done[need.Resource], 0)
			same = same && left == booked[need.Resource]
			delete(booked, need.Resource)
			need.Units = money.Nano(left)
			if left > 0 {
				one.rest = append(one.rest, need)
				resources[need.Resource] = need
			}
		}
		if !same || len(booked) > 0 {
			changed = append(changed, one)
		}
	}
	return s.writeRebooked(ctx, tx, changed, resources, today, r)
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
// before, in one order.
func (s *Service) writeRebooked(ctx context.Context, tx *store.Tx, changed []rebooking, resources map[string]costing.Usage, today int, r NewRecipe) error {
	if len(changed) == 0 {
		return nil
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
	settings := s.Settings()
	var written []orderBooking
	var audits service.AuditRows
	for _, one := range changed {
		if len(one.rest) == 0 {
			continue
		}
		booked := days.of(one.rest)
		if earliest, ok := costing.Earliest(one.rest, today, settings.Calendar, booked, service.EndOfTime); !ok || earliest > one.dueDay {
			detail := map[string]any{"due": costing.StartOfDay(one.dueDay, settings.Zone), "recipe": r.ID, "reason": r.Reason}
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
