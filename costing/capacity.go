package costing

import (
	"time"

	"kopeck/money"
)

// CapacityFrom is how much of a resource there is on a worked day, from a day on.
type CapacityFrom struct {
	Day    int
	PerDay money.Decimal
}

// Capacities returns the capacity of a resource on a worked day by the rate that holds at a moment, as known at another, nil where that
// says none, and how it changes on later days, each by the rate that holds at the day's end. A later rate without a capacity changes nothing.
func (r *Rates) Capacities(resource string, at, knownAt time.Time, zone *time.Location) (*money.Decimal, []CapacityFrom) {
	now := r.at(SubjectResource, resource, at, knownAt)
	if now == nil || now.CapacityPerDay == nil {
		return nil, nil
	}
	return now.CapacityPerDay, r.laterCapacities(now, at, knownAt, zone)
}

// laterCapacities returns how a resource's capacity changes after a moment, at which a rate holds.
func (r *Rates) laterCapacities(now *Rate, at, knownAt time.Time, zone *time.Location) []CapacityFrom {
	list := r.dated[RateKey{now.Subject, now.Code}]
	first := len(list)
	for first > 0 && list[first-1].ValidFrom.After(at) {
		first--
	}
	var later []CapacityFrom
	for _, rate := range list[first:] { // of several for one moment the last recorded comes last
		if rate.RecordedAt.After(knownAt) || rate.CapacityPerDay == nil {
			continue
		}
		day := Day(rate.ValidFrom, zone)
		if n := len(later); n > 0 && later[n-1].Day == day {
			later[n-1].PerDay = *rate.CapacityPerDay
		} else {
			later = append(later, CapacityFrom{day, *rate.CapacityPerDay})
		}
	}
	return later
}

// perDay returns the capacity, which is known, on a worked day.
func (u *Usage) perDay(day int) money.Decimal {
	capacity := *u.Capacity
	for _, later := range u.Later {
		if later.Day > day {
			break
		}
		capacity = later.PerDay
	}
	return capacity
}
