package rates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// The functions of this file read and write past the guard: a rate restates all contacts and orders that it covers, whoever sets
// it, and what they cost is derived, so that no role writes it.

// staff returns users by their ids, all if none is given, with what their rates are looked for under. Contacts are also with people
// who have left.
func (s *Service) staff(ctx context.Context, tx *store.Tx, ids ...string) (map[string]*Staff, error) {
	var grades map[string]service.Dated
	var err error
	query := "SELECT id, email_key, grade FROM users"
	if len(ids) == 0 {
		grades, err = s.AllDated(ctx, tx, schema.DatedGrade)
	} else {
		grades, err = s.DatedOf(ctx, tx, schema.DatedGrade, ids...)
		query += " WHERE id IN (" + store.Placeholders(len(ids)) + ")"
	}
	if err != nil {
		return nil, err
	}
	all := map[string]*Staff{}
	return all, store.Each(ctx, tx, query, store.Args(ids), func(scan store.ScanFunc) error {
		var id string
		one := &Staff{}
		err := scan(&id, &one.EmailKey, &one.Grade)
		one.Grades = grades[id]
		all[id] = one
		return err
	})
}

// position is a place in the order of contacts, which is by at and id.
type position struct {
	at time.Time
	id string
}

// contactsOf reads the next contacts of a scope after a position in a span, at most n.
func contactsOf(ctx context.Context, tx *store.Tx, scope contactScope, within span, after position, n int) ([]contactToCost, error) {
	condition, args := "channel = ?", []any{scope.channel}
	if len(scope.staff) > 0 {
		condition, args = "staff_id IN ("+store.Placeholders(len(scope.staff))+")", store.Args(scope.staff)
	}
	if scope.others {
		condition = "id IN (SELECT contact_id FROM contact_participants WHERE user_id IN (" + store.Placeholders(len(scope.staff)) + "))"
	}
	args = append(args, after.at, within.until, after.at, after.id, n)
	var contacts []contactToCost
	err := store.Each(ctx, tx, "SELECT id, customer_id, channel, staff_id, participants, at, minutes, exact_seconds, expense, cost, cost_lines, uncosted FROM contacts WHERE "+condition+
		" AND voided_at IS NULL AND at >= ? AND at < ? AND (at > ? OR id > ?) ORDER BY at, id LIMIT ?", args, func(scan store.ScanFunc) error {
		var c contactToCost
		err := scan(&c.id, &c.customerID, &c.channel, &c.staffID, store.FromJSON{To: &c.participants}, &c.at, &c.spent.Minutes, &c.spent.Seconds, &c.expense, &c.cost, &c.lines, &c.uncosted)
		c.at = c.at.UTC()
		contacts = append(contacts, c)
		return err
	})
	return contacts, err
}

// contactCost is the new cost of a contact.
type contactCost struct {
	id       string
	cost     money.Amount
	lines    json.RawMessage
	uncosted bool
}

func writeContactCosts(ctx context.Context, tx *store.Tx, contacts []contactCost) error {
	rows := make([][]any, len(contacts))
	for i, c := range contacts {
		rows[i] = []any{c.id, c.cost, string(c.lines), c.uncosted}
	}
	return tx.UpdateRows(ctx, "contacts", "cost = v.column2, cost_lines = v.column3, uncosted = v.column4", []store.ColumnType{store.IntColumn, store.JSONColumn, store.BoolColumn}, rows)
}

// writeCustomerCosts writes what the contacts of customers have cost, and what the customers are worth by it.
func writeCustomerCosts(ctx context.Context, tx *store.Tx, customers []*ent.Customer) error {
	rows := make([][]any, len(customers))
	for i, c := range customers {
		rows[i] = []any{c.ID, c.ContactCost, c.LifetimeValue}
	}
	return tx.UpdateRows(ctx, "customers", "contact_cost = v.column2, lifetime_value = v.column3", []store.ColumnType{store.IntColumn, store.IntColumn}, rows)
}

// readProducts reads all products and what they cost, without bookings, which full cost does not depend on.
func (s *Service) readProducts(ctx context.Context, tx *store.Tx) ([]*ent.Product, costing.Basis, error) {
	products, err := tx.Product.Query().All(auth.System(ctx))
	if err != nil {
		return nil, costing.Basis{}, err
	}
	basis, err := s.quote.ReadBasis(auth.System(ctx), tx, products)
	return products, basis, err
}

