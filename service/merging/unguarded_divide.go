package merging

import (
	"context"

	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// What the undoing of a merge gives to either customer of what came after the merge, past the guard: see divide.go and unguarded_rows.go.

// giveBackFollowing gives back what came after a merge and belongs to what goes back, after the rows that the merge noted.
func (s *Service) giveBackFollowing(ctx context.Context, tx *store.Tx, u *undoing) error {
	kept, merged := u.kept.ID, u.merged.ID
	if _, err := tx.Exec(ctx, "UPDATE orders SET customer_id = ? WHERE customer_id = ? AND offer_id IN (SELECT id FROM offers WHERE customer_id = ?)", merged, kept, merged); err != nil {
		return err
	}
	if err := divideMessages(ctx, tx, u); err != nil {
		return err
	}
	if err := divideContacts(ctx, tx, u); err != nil {
		return err
	}
	for _, one := range []struct {
		query string
		args  []any
	}{
		{"UPDATE contacts SET about_id = NULL WHERE customer_id IN (?, ?) AND about_id = customer_id", []any{kept, merged}},
		{`UPDATE stage_changes SET customer_id = ? WHERE customer_id = ? AND kind = 'PERMISSION' AND at IN (SELECT e.at FROM permission_events e JOIN permissions p ON p.id = e.permission_id WHERE p.customer_id = ?)
			AND at NOT IN (SELECT e.at FROM permission_events e JOIN permissions p ON p.id = e.permission_id WHERE p.customer_id = ?)`, []any{merged, kept, merged, kept}},
		{"DELETE FROM customer_identities WHERE merge_id = ?", []any{u.id}},
	} {
		if _, err := tx.Exec(ctx, one.query, one.args...); err != nil {
			return err
		}
	}
	return nil
}

// addressesOf returns the e-mail addresses of customers, as they are compared, by customer.
func addressesOf(ctx context.Context, tx *store.Tx, a, b string) (map[string]map[string]bool, error) {
	of := map[string]map[string]bool{a: {}, b: {}}
	const query = `SELECT customer_id, value_key FROM contact_points WHERE type = ? AND customer_id IN (?, ?)
		UNION ALL SELECT id, email_key FROM customers WHERE email_key IS NOT NULL AND id IN (?, ?)`
	return of, store.Each(ctx, tx, query, []any{string(schema.PointEmail), a, b, a, b}, func(scan store.ScanFunc) error {
		var customerID, key string
		err := scan(&customerID, &key)
		of[customerID][key] = true
		return err
	})
}

// divideMessages gives each message that was written since a merge to the customer whose address it was written to. Where it is an address of
// both, it is of the customer by whose permission it was sent, or whose offer it is about. Where it is of neither any more it stays with the kept
// customer, who had it.
func divideMessages(ctx context.Context, tx *store.Tx, u *undoing) error {
	addresses, err := addressesOf(ctx, tx, u.kept.ID, u.merged.ID)
	if err != nil {
		return err
	}
	goes := map[string]string{} // to which customer, by message
	const query = `SELECT m.id, m.customer_id, m.recipient, coalesce(p.customer_id, o.customer_id, m.customer_id) FROM messages m
		LEFT JOIN permissions p ON p.id = m.permission_id LEFT JOIN offers o ON o.id = m.offer_id WHERE m.customer_id IN (?, ?) AND m.created_at >= ?`
	err = store.Each(ctx, tx, query, []any{u.kept.ID, u.merged.ID, u.at}, func(scan store.ScanFunc) error {
		var message, is, recipient, named string
		if err := scan(&message, &is, &recipient, &named); err != nil {
			return err
		}
		key, to := input.EmailKey(recipient), u.kept.ID
		switch own, theirs := addresses[u.kept.ID][key], addresses[u.merged.ID][key]; {
		case own && theirs:
			to = named
		case theirs:
			to = u.merged.ID
		}
		if to != is {
			goes[message] = to
		}
		return nil
	})
	if err != nil {
		return err
	}
	for message, to := range goes {
		if _, err := tx.Exec(ctx, "UPDATE messages SET customer_id = ? WHERE id = ?", to, message); err != nil {
			return err
		}
	}
	return nil
}

// divideContacts gives each contact that was recorded since a merge to one of the two customers.
func divideContacts(ctx context.Context, tx *store.Tx, u *undoing) error {
	kept, merged := u.kept.ID, u.merged.ID
	const since = " AND recorded_at >= ?"
	for _, one := range []struct {
		query string
		args  []any
	}{
		{`UPDATE contacts SET customer_id = ? WHERE customer_id = ? AND (order_id IN (SELECT id FROM orders WHERE customer_id = ?) OR offer_id IN (SELECT id FROM offers WHERE customer_id = ?)
			OR id IN (SELECT contact_id FROM offers WHERE customer_id = ? AND contact_id IS NOT NULL))` + since, []any{merged, kept, merged, merged, merged, u.at}},
		{`UPDATE contacts SET customer_id = (SELECT p.customer_id FROM permissions p WHERE p.id = contacts.permission_id) WHERE customer_id IN (?, ?)
			AND permission_id IN (SELECT id FROM permissions WHERE customer_id IN (?, ?))` + since, []any{kept, merged, kept, merged, u.at}},
		{`UPDATE contacts SET customer_id = (SELECT min(m.customer_id) FROM messages m WHERE m.contact_id = contacts.id) WHERE customer_id IN (?, ?)
			AND id IN (SELECT contact_id FROM messages WHERE customer_id IN (?, ?) AND contact_id IS NOT NULL)` + since, []any{kept, merged, kept, merged, u.at}},
	} {
		if _, err := tx.Exec(ctx, one.query, one.args...); err != nil {
			return err
		}
	}
	return nil
}

// divideExpected gives each expected price that was recorded since a merge to the customer of its contact, or else of its offer, and takes out of
// all what is of the other customer.
func divideExpected(ctx context.Context, tx *store.Tx, u *undoing) error {
	kept, merged := u.kept.ID, u.merged.ID
	for _, of := range []struct{ table, column, unless string }{{"offers", "offer_id", " AND contact_id IS NULL"}, {"contacts", "contact_id", ""}} {
		theirs := " IN (SELECT n.id FROM " + of.table + " n WHERE n.customer_id IN (?, ?) AND n.customer_id <> expected_prices.customer_id)"
		if _, err := tx.Exec(ctx, "UPDATE expected_prices SET customer_id = (SELECT n.customer_id FROM "+of.table+" n WHERE n.id = expected_prices."+of.column+") WHERE customer_id IN (?, ?) AND created_at >= ? AND "+
			of.column+theirs+of.unless, kept, merged, u.at, kept, merged); err != nil {
			return err
		}
	}
	for _, of := range []struct{ table, column string }{{"offers", "offer_id"}, {"contacts", "contact_id"}} {
		theirs := " IN (SELECT n.id FROM " + of.table + " n WHERE n.customer_id <> expected_prices.customer_id)"
		if _, err := tx.Exec(ctx, "UPDATE expected_prices SET "+of.column+" = NULL WHERE customer_id IN (?, ?) AND "+of.column+theirs, kept, merged); err != nil {
			return err
		}
	}
	return nil
}

// divideAnswers gives what was said of needs, and the questions that were asked, since a merge to the customer of the contact in which it was, and
// takes out of all of them, and of what offers complete, what is of the other customer.
func divideAnswers(ctx context.Context, tx *store.Tx, u *undoing) error {
	kept, merged := u.kept.ID, u.merged.ID
	for _, table := range []string{"need_facts", "asked_questions"} {
		_, err := tx.Exec(ctx, "UPDATE "+table+" SET customer_id = (SELECT n.customer_id FROM contacts n WHERE n.id = "+table+".contact_id) WHERE customer_id IN (?, ?) AND recorded_at >= ? AND contact_id IN (SELECT id FROM contacts WHERE customer_id IN (?, ?))",
			kept, merged, u.at, kept, merged)
		if err != nil {
			return err
		}
	}
	for _, of := range []struct{ table, column, to string }{{"need_facts", "contact_id", "contacts"}, {"asked_questions", "contact_id", "contacts"}, {"offers", "completes_order_id", "orders"}} {
		_, err := tx.Exec(ctx, "UPDATE "+of.table+" SET "+of.column+" = NULL WHERE customer_id IN (?, ?) AND "+of.column+" IN (SELECT n.id FROM "+of.to+" n WHERE n.customer_id <> "+of.table+".customer_id)", kept, merged)
		if err != nil {
			return err
		}
	}
	return nil
}

// sentToOther returns the offers to either customer that were sent by a contact with the other.
func sentToOther(ctx context.Context, tx *store.Tx, u *undoing) (ids []string, err error) {
	const query = "SELECT o.id FROM offers o JOIN contacts k ON k.id = o.contact_id WHERE o.customer_id IN (?, ?) AND k.customer_id <> o.customer_id ORDER BY o.id"
	return ids, store.Each(ctx, tx, query, []any{u.kept.ID, u.merged.ID}, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
}
