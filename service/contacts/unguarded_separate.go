package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kopeck/service"
	"kopeck/store"
)

// What is read and written past the guard where contacts of two customers are divided, who have been one. The actor may change both customers;
// what belongs to them is divided whoever sees it.

// join is that a contact was joined into another.
type join struct{ otherID, keptID string }

// joinsSince returns which contacts of customers were joined into others since a moment, the last first.
func joinsSince(ctx context.Context, tx *store.Tx, since time.Time, customerIDs []string) (all []join, err error) {
	const query = "SELECT id, void_reason FROM contacts WHERE voided_at >= ? AND void_reason LIKE '" + joinedInto + "%' AND customer_id IN @ids ORDER BY voided_at DESC, id"
	return all, store.EachByIDs(ctx, tx, query, []any{since}, customerIDs, func(scan store.ScanFunc) error {
		var j join
		err := scan(&j.otherID, &j.keptID)
		j.keptID = strings.TrimPrefix(j.keptID, joinedInto)
		all = append(all, j)
		return err
	})
}

// crossedOf returns the contacts of customers that name an order, an offer or a permission of another.
func crossedOf(ctx context.Context, tx *store.Tx, customerIDs []string) (all []crossed, err error) {
	const query = `SELECT id, other_order, other_offer, other_permission FROM (SELECT k.id, k.customer_id, coalesce(o.customer_id <> k.customer_id, false) AS other_order,
			coalesce(f.customer_id <> k.customer_id, false) AS other_offer, coalesce(p.customer_id <> k.customer_id, false) AS other_permission FROM contacts k
			LEFT JOIN orders o ON o.id = k.order_id LEFT JOIN offers f ON f.id = k.offer_id LEFT JOIN permissions p ON p.id = k.permission_id) AS x
		WHERE (other_order OR other_offer OR other_permission) AND customer_id IN @ids ORDER BY id`
	return all, store.EachByIDs(ctx, tx, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var one crossed
		err := scan(&one.id, &one.order, &one.offer, &one.permission)
		all = append(all, one)
		return err
	})
}

// expectedMoved returns the expected prices of a contact that were given to it when another was joined into it.
func expectedMoved(ctx context.Context, tx *store.Tx, keptID, otherID string) (ids []string, err error) {
	last := map[string]service.Change{} // by expected price
	const query = "SELECT subject, detail FROM audit_entries WHERE action = '" + expectedMove + "' AND subject IN (SELECT id FROM expected_prices WHERE contact_id = ?) ORDER BY at, id"
	err = store.Each(ctx, tx, query, []any{keptID}, func(scan store.ScanFunc) error {
		var subject string
		var detail []byte
		if err := scan(&subject, &detail); err != nil {
			return err
		}
		var moved map[string]service.Change
		if err := json.Unmarshal(detail, &moved); err != nil {
			return fmt.Errorf("contacts: audit of %s: %w", subject, err)
		}
		if _, known := last[subject]; !known {
			ids = append(ids, subject)
		}
		last[subject] = moved["contactId"]
		return nil
	})
	var theirs []string
	for _, one := range ids {
		if last[one].Old == otherID && last[one].New == keptID {
			theirs = append(theirs, one)
		}
	}
	return theirs, err
}

// unvoidExpected makes the expected prices of a contact stand again that were voided for a reason.
func unvoidExpected(ctx context.Context, tx *store.Tx, contactID, reason string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE expected_prices SET voided_at = NULL, void_reason = NULL, updated_at = ? WHERE contact_id = ? AND void_reason = ?", now, contactID, reason)
	return err
}
