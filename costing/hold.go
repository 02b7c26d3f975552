package costing

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// HoldLimit is how much of a resource one user may hold: up to each day at most a share of its capacity from the first day up to that
// day, and always the first day's capacity. So whatever one user holds, and however late, the rest of every such span is left to others.
type HoldLimit struct {
	Share money.Decimal // 0 to 1
	Mine  *Bookings     // what the user holds already; nil for nothing
}

// PlanHold is Plan for what a user holds: on the earliest worked days with free capacity, so that up to no day the user holds more than the
// limit, and nothing over a capacity. It returns false where no division over the days from firstDay to dueDay does that. The days that it
// takes do not depend on dueDay, so that what is held anew for another due day is held no later than before.
//
// Needs of unknown capacity are booked on the first worked day, as by Plan: there is nothing to share.
func PlanHold(needs []Usage, firstDay, dueDay int, limit HoldLimit, calendar Calendar, booked *Bookings, knownAt time.Time) ([]Booking, bool) {
	var plan []Booking
	for _, need := range needs {
		if need.Capacity == nil {
			plan = append(plan, Plan([]Usage{need}, firstDay, dueDay, calendar, booked, knownAt)...)
			continue
		}
		ceilings := limit.ceilings(need, firstDay, dueDay, calendar, knownAt)
		left, taken := need.Units.Nano(), int64(0)
		for day := firstDay; day <= dueDay && left > 0; day++ {
			take := min(left, free(need, day, calendar, booked, knownAt), ceilings[day-firstDay]-taken)
			if take > 0 {
				plan = append(plan, Booking{Resource: need.Resource, Day: day, Units: money.Nano(take), BookedAt: knownAt})
				left -= take
				taken += take
			}
		}
		if left > 0 {
			return nil, false
		}
	}
	slices.SortFunc(plan, func(a, b Booking) int { return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Day, b.Day)) })
	return plan, true
}

// ceilings returns, for each day from firstDay to dueDay, how many billionths more the user may hold up to that day: less than 0 where they
// hold more than the limit. What is held up to a day is held up to all later days too, also those after dueDay, so that no ceiling is
// above a later one.
func (l HoldLimit) ceilings(need Usage, firstDay, dueDay int, calendar Calendar, knownAt time.Time) []int64 {
	last := max(dueDay, l.Mine.lastDay(need.Resource, firstDay))
	ceilings := make([]int64, max(0, last-firstDay+1))
	capacity, mine := new(big.Rat), new(big.Rat)
	for i := range ceilings {
		if calendar.Works(firstDay + i) {
			capacity.Add(capacity, need.perDay(firstDay+i).Rat())
		}
		mine.Add(mine, l.Mine.Booked(need.Resource, firstDay+i, firstDay+i, knownAt))
		limit := new(big.Rat).Mul(l.Share.Rat(), capacity)
		if one := need.perDay(firstDay).Rat(); limit.Cmp(one) < 0 {
			limit = one
		}
		ceilings[i] = wholeNano(limit.Sub(limit, mine))
	}
	for i := len(ceilings) - 2; i >= 0; i-- {
		ceilings[i] = min(ceilings[i], ceilings[i+1])
	}
	return ceilings
}
