package report

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// The reads of this file, on customers and what is derived of them, go past the guard: the base is all customers, whoever asks, and the
// worth of a new customer is learned from all. The API's fields customerBase, valueAtRisk, expectedMonths, acquisitionSources and
// Customer.prospect have the directive @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER, ANALYST) reads all rows
// by auth/rules.go. The customers of a customer's economics are rows that the caller may see; CustomerEconomicsOf refuses a role that may
// not read their orders and contacts, and the fields of costs have the directive.

// baseColumns are read of all customers c.
const baseColumns = `c.id, c.stage, c.created_at, c.departed_at, c.acquisition_cost, c.order_days, c.first_order_day, c.last_order_day, c.margin, c.repeat_margin, c.refunded_margin, c.contact_cost, c.recent_days,
	c.segment, c.acquired_at, c.partner_id, c.referred_by_id`

// whose says of which customers c something is read.
type whose string

const (
	ofBase  whose = "c.deleted_at IS NULL"
	brought whose = "c.merged_into_id IS NULL" // those who were deleted as well: somebody brought them all the same
)

// eachBaseCustomer gives all customers who are not deleted, in the order of their ids, without where they come from.
func eachBaseCustomer(ctx context.Context, tx *store.Tx, each func(*baseCustomer) error) error {
	return eachWithoutOrigin(ctx, tx, ofBase, each)
}

func eachWithoutOrigin(ctx context.Context, tx *store.Tx, of whose, each func(*baseCustomer) error) error {
	return eachOfBase(ctx, tx, "SELECT "+baseColumns+", NULL, NULL, 0 FROM customers c WHERE "+string(of)+" ORDER BY c.id", each)
}

// originsSQL adds to customers c the campaign g of their origin, the first inbound contact f, and what the books say that it cost to win them.
const originsSQL = ` LEFT JOIN (SELECT customer_id, campaign_id, source FROM (SELECT customer_id, campaign_id, source, row_number() OVER (PARTITION BY customer_id ORDER BY at, id) AS place
		FROM contacts WHERE direction = 'INBOUND' AND voided_at IS NULL) AS r WHERE place = 1) AS f ON f.customer_id = c.id
	LEFT JOIN campaigns g ON g.id = CASE WHEN c.campaign_id IS NULL AND c.source IS NULL THEN f.campaign_id ELSE c.campaign_id END
	LEFT JOIN (SELECT k.customer_id, sum(k.advertising) AS amount FROM contacts k LEFT JOIN (SELECT customer_id, min(at) AS at FROM orders WHERE status = 'COMPLETED' GROUP BY customer_id) AS w
		ON w.customer_id = k.customer_id WHERE k.advertising <> 0 AND k.voided_at IS NULL AND (w.at IS NULL OR w.at >= k.at) GROUP BY k.customer_id) AS a ON a.customer_id = c.id`

// eachOfOrigin gives customers in the order of their ids, with where they come from. It reads all contacts only where some say so.
func eachOfOrigin(ctx context.Context, tx *store.Tx, of whose, each func(*baseCustomer) error) error {
	const known = `SELECT 1 WHERE EXISTS (SELECT 1 FROM contacts WHERE campaign_id IS NOT NULL) OR EXISTS (SELECT 1 FROM contacts WHERE source IS NOT NULL)
		OR EXISTS (SELECT 1 FROM customers WHERE campaign_id IS NOT NULL) OR EXISTS (SELECT 1 FROM customers WHERE source IS NOT NULL)`
	found := false
	err := store.Each(ctx, tx, known, nil, func(store.ScanFunc) error {
		found = true
		return nil
	})
	if err != nil || !found {
		return cmp.Or(err, eachWithoutOrigin(ctx, tx, of, each))
	}
	query := "SELECT " + baseColumns + ", g.id, coalesce(CASE WHEN c.campaign_id IS NULL AND c.source IS NULL THEN f.source ELSE c.source END, g.source), CAST(coalesce(a.amount, 0) AS BIGINT) FROM customers c" +
		originsSQL + " WHERE " + string(of) + " ORDER BY c.id"
	return eachOfBase(ctx, tx, query, each)
}

func eachOfBase(ctx context.Context, tx *store.Tx, query string, each func(*baseCustomer) error) error {
	return store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var c baseCustomer
		err := scan(&c.ID, &c.Stage, &c.CreatedAt, &c.DepartedAt, &c.AcquisitionCost, &c.OrderDays, &c.FirstOrderDay, &c.LastOrderDay, &c.Margin, &c.RepeatMargin, &c.RefundedMargin, &c.ContactCost, &c.RecentDays,
			&c.segment, &c.AcquiredAt, &c.partner, &c.referredBy, &c.campaign, &c.source, &c.booked)
		if err != nil {
			return err
		}
		return each(&c)
	})
}

// campaignNames reads the names of campaigns by id.
func campaignNames(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	names := map[string]string{}
	return names, store.Each(ctx, tx, "SELECT id, name FROM campaigns", nil, func(scan store.ScanFunc) error {
		var one, name string
		err := scan(&one, &name)
		names[one] = name
		return err
	})
}

// customerSums are what a customer's orders and contacts of a period sum to.
type customerSums struct {
	orders, contacts             int
	revenue, margin, contactCost money.Amount
	yearRevenue                  money.Amount // of the year before the period's end
}

