package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
)

// A rate for the past restates what was costed since: contacts of its staff or channel, and orders of products that are
// made with it. All is done in the transaction that sets the rate, in batches, so that memory is bounded by the ids of what is
// restated; every row that changes leaves an audit entry with its old and new cost.

// batch is how many contacts or orders are restated together.
const batch = 2000

// restated counts what a rate has changed.
type restated struct{ contacts, orders int }

// restate brings what a rate covers, up to a moment (zero: for ever), in line with it. The transaction holds the rates.
func (s *Service) restate(ctx context.Context, tx *ent.Tx, r costing.Rate, until time.Time) (done restated, err error) {
	if until.IsZero() {
		until = forEver
	}
	switch r.Subject {
	case costing.SubjectMaterial, costing.SubjectResource, costing.SubjectOverhead:
		done.orders, err = s.restateOrders(ctx, tx, r, until)
	default:
		done.contacts, err = s.restateContacts(ctx, r, until)
	}
	return done, err
}

// contactToCost is a contact as far as its cost is concerned.
type contactToCost struct {
	id, customerID, channel string
	staffID                 *string
	at                      time.Time
	minutes                 money.Decimal
	expense, cost           money.Amount
	lines                   []byte
	uncosted                bool
}

// restateContacts costs the contacts anew that a rate of staff or of a channel covers.
func (s *Service) restateContacts(ctx context.Context, r costing.Rate, until time.Time) (n int, err error) {
	codes, err := s.codesOfStaff(ctx)
	if err != nil {
		return 0, err
	}
	condition, args := "channel = ?", []any{r.Code}
	if r.Subject == costing.SubjectStaff {
		var concerned []any
		for _, user := range slices.Sorted(maps.Keys(codes)) {
			if slices.Contains(codes[user], r.Code) {
				concerned = append(concerned, user)
			}
		}
		if len(concerned) == 0 {
			return 0, nil
		}
		condition, args = "staff_id IN ("+marks(len(concerned))+")", concerned
	}
	var rates []costing.Rate
	err = s.scanRows(ctx, rateColumns+"WHERE subject IN ('STAFF', 'CHANNEL_FEE', 'CHANNEL_MINUTE')", nil, func(scan func(...any) error) error {
		one, err := scanRate(scan)
		rates = append(rates, one)
		return err
	})
	if err != nil {
		return 0, err
	}
	index := costing.NewRates(rates)
	more := map[string]money.Amount{} // by customer, what the contacts cost more than before
	query := `SELECT id, customer_id, channel, staff_id, at, minutes, expense, cost, cost_lines, uncosted FROM contacts WHERE ` + condition + ` AND at < ? AND (at > ? OR at = ? AND id > ?) ORDER BY at, id LIMIT ?`
	from, last := r.ValidFrom, ""
	for {
		var some []contactToCost
		err := s.scanRows(ctx, query, append(slices.Clone(args), until, from, from, last, batch), func(scan func(...any) error) error {
			var c contactToCost
			err := scan(&c.id, &c.customerID, &c.channel, &c.staffID, &c.at, &c.minutes, &c.expense, &c.cost, &c.lines, &c.uncosted)
			c.at = c.at.UTC()
			some = append(some, c)
			return err
		})
		if err != nil {
			return n, err
		}
		changed, err := s.recostContacts(ctx, some, r, index, codes, more)
		n += changed
		if err != nil {
			return n, err
		}
		if len(some) < batch {
			return n, s.addContactCosts(ctx, more)
		}
		from, last = some[len(some)-1].at, some[len(some)-1].id
	}
}

// codesOfStaff gives every user's codes of STAFF rates.
func (s *Service) codesOfStaff(ctx context.Context) (map[string][]string, error) {
	codes := map[string][]string{}
	err := s.scanRows(ctx, "SELECT id, email_key, grade FROM users", nil, func(scan func(...any) error) error {
		u := &ent.User{}
		err := scan(&u.ID, &u.EmailKey, &u.Grade)
		codes[u.ID] = staffCodes(u)
		return err
	})
	return codes, err
}

