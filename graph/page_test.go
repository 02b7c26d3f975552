package graph

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
)

// member is a row of a list in a test.
type member struct {
	id     string
	number int64
}

var (
	members  = list[member]{"members", func(m *member) string { return m.id }, Pages{Default: 3, Maximum: 10}}
	byNumber = column[member]{name: "NUMBER", sql: "number", key: func(m *member) any { return m.number }}
)

// five returns members in ascending order, two of which have the same number.
func five() []*member {
	return []*member{{"a", 1}, {"b", 2}, {"c", 2}, {"d", 3}, {"e", 4}}
}

func TestCheckWindow(t *testing.T) {
	t.Parallel()
	n := func(n int) *int { return &n }
	cursor := func(c ent.Cursor) *ent.Cursor { return &c }
	for _, c := range []struct {
		name  string
		w     window
		limit int    // of a valid window
		field string // at which the window is INVALID
	}{
		{"default", window{}, 3, ""},
		{"first", window{first: n(5)}, 5, ""},
		{"last", window{last: n(10)}, 10, ""},
		{"nothing", window{first: n(0)}, 0, ""},
		{"too many", window{first: n(11)}, 0, "first"},
		{"negative", window{last: n(-1)}, 0, "last"},
		{"first and last", window{first: n(1), last: n(1)}, 0, "last"},
		{"a cursor", window{after: cursor(ent.Cursor{List: "members", Order: "NUMBER ASC", Key: "2", ID: "b"})}, 3, ""},
		{"of another list", window{after: cursor(ent.Cursor{List: "orders", Order: "NUMBER ASC", Key: "2", ID: "b"})}, 0, "after"},
		{"of another order", window{before: cursor(ent.Cursor{List: "members", Order: "NUMBER DESC", Key: "2", ID: "b"})}, 0, "before"},
		{"of another type", window{after: cursor(ent.Cursor{List: "members", Order: "NUMBER ASC", Key: "two", ID: "b"})}, 0, "after"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := members.check(c.w, byNumber, schema.Ascending)
			if c.field != "" {
				if f := fault.Of(err); f == nil || f.Code != fault.Invalid || !slices.Equal(f.Path, []string{c.field}) {
					t.Errorf("%v, want INVALID at %s", err, c.field)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.limit != c.limit || r.backward != (c.w.last != nil) {
				t.Errorf("limit %d, backward %t; want %d, %t", r.limit, r.backward, c.limit, c.w.last != nil)
			}
		})
	}
}

// A list in memory, read page by page, has each row once and in its order, for every size of the pages.
func TestPagesInMemory(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 6; size++ {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			var got []string
			w := window{first: &size}
			for range 10 {
				r, err := members.check(w, byNumber, schema.Ascending)
				if err != nil {
					t.Fatal(err)
				}
				p, err := r.pageInMemory(five(), func(m *member, after *position) bool {
					number, _ := after.key.(int64)
					return m.number > number || m.number == number && m.id > after.id
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range p.rows {
					got = append(got, m.id)
				}
				if p.info.HasPreviousPage != (w.after != nil) {
					t.Errorf("hasPreviousPage is %t after %v", p.info.HasPreviousPage, w.after)
				}
				if !p.info.HasNextPage {
					break
				}
				w.after = p.info.EndCursor
			}
			if want := []string{"a", "b", "c", "d", "e"}; !slices.Equal(got, want) {
				t.Errorf("the pages have %v, want %v", got, want)
			}
		})
	}
}

// A page that is read from its end has its rows in the order of the list.
func TestPageReadBackward(t *testing.T) {
	t.Parallel()
	two := 2
	r, err := members.check(window{last: &two}, byNumber, schema.Ascending)
	if err != nil {
		t.Fatal(err)
	}
	read := five()[2:] // the last rows, one more than the page holds
	slices.Reverse(read)
	p, err := r.page(read)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.rows) != 2 || p.rows[0].id != "d" || p.rows[1].id != "e" || !p.info.HasPreviousPage || p.info.HasNextPage {
		t.Errorf("got %v, %+v, want d and e, with a page before and none after", p.rows, p.info)
	}
	if p.info.StartCursor.ID != "d" || p.info.EndCursor.ID != "e" {
		t.Errorf("from %s to %s", p.info.StartCursor.ID, p.info.EndCursor.ID)
	}
}

// A cursor leads back to the value of its row, whatever the type of the column.
func TestCursorKeepsItsPosition(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 30, 0, 123456000, time.UTC)
	for _, c := range []struct {
		name string
		key  any
	}{{"time", at}, {"early time", time.Unix(-1, 0).UTC()}, {"integer", int64(-5)}, {"text", "Łódź"}, {"empty text", ""}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			by := column[member]{name: "KEY", key: func(*member) any { return c.key }}
			r := &reading[member]{list: members, by: by, descending: true}
			cursor, err := r.cursor(&member{id: "a"})
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.position("after", &cursor)
			if err != nil || p.key != c.key || p.id != "a" {
				t.Errorf("%v, %v; want %v of a", p, err, c.key)
			}
		})
	}
}

// readPage reads nothing for an empty page.
func TestReadEmptyPage(t *testing.T) {
	t.Parallel()
	r := &reading[member]{list: members, by: byNumber}
	p, err := readPage(context.Background(), r, nil)
	if err != nil || len(p.rows) != 0 || p.info.HasNextPage {
		t.Errorf("got %+v, %v, want an empty page", p, err)
	}
}

// TestForgedCursors: a cursor is text that anybody can write. Databases do not have the character 0, nor the years that it can say.
func TestForgedCursors(t *testing.T) {
	t.Parallel()
	for _, fields := range []string{`["members","NUMBER ASC","\u0000","b"]`, `["members","NUMBER ASC","2","b\u0000"]`, `["members"]`, `{}`, ""} {
		if err := new(ent.Cursor).UnmarshalGQL(base64.RawURLEncoding.EncodeToString([]byte(fields))); err == nil {
			t.Errorf("%s is a cursor", fields)
		}
	}
	type dated struct{ at time.Time }
	r := reading[dated]{list: list[dated]{name: "dated"}, by: column[dated]{name: "AT", key: func(d *dated) any { return d.at }}}
	for key, want := range map[string]bool{"0": true, "-62135596800000000": true, "-62135596800000001": false, "253402300799999999": true, "253402300800000000": false, "9223372036854775807": false, "-9223372036854775808": false} {
		if _, err := r.position("after", &ent.Cursor{List: "dated", Order: r.order(), Key: key, ID: "a"}); (err == nil) != want {
			t.Errorf("%s: %v", key, err)
		}
	}
}
