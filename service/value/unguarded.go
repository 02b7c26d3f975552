package value

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// All that this package reads and writes without the guard, and why it may.

// bypassGuard returns the context of work that no request waits for: models are fitted on the orders of all customers, and all
// customers are valued by them, whoever started the fit.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// statisticsSQL is a query for lifetime.StatisticsOf of each customer who has orders: it is computed by the database, since a
// customer may have a hundred thousand orders. condition is on orders o: "" or " AND …". A test compares both. Statistics are
// derived state, and the same for whoever asks.
func statisticsSQL(condition string) string {
	return `SELECT sold.customer_id, count(DISTINCT sold.done_day) AS order_days, coalesce(min(sold.done_day), 0) AS first_day, coalesce(max(sold.done_day), 0) AS last_day,
	coalesce(sum(sold.margin), 0) AS margin, coalesce(sum(CASE WHEN sold.done_day > sold.first_day THEN sold.margin END), 0) AS repeat_margin,
	coalesce(sum(CASE WHEN sold.done_day IS NULL THEN sold.margin END), 0) AS refunded_margin,
	coalesce(string_agg(CASE WHEN sold.done_day > sold.last_day - ` + strconv.Itoa(lifetime.YearDays) + ` THEN sold.done_day || ':' || sold.margin END, ','), '') AS recent, max(sold.done_at) AS last_at, max(sold.completed_at) AS completed_at
FROM (SELECT o.customer_id, o.margin,
		CASE WHEN o.status = 'COMPLETED' THEN o.day END AS done_day, CASE WHEN o.status = 'COMPLETED' THEN o.at END AS done_at,
		CASE WHEN o.status = 'COMPLETED' THEN o.completed_at END AS completed_at,
		min(CASE WHEN o.status = 'COMPLETED' THEN o.day END) OVER (PARTITION BY o.customer_id) AS first_day,
		max(CASE WHEN o.status = 'COMPLETED' THEN o.day END) OVER (PARTITION BY o.customer_id) AS last_day
	FROM orders o WHERE o.status IN ` + service.SoldStatuses + condition + `) AS sold GROUP BY sold.customer_id`
}

// scanStatistics scans a row of [statisticsSQL].
func scanStatistics(scan store.ScanFunc) (customer string, of lifetime.Statistics, err error) {
	var at, completed store.Time
	of = lifetime.NoStatistics()
	var recent string
	err = scan(&customer, &of.OrderDays, &of.FirstDay, &of.LastDay, &of.Margin, &of.RepeatMargin, &of.RefundedMargin, &recent, &at, &completed)
	if err == nil {
		of.Recent, err = lifetime.ParseRecent(recent)
	}
	if !at.IsZero() {
		of.LastOrderAt = at.Time
	}
	of.LastCompletedAt = completed.Time
	return customer, of, err
}

// StatisticsOf computes the statistics of customers from their orders. They are derived state, which every change of an order
// brings up to date, whoever made it.
func (s *Service) StatisticsOf(ctx context.Context, db store.Reader, customerIDs []string) (map[string]lifetime.Statistics, error) {
	all := make(map[string]lifetime.Statistics, len(customerIDs))
	for _, one := range customerIDs {
		all[one] = lifetime.NoStatistics()
	}
	err := store.EachByIDs(ctx, db, statisticsSQL(" AND o.customer_id IN @ids"), nil, customerIDs, func(scan store.ScanFunc) error {
		customer, of, err := scanStatistics(scan)
		all[customer] = of
		return err
	})
	return all, err
}

