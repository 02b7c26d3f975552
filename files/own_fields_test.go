package files_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// withFields defines the installation's own fields card, points and since of customers.
func (w *world) withFields() {
	w.Helper()
	least := money.Exact("0")
	for _, in := range []service.DefineFieldInput{
		{Code: "card", Type: schema.FieldChoice, Words: []string{"gold", "a \"silver\", one"}}, {Code: "points", Type: schema.FieldNumber, Least: &least}, {Code: "since", Type: schema.FieldDay},
	} {
		in.Noun, in.Label = schema.FieldOfCustomer, in.Code
		if _, err := w.service.OwnFields.DefineField(auth.System(w.Context()), in); err != nil {
			w.Fatal(err)
		}
	}
}

// wantFields compares what customers have in fields, by their external ids: "ext code=value/version, …".
func (w *world) wantFields(what, want string) {
	w.Helper()
	var got []string
	err := store.Each(w.Context(), w.store, `SELECT c.external_id || ' ' || d.code || '=' || coalesce(e.value, ''), e.version FROM field_entries e JOIN customers c ON c.id = e.subject
		JOIN field_definitions d ON d.id = e.definition_id ORDER BY c.external_id, d.code`, nil, func(scan store.ScanFunc) error {
		var text string
		var version int
		err := scan(&text, &version)
		got = append(got, fmt.Sprintf("%s/%d", text, version))
		return err
	})
	if err != nil || strings.Join(got, ", ") != want {
		w.Errorf("%s: %s, %v; want %s", what, strings.Join(got, ", "), err, want)
	}
}

// TestOwnFields: files of customers have a column for each field of the installation's own. A value is checked, an empty cell leaves alone what
// is there unless it is to clear it, and what is exported imports again to the byte.
func TestOwnFields(t *testing.T) {
	each(t, func(w *world) {
		t := w.T
		w.withFields()
		mapped := option.Options{Kind: option.Customers, Map: "external_id=who,name=called,field.card=card,field.points=bonus"}
		r := w.bring("who,called,card,bonus\na,Anna,gold,12.50\nb,Boris,,7\nc,Clara,tin,1\nd,Dora,gold,-1\ne,Eva,,\n", option.Options{Kind: mapped.Kind, Map: mapped.Map, Errors: option.RejectRow})
		if r.Added != 3 || r.Rejected != 2 || !strings.Contains(fmt.Sprint(r.First), "field.card") || !strings.Contains(fmt.Sprint(r.First), "field.points") {
			t.Errorf("%s: %v", r, r.First)
		}
		w.wantFields("new", "a card=gold/1, a points=12.5/1, b points=7/1")
		if r := w.bring("who,called,card,bonus\na,Anna,gold,12.5\nb,Boris,,\n", mapped); r.Present != 2 {
			t.Errorf("again: %s", r)
		}
		if r := w.bring("who,called,card,bonus\na,Anna,gold,13\n", mapped); r.Rejected != 1 || !strings.Contains(fmt.Sprint(r.First), "field.points") {
			t.Errorf("another value without --update: %s %v", r, r.First)
		}
		update := mapped
		update.Update = true
		w.bring("who,called,card,bonus\na,Anna,,13\nb,Boris,gold,\n", update)
		w.bring("who,called,card,bonus\na,Anna,,14\n", update)
		w.wantFields("updated", "a card=gold/1, a points=14/3, b card=gold/1, b points=7/1")
		update.Empty = option.ClearEmpty
		w.bring("who,called,card,bonus\na,Anna,,14\n", update)
		w.wantFields("cleared", "a card=/2, a points=14/3, b card=gold/1, b points=7/1")
		if n := w.number("SELECT count(*) FROM dated_values WHERE name = 'field'"); n != 7 {
			t.Errorf("%d dated values", n)
		}
		w.bring("who,called,card,since\nf,Fedor,\"a \"\"silver\"\", one\",2020-02-29\n", option.Options{Kind: option.Customers, Map: "external_id=who,name=called,field.card=card,field.since=since"})
		text := w.export(option.Customers)
		if header, _, _ := strings.Cut(text, "\n"); !strings.HasSuffix(header, ",tags,field.card,field.points,field.since") {
			t.Errorf("the header is %s", header)
		}
		if r := w.bring(text, option.Options{Kind: option.Customers, Format: option.Kopeck}); r.Present != 4 || r.Added+r.Updated+r.Rejected > 0 {
			t.Errorf("what was exported: %s", r)
		}
		other := newWorld(t, dbtest.SQLite(t))
		other.withFields()
		if r := other.bring(text, option.Options{Kind: option.Customers}); r.Added != 4 {
			t.Errorf("into another database: %s", r)
		}
		if got := other.export(option.Customers); got != text {
			t.Errorf("came out as\n%s\nwant\n%s", got, text)
		}
		bare := newWorld(t, dbtest.SQLite(t))
		if _, err := bare.try(text, option.Options{Kind: option.Customers, Format: option.Kopeck}); err == nil || !strings.Contains(err.Error(), "field.card") {
			t.Errorf("where the fields are not defined: %v", err)
		}
	})
}
