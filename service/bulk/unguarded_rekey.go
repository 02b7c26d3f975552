package bulk

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/ent"
	"kopeck/service/input"
	"kopeck/store"
)

// rekeyedName is the name of the row of table settings that says how far [Service.Rekey] has come; without it there is nothing to do.
const rekeyedName = "rekeyed"

type rekeyedValue struct {
	After string `json:"after"` // the last customer that was done
}

// rekeyed returns the last customer that was rekeyed, and whether there is something to do.
func (s *Service) rekeyed(ctx context.Context, from store.Reader, clause string) (after string, pending bool, err error) {
	err = store.Each(ctx, from, "SELECT value FROM settings WHERE id = ?"+clause, []any{rekeyedName}, func(scan store.ScanFunc) error {
		var value rekeyedValue
		err := scan(store.FromJSON{To: &value})
		after, pending = value.After, true
		return err
	})
	return after, pending, err
}

// setRekeyed notes the last customer that was rekeyed, or by "" that all are.
func setRekeyed(ctx context.Context, tx *store.Bulk, after string, now time.Time) error {
	query, args := "DELETE FROM settings WHERE id = ?", []any{rekeyedName}
	if after != "" {
		value, err := json.Marshal(rekeyedValue{after})
		if err != nil {
			return err
		}
		query, args = "UPDATE settings SET value = ?, updated_at = ? WHERE id = ?", []any{string(value), now, rekeyedName}
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

// staleCustomers reads the next customers behind an id, limit at most, deleted ones too, with the terms by which they are found.
func staleCustomers(ctx context.Context, tx *store.Bulk, after string, limit int) ([]*stale, error) {
	var rows []*stale
	at := map[string]*stale{}
	const query = "SELECT id, name, external_id, email, email_key, phone, deleted_at FROM customers WHERE id > ? ORDER BY id LIMIT ?"
	err := store.Each(ctx, tx, query+store.ForUpdateClause(tx), []any{after, limit}, func(scan store.ScanFunc) error {
		c := &ent.Customer{}
		var deleted store.Time
		err := scan(&c.ID, &c.Name, &c.ExternalID, &c.Email, &c.EmailKey, &c.Phone, &deleted)
		if !deleted.IsZero() {
			c.DeletedAt = &deleted.Time
		}
		row := &stale{Customer: c}
		rows, at[c.ID] = append(rows, row), row
		return err
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	const terms = "SELECT customer_id, term FROM search_terms WHERE customer_id > ? AND customer_id <= ?"
	return rows, store.Each(ctx, tx, terms, []any{after, rows[len(rows)-1].ID}, func(scan store.ScanFunc) error {
		var customerID, term string
		err := scan(&customerID, &term)
		if row := at[customerID]; row != nil {
			row.terms = append(row.terms, term)
		}
		return err
	})
}

// rekeyProducts writes what products are searched by where there is nothing yet.
func rekeyProducts(ctx context.Context, tx *store.Bulk) error {
	var keys [][]any
	err := store.Each(ctx, tx, "SELECT id, sku, name FROM products WHERE search_key = ''", nil, func(scan store.ScanFunc) error {
		var productID, sku, name string
		err := scan(&productID, &sku, &name)
		keys = append(keys, []any{productID, input.ProductKey(sku, name)})
		return err
	})
	if err != nil {
		return err
	}
	return tx.UpdateRows(ctx, "products", "search_key = v.column2", []store.ColumnType{store.TextColumn}, keys)
}

// rekeyPhones writes phones by the ids of customers, and the contact points that are the same.
func rekeyPhones(ctx context.Context, tx *store.Bulk, phones [][]any) error {
	to, ids := map[string]any{}, make([]string, len(phones))
	for n, row := range phones {
		ids[n], _ = row[0].(string)
		to[ids[n]] = row[1]
	}
	var points [][]any
	const mains = "SELECT p.id, p.customer_id FROM contact_points p JOIN customers c ON c.id = p.customer_id AND p.value_key = c.phone WHERE p.type = 'PHONE' AND p.customer_id IN @ids"
	err := store.EachByIDs(ctx, tx, mains, nil, ids, func(scan store.ScanFunc) error {
		var pointID, customerID string
		err := scan(&pointID, &customerID)
		points = append(points, []any{pointID, to[customerID]})
		return err
	})
	if err != nil {
		return err
	}
	if err := tx.UpdateRows(ctx, "contact_points", "value = v.column2, value_key = v.column2", []store.ColumnType{store.TextColumn}, points); err != nil {
		return err
	}
	return tx.UpdateRows(ctx, "customers", "phone = v.column2", []store.ColumnType{store.TextColumn}, phones)
}

// writeEmail writes the e-mail of a customer with its key, and the contact point that is the same; the number tells it from others who have it.
func writeEmail(ctx context.Context, tx *store.Bulk, c *ent.Customer) error {
	const point = `UPDATE contact_points SET value = ?, value_key = ? WHERE customer_id = ? AND type = 'EMAIL'
		AND value_key = (SELECT coalesce(c.email_key, c.email) FROM customers c WHERE c.id = contact_points.customer_id)`
	if _, err := tx.Exec(ctx, point, *c.Email, *c.EmailKey, c.ID); err != nil {
		return err
	}
	const query = `UPDATE customers SET email = ?, email_key = ?,
		email_twin = (SELECT coalesce(max(t.email_twin) + 1, 0) FROM customers t WHERE t.email_key = ? AND t.deleted_at IS NULL AND t.id <> ?) WHERE id = ?`
	_, err := tx.Exec(ctx, query, *c.Email, *c.EmailKey, *c.EmailKey, c.ID, c.ID)
	return err
}

// replaceTerms replaces all terms of some customers.
func replaceTerms(ctx context.Context, tx *store.Bulk, ids []string, terms []searchTerm) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := store.List(tx, ids)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM search_terms WHERE "+store.Among(tx, "customer_id"), list); err != nil {
		return err
	}
	return store.CopyRows(ctx, tx, "search_terms", termColumns, terms)
}

// userKey is a user's e-mail and the key that is stored for it.
type userKey struct {
	id, email, key string
	deleted        bool
}

func userKeys(ctx context.Context, tx *store.Bulk) (keys []userKey, err error) {
	err = store.Each(ctx, tx, "SELECT id, email, email_key, deleted_at FROM users ORDER BY id", nil, func(scan store.ScanFunc) error {
		var one userKey
		var deleted store.Time
		err := scan(&one.id, &one.email, &one.key, &deleted)
		one.deleted = !deleted.IsZero()
		keys = append(keys, one)
		return err
	})
	return keys, err
}

// writeUserKey writes the key of a user's e-mail, which is also the code of the user's own rates.
func writeUserKey(ctx context.Context, tx *store.Bulk, of userKey, key string) error {
	if _, err := tx.Exec(ctx, "UPDATE users SET email_key = ? WHERE id = ?", key, of.id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE rates SET code = ? WHERE subject = 'STAFF' AND code = ?", key, of.key)
	return err
}
