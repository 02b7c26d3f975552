package value

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/store"
)

// valuedTogether is how many customers' values are written in one transaction: their orders wait for so long.
const valuedTogether = 5000

// RefreshLifetimeValues brings customers.lifetime_value, by which lists are ordered, to what the active model says now:
// after a fit, and once a night, since it falls with silence. It goes through all customers in short transactions, so
// that orders need not wait, and writes what has changed. A run that is overtaken by another model goes on with that.
func (s *Service) RefreshLifetimeValues(ctx context.Context) error {
	ctx = auth.System(ctx)
	for last := ""; ; {
		var n int
		next := last
		err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			next, n, err = s.revalue(ctx, tx, last)
			return err
		})
		if err != nil {
			return fmt.Errorf("service: lifetime values after %q: %w", last, err)
		}
		if last = next; n < valuedTogether {
			return nil
		}
	}
}

// revalue writes the values of the customers after an id, and gives the last one's id and their number.
func (s *Service) revalue(ctx context.Context, tx *store.Tx, after string) (last string, n int, err error) {
	// While this is held no other model becomes active, and the rows are nobody else's to value.
	if err := tx.Lock(ctx, lockModel, true); err != nil {
		return after, 0, err
	}
	m, err := s.activeIn(ctx, tx)
	if err != nil {
		return after, 0, err
	}
	query := "SELECT " + CustomerColumns + " FROM customers WHERE id > ? ORDER BY id LIMIT ?"
	if s.Store.Dialect() == dialect.Postgres {
		query += " FOR NO KEY UPDATE" // orders may come meanwhile
	}
	var customers []*ent.Customer
	err = store.Each(ctx, tx, query, []any{after, valuedTogether}, func(scan store.ScanFunc) error {
		c, err := ScanCustomer(scan)
		customers = append(customers, c)
		return err
	})
	if err != nil || len(customers) == 0 {
		return after, 0, err
	}
	var changed [][]any
	now := s.Now()
	for _, c := range customers {
		if value := s.standing(m, c, now); value != c.LifetimeValue {
			changed = append(changed, []any{c.ID, value})
		}
	}
	last = customers[len(customers)-1].ID
	return last, len(customers), tx.UpdateRows(ctx, "customers", "lifetime_value = v.column2", []store.ColumnType{store.IntColumn}, changed)
}

// activeIn gives the active model as a transaction sees it.
func (s *Service) activeIn(ctx context.Context, tx *store.Tx) (*Model, error) {
	var active string
	err := store.Each(ctx, tx, "SELECT id FROM lifetime_models WHERE active", nil, func(scan store.ScanFunc) error { return scan(&active) })
	if err != nil {
		return nil, err
	}
	if m := s.model.Load(); m.fitted == (active != "") && (active == "" || m.Row.ID == active) {
		return m, nil
	}
	row, err := tx.LifetimeModel.Get(ctx, active)
	if err != nil {
		return nil, err
	}
	return s.activeModel(row)
}
