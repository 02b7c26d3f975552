package workshop

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Day is a resource on a day, as the caller may see what fills it.
type Day struct {
	Resource    string
	Day         schema.Date
	Working     bool
	Full        *money.Decimal // in tenths; nil where no capacity is known
	Utilisation *money.Decimal
	Bookings    []*Booking
	Others      *money.Decimal // in tenths: the share of what is not among the bookings
	Unit        *string        // nil without a rate
	Capacity    *money.Decimal
	Booked      money.Decimal
	Free        *money.Decimal
	BookedCost  money.Amount
	IdleCost    money.Amount
}

// Booking is what an order takes of a resource on a day, or what is held for a customer.
type Booking struct {
	Resource   string
	Order      *ent.Order // nil for what is held
	CustomerID string
	HeldByID   string // "" for an order
	HeldUntil  *time.Time
	BookedAt   time.Time
	Units      money.Decimal
	Cost       money.Amount
}

// maxWorkshopDays is how many days one answer covers, maxWorkshopRows how many rows it has, and maxAsked how many resources one may name.
const (
	maxWorkshopDays = 92
	maxWorkshopRows = 2000
	maxAsked        = 250
)

// Days gives what fills resources day by day, by resource and day: of some, or of all. What the caller may not see of it is a sum. The
// number of statements does not depend on the number of rows but for the orders, of which each statement reads 5,000. Faults: INVALID on to where
// it is before from, and on a date; LIMIT_EXCEEDED on to and resources; NOT_FOUND on resources.
func (s *Service) Days(ctx context.Context, from, to schema.Date, resources []string) ([]*Day, error) {
	var faults fault.List
	start, end := from.Time(), to.Time()
	faults.Add(input.CheckDate("from", &start))
	faults.Add(input.CheckDate("to", &end))
	switch {
	case to < from:
		faults.Add(fault.Invalidf("to", "want from or a later day"))
	case to-from >= maxWorkshopDays:
		faults.Add(fault.New(fault.LimitExceeded, "to", "want at most %d days", maxWorkshopDays))
	}
	codes, err := s.askedCodes(resources)
	faults.Add(err)
	if rows := len(codes) * int(to-from+1); faults.Or() == nil && rows > maxWorkshopRows {
		faults.Add(fault.New(fault.LimitExceeded, "to", "want at most %d rows: ask for fewer days or resources", maxWorkshopRows))
	}
	if err := faults.Or(); err != nil || len(codes) == 0 {
		return []*Day{}, err
	}
	rows, err := bookingsOn(ctx, s.bookingsBetween(codes, int(from), int(to), service.EndOfTime))
	if err != nil {
		return nil, fmt.Errorf("workshop: bookings of days: %w", err)
	}
	if len(rows) > maxBookings {
		return nil, fault.New(fault.LimitExceeded, "to", "more than %d bookings: ask for fewer days", maxBookings)
	}
	seen, err := s.seenOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	return s.daysOf(codes, int(from), int(to), rows, seen)
}

// askedCodes returns the codes of the resources that are asked for, sorted, each once; of all where none are named.
func (s *Service) askedCodes(resources []string) ([]string, error) {
	all := s.Resources()
	if resources == nil {
		codes := make([]string, len(all))
		for i, one := range all {
			codes[i] = one.Code
		}
		return codes, nil
	}
	if len(resources) > maxAsked {
		return nil, fault.New(fault.LimitExceeded, "resources", "want at most %d resources", maxAsked)
	}
	for _, code := range resources {
		if s.Resource(code) == nil {
			return nil, fault.New(fault.NotFound, "resources", "there is no resource %s", input.Excerpt(code))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(resources))), nil
}

// seen is what a caller may see of what fills days.
type seen struct {
	orders    map[string]*ent.Order
	customers map[string]bool // for whom something is held
}

