package stage

import (
	"slices"
	"time"
)

// Timeline are the dated facts that a customer's stage follows from, at any moment. Each list is sorted by time: see
// [Timeline.Sort].
type Timeline struct {
	Recorded   Stage       // the stage that the customer was recorded with, from which they begin; "" is STRANGER
	Decisions  []Decision  // of staff
	Permitted  []time.Time // when permissions became active
	Departures []time.Time
	Orders     []Order
}

// Decision is a stage that staff decided at a moment.
type Decision struct {
	To Stage
	At time.Time
}

// Order is a completed order that is not given back in full.
type Order struct {
	Day         int // the calendar day on which it was placed
	CompletedAt time.Time
}

// Days are the distinct order days by a moment. First and Last are 0 where Count is.
type Days struct{ Count, First, Last int }

// Rules are what stages are computed by at any moment: the thresholds and the probability to be alive are those of the moment.
type Rules struct {
	Day        func(at time.Time) int // the calendar day of a moment
	StartOfDay func(day int) time.Time
	Limits     func(at time.Time) Thresholds
	Alive      func(d Days, at time.Time) float64 // of a customer who has ordered
}

// Sort brings the facts of each list into the order of their moments.
func (t *Timeline) Sort() {
	slices.SortStableFunc(t.Decisions, func(a, b Decision) int { return a.At.Compare(b.At) })
	slices.SortFunc(t.Permitted, time.Time.Compare)
	slices.SortFunc(t.Departures, time.Time.Compare)
	slices.SortFunc(t.Orders, func(a, b Order) int { return a.CompletedAt.Compare(b.CompletedAt) })
}

// Decided returns the facts that follow from the recorded stage and the decisions of staff, the last of which counts.
func (t *Timeline) Decided() Facts {
	f := Facts{Recorded: t.Recorded}
	if n := len(t.Decisions); n > 0 {
		f.Overruled, f.OverruledAt = t.Decisions[n-1].To, t.Decisions[n-1].At
	}
	return f
}

// At returns the stage that a customer was in at each of some moments, which are sorted: it follows from the facts up to the
// moment alone, whenever we learned of them.
func (t *Timeline) At(moments []time.Time, rules Rules) []Stage {
	c := t.begin()
	stages := make([]Stage, len(moments))
	for i, at := range moments {
		c.advance(at)
		stages[i] = c.stage(at, rules)
	}
	return stages
}

// After returns the stage at a moment that is not before the last completed order. The timeline has no orders: they come to some
// days, and the last of them was completed at another moment.
func (t *Timeline) After(at time.Time, bought Days, lastCompleted time.Time, rules Rules) Stage {
	c := t.begin()
	c.advance(at)
	if bought.Count > 0 {
		c.days, c.facts.LastCompletedAt = bought, lastCompleted
	}
	return c.stage(at, rules)
}

// Since returns from when the stage that a customer is in at a moment has held: the moment of the fact that moved them, or the
// beginning of the day on which their silence did. It is zero where they have always been in it.
func (t *Timeline) Since(now time.Time, rules Rules) (since time.Time, silent bool) {
	c := t.begin()
	is, last := c.stage(time.Time{}, rules), time.Time{}
	for _, at := range t.moments() {
		if at.After(now) {
			break
		}
		if before := at.Add(-time.Microsecond); c.stage(before, rules) != is { // it fell in silence, until this
			is = ""
		}
		c.advance(at)
		if next := c.stage(at, rules); next != is {
			is, since = next, at
		}
		last = at
	}
	final := c.stage(now, rules)
	if final == is || last.IsZero() {
		return since, false
	}
	// Silence lets the probability to be alive fall from day to day.
	low, high := rules.Day(last), rules.Day(now)
	for low < high {
		middle := low + (high-low)/2
		if c.stage(rules.StartOfDay(middle), rules) == final && !rules.StartOfDay(middle).Before(last) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if since = rules.StartOfDay(low); since.Before(last) {
		since = last
	}
	return since, true
}

// Missed reports whether the customer would be in another stage at a moment if orders that are gone, since they were given back in full,
// were among the facts.
func (t *Timeline) Missed(gone []Order, at time.Time, rules Rules) bool {
	if len(gone) == 0 {
		return false
	}
	with := *t
	with.Orders = slices.Concat(t.Orders, gone)
	with.Sort()
	return with.At([]time.Time{at}, rules)[0] != t.At([]time.Time{at}, rules)[0]
}

// moments returns the moments of all facts, sorted, each once.
func (t *Timeline) moments() []time.Time {
	all := slices.Concat(t.Permitted, t.Departures)
	for _, d := range t.Decisions {
		all = append(all, d.At)
	}
	for _, o := range t.Orders {
		all = append(all, o.CompletedAt)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// cursor has the facts of a timeline up to a moment. The numbers are those of the facts that are in it.
type cursor struct {
	of                                       *Timeline
	facts                                    Facts
	days                                     Days
	seen                                     map[int]bool // the order days
	decisions, permitted, departures, orders int
}

func (t *Timeline) begin() *cursor {
	return &cursor{of: t, facts: Facts{Recorded: t.Recorded}, seen: map[int]bool{}}
}

// advance adds the facts up to a moment, included.
func (c *cursor) advance(at time.Time) {
	t, f := c.of, &c.facts
	for ; c.decisions < len(t.Decisions) && !t.Decisions[c.decisions].At.After(at); c.decisions++ {
		f.Overruled, f.OverruledAt = t.Decisions[c.decisions].To, t.Decisions[c.decisions].At
	}
	for ; c.permitted < len(t.Permitted) && !t.Permitted[c.permitted].After(at); c.permitted++ {
		f.PermittedLastAt = t.Permitted[c.permitted]
		if c.permitted == 0 {
			f.PermittedAt = f.PermittedLastAt
		}
	}
	for ; c.departures < len(t.Departures) && !t.Departures[c.departures].After(at); c.departures++ {
		f.DepartedAt = t.Departures[c.departures]
	}
	for ; c.orders < len(t.Orders) && !t.Orders[c.orders].CompletedAt.After(at); c.orders++ {
		o := t.Orders[c.orders]
		f.LastCompletedAt = o.CompletedAt
		if c.days.Count == 0 || o.Day < c.days.First {
			c.days.First = o.Day
		}
		if c.days.Count == 0 || o.Day > c.days.Last {
			c.days.Last = o.Day
		}
		c.seen[o.Day] = true
		c.days.Count = len(c.seen)
	}
}

// stage returns the stage that the facts make at a moment.
func (c *cursor) stage(at time.Time, rules Rules) Stage {
	f := c.facts
	if f.OrderDays = c.days.Count; f.OrderDays > 0 {
		f.ProbabilityAlive = rules.Alive(c.days, at)
	}
	is, _, _ := Of(f, rules.Limits(at))
	return is
}
