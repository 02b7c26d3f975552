package bulk

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// customerColumns are the columns of a new customer.
var customerColumns = slices.Concat(customers.Columns(), []store.Column[*customers.Record]{
	{Name: "updated_at", Value: func(r *customers.Record) any { return r.UpdatedAt }},
	{Name: "order_days", Value: func(r *customers.Record) any { return int64(r.OrderDays) }},
	{Name: "first_order_day", Value: func(r *customers.Record) any { return int64(r.FirstOrderDay) }},
	{Name: "last_order_day", Value: func(r *customers.Record) any { return int64(r.LastOrderDay) }},
	{Name: "margin", Value: func(r *customers.Record) any { return r.Margin.Minor() }},
	{Name: "repeat_margin", Value: func(r *customers.Record) any { return r.RepeatMargin.Minor() }},
	{Name: "refunded_margin", Value: func(r *customers.Record) any { return r.RefundedMargin.Minor() }},
	{Name: "recent_days", Value: func(r *customers.Record) any { return r.RecentDays }},
	{Name: "contact_cost", Value: func(*customers.Record) any { return money.Amount{}.Minor() }},
	{Name: "last_order_at", Value: func(r *customers.Record) any { return r.LastOrderAt }},
	{Name: "lifetime_value", Value: func(r *customers.Record) any { return r.LifetimeValue.Minor() }},
	{Name: "shown_total", Value: func(r *customers.Record) any { return r.ShownTotal.Minor() }},
	{Name: "shown_earnings", Value: func(r *customers.Record) any {
		if r.ShownEarnings == nil {
			return nil
		}
		return store.JSON{Of: r.ShownEarnings}
	}},
})

func (c *chunk) insertCustomers(ctx context.Context, made []*customers.Record) error {
	return store.CopyRows(ctx, c.bulk, "customers", customerColumns, made)
}

// updateCustomers writes customers that an import changes, as new versions, and removes their search terms.
func (c *chunk) updateCustomers(ctx context.Context, changed []*customers.Record) error {
	columns, now := customers.ReplacedColumns(), c.service.Now()
	query := "UPDATE customers SET version = version + 1, updated_at = ?, " + strings.Join(store.Names(columns), " = ?, ") + " = ? WHERE id = ?"
	for _, p := range changed {
		values := []any{now}
		for _, column := range columns {
			values = append(values, column.Value(p))
		}
		if _, err := c.bulk.Exec(ctx, query, append(values, p.ID)...); err != nil {
			return err
		}
		if _, err := c.bulk.Exec(ctx, "DELETE FROM search_terms WHERE customer_id = ?", p.ID); err != nil {
			return err
		}
	}
	return nil
}

// versionsOf reads the versions of customers, by id. It sorts the ids.
func (c *chunk) versionsOf(ctx context.Context, ids []string) (map[string]int, error) {
	versions := make(map[string]int, len(ids))
	return versions, c.look(ctx, "SELECT id, version FROM customers WHERE", "id", "", ids, func(scan store.ScanFunc) error {
		var customerID string
		var version int
		err := scan(&customerID, &version)
		versions[customerID] = version
		return err
	})
}

// customersBy reads customers by id, and those that are not deleted by external id, folded e-mail and phone. One may be given more than once.
func (c *chunk) customersBy(ctx context.Context, ids, externals, emails, phones []string, each func(p *customers.Record)) error {
	read := func(scan store.ScanFunc) error {
		p := &customers.Record{Customer: &ent.Customer{}}
		if err := scan(p.Destinations()...); err != nil {
			return err
		}
		p.Derive()
		each(p)
		return nil
	}
	query := "SELECT " + customers.Selected("customers") + " FROM customers WHERE"
	if err := c.look(ctx, query, "id", c.locked(), ids, read); err != nil {
		return err
	}
	if err := c.look(ctx, query+firstExternal, "external_id", c.locked(), externals, read); err != nil {
		return err
	}
	if err := c.look(ctx, query+firstEmail, "email_key", c.locked(), emails, read); err != nil {
		return err
	}
	return c.look(ctx, query+" deleted_at IS NULL AND", "phone", c.locked(), phones, read)
}

