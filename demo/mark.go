package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/store"
)

// Mark says in the database which company was made in it.
type Mark struct {
	Seed uint64 `json:"seed"`
	Day  string `json:"day"`  // in Moscow, for which it was made
	Done bool   `json:"done"` // false: the filling was interrupted
}

// markName is the setting that the mark stands in, beside those of the installation.
const markName = "demo"

// Read gives the mark of a migrated database, nil for an empty one, and an error for one that holds anything else.
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

// tables are all that a filling writes, those that point to others first.
var tables = []string{
	"credits", "bookings", "refunds", "order_lines", "offer_lines", "offers", "orders", "contacts", "permission_events", "permissions",
	"stage_changes", "search_terms", "price_agreements", "price_rules", "components", "product_options", "list_prices", "products", "rates",
	"lifetime_models", "idempotency_keys", "audit_entries", "refresh_sessions", "customers", "users", "partners", "settings",
}

// Clear empties a database in which a filling was interrupted. It refuses any other.
func Clear(ctx context.Context, s *store.Store) error {
	m, err := Read(ctx, s)
	if err != nil {
		return err
	}
	if m == nil || m.Done {
		return fmt.Errorf("demo: only what an interrupted filling left is cleared")
	}
	return s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
		if _, err := b.Exec(ctx, "UPDATE customers SET referred_by_id = NULL"); err != nil {
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
