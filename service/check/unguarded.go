package check

import (
	"context"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contactpoint"
	"kopeck/ent/customer"
	"kopeck/ent/searchterm"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// All reads of this package go past the guard: the laws hold over all rows, and a row that nobody may see can break them too.
// The verb is called by the command `kopeck check` alone, by who runs the installation; no resolver calls it.

// readAll runs a function in a transaction that reads all rows of one snapshot, for as long as it takes.
func (s *Service) readAll(ctx context.Context, read func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		return read(ctx, tx)
	})
}

// ruleQuery is a rule with a query for the ids of the rows that break it.
type ruleQuery struct {
	rule

	query string
}

var ruleQueries = []ruleQuery{
	{rule{lawBooks, "the shares of the order's credits do not sum to 1"}, "SELECT order_id FROM credits GROUP BY order_id HAVING sum(share) <> 1000000000"},
	{rule{lawBooks, "the realised value is not the sum of the contact's credits"}, `SELECT c.id FROM contacts c LEFT JOIN (SELECT contact_id, sum(amount) AS earned FROM credits GROUP BY contact_id) AS e ON e.contact_id = c.id
		WHERE c.realised <> coalesce(e.earned, 0)`},
	{rule{lawBooks, "a contact is credited with an order that was completed before it"}, "SELECT c.id FROM credits c JOIN orders o ON o.id = c.order_id JOIN contacts k ON k.id = c.contact_id WHERE k.at > o.completed_at"},
	{rule{lawBooks, "a contact is credited with an order of another customer whom it did not recommend"}, `SELECT c.id FROM credits c JOIN orders o ON o.id = c.order_id JOIN contacts k ON k.id = c.contact_id
		WHERE k.customer_id <> o.customer_id AND (k.about_id IS NULL OR k.about_id <> o.customer_id)`},
	{rule{lawBooks, "the lines' totals do not sum to the order's total"}, "SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.total HAVING sum(l.total) <> o.total"},
	{rule{lawBooks, "the lines' totals do not sum to the offer's total"}, "SELECT o.id FROM offers o JOIN offer_lines l ON l.offer_id = o.id AND l.variant = o.variant GROUP BY o.id, o.total HAVING sum(l.total) <> o.total"},
	{rule{lawBooks, "the lines' taxes do not sum to the order's tax"}, "SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.tax HAVING sum(l.tax) <> o.tax"},
	{rule{lawBooks, "the lines' taxes do not sum to the offer's tax"}, "SELECT o.id FROM offers o JOIN offer_lines l ON l.offer_id = o.id AND l.variant = o.variant GROUP BY o.id, o.tax HAVING sum(l.tax) <> o.tax"},
	{rule{lawBooks, "the tax is negative or more than the total"}, `SELECT id FROM orders WHERE tax < 0 OR tax > total UNION ALL SELECT id FROM order_lines WHERE tax < 0 OR tax > total
		UNION ALL SELECT id FROM offers WHERE tax < 0 OR tax > total UNION ALL SELECT id FROM offer_lines WHERE tax < 0 OR tax > total`},
	{rule{lawBooks, "the taxes of the refunds do not sum to the refunded tax"}, `SELECT o.id FROM orders o LEFT JOIN (SELECT order_id, sum(tax) AS given FROM refunds GROUP BY order_id) AS r ON r.order_id = o.id
		WHERE o.refunded_tax <> coalesce(r.given, 0)`},
	{rule{lawBooks, "the taxes of the refund's lines do not sum to its tax"}, "SELECT r.id FROM refunds r JOIN refund_lines l ON l.refund_id = r.id GROUP BY r.id, r.tax HAVING sum(l.tax) <> r.tax"},
	{rule{lawBooks, "all was given back, and not all of the tax"}, "SELECT id FROM orders WHERE status = 'REFUNDED' AND refunded_tax <> tax"},
	{rule{lawBooks, "the refunds do not sum to the refunded amount"}, `SELECT o.id FROM orders o LEFT JOIN (SELECT order_id, sum(amount) AS given FROM refunds GROUP BY order_id) AS r ON r.order_id = o.id
		WHERE o.refunded <> coalesce(r.given, 0)`},
	{rule{lawBooks, "the refunded amount is negative or more than the total"}, "SELECT id FROM orders WHERE refunded < 0 OR refunded > total"},
	{rule{lawBooks, "the refund's amount is not positive"}, "SELECT id FROM refunds WHERE amount <= 0"},
	{rule{lawBooks, "the contact's cost, expense or minutes are negative"}, "SELECT id FROM contacts WHERE cost < 0 OR expense < 0 OR minutes < 0"},
	{rule{lawFigures, "the contact cost is not the sum of the costs of the customer's contacts"}, `SELECT c.id FROM customers c LEFT JOIN (SELECT customer_id, sum(cost) AS spent FROM contacts WHERE voided_at IS NULL GROUP BY customer_id) AS s ON s.customer_id = c.id
		WHERE c.contact_cost <> coalesce(s.spent, 0)`},
	{rule{lawFigures, "the stage is not that of the last change of stage"}, `SELECT c.id FROM customers c JOIN (SELECT customer_id, to_stage, row_number() OVER (PARTITION BY customer_id ORDER BY recorded_at DESC, id DESC) AS place FROM stage_changes) AS s
		ON s.customer_id = c.id AND s.place = 1 WHERE c.stage <> s.to_stage`},
	{rule{lawStates, "the order is completed without a time, or before it was placed"}, "SELECT id FROM orders WHERE status IN " + service.SoldStatuses + " AND (completed_at IS NULL OR completed_at < at)"},
	{rule{lawStates, "the order is REFUNDED, and less than its total was refunded"}, "SELECT id FROM orders WHERE status = 'REFUNDED' AND refunded <> total"},
	{rule{lawStates, "the order was refunded and is neither COMPLETED nor REFUNDED"}, "SELECT id FROM orders WHERE status NOT IN " + service.SoldStatuses + " AND refunded <> 0"},
	{rule{lawStates, "the refund was given before the order was completed"}, "SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.completed_at IS NULL OR r.at < o.completed_at"},
	{rule{lawStates, "reports sum up the lines of the order by themselves, and should not, or the reverse"}, "SELECT o.id FROM orders o WHERE o.plain <> (" + books.PlainSQL + ")"},
	{rule{lawStates, "what reports count the line by is not as its order says"}, `SELECT l.id FROM order_lines l JOIN orders o ON o.id = l.order_id
		WHERE o.plain AND (l.sold_at IS NULL OR l.sold_at <> o.at OR l.booked_at IS NULL OR l.booked_at <> o.completed_at) OR NOT o.plain AND (l.sold_at IS NOT NULL OR l.booked_at IS NOT NULL)
			OR l.repeats <> (o.plain AND EXISTS (SELECT 1 FROM order_lines e WHERE e.order_id = o.id AND e.position < l.position AND e.product_id = l.product_id))
			OR coalesce(l.first_product_id, '') <> coalesce((SELECT e.product_id FROM order_lines e WHERE o.plain AND l.position > 0 AND e.order_id = o.id AND e.position = 0), '')`},
	{rule{lawStates, "the capacity is taken by neither an order nor a hold that ends, or by both"}, "SELECT id FROM bookings WHERE (order_id IS NULL) = (hold IS NULL) OR hold IS NOT NULL AND (freed_at IS NULL OR held_for IS NULL)"},
	{rule{lawStates, "the contact is about its own customer, or about a customer without being a recommendation"}, "SELECT id FROM contacts WHERE about_id IS NOT NULL AND (about_id = customer_id OR kind <> 'RECOMMENDATION')"},
	{rule{lawBooks, "a voided contact is credited with an order"}, "SELECT k.id FROM contacts k WHERE k.voided_at IS NOT NULL AND (k.realised <> 0 OR EXISTS (SELECT 1 FROM credits c WHERE c.contact_id = k.id))"},
	{rule{lawStates, "the contact is voided without a reason, or stands and has one"}, "SELECT id FROM contacts WHERE (voided_at IS NULL) <> (void_reason IS NULL)"},
	{rule{lawStates, "the contact's last correction is not that of its history"}, `SELECT k.id FROM contacts k LEFT JOIN (SELECT contact_id, max(recorded_at) AS last FROM contact_corrections GROUP BY contact_id) AS x ON x.contact_id = k.id
		WHERE k.corrected_at IS NULL AND x.last IS NOT NULL OR k.corrected_at IS NOT NULL AND (x.last IS NULL OR x.last <> k.corrected_at)`},
	{rule{lawStates, "the agreement's end is not the last that was recorded"}, `SELECT a.id FROM price_agreements a LEFT JOIN (SELECT subject, valid_from, row_number() OVER (PARTITION BY subject ORDER BY recorded_at DESC, id DESC) AS place FROM dated_values WHERE name = 'end') AS e
		ON e.subject = a.id AND e.place = 1 WHERE a.ended_at IS NULL AND e.valid_from IS NOT NULL OR a.ended_at IS NOT NULL AND (e.valid_from IS NULL OR e.valid_from <> a.ended_at)`},
	{rule{lawStates, "the agreement was proposed or declined, and was ended or has no time for it"}, "SELECT id FROM price_agreements WHERE state <> 'AGREED' AND (proposed_at IS NULL OR ended_at IS NOT NULL) OR state = 'DECLINED' AND decided_at IS NULL"},
	{rule{lawStates, "the spend lies outside of the campaign's days, or is negative"}, `SELECT s.id FROM spends s JOIN campaigns g ON g.id = s.campaign_id
		WHERE s.amount < 0 OR s.amount > 0 AND (s.first_day < g.first_day OR s.last_day > g.last_day)
		AND NOT EXISTS (SELECT 1 FROM spends l WHERE l.campaign_id = s.campaign_id AND l.first_day = s.first_day AND l.last_day = s.last_day AND l.recorded_at > s.recorded_at)`},
	{rule{lawStates, "what is in the field of the installation's own is not the last that was recorded"}, `SELECT e.id FROM field_entries e
		LEFT JOIN (SELECT subject, value, row_number() OVER (PARTITION BY subject ORDER BY recorded_at DESC, id DESC) AS place, count(*) OVER (PARTITION BY subject) AS changes FROM dated_values WHERE name = 'field') AS v
		ON v.subject = e.id AND v.place = 1 WHERE v.changes IS NULL OR v.changes <> e.version OR (e.value IS NULL) <> (v.value IS NULL) OR e.value <> v.value`},
	{rule{lawStates, "the customer is merged into another than the merges say that hold, or is merged and not deleted"}, `SELECT c.id FROM customers c
		LEFT JOIN customer_merges m ON m.merged_id = c.id AND m.undone_at IS NULL LEFT JOIN customers k ON k.id = m.kept_id
		WHERE (c.merged_into_id IS NULL) <> (m.id IS NULL) OR c.merged_into_id <> coalesce(k.merged_into_id, k.id) OR c.merged_into_id IS NOT NULL AND c.deleted_at IS NULL`},
	{rule{lawStates, "it is of a customer who was merged into another"}, `SELECT r.id FROM (SELECT id, customer_id FROM orders UNION ALL SELECT id, customer_id FROM contacts UNION ALL SELECT id, customer_id FROM offers
		UNION ALL SELECT id, customer_id FROM tasks UNION ALL SELECT id, customer_id FROM permissions UNION ALL SELECT id, customer_id FROM price_agreements) AS r
		JOIN customers c ON c.id = r.customer_id WHERE c.merged_into_id IS NOT NULL`},
	{rule{lawStates, "the task was done by a contact that is voided"}, "SELECT t.id FROM tasks t JOIN contacts k ON k.id = t.contact_id WHERE k.voided_at IS NOT NULL"},
	{rule{lawStates, "the task is not as its times say"}, `SELECT id FROM tasks WHERE (state = 'DONE') <> (done_at IS NOT NULL) OR (state = 'CANCELLED') <> (cancelled_at IS NOT NULL)
		OR (state = 'OPEN') <> (closed_by IS NULL) OR state <> 'DONE' AND contact_id IS NOT NULL`},
	{rule{lawFigures, "what was handed over does not sum to its total"}, "SELECT id FROM hand_overs WHERE past + future <> total OR customers < 0 OR offers < 0 OR tasks < 0"},
	{rule{lawStates, "the capacity that is taken is not positive"}, "SELECT id FROM bookings WHERE units <= 0"},
	{rule{lawPermission, "the contact was made under a permission of another channel or purpose"}, `SELECT c.id FROM contacts c JOIN permissions p ON p.id = c.permission_id
		WHERE p.channel <> c.channel OR c.purpose IS NOT NULL AND p.purpose <> c.purpose`},
	{rule{lawTwice, "a request's key was used twice"}, "SELECT min(id) FROM idempotency_keys GROUP BY actor, key HAVING count(*) > 1"},
	{rule{lawTwice, "the external id of an order was used twice"}, "SELECT min(id) FROM orders WHERE external_id IS NOT NULL GROUP BY external_id, external_twin HAVING count(*) > 1"},
	{rule{lawTwice, "a contact is credited twice with one order"}, "SELECT min(id) FROM credits GROUP BY order_id, contact_id HAVING count(*) > 1"},
}

