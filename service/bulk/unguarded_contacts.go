package bulk

import (
	"context"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/contacts"
	"kopeck/service/ownfields"
	"kopeck/store"
)

func (c *chunk) insertContacts(ctx context.Context, made []*contacts.Record) error {
	if err := store.CopyRows(ctx, c.bulk, "contacts", contactColumns, made); err != nil {
		return err
	}
	var rows [][]any
	for _, r := range made {
		rows = append(rows, contacts.ParticipantRows(c.service.IDs.Make, r.ID, r.Participants)...)
	}
	if err := c.bulk.InsertRows(ctx, "contact_participants", contacts.ParticipantColumns, rows); err != nil {
		return err
	}
	var people [][]any
	for _, r := range made {
		for _, customerID := range r.PeopleIDs {
			people = append(people, []any{c.service.IDs.Make(id.ContactPerson), r.ID, customerID})
		}
	}
	return c.bulk.InsertRows(ctx, "contact_persons", contacts.PersonColumns, people)
}

// peopleOf reads the customers who took part in contacts beside their own, in the order of their ids.
func (c *chunk) peopleOf(ctx context.Context, contactIDs []string, each func(contactID, customerID string)) error {
	const query = "SELECT DISTINCT contact_id, customer_id FROM contact_persons WHERE"
	return c.look(ctx, query, "contact_id", " ORDER BY contact_id, customer_id", contactIDs, func(scan store.ScanFunc) error {
		var contactID, customerID string
		err := scan(&contactID, &customerID)
		each(contactID, customerID)
		return err
	})
}

// comparedContact are what an imported contact is compared with.
var comparedContact = contacts.Fields().Keys("id", "external_id", "corrected_at", "voided_at", "customer_id", "order_id", "awaited_order_id")

// contactsBy reads contacts by id and by external id. One may be given twice.
func (c *chunk) contactsBy(ctx context.Context, ids, externals []string, each func(*contacts.Record)) error {
	read := func(scan store.ScanFunc) error {
		one := &contacts.Record{}
		err := store.ScanRow(scan, comparedContact, one)
		each(one)
		return err
	}
	query := "SELECT " + store.ResultNames(comparedContact) + " FROM contacts WHERE"
	if err := c.look(ctx, query, "external_id", "", externals, read); err != nil {
		return err
	}
	return c.look(ctx, query, "id", "", ids, read)
}

// customersOfOrders returns whose orders are, by the orders' ids.
func (c *chunk) customersOfOrders(ctx context.Context, ids []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT id, customer_id FROM orders WHERE", "id", ids)
}

// updateLinks writes the orders that contacts were about, or that they wait for.
func (c *chunk) updateLinks(ctx context.Context, of []*contacts.Record) error {
	rows := make([][]any, len(of))
	for n, r := range of {
		rows[n] = []any{r.ID, store.Nullable(r.OrderID), store.Nullable(r.AwaitedOrder)}
	}
	return c.bulk.UpdateRows(ctx, "contacts", "order_id = v.column2, awaited_order_id = v.column3", []store.ColumnType{store.TextColumn, store.TextColumn}, rows)
}

// linkAwaiting links the contacts that wait for orders which are there now. What was corrected meanwhile stays.
func (c *chunk) linkAwaiting(ctx context.Context, orders []*OrderRecord) error {
	some := false
	err := c.each(ctx, "SELECT id FROM contacts WHERE awaited_order_id IS NOT NULL LIMIT 1", nil, func(store.ScanFunc) error {
		some = true
		return nil
	})
	if err != nil || !some {
		return err
	}
	ids := make([]string, len(orders))
	for n, o := range orders {
		ids[n] = o.ID
	}
	const query = `SELECT t.id, t.awaited_order_id FROM contacts t JOIN orders o ON o.id = t.awaited_order_id AND o.customer_id = t.customer_id
		WHERE t.order_id IS NULL AND t.corrected_at IS NULL AND t.voided_at IS NULL AND`
	var waiting []*contacts.Record
	err = c.look(ctx, query, "t.awaited_order_id", "", ids, func(scan store.ScanFunc) error {
		r := &contacts.Record{}
		err := scan(&r.ID, &r.OrderID)
		waiting = append(waiting, r)
		return err
	})
	if err != nil {
		return err
	}
	return c.updateLinks(ctx, waiting)
}

// standing is a customer's stage and segment as they are now.
type standing struct {
	stage   schema.Stage
	segment schema.Segment // "" for none
}

func (c *chunk) standings(ctx context.Context, ids []string) (map[string]standing, error) {
	now := make(map[string]standing, len(ids))
	err := c.look(ctx, "SELECT id, stage, segment FROM customers WHERE", "id", "", ids, func(scan store.ScanFunc) error {
		var customerID string
		var one standing
		err := scan(&customerID, &one.stage, store.OrZero(&one.segment))
		now[customerID] = one
		return err
	})
	return now, err
}

// contactResults are what a contact is exported from.
var contactResults = contacts.Fields().Results("t.")

// exportedContacts reads contacts behind an id, in the order of their ids.
func (c *chunk) exportedContacts(ctx context.Context, after string) ([]contacts.Record, error) {
	var records []contacts.Record
	query := "SELECT " + store.ResultNames(contactResults) + `
		FROM contacts t JOIN customers c ON c.id = t.customer_id LEFT JOIN users u ON u.id = t.staff_id LEFT JOIN campaigns g ON g.id = t.campaign_id
		WHERE t.id > ? ORDER BY t.id LIMIT ?`
	err := c.each(ctx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		r := contacts.Record{Costed: true}
		err := store.ScanRow(scan, contactResults, &r)
		if r.OrderID == "" {
			r.OrderID = r.AwaitedOrder
		}
		records = append(records, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := describeFields(ctx, c, records, func(r *contacts.Record) (string, *ownfields.Texts) { return r.ID, &r.OwnFields }); err != nil {
		return nil, err
	}
	if err := c.describePeople(ctx, records); err != nil {
		return nil, err
	}
	return records, c.addGrades(ctx, records)
}
