package graph

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
)

// Pages has the numbers of rows on a page.
type Pages struct {
	Default int // if the caller asks for no number
	Maximum int
	Prices  int // the maximum of Customer.prices, which come from memory

	hidden auth.HiddenNumbers // writes the keys of cursors that viewers may not read
}

// window is the part of a list that the caller asks for.
type window struct {
	first, last   *int
	after, before *ent.Cursor
}

// column is an order of a list: by a column that is NOT NULL, and by the id where rows have the same value.
type column[T any] struct {
	name string           // the order's name, as in the API
	sql  string           // the name of the column
	key  func(row *T) any // the value of the column: a time.Time, an int64 or a string

	hidden bool   // some who may order by the column may not see its value, an int64
	kind   string // what cursors add to the name, where an order goes by another column for some viewers
}

// list is a list that is read by pages.
type list[T any] struct {
	name  string // the list's name in cursors
	id    func(row *T) string
	pages Pages
}

// readRows reads the rows under a condition, in an order, limit at most.
type readRows[T any] func(where, order func(*sql.Selector), limit int) ([]*T, error)

// page is a page that has been read.
type page[T any] struct {
	rows    []*T
	cursors []ent.Cursor
	info    ent.PageInfo
}

// reading is a valid window on a list in an order.
type reading[T any] struct {
	list       list[T]
	by         column[T]
	descending bool // the list's order
	backward   bool // the rows are read from the window's end
	limit      int
	after      *position
	before     *position
}

// check validates a window. What is wrong is INVALID at the argument.
func (l list[T]) check(w window, by column[T], direction ent.OrderDirection) (*reading[T], error) {
	r := &reading[T]{list: l, by: by, descending: direction == schema.Descending, limit: l.pages.Default}
	if w.first != nil && w.last != nil {
		return nil, fault.Invalidf("last", "want first or last, not both")
	}
	for field, n := range map[string]*int{"first": w.first, "last": w.last} {
		switch {
		case n == nil:
		case *n < 0 || *n > l.pages.Maximum:
			return nil, fault.Invalidf(field, "want 0 to %d", l.pages.Maximum)
		default:
			r.limit = *n
		}
	}
	r.backward = w.last != nil
	var err error
	if r.after, err = r.position("after", w.after); err == nil {
		r.before, err = r.position("before", w.before)
	}
	return r, err
}

// where adds the condition that rows are inside the window.
func (r *reading[T]) where(s *sql.Selector) {
	columns := []string{s.C(r.by.sql), s.C("id")}
	beyond := map[bool]func([]string, ...any) *sql.Predicate{false: sql.CompositeGT, true: sql.CompositeLT}
	if r.after != nil {
		s.Where(beyond[r.descending](columns, r.after.key, r.after.id))
	}
	if r.before != nil {
		s.Where(beyond[!r.descending](columns, r.before.key, r.before.id))
	}
}

// sort adds the order in which rows are read: the list's, or its reverse if they are read from the window's end.
func (r *reading[T]) sort(s *sql.Selector) {
	if r.descending != r.backward {
		s.OrderBy(sql.Desc(s.C(r.by.sql)), sql.Desc(s.C("id")))
		return
	}
	s.OrderBy(s.C(r.by.sql), s.C("id"))
}

// page makes a page of rows as they were read: one more than the page holds if there is a further one.
func (r *reading[T]) page(rows []*T) (*page[T], error) {
	p := &page[T]{}
	more := len(rows) > r.limit
	if more {
		rows = rows[:r.limit]
	}
	if r.backward {
		slices.Reverse(rows)
		p.info.HasPreviousPage, p.info.HasNextPage = more, r.before != nil
	} else {
		p.info.HasNextPage, p.info.HasPreviousPage = more, r.after != nil
	}
	p.rows = rows
	p.cursors = make([]ent.Cursor, len(rows))
	for i, row := range rows {
		var err error
		if p.cursors[i], err = r.cursor(row); err != nil {
			return nil, err
		}
	}
	if n := len(rows); n > 0 {
		p.info.StartCursor, p.info.EndCursor = &p.cursors[0], &p.cursors[n-1]
	}
	return p, nil
}

// pageInMemory makes a page of a list in memory, which has the reading's order. beyond reports whether a row comes after a
// position. The list is read forward.
func (r *reading[T]) pageInMemory(rows []*T, beyond func(row *T, after *position) bool) (*page[T], error) {
	from := 0
	if r.after != nil {
		from = sort.Search(len(rows), func(i int) bool { return beyond(rows[i], r.after) })
	}
	return r.page(rows[from:min(len(rows), from+r.limit+1)])
}

// readPage reads a page of a list.
func readPage[T any](ctx context.Context, r *reading[T], read readRows[T]) (*page[T], error) {
	if r.limit == 0 {
		return r.page(nil)
	}
	rows, err := read(r.where, r.sort, r.limit+1)
	if err != nil {
		return nil, err
	}
	p, err := r.page(rows)
	if err != nil {
		return nil, err
	}
	markSiblings(ctx, p.rows)
	return p, nil
}

// readPages reads the same window of the lists of several parents in one statement. Its subquery unites a limited SELECT
// of ids for each parent, which an index answers without reading further rows.
func readPages[T any](ctx context.Context, r *reading[T], table, parent string, ids []string, parentOf func(*T) string, filter func(*sql.Selector), read readRows[T]) (map[string]*page[T], error) {
	pages := make(map[string]*page[T], len(ids))
	for _, id := range ids {
		pages[id], _ = r.page(nil) // no row, no error
	}
	if r.limit == 0 || len(ids) == 0 {
		return pages, nil
	}
	rows, err := read(func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		var all *sql.Selector
		for i, id := range ids {
			t := b.Table(table)
			part := b.Select(t.C("id")).From(t).Where(sql.EQ(t.C(parent), id)).Limit(r.limit + 1)
			filter(part)
			r.where(part)
			r.sort(part)
			part.As(fmt.Sprintf("part%d", i))
			one := b.Select("id").From(part)
			if all == nil {
				all = one
			} else {
				all.UnionAll(one)
			}
		}
		s.Where(sql.In(s.C("id"), all))
	}, r.sort, len(ids)*(r.limit+1))
	if err != nil {
		return nil, err
	}
	var kept []*T
	for id, own := range groupBy(rows, parentOf) {
		if pages[id], err = r.page(own); err != nil {
			return nil, err
		}
		kept = append(kept, pages[id].rows...)
	}
	markSiblings(ctx, kept)
	return pages, nil
}

// selected reports whether the current field's selection has a field.
func selected(ctx context.Context, name string) bool {
	return slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, nil), func(f graphql.CollectedField) bool { return f.Name == name })
}
