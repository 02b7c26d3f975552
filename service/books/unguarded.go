package books

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// All that this package reads and writes without the guard, and why it may; stages are in unguarded_stages.go. The books are derived
// state: whoever changes an order or a contact changes the credits of all contacts that earned of it, also of contacts with
// customers whom they may not see, and the result must not depend on who asks. What the API shows of credits is read
// with the guard (credits.go).

// bypassGuard returns the context of work that no request waits for: fits learn from the journeys of all customers, and every
// customer's stage falls with time.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// soldColumns begins a query that [scanSold] scans; a condition on orders o follows.
const soldColumns = `SELECT o.id, o.customer_id, o.status, o.day, o.completed_at, o.margin, o.unattributed, o.credit_model, o.credit_fit FROM orders o WHERE `

var sold = "o.status IN " + service.SoldStatuses

// unsettledSQL is the condition that an order's credits and unattributed part do not sum to its margin.
var unsettledSQL = "(" + sold + ` AND (o.credit_model IS NULL OR o.margin <> o.unattributed + coalesce((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id), 0))
	OR NOT ` + sold + ` AND (o.unattributed <> 0 OR EXISTS (SELECT 1 FROM credits c WHERE c.order_id = o.id)))`

// CompletedBy is the condition, with its arguments, that an order o was known at a moment to be completed: [lifetime.Completion.KnownBy]. The
// audit has when the completion of an order was recorded, if that was after the order.
func CompletedBy(at time.Time) (condition string, args []any) {
	return completedBySQL, []any{at, at, at, at}
}

var completedBySQL = `(` + sold + ` OR o.status = 'CANCELLED' AND o.cancelled_at > ?) AND o.created_at <= ? AND o.completed_at <= ?
	AND NOT EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = o.id AND a.at > ? AND a.action = 'order.complete')`

func scanSold(scan store.ScanFunc) (SoldOrder, error) {
	var o SoldOrder
	var completed *time.Time
	var model, fit *string
	err := scan(&o.ID, &o.CustomerID, &o.Status, &o.Day, &completed, &o.Margin, &o.unattributed, &model, &fit)
	o.Sold = completed != nil && lifetime.OrderStatus(o.Status).Sold()
	o.CompletedAt, o.Model, o.Fit = input.OrZero(completed).UTC(), attribution.Model(input.OrZero(model)), input.OrZero(fit)
	return o, err
}

// ordersWhere returns the orders of a condition.
func ordersWhere(ctx context.Context, db store.Reader, condition string, args ...any) (orders []SoldOrder, err error) {
	return orders, store.Each(ctx, db, soldColumns+condition, args, addSold(&orders))
}

// ordersAmong returns the orders of a condition with @ids in it.
func ordersAmong(ctx context.Context, db store.Reader, ids []string, condition string, args ...any) (orders []SoldOrder, err error) {
	return orders, store.EachByIDs(ctx, db, soldColumns+condition, args, ids, addSold(&orders))
}

// addSold returns a function that scans an order and appends it.
func addSold(orders *[]SoldOrder) func(scan store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		o, err := scanSold(scan)
		*orders = append(*orders, o)
		return err
	}
}

// SoldByIDs returns orders by their ids, sold or not.
func SoldByIDs(ctx context.Context, db store.Reader, ids []string) ([]SoldOrder, error) {
	return ordersAmong(ctx, db, ids, "o.id IN @ids")
}

// SoldBetween returns the sold orders of customers that were completed from one moment to another, both included.
func SoldBetween(ctx context.Context, db store.Reader, customerIDs []string, from, to time.Time) ([]SoldOrder, error) {
	return ordersAmong(ctx, db, customerIDs, sold+" AND o.completed_at >= ? AND o.completed_at <= ? AND o.customer_id IN @ids", from, to)
}

