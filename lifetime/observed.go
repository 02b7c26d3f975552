package lifetime

// Observation says until when the orders of all customers are known. The clock of a model stops there: silence of the log is not the
// departure of its customers. The zero Observation knows of no orders, and never stops the clock.
type Observation struct {
	// KnownUntil is the last day whose orders are known, where somebody said so; nil where the silence of all customers decides.
	KnownUntil *int `json:"knownUntil"`
	LastDay    int  `json:"lastDay"`    // the last calendar day with a completed order; 0 where there is none
	YearOrders int  `json:"yearOrders"` // completed orders of the 365 days that end with LastDay; MostYearOrders stands for all numbers above it
}

const (
	yearDays = 365
	// unusual is how many orders are expected during a silence that chance explains less often than once in a hundred: e^-4.6.
	unusual = 4.6
	// MostYearOrders is a number of orders a year of which more make no difference: one day without an order is unusual already.
	MostYearOrders = int(unusual*yearDays) + 1
)

// End returns the observed end at a day: the last day whose orders are known then, at most the day itself. Unless it was told, that is
// the day itself if it is not after the last order, or if the silence of the whole days between is nothing unusual, that is, if fewer
// than 4.6 orders come in as many days at the mean rate of the year before the last order. Else it is the day of the last order.
func (o Observation) End(day int) int {
	switch {
	case o.KnownUntil != nil:
		return min(day, *o.KnownUntil)
	case o.LastDay == 0 || day <= o.LastDay:
		return day
	case float64(o.YearOrders)*float64(day-o.LastDay-1) < unusual*yearDays:
		return day
	}
	return o.LastDay
}

// EndFor is End for a customer whose last order was on a day. Unless the end was told, an order ends the silence of all, also where the
// observation does not have it yet: the clock of its customer goes on to it.
func (o Observation) EndFor(day, last int) int {
	end := o.End(day)
	if o.KnownUntil == nil {
		end = max(end, last)
	}
	return end
}

// Sure returns the last day up to which the orders of every day are known by the observation: at a day that is not after it, [Observation.End]
// is the day itself.
func (o Observation) Sure() int {
	if o.KnownUntil != nil {
		return *o.KnownUntil
	}
	return o.LastDay
}

// Equal reports whether two observations give the same end at every day.
func (o Observation) Equal(other Observation) bool {
	if (o.KnownUntil == nil) != (other.KnownUntil == nil) {
		return false
	}
	if o.KnownUntil != nil {
		return *o.KnownUntil == *other.KnownUntil
	}
	return o == other
}

// With returns the observation with the days of some more completed orders. Of the orders that it counts already it is not known which lie
// in another year: where the last day moves by less than a year, all of them are taken to lie in it.
func (o Observation) With(days []int) Observation {
	last := o.LastDay
	for _, day := range days {
		last = max(last, day)
	}
	if last-o.LastDay >= yearDays {
		o.YearOrders = 0
	}
	for _, day := range days {
		if last-day < yearDays {
			o.YearOrders = min(o.YearOrders+1, MostYearOrders)
		}
	}
	o.LastDay = last
	return o
}
