package report

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// CustomerBase is what all customers are worth: see the API.
type CustomerBase struct {
	At               time.Time
	Model            *ent.LifetimeModel
	HorizonMonths    int
	OrdersKnownUntil *schema.Date // the observed end; nil where it is At
	By               []service.BaseDimension
	Rows             []*CustomerBaseRow
	Total            *CustomerBaseRow
}

// CustomerBaseRow is the customers that agree in every dimension.
type CustomerBaseRow struct {
	Key, Labels             []string
	Customers               int
	Alive, ExpectedOrders   float64
	Past, Future, Total     money.Amount
	Mean                    money.Amount
	Lowest, Median, Highest money.Amount
	worth                   []int64 // of each, in minor units
}

// baseCustomer is a customer as far as a report on all of them reads one.
type baseCustomer struct {
	ent.Customer

	segment, partner, referredBy *string

	campaign, source *string      // of the origin; absent where the report does not ask
	booked           money.Amount // what the books say that it cost to win the customer
}

// CustomerBase sums up what all customers are worth, as their own lifetime values say at this moment; deleted ones are left out.
// It takes one statement, on one snapshot; memory grows by eight bytes a customer. Whether the caller may see it is checked by the
// API. INVALID on by for a dimension that is unknown or named twice, and as LifetimeValue.
func (s *Service) CustomerBase(ctx context.Context, by []service.BaseDimension, horizonMonths *int, annualDiscountRate *money.Exact) (*CustomerBase, error) {
	if err := CheckDimensions(by); err != nil {
		return nil, err
	}
	horizon, rate, err := s.value.CheckOutlook(horizonMonths, annualDiscountRate)
	if err != nil {
		return nil, err
	}
	m := s.value.Current()
	b := &CustomerBase{At: s.Now().UTC(), Model: m.Row, HorizonMonths: horizon, By: by}
	b.OrdersKnownUntil = s.value.KnownUntil(b.At)
	var rows map[string]*CustomerBaseRow
	err = s.readBase(ctx, func(ctx context.Context, tx *store.Tx) error {
		rows = map[string]*CustomerBaseRow{}
		b.Total = &CustomerBaseRow{Key: []string{}, Labels: []string{}}
		read := eachBaseCustomer
		if slices.Contains(by, service.BaseDimensionSource) {
			read = func(ctx context.Context, tx *store.Tx, each func(*baseCustomer) error) error {
				return eachOfOrigin(ctx, tx, ofBase, each)
			}
		}
		return read(ctx, tx, func(c *baseCustomer) error {
			v, err := s.value.ValueOf(m, value.EarningsOf(&c.Customer), b.At, horizon, rate)
			if err != nil {
				return err
			}
			key := make([]string, len(by))
			for i, one := range by {
				key[i] = dimensionOf(c, one, s.Settings().Zone)
			}
			row := rows[Joined(key)]
			if row == nil {
				row = &CustomerBaseRow{Key: key, Labels: s.baseLabels(by, key)}
				rows[Joined(key)] = row
			}
			return cmp.Or(row.add(v), b.Total.add(v))
		})
	})
	if errors.Is(err, money.ErrOverflow) {
		return nil, fault.Invalidf("annualDiscountRate", "over %d months at this rate the values are too large to be money", horizon)
	}
	if err != nil {
		return nil, err
	}
	if len(by) == 0 {
		rows[""] = b.Total
	}
	for _, row := range rows {
		b.Rows = append(b.Rows, row)
		row.summarise()
	}
	b.Total.summarise()
	slices.SortFunc(b.Rows, func(a, b *CustomerBaseRow) int { return slices.Compare(a.Key, b.Key) })
	return b, nil
}

// readBase runs a function in a transaction that reads all customers, on one snapshot.
func (s *Service) readBase(ctx context.Context, read func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		return read(ctx, tx)
	})
}

// referral is the source of customers whom another customer recommended.
const referral = "REFERRAL"

// dimensionOf returns a customer's place in a dimension. A customer was acquired in the month of acquired_at or else of the first
// order, in a time zone.
func dimensionOf(c *baseCustomer, dimension service.BaseDimension, zone *time.Location) string {
	const asMonth = "2006-01"
	switch dimension {
	case service.BaseDimensionSegment:
		return input.OrZero(c.segment)
	case service.BaseDimensionStage:
		return string(c.Stage)
	case service.BaseDimensionAcquired:
		switch {
		case c.AcquiredAt != nil:
			return c.AcquiredAt.In(zone).Format(asMonth)
		case c.OrderDays > 0:
			return time.Unix(int64(c.FirstOrderDay)*86400, 0).UTC().Format(asMonth)
		}
	case service.BaseDimensionSource:
		return sourceOf(c)
	}
	return ""
}

// sourceOf returns who or what brought a customer: a partner's id, referral for another customer, else the source of the origin, "" where that is
// not known.
func sourceOf(c *baseCustomer) string {
	switch {
	case c.partner != nil:
		return *c.partner
	case c.referredBy != nil:
		return referral
	}
	return input.OrZero(c.source)
}

// baseLabels returns what people read for a key: of a partner the name.
func (s *Service) baseLabels(by []service.BaseDimension, key []string) []string {
	labels := slices.Clone(key)
	for i, one := range by {
		if p := s.people.Partner(key[i]); one == service.BaseDimensionSource && p != nil {
			labels[i] = p.Name
		}
	}
	return labels
}

// add adds a customer.
func (r *CustomerBaseRow) add(v *value.LifetimeValue) error {
	r.Customers++
	r.Alive += v.ProbabilityAlive
	r.ExpectedOrders += v.ExpectedOrders
	r.worth = append(r.worth, v.Total.Minor())
	var err1, err2, err3 error
	r.Past, err1 = r.Past.Plus(v.Past)
	r.Future, err2 = r.Future.Plus(v.Future)
	r.Total, err3 = r.Total.Plus(v.Total)
	return cmp.Or(err1, err2, err3)
}

// summarise computes the mean, half to even, and the 10th, 50th and 90th percentiles of the customers' totals.
func (r *CustomerBaseRow) summarise() {
	n := len(r.worth)
	if n == 0 {
		return
	}
	slices.Sort(r.worth)
	r.Lowest, r.Median, r.Highest = money.Minor(percentile(r.worth, 0.1)), money.Minor(percentile(r.worth, 0.5)), money.Minor(percentile(r.worth, 0.9))
	mean := r.Total.Rat()
	r.Mean, _ = money.Round(mean.Quo(mean, money.Minor(int64(n)).Rat())) // it is not larger than the largest
}

// percentile returns the percentile of a share by the nearest rank: the least of the sorted values that at least this share of
// them does not exceed.
func percentile(sorted []int64, share float64) int64 {
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// Sheet returns the rows as a table, with a column for each dimension and, after a source, one for its name.
func (b *CustomerBase) Sheet(currency money.Currency) Sheet {
	const source = service.BaseDimensionSource
	t := Sheet{Fields: append(keyFields(b.By, source, "source_name"), "customers", "alive", "expected_orders", "past", "future", "total", "mean", "lowest", "median", "highest", "currency")}
	for _, r := range b.Rows {
		t.Rows = append(t.Rows, slices.Concat(
			keyCells(b.By, source, r.Key, r.Labels),
			[]string{strconv.Itoa(r.Customers), figure(r.Alive), figure(r.ExpectedOrders)},
			amounts(currency, r.Past, r.Future, r.Total, r.Mean, r.Lowest, r.Median, r.Highest),
			[]string{currency.Code()},
		))
	}
	return t
}