// earningsFromFacts computes the earnings of customers from the orders and contacts up to a moment; acquisition and departure are left out. The caller may see the customers; a contact or order of theirs that the caller
// may not see is part of what they have earned too.
func (s *Service) earningsFromFacts(ctx context.Context, customerIDs []string, at time.Time) (map[string]Earnings, error) {
	all := make(map[string]Earnings, len(customerIDs))
	// A row of contacts has -1 days, and its cost in the margin's column.
	query := `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids) ` +
		statisticsSQL(` AND o.at <= ? AND o.customer_id IN (SELECT id FROM mine)`) +
		` UNION ALL SELECT customer_id, -1, 0, 0, sum(cost), 0, 0, '', NULL, NULL FROM contacts
		WHERE voided_at IS NULL AND at <= ? AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id`
	args := append(store.Args(customerIDs), at, at)
	query = strings.Replace(query, "@ids", "("+store.Placeholders(len(customerIDs))+")", 1)
	err := store.Each(ctx, s.Store, query, args, func(scan store.ScanFunc) error {
		customerID, of, err := scanStatistics(scan)
		e := all[customerID]
		if of.OrderDays < 0 {
			e.ContactCost = of.Margin
		} else {
			e.OrderDays, e.FirstDay, e.LastDay = of.OrderDays, of.FirstDay, of.LastDay
			e.Margin, e.RepeatMargin, e.RefundedMargin, e.Recent = of.Margin, of.RepeatMargin, of.RefundedMargin, of.Recent
		}
		all[customerID] = e
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("value: earnings up to %s: %w", at, err)
	}
	return all, nil
}

// customerColumns are the columns of customers that derived state is computed from and written to; [scanCustomer] scans them.
const customerColumns = "id, version, stage, created_at, departed_at, acquisition_cost, order_days, first_order_day, last_order_day, margin, repeat_margin, refunded_margin, contact_cost, last_order_at, lifetime_value, shown_total, shown_earnings, recent_days"

// scanCustomer scans [customerColumns].
func scanCustomer(scan store.ScanFunc) (*ent.Customer, error) {
	c := &ent.Customer{}
	var stage string
	err := scan(&c.ID, &c.Version, &stage, &c.CreatedAt, &c.DepartedAt, &c.AcquisitionCost, &c.OrderDays, &c.FirstOrderDay, &c.LastOrderDay, &c.Margin, &c.RepeatMargin, &c.RefundedMargin, &c.ContactCost, &c.LastOrderAt, &c.LifetimeValue, &c.ShownTotal, (*[]byte)(&c.ShownEarnings), &c.RecentDays)
	c.Stage, c.LastOrderAt = schema.Stage(stage), c.LastOrderAt.UTC()
	return c, err
}

// addTo returns a function that scans a row of [customerColumns] and appends it.
func addTo(customers *[]*ent.Customer) func(scan store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		c, err := scanCustomer(scan)
		*customers = append(*customers, c)
		return err
	}
}

// ReadCustomers reads [customerColumns] of customers, in the order of their ids. Whoever changes an order, a contact or a rate
// changes what is derived from it, also of customers whom they may not see.
func ReadCustomers(ctx context.Context, db store.Reader, ids []string) (customers []*ent.Customer, err error) {
	return customers, store.EachByIDs(ctx, db, "SELECT "+customerColumns+" FROM customers WHERE id IN @ids ORDER BY id", nil, ids, addTo(&customers))
}

// HoldCustomers holds customers as service.HoldCustomers does, and then reads them as [ReadCustomers] does.
func HoldCustomers(ctx context.Context, tx *store.Tx, ids []string) ([]*ent.Customer, error) {
	if err := service.HoldCustomers(ctx, tx, ids...); err != nil {
		return nil, err
	}
	return ReadCustomers(ctx, tx, ids)
}

// holdNext reads and holds the next customers after an id: all are valued by one model. It is not service.HoldCustomers, because orders may
// come meanwhile, whose rows name the customer, and because the rows are the next ones and not those of some ids.
func holdNext(ctx context.Context, tx *store.Tx, after string, n int) (customers []*ent.Customer, err error) {
	query := "SELECT " + customerColumns + " FROM customers WHERE id > ? ORDER BY id LIMIT ?" + store.ForNoKeyUpdateClause(tx)
	return customers, store.Each(ctx, tx, query, []any{after, n}, addTo(&customers))
}

// writeStatistics writes the statistics and values of customers: derived state.
func writeStatistics(ctx context.Context, tx *store.Tx, customers []*ent.Customer) error {
	rows := make([][]any, len(customers))
	for i, c := range customers {
		rows[i] = []any{c.ID, c.OrderDays, c.FirstOrderDay, c.LastOrderDay, c.Margin, c.RepeatMargin, c.LastOrderAt, c.LifetimeValue, c.RefundedMargin, c.RecentDays}
	}
	return tx.UpdateRows(ctx, "customers", "order_days = v.column2, first_order_day = v.column3, last_order_day = v.column4, margin = v.column5, repeat_margin = v.column6, last_order_at = v.column7, lifetime_value = v.column8, refunded_margin = v.column9, recent_days = v.column10",
		[]store.ColumnType{store.IntColumn, store.IntColumn, store.IntColumn, store.IntColumn, store.IntColumn, store.TimeColumn, store.IntColumn, store.IntColumn, store.TextColumn}, rows)
}