// SoldKnownIn returns the ids of the orders of the customers after low up to high that were known at a moment to be sold and that
// were placed from one moment until another, or completed in that time or within a look-back window after it.
func SoldKnownIn(ctx context.Context, db store.Reader, low, high string, from, until time.Time, window time.Duration, known time.Time) (ids []string, err error) {
	condition, args := CompletedBy(known)
	args = append(args, low, high, from, until, from, until.Add(window))
	return ids, store.Each(ctx, db, "SELECT o.id FROM orders o WHERE "+condition+" AND o.customer_id > ? AND o.customer_id <= ? AND (o.at >= ? AND o.at < ? OR o.completed_at >= ? AND o.completed_at < ?)", args, func(scan store.ScanFunc) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
}

// soldOfCustomers returns all sold orders of customers.
func soldOfCustomers(ctx context.Context, db store.Reader, customerIDs []string) ([]SoldOrder, error) {
	return ordersAmong(ctx, db, customerIDs, sold+" AND o.customer_id IN @ids")
}

// soldOfCustomersBetween returns all sold orders of the customers after low up to high, by customer and completion.
func soldOfCustomersBetween(ctx context.Context, tx *store.Tx, low, high string) ([]SoldOrder, error) {
	return ordersWhere(ctx, tx, sold+" AND o.customer_id > ? AND o.customer_id <= ? ORDER BY o.customer_id, o.completed_at, o.id", low, high)
}

// ordersOfCustomer returns orders of a customer by their ids, sold or not.
func ordersOfCustomer(ctx context.Context, tx *store.Tx, customerID string, ids []string) ([]SoldOrder, error) {
	return ordersAmong(ctx, tx, ids, "o.customer_id = ? AND o.id IN @ids", customerID)
}

// unsettledOrders returns the orders of a customer whose credits and unattributed part do not sum to their margin.
func unsettledOrders(ctx context.Context, tx *store.Tx, customerID string) ([]SoldOrder, error) {
	return ordersWhere(ctx, tx, unsettledSQL+" AND o.customer_id = ?", customerID)
}

// ordersCreditedTo returns the orders of a customer that contacts are credited with.
func ordersCreditedTo(ctx context.Context, tx *store.Tx, customerID string, contacts []string) ([]SoldOrder, error) {
	return ordersAmong(ctx, tx, contacts, "o.customer_id = ? AND o.id IN (SELECT c.order_id FROM credits c WHERE c.contact_id IN @ids)", customerID)
}

// ordersAfter returns the sold orders of a contact's customer whose look-back window covers the contact. An order is not completed
// before it is placed, and the index has that moment.
func ordersAfter(ctx context.Context, tx *store.Tx, contact *ent.Contact, window time.Duration) ([]SoldOrder, error) {
	last := contact.At.Add(window)
	return ordersWhere(ctx, tx, "o.customer_id = ? AND "+sold+" AND o.at <= ? AND o.completed_at >= ? AND o.completed_at <= ?", contact.CustomerID, last, contact.At, last)
}

// FirstOrders returns the ids of customers' first completed orders, as they were known at a moment: service.EndOfTime for now.
// An order given back in full is none.
func FirstOrders(ctx context.Context, db store.Reader, customerIDs []string, known time.Time) (map[string]string, error) {
	first := map[string]string{}
	condition, args := "o.status = 'COMPLETED'", []any(nil)
	if known.Before(service.EndOfTime) {
		condition, args = CompletedBy(known)
		condition += " AND (o.status <> 'REFUNDED' OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.recorded_at > ?))"
		args = append(args, known)
	}
	return first, store.EachByIDs(ctx, db, `SELECT f.customer_id, f.id FROM (SELECT o.customer_id, o.id, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.completed_at, o.id) AS place
		FROM orders o WHERE `+condition+` AND o.customer_id IN @ids) AS f WHERE f.place = 1`, args, customerIDs, func(scan store.ScanFunc) error {
		var customer, orderID string
		err := scan(&customer, &orderID)
		first[customer] = orderID
		return err
	})
}

// CustomerAfter returns the id of the last of the next customers after one; "" if there are none. Whoever reads in pieces goes
// through all customers.
func (s *Service) CustomerAfter(ctx context.Context, tx *store.Tx, low string) (high string, err error) {
	var last *string
	err = store.Each(ctx, tx, "SELECT max(n.id) FROM (SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ?) AS n", []any{low, customersTogether}, func(scan store.ScanFunc) error {
		return scan(&last)
	})
	return input.OrZero(last), err
}

// contactedCustomers returns the customers of whose orders contacts may have earned: those with contacts or recommendations, and
// those whom the customers given recommended.
func contactedCustomers(ctx context.Context, db store.Reader, ids []string) ([]string, error) {
	var all []string
	add := func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	}
	for _, query := range []string{
		"SELECT DISTINCT customer_id FROM contacts WHERE voided_at IS NULL AND customer_id IN @ids",
		"SELECT DISTINCT about_id FROM contacts WHERE voided_at IS NULL AND about_id IN @ids",
		"SELECT DISTINCT about_id FROM contacts WHERE about_id IS NOT NULL AND voided_at IS NULL AND customer_id IN @ids",
	} {
		if err := store.EachByIDs(ctx, db, query, nil, ids, add); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ContactsKnownAt returns a table, to be part of a statement, of the contacts as they were known at a moment, with its arguments: with the facts
// that they had before later corrections, and with those that were voided later. Stage and segment are those of now. For
// service.EndOfTime it is the contacts that stand.
func ContactsKnownAt(at time.Time) (table string, args []any) {
	if at.Before(service.EndOfTime) {
		return contactsKnownSQL, []any{at, at, at, at, at, at}
	}
	return standingContactsSQL, nil
}

const (
	standingContactsSQL = `(SELECT id, customer_id, kind, direction, channel, at, minutes, exact_seconds, staff_id, participants, about_id, expense, campaign_id, stage, segment,
			cost, uncosted, cost_lines, realised, permission_id, purpose, recorded_at FROM contacts WHERE voided_at IS NULL)`
	contactsKnownSQL = `(SELECT id, customer_id, kind, direction, channel, at, minutes, exact_seconds, staff_id, participants, about_id, expense, campaign_id, stage, segment
			FROM contacts WHERE recorded_at <= ? AND (corrected_at IS NULL OR corrected_at <= ?) AND (voided_at IS NULL OR voided_at > ?)
		UNION ALL SELECT k.id, k.customer_id, x.kind, x.direction, x.channel, x.at, x.minutes, x.exact_seconds, x.staff_id, x.participants, x.about_id, x.expense, x.campaign_id, k.stage, k.segment
			FROM contact_corrections x JOIN contacts k ON k.id = x.contact_id WHERE x.known_from <= ? AND x.recorded_at > ? AND (k.voided_at IS NULL OR k.voided_at > ?))`
)

// readOwn reads the contacts with customers between two moments, both included, in no order.
func (all touchesOf) readOwn(ctx context.Context, db store.Reader, ids []string, from, to, recorded time.Time) error {
	contacts, args := ContactsKnownAt(recorded)
	return store.EachByIDs(ctx, db, "SELECT customer_id, id, at, kind, channel FROM "+contacts+" AS k WHERE at >= ? AND at <= ? AND customer_id IN @ids", append(args, from, to), ids, all.addOwn)
}

// readAbout reads the recommendations about customers.
func (all touchesOf) readAbout(ctx context.Context, db store.Reader, ids []string, recorded time.Time) error {
	contacts, args := ContactsKnownAt(recorded)
	return store.EachByIDs(ctx, db, "SELECT about_id, id, at, kind, channel FROM "+contacts+" AS k WHERE kind = 'RECOMMENDATION' AND about_id IN @ids", args, ids, all.addRecommended)
}

// readTouchesBetween reads all touches of the customers after low up to high, by time; their first orders are left out.
func readTouchesBetween(ctx context.Context, tx *store.Tx, low, high string) (touchesOf, error) {
	all := touchesOf{}
	err := store.Each(ctx, tx, "SELECT customer_id, id, at, kind, channel FROM contacts WHERE voided_at IS NULL AND customer_id > ? AND customer_id <= ? ORDER BY customer_id, at, id", []any{low, high}, all.addOwn)
	if err != nil {
		return nil, err
	}
	return all, store.Each(ctx, tx, "SELECT about_id, id, at, kind, channel FROM contacts WHERE voided_at IS NULL AND kind = 'RECOMMENDATION' AND about_id > ? AND about_id <= ? ORDER BY about_id, at, id", []any{low, high}, all.addRecommended)
}

func (all touchesOf) addOwn(scan store.ScanFunc) error {
	customer, one, err := scanTouch(scan)
	t := all.of(customer)
	t.own = append(t.own, one)
	return err
}

func (all touchesOf) addRecommended(scan store.ScanFunc) error {
	customer, one, err := scanTouch(scan)
	t := all.of(customer)
	t.recommended = append(t.recommended, one)
	return err
}

func scanTouch(scan store.ScanFunc) (customer string, touch attribution.Touch, err error) {
	var kind, channel string
	err = scan(&customer, &touch.ContactID, &touch.At, &kind, &channel)
	touch.At, touch.State = touch.At.UTC(), stateOf(kind, channel)
	return customer, touch, err
}

// earnedByGroup returns what the contacts between two moments have earned, by group. Expectations are of the whole company.
func earnedByGroup(ctx context.Context, db store.Reader, from, to time.Time) (map[attribution.Group]attribution.Earned, error) {
	earned := map[attribution.Group]attribution.Earned{}
	return earned, store.Each(ctx, db, "SELECT kind, channel, stage, count(*), sum(realised) FROM contacts WHERE voided_at IS NULL AND at >= ? AND at <= ? GROUP BY kind, channel, stage", []any{from, to}, func(scan store.ScanFunc) error {
		var g attribution.Group
		var e attribution.Earned
		err := scan(&g.Kind, &g.Channel, &g.Stage, &e.Contacts, &e.Realised)
		earned[g] = e
		return err
	})
}

// readFit returns a fit by its id. Orders are credited by fits that their callers may not see.
func readFit(ctx context.Context, db store.Reader, fitID string) (*ent.AttributionFit, error) {
	row := &ent.AttributionFit{ID: fitID}
	return row, store.Each(ctx, db, "SELECT fit FROM attribution_fits WHERE id = ?", []any{fitID}, func(scan store.ScanFunc) error {
		return scan((*[]byte)(&row.Fit))
	})
}

// creditsOfOrders returns the credits of orders, by order and contact.
func creditsOfOrders(ctx context.Context, tx *store.Tx, orderIDs []string) (map[string]map[string]storedCredit, error) {
	stored := map[string]map[string]storedCredit{}
	return stored, store.EachByIDs(ctx, tx, "SELECT id, order_id, contact_id, position, amount, share FROM credits WHERE order_id IN @ids", nil, orderIDs, func(scan store.ScanFunc) error {
		var c storedCredit
		err := scan(&c.id, &c.orderID, &c.contactID, &c.position, &c.amount, &c.share)
		if stored[c.orderID] == nil {
			stored[c.orderID] = map[string]storedCredit{}
		}
		stored[c.orderID][c.contactID] = c
		return err
	})
}

// write writes the changes. What contacts realised is written as a difference: a recommendation's contact belongs to
// another customer, whom this transaction does not hold.
func (c *creditChanges) write(ctx context.Context, tx *store.Tx) error {
	for some := range slices.Chunk(c.gone, store.IDsPerStatement) {
		if _, err := tx.Exec(ctx, "DELETE FROM credits WHERE id IN ("+store.Placeholders(len(some))+")", store.Args(some)...); err != nil {
			return err
		}
	}
	changed := make([][]any, len(c.changed))
	for i, one := range c.changed {
		changed[i] = []any{one.id, one.position, one.amount, one.share}
	}
	if err := tx.UpdateRows(ctx, "credits", "position = v.column2, amount = v.column3, share = v.column4", []store.ColumnType{store.IntColumn, store.IntColumn, store.IntColumn}, changed); err != nil {
		return err
	}
	made := make([][]any, len(c.made))
	for i, one := range c.made {
		made[i] = []any{one.id, one.orderID, one.contactID, one.position, one.amount, one.share}
	}
	if err := tx.InsertRows(ctx, "credits", []string{"id", "order_id", "contact_id", "position", "amount", "share"}, made); err != nil {
		return err
	}
	var realised [][]any
	for _, contact := range slices.Sorted(maps.Keys(c.realised)) {
		if more := c.realised[contact]; !more.IsZero() {
			realised = append(realised, []any{contact, more})
		}
	}
	if err := tx.UpdateRows(ctx, "contacts", "realised = realised + v.column2", []store.ColumnType{store.IntColumn}, realised); err != nil {
		return err
	}
	orders := make([][]any, len(c.orders))
	for i, one := range c.orders {
		orders[i] = []any{one.id, one.unattributed, string(one.method.model), store.Nullable(one.method.fit)}
	}
	const set = "unattributed = v.column2, credit_model = coalesce(credit_model, v.column3), credit_fit = CASE WHEN credit_model IS NULL THEN v.column4 ELSE credit_fit END"
	return tx.UpdateRows(ctx, "orders", set, []store.ColumnType{store.IntColumn, store.TextColumn, store.TextColumn}, orders)
}

// unattributeUncontacted credits the margins of customers' orders that no contact can have earned to nobody. Orders that have no
// method yet get the one given.
func unattributeUncontacted(ctx context.Context, tx *store.Tx, customerIDs []string, how method) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET unattributed = margin, credit_model = coalesce(credit_model, ?), credit_fit = CASE WHEN credit_model IS NULL THEN CAST(? AS text) ELSE credit_fit END
		WHERE status IN `+service.SoldStatuses+` AND (credit_model IS NULL OR unattributed <> margin) AND customer_id IN (`+store.Placeholders(len(customerIDs))+`)
		AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.customer_id = orders.customer_id AND c.voided_at IS NULL)
		AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.about_id = orders.customer_id AND c.voided_at IS NULL)`, append([]any{string(how.model), store.Nullable(how.fit)}, store.Args(customerIDs)...)...)
	return err
}

// clearContactCosts sets what customers have cost to nothing.
func clearContactCosts(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	_, err := tx.Exec(ctx, "UPDATE customers SET contact_cost = 0 WHERE id IN ("+store.Placeholders(len(customerIDs))+")", store.Args(customerIDs)...)
	return err
}

// sumContactCosts sets what customers have cost to the sum of the costs of their contacts that stand.
func sumContactCosts(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	_, err := tx.Exec(ctx, `UPDATE customers SET contact_cost = v.cost FROM (SELECT customer_id, sum(CASE WHEN voided_at IS NULL THEN cost ELSE 0 END) AS cost FROM contacts
		WHERE customer_id IN (`+store.Placeholders(len(customerIDs))+`) GROUP BY customer_id) AS v
		WHERE customers.id = v.customer_id AND customers.contact_cost <> v.cost`, store.Args(customerIDs)...)
	return err
}

// writeContactCost writes what a customer has cost and the value that follows from it.
func writeContactCost(ctx context.Context, tx *store.Tx, c *ent.Customer) error {
	_, err := tx.Exec(ctx, "UPDATE customers SET contact_cost = ?, lifetime_value = ? WHERE id = ?", c.ContactCost, c.LifetimeValue, c.ID)
	return err
}

// sumLedger sums up the sold orders that were placed from one moment (included) to another (not), and names those that do not
// balance. The check is of the whole company's books; the API requires the scope costs, whose roles see all orders.
func sumLedger(ctx context.Context, tx *store.Tx, from, to *time.Time) (*LedgerCheck, error) {
	check := &LedgerCheck{Offenders: []string{}}
	within, args := "", []any{}
	if from != nil {
		within, args = within+" AND o.at >= ?", append(args, from.UTC())
	}
	if to != nil {
		within, args = within+" AND o.at < ?", append(args, to.UTC())
	}
	err := store.Each(ctx, tx, `SELECT count(*), sum(o.margin), sum(o.unattributed), sum((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id))
		FROM orders o WHERE `+sold+within, args, func(scan store.ScanFunc) error {
		return scan(&check.Orders, &check.Margin, &check.Unattributed, &check.Credited)
	})
	if err != nil {
		return nil, err
	}
	return check, store.Each(ctx, tx, "SELECT o.id FROM orders o WHERE "+unsettledSQL+within+" ORDER BY o.id LIMIT ?", append(args, maxOffenders), func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		check.Offenders = append(check.Offenders, one)
		return err
	})
}

// eachRefund gives the refunds of orders that had been recorded by a moment, once for each of its lines or, if it has none, with nil; by
// order and by the time at which they were given.
func eachRefund(ctx context.Context, from store.Reader, orderIDs []string, recordedBy time.Time, each func(*Refund, *RefundLine)) error {
	const query = `SELECT r.id, r.order_id, r.amount, r.tax, r.at, r.recorded_at, r.reason, r.actor, r.goods_returned,
			coalesce(l.id, ''), coalesce(l.line_id, ''), coalesce(l.quantity, 0), coalesce(l.amount, 0), coalesce(l.tax, 0), coalesce(l.stated, false)
		FROM refunds r LEFT JOIN refund_lines l ON l.refund_id = r.id WHERE r.recorded_at <= ? AND r.order_id IN @ids ORDER BY r.order_id, r.at, r.recorded_at, r.id, l.position`
	return store.EachByIDs(ctx, from, query, []any{recordedBy}, orderIDs, func(scan store.ScanFunc) error {
		r, part := &Refund{}, &RefundLine{}
		err := scan(&r.ID, &r.OrderID, &r.Amount, &r.Tax, store.UTC(&r.At), store.UTC(&r.RecordedAt), &r.Reason, &r.Actor, &r.GoodsReturned,
			&part.ID, &part.LineID, &part.Quantity, &part.Amount, &part.Tax, &part.Stated)
		if part.LineID == "" {
			part = nil
		}
		each(r, part)
		return err
	})
}
