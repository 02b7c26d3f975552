package value

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

// Statistics are what a customer's orders come to. Days and times are those of COMPLETED orders alone, so that an
// order given back in full is as if it had never been; margin has what its goods had cost.
type Statistics struct {
	OrderDays, FirstDay, LastDay int
	Margin                       money.Amount // of COMPLETED and REFUNDED orders, refunds taken off
	RepeatMargin                 money.Amount // of COMPLETED orders after the first order day
	LastOrderAt                  time.Time    // 1970-01-01 where there is none
	LastCompletedAt              time.Time    // zero where there is none
}

// StatisticsSelect reckons them for the customers of a condition on orders o, one row a customer.
const StatisticsSelect = `SELECT sold.customer_id, count(DISTINCT sold.done_day) AS order_days, coalesce(min(sold.done_day), 0) AS first_day, coalesce(max(sold.done_day), 0) AS last_day,
	coalesce(sum(sold.margin), 0) AS margin, coalesce(sum(CASE WHEN sold.done_day > sold.first_day THEN sold.margin END), 0) AS repeat_margin,
	max(sold.done_at) AS last_at, max(sold.completed_at) AS completed_at
FROM (SELECT o.customer_id, o.margin,
		CASE WHEN o.status = 'COMPLETED' THEN o.day END AS done_day, CASE WHEN o.status = 'COMPLETED' THEN o.at END AS done_at,
		CASE WHEN o.status = 'COMPLETED' THEN o.completed_at END AS completed_at,
		min(CASE WHEN o.status = 'COMPLETED' THEN o.day END) OVER (PARTITION BY o.customer_id) AS first_day
	FROM orders o WHERE o.status IN ('COMPLETED', 'REFUNDED')`

// StatisticsGroup ends a query that [StatisticsSelect] begins.
const StatisticsGroup = `) AS sold GROUP BY sold.customer_id`

// NoStatistics are those of a customer without orders.
var NoStatistics = Statistics{LastOrderAt: time.Unix(0, 0).UTC()}

// CustomerColumns are what settling reads of a customer.
const CustomerColumns = "id, version, stage, created_at, departed_at, acquisition_cost, order_days, first_order_day, last_order_day, margin, repeat_margin, contact_cost, last_order_at, lifetime_value"

func scanStatistics(scan store.ScanFunc) (customer string, of Statistics, err error) {
	var at, completed store.Time
	of = NoStatistics
	err = scan(&customer, &of.OrderDays, &of.FirstDay, &of.LastDay, &of.Margin, &of.RepeatMargin, &at, &completed)
	if !at.IsZero() {
		of.LastOrderAt = at.Time
	}
	of.LastCompletedAt = completed.Time
	return customer, of, err
}

// StatisticsOf reckons the statistics of customers from their orders.
func (s *Service) StatisticsOf(ctx context.Context, db store.Reader, customerIDs []string) (map[string]Statistics, error) {
	all := make(map[string]Statistics, len(customerIDs))
	for _, one := range customerIDs {
		all[one] = NoStatistics
	}
	err := store.EachByIDs(ctx, db, StatisticsSelect+" AND o.customer_id IN @ids"+StatisticsGroup, nil, customerIDs, func(scan store.ScanFunc) error {
		customer, of, err := scanStatistics(scan)
		all[customer] = of
		return err
	})
	return all, err
}

// ScanCustomer scans [CustomerColumns].
func ScanCustomer(scan store.ScanFunc) (*ent.Customer, error) {
	c := &ent.Customer{}
	var stage string
	err := scan(&c.ID, &c.Version, &stage, &c.CreatedAt, &c.DepartedAt, &c.AcquisitionCost, &c.OrderDays, &c.FirstOrderDay, &c.LastOrderDay, &c.Margin, &c.RepeatMargin, &c.ContactCost, &c.LastOrderAt, &c.LifetimeValue)
	c.Stage, c.LastOrderAt = schema.Stage(stage), c.LastOrderAt.UTC()
	return c, err
}

// WriteStatistics brings customers' statistics, and what they are worth by them, up to date, and gives each one's
// probability to be alive. Only what changes is written.
func (s *Service) WriteStatistics(ctx context.Context, tx *store.Tx, customers []*ent.Customer, of map[string]Statistics) (map[string]float64, error) {
	var rows [][]any
	alive := make(map[string]float64, len(customers))
	now := s.Now()
	for _, c := range customers {
		before := *c
		is := of[c.ID]
		c.OrderDays, c.FirstOrderDay, c.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
		c.Margin, c.RepeatMargin, c.LastOrderAt = is.Margin, is.RepeatMargin, is.LastOrderAt
		c.LifetimeValue, alive[c.ID] = s.StandingValue(c, now), s.AliveAt(c, now)
		if before.OrderDays != c.OrderDays || before.FirstOrderDay != c.FirstOrderDay || before.LastOrderDay != c.LastOrderDay || before.Margin != c.Margin ||
			before.RepeatMargin != c.RepeatMargin || !before.LastOrderAt.Equal(c.LastOrderAt) || before.LifetimeValue != c.LifetimeValue {
			rows = append(rows, []any{c.ID, c.OrderDays, c.FirstOrderDay, c.LastOrderDay, c.Margin, c.RepeatMargin, c.LastOrderAt, c.LifetimeValue})
		}
	}
	return alive, tx.UpdateRows(ctx, "customers", "order_days = v.column2, first_order_day = v.column3, last_order_day = v.column4, margin = v.column5, repeat_margin = v.column6, last_order_at = v.column7, lifetime_value = v.column8",
		[]store.ColumnType{store.IntColumn, store.IntColumn, store.IntColumn, store.IntColumn, store.IntColumn, store.TimeColumn, store.IntColumn}, rows)
}