// The conditions that a customer is not deleted and is, of possible duplicates, the first.
const (
	firstExternal = ` deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM customers f WHERE f.external_id = customers.external_id
		AND f.external_twin < customers.external_twin AND f.deleted_at IS NULL) AND`
	firstEmail = ` deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM customers f WHERE f.email_key = customers.email_key
		AND f.email_twin < customers.email_twin AND f.deleted_at IS NULL) AND`
)

// answering returns the customers who are kept of those ids that were merged into others.
func (c *chunk) answering(ctx context.Context, ids []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT id, merged_into_id FROM customers WHERE merged_into_id IS NOT NULL AND", "id", slices.Clone(ids))
}

// namedCustomer is as much of a customer as orders and contacts need to name it.
type namedCustomer struct {
	id, externalID string // externalID is "" for one that is deleted
}

// customersNamed reads customers by id, and those that are not deleted by external id.
func (c *chunk) customersNamed(ctx context.Context, ids, externals []string, each func(namedCustomer)) error {
	read := func(scan store.ScanFunc) error {
		var one namedCustomer
		var deleted store.Time
		var merged string
		if err := scan(&one.id, store.OrZero(&one.externalID), &deleted, store.OrZero(&merged)); err != nil {
			return err
		}
		if !deleted.IsZero() {
			one.externalID = ""
		}
		each(one)
		return stillThere(merged)
	}
	const query = "SELECT id, external_id, deleted_at, merged_into_id FROM customers WHERE"
	if err := c.look(ctx, query, "id", c.locked(), ids, read); err != nil {
		return err
	}
	return c.look(ctx, query+firstExternal, "external_id", c.locked(), externals, read)
}

// partnersNamed returns the ids of the partners that have some names, by name.
func (c *chunk) partnersNamed(ctx context.Context, names []string) (map[string][]string, error) {
	found := map[string][]string{}
	err := c.look(ctx, "SELECT name, id FROM partners WHERE", "name", "", names, func(scan store.ScanFunc) error {
		var name, partnerID string
		err := scan(&name, &partnerID)
		found[name] = append(found[name], partnerID)
		return err
	})
	return found, err
}

// insertPartners creates partners, by id with their names. They are inactive.
func (c *chunk) insertPartners(ctx context.Context, names map[string]string, now time.Time) error {
	for partnerID, name := range names {
		if _, err := c.bulk.Exec(ctx, "INSERT INTO partners (id, created_at, updated_at, name, active) VALUES (?, ?, ?, ?, ?)", partnerID, now, now, name, false); err != nil {
			return err
		}
	}
	return nil
}

func (c *chunk) insertStageChanges(ctx context.Context, moves []stageRow, columns []store.Column[stageRow]) error {
	return store.CopyRows(ctx, c.bulk, "stage_changes", columns, moves)
}

// searchTerm is a text by which a customer is found.
type searchTerm struct{ term, customerID string }

var termColumns = []store.Column[searchTerm]{
	{Name: "term", Value: func(t searchTerm) any { return t.term }},
	{Name: "customer_id", Value: func(t searchTerm) any { return t.customerID }},
}

func (c *chunk) insertTerms(ctx context.Context, terms []searchTerm) error {
	return store.CopyRows(ctx, c.bulk, "search_terms", termColumns, terms)
}

// referredUnless fills in who referred a customer, unless that one was referred by the customer, directly or through
// others: a chain of referrals has no circle, so that each margin in it counts once.
const referredUnless = `UPDATE customers SET referred_by_id = ? WHERE id = ? AND referred_by_id IS NULL AND id NOT IN (
	WITH RECURSIVE up (id) AS (SELECT id FROM customers WHERE id = ? UNION SELECT c.referred_by_id FROM customers c JOIN up ON c.id = up.id WHERE c.referred_by_id IS NOT NULL)
	SELECT id FROM up)`

