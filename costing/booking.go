package costing

import (
	"cmp"
	"math/big"
	"slices"
	"sort"
	"time"

	"kopeck/money"
)

// Booking is the capacity that an order takes of a resource on a day, or that is held for a customer: known since BookedAt, free again
// since FreedAt.
type Booking struct {
	Resource string
	Day      int
	Units    money.Decimal
	BookedAt time.Time
	FreedAt  *time.Time
	HeldFor  string // the customer; "" for an order
	Hold     string // the key of the price that it is held by; "" for an order
}

// Bookings is an immutable index of bookings. A nil one holds none.
type Bookings struct {
	byResource map[string]*bookedDays
	holds      map[string][]Booking // by customer
	turns      turns                // all BookedAt and FreedAt
}

type bookedDays struct {
	bookings []Booking  // by day
	running  []*big.Int // billionths that are not freed, up to and including the booking
}

// NewBookings indexes bookings; their order does not matter.
func NewBookings(bookings []Booking) *Bookings {
	index := &Bookings{byResource: make(map[string]*bookedDays), holds: make(map[string][]Booking)}
	moments := make([]time.Time, 0, len(bookings))
	for _, b := range bookings {
		days := index.byResource[b.Resource]
		if days == nil {
			days = &bookedDays{}
			index.byResource[b.Resource] = days
		}
		days.bookings = append(days.bookings, b)
		if b.HeldFor != "" {
			index.holds[b.HeldFor] = append(index.holds[b.HeldFor], b)
		}
		moments = append(moments, b.BookedAt)
		if b.FreedAt != nil {
			moments = append(moments, *b.FreedAt)
		}
	}
	index.turns = newTurns(moments)
	for _, days := range index.byResource {
		slices.SortFunc(days.bookings, func(a, b Booking) int { return cmp.Compare(a.Day, b.Day) })
		total := new(big.Int)
		for _, b := range days.bookings {
			if b.FreedAt == nil {
				total = new(big.Int).Add(total, big.NewInt(b.Units.Nano()))
			}
			days.running = append(days.running, total)
		}
	}
	return index
}

// Booked returns the exact units of a resource that are booked on the days from first to last, both included, as
// known at a moment.
func (b *Bookings) Booked(resource string, first, last int, knownAt time.Time) *big.Rat {
	if b == nil || b.byResource[resource] == nil {
		return new(big.Rat)
	}
	days := b.byResource[resource]
	from := sort.Search(len(days.bookings), func(i int) bool { return days.bookings[i].Day >= first })
	to := sort.Search(len(days.bookings), func(i int) bool { return days.bookings[i].Day > last })
	if from >= to {
		return new(big.Rat)
	}
	nano := new(big.Int)
	if b.turned(knownAt) == len(b.turns) { // all is known: the running totals hold
		nano.Set(days.running[to-1])
		if from > 0 {
			nano.Sub(nano, days.running[from-1])
		}
	} else {
		for _, booking := range days.bookings[from:to] {
			if !booking.BookedAt.After(knownAt) && (booking.FreedAt == nil || booking.FreedAt.After(knownAt)) {
				nano.Add(nano, big.NewInt(booking.Units.Nano()))
			}
		}
	}
	return new(big.Rat).SetFrac(nano, big.NewInt(1_000_000_000))
}

// lastDay returns the last day on which anything of a resource is booked, known or not; otherwise where there is none.
func (b *Bookings) lastDay(resource string, otherwise int) int {
	if b == nil || b.byResource[resource] == nil {
		return otherwise
	}
	days := b.byResource[resource].bookings
	return days[len(days)-1].Day
}

// HeldFor reports whether anything is held for a customer at a moment.
func (b *Bookings) HeldFor(customer string, at time.Time) bool {
	return b != nil && slices.ContainsFunc(b.holds[customer], func(hold Booking) bool {
		return !hold.BookedAt.After(at) && (hold.FreedAt == nil || hold.FreedAt.After(at))
	})
}

// WithoutHold returns the bookings without what is held by the key of a price.
func (b *Bookings) WithoutHold(key string) *Bookings {
	var others []Booking
	for _, days := range b.byResource {
		for _, booking := range days.bookings {
			if booking.Hold != key {
				others = append(others, booking)
			}
		}
	}
	return NewBookings(others)
}

// Plan books what an order needs on the earliest worked days with free capacity, from its first day up to its due day, both
// included, as known at a moment. What does not fit is booked on the last worked day all the same, over its
// capacity: see Earliest, which tells beforehand. Where no day is worked, on the due day. A
// resource of unknown capacity is booked on the first worked day. Where dueDay is before firstDay everything is due on
// firstDay. The bookings come by resource and day, their units sum to the needs exactly, and BookedAt is knownAt.
func Plan(needs []Usage, firstDay, dueDay int, calendar Calendar, booked *Bookings, knownAt time.Time) []Booking {
	dueDay = max(dueDay, firstDay)
	last := calendar.lastWorked(firstDay, dueDay)
	var plan []Booking
	for _, need := range needs {
		left := need.Units.Nano()
		day := firstDay
		if need.Capacity == nil {
			day = calendar.firstWorked(firstDay, last)
		}
		for ; day <= last && left > 0; day++ {
			take := left
			if need.Capacity != nil && day != last {
				take = min(left, free(need, day, calendar, booked, knownAt))
			}
			if take > 0 {
				plan = append(plan, Booking{Resource: need.Resource, Day: day, Units: money.Nano(take), BookedAt: knownAt})
				left -= take
			}
		}
	}
	slices.SortFunc(plan, func(a, b Booking) int { return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Day, b.Day)) })
	return plan
}

// Earliest returns the first day by whose end the free capacity of the worked days from firstDay on is enough for everything that an
// order needs, as known at a moment, and true; false if no day is within MaxLeadDays. What needs no resource, or one of unknown
// capacity, is possible on firstDay. By that day and by no earlier one Plan books nothing over a capacity.
func Earliest(needs []Usage, firstDay int, calendar Calendar, booked *Bookings, knownAt time.Time) (int, bool) {
	earliest := firstDay
	for _, need := range needs {
		left := need.Units.Nano()
		if need.Capacity == nil || left <= 0 {
			continue
		}
		day := firstDay
		for ; ; day++ {
			if day > firstDay+MaxLeadDays {
				return 0, false
			}
			if left -= min(left, free(need, day, calendar, booked, knownAt)); left == 0 {
				break
			}
		}
		earliest = max(earliest, day)
	}
	return earliest, true
}

// free returns the billionths of a resource of known capacity that are free on a day: nothing on a day off.
func free(need Usage, day int, calendar Calendar, booked *Bookings, knownAt time.Time) int64 {
	if !calendar.Works(day) {
		return 0
	}
	left := need.perDay(day).Rat()
	left.Sub(left, booked.Booked(need.Resource, day, day, knownAt))
	return max(0, wholeNano(left))
}

// wholeNano returns the billionths of a difference of decimals, at least as far as an int64 goes.
func wholeNano(r *big.Rat) int64 {
	scaled := new(big.Rat).Mul(r, big.NewRat(1_000_000_000, 1))
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	if !whole.IsInt64() {
		if whole.Sign() < 0 {
			return -1 << 63
		}
		return 1<<63 - 1
	}
	return whole.Int64()
}
