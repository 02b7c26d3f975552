package report

import (
	"context"
	"math"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// ExpectedMonths is what all customers are expected to bring, month by month: see the API.
type ExpectedMonths struct {
	Model *ent.LifetimeModel
	Rows  []*ExpectedMonth
}

// ExpectedMonth is one of them.
type ExpectedMonth struct {
	From, To                      time.Time
	Orders, OrdersLow, OrdersHigh float64
	Margin, MarginLow, MarginHigh money.Amount
}

// How the bounds of a month are found: so many customers are drawn in proportion to the orders that are expected of them, and
// so many futures of each.
const (
	monthsCustomers = 1000
	monthsFutures   = 100
	standardNormal  = 1.2815515655446004 // within plus and minus of which a normal deviate lies with a probability of 0.8
)

// forecast sums up what is expected of customers.
type forecast struct {
	model  *value.Model
	today  int
	months int

	orders, margins         []float64 // by month
	ordersVary, marginsVary []float64
	weight                  float64   // of all: the orders expected of them
	passed                  float64   // in the second reading
	cumulative              []float64 // of one customer
	source                  lifetime.Source
}

// nameAtRisk puts the customers themselves into the rows.
func (s *Service) nameAtRisk(ctx context.Context, r *ValueAtRisk) error {
	ids := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		ids[i] = row.Customer.ID
	}
	customers, err := s.Client.Customer.Query().Where(customer.IDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]*ent.Customer, len(customers))
	for _, c := range customers {
		byID[c.ID] = c
	}
	named := r.Rows[:0]
	for _, row := range r.Rows {
		if row.Customer = byID[row.Customer.ID]; row.Customer != nil { // else deleted meanwhile
			named = append(named, row)
		}
	}
	r.Rows = named
	return nil
}

// AtRisk gives the customers of the rows.
func (r *ValueAtRisk) AtRisk() []*ent.Customer {
	all := make([]*ent.Customer, len(r.Rows))
	for i, row := range r.Rows {
		all[i] = row.Customer
	}
	return all
}

// ExpectedMonths gives the orders and the margin that are expected of the customers there are in each month from now, of
// 30.4375 days, not discounted. The bounds are those of a sum of many independent customers, which is normal: mean and
// standard deviation, the variances estimated on a sample in proportion to size (Hansen and Hurwitz, "On the theory of sampling
// from finite populations", 1943), by simulation with a fixed seed. Two statements on one snapshot. INVALID on months. Who may
// see it is for the caller to know.
func (s *Service) ExpectedMonths(ctx context.Context, months *int) (*ExpectedMonths, error) {
	n := input.Or(months, value.LifetimeHorizon)
	if n < 1 || n > 120 {
		return nil, fault.Invalidf("months", "want 1 to 120")
	}
	m, now := s.value.Current(), s.Now()
	f := &forecast{model: m, today: s.Settings().Day(now), months: n}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		f.begin()
		if err := s.forReport(ctx, tx); err != nil {
			return err
		}
		if err := s.readCustomers(ctx, tx, f.expect); err != nil {
			return err
		}
		return s.readCustomers(ctx, tx, f.vary)
	})
	if err != nil {
		return nil, err
	}
	report := &ExpectedMonths{Model: m.Row, Rows: make([]*ExpectedMonth, n)}
	month := time.Duration(lifetime.Month.Days() * 24 * float64(time.Hour))
	for i := range n {
		row := &ExpectedMonth{From: now.Add(time.Duration(i) * month).UTC().Truncate(time.Second), To: now.Add(time.Duration(i+1) * month).UTC().Truncate(time.Second), Orders: f.orders[i]}
		spread := standardNormal * math.Sqrt(f.ordersVary[i])
		row.OrdersLow, row.OrdersHigh = max(0, row.Orders-spread), row.Orders+spread
		spread = standardNormal * math.Sqrt(f.marginsVary[i])
		for to, minor := range map[*money.Amount]float64{&row.Margin: f.margins[i], &row.MarginLow: f.margins[i] - spread, &row.MarginHigh: f.margins[i] + spread} {
			if *to, err = money.FromFloat(minor); err != nil {
				return nil, input.DomainError(err)
			}
		}
		report.Rows[i] = row
	}
	return report, nil
}

func (f *forecast) begin() {
	f.orders, f.margins = make([]float64, f.months), make([]float64, f.months)
	f.ordersVary, f.marginsVary = make([]float64, f.months), make([]float64, f.months)
	f.cumulative, f.weight, f.passed, f.source = make([]float64, f.months), 0, 0, value.Seeded()
}

// of gives what is expected of a customer until each month's end, and of an order.
func (f *forecast) of(c *baseCustomer) (value.Earnings, float64, error) {
	e := value.EarningsOf(&c.Customer)
	if e.OrderDays == 0 {
		clear(f.cumulative)
		return e, 0, nil
	}
	x, tx, T := e.Stats(f.today).In(f.model.Counts.TimeUnit())
	f.model.Counts.MonthlyOrders(f.cumulative, x, tx, T)
	margin, err := f.model.OrderMargin(e)
	return e, margin, err
}

func (f *forecast) expect(c *baseCustomer) error {
	_, margin, err := f.of(c)
	before := 0.0
	for i, sum := range f.cumulative {
		f.orders[i] += sum - before
		f.margins[i] += (sum - before) * margin
		before = sum
	}
	f.weight += before
	return err
}

// vary adds a customer's variances, as often as it is drawn: once in each step of equal weight that it covers the middle of.
func (f *forecast) vary(c *baseCustomer) error {
	e, margin, err := f.of(c)
	own := f.cumulative[f.months-1]
	if err != nil || own <= 0 {
		return err
	}
	step := f.weight / monthsCustomers
	times := math.Floor((f.passed+own)/step+0.5) - math.Floor(f.passed/step+0.5)
	f.passed += own
	if times <= 0 {
		return nil
	}
	o := f.model.Outlook(e, f.today, f.months, margin, 0)
	orders, margins, err := o.MonthlyVariances(monthsFutures, f.source)
	for i := range orders {
		f.ordersVary[i] += times * step / own * orders[i]
		f.marginsVary[i] += times * step / own * margins[i]
	}
	return err
}

// Sheet gives the rows as a table.
func (e *ExpectedMonths) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{"month", "from", "to", "orders", "orders_low", "orders_high", "margin", "margin_low", "margin_high", "currency"}}
	for i, r := range e.Rows {
		t.Rows = append(t.Rows, []string{
			strconv.Itoa(i + 1), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339), figure(r.Orders), figure(r.OrdersLow), figure(r.OrdersHigh),
			currency.Format(r.Margin), currency.Format(r.MarginLow), currency.Format(r.MarginHigh), currency.Code(),
		})
	}
	return t
}
