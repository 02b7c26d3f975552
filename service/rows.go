package service

import (
	"context"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
)

// Derived state is written many rows at a time, by statements that are the same on both databases. They run in the
// context's transaction, whether it is a verb's or an import's.

// rowsTogether is how many rows one statement writes at most, idsTogether how many ids one asks for.
const (
	rowsTogether = 200
	idsTogether  = 500
)

// insertRows puts rows into a table.
func (s *Service) insertRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	place := "(" + marks(len(columns)) + ")"
	for some := range slices.Chunk(rows, rowsTogether) {
		query := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(place+", ", len(some)), ", ")
		if _, err := s.store.Exec(ctx, query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// updateRows changes rows of a table by their ids: set is what follows SET and calls a row's values v.column2,
// v.column3 and so on; v.column1 is the id. types are the values' SQL types, the id's left out.
func (s *Service) updateRows(ctx context.Context, table, set string, types []string, rows [][]any) error {
	place := "(CAST(? AS text)"
	for _, one := range types {
		place += ", CAST(? AS " + one + ")"
	}
	place += ")"
	sought := "v.column1"
	if s.store.Dialect() == dialect.SQLite {
		sought = "+v.column1" // else it may go through the whole table and look each row up among the values
	}
	for some := range slices.Chunk(rows, rowsTogether) {
		query := "UPDATE " + table + " SET " + set + " FROM (VALUES " + strings.TrimSuffix(strings.Repeat(place+", ", len(some)), ", ") + ") AS v WHERE " + table + ".id = " + sought
		if _, err := s.store.Exec(ctx, query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// timeType is what a time is cast to in updateRows: SQLite keeps times as text, and a cast to a type that it does
// not know would make a number of it.
func (s *Service) timeType() string {
	if s.store.Dialect() == dialect.Postgres {
		return "timestamptz"
	}
	return "text"
}

// jsonType is what JSON is cast to in updateRows.
func (s *Service) jsonType() string {
	if s.store.Dialect() == dialect.Postgres {
		return "jsonb"
	}
	return "text"
}

// boolType is what a truth value is cast to in updateRows.
func (s *Service) boolType() string {
	if s.store.Dialect() == dialect.Postgres {
		return "boolean"
	}
	return "integer"
}

// scanRows runs a query and gives each row to a function.
func (s *Service) scanRows(ctx context.Context, query string, args []any, each func(scan func(...any) error) error) error {
	rows, err := s.store.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// byIDs runs a query for ids, so many at a time; @ids in it, once and after all other parameters, is their list.
func (s *Service) byIDs(ctx context.Context, query string, args []any, ids []string, each func(scan func(...any) error) error) error {
	for some := range slices.Chunk(ids, idsTogether) {
		if err := s.scanRows(ctx, strings.Replace(query, "@ids", "("+marks(len(some))+")", 1), append(slices.Clone(args), anys(some)...), each); err != nil {
			return err
		}
	}
	return nil
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}