// checkRules runs the rules that are queries.
func (s *Service) checkRules(ctx context.Context, tx *store.Tx, f *findings) error {
	for i := range ruleQueries {
		one := &ruleQueries[i]
		err := store.Each(ctx, tx, one.query+" LIMIT ?", []any{maxFindings}, func(scan store.ScanFunc) error {
			var subject string
			err := scan(&subject)
			f.add(&one.rule, subject)
			return err
		})
		if err != nil {
			return fmt.Errorf("check: %q: %w", one.wrong, err)
		}
	}
	return nil
}

// eachCancelledBooking gives the cancelled orders that still take capacity, when they were cancelled, and the last day on which they do. Who sees
// the orders is no matter: the laws hold over all rows.
func eachCancelledBooking(ctx context.Context, tx *store.Tx, each func(orderID string, cancelledAt time.Time, last int)) error {
	const query = `SELECT o.id, o.cancelled_at, max(b.day) FROM orders o JOIN bookings b ON b.order_id = o.id WHERE o.status = 'CANCELLED' AND b.freed_at IS NULL
		GROUP BY o.id, o.cancelled_at ORDER BY o.id`
	return store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var orderID string
		var cancelled store.Time
		var last int
		err := scan(&orderID, &cancelled, &last)
		each(orderID, cancelled.Time, last)
		return err
	})
}

