package costing

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// Commitment is an order that was promised for a day, with what is still to be made of it.
type Commitment struct {
	OrderID string
	DueDay  int
	At      time.Time // of the order: of two that are due on one day the earlier goes before
	Needs   []Usage   // of each resource at most once; what has no known capacity is never short
	Booked  []Booking // what it has booked from the first day of the plan on
}

// UnkeptDate is an order whose due day cannot be kept.
type UnkeptDate struct {
	OrderID   string
	DueDay    int
	Shortages []Shortage // by resource
	FirstDay  int        // the first day that holds, if Possible
	Possible  bool       // a day within MaxLeadDays holds
}

// Shortage is what finds no room up to a due day.
type Shortage struct {
	Resource string
	Missing  money.Decimal
}

// UnkeptDates plans what is to be made of all orders anew, from a first day on, on what holds leave free, and returns the orders whose due
// days cannot be kept, by due day. Of each resource what is due first is made first, as early as possible; what does not fit up to its due
// day is missing, and takes no room from others. By no other plan less is missing of a resource in all. booked is what is booked of the
// resources, with the orders' own bookings; held is the part of it that is held.
//
// The first day that holds is one to which the order, alone, can be moved: Plan books nothing over a capacity then, the order lacks nothing,
// and what all others lack does not become more.
func UnkeptDates(orders []Commitment, first int, calendar Calendar, booked, held *Bookings, knownAt time.Time) []UnkeptDate {
	orders = slices.Clone(orders)
	slices.SortFunc(orders, func(a, b Commitment) int {
		return cmp.Or(cmp.Compare(a.DueDay, b.DueDay), a.At.Compare(b.At), cmp.Compare(a.OrderID, b.OrderID))
	})
	p := planning{first, calendar, booked, held, knownAt, map[string][]committed{}}
	for i, o := range orders {
		for _, need := range o.Needs {
			if need.Capacity != nil {
				p.orders[need.Resource] = append(p.orders[need.Resource], committed{i, o.DueDay, need})
			}
		}
	}
	missing, ends := map[int][]Shortage{}, map[string]*planned{}
	for _, resource := range slices.Sorted(maps.Keys(p.orders)) {
		plan := &planned{day: first - 1}
		for _, c := range p.orders[resource] {
			if left := p.take(plan, c); left > 0 {
				missing[c.order] = append(missing[c.order], Shortage{resource, money.Nano(left)})
			}
		}
		ends[resource] = plan
	}
	unkept := make([]UnkeptDate, 0, len(missing))
	for _, i := range slices.Sorted(maps.Keys(missing)) {
		one := UnkeptDate{OrderID: orders[i].OrderID, DueDay: orders[i].DueDay, Shortages: missing[i]}
		one.FirstDay, one.Possible = p.firstDay(i, orders[i], missing[i], ends)
		unkept = append(unkept, one)
	}
	return unkept
}

// planning is what a plan of all orders goes by.
type planning struct {
	first        int
	calendar     Calendar
	booked, held *Bookings
	knownAt      time.Time
	orders       map[string][]committed // by resource, each by due day
}

// committed is what an order needs of a resource up to a day.
type committed struct {
	order, due int
	need       Usage
}

// planned is what is planned of a resource. Since it is filled from the first day on, no day before one has room.
type planned struct {
	day  int   // the last one on which anything was looked for
	free int64 // billionths that are free on it
}

// room returns the billionths that holds leave free on a day.
func (p *planning) room(need Usage, day int) int64 {
	return free(need, day, p.calendar, p.held, p.knownAt)
}

// take plans what an order needs up to its due day and returns the billionths that do not fit.
func (p *planning) take(plan *planned, c committed) int64 {
	left := c.need.Units.Nano()
	for {
		taken := int64(0)
		if plan.day <= c.due {
			taken = min(left, plan.free)
		}
		left, plan.free = left-taken, plan.free-taken
		if left == 0 || plan.day >= c.due {
			return left
		}
		plan.day++
		plan.free = p.room(c.need, plan.day)
	}
}

// moving is what moving an order needs of a resource: how much of it finds room up to a day.
type moving struct {
	need  Usage
	own   map[int]int64 // what the order has booked, by day
	after *planned      // the plan of all orders

	beside  int64 // what is still to be found beside what others have booked
	missing int64 // what is still to be found after the plan of all

	others   []committed // that are not planned yet, without the order
	plan     *planned    // of those that are
	capacity int64       // billionths up to the day, at most spare
	kept     int64       // billionths of others that are planned
}

// spare is so much capacity that more makes no difference.
const spare = int64(1) << 61

// firstDay returns the first day to which an order can be moved that lacks something; false where there is none within MaxLeadDays.
func (p *planning) firstDay(order int, o Commitment, missing []Shortage, ends map[string]*planned) (int, bool) {
	var all []*moving
	for _, need := range o.Needs {
		if need.Capacity == nil {
			continue
		}
		m := &moving{need: need, own: map[int]int64{}, after: ends[need.Resource], beside: need.Units.Nano(), plan: &planned{day: p.first - 1}}
		for _, b := range o.Booked {
			if b.Resource == need.Resource {
				m.own[b.Day] += b.Units.Nano()
			}
		}
		for _, short := range missing {
			if short.Resource == need.Resource {
				m.missing = short.Missing.Nano()
			}
		}
		m.others = slices.DeleteFunc(slices.Clone(p.orders[need.Resource]), func(c committed) bool { return c.order == order })
		all = append(all, m)
	}
	for day := p.first; day <= p.first+MaxLeadDays; day++ {
		holds := day > o.DueDay
		for _, m := range all {
			holds = p.move(m, day) && holds
		}
		if holds {
			return day, true
		}
	}
	return 0, false
}

// move looks for room on one more day and reports whether the order lacks nothing of the resource if it is due on that day.
func (p *planning) move(m *moving, day int) bool {
	room := p.room(m.need, day)
	m.beside -= min(m.beside, freeBeside(m.need, day, p.calendar, p.booked, m.own[day], p.knownAt))
	switch {
	case day == m.after.day:
		m.missing -= min(m.missing, m.after.free)
	case day > m.after.day:
		m.missing -= min(m.missing, room)
	}
	m.capacity = min(m.capacity+min(room, spare), spare)
	for len(m.others) > 0 && m.others[0].due <= day {
		one := m.others[0]
		m.kept = min(m.kept+one.need.Units.Nano()-p.take(m.plan, one), spare)
		m.others = m.others[1:]
	}
	return m.beside == 0 && m.missing == 0 && m.capacity-m.kept >= m.need.Units.Nano()
}

// freeBeside returns the billionths of a resource that are free on a day if what an order has booked of it is left out.
func freeBeside(need Usage, day int, calendar Calendar, booked *Bookings, own int64, knownAt time.Time) int64 {
	if !calendar.Works(day) {
		return 0
	}
	left := need.perDay(day).Rat()
	left.Sub(left, booked.Booked(need.Resource, day, day, knownAt))
	left.Add(left, new(big.Rat).SetFrac64(own, 1_000_000_000))
	return max(0, wholeNano(left))
}