// customerSumsSQL sums up the orders and contacts of customers in a period, and the revenue of another. What an order brought without
// tax, less refunds, is its margin and its cost (costing.OrderMargin), whether prices include tax or not. A row of contacts has a
// number of orders of -1, the number of contacts in the column of revenue and their cost in that of margin.
var customerSumsSQL = `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids)
	SELECT customer_id, sum(CASE WHEN status = 'COMPLETED' AND at >= ? AND at < ? THEN 1 ELSE 0 END), sum(CASE WHEN at >= ? AND at < ? THEN margin + cost ELSE 0 END),
		sum(CASE WHEN at >= ? AND at < ? THEN margin ELSE 0 END), sum(CASE WHEN at >= ? AND at < ? THEN margin + cost ELSE 0 END)
	FROM orders WHERE status IN ` + service.SoldStatuses + ` AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id
	UNION ALL SELECT customer_id, -1, count(*), sum(cost), 0 FROM contacts WHERE voided_at IS NULL AND at >= ? AND at < ? AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id`

// sumsOfCustomers sums up the orders and contacts of customers in a period, in one statement. yearEnd is where the year of
// yearRevenue ends.
func sumsOfCustomers(ctx context.Context, db store.Reader, ids []string, from, to, yearEnd time.Time) (map[string]customerSums, error) {
	sums := map[string]customerSums{}
	args := append(store.Args(ids), from, to, from, to, from, to, yearEnd.Add(-ofWallet), yearEnd, from, to)
	err := store.Each(ctx, db, strings.Replace(customerSumsSQL, "@ids", "("+store.Placeholders(len(ids))+")", 1), args, func(scan store.ScanFunc) error {
		var id string
		var orders int
		var first, second, year money.Amount
		if err := scan(&id, &orders, &first, &second, &year); err != nil {
			return err
		}
		one := sums[id]
		if orders < 0 {
			one.contacts, one.contactCost = int(first.Minor()), second
		} else {
			one.orders, one.revenue, one.margin, one.yearRevenue = orders, first, second, year
		}
		sums[id] = one
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("report: economics of customers: %w", err)
	}
	return sums, nil
}

// paidBackSQL finds, of customers mine, when the margins less the contact costs so far first reached the acquisition cost that was stated; without
// one, with an order, when they first covered the contact costs, of which advertising is a part.
var paidBackSQL = `SELECT run.customer_id, min(run.at) FROM (
		SELECT customer_id, at, value, sum(value) OVER (PARTITION BY customer_id ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS so_far FROM (
			SELECT customer_id, completed_at AS at, id, margin AS value FROM orders WHERE status IN ` + service.SoldStatuses + ` AND customer_id IN (SELECT id FROM mine)
			UNION ALL SELECT customer_id, at, id, -cost FROM contacts WHERE voided_at IS NULL AND customer_id IN (SELECT id FROM mine)) AS moves) AS run
	JOIN customers c ON c.id = run.customer_id WHERE run.value > 0 AND run.so_far >= c.acquisition_cost GROUP BY run.customer_id`

// paidBackAt returns when the acquisition costs of customers who cost something had been paid back, of those for whom they have been.
func paidBackAt(ctx context.Context, db store.Reader, ids []string) (map[string]time.Time, error) {
	paid := map[string]time.Time{}
	if len(ids) == 0 {
		return nil, nil
	}
	query := "WITH mine (id) AS (SELECT id FROM customers WHERE id IN (" + store.Placeholders(len(ids)) + ")) " + paidBackSQL
	err := store.Each(ctx, db, query, store.Args(ids), func(scan store.ScanFunc) error {
		var id string
		var at store.Time
		err := scan(&id, &at)
		paid[id] = at.Time
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report: acquisition costs paid back: %w", err)
	}
	return paid, nil
}

// eachStageChange gives how often customers went from one stage to another, without what staff decided and what came with an import:
// an order log knows buyers alone. Of customers who were merged, who have the changes of all of them, each goes on from the one before it: what
// two did alike is one change.
func eachStageChange(ctx context.Context, tx *store.Tx, each func(from, to schema.Stage, n int)) error {
	const query = `WITH merged (id) AS (SELECT DISTINCT merged_into_id FROM customers WHERE merged_into_id IS NOT NULL)
		SELECT from_stage, to_stage, count(*) FROM (SELECT from_stage, to_stage, kind FROM stage_changes WHERE customer_id NOT IN (SELECT id FROM merged)
			UNION ALL SELECT coalesce(lag(to_stage) OVER (PARTITION BY customer_id ORDER BY at, recorded_at, id), from_stage), to_stage, kind
				FROM stage_changes WHERE customer_id IN (SELECT id FROM merged)) AS s
		WHERE kind NOT IN ('RECORDED', 'OVERRULED', 'IMPORTED') AND from_stage <> to_stage GROUP BY from_stage, to_stage`
	return store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var from, to schema.Stage
		var n int
		err := scan(&from, &to, &n)
		each(from, to, n)
		return err
	})
}

// eachStage gives how many customers are in each stage.
func eachStage(ctx context.Context, tx *store.Tx, each func(in schema.Stage, n int)) error {
	return store.Each(ctx, tx, "SELECT stage, count(*) FROM customers WHERE deleted_at IS NULL GROUP BY stage", nil, func(scan store.ScanFunc) error {
		var in schema.Stage
		var n int
		err := scan(&in, &n)
		each(in, n)
		return err
	})
}

// earnedBySegment returns the margins and order days of customers by their segment, "" for none. Orders given back in full do not
// count.
func earnedBySegment(ctx context.Context, tx *store.Tx) (map[string]earned, error) {
	of := map[string]earned{}
	const query = "SELECT coalesce(segment, ''), CAST(sum(margin - refunded_margin) AS BIGINT), CAST(sum(order_days) AS BIGINT) FROM customers WHERE order_days > 0 GROUP BY coalesce(segment, '')"
	return of, store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var segment string
		var one earned
		err := scan(&segment, &one.margin, &one.orderDays)
		of[segment] = one
		return err
	})
}
