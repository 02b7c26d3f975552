package report

import (
	"math"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/service/value"
)

// sampled is what the variances of a month are estimated on.
var sampled = backtest.ForecastSample{Customers: 1000, Futures: 100}

// forecast sums up what is expected of customers in the months ahead, with the season and the errors of the model's fit: see
// backtest.BaseForecast and backtest.MonthErrors. expect takes every customer once and then vary takes every customer once in the same
// order.
type forecast struct {
	*backtest.BaseForecast

	model  *value.Model
	today  int // a calendar day: the months begin after it
	months int
}

func newForecast(m *value.Model, today, months int) *forecast {
	return &forecast{backtest.NewBaseForecast(months, sampled, value.SimulationSource()), m, today, months}
}

// outlook returns what is known of a customer; nil of one who had not ordered by the observed end.
func (f *forecast) outlook(c *baseCustomer) (*lifetime.Outlook, error) {
	e := value.EarningsOf(&c.Customer).Until(f.today)
	if e.OrderDays == 0 {
		return nil, nil
	}
	margin, err := f.model.OrderMargin(e, f.today)
	return f.model.Outlook(e, f.today, f.months, margin, 0), err
}

// expect adds what is expected of a customer.
func (f *forecast) expect(c *baseCustomer) error {
	o, err := f.outlook(c)
	if err == nil && o != nil {
		f.Expect(*o)
	}
	return err
}

// vary adds a customer's variances.
func (f *forecast) vary(c *baseCustomer) error {
	o, err := f.outlook(c)
	if err != nil || o == nil {
		return err
	}
	return f.Vary(*o)
}

// adjust gives the months their season, and their variances the errors beside chance. It is called once, after vary has taken all.
func (f *forecast) adjust(errors backtest.MonthErrors) { errors.Adjust(f.BaseForecast, f.today) }

// startAfter drops what lies before a number of months from now, and divides the months anew: what is expected in one is spread over
// it evenly.
func (f *forecast) startAfter(months float64) {
	whole, part := math.Modf(months)
	f.months -= int(math.Ceil(months))
	for _, of := range []*[]float64{&f.Orders, &f.Margins, &f.OrdersVary, &f.MarginsVary} {
		shifted := (*of)[int(whole):]
		for i := range f.months {
			if part > 0 {
				shifted[i] = (1-part)*shifted[i] + part*shifted[i+1]
			}
		}
		*of = shifted[:f.months]
	}
}