// recostContacts costs contacts anew, writes those that change, and adds to more what their customers cost more.
func (s *Service) recostContacts(ctx context.Context, contacts []contactToCost, r costing.Rate, rates *costing.Rates, codes map[string][]string, more map[string]money.Amount) (int, error) {
	var rows [][]any
	var audits auditRows
	for _, c := range contacts {
		in := costing.ContactInput{Minutes: c.minutes, Channel: c.channel, Expense: c.expense}
		if c.staffID != nil {
			in.StaffCodes = codes[*c.staffID]
		}
		cost, err := costing.Contact(in, rates, c.at, forEver, s.currency)
		if err != nil {
			return 0, ofHeart(err)
		}
		lines, err := json.Marshal(cost.Lines)
		if err != nil {
			return 0, fmt.Errorf("service: cost lines of %s: %w", c.id, err)
		}
		uncosted := len(cost.Missing) > 0
		if cost.Total == c.cost && uncosted == c.uncosted && sameLines(c.lines, cost.Lines) {
			continue
		}
		rows = append(rows, []any{c.id, cost.Total, string(lines), uncosted})
		difference, err := cost.Total.Minus(c.cost)
		if err != nil {
			return 0, ofHeart(err)
		}
		if more[c.customerID], err = more[c.customerID].Plus(difference); err != nil {
			return 0, ofHeart(err)
		}
		if err := audits.add(ctx, s, "contact.restate", c.id, map[string]any{"rate": r.ID, "cost": change{c.cost, cost.Total}, "lines": change{json.RawMessage(c.lines), json.RawMessage(lines)}}); err != nil {
			return 0, err
		}
	}
	err := s.updateRows(ctx, "contacts", "cost = v.column2, cost_lines = v.column3, uncosted = v.column4, version = version + 1", []string{"bigint", s.jsonType(), s.boolType()}, rows)
	if err != nil {
		return 0, err
	}
	return len(rows), audits.write(ctx, s)
}

// sameLines tells whether stored cost lines say the same as new ones: the database may have put their JSON differently.
func sameLines(stored []byte, lines []costing.Line) bool {
	var before []costing.Line
	return json.Unmarshal(stored, &before) == nil && slices.EqualFunc(before, lines, func(a, b costing.Line) bool {
		return a.Kind == b.Kind && a.Label == b.Label && a.Quantity == b.Quantity && a.Rate == b.Rate && a.Amount == b.Amount && sameTime(a.RateValidFrom, b.RateValidFrom)
	})
}

// addContactCosts adds to what customers' contacts have cost, and brings their standing value up to date.
func (s *Service) addContactCosts(ctx context.Context, more map[string]money.Amount) error {
	maps.DeleteFunc(more, func(_ string, difference money.Amount) bool { return difference.IsZero() })
	now := s.now()
	for some := range slices.Chunk(slices.Sorted(maps.Keys(more)), idsTogether) {
		customers, err := s.holdCustomers(ctx, some)
		if err != nil {
			return err
		}
		var rows [][]any
		for _, c := range customers {
			if c.ContactCost, err = c.ContactCost.Plus(more[c.ID]); err != nil {
				return ofHeart(err)
			}
			rows = append(rows, []any{c.ID, c.ContactCost, s.standingValue(c, now)})
		}
		if err := s.updateRows(ctx, "customers", "contact_cost = v.column2, lifetime_value = v.column3", []string{"bigint", "bigint"}, rows); err != nil {
			return err
		}
	}
	return nil
}

// holdCustomers reads customers, and holds their rows to the transaction's end, in the order of their ids.
func (s *Service) holdCustomers(ctx context.Context, customerIDs []string) ([]*ent.Customer, error) {
	query := "SELECT " + customerColumns + " FROM customers WHERE id IN @ids ORDER BY id"
	if s.store.Dialect() == dialect.Postgres {
		query += " FOR UPDATE"
	}
	var customers []*ent.Customer
	err := s.byIDs(ctx, query, nil, customerIDs, func(scan func(...any) error) error {
		c, err := scanCustomer(scan)
		customers = append(customers, c)
		return err
	})
	return customers, err
}