// writeValues writes the values of customers alone: derived state.
func writeValues(ctx context.Context, tx *store.Tx, customers []*ent.Customer) error {
	rows := make([][]any, len(customers))
	for i, c := range customers {
		rows[i] = []any{c.ID, c.LifetimeValue, c.ShownTotal}
	}
	return tx.UpdateRows(ctx, "customers", "lifetime_value = v.column2, shown_total = v.column3", []store.ColumnType{store.IntColumn, store.IntColumn}, rows)
}

// writeShown writes what is shown of customers: derived state.
func writeShown(ctx context.Context, tx *store.Tx, customers []*ent.Customer) error {
	rows := make([][]any, len(customers))
	for i, c := range customers {
		rows[i] = []any{c.ID, c.ShownTotal, string(c.ShownEarnings)}
	}
	return tx.UpdateRows(ctx, "customers", "shown_total = v.column2, shown_earnings = v.column3", []store.ColumnType{store.IntColumn, store.JSONColumn}, rows)
}

// activeModelID returns the id of the active model, "" where there is none. Every value is computed by it, whoever asks.
func activeModelID(ctx context.Context, tx *store.Tx) (active string, err error) {
	return active, store.Each(ctx, tx, "SELECT id FROM lifetime_models WHERE active", nil, func(scan store.ScanFunc) error { return scan(&active) })
}

// The divisions of all customers into parts of equal size by the value that lists are ordered by: the greatest value of each. A percentile
// says where a customer stands among all, to whoever may see that customer, and nothing else of them.
const (
	dividedSQL = `SELECT max(lifetime_value) FROM (SELECT lifetime_value, ntile(?) OVER (ORDER BY lifetime_value) AS part
		FROM customers WHERE deleted_at IS NULL) AS divided GROUP BY part ORDER BY part`
	// Without the scope costs; customers who were recorded since the start of the day have no place yet.
	shownDividedSQL = `SELECT max(shown_total) FROM (SELECT shown_total, ntile(?) OVER (ORDER BY shown_total) AS part
		FROM customers WHERE deleted_at IS NULL AND shown_earnings IS NOT NULL) AS divided GROUP BY part ORDER BY part`
)

// divided reads one of the divisions.
func (s *Service) divided(ctx context.Context, shown bool) ([]int64, error) {
	query := dividedSQL
	if shown {
		query = shownDividedSQL
	}
	upper := []int64{}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		upper = upper[:0]
		return store.Each(ctx, tx, query, []any{parts}, func(scan store.ScanFunc) error {
			var greatest int64
			err := scan(&greatest)
			upper = append(upper, greatest)
			return err
		})
	})
	return upper, err
}

// modelsFittedBy returns some models that had been fitted by a moment, the newest first, leaving out the first ones. Prices of the
// past rest on them, whoever asks for a price.
func (s *Service) modelsFittedBy(ctx context.Context, at time.Time, skip, n int) ([]*ent.LifetimeModel, error) {
	return s.Client.LifetimeModel.Query().Where(lifetimemodel.FittedAtLTE(at)).
		Order(lifetimemodel.ByFittedAt(store.Descending), lifetimemodel.ByID(store.Descending)).Offset(skip).Limit(n).All(bypassGuard(ctx))
}

// readObservation reads what the observed end follows from, of the orders that are placed by a moment. Of whom they are is not read. More
// orders of a year than make a difference are not counted.
func readObservation(ctx context.Context, db store.Reader, at time.Time) (lifetime.Observation, error) {
	return observe(ctx, db, at, "status = 'COMPLETED'")
}

// readObservationAt is readObservation as it was known at the moment: of the orders that had been recorded as completed by then, whatever was
// refunded or cancelled since.
func readObservationAt(ctx context.Context, db store.Reader, at time.Time) (lifetime.Observation, error) {
	const known = `created_at <= ? AND completed_at <= ?
		AND (status = 'COMPLETED' OR status = 'CANCELLED' AND cancelled_at > ? OR status = 'REFUNDED' AND EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = o.id AND a.at > ? AND a.action = 'order.refund'))
		AND NOT EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = o.id AND a.at > ? AND a.action = 'order.complete')`
	return observe(ctx, db, at, known, at, at, at, at, at)
}

