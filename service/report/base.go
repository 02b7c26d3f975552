package report

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// CustomerBase is what all customers are worth: see the API.
type CustomerBase struct {
	At            time.Time
	Model         *ent.LifetimeModel
	HorizonMonths int
	By            []service.BaseDimension
	Rows          []*CustomerBaseRow
	Total         *CustomerBaseRow
}

// CustomerBaseRow is customers that agree in every dimension.
type CustomerBaseRow struct {
	Key, Labels             []string
	Customers               int
	Alive, ExpectedOrders   float64
	Past, Future, Total     money.Amount
	Mean                    money.Amount
	Lowest, Median, Highest money.Amount
	worth                   []int64 // of each, in minor units
}

// baseCustomer is a customer as a report on all of them sees one.
type baseCustomer struct {
	ent.Customer
	segment, partner, referredBy *string
}

// ValueAtRisk is whom we are about to lose: see the API.
type ValueAtRisk struct {
	Threshold float64
	Until     time.Time
	Customers int
	Value     money.Amount
	Rows      []*CustomerAtRisk
}

// CustomerAtRisk is one of them.
type CustomerAtRisk struct {
	Customer                               *ent.Customer
	ProbabilityAlive, ProbabilityAliveThen float64
	Value                                  money.Amount
}

// CustomerBase sums up what all customers are worth, as their own lifetime values say at this moment; deleted ones are left out.
// INVALID on by for a dimension that is unknown or named twice, and as LifetimeValue. One statement, on one snapshot; memory grows
// with the customers by eight bytes each. Who may see it is for the caller to know.
func (s *Service) CustomerBase(ctx context.Context, by []service.BaseDimension, horizonMonths *int, annualDiscountRate *money.Exact) (*CustomerBase, error) {
	for i, one := range by {
		switch {
		case !one.IsValid():
			return nil, fault.Invalidf("by", "no such dimension: %s", input.Shown(string(one)))
		case slices.Contains(by[:i], one):
			return nil, fault.Invalidf("by", "%s is named twice", one)
		}
	}
	horizon, rate, err := s.value.CheckOutlook(horizonMonths, annualDiscountRate)
	if err != nil {
		return nil, err
	}
	m := s.value.Current()
	b := &CustomerBase{At: s.Now().UTC(), Model: m.Row, HorizonMonths: horizon, By: by}
	rows := map[string]*CustomerBaseRow{}
	b.Total = &CustomerBaseRow{Key: []string{}, Labels: []string{}}
	err = s.eachCustomer(ctx, func(c *baseCustomer) error {
		v, err := s.value.Valued(m, value.EarningsOf(&c.Customer), b.At, horizon, rate)
		if err != nil {
			return err
		}
		key := make([]string, len(by))
		for i, one := range by {
			key[i] = s.dimensionOf(c, one)
		}
		row := rows[joined(key)]
		if row == nil {
			row = &CustomerBaseRow{Key: key, Labels: s.baseLabels(by, key)}
			rows[joined(key)] = row
		}
		return cmp.Or(row.add(v), b.Total.add(v))
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

// eachCustomer goes through all customers who are not deleted, in one statement on one snapshot.
func (s *Service) eachCustomer(ctx context.Context, each func(*baseCustomer) error) error {
	return s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.forReport(ctx, tx); err != nil {
			return err
		}
		return s.readCustomers(ctx, tx, each)
	})
}

func (s *Service) readCustomers(ctx context.Context, tx *store.Tx, each func(*baseCustomer) error) error {
	query := "SELECT " + value.CustomerColumns + ", segment, acquired_at, partner_id, referred_by_id FROM customers WHERE deleted_at IS NULL ORDER BY id"
	return store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var b baseCustomer
		c, err := value.ScanCustomer(func(cells ...any) error {
			return scan(append(cells, &b.segment, &b.AcquiredAt, &b.partner, &b.referredBy)...)
		})
		if err != nil {
			return err
		}
		acquired := b.AcquiredAt
		b.Customer, b.AcquiredAt = *c, acquired
		return each(&b)
	})
}

// dimensionOf gives a customer's place in a dimension.
func (s *Service) dimensionOf(c *baseCustomer, dimension service.BaseDimension) string {
	switch dimension {
	case service.BaseDimensionSegment:
		return input.OrZero(c.segment)
	case service.BaseDimensionStage:
		return string(c.Stage)
	case service.BaseDimensionAcquired:
		switch {
		case c.AcquiredAt != nil:
			return c.AcquiredAt.In(s.Settings().Zone).Format("2006-01")
		case c.OrderDays > 0:
			return time.Unix(int64(c.FirstOrderDay)*86400, 0).UTC().Format("2006-01")
		}
	case service.BaseDimensionSource:
		switch {
		case c.partner != nil:
			return *c.partner
		case c.referredBy != nil:
			return "REFERRAL"
		}
	}
	return ""
}