// eachSpend reads the periods of all spends.
func eachSpend(ctx context.Context, tx *store.Tx, each func(spendID string, first, last int, begins, ends time.Time)) error {
	return store.Each(ctx, tx, "SELECT id, first_day, last_day, begins_at, ends_at FROM spends", nil, func(scan store.ScanFunc) error {
		var spendID string
		var first, last int
		var begins, ends time.Time
		err := scan(&spendID, &first, &last, store.UTC(&begins), store.UTC(&ends))
		each(spendID, first, last, begins, ends)
		return err
	})
}

// storedContact is a contact with its cost.
type storedContact struct {
	id      string
	at      time.Time
	staffID string               // "" for nobody, and where the contact is voided
	people  []schema.Participant // if several took part
	minutes money.Decimal
	cost    money.Amount
	lines   []byte // costing.Line, as JSON

	advertising money.Amount
}

// eachContact reads all contacts.
func eachContact(ctx context.Context, tx *store.Tx, each func(storedContact) error) error {
	return store.Each(ctx, tx, "SELECT id, at, CASE WHEN voided_at IS NULL THEN staff_id END, participants, minutes, cost, cost_lines, advertising FROM contacts", nil, func(scan store.ScanFunc) error {
		var c storedContact
		if err := scan(&c.id, store.UTC(&c.at), store.OrZero(&c.staffID), store.FromJSON{To: &c.people}, &c.minutes, &c.cost, &c.lines, &c.advertising); err != nil {
			return err
		}
		return each(c)
	})
}

