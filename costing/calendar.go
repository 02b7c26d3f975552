package costing

import (
	"slices"
	"sort"
	"time"
)

// Calendar says which days are worked: some weekdays, except for days off. The zero value works every day. It is
// immutable.
type Calendar struct {
	idle [7]bool // by weekday, from Sunday
	off  []int   // sorted; on weekdays that are worked, each once
}

// NewCalendar returns the calendar of the weekdays that are worked and of days off, as Day numbers them, both in any
// order.
func NewCalendar(worked []time.Weekday, daysOff []int) Calendar {
	var c Calendar
	for weekday := range c.idle {
		c.idle[weekday] = !slices.Contains(worked, time.Weekday(weekday))
	}
	for _, day := range daysOff {
		if !c.idle[weekday(day)] {
			c.off = append(c.off, day)
		}
	}
	slices.Sort(c.off)
	c.off = slices.Compact(c.off)
	return c
}

// weekday returns the weekday of a day: day 0 was a Thursday.
func weekday(day int) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }

// Works reports whether a day is worked.
func (c Calendar) Works(day int) bool {
	_, off := slices.BinarySearch(c.off, day)
	return !off && !c.idle[weekday(day)]
}

// Working counts the days that are worked from first to last, both included.
func (c Calendar) Working(first, last int) int {
	if last < first {
		return 0
	}
	days := last - first + 1
	n := 0
	for weekday := range c.idle {
		if !c.idle[weekday] {
			n += days / 7
		}
	}
	for day := last - days%7 + 1; day <= last; day++ {
		if !c.idle[weekday(day)] {
			n++
		}
	}
	return n - (sort.SearchInts(c.off, last+1) - sort.SearchInts(c.off, first))
}

// firstWorked returns the first day from first to last that is worked; first where none is.
func (c Calendar) firstWorked(first, last int) int {
	for day := first; day <= last; day++ {
		if c.Works(day) {
			return day
		}
	}
	return first
}

// lastWorked returns the last day from first to last that is worked; last where none is.
func (c Calendar) lastWorked(first, last int) int {
	for day := last; day >= first; day-- {
		if c.Works(day) {
			return day
		}
	}
	return last
}
