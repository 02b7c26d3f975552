package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/store"
)

// Mark says in the database which company was created in it.
type Mark struct {
	Seed uint64 `json:"seed"`
	Day  string `json:"day"`  // in Moscow, for which it was created
	Done bool   `json:"done"` // false: Fill was interrupted
}

// markName is the name of the mark in the table of settings.
const markName = "demo"

// Read returns the mark of a migrated database, nil for an empty one, and an error for one that contains anything else.
func Read(ctx context.Context, s *store.Store) (*Mark, error) {
	var text []byte
	found, err := first(ctx, s, &text, "SELECT value FROM settings WHERE id = ?", markName)
	if err != nil {
		return nil, err
	}
	if found {
		m := &Mark{}
		return m, json.Unmarshal(text, m)
	}
	for _, table := range []string{"customers", "users", "products", "rates", "orders"} {
		var one int
		found, err := first(ctx, s, &one, "SELECT 1 FROM "+table+" LIMIT 1")
		if err != nil {
			return nil, err
		}
		if found {
			return nil, errForeign
		}
	}
	return nil, nil
}

// first scans the first row of a query and reports whether there is one.
func first(ctx context.Context, s *store.Store, to any, query string, args ...any) (bool, error) {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, rows.Scan(to)
}

// mark writes the mark.
func mark(ctx context.Context, s *store.Store, m Mark, at time.Time) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
		changed, err := b.Exec(ctx, "UPDATE settings SET value = ?, updated_at = ? WHERE id = ?", string(text), at, markName)
		if err == nil && changed == 0 {
			_, err = b.Exec(ctx, "INSERT INTO settings (id, value, updated_at) VALUES (?, ?, ?)", markName, string(text), at)
		}
		return err
	})
}

// tables are all that Fill writes, those that refer to others first.
var tables = []string{
	"merged_rows", "customer_identities", "customer_merges", "duplicate_decisions",
	"credits", "bookings", "refund_lines", "refunds", "order_lines", "offer_lines", "offers", "orders", "contacts", "permission_events", "permissions",
	"stage_changes", "search_terms", "contact_points", "addresses", "customer_tags", "price_agreements", "price_rules", "components", "product_options", "recipes",
	"measurement_definitions", "list_prices", "product_of_the_months", "products", "rates",
	"lifetime_models", "idempotency_keys", "audit_entries", "refresh_sessions", "spends", "customers", "campaigns", "users", "partners", "settings", "dated_values", "wordings",
}

// Clear empties a database in which Fill was interrupted. It refuses any other.
func Clear(ctx context.Context, s *store.Store) error {
	m, err := Read(ctx, s)
	if err != nil {
		return err
	}
	if m == nil || m.Done {
		return fmt.Errorf("demo: the database was not left by an interrupted filling, so it is not cleared")
	}
	return s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
		if _, err := b.Exec(ctx, "UPDATE customers SET referred_by_id = NULL, merged_into_id = NULL"); err != nil {
			return err
		}
		for _, table := range tables {
			if _, err := b.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}