// recipeIDs reads the ids of the recipes of products. What an order costs does not depend on who places it, also if they may not see
// recipes.
func recipeIDs(ctx context.Context, from store.Reader, productIDs []string) (ids []string, err error) {
	err = store.EachByIDs(ctx, from, "SELECT id FROM recipes WHERE product_id IN @ids", nil, productIDs, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
	return ids, err
}

// restatable is the condition that the cost of an order o follows from rates: not of one that was imported with its cost, and not
// of one that was cancelled.
const restatable = "NOT o.stated_cost AND o.status <> 'CANCELLED'"

// ordersCompletedSince returns the orders of a customer that were completed from a moment on and have not been cancelled: the customer's id
// by the orders' ids.
func ordersCompletedSince(ctx context.Context, tx *store.Tx, customerID string, from time.Time) (map[string]string, error) {
	customerOf := map[string]string{}
	return customerOf, store.Each(ctx, tx, "SELECT id FROM orders WHERE customer_id = ? AND status <> 'CANCELLED' AND completed_at >= ?", []any{customerID, from}, func(scan store.ScanFunc) error {
		var id string
		err := scan(&id)
		customerOf[id] = customerID
		return err
	})
}

// ordersMadeOf adds to a map the restatable orders of a span that have a line of one of the products, or of any product if all is
// set: the customers' ids by the orders' ids.
func ordersMadeOf(ctx context.Context, tx *store.Tx, within span, of concern, customerOf map[string]string) error {
	query := "SELECT o.id, o.customer_id FROM orders o WHERE " + restatable + " AND o.at >= ? AND o.at < ? AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id"
	if of.completed {
		query = "SELECT o.id, o.customer_id FROM orders o WHERE o.status <> 'CANCELLED' AND o.completed_at >= ? AND o.completed_at < ? AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id"
	}
	args := []any{within.from, within.until}
	add := func(scan store.ScanFunc) error {
		var order, customer string
		err := scan(&order, &customer)
		customerOf[order] = customer
		return err
	}
	if of.all {
		return store.Each(ctx, tx, query+")", args, add)
	}
	return store.EachByIDs(ctx, tx, query+" AND l.product_id IN @ids)", args, slices.Sorted(maps.Keys(of.products)), add)
}

// ordersSelect begins a query of orders with their lines; a condition on orders o and ordersOrder follow.
const (
	ordersSelect = `SELECT o.id, o.customer_id, o.at, o.total, o.refunded, o.tax, o.refunded_tax, o.cost, o.uncosted, o.stated_cost, o.status = 'CANCELLED', o.cancelled_at, o.created_at, o.completed_at, o.status = 'PLACED', o.due_at,
			l.id, l.product_id, l.quantity, l.returned, l.options, l.lead_days, l.total, l.tax, l.stated_tax, l.cost
		FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE `
	ordersOrder = " ORDER BY o.id, l.position"
)

// orderRows collects the orders of a query that ordersSelect begins.
type orderRows []orderToCost

func (orders *orderRows) add(scan store.ScanFunc) error {
	var o orderToCost
	var line lineToCost
	var options []byte
	err := scan(&o.id, &o.customerID, &o.at, &o.total, &o.refunded, &o.tax, &o.refundedTax, &o.cost, &o.uncosted, &o.stated, &o.cancelled, &o.cancelledAt, store.UTC(&o.createdAt), &o.completedAt, &o.open, &o.dueAt,
		&line.id, &line.productID, &line.quantity, &line.returned, &options, &line.leadDays, &line.total, &line.tax, &line.statedTax, &line.cost)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(options, &line.options); err != nil {
		return fmt.Errorf("rates: options of %s: %w", line.id, err)
	}
	if n := len(*orders); n == 0 || (*orders)[n-1].id != o.id {
		o.at = o.at.UTC()
		if o.completedAt != nil {
			*o.completedAt = o.completedAt.UTC()
		}
		*orders = append(*orders, o)
	}
	last := &(*orders)[len(*orders)-1]
	last.lines = append(last.lines, line)
	return nil
}

// ordersByID reads orders with their lines and refunds. Reports cost orders of all customers by what was known at a moment; who may see them
// is for their callers to decide.
func ordersByID(ctx context.Context, from store.Reader, ids []string) ([]orderToCost, error) {
	var orders orderRows
	if err := store.EachByIDs(ctx, from, ordersSelect+"o.id IN @ids"+ordersOrder, nil, ids, orders.add); err != nil {
		return nil, err
	}
	return orders, orders.addRefunds(ctx, from)
}

// addRefunds adds the refunds of the orders that have some.
func (orders orderRows) addRefunds(ctx context.Context, from store.Reader) error {
	var refunded []string
	for _, o := range orders {
		if !o.refunded.IsZero() {
			refunded = append(refunded, o.id)
		}
	}
	of, err := books.RefundsOf(ctx, from, refunded, service.EndOfTime)
	for i := range orders {
		orders[i].refunds = of[orders[i].id]
	}
	return err
}

// orderWithoutLines reads an order that has no lines. What it costs and is taxed does not depend on who asks.
func orderWithoutLines(ctx context.Context, from store.Reader, orderID string) (o orderToCost, err error) {
	return o, store.Each(ctx, from, "SELECT id, customer_id, total, refunded, tax, refunded_tax, cost, uncosted, status = 'CANCELLED' FROM orders WHERE id = ?", []any{orderID}, func(scan store.ScanFunc) error {
		return scan(&o.id, &o.customerID, &o.total, &o.refunded, &o.tax, &o.refundedTax, &o.cost, &o.uncosted, &o.cancelled)
	})
}

// uncostedOrders reads the orders whose cost lacks a rate, with their lines, by id.
func uncostedOrders(ctx context.Context, from store.Reader) ([]orderToCost, error) {
	var orders orderRows
	err := store.Each(ctx, from, ordersSelect+"o.uncosted AND o.status <> 'CANCELLED'"+ordersOrder, nil, orders.add)
	return orders, err
}

// writeOrderCosts writes the costs and taxes of orders and their lines, the taxes of their refunds, and the orders' margins.
func writeOrderCosts(ctx context.Context, tx *store.Tx, costed []costedOrder) error {
	var orders, lines, refunds, parts [][]any
	var found []string // orders of which a rate was missing, or is now
	for _, c := range costed {
		if c.before.uncosted != c.after.uncosted {
			found = append(found, c.after.id)
		}
		orders = append(orders, []any{c.after.id, c.after.cost, c.after.uncosted, c.margin, c.after.tax, c.after.refundedTax})
		for n, line := range c.after.lines {
			if before := c.before.lines[n]; line.cost != before.cost || line.tax != before.tax {
				lines = append(lines, []any{line.id, line.cost, line.tax})
			}
		}
		for i, r := range c.after.refunds {
			if r.Tax != c.refunds.Refunds[i] {
				refunds = append(refunds, []any{r.ID, c.refunds.Refunds[i]})
			}
			for n, part := range r.Lines {
				if part.Tax != c.refunds.Parts[i][n] {
					parts = append(parts, []any{part.ID, c.refunds.Parts[i][n]})
				}
			}
		}
	}
	amount := []store.ColumnType{store.IntColumn}
	if err := tx.UpdateRows(ctx, "order_lines", "cost = v.column2, tax = v.column3", []store.ColumnType{store.IntColumn, store.IntColumn}, lines); err != nil {
		return err
	}
	if err := tx.UpdateRows(ctx, "refunds", "tax = v.column2", amount, refunds); err != nil {
		return err
	}
	if err := tx.UpdateRows(ctx, "refund_lines", "tax = v.column2", amount, parts); err != nil {
		return err
	}
	err := tx.UpdateRows(ctx, "orders", "cost = v.column2, uncosted = v.column3, margin = v.column4, tax = v.column5, refunded_tax = v.column6",
		[]store.ColumnType{store.IntColumn, store.BoolColumn, store.IntColumn, store.IntColumn, store.IntColumn}, orders)
	if err != nil {
		return err
	}
	return books.MarkPlain(ctx, tx, found)
}

// orderChoice is which orders are gone through.
type orderChoice string

const (
	restatableOrders orderChoice = restatable
	completedOrders  orderChoice = "o.completed_at IS NOT NULL AND o.status <> 'CANCELLED'"
)

// eachOrder gives the chosen orders with their lines to a function, some at a time.
func eachOrder(ctx context.Context, tx *store.Tx, which orderChoice, each func(orders []orderToCost) error) error {
	for after := ""; ; {
		var ids []string
		err := store.Each(ctx, tx, "SELECT o.id FROM orders o WHERE "+string(which)+" AND o.id > ? ORDER BY o.id LIMIT ?", []any{after, store.IDsPerStatement}, func(scan store.ScanFunc) error {
			var id string
			err := scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		orders, err := ordersByID(ctx, tx, ids)
		if err != nil {
			return err
		}
		if err := each(orders); err != nil {
			return err
		}
	}
}

// writeReturned writes what came back to stock of lines, and their costs.
func writeReturned(ctx context.Context, tx *store.Tx, lines []lineToCost) error {
	rows := make([][]any, len(lines))
	for n, line := range lines {
		rows[n] = []any{line.id, line.returned, line.cost}
	}
	return tx.UpdateRows(ctx, "order_lines", "returned = v.column2, cost = v.column3", []store.ColumnType{store.IntColumn, store.IntColumn}, rows)
}
