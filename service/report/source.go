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
)

// AcquisitionSources is who brings customers: see the API.
type AcquisitionSources struct {
	HorizonMonths int
	Return        money.Decimal
	Rows          []*AcquisitionSource
}

// AcquisitionSource is one of them.
type AcquisitionSource struct {
	Source, Label               string
	Customers, Won              int
	Cost, Earned, Expected, Net money.Amount
	PaidBack                    bool
	PaysBackIn                  *int
	MostToSpend                 *money.Amount

	months []float64 // the margin expected until each month's end, in minor units, not discounted
}

// AcquisitionSources sums up, by source, what customers cost to win, have earned and will earn as their own lifetime values say. INVALID
// on horizonMonths, annualDiscountRate and return. One statement, on one snapshot. Who may see it is for the caller to know.
func (s *Service) AcquisitionSources(ctx context.Context, horizonMonths *int, annualDiscountRate, asked *money.Exact) (*AcquisitionSources, error) {
	most := input.Or(horizonMonths, 60)
	horizon, rate, err := s.value.CheckOutlook(&most, annualDiscountRate)
	if err != nil {
		return nil, err
	}
	r := &AcquisitionSources{HorizonMonths: horizon, Return: money.MustDecimal("0.2"), Rows: []*AcquisitionSource{}}
	if asked != nil {
		var fail error
		if r.Return, fail = input.Decimal("return", *asked, "0", "1000"); fail != nil {
			return nil, fail
		}
	}
	now := s.Now()
	f := &forecast{model: s.value.Current(), today: s.Settings().Day(now), months: horizon}
	f.begin()
	sources := map[string]*AcquisitionSource{}
	err = s.eachCustomer(ctx, func(c *baseCustomer) error {
		v, err := s.value.Valued(f.model, value.EarningsOf(&c.Customer), now, horizon, rate)
		if err != nil {
			return err
		}
		key := s.dimensionOf(c, service.BaseDimensionSource)
		row := sources[key]
		if row == nil {
			row = &AcquisitionSource{Source: key, Label: s.baseLabels([]service.BaseDimension{service.BaseDimensionSource}, []string{key})[0], months: make([]float64, horizon)}
			sources[key] = row
		}
		_, margin, err := f.of(c)
		for i, orders := range f.cumulative {
			row.months[i] += orders * margin
		}
		return cmp.Or(err, row.add(c, v))
	})
	if err != nil {
		return nil, ofReport(err)
	}
	for _, row := range sources {
		if err := row.reckon(r.Return); err != nil {
			return nil, ofReport(err)
		}
		r.Rows = append(r.Rows, row)
	}
	slices.SortFunc(r.Rows, func(a, b *AcquisitionSource) int { return strings.Compare(a.Source, b.Source) })
	return r, nil
}

func (r *AcquisitionSource) add(c *baseCustomer, v *value.LifetimeValue) error {
	r.Customers++
	if c.OrderDays > 0 {
		r.Won++
	}
	earned, err := c.Margin.Minus(c.ContactCost)
	if err != nil {
		return err
	}
	var err1, err2, err3 error
	r.Cost, err1 = r.Cost.Plus(c.AcquisitionCost)
	r.Earned, err2 = r.Earned.Plus(earned)
	r.Expected, err3 = r.Expected.Plus(v.Future)
	return cmp.Or(err1, err2, err3)
}

// reckon makes what follows from the sums.
func (r *AcquisitionSource) reckon(asked money.Decimal) error {
	worth, err := r.Earned.Plus(r.Expected)
	if err != nil {
		return err
	}
	if r.Net, err = worth.Minus(r.Cost); err != nil {
		return err
	}
	left, err := r.Cost.Minus(r.Earned)
	if err != nil {
		return err
	}
	if r.PaidBack = left.Sign() <= 0; !r.PaidBack {
		if at := slices.IndexFunc(r.months, func(sum float64) bool { return sum >= float64(left.Minor()) }); at >= 0 {
			months := at + 1
			r.PaysBackIn = &months
		}
	}
	if r.Won == 0 {
		return nil
	}
	share := new(big.Rat).Add(big.NewRat(1, 1), asked.Rat())
	share.Mul(share, new(big.Rat).SetInt64(int64(r.Won)))
	spend, err := money.Round(new(big.Rat).Quo(worth.Rat(), share))
	r.MostToSpend = &spend
	return err
}

// Sheet gives the rows as a table.
func (r *AcquisitionSources) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{"source", "source_name", "customers", "won", "cost", "earned", "expected", "net", "paid_back", "pays_back_in", "most_to_spend", "currency"}}
	for _, row := range r.Rows {
		months, spend := "", ""
		if row.PaysBackIn != nil {
			months = strconv.Itoa(*row.PaysBackIn)
		}
		if row.MostToSpend != nil {
			spend = currency.Format(*row.MostToSpend)
		}
		t.Rows = append(t.Rows, []string{
			row.Source, input.NotFormula(row.Label), strconv.Itoa(row.Customers), strconv.Itoa(row.Won), currency.Format(row.Cost), currency.Format(row.Earned),
			currency.Format(row.Expected), currency.Format(row.Net), strconv.FormatBool(row.PaidBack), months, spend, currency.Code(),
		})
	}
	return t
}