// foundBy reads by whom contacts are found in which several people took part: the minutes of each, by contact and user.
func foundBy(ctx context.Context, tx *store.Tx) (map[string]map[string]money.Decimal, error) {
	all := map[string]map[string]money.Decimal{}
	return all, store.Each(ctx, tx, "SELECT contact_id, user_id, minutes FROM contact_participants", nil, func(scan store.ScanFunc) error {
		var contactID, userID string
		var minutes money.Decimal
		err := scan(&contactID, &userID, &minutes)
		if all[contactID] == nil {
			all[contactID] = map[string]money.Decimal{}
		}
		all[contactID][userID] = minutes
		return err
	})
}

// staffRates reads from when the time of each code of staff has a rate.
func staffRates(ctx context.Context, tx *store.Tx) (map[string]time.Time, error) {
	from := map[string]time.Time{}
	return from, store.Each(ctx, tx, "SELECT code, min(valid_from) FROM rates WHERE subject = ? GROUP BY code", []any{costing.SubjectStaff}, func(scan store.ScanFunc) error {
		var code string
		var first store.Time
		err := scan(&code, &first)
		from[code] = first.UTC()
		return err
	})
}

// staffCodes reads what the rates of all users are found by now.
func staffCodes(ctx context.Context, tx *store.Tx) (map[string]*staff, error) {
	all := map[string]*staff{}
	return all, store.Each(ctx, tx, "SELECT id, email_key, grade FROM users", nil, func(scan store.ScanFunc) error {
		var userID string
		one := &staff{}
		err := scan(&userID, &one.emailKey, &one.grade)
		all[userID] = one
		return err
	})
}

