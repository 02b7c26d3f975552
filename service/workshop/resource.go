package workshop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
)

// Resource is what is worked with: a machine, a room, people's hours. It exists by its rates, and by the products
// that are made with it.
type Resource struct {
	Code           string
	Unit           *string   // nil where it has never had a rate
	Rate           *ent.Rate // that holds now; nil where none does
	CapacityPerDay *money.Decimal
}

// maxResources is how many resources one answer holds, maxDays how many days.
const (
	maxResources = 1000
	maxDays      = 366
)

// Resources gives the resources by their codes, at most 1,000, from memory. Who may see them is for the caller to decide.
func (s *Service) Resources() []*Resource {
	codes := s.resourceCodes()
	all := make([]*Resource, 0, min(len(codes), maxResources))
	for _, code := range slices.Sorted(maps.Keys(codes))[:min(len(codes), maxResources)] {
		all = append(all, s.resource(code))
	}
	return all
}

// Resource gives a resource by its code, from memory; nil where there is none.
func (s *Service) Resource(code string) *Resource {
	if !s.resourceCodes()[code] {
		return nil
	}
	return s.resource(code)
}

// resourceCodes returns the codes that have a rate or that a product is made with.
func (s *Service) resourceCodes() map[string]bool {
	basis := s.quote.PriceBook().Basis()
	codes := map[string]bool{}
	for _, key := range basis.Rates.Keys() {
		if key.Subject == costing.SubjectResource {
			codes[key.Code] = true
		}
	}
	seen := map[string]bool{}
	for _, p := range s.quote.Products() {
		basis.Catalogue.EachComponent(p.ID, seen, func(c costing.Component) {
			if c.Resource != "" {
				codes[c.Resource] = true
			}
		})
	}
	return codes
}

func (s *Service) resource(code string) *Resource {
	r := &Resource{Code: code}
	dated := s.quote.PriceBook().Basis().Rates
	if now, ok := dated.At(costing.SubjectResource, code, s.Now(), service.EndOfTime); ok {
		r.Unit, r.CapacityPerDay = &now.Unit, now.CapacityPerDay
		r.Rate = &ent.Rate{
			ID: now.ID, Subject: schema.RateSubject(now.Subject), Code: now.Code, Unit: now.Unit, Amount: now.Amount, CurrencyCode: s.Currency.Code(),
			ValidFrom: now.ValidFrom.UTC(), RecordedAt: now.RecordedAt.UTC(), CapacityPerDay: now.CapacityPerDay, FixedShare: now.FixedShare,
		}
	} else if first, ok := dated.First(costing.SubjectResource, code); ok {
		r.Unit = &first.Unit
	}
	return r
}

// ResourceDays gives capacity and bookings of resources on the calendar days of a range, which includes from and not to, by what was
// known at a moment (nil: all that is known now): by resource's code, in one statement. The range may lie in the future. Faults:
// INVALID on to where it is not after from, and on a date; LIMIT_EXCEEDED on to for more than 366 days.
func (s *Service) ResourceDays(ctx context.Context, codes []string, from, to time.Time, knownAt *time.Time) (map[string][]costing.ResourceDay, error) {
	var faults fault.List
	faults.Add(input.CheckDate("from", &from))
	faults.Add(input.CheckDate("to", &to))
	settings := s.Settings()
	first, last := settings.Day(from), settings.Day(to.Add(-time.Nanosecond))
	switch {
	case !to.After(from):
		faults.Add(fault.Invalidf("to", "want a moment after from"))
	case last-first >= maxDays:
		faults.Add(fault.New(fault.LimitExceeded, "to", "want at most %d days", maxDays))
	}
	known := service.EndOfTime
	if knownAt != nil {
		var err error
		known, err = s.KnownMoment(ctx, "knownAt", knownAt)
		faults.Add(err)
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	basis := s.quote.PriceBook().Basis()
	var err error
	if basis.Bookings, err = rates.SumBookings(ctx, s.bookingsBetween(codes, first, last, known)); err != nil {
		return nil, fmt.Errorf("workshop: bookings of resources: %w", err)
	}
	all := make(map[string][]costing.ResourceDay, len(codes))
	for _, code := range codes {
		if all[code], err = basis.ResourceDays(code, first, last, known); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return all, nil
}

// bookingsBetween returns the query for the bookings of resources on days, as known at a moment.
func (s *Service) bookingsBetween(codes []string, first, last int, known time.Time) *ent.BookingQuery {
	query := s.Client.Booking.Query().Where(booking.ResourceIn(codes...), booking.DayGTE(first), booking.DayLTE(last))
	if known.Equal(service.EndOfTime) {
		return query.Where(rates.Taken(s.Now()))
	}
	return query.Where(booking.BookedAtLTE(known), booking.Or(booking.FreedAtIsNil(), booking.FreedAtGT(known)))
}

// How many bookings one answer has, and of one day.
const (
	maxBookings      = 20_000
	maxBookingsOfDay = 1000
)

// ResourceBooking is what an order takes of a resource on a day, or what is held for a customer.
type ResourceBooking struct {
	OrderID   string // "" for what is held
	HeldForID string // "" for an order, as is HeldByID
	HeldByID  string
	HeldUntil *time.Time // nil for an order
	Units     money.Decimal
	BookedAt  time.Time
}

// Bookings returns what fills days of resources, in one statement, at most 1,000 bookings of a day. The days are as known at one moment. Who
// may see them is for the caller to decide. Fault: LIMIT_EXCEEDED for more than 20,000.
func (s *Service) Bookings(ctx context.Context, days []*costing.ResourceDay) (map[*costing.ResourceDay][]*ResourceBooking, error) {
	type place struct {
		resource string
		day      int
	}
	byPlace := map[place][]*costing.ResourceDay{}
	first, last := days[0].Day, days[0].Day
	var codes []string
	for _, day := range days {
		at := place{day.Resource, day.Day}
		byPlace[at] = append(byPlace[at], day)
		first, last = min(first, day.Day), max(last, day.Day)
		codes = append(codes, day.Resource)
	}
	slices.Sort(codes)
	rows, err := bookingsOn(ctx, s.bookingsBetween(slices.Compact(codes), first, last, days[0].KnownAt))
	if err != nil {
		return nil, fmt.Errorf("workshop: bookings of days: %w", err)
	}
	if len(rows) > maxBookings {
		return nil, fault.New(fault.LimitExceeded, "to", "more than %d bookings: ask for fewer days", maxBookings)
	}
	found := make(map[*costing.ResourceDay][]*ResourceBooking, len(days))
	for _, row := range rows {
		one := &ResourceBooking{OrderID: input.OrZero(row.OrderID), HeldForID: input.OrZero(row.HeldFor), HeldByID: input.OrZero(row.HeldBy), Units: row.Units, BookedAt: row.BookedAt.UTC()}
		if row.Hold != nil {
			one.HeldUntil = row.FreedAt
		}
		for _, day := range byPlace[place{row.Resource, row.Day}] {
			if len(found[day]) < maxBookingsOfDay {
				found[day] = append(found[day], one)
			}
		}
	}
	return found, nil
}
