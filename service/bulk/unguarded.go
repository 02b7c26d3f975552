package bulk

import (
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/store"
)

// Everything that this package reads and writes bypasses the guard: it imports and exports all rows of the company for the command
// line, whose user has the database itself. The statements are in this file and, by subject, in unguarded_*.go.

// Import runs a function that imports records, with connections of its own, as the system.
func (s *Service) Import(ctx context.Context, do func(ctx context.Context, i *Import) error) error {
	return s.Store.Session(auth.System(ctx), func(ctx context.Context, first *store.Session) error {
		if s.Store.OneWriter() {
			return do(ctx, &Import{service: s, sessions: []*store.Session{first}})
		}
		return s.Store.Session(ctx, func(ctx context.Context, second *store.Session) error {
			return do(ctx, &Import{service: s, sessions: []*store.Session{first, second}})
		})
	})
}

// bypassGuard returns the context in which rows of all customers are read and written.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// each reads the rows of a query.
func (c *chunk) each(ctx context.Context, query string, args []any, row func(scan store.ScanFunc) error) error {
	return store.Each(ctx, c.reader, query, args, row)
}

// look reads the rows whose column has one of the values. The query ends with WHERE.
func (c *chunk) look(ctx context.Context, query, column, behind string, values []string, row func(scan store.ScanFunc) error) error {
	slices.Sort(values)
	// Few enough at a time for PostgreSQL to look each up in the index, even in a table that it has no statistics of yet.
	for some := range slices.Chunk(slices.Compact(values), store.IDsPerStatement) {
		list, err := store.List(c.service.Store, some)
		if err != nil {
			return err
		}
		if err := c.each(ctx, query+" "+store.Among(c.service.Store, column)+behind, []any{list}, row); err != nil {
			return err
		}
	}
	return nil
}

// lookUp maps the values of one column to those of another, for the rows that have one of them. The query selects the two columns and
// ends with WHERE.
func (c *chunk) lookUp(ctx context.Context, query, column string, values []string) (map[string]string, error) {
	found := make(map[string]string, len(values))
	err := c.look(ctx, query, column, "", values, func(scan store.ScanFunc) error {
		var key, value string
		err := scan(&key, &value)
		found[key] = value
		return err
	})
	return found, err
}

// existing reports which of some ids a table has.
func (c *chunk) existing(ctx context.Context, table string, ids []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT id, id FROM "+table+" WHERE", "id", ids)
}

// locked is what a query ends with that reads rows by their ids and, in a transaction, holds them.
func (c *chunk) locked() string {
	if c.bulk == nil {
		return " ORDER BY id"
	}
	return " ORDER BY id" + store.ForUpdateClause(c.bulk)
}
