package workshop

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// UnkeptDate is an order whose due day cannot be kept: see [costing.UnkeptDates].
type UnkeptDate struct {
	Order     *ent.Order
	DueDay    schema.Date
	Shortages []*CapacityShortage
	FirstDay  *schema.Date // nil where no day holds
	DaysLate  *int
}

// UnkeptDateConnection is a page of orders whose due days cannot be kept.
type UnkeptDateConnection struct {
	Edges      []*UnkeptDateEdge
	PageInfo   *ent.PageInfo
	TotalCount int
}

// UnkeptDateEdge is an order whose due day cannot be kept, with its place in the list.
type UnkeptDateEdge struct {
	Node   *UnkeptDate
	Cursor ent.Cursor
}

// CapacityShortage is what an order lacks of a resource.
type CapacityShortage struct {
	Resource string
	Missing  money.Decimal
}

// UnkeptDates gives the orders whose due days cannot be kept, by due day and id, in three statements, as far as the caller may see them.
// Whether one can be kept depends on all orders. Faults: INVALID and LIMIT_EXCEEDED by field.
func (s *Service) UnkeptDates(ctx context.Context, f *service.UnkeptDateFilter) ([]*UnkeptDate, error) {
	if f == nil {
		f = &service.UnkeptDateFilter{}
	}
	if err := checkUnkeptFilter(f); err != nil {
		return nil, err
	}
	settings, now := s.Settings(), s.Now()
	today := settings.Day(now)
	rows, err := plannedFrom(ctx, s.Store, today, now)
	if err != nil {
		return nil, fmt.Errorf("workshop: what is planned: %w", err)
	}
	late := s.unkept(rows, today)
	byID := make(map[string]costing.UnkeptDate, len(late))
	var ids []string
	for _, one := range late {
		if resources := f.Resources.Value(); f.Resources.IsSet() && !slices.ContainsFunc(one.Shortages, func(short costing.Shortage) bool { return slices.Contains(resources, short.Resource) }) {
			continue
		}
		byID[one.OrderID] = one
		ids = append(ids, one.OrderID)
	}
	orders, err := s.ordersSeen(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := make([]*UnkeptDate, 0, len(orders))
	for _, o := range orders {
		if customer := f.CustomerID.Value(); customer != nil && s.Kept(*customer) != o.CustomerID {
			continue
		}
		all = append(all, unkeptDate(o, byID[o.ID]))
	}
	slices.SortFunc(all, func(a, b *UnkeptDate) int {
		return cmp.Or(cmp.Compare(a.DueDay, b.DueDay), cmp.Compare(a.Order.ID, b.Order.ID))
	})
	return all, nil
}

// unkeptDate makes the row of an order.
func unkeptDate(o *ent.Order, of costing.UnkeptDate) *UnkeptDate {
	one := &UnkeptDate{Order: o, DueDay: schema.Date(of.DueDay), Shortages: make([]*CapacityShortage, len(of.Shortages))}
	for i, short := range of.Shortages {
		one.Shortages[i] = &CapacityShortage{Resource: short.Resource, Missing: short.Missing}
	}
	if of.Possible {
		day, late := schema.Date(of.FirstDay), of.FirstDay-of.DueDay
		one.FirstDay, one.DaysLate = &day, &late
	}
	return one
}

// checkUnkeptFilter returns what is wrong with a filter.
func checkUnkeptFilter(f *service.UnkeptDateFilter) error {
	null := func(field string) error {
		return fault.New(fault.Invalid, "", "null: there are none without; leave the field out to list all").At("filter", field)
	}
	var faults fault.List
	switch {
	case !f.Resources.IsSet():
	case f.Resources.Value() == nil:
		faults.Add(null("resources"))
	case len(f.Resources.Value()) > maxAsked:
		faults.Add(fault.New(fault.LimitExceeded, "", "want at most %d values", maxAsked).At("filter", "resources"))
	}
	if f.CustomerID.IsSet() {
		if f.CustomerID.Value() == nil {
			faults.Add(null("customerId"))
		} else {
			faults.Add(fault.At(id.Check("customerId", id.Customer, *f.CustomerID.Value()), "filter"))
		}
	}
	return faults.Or()
}

// unkept plans anew what is booked from today on.
func (s *Service) unkept(rows []planned, today int) []costing.UnkeptDate {
	settings := s.Settings()
	var booked, held []costing.Booking
	orders := map[string]*costing.Commitment{}
	for _, row := range rows {
		booked = append(booked, row.Booking)
		switch {
		case row.orderID == "":
			held = append(held, row.Booking)
		case row.due != nil:
			o := orders[row.orderID]
			if o == nil {
				o = &costing.Commitment{OrderID: row.orderID, DueDay: settings.Day(*row.due), At: row.at}
				orders[row.orderID] = o
			}
			o.Booked = append(o.Booked, row.Booking)
			o.Needs = s.needed(o.Needs, row.Booking)
		}
	}
	commitments := make([]costing.Commitment, 0, len(orders))
	for _, o := range orders {
		commitments = append(commitments, *o)
	}
	return costing.UnkeptDates(commitments, today, settings.Calendar, costing.NewBookings(booked), costing.NewBookings(held), service.EndOfTime)
}

// needed adds a booking to what an order needs. The bookings come by resource.
func (s *Service) needed(needs []costing.Usage, b costing.Booking) []costing.Usage {
	if len(needs) == 0 || needs[len(needs)-1].Resource != b.Resource {
		need := costing.Usage{Resource: b.Resource}
		need.Capacity, need.Later = s.quote.PriceBook().Basis().Rates.Capacities(b.Resource, s.Now(), service.EndOfTime, s.Settings().Zone)
		needs = append(needs, need)
	}
	last := &needs[len(needs)-1]
	last.Units = money.Nano(last.Units.Nano() + b.Units.Nano())
	return needs
}