// refer fills in who referred a customer, where nobody is recorded. It reports a circle, which is left out.
func (c *chunk) refer(ctx context.Context, customerID, by string) (circular bool, err error) {
	if changed, err := c.bulk.Exec(ctx, referredUnless, by, customerID, by); err != nil || changed > 0 {
		return false, err
	}
	err = c.each(ctx, "SELECT 1 FROM customers WHERE id = ? AND referred_by_id IS NULL", []any{customerID}, func(store.ScanFunc) error {
		circular = true
		return nil
	})
	return circular, err
}

// exportedCustomers reads customers behind an id, in the order of their ids.
func (c *chunk) exportedCustomers(ctx context.Context, after string) ([]customers.Record, error) {
	var records []customers.Record
	query := "SELECT " + customers.Selected("c") + `, u.email, p.name, g.code
		FROM customers c LEFT JOIN users u ON u.id = c.owner_id LEFT JOIN partners p ON p.id = c.partner_id LEFT JOIN campaigns g ON g.id = c.campaign_id
		WHERE c.id > ? ORDER BY c.id LIMIT ?`
	err := c.each(ctx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		r := customers.Record{Customer: &ent.Customer{}}
		err := scan(append(r.Destinations(), store.OrZero(&r.Owner), store.OrZero(&r.Partner), store.OrZero(&r.Campaign))...)
		records = append(records, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return records, c.describePast(ctx, records)
}

// describePast fills in the past of exported customers: exemptions, and the facts of stages.
func (c *chunk) describePast(ctx context.Context, records []customers.Record) error {
	if err := c.addExemptions(ctx, records); err != nil {
		return err
	}
	if err := describeFields(ctx, c, records, func(r *customers.Record) (string, *ownfields.Texts) { return r.ID, &r.OwnFields }); err != nil {
		return err
	}
	all := make([]*customers.Record, len(records))
	for n := range records {
		all[n] = &records[n]
	}
	if err := c.addReach(ctx, all); err != nil {
		return err
	}
	ids := make([]string, len(records))
	for n := range records {
		ids[n] = records[n].ID
	}
	changes, permitted := map[string][]keptChange{}, map[string][]time.Time{}
	const query = "SELECT customer_id, from_stage, to_stage, kind, at, recorded_at, reason FROM stage_changes WHERE"
	err := c.look(ctx, query, "customer_id", " ORDER BY customer_id, recorded_at, id", ids, func(scan store.ScanFunc) error {
		var customerID string
		var one keptChange
		err := scan(&customerID, &one.From, &one.To, &one.Kind, store.UTC(&one.At), store.UTC(&one.recordedAt), &one.Reason)
		changes[customerID] = append(changes[customerID], one)
		return err
	})
	if err != nil {
		return err
	}
	const events = "SELECT p.customer_id, e.at FROM permission_events e JOIN permissions p ON p.id = e.permission_id WHERE e.kind IN ('GRANTED', 'CONFIRMED') AND"
	err = c.look(ctx, events, "p.customer_id", "", ids, func(scan store.ScanFunc) error {
		var customerID string
		var at time.Time
		err := scan(&customerID, store.UTC(&at))
		permitted[customerID] = append(permitted[customerID], at)
		return err
	})
	for n := range records {
		describeStage(&records[n], changes[records[n].ID], permitted[records[n].ID])
	}
	return err
}

// insertDated writes dated values.
func (c *chunk) insertDated(ctx context.Context, values service.Dated) error {
	rows := make([][]any, len(values))
	for n, v := range values {
		rows[n] = []any{v.ID, string(v.Name), v.Subject, store.Nullable(input.OrZero(v.Value)), v.ValidFrom, v.RecordedAt, v.Actor}
	}
	return c.bulk.InsertRows(ctx, "dated_values", []string{"id", "name", "subject", "value", "valid_from", "recorded_at", "actor"}, rows)
}
