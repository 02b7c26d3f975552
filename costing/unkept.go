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
// The first day that holds is the first one to which the order, alone, can be moved: Plan books nothing over a capacity then, the order lacks
// nothing, and what all others lack does not become more. Orders that are due later make room as far as they can still be made in time.
func UnkeptDates(orders []Commitment, first int, calendar Calendar, booked, held *Bookings, knownAt time.Time) []UnkeptDate {
	orders = slices.Clone(orders)
	slices.SortFunc(orders, func(a, b Commitment) int {
		return cmp.Or(cmp.Compare(a.DueDay, b.DueDay), orderedBefore(a, b))
	})
	p := planning{first, calendar, booked, held, knownAt, orders, map[string][]committed{}, map[string][]int64{}}
	for i, o := range orders {
		for _, need := range o.Needs {
			if need.Capacity != nil {
				p.needs[need.Resource] = append(p.needs[need.Resource], committed{i, o.DueDay, need})
			}
		}
	}
	missing, inAll := map[int][]Shortage{}, map[string]int64{}
	for _, resource := range slices.Sorted(maps.Keys(p.needs)) {
		plan := &planned{day: first - 1}
		for _, c := range p.needs[resource] {
			if left := p.take(plan, c); left > 0 {
				missing[c.order] = append(missing[c.order], Shortage{resource, money.Nano(left)})
				inAll[resource] = more(inAll[resource], left)
			}
		}
	}
	unkept := make([]UnkeptDate, 0, len(missing))
	for _, i := range slices.Sorted(maps.Keys(missing)) {
		one := UnkeptDate{OrderID: orders[i].OrderID, DueDay: orders[i].DueDay, Shortages: missing[i]}
		one.FirstDay, one.Possible = p.firstDay(i, missing[i], inAll)
		unkept = append(unkept, one)
	}
	return unkept
}

// orderedBefore compares the places of two orders that are due on one day.
func orderedBefore(a, b Commitment) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.OrderID, b.OrderID))
}

// planning is what a plan of all orders goes by.
type planning struct {
	first        int
	calendar     Calendar
	booked, held *Bookings
	knownAt      time.Time
	orders       []Commitment           // by due day
	needs        map[string][]committed // of the orders, by resource
	rooms        map[string][]int64     // by resource, from the first day on, as far as they were asked for
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
	rooms := p.rooms[need.Resource]
	for n := len(rooms); n <= day-p.first; n++ {
		rooms = append(rooms, free(need, p.first+n, p.calendar, p.held, p.knownAt))
	}
	p.rooms[need.Resource] = rooms
	return rooms[day-p.first]
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
	order   Commitment
	need    Usage
	own     map[int]int64 // what the order has booked, by day
	beside  int64         // what is still to be found beside what others have booked
	lacking int64         // what the others lack, and may lack
	blocked int           // the last day on which they would lack more if the order was due on it or before

	others   []committed // that are not planned yet, without the order
	plan     *planned    // of those that are
	kept     int64       // billionths of others that are planned
	capacity int64       // billionths up to the day, at most spare
}

// spare is so much capacity that more makes no difference.
const spare = int64(1) << 61

// more adds billionths, at most up to spare.
func more(a, b int64) int64 { return min(a+min(b, spare), spare) }

// firstDay returns the first day to which an order can be moved that lacks something; false where there is none within MaxLeadDays. inAll is
// what all orders lack, by resource.
func (p *planning) firstDay(order int, missing []Shortage, inAll map[string]int64) (int, bool) {
	o := p.orders[order]
	var all []*moving
	for _, need := range o.Needs {
		if need.Capacity == nil {
			continue
		}
		m := &moving{order: o, need: need, own: map[int]int64{}, beside: need.Units.Nano(), lacking: inAll[need.Resource], plan: &planned{day: p.first - 1}}
		for _, b := range o.Booked {
			if b.Resource == need.Resource {
				m.own[b.Day] += b.Units.Nano()
			}
		}
		for _, short := range missing {
			if short.Resource == need.Resource {
				m.lacking -= short.Missing.Nano()
			}
		}
		m.others = slices.DeleteFunc(slices.Clone(p.needs[need.Resource]), func(c committed) bool { return c.order == order })
		m.blocked = p.blocked(m)
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

// blocked returns the last due day up to which the others and the order need more than there is room for and than the others may lack: what
// all lack of a resource is the most by which what is due up to some day is more than the capacity up to it.
func (p *planning) blocked(m *moving) int {
	last, day := p.first-1, p.first-1
	due, capacity := more(0, m.need.Units.Nano()), int64(0)
	for _, c := range m.others {
		for ; day < c.due; day++ {
			capacity = more(capacity, p.room(m.need, day+1))
		}
		if due = more(due, c.need.Units.Nano()); due-capacity > m.lacking {
			last = c.due
		}
	}
	return last
}

// move looks for room on one more day and reports whether the order can be due on that day: there is room for it beside what others have
// booked, it lacks nothing of the resource, and the others do not lack more.
func (p *planning) move(m *moving, day int) bool {
	m.beside -= min(m.beside, freeBeside(m.need, day, p.calendar, p.booked, m.own[day], p.knownAt))
	m.capacity = more(m.capacity, p.room(m.need, day))
	for len(m.others) > 0 && p.before(m.others[0], m.order, day) {
		m.kept = more(m.kept, m.others[0].need.Units.Nano()-p.take(m.plan, m.others[0]))
		m.others = m.others[1:]
	}
	return m.beside == 0 && m.capacity-m.kept >= m.need.Units.Nano() && day > m.blocked
}

// before reports whether what is committed goes before an order that is due on a day.
func (p *planning) before(c committed, o Commitment, day int) bool {
	return c.due < day || c.due == day && orderedBefore(p.orders[c.order], o) < 0
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
