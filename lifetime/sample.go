package lifetime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"kopeck/lifetime/numeric"
)

// ErrStats is wrapped by every error about a customer's figures that contradict each other.
var ErrStats = errors.New("lifetime: impossible customer statistics")

// Stats is one customer's order history in whole calendar days.
type Stats struct {
	Frequency   int // x: distinct order days, less the first
	RecencyDays int // t_x: first to last order day
	AgeDays     int // T: first order day to now
}

// Validate refuses what no customer can have, with an error that wraps ErrStats: negative figures, a
// last order after now, repeat orders without time for them, and more repeat order days than days.
func (s Stats) Validate() error {
	switch {
	case s.Frequency < 0 || s.RecencyDays < 0 || s.AgeDays < 0:
		return fmt.Errorf("%w: negative in %+v", ErrStats, s)
	case s.RecencyDays > s.AgeDays:
		return fmt.Errorf("%w: the last order is after now in %+v", ErrStats, s)
	case s.Frequency > s.RecencyDays:
		return fmt.Errorf("%w: more repeat order days than days in %+v", ErrStats, s)
	case s.Frequency == 0 && s.RecencyDays > 0:
		return fmt.Errorf("%w: a recency without a repeat order in %+v", ErrStats, s)
	}
	return nil
}

// In is (x, t_x, T) with the times in u.
func (s Stats) In(u Unit) (x int, tx, T float64) {
	return s.Frequency, float64(s.RecencyDays) / u.Days(), float64(s.AgeDays) / u.Days()
}

// Row is N customers with the same history, the times in the unit of the Sample that it is in.
type Row struct {
	X     int
	TX, T float64
	N     int
}

// Sample is what a count model is fitted to: distinct rows in one unit.
type Sample struct {
	Unit Unit
	Rows []Row
	// Gaps are the times between an order day and the next, of all customers. Only MBGCNBD needs them, which without them
	// cannot be distinguished from a less regular model, and SimpleRate of KindRecencyFrequency.
	Gaps Gaps
	// Period is the length of the last period that SimpleRate of KindLastPeriod repeats; 0 is a year.
	Period float64
}

// Gaps are times between orders: how many there are, the sum of their logarithms, and the time that 95 of 100 do not exceed.
type Gaps struct {
	N      int
	LogSum float64
	Long   float64
}

// Customers is the number of customers in the sample.
func (s Sample) Customers() int {
	n := 0
	for _, r := range s.Rows {
		n += r.N
	}
	return n
}

// Repeaters is the number of customers with an order after their first order day.
func (s Sample) Repeaters() int {
	n := 0
	for _, r := range s.Rows {
		if r.X > 0 {
			n += r.N
		}
	}
	return n
}

// Validate refuses a sample without a unit and rows that no customers can have; its errors wrap ErrStats.
func (s Sample) Validate() error {
	if !s.Unit.Valid() {
		return fmt.Errorf("%w: the sample has no time unit", ErrStats)
	}
	for _, r := range s.Rows {
		ok := r.N >= 0 && r.X >= 0 && r.TX >= 0 && r.T >= r.TX && numeric.Finite(r.T) && (r.X > 0) == (r.TX > 0)
		if !ok {
			return fmt.Errorf("%w: %+v", ErrStats, r)
		}
	}
	return nil
}

// Tally counts customers into distinct histories, so that memory and the cost of a fit follow the
// number of distinct histories and not of customers. The zero Tally is empty and ready.
type Tally struct {
	counts map[Stats]int
	gaps   map[int]int // by days
}

// AddGaps counts n gaps of a number of days between an order day of a customer and the next. It refuses less than a day,
// and n < 0, with ErrStats.
func (t *Tally) AddGaps(days, n int) error {
	if days < 1 || n < 0 {
		return fmt.Errorf("%w: %d gaps of %d days", ErrStats, n, days)
	}
	if t.gaps == nil {
		t.gaps = map[int]int{}
	}
	t.gaps[days] += n
	return nil
}

// Add counts n customers with the history s. It refuses an impossible history, and n < 0, with ErrStats.
func (t *Tally) Add(s Stats, n int) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if n < 0 {
		return fmt.Errorf("%w: %d customers", ErrStats, n)
	}
	if t.counts == nil {
		t.counts = map[Stats]int{}
	}
	t.counts[s] += n
	return nil
}

// AddHistory counts a customer, as they are at the end of a day, and the gaps between the order days. Errors: those of Add and AddGaps.
func (t *Tally) AddHistory(h History, day int) error {
	for i := range h[1:] {
		if err := t.AddGaps(h[i+1].Day-h[i].Day, 1); err != nil {
			return err
		}
	}
	return t.Add(h.Stats(day), 1)
}

// Sample returns the distinct rows in the unit, ordered by (x, t_x, T) so that equal input makes equal fits.
func (t *Tally) Sample(u Unit) Sample {
	keys := slices.SortedFunc(maps.Keys(t.counts), func(a, b Stats) int {
		return cmp.Or(cmp.Compare(a.Frequency, b.Frequency), cmp.Compare(a.RecencyDays, b.RecencyDays),
			cmp.Compare(a.AgeDays, b.AgeDays))
	})
	rows := make([]Row, 0, len(keys))
	for _, s := range keys {
		x, tx, T := s.In(u)
		rows = append(rows, Row{X: x, TX: tx, T: T, N: t.counts[s]})
	}
	sample := Sample{Unit: u, Rows: rows}
	all := 0
	for _, n := range t.gaps {
		all += n
	}
	for _, days := range slices.Sorted(maps.Keys(t.gaps)) {
		if float64(sample.Gaps.N) < 0.95*float64(all) {
			sample.Gaps.Long = float64(days) / u.Days()
		}
		sample.Gaps.N += t.gaps[days]
		sample.Gaps.LogSum += float64(t.gaps[days]) * math.Log(float64(days)/u.Days())
	}
	return sample
}
