package books

import (
	"context"
	"encoding/json"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent/contact"
	"kopeck/store"
)

// What is shown of customers and contacts is derived state, the same for whoever is shown it: it is written of all of them.

// shownName is the name of the row of table settings that has a [shownDay].
const shownName = "shown"

// readShownDay reads how far the last refresh has come, and may hold the row until the transaction ends.
func readShownDay(ctx context.Context, from store.Reader, hold bool) (is shownDay, err error) {
	query := "SELECT value FROM settings WHERE id = ?"
	if hold {
		query += store.ForUpdateClause(from)
	}
	return is, store.Each(ctx, from, query, []any{shownName}, func(scan store.ScanFunc) error {
		return scan(store.FromJSON{To: &is})
	})
}

// holdShownDay is [readShownDay] and holds the row, which it makes if there is none, so that two refreshes take turns.
func (s *Service) holdShownDay(ctx context.Context, tx *store.Tx) (shownDay, error) {
	_, err := tx.Exec(ctx, "INSERT INTO settings (id, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", shownName, "{}", s.Now())
	if err != nil {
		return shownDay{}, err
	}
	return readShownDay(ctx, tx, true)
}

// writeShownDay notes how far a refresh has come.
func (s *Service) writeShownDay(ctx context.Context, tx *store.Tx, is shownDay) error {
	value, err := json.Marshal(is)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE settings SET value = ?, updated_at = ? WHERE id = ?", string(value), s.Now(), shownName)
	return err
}

// sumShown is the sum of what contacts are shown to have earned, for a query of contacts that the guard narrows. Who sees a contact
// sees the orders that it earned of, unless it is a recommendation.
func sumShown(contacts *sql.Selector) string {
	return "SUM((SELECT SUM(c.shown_amount) FROM credits c WHERE c.contact_id = " + contacts.C(contact.FieldID) + "))"
}

// showCredits shows the credits of the orders of customers, from one after an id up to another. The transaction holds them.
func showCredits(ctx context.Context, tx *store.Tx, after, last string) error {
	_, err := tx.Exec(ctx, `UPDATE credits SET shown_amount = amount WHERE shown_amount <> amount
		AND order_id IN (SELECT id FROM orders WHERE customer_id > ? AND customer_id <= ?)`, after, last)
	return err
}

// showCreditsOf shows the credits of the orders of some customers, whom the transaction holds.
func showCreditsOf(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	_, err := tx.Exec(ctx, `UPDATE credits SET shown_amount = amount WHERE shown_amount <> amount
		AND order_id IN (SELECT id FROM orders WHERE customer_id IN (`+store.Placeholders(len(customerIDs))+`))`, store.Args(customerIDs)...)
	return err
}
