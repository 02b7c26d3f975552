package graph

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// What was loaded together is asked together: the rows of one list are siblings, and the first of them that
// needs a neighbour (a contact its staff, a customer the last contacts) loads it for all of them in one
// statement. So the number of statements depends on the shape of a query, not on the length of its lists;
// there are no timers and nothing to wait for.
type batches struct {
	mu     sync.Mutex
	groups map[any]*group // by row
}

// group is the rows of one list, with what has been loaded for them by place in the query.
type group struct {
	mu    sync.Mutex
	rows  any // []*T
	calls map[string]*call
}

type call struct {
	once   sync.Once
	result any // map[*T]R
	err    error
}

type batchesKey struct{}

// withBatches gives a response its own memory.
func withBatches(ctx context.Context) context.Context {
	return context.WithValue(ctx, batchesKey{}, &batches{groups: map[any]*group{}})
}

// together remembers that rows were loaded together.
func together[T any](ctx context.Context, rows []*T) {
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

// forAll gives what load finds for a row, having loaded it once for the row and all its siblings. What is loaded
// must depend on nothing but the rows and the field's arguments, which are the same for all of them.
func forAll[T, R any](ctx context.Context, row *T, load func(rows []*T) (map[*T]R, error)) (R, error) {
	var none R
	g := groupOf(ctx, row)
	if g == nil {
		found, err := load([]*T{row})
		if err != nil {
			return none, err
		}
		return found[row], nil
	}
	place := placeOf(ctx)
	g.mu.Lock()
	c := g.calls[place]
	if c == nil {
		c = &call{}
		g.calls[place] = c
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

// placeOf names a field's place in the query: its path without the indices of lists.
func placeOf(ctx context.Context) string {
	var place strings.Builder
	for _, step := range graphql.GetPath(ctx) {
		if name, ok := step.(ast.PathName); ok {
			place.WriteString(string(name))
			place.WriteByte('/')
		}
	}
	return place.String()
}

// neighbours loads the rows that others point at by id: one statement for all siblings. A row that the caller
// may not see is nil.
func neighbours[T, R any](ctx context.Context, row *T, idOf func(*T) string, of func(*R) string, read func(ids []string) ([]*R, error)) (*R, error) {
	if idOf(row) == "" {
		return nil, nil
	}
	return forAll(ctx, row, func(rows []*T) (map[*T]*R, error) {
		ids := make([]string, 0, len(rows))
		asked := map[string]bool{"": true}
		for _, r := range rows {
			if id := idOf(r); !asked[id] {
				asked[id] = true
				ids = append(ids, id)
			}
		}
		found, err := read(ids)
		if err != nil {
			return nil, err
		}
		together(ctx, found)
		byID := make(map[string]*R, len(found))
		for _, f := range found {
			byID[of(f)] = f
		}
		result := make(map[*T]*R, len(rows))
		for _, r := range rows {
			result[r] = byID[idOf(r)]
		}
		return result, nil
	})
}
