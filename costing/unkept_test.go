package costing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// sawn is an order that is due on a day and has booked hours of a saw, which works the hours given a day, on its due day or before it.
func sawn(id string, due int, capacity string, hours map[int]string) costing.Commitment {
	c := costing.Commitment{OrderID: id, DueDay: due, At: day}
	total := int64(0)
	for on, units := range hours {
		c.Booked = append(c.Booked, costing.Booking{Resource: "saw", Day: on, Units: dec(units), BookedAt: day})
		total += dec(units).Nano()
	}
	c.Needs = []costing.Usage{{Resource: "saw", Units: money.Nano(total), Capacity: some(capacity)}}
	return c
}

// bookedBy are the bookings of orders.
func bookedBy(orders []costing.Commitment, others ...costing.Booking) *costing.Bookings {
	all := slices.Clone(others)
	for _, o := range orders {
		all = append(all, o.Booked...)
	}
	return costing.NewBookings(all)
}

func TestUnkeptDates(t *testing.T) {
	t.Parallel()
	later := sawn("c", 2, "8", map[int]string{2: "8"})
	later.At = day.Add(time.Hour)
	unknown := sawn("b", 1, "8", map[int]string{1: "800"})
	unknown.Needs[0].Capacity = nil
	for _, c := range []struct {
		name   string
		orders []costing.Commitment
		held   []costing.Booking
		want   string
	}{
		{"nothing", nil, nil, "[]"},
		{"all fits", []costing.Commitment{sawn("a", 1, "8", map[int]string{0: "8", 1: "8"})}, nil, "[]"},
		{"what is booked over a day fits on another", []costing.Commitment{sawn("a", 1, "8", map[int]string{1: "16"})}, nil, "[]"},
		{"one hour too many", []costing.Commitment{sawn("a", 1, "8", map[int]string{0: "8", 1: "9"})}, nil, "[{a 1 [{saw 1}] 2 true}]"},
		{"the later of two", []costing.Commitment{later, sawn("b", 2, "8", map[int]string{0: "8", 1: "8", 2: "4"})}, nil, "[{c 2 [{saw 4}] 3 true}]"},
		{"what is due first", []costing.Commitment{sawn("a", 2, "8", map[int]string{0: "8", 1: "8", 2: "8"}), sawn("b", 0, "8", map[int]string{0: "1"})}, nil, "[{a 2 [{saw 1}] 3 true}]"},
		{"beside what is held", []costing.Commitment{sawn("a", 1, "8", map[int]string{0: "8", 1: "8"})}, []costing.Booking{{Resource: "saw", Day: 1, Units: dec("3"), BookedAt: day}, {Resource: "saw", Day: 2, Units: dec("6"), BookedAt: day}}, "[{a 1 [{saw 3}] 3 true}]"},
		{"what is due later makes room", []costing.Commitment{sawn("y", 1, "4", map[int]string{0: "4"}), sawn("x", 3, "4", map[int]string{1: "4", 2: "4", 3: "6"}), sawn("l", 30, "4", map[int]string{0: "8"})}, nil, "[{x 3 [{saw 2}] 4 true}]"},
		{"no capacity at all", []costing.Commitment{sawn("a", 1, "0", map[int]string{1: "2"})}, nil, "[{a 1 [{saw 2}] 0 false}]"},
		{"of unknown capacity", []costing.Commitment{unknown}, nil, "[]"},
		{"due before the first day", []costing.Commitment{sawn("a", -3, "8", map[int]string{0: "2"})}, nil, "[{a -3 [{saw 2}] 0 true}]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := costing.UnkeptDates(c.orders, 0, costing.Calendar{}, bookedBy(c.orders, c.held...), costing.NewBookings(c.held), day)
			if text := fmt.Sprint(got); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
}

// TestUnkeptDatesAreNecessary: what is missing of a resource in all is the most by which what is due up to some day is more than the
// capacity up to it, which no plan can change; and an order that is moved to the first day that holds lacks nothing, while the others
// together lack no more.
func TestUnkeptDatesAreNecessary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		week := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, nil)
		capacity := map[string]int64{"oven": 3, "saw": 8}
		var orders []costing.Commitment
		for i := range rapid.IntRange(1, 7).Draw(t, "orders") {
			o := costing.Commitment{OrderID: fmt.Sprint(i), DueDay: rapid.IntRange(-1, 9).Draw(t, "due"), At: day.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "at")) * time.Hour)}
			for _, resource := range []string{"oven", "saw"} {
				units := rapid.Int64Range(0, 30).Draw(t, "units")
				if units == 0 {
					continue
				}
				on := rapid.IntRange(0, max(o.DueDay, 0)).Draw(t, "on")
				limit := money.Whole(capacity[resource])
				o.Needs = append(o.Needs, costing.Usage{Resource: resource, Units: money.Whole(units), Capacity: &limit})
				o.Booked = append(o.Booked, costing.Booking{Resource: resource, Day: on, Units: money.Whole(units), BookedAt: day})
			}
			orders = append(orders, o)
		}
		held := []costing.Booking{{Resource: "saw", Day: rapid.IntRange(0, 9).Draw(t, "held on"), Units: money.Whole(rapid.Int64Range(0, 9).Draw(t, "held")), BookedAt: day}}
		unkept := func() ([]costing.UnkeptDate, map[string]int64) {
			all := costing.UnkeptDates(orders, 0, week, bookedBy(orders, held...), costing.NewBookings(held), day)
			missing := map[string]int64{}
			for _, one := range all {
				for _, short := range one.Shortages {
					missing[short.Resource] += short.Missing.Nano()
				}
			}
			return all, missing
		}
		before, missing := unkept()
		for resource, hours := range capacity {
			most, room := int64(0), int64(0)
			for on := -1; on <= 9; on++ {
				if on >= 0 && week.Works(on) {
					free := hours
					if held[0].Resource == resource && held[0].Day == on {
						free = max(0, hours-held[0].Units.Nano()/1e9)
					}
					room += free
				}
				due := int64(0)
				for _, o := range orders {
					for _, need := range o.Needs {
						if o.DueDay <= on && need.Resource == resource {
							due += need.Units.Nano() / 1e9
						}
					}
				}
				most = max(most, due-room)
			}
			if missing[resource] != most*1e9 {
				t.Fatalf("%d of %s is missing, want %d", missing[resource], resource, most*1e9)
			}
		}
		if len(before) == 0 {
			return
		}
		moved := before[rapid.IntRange(0, len(before)-1).Draw(t, "moved")]
		if !moved.Possible {
			t.Fatalf("no day holds for %v", moved)
		}
		i := slices.IndexFunc(orders, func(o costing.Commitment) bool { return o.OrderID == moved.OrderID })
		others := bookedBy(slices.Concat(orders[:i], orders[i+1:]), held...)
		for _, short := range moved.Shortages {
			missing[short.Resource] -= short.Missing.Nano()
		}
		// wrong is what is wrong with a day as the first one that holds, "" where nothing is.
		wrong := func(on int) string {
			if earliest, ok := costing.Earliest(orders[i].Needs, 0, week, others, day); !ok || earliest > on {
				return fmt.Sprintf("it is refused: %d is the earliest", earliest)
			}
			before := orders[i]
			defer func() { orders[i] = before }()
			orders[i].DueDay = on
			orders[i].Booked = costing.Plan(orders[i].Needs, 0, on, week, others, day)
			after, rest := unkept()
			if slices.ContainsFunc(after, func(one costing.UnkeptDate) bool { return one.OrderID == moved.OrderID }) {
				return fmt.Sprintf("moved, it lacks capacity: %v", after)
			}
			for resource := range capacity {
				if rest[resource] > missing[resource] {
					return fmt.Sprintf("%s: %d is missing, and %d before the move without the order: %v", resource, rest[resource], missing[resource], after)
				}
			}
			return ""
		}
		if text := wrong(moved.FirstDay); text != "" {
			t.Fatalf("%v is moved: %s", moved, text)
		}
		for on := max(moved.DueDay+1, 0); on < moved.FirstDay; on++ {
			if wrong(on) == "" {
				t.Fatalf("%v: day %d holds already", moved, on)
			}
		}
	})
}
