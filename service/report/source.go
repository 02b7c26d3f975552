package report

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// sourceHorizon is the default horizon in months.
const sourceHorizon = 60

// AcquisitionSources is who brings customers: see the API.
type AcquisitionSources struct {
	HorizonMonths int
	Return        money.Decimal
	Rows          []*AcquisitionSource
}

// AcquisitionSource is the customers of one source.
type AcquisitionSource struct {
	Source, Label               string
	Customers, Won              int
	Cost, Earned, Expected, Net money.Amount
	PaidBack                    bool
	PaysBackIn                  *int
	MostToSpend                 *money.Amount

	months []float64 // the margin expected until each month's end, in minor units, not discounted
}

// AcquisitionSources sums up, by source, what customers cost to win, have earned and will earn as their own lifetime values say;
// those who were deleted as well, as reports of campaigns do. One statement, on one snapshot. Whether the caller may see it is checked by the
// API. INVALID on horizonMonths, annualDiscountRate and return.
func (s *Service) AcquisitionSources(ctx context.Context, horizonMonths *int, annualDiscountRate, asked *money.Exact, by *service.AcquisitionDimension) (*AcquisitionSources, error) {
	months := input.Or(horizonMonths, sourceHorizon)
	horizon, rate, err := s.value.CheckOutlook(&months, annualDiscountRate)
	if err != nil {
		return nil, err
	}
	r := &AcquisitionSources{HorizonMonths: horizon, Return: money.MustDecimal("0.2"), Rows: []*AcquisitionSource{}}
	if asked != nil {
		if r.Return, err = input.Decimal("return", *asked, "0", "1000"); err != nil {
			return nil, err
		}
	}
	now := s.Now()
	day, _ := s.value.ObservedEnd(now)
	var sources map[string]*AcquisitionSource
	err = s.readBase(ctx, func(ctx context.Context, tx *store.Tx) error {
		sources = map[string]*AcquisitionSource{}
		keyed, err := s.sourceKeys(ctx, tx, by)
		if err != nil {
			return err
		}
		m, cumulative := s.value.Current(), make([]float64, horizon)
		return eachOfOrigin(ctx, tx, brought, func(c *baseCustomer) error {
			v, err := s.value.ValueOf(m, value.EarningsOf(&c.Customer), now, horizon, rate)
			if err != nil {
				return err
			}
			key, label := keyed(c)
			row := sources[key]
			if row == nil {
				row = &AcquisitionSource{Source: key, Label: label, months: make([]float64, horizon)}
				sources[key] = row
			}
			if e := value.EarningsOf(&c.Customer).Until(day); e.OrderDays > 0 {
				x, recency, age := e.Stats(day).In(m.Counts.TimeUnit())
				m.CountsOf(e, day).MonthlyOrders(cumulative, x, recency, age)
				margin, err := m.OrderMargin(e, day)
				if err != nil {
					return err
				}
				for i, orders := range cumulative {
					row.months[i] += orders * margin
				}
			}
			return row.add(c, v.Future)
		})
	})
	if err != nil {
		return nil, TooLarge(err)
	}
	for _, row := range sources {
		if err := row.finish(r.Return); err != nil {
			return nil, TooLarge(err)
		}
		r.Rows = append(r.Rows, row)
	}
	slices.SortFunc(r.Rows, func(a, b *AcquisitionSource) int { return strings.Compare(a.Source, b.Source) })
	return r, nil
}

// sourceKeys returns the key and the label of the row of a customer.
func (s *Service) sourceKeys(ctx context.Context, tx *store.Tx, by *service.AcquisitionDimension) (func(c *baseCustomer) (key, label string), error) {
	if by == nil || *by == service.AcquisitionDimensionSource {
		return func(c *baseCustomer) (string, string) {
			key := sourceOf(c)
			return key, s.baseLabels([]service.BaseDimension{service.BaseDimensionSource}, []string{key})[0]
		}, nil
	}
	names, err := campaignNames(ctx, tx)
	return func(c *baseCustomer) (string, string) {
		key := input.OrZero(c.campaign)
		return key, names[key]
	}, err
}

// add adds a customer of whom a margin is expected.
func (r *AcquisitionSource) add(c *baseCustomer, expected money.Amount) error {
	r.Customers++
	if c.OrderDays > 0 {
		r.Won++
	}
	cost := c.AcquisitionCost
	earned, err := c.Margin.Minus(c.ContactCost)
	if err == nil && cost.IsZero() { // the books say it, and it is a part of what the contacts cost
		cost = c.booked
		earned, err = earned.Plus(cost)
	}
	if err != nil {
		return err
	}
	var err1, err2, err3 error
	r.Cost, err1 = r.Cost.Plus(cost)
	r.Earned, err2 = r.Earned.Plus(earned)
	r.Expected, err3 = r.Expected.Plus(expected)
	return cmp.Or(err1, err2, err3)
}

// finish computes what follows from the sums, given the required return as a share of the spend.
func (r *AcquisitionSource) finish(required money.Decimal) error {
	worth, err := r.Earned.Plus(r.Expected)
	if err != nil {
		return err
	}
	if r.Net, err = worth.Minus(r.Cost); err != nil {
		return err
	}
	owed, err := r.Cost.Minus(r.Earned)
	if err != nil {
		return err
	}
	if r.PaidBack = owed.Sign() <= 0; !r.PaidBack {
		if at := slices.IndexFunc(r.months, func(sum float64) bool { return sum >= float64(owed.Minor()) }); at >= 0 {
			months := at + 1
			r.PaysBackIn = &months
		}
	}
	if r.Won == 0 {
		return nil
	}
	divisor := new(big.Rat).Add(big.NewRat(1, 1), required.Rat())
	divisor.Mul(divisor, new(big.Rat).SetInt64(int64(r.Won)))
	spend, err := money.Round(new(big.Rat).Quo(worth.Rat(), divisor))
	r.MostToSpend = &spend
	return err
}

// Sheet returns the rows as a table.
func (r *AcquisitionSources) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{"source", "source_name", "customers", "won", "cost", "earned", "expected", "net", "paid_back", "pays_back_in", "most_to_spend", "currency"}}
	for _, row := range r.Rows {
		t.Rows = append(t.Rows, slices.Concat(
			[]string{row.Source, input.EscapeFormula(row.Label), strconv.Itoa(row.Customers), strconv.Itoa(row.Won)},
			amounts(currency, row.Cost, row.Earned, row.Expected, row.Net),
			[]string{strconv.FormatBool(row.PaidBack), optional(row.PaysBackIn, strconv.Itoa), optional(row.MostToSpend, currency.Format), currency.Code()},
		))
	}
	return t
}
