package graph

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// batches remembers which rows of a response are siblings, that is, were loaded as one list. The first sibling that needs
// related rows (a contact its staff, a customer the latest contacts) loads them for all siblings in one statement. So the
// number of statements depends on the shape of a query and not on the length of its lists, and nothing waits for a timer.
type batches struct {
	mu     sync.Mutex
	groups map[any]*group // by row
}

// group is a list of siblings with what has been loaded for them, by the path of the field.
type group struct {
	mu    sync.Mutex
	rows  any // []*T
	calls map[string]*call
}

// call is one load for all rows of a group.
type call struct {
	once   sync.Once
	result any // map[*T]R
	err    error
}

type batchesKey struct{}

// withBatches returns a context with the batches of a new response.
func withBatches(ctx context.Context) context.Context {
	return context.WithValue(ctx, batchesKey{}, &batches{groups: map[any]*group{}})
}

// markSiblings records that rows were loaded as one list.
func markSiblings[T any](ctx context.Context, rows []*T) {
	b, ok := ctx.Value(batchesKey{}).(*batches)
	if !ok || len(rows) < 2 {
		return
	}
	g := &group{rows: rows, calls: map[string]*call{}}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, row := range rows {
		b.groups[row] = g
	}
}

// batched returns what load finds for a row. It calls load once, for the row and all its siblings. What load finds must
// depend only on the rows and on the field's arguments, which are the same for all siblings.
func batched[T, R any](ctx context.Context, row *T, load func(rows []*T) (map[*T]R, error)) (R, error) {
	g := groupOf(ctx, row)
	if g == nil {
		var none R
		found, err := load([]*T{row})
		if err != nil {
			return none, err
		}
		return found[row], nil
	}
	return loaded(g, fieldPath(ctx), row, load)
}

// batchedFor is batched for several fields that show parts of one load, which is named: it is called once for all of them, also where the
// row has no siblings.
func batchedFor[T, R any](ctx context.Context, name string, row *T, load func(rows []*T) (map[*T]R, error)) (R, error) {
	b, ok := ctx.Value(batchesKey{}).(*batches)
	if !ok {
		found, err := load([]*T{row})
		return found[row], err
	}
	b.mu.Lock()
	g := b.groups[row]
	if g == nil {
		g = &group{rows: []*T{row}, calls: map[string]*call{}}
		b.groups[row] = g
	}
	b.mu.Unlock()
	return loaded(g, name, row, load)
}

// loaded returns what a load of a group finds for a row; the name is that of the load.
func loaded[T, R any](g *group, name string, row *T, load func(rows []*T) (map[*T]R, error)) (R, error) {
	var none R
	g.mu.Lock()
	c := g.calls[name]
	if c == nil {
		c = &call{}
		g.calls[name] = c
	}
	g.mu.Unlock()
	c.once.Do(func() { c.result, c.err = load(g.rows.([]*T)) })
	if c.err != nil {
		return none, c.err
	}
	return c.result.(map[*T]R)[row], nil
}

func groupOf(ctx context.Context, row any) *group {
	b, ok := ctx.Value(batchesKey{}).(*batches)
	if !ok {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.groups[row]
}

// fieldPath returns the path of the current field without the indices of lists.
func fieldPath(ctx context.Context) string {
	var path strings.Builder
	for _, step := range graphql.GetPath(ctx) {
		if name, ok := step.(ast.PathName); ok {
			path.WriteString(string(name))
			path.WriteByte('/')
		}
	}
	return path.String()
}

// batchedByID is batched for a load whose result is by the rows' ids.
func batchedByID[T, R any](ctx context.Context, row *T, idOf func(*T) string, load func(rows []*T) (map[string]R, error)) (R, error) {
	return batched(ctx, row, func(rows []*T) (map[*T]R, error) {
		byID, err := load(rows)
		result := make(map[*T]R, len(rows))
		for _, row := range rows {
			result[row] = byID[idOf(row)]
		}
		return result, err
	})
}

// batchedList is batchedByID for a load that finds a list for each row, nil for an empty one. What it finds become
// siblings.
func batchedList[T, R any](ctx context.Context, row *T, idOf func(*T) string, load func(rows []*T) (map[string][]*R, error)) ([]*R, error) {
	return batched(ctx, row, func(rows []*T) (map[*T][]*R, error) {
		byID, err := load(rows)
		if err != nil {
			return nil, err
		}
		result, all := make(map[*T][]*R, len(rows)), []*R{}
		for _, row := range rows {
			result[row] = append([]*R{}, byID[idOf(row)]...)
			all = append(all, result[row]...)
		}
		markSiblings(ctx, all)
		return result, nil
	})
}

// batchedOnce is batched for a load with one result for all rows.
func batchedOnce[T, R any](ctx context.Context, row *T, load func(rows []*T) (R, error)) (R, error) {
	return batched(ctx, row, func(rows []*T) (map[*T]R, error) {
		value, err := load(rows)
		result := make(map[*T]R, len(rows))
		for _, row := range rows {
			result[row] = value
		}
		return result, err
	})
}

// idsOf returns the ids of rows, each once, in the order in which they come first.
func idsOf[T any](rows []*T, idOf func(*T) string) []string {
	ids, known := make([]string, 0, len(rows)), make(map[string]bool, len(rows))
	for _, row := range rows {
		if id := idOf(row); !known[id] {
			ids, known[id] = append(ids, id), true
		}
	}
	return ids
}

// groupBy groups rows by a key, without changing their order.
func groupBy[T any](rows []*T, keyOf func(*T) string) map[string][]*T {
	groups := map[string][]*T{}
	for _, row := range rows {
		key := keyOf(row)
		groups[key] = append(groups[key], row)
	}
	return groups
}
