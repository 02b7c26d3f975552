package report

import (
	"context"
	"math"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// ExpectedMonths is what all customers are expected to bring, month by month: see the API.
type ExpectedMonths struct {
	Model            *ent.LifetimeModel
	OrdersKnownUntil *schema.Date // the observed end; nil where it is today
	Rows             []*ExpectedMonth
	Coverage         *value.BoundsCoverage // nil where it was not measured
	Notes            []string
}

// ExpectedMonth is one of the months.
type ExpectedMonth struct {
	From, To                      time.Time
	Orders, OrdersLow, OrdersHigh float64
	Margin, MarginLow, MarginHigh money.Amount
}

// maxMonths is the maximum number of months.
const maxMonths = 120

// monthLength is the mean length of a month, 30.4375 days.
const monthLength = time.Duration(lifetime.DaysPerMonth * 24 * float64(time.Hour))

// ExpectedMonths returns the orders and the margin that are expected of the present customers in each month from a moment on, by
// default the observed end, of 30.4375 days, not discounted. The bounds are of chance (the sum of many independent customers, which is
// normal), of the parameters' own error and of what months differed by when the log was forecast again: see forecast. Two statements on one snapshot. Whether the caller may see it is checked by the API. INVALID on months, and on
// from for a moment before the observed end or more than ten years after it.
func (s *Service) ExpectedMonths(ctx context.Context, months *int, from *time.Time) (*ExpectedMonths, error) {
	n := input.Or(months, value.LifetimeHorizon)
	if n < 1 || n > maxMonths {
		return nil, fault.Invalidf("months", "want 1 to %d", maxMonths)
	}
	m, now := s.value.Current(), s.Now()
	day, observed := s.value.ObservedEnd(now)
	begin := observed
	if from != nil {
		begin = from.UTC()
	}
	ahead := float64(begin.Sub(observed)) / float64(monthLength)
	if ahead < 0 || ahead > maxMonths {
		return nil, fault.Invalidf("from", "want a moment from %s on, until which orders are known, and at most %d months after it", observed.UTC().Format(time.RFC3339), maxMonths)
	}
	var f *forecast
	err := s.readBase(ctx, func(ctx context.Context, tx *store.Tx) error {
		f = newForecast(m, day, n+int(math.Ceil(ahead)))
		if err := eachBaseCustomer(ctx, tx, f.expect); err != nil {
			return err
		}
		return eachBaseCustomer(ctx, tx, f.vary)
	})
	if err != nil {
		return nil, err
	}
	measured := m.Months()
	f.adjust(measured.MonthErrors)
	f.startAfter(ahead)
	rows, err := f.rows(begin)
	return &ExpectedMonths{Model: m.Row, OrdersKnownUntil: s.value.KnownUntil(now), Rows: rows, Coverage: measured.Coverage(), Notes: measured.Notes()}, input.DomainError(err)
}

// rows returns the months from a moment on.
func (f *forecast) rows(from time.Time) ([]*ExpectedMonth, error) {
	rows := make([]*ExpectedMonth, f.months)
	for i := range rows {
		row := &ExpectedMonth{From: monthsAfter(from, i), To: monthsAfter(from, i+1), Orders: f.Orders[i]}
		spread := backtest.StandardNormal * math.Sqrt(f.OrdersVary[i])
		row.OrdersLow, row.OrdersHigh = max(0, row.Orders-spread), row.Orders+spread
		spread = backtest.StandardNormal * math.Sqrt(f.MarginsVary[i])
		for _, one := range []struct {
			to    *money.Amount
			minor float64
		}{{&row.Margin, f.Margins[i]}, {&row.MarginLow, f.Margins[i] - spread}, {&row.MarginHigh, f.Margins[i] + spread}} {
			var err error
			if *one.to, err = money.FromFloat(one.minor); err != nil {
				return nil, err
			}
		}
		rows[i] = row
	}
	return rows, nil
}

// monthsAfter returns the moment some mean months after another, to the second.
func monthsAfter(from time.Time, n int) time.Time {
	return from.Add(time.Duration(n) * monthLength).UTC().Truncate(time.Second)
}

// Sheet returns the rows as a table. Each has the shares of the forecasts whose bounds held, empty where that was not measured, so that
// nobody reads bounds without what they are worth.
func (e *ExpectedMonths) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{"month", "from", "to", "orders", "orders_low", "orders_high", "margin", "margin_low", "margin_high", "currency", "orders_held", "margin_held"}}
	var ordersHeld, marginHeld string
	if c := e.Coverage; c != nil {
		ordersHeld, marginHeld = figure(c.Orders), figure(c.Margin)
	}
	for i, r := range e.Rows {
		t.Rows = append(t.Rows, []string{
			strconv.Itoa(i + 1), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339), figure(r.Orders), figure(r.OrdersLow), figure(r.OrdersHigh),
			currency.Format(r.Margin), currency.Format(r.MarginLow), currency.Format(r.MarginHigh), currency.Code(), ordersHeld, marginHeld,
		})
	}
	return t
}
