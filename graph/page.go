package graph

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
)

// Pages is how many rows a page of a list holds.
type Pages struct {
	Default int // unless told
	Maximum int
	Prices  int // the most prices of a customer, which come from memory
}

// window is the part of a list that is asked for.
type window struct {
	first, last   *int
	after, before *ent.Cursor
}

// column is one order of a list: by a NOT NULL column, then by id.
type column[T any] struct {
	name string           // of the order, as cursors carry it
	sql  string           // the column
	key  func(row *T) any // its value: time.Time, int64 or string
}

// list is how the rows of one noun are paged.
type list[T any] struct {
	name  string // by which cursors of other lists are told apart
	id    func(row *T) string
	pages Pages // see in
}

// in gives the list in pages of such sizes.
func (l list[T]) in(pages Pages) list[T] {
	l.pages = pages
	return l
}

// rowsOf reads rows under a further condition, in an order, at most so many.
type rowsOf[T any] func(where, order func(*sql.Selector), limit int) ([]*T, error)

// page is what was read.
type page[T any] struct {
	rows    []*T
	cursors []ent.Cursor
	info    ent.PageInfo
}

// reading is a window that was checked: where it begins, in which direction, how many rows.
type reading[T any] struct {
	list       list[T]
	by         column[T]
	descending bool // as the list is ordered
	backward   bool // the window is read from its end
	limit      int
	after      *mark
	before     *mark
}

// mark is the place of a row in a list.
type mark struct {
	key any
	id  string
}

// check tells what is wrong with a window, as INVALID naming the argument.
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
	if r.after, err = r.mark("after", w.after); err == nil {
		r.before, err = r.mark("before", w.before)
	}
	return r, err
}

// mark reads a cursor; it must be of this list in this order.
func (r *reading[T]) mark(field string, c *ent.Cursor) (*mark, error) {
	if c == nil {
		return nil, nil
	}
	if c.List != r.list.name || c.Order != r.order() {
		return nil, fault.Invalidf(field, "a cursor of another list or order")
	}
	m := &mark{id: c.ID}
	var err error
	switch r.by.key(new(T)).(type) {
	case time.Time:
		var micros int64
		micros, err = strconv.ParseInt(c.Key, 10, 64)
		m.key = time.UnixMicro(micros).UTC()
	case int64:
		m.key, err = strconv.ParseInt(c.Key, 10, 64)
	default:
		m.key = c.Key
	}
	if err != nil {
		return nil, fault.Invalidf(field, "not a cursor")
	}
	return m, nil
}

// cursor makes the cursor of a row.
func (r *reading[T]) cursor(row *T) ent.Cursor {
	var text string
	switch key := r.by.key(row).(type) {
	case time.Time:
		text = strconv.FormatInt(key.UnixMicro(), 10)
	case int64:
		text = strconv.FormatInt(key, 10)
	case string:
		text = key
	}
	return ent.Cursor{List: r.list.name, Order: r.order(), Key: text, ID: r.list.id(row)}
}

func (r *reading[T]) order() string {
	if r.descending {
		return r.by.name + " DESC"
	}
	return r.by.name + " ASC"
}

// where is the condition that rows lie inside the window's ends.
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

// sort is the order in which rows are read: the list's, or from its end.
func (r *reading[T]) sort(s *sql.Selector) {
	if r.descending != r.backward {
		s.OrderBy(sql.Desc(s.C(r.by.sql)), sql.Desc(s.C("id")))
		return
	}
	s.OrderBy(s.C(r.by.sql), s.C("id"))
}

// page makes a page of the rows that were read, one more than the window holds where there is one.
func (r *reading[T]) page(rows []*T) *page[T] {
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
		p.cursors[i] = r.cursor(row)
	}
	if n := len(rows); n > 0 {
		p.info.StartCursor, p.info.EndCursor = &p.cursors[0], &p.cursors[n-1]
	}
	return p
}

// within makes the page of a list that is in memory, in its order; beyond tells whether a row stands behind a mark. It is read forward.
func (r *reading[T]) within(rows []*T, beyond func(row *T, after *mark) bool) *page[T] {
	from := 0
	if r.after != nil {
		from = sort.Search(len(rows), func(i int) bool { return beyond(rows[i], r.after) })
	}
	return r.page(rows[from:min(len(rows), from+r.limit+1)])
}

// pageOf reads one page of a list.
func pageOf[T any](ctx context.Context, r *reading[T], read rowsOf[T]) (*page[T], error) {
	if r.limit == 0 {
		return r.page(nil), nil
	}
	rows, err := read(r.where, r.sort, r.limit+1)
	if err != nil {
		return nil, err
	}
	p := r.page(rows)
	together(ctx, p.rows)
	return p, nil
}

// pagesOf reads the same window of a list under each of many parents, in one statement: the rows' ids by a
// limited SELECT a parent, united, each of which the index answers without reading further rows.
func pagesOf[T any](ctx context.Context, r *reading[T], table, parent string, ids []string, parentOf func(*T) string, filter func(*sql.Selector), read rowsOf[T]) (map[string]*page[T], error) {
	pages := make(map[string]*page[T], len(ids))
	for _, id := range ids {
		pages[id] = r.page(nil)
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
	byParent := map[string][]*T{}
	for _, row := range rows {
		byParent[parentOf(row)] = append(byParent[parentOf(row)], row)
	}
	var kept []*T
	for id, mine := range byParent {
		pages[id] = r.page(mine)
		kept = append(kept, pages[id].rows...)
	}
	together(ctx, kept)
	return pages, nil
}

// selected tells whether a field stands in the current field's selection.
func selected(ctx context.Context, name string) bool {
	return slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, nil), func(f graphql.CollectedField) bool { return f.Name == name })
}
