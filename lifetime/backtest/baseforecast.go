package backtest

import (
	"math"

	"kopeck/lifetime"
)

// BaseForecast sums up what is expected of customers in the months ahead. Expect takes every customer once and then, where bounds are
// wanted, Vary takes every customer once in the same order.
//
// The sum over many independent customers is normal, so that its bounds follow from the mean and the variance. The variances are
// estimated on a sample in proportion to size (Hansen and Hurwitz, "On the theory of sampling from finite populations", 1943), by
// simulation. They are those of chance alone: see MonthErrors for the rest.
type BaseForecast struct {
	Orders, Margins         []float64 // by month; margins in minor units
	OrdersVary, MarginsVary []float64 // their variances

	sample     ForecastSample
	source     lifetime.Source
	weight     float64   // the orders expected of all customers
	passed     float64   // of those that Vary has taken
	cumulative []float64 // the orders expected of one customer until each month's end
}

// ForecastSample is the number of customers that are drawn for the variances of a forecast, and of futures that are drawn of each.
type ForecastSample struct{ Customers, Futures int }

// NewBaseForecast returns a forecast of a number of months.
func NewBaseForecast(months int, sample ForecastSample, source lifetime.Source) *BaseForecast {
	return &BaseForecast{
		Orders: make([]float64, months), Margins: make([]float64, months), OrdersVary: make([]float64, months), MarginsVary: make([]float64, months),
		sample: sample, source: source, cumulative: make([]float64, months),
	}
}

// expected puts the orders expected of a customer until each month's end into cumulative and returns the last.
func (f *BaseForecast) expected(o lifetime.Outlook) float64 {
	o.Counts.MonthlyOrders(f.cumulative, o.X, o.TX, o.T)
	return f.cumulative[len(f.cumulative)-1]
}

// Expect adds what is expected of a customer. Months and AnnualRate of the outlook are ignored.
func (f *BaseForecast) Expect(o lifetime.Outlook) {
	f.weight += f.expected(o)
	before := 0.0
	for i, sum := range f.cumulative {
		f.Orders[i] += sum - before
		f.Margins[i] += (sum - before) * o.Margin
		before = sum
	}
}

// Vary adds a customer's variances as many times as the customer is drawn: once for each step of equal weight of which the
// customer covers the middle. Error: ErrHorizon.
func (f *BaseForecast) Vary(o lifetime.Outlook) error {
	own := f.expected(o)
	if own <= 0 {
		return nil
	}
	step := f.weight / float64(f.sample.Customers)
	times := math.Floor((f.passed+own)/step+0.5) - math.Floor(f.passed/step+0.5)
	f.passed += own
	if times <= 0 {
		return nil
	}
	o.Months = len(f.cumulative)
	orders, margins, err := o.MonthlyVariances(f.sample.Futures, f.source)
	for i := range orders {
		f.OrdersVary[i] += times * step / own * orders[i]
		f.MarginsVary[i] += times * step / own * margins[i]
	}
	return err
}

// multiply multiplies what is expected in a month. The variance by chance lies between that of a sum with more members and that of one
// whose members are larger; the greater of both is taken.
func (f *BaseForecast) multiply(month int, factor float64) {
	f.Orders[month] *= factor
	f.Margins[month] *= factor
	f.OrdersVary[month] *= factor * max(1, factor)
	f.MarginsVary[month] *= factor * max(1, factor)
}