// observe reads an observation of the orders o for which a condition holds.
func observe(ctx context.Context, db store.Reader, at time.Time, condition string, args ...any) (o lifetime.Observation, err error) {
	last := "SELECT day, at FROM orders o WHERE at <= ? AND " + condition + " ORDER BY at DESC, id DESC LIMIT 1"
	var lastAt store.Time
	err = store.Each(ctx, db, last, append([]any{at}, args...), func(scan store.ScanFunc) error { return scan(&o.LastDay, &lastAt) })
	if err != nil || lastAt.IsZero() {
		return o, err
	}
	// A day is in a year's by its number; the moment narrows down what is read.
	year := "SELECT count(*) FROM (SELECT 1 FROM orders o WHERE day > ? AND at > ? AND at <= ? AND " + condition + " LIMIT ?) AS counted"
	args = append(append([]any{o.LastDay - 365, lastAt.AddDate(0, 0, -367), at}, args...), lifetime.MaxYearOrders)
	return o, store.Each(ctx, db, year, args, func(scan store.ScanFunc) error { return scan(&o.YearOrders) })
}

// fitsOf returns all models by the time of their fit. The stages of all customers rest on them, whoever records a fact.
func fitsOf(ctx context.Context, tx *store.Tx) ([]*ent.LifetimeModel, error) {
	return tx.LifetimeModel.Query().Order(lifetimemodel.ByFittedAt(), lifetimemodel.ByID()).All(bypassGuard(ctx))
}

// A model is fitted on the orders of all customers: whoever may fit models (see fit) reads no row of them, and what is kept has no names.

// daysOf returns the first and the last day with a completed order up to a day; the day and 0 where there is none.
func daysOf(ctx context.Context, tx *store.Tx, until int) (first, last int, err error) {
	const query = "SELECT coalesce(min(day), ?), coalesce(max(day), 0) FROM orders WHERE status = 'COMPLETED' AND day <= ?"
	return first, last, store.Each(ctx, tx, query, []any{until, until}, func(scan store.ScanFunc) error { return scan(&first, &last) })
}

// eachHistory gives the order days of each customer up to a day, which are overwritten afterwards. Who they are of is not given.
func eachHistory(ctx context.Context, tx *store.Tx, until int, each func(h lifetime.History) error) error {
	const query = `SELECT customer_id, day, sum(margin) FROM orders WHERE status = 'COMPLETED' AND day <= ?
		GROUP BY customer_id, day ORDER BY customer_id, day`
	var customer string
	var h lifetime.History
	err := store.Each(ctx, tx, query, []any{until}, func(scan store.ScanFunc) error {
		var of string
		var d lifetime.DayMargin
		var margin money.Amount
		if err := scan(&of, &d.Day, &margin); err != nil {
			return err
		}
		if of != customer && len(h) > 0 {
			if err := each(h); err != nil {
				return err
			}
			h = h[:0]
		}
		d.Margin, customer = float64(margin.Minor()), of
		h = append(h, d)
		return nil
	})
	if err == nil && len(h) > 0 {
		err = each(h)
	}
	return err
}

// showing is that the customers after one id up to another were shown at a moment.
type showing struct {
	who string // both ids
	at  time.Time
}

// refreshedShowings returns when customers were shown on some days, up to a moment, by the time. Which customers there were is not told.
func refreshedShowings(ctx context.Context, from store.Reader, days []string, upTo time.Time) (all []showing, err error) {
	const query = "SELECT value, recorded_at FROM dated_values WHERE name = ? AND recorded_at <= ? AND subject IN @ids ORDER BY recorded_at"
	return all, store.EachByIDs(ctx, from, query, []any{string(schema.DatedShownDay), upTo}, days, func(scan store.ScanFunc) error {
		var one showing
		err := scan(&one.who, &one.at)
		one.at = one.at.UTC()
		all = append(all, one)
		return err
	})
}

// importedShowings returns when an import showed customers last, by their ids, up to a moment. The callers may see the customers.
func importedShowings(ctx context.Context, from store.Reader, customerIDs []string, upTo time.Time) (map[string]time.Time, error) {
	const query = "SELECT subject, recorded_at FROM dated_values WHERE name = ? AND recorded_at <= ? AND subject IN @ids ORDER BY recorded_at"
	all := map[string]time.Time{}
	return all, store.EachByIDs(ctx, from, query, []any{string(schema.DatedShown), upTo}, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var at time.Time
		err := scan(&customerID, &at)
		all[customerID] = at.UTC()
		return err
	})
}

// writeShowings writes that customers were shown by an import: a part of their derived state.
func writeShowings(ctx context.Context, tx *store.Tx, rows [][]any) error {
	return tx.InsertRows(ctx, "dated_values", []string{"id", "name", "subject", "valid_from", "recorded_at", "actor"}, rows)
}