// restateOrders costs the orders anew whose products are made with what a rate is for, credits their margins, and
// settles their customers. What was imported with its cost, and what was cancelled, stays as it is.
func (s *Service) restateOrders(ctx context.Context, tx *ent.Tx, r costing.Rate, until time.Time) (int, error) {
	products, err := tx.Product.Query().All(system(ctx))
	if err != nil {
		return 0, err
	}
	basis, err := s.readBasis(system(ctx), tx, s.Settings(), products, 1<<30) // bookings do not matter to full cost
	if err != nil {
		return 0, err
	}
	orders, customers, err := s.ordersMadeWith(ctx, basis.Catalogue, products, r, until)
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(customers, idsTogether) {
		if _, err := s.holdCustomers(ctx, some); err != nil {
			return 0, err
		}
	}
	moved := 0
	concerned := map[string]bool{}
	for some := range slices.Chunk(orders, idsTogether) {
		n, err := s.restateSome(ctx, basis, r, some, concerned)
		if err != nil {
			return moved, err
		}
		moved += n
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(concerned)), idsTogether) {
		if err := s.settleCustomers(ctx, some, "a rate was set for the past"); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// ordersMadeWith gives the ids of the orders that a rate covers, sorted, and those of their customers.
func (s *Service) ordersMadeWith(ctx context.Context, catalogue *costing.Catalogue, products []*ent.Product, r costing.Rate, until time.Time) (orders, customers []string, err error) {
	found := map[string]string{}
	add := func(scan func(...any) error) error {
		var order, customer string
		err := scan(&order, &customer)
		found[order] = customer
		return err
	}
	query, args := "SELECT o.id, o.customer_id FROM orders o WHERE NOT o.stated_cost AND o.status <> 'CANCELLED' AND o.at >= ? AND o.at < ?", []any{r.ValidFrom, until}
	if r.Subject == costing.SubjectOverhead {
		err = s.scanRows(ctx, query+" AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id)", args, add)
	} else {
		var concerned []string
		for _, p := range products {
			if madeWith(catalogue, p.ID, r) {
				concerned = append(concerned, p.ID)
			}
		}
		err = s.byIDs(ctx, query+" AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.product_id IN @ids)", args, concerned, add)
	}
	customers = slices.Sorted(maps.Values(found))
	return slices.Sorted(maps.Keys(found)), slices.Compact(customers), err
}

// madeWith tells whether a product or one of its options is made with what a rate is for.
func madeWith(catalogue *costing.Catalogue, productID string, r costing.Rate) bool {
	made := false
	walkComponents(catalogue, productID, map[string]bool{}, func(c costing.Component) {
		made = made || r.Subject == costing.SubjectMaterial && c.Material == r.Code || r.Subject == costing.SubjectResource && c.Resource == r.Code
	})
	return made
}

// restateSome costs some orders anew and credits them, and notes whose customers are to be settled.
func (s *Service) restateSome(ctx context.Context, basis costing.Basis, r costing.Rate, ids []string, concerned map[string]bool) (int, error) {
	orders, err := s.ordersToCost(ctx, "o.id IN ("+marks(len(ids))+")", anys(ids)...)
	if err != nil {
		return 0, err
	}
	costed, err := recost(basis, orders)
	if err != nil {
		return 0, err
	}
	costed = slices.DeleteFunc(costed, func(c costedOrder) bool { return !c.moved() })
	if err := s.writeOrderCosts(ctx, costed); err != nil {
		return 0, err
	}
	var audits auditRows
	var versions [][]any
	moved := make([]string, len(costed))
	for i, c := range costed {
		moved[i] = c.after.id
		concerned[c.after.customerID] = true
		versions = append(versions, []any{c.after.id, s.now()})
		if err := audits.add(ctx, s, "order.restate", c.after.id, map[string]any{"rate": r.ID, "cost": change{c.before.cost, c.after.cost}, "uncosted": change{c.before.uncosted, c.after.uncosted}}); err != nil {
			return 0, err
		}
	}
	if err := audits.write(ctx, s); err != nil {
		return 0, err
	}
	if err := s.updateRows(ctx, "orders", "version = version + 1, updated_at = v.column2", []string{s.timeType()}, versions); err != nil {
		return 0, err
	}
	var due []soldOrder
	err = s.byIDs(ctx, soldOrders+"o.status IN ('COMPLETED', 'REFUNDED') AND o.id IN @ids", nil, moved, func(scan func(...any) error) error {
		o, err := scanSold(scan)
		due = append(due, o)
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(due, func(a, b soldOrder) int { return cmp.Compare(a.id, b.id) })
	return len(costed), s.credit(ctx, due)
}

// auditRows are audit entries that are written together.
type auditRows struct{ rows [][]any }

func (a *auditRows) add(ctx context.Context, s *Service, action, subject string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("service: audit %s: %w", action, err)
	}
	actor, _ := auth.From(ctx)
	a.rows = append(a.rows, []any{s.ids.Make(id.Audit), s.now(), actor.Name, action, subject, string(text)})
	return nil
}

func (a *auditRows) write(ctx context.Context, s *Service) error {
	return s.insertRows(ctx, "audit_entries", []string{"id", "at", "actor", "action", "subject", "detail"}, a.rows)
}
