package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/store"
)

// place is a row of the test's table.
type place struct {
	id, name, note string
	tags           []string
	at             time.Time
}

var placeColumns = []store.Column[*place]{
	{Name: "id", Value: func(p *place) any { return p.id }},
	{Name: "name", Value: func(p *place) any { return orNull(p.name) }, Optional: true},
	{Name: "note", Value: func(p *place) any { return orNull(p.note) }, Optional: true},
	{Name: "tags", Value: func(p *place) any { return store.JSON{Of: p.tags} }},
	{Name: "at", Value: func(p *place) any { return p.at }},
}

var placeResults = []store.Result[place]{
	{Name: "id", To: func(p *place) any { return &p.id }},
	{Name: "name", To: func(p *place) any { return store.OrZero(&p.name) }},
	{Name: "note", To: func(p *place) any { return store.OrZero(&p.note) }},
	{Name: "tags", To: func(p *place) any { return store.FromJSON{To: &p.tags} }},
	{Name: "at", To: func(p *place) any { return store.UTC(&p.at) }},
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Rows that are copied are read again, and columns that no row has a value for are left out of the statement.
func TestCopyRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		var statements []string
		s := dbtest.Open(t, url, store.Options{Observe: func(_ context.Context, query string) { statements = append(statements, query) }})
		at := time.Date(2026, 6, 1, 12, 0, 0, 123456000, time.UTC)
		rows := []*place{{"1", "Москва", "", []string{"a", "ё"}, at}, {"2", "", "", nil, at.In(time.FixedZone("", 3600))}}
		err := s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
			if _, err := b.Exec(ctx, "CREATE TABLE places (id text, name text, note text, tags text, at timestamp)"); err != nil {
				return err
			}
			if err := store.CopyRows(ctx, b, "places", placeColumns, nil); err != nil {
				return err
			}
			return store.CopyRows(ctx, b, "places", placeColumns, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		copied := statements[len(statements)-1]
		if !strings.Contains(copied, `"name"`) || strings.Contains(copied, `"note"`) {
			t.Errorf("the statement is %s", copied)
		}
		var read []place
		err = store.Each(t.Context(), s, "SELECT "+store.ResultNames(placeResults)+" FROM places ORDER BY id", nil, func(scan store.ScanFunc) error {
			var p place
			err := store.ScanRow(scan, placeResults, &p)
			read = append(read, p)
			return err
		})
		if err != nil || len(read) != 2 {
			t.Fatalf("got %v, %v, want two rows", read, err)
		}
		first, second := read[0], read[1]
		if first.name != "Москва" || first.note != "" || len(first.tags) != 2 || first.tags[1] != "ё" || second.name != "" || second.tags != nil {
			t.Errorf("got %+v, want a row with a name, a note of NULL and two tags, and one without name and tags", read)
		}
	})
}

// A value that is no JSON fails the copy.
func TestCopyRowsThatAreNoJSON(t *testing.T) {
	t.Parallel()
	if _, err := (store.JSON{Of: func() {}}).Value(); err == nil {
		t.Error("a function became JSON")
	}
	var to map[string]any
	for _, from := range []any{[]byte("{"), "{", 5} {
		if err := (store.FromJSON{To: &to}).Scan(from); err == nil {
			t.Errorf("%v was read", from)
		}
	}
	if err := (store.FromJSON{To: &to}).Scan(nil); err != nil || to != nil {
		t.Errorf("NULL is %v, %v", to, err)
	}
	text := "before"
	if err := store.OrZero(&text).Scan(nil); err != nil || text != "" {
		t.Errorf("NULL is %q, %v", text, err)
	}
	if err := store.UTC(new(time.Time)).Scan("yesterday"); err == nil {
		t.Error("not a time, and it was read")
	}
}