// storedLine is a line of an order or an offer with its price.
type storedLine struct {
	id          string
	productID   string
	quantity    money.Decimal
	unit, total money.Amount
	steps       []byte // pricing.Line, as JSON
	options     []byte // pricing.Option, as JSON
}

// eachLine reads all lines of offers, then all lines of orders.
func eachLine(ctx context.Context, tx *store.Tx, each func(storedLine) error) error {
	for _, table := range []string{"offer_lines", "order_lines"} {
		err := store.Each(ctx, tx, "SELECT id, product_id, quantity, unit, total, price_lines, options FROM "+table, nil, func(scan store.ScanFunc) error {
			var l storedLine
			if err := scan(&l.id, &l.productID, &l.quantity, &l.unit, &l.total, &l.steps, &l.options); err != nil {
				return err
			}
			return each(l)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// storedOrder is an order with its figures.
type storedOrder struct {
	lifetime.Order

	id, customerID         string
	sold                   costing.Sale
	cost                   money.Amount
	credited, unattributed money.Amount // by the credits, of which there are credits
	credits                int
	model                  *string // by which it was credited
}

// ordersOf reads the orders of the customers with ids after low up to high, by customer.
func ordersOf(ctx context.Context, tx *store.Tx, low, high string) (map[string][]storedOrder, error) {
	of := map[string][]storedOrder{}
	return of, store.Each(ctx, tx, `SELECT o.id, o.customer_id, o.status, o.at, o.day, o.completed_at, o.total, o.refunded, o.tax, o.refunded_tax, o.cost, o.margin, o.unattributed, o.credit_model,
			(SELECT count(*) FROM credits c WHERE c.order_id = o.id), (SELECT coalesce(sum(c.amount), 0) FROM credits c WHERE c.order_id = o.id)
		FROM orders o WHERE o.customer_id > ? AND o.customer_id <= ?`, []any{low, high}, func(scan store.ScanFunc) error {
		var o storedOrder
		var completed *time.Time
		err := scan(&o.id, &o.customerID, &o.Status, &o.At, &o.Day, &completed, &o.sold.Total, &o.sold.Refunded, &o.sold.Tax, &o.sold.RefundedTax, &o.cost, &o.Margin, &o.unattributed, &o.model, &o.credits, &o.credited)
		o.At, o.CompletedAt = o.At.UTC(), input.OrZero(completed).UTC()
		of[o.customerID] = append(of[o.customerID], o)
		return err
	})
}

// orderWithLines is an order with its lines.
type orderWithLines struct {
	id     string
	cost   money.Amount
	stated bool // the cost came with an import
	lines  []refundableLine
}

// refundableLine is a line of an order as far as refunds are concerned.
type refundableLine struct {
	id                 string
	quantity, returned money.Decimal
	total, cost        money.Amount
}

// eachOrderLines gives all orders that have lines with these and their refunds to a function, some at a time.
func eachOrderLines(ctx context.Context, tx *store.Tx, each func(orders []orderWithLines, refunds map[string][]*books.Refund) error) error {
	const query = `SELECT o.id, o.cost, o.stated_cost, l.id, l.quantity, l.returned, l.total, l.cost FROM orders o JOIN order_lines l ON l.order_id = o.id
		WHERE o.id IN (SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?) ORDER BY o.id, l.position`
	for after := ""; ; {
		last := ""
		err := store.Each(ctx, tx, "SELECT coalesce(max(id), '') FROM (SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?) AS o", []any{after, store.IDsPerStatement}, func(scan store.ScanFunc) error {
			return scan(&last)
		})
		if err != nil || last == "" {
			return err
		}
		var orders []orderWithLines
		var ids []string
		err = store.Each(ctx, tx, query, []any{after, store.IDsPerStatement}, func(scan store.ScanFunc) error {
			var o orderWithLines
			var line refundableLine
			err := scan(&o.id, &o.cost, &o.stated, &line.id, &line.quantity, &line.returned, &line.total, &line.cost)
			if len(orders) == 0 || orders[len(orders)-1].id != o.id {
				orders, ids = append(orders, o), append(ids, o.id)
			}
			orders[len(orders)-1].lines = append(orders[len(orders)-1].lines, line)
			return err
		})
		if err != nil {
			return err
		}
		refunds, err := books.RefundsOf(ctx, tx, ids, service.EndOfTime)
		if err != nil {
			return err
		}
		if err := each(orders, refunds); err != nil {
			return err
		}
		after = last
	}
}

// customersAfter reads the next customers after an id, deleted ones too, in the order of their ids.
func customersAfter(ctx context.Context, tx *store.Tx, low string) ([]*ent.Customer, error) {
	return tx.Customer.Query().Where(customer.IDGT(low)).Order(customer.ByID()).Limit(store.IDsPerStatement).All(auth.System(ctx))
}

// termsOf reads the search terms of the customers with ids after low up to high, by customer.
func termsOf(ctx context.Context, tx *store.Tx, low, high string) (map[string][]string, error) {
	rows, err := tx.SearchTerm.Query().Where(searchterm.CustomerIDGT(low), searchterm.CustomerIDLTE(high)).All(auth.System(ctx))
	of := map[string][]string{}
	for _, row := range rows {
		of[row.CustomerID] = append(of[row.CustomerID], row.Term)
	}
	return of, err
}

// pointsOf reads the contact points of the customers with ids after low up to high, by customer.
func pointsOf(ctx context.Context, tx *store.Tx, low, high string) (map[string][]*ent.ContactPoint, error) {
	rows, err := tx.ContactPoint.Query().Where(contactpoint.CustomerIDGT(low), contactpoint.CustomerIDLTE(high)).All(auth.System(ctx))
	of := map[string][]*ent.ContactPoint{}
	for _, row := range rows {
		of[row.CustomerID] = append(of[row.CustomerID], row)
	}
	return of, err
}