func (s *Service) baseLabels(by []service.BaseDimension, key []string) []string {
	labels := slices.Clone(key)
	for i, one := range by {
		if p := s.people.Partner(key[i]); one == service.BaseDimensionSource && p != nil {
			labels[i] = p.Name
		}
	}
	return labels
}

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

// summarise makes the mean, half to even, and the quantiles, by nearest rank, of the customers' totals.
func (r *CustomerBaseRow) summarise() {
	n := len(r.worth)
	if n == 0 {
		return
	}
	slices.Sort(r.worth)
	rank := func(share float64) money.Amount {
		return money.Minor(r.worth[max(0, int(math.Ceil(share*float64(n)))-1)])
	}
	r.Lowest, r.Median, r.Highest = rank(0.1), rank(0.5), rank(0.9)
	mean := r.Total.Rat()
	r.Mean, _ = money.Round(mean.Quo(mean, money.Minor(int64(n)).Rat())) // no larger than the largest
}

// Sheet gives the rows as a table, with a column for each dimension and, behind a source, its name.
func (b *CustomerBase) Sheet(currency money.Currency) Sheet {
	t := Sheet{}
	for _, one := range b.By {
		t.Fields = append(t.Fields, strings.ToLower(string(one)))
		if one == service.BaseDimensionSource {
			t.Fields = append(t.Fields, "source_name")
		}
	}
	t.Fields = append(t.Fields, "customers", "alive", "expected_orders", "past", "future", "total", "mean", "lowest", "median", "highest", "currency")
	for _, r := range b.Rows {
		var row []string
		for i, one := range b.By {
			row = append(row, r.Key[i])
			if one == service.BaseDimensionSource {
				row = append(row, input.NotFormula(r.Labels[i]))
			}
		}
		row = append(row, strconv.Itoa(r.Customers), figure(r.Alive), figure(r.ExpectedOrders))
		for _, a := range []money.Amount{r.Past, r.Future, r.Total, r.Mean, r.Lowest, r.Median, r.Highest} {
			row = append(row, currency.Format(a))
		}
		t.Rows = append(t.Rows, append(row, currency.Code()))
	}
	return t
}

// figure is a number that is no money, to six places.
func figure(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

// ValueAtRisk gives the customers whose probability to be alive falls under a threshold before the month ends, in the installation's
// time zone, if they do not order until then. Two statements. INVALID on threshold and first. Who may see it is for the caller
// to know.
func (s *Service) ValueAtRisk(ctx context.Context, threshold *float64, first *int) (*ValueAtRisk, error) {
	limit, most := input.Or(threshold, 0.5), input.Or(first, 20)
	var faults fault.List
	if !(limit > 0 && limit < 1) {
		faults.Add(fault.Invalidf("threshold", "want more than 0 and less than 1"))
	}
	if most < 0 || most > 100 {
		faults.Add(fault.Invalidf("first", "want 0 to 100"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	now, zone := s.Now(), s.Settings().Zone
	local := now.In(zone)
	r := &ValueAtRisk{Threshold: limit, Until: time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone).UTC(), Rows: []*CustomerAtRisk{}}
	m := s.value.Current()
	today, last := s.Settings().Day(now), s.Settings().Day(r.Until)-1
	err := s.eachCustomer(ctx, func(c *baseCustomer) error {
		e := value.EarningsOf(&c.Customer)
		is, then := m.Alive(e, today), m.Alive(e, last)
		if is < limit || then >= limit {
			return nil
		}
		v, err := s.value.Valued(m, e, now, value.LifetimeHorizon, s.Settings().AnnualDiscountRate)
		if err != nil {
			return err
		}
		r.Customers++
		if r.Value, err = r.Value.Plus(v.Future); err != nil {
			return err
		}
		r.Rows = append(r.Rows, &CustomerAtRisk{&ent.Customer{ID: c.ID}, is, then, v.Future})
		if len(r.Rows) > 2*most+100 {
			r.keep(most)
		}
		return nil
	})
	if err != nil {
		return nil, ofReport(err)
	}
	r.keep(most)
	return r, s.nameAtRisk(ctx, r)
}

// keep keeps the most valuable.
func (r *ValueAtRisk) keep(most int) {
	slices.SortFunc(r.Rows, func(a, b *CustomerAtRisk) int {
		return cmp.Or(b.Value.Compare(a.Value), cmp.Compare(a.Customer.ID, b.Customer.ID))
	})
	r.Rows = r.Rows[:min(len(r.Rows), most)]
}