// seenOf reads, as the caller may see them, the orders that have booked something and the customers for whom something is held.
func (s *Service) seenOf(ctx context.Context, rows []*ent.Booking) (seen, error) {
	of := seen{map[string]*ent.Order{}, map[string]bool{}}
	var orders, customers []string
	for _, row := range rows {
		if row.OrderID != nil {
			orders = append(orders, *row.OrderID)
		} else {
			customers = append(customers, input.OrZero(row.HeldFor))
		}
	}
	found, err := s.ordersSeen(ctx, orders)
	for _, o := range found {
		of.orders[o.ID] = o
	}
	if err != nil {
		return of, err
	}
	for some := range slices.Chunk(once(customers), store.IDsPerStatement) {
		ids, err := s.Client.Customer.Query().Where(customer.IDIn(some...)).IDs(ctx)
		if err != nil {
			return of, err
		}
		for _, one := range ids {
			of.customers[one] = true
		}
	}
	return of, nil
}

// once returns ids in their order, each once.
func once(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// ordersSeen reads those of some orders that the caller may see.
func (s *Service) ordersSeen(ctx context.Context, ids []string) (all []*ent.Order, err error) {
	for some := range slices.Chunk(once(ids), store.IDsPerStatement) {
		found, err := s.Client.Order.Query().Where(order.IDIn(some...)).All(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// place is a resource on a day.
type place struct {
	resource string
	day      int
}

// daysOf makes the days of resources from what is booked on them.
func (s *Service) daysOf(codes []string, first, last int, rows []*ent.Booking, of seen) ([]*Day, error) {
	basis := s.quote.PriceBook().Basis()
	booked := make([]costing.Booking, len(rows))
	at := map[place][]*ent.Booking{}
	for i, row := range rows {
		booked[i] = costing.Booking{Resource: row.Resource, Day: row.Day, Units: row.Units, BookedAt: row.BookedAt}
		at[place{row.Resource, row.Day}] = append(at[place{row.Resource, row.Day}], row)
	}
	basis.Bookings = costing.NewBookings(booked)
	all := make([]*Day, 0, len(codes)*(last-first+1))
	for _, code := range codes {
		days, err := basis.ResourceDays(code, first, last, service.EndOfTime)
		if err != nil {
			return nil, input.DomainError(err)
		}
		unit := s.resource(code).Unit
		for _, one := range days {
			day, err := shown(one, at[place{code, one.Day}], of)
			if err != nil {
				return nil, input.DomainError(err)
			}
			day.Unit = unit
			all = append(all, day)
		}
	}
	return all, nil
}

// shown makes a day of what fills it: what the caller may see, and the sum of the rest.
func shown(of costing.ResourceDay, rows []*ent.Booking, seen seen) (*Day, error) {
	day := &Day{
		Resource: of.Resource, Day: schema.Date(of.Day), Working: of.Working, Full: of.Tenths(of.Booked), Utilisation: of.Utilisation, Capacity: of.Capacity,
		Booked: of.Booked, BookedCost: of.BookedCost, IdleCost: of.IdleCost, Bookings: []*Booking{},
	}
	if of.Capacity != nil {
		day.Free = &of.Idle
	}
	weights := make([]*big.Rat, len(rows))
	for i, row := range rows {
		weights[i] = row.Units.Rat()
	}
	costs := []money.Amount{}
	if len(rows) > 0 {
		var err error
		if costs, err = money.Split(of.BookedCost, weights); err != nil {
			return nil, err
		}
	}
	others := new(big.Rat)
	for i, row := range rows {
		one := &Booking{Resource: row.Resource, CustomerID: input.OrZero(row.HeldFor), HeldByID: input.OrZero(row.HeldBy), BookedAt: row.BookedAt.UTC(), Units: row.Units, Cost: costs[i]}
		visible := seen.customers[one.CustomerID]
		if row.Hold != nil {
			one.HeldUntil = row.FreedAt
		}
		if row.OrderID != nil {
			if one.Order, visible = seen.orders[*row.OrderID]; visible {
				one.CustomerID = one.Order.CustomerID
			}
		}
		if !visible || len(day.Bookings) == maxBookingsOfDay {
			others.Add(others, weights[i])
			continue
		}
		day.Bookings = append(day.Bookings, one)
	}
	rest, err := money.DecimalOf(others, money.Places)
	if err != nil {
		return nil, err
	}
	day.Others = of.Tenths(rest)
	return day, nil
}
