package report

import (
	"math"

	"kopeck/lifetime"
	"kopeck/service/value"
)

// How the bounds of a month are found: by a number of customers, drawn in proportion to the orders that are expected of them, and a
// number of simulated futures of each.
const (
	sampledCustomers = 1000
	sampledFutures   = 100
	standardNormal   = 1.2815515655446004 // a standard normal deviate lies between minus and plus this with a probability of 0.8
)

// forecast sums up what is expected of customers in the months ahead. expect takes every customer once and then, where bounds are
// wanted, vary takes every customer once in the same order.
//
// The sum over many independent customers is normal, so that its bounds follow from the mean and the variance. The variances are
// estimated on a sample in proportion to size (Hansen and Hurwitz, "On the theory of sampling from finite populations", 1943), by
// simulation with a fixed seed.
type forecast struct {
	model  *value.Model
	today  int // a calendar day
	months int

	orders, margins         []float64 // by month; margins in minor units
	ordersVary, marginsVary []float64 // their variances
	weight                  float64   // the orders expected of all customers
	passed                  float64   // of those that vary has taken
	cumulative              []float64 // the orders expected of one customer until each month's end
	source                  lifetime.Source
}

func newForecast(m *value.Model, today, months int) *forecast {
	return &forecast{
		model: m, today: today, months: months, orders: make([]float64, months), margins: make([]float64, months),
		ordersVary: make([]float64, months), marginsVary: make([]float64, months), cumulative: make([]float64, months), source: value.SimulationSource(),
	}
}

// outlook puts the orders expected of a customer until each month's end into cumulative, and returns the margin expected of an order
// in minor units.
func (f *forecast) outlook(c *baseCustomer) (e value.Earnings, margin float64, err error) {
	e = value.EarningsOf(&c.Customer)
	if e.OrderDays == 0 {
		clear(f.cumulative)
		return e, 0, nil
	}
	x, tx, T := e.Stats(f.today).In(f.model.Counts.TimeUnit())
	f.model.Counts.MonthlyOrders(f.cumulative, x, tx, T)
	margin, err = f.model.OrderMargin(e)
	return e, margin, err
}

// expect adds what is expected of a customer.
func (f *forecast) expect(c *baseCustomer) error {
	_, margin, err := f.outlook(c)
	before := 0.0
	for i, sum := range f.cumulative {
		f.orders[i] += sum - before
		f.margins[i] += (sum - before) * margin
		before = sum
	}
	f.weight += before
	return err
}

// vary adds a customer's variances as many times as the customer is drawn: once for each step of equal weight of which the
// customer covers the middle.
func (f *forecast) vary(c *baseCustomer) error {
	e, margin, err := f.outlook(c)
	own := f.cumulative[f.months-1]
	if err != nil || own <= 0 {
		return err
	}
	step := f.weight / sampledCustomers
	times := math.Floor((f.passed+own)/step+0.5) - math.Floor(f.passed/step+0.5)
	f.passed += own
	if times <= 0 {
		return nil
	}
	o := f.model.Outlook(e, f.today, f.months, margin, 0)
	orders, margins, err := o.MonthlyVariances(sampledFutures, f.source)
	for i := range orders {
		f.ordersVary[i] += times * step / own * orders[i]
		f.marginsVary[i] += times * step / own * margins[i]
	}
	return err
}

// startAfter drops what lies before a number of months from now, and divides the months anew: what is expected in one is spread over
// it evenly.
func (f *forecast) startAfter(months float64) {
	whole, part := math.Modf(months)
	f.months -= int(math.Ceil(months))
	for _, of := range []*[]float64{&f.orders, &f.margins, &f.ordersVary, &f.marginsVary} {
		shifted := (*of)[int(whole):]
		for i := range f.months {
			if part > 0 {
				shifted[i] = (1-part)*shifted[i] + part*shifted[i+1]
			}
		}
		*of = shifted[:f.months]
	}
}
