package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// ValueAtRisk is the customers whom we are about to lose: see the API.
type ValueAtRisk struct {
	Threshold        float64
	Until            time.Time
	OrdersKnownUntil *schema.Date // the observed end; nil where it is today
	Customers        int
	Value            money.Amount
	Rows             []*CustomerAtRisk
}

// CustomerAtRisk is one of them.
type CustomerAtRisk struct {
	Customer                               *ent.Customer
	ProbabilityAlive, ProbabilityAliveThen float64
	Value                                  money.Amount
}

// ValueAtRisk returns the customers whose probability to be alive falls below a threshold before the month ends of the day
// until which orders are known (this month, if they are known until now), in the installation's time zone, if they do not order until then. Two statements. Whether the caller may see it is checked by the API.
// INVALID on threshold and first.
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
	now, settings, m := s.Now(), s.Settings(), s.value.Current()
	today, _ := s.value.ObservedEnd(now)
	until := endOfMonth(settings.StartOfDay(today), settings.Zone)
	last := settings.Day(until) - 1
	var r *ValueAtRisk
	err := s.readBase(ctx, func(ctx context.Context, tx *store.Tx) error {
		r = &ValueAtRisk{Threshold: limit, Until: until, OrdersKnownUntil: s.value.KnownUntil(now), Rows: []*CustomerAtRisk{}}
		return eachBaseCustomer(ctx, tx, func(c *baseCustomer) error {
			e := value.EarningsOf(&c.Customer)
			is, then := m.Alive(e, today), m.Alive(e, last)
			if is < limit || then >= limit {
				return nil
			}
			v, err := s.value.ValueOf(m, e, now, value.LifetimeHorizon, settings.AnnualDiscountRate)
			if err != nil {
				return err
			}
			return r.add(&CustomerAtRisk{&ent.Customer{ID: c.ID}, is, then, v.Future}, most)
		})
	})
	if err != nil {
		return nil, TooLarge(err)
	}
	r.keep(most)
	return r, s.readAtRisk(ctx, r)
}

// endOfMonth returns the first moment of the month after a moment's, in a time zone.
func endOfMonth(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return beginOfMonth(local.Year(), local.Month()+1, zone)
}

// add adds a customer, and drops those of the least value as soon as the rows are far more than the most that are wanted.
func (r *ValueAtRisk) add(c *CustomerAtRisk, most int) (err error) {
	r.Customers++
	r.Rows = append(r.Rows, c)
	if len(r.Rows) > 2*most+100 {
		r.keep(most)
	}
	r.Value, err = r.Value.Plus(c.Value)
	return err
}

// keep sorts the rows by value, the greatest first, and drops all but some.
func (r *ValueAtRisk) keep(most int) {
	slices.SortFunc(r.Rows, func(a, b *CustomerAtRisk) int {
		return cmp.Or(b.Value.Compare(a.Value), cmp.Compare(a.Customer.ID, b.Customer.ID))
	})
	r.Rows = r.Rows[:min(len(r.Rows), most)]
}

// readAtRisk puts the customers themselves into the rows. A customer who was deleted meanwhile has no row.
func (s *Service) readAtRisk(ctx context.Context, r *ValueAtRisk) error {
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
	for _, row := range r.Rows {
		row.Customer = byID[row.Customer.ID]
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(row *CustomerAtRisk) bool { return row.Customer == nil })
	return nil
}

// AtRisk returns the customers of the rows.
func (r *ValueAtRisk) AtRisk() []*ent.Customer {
	all := make([]*ent.Customer, len(r.Rows))
	for i, row := range r.Rows {
		all[i] = row.Customer
	}
	return all
}
