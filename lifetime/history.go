package lifetime

import "slices"

// DayMargin is an order day and the margin of its orders, in minor units.
type DayMargin struct {
	Day    int
	Margin float64
}

// History is the order days of a customer, ascending.
type History []DayMargin

// Until returns the order days up to the end of a day.
func (h History) Until(day int) History {
	i, _ := slices.BinarySearchFunc(h, day+1, func(d DayMargin, day int) int { return d.Day - day })
	return h[:i]
}

// Stats returns x, t_x and T on a day that is not before the first order day. The history is not empty.
func (h History) Stats(day int) Stats {
	return Stats{Frequency: len(h) - 1, RecencyDays: h[len(h)-1].Day - h[0].Day, AgeDays: day - h[0].Day}
}

// Repeat returns the number of repeat order days and the mean of their margins, 0 for none.
func (h History) Repeat() (x int, mean float64) {
	if len(h) < 2 {
		return 0, 0
	}
	return len(h) - 1, h[1:].Mean()
}

// Mean returns the mean margin of the order days.
func (h History) Mean() float64 {
	mean := 0.0
	for i, d := range h {
		mean += (d.Margin - mean) / float64(i+1)
	}
	return mean
}

// Earned returns the margin of all order days.
func (h History) Earned() float64 {
	sum := 0.0
	for _, d := range h {
		sum += d.Margin
	}
	return sum
}
