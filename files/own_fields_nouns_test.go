package files_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// withFieldsOf defines the fields mark, size and since of a noun.
func (w *world) withFieldsOf(nouns ...schema.FieldNoun) {
	w.Helper()
	most := money.Exact("100")
	for _, noun := range nouns {
		for _, in := range []service.DefineFieldInput{
			{Code: "mark", Type: schema.FieldChoice, Words: []string{"red", "blue"}}, {Code: "size", Type: schema.FieldNumber, Most: &most}, {Code: "validFrom", Type: schema.FieldDay},
		} {
			in.Noun, in.Label = noun, in.Code
			if _, err := w.service.OwnFields.DefineField(auth.System(w.Context()), in); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// wantOwn compares what everything has in fields, in the order of values: "code=value/version, …".
func (w *world) wantOwn(what, want string) {
	w.Helper()
	var got []string
	err := store.Each(w.Context(), w.store, `SELECT d.code || '=' || coalesce(e.value, ''), e.version FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id ORDER BY d.code, coalesce(e.value, ''), e.version`, nil, func(scan store.ScanFunc) error {
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

// ofNoun is a file of a noun with own fields, whose rows say the facts of one thing; %s is what it has in mark, size and validFrom.
type ofNoun struct {
	noun      schema.FieldNoun
	kind      option.Kind
	options   option.Options
	header    string
	one, more string // rows of two things
}

var ofNouns = []ofNoun{
	{
		schema.FieldOfContact, option.Contacts,
		option.Options{Map: "external_id=no,customer=who,kind=kind,direction=way,channel=by,at=at,field.mark=mark,field.size=size,field.validFrom=from"},
		"no,who,kind,way,by,at,mark,size,from", "1,a,INFO_CALL,INBOUND,PHONE,2026-01-05,%s", "2,b,INFO_CALL,INBOUND,PHONE,2026-01-06,%s",
	},
	{
		schema.FieldOfOrder, option.Orders,
		option.Options{Map: "order=no,customer=who,date=at,amount=sum,field.mark=mark,field.size=size,field.validFrom=from", CostShare: share("0.5")},
		"no,who,at,sum,mark,size,from", "1,a,2026-01-05,10.00,%s", "2,b,2026-01-06,20.00,%s",
	},
	{
		schema.FieldOfProduct, option.Products,
		option.Options{Map: "sku=no,name=name,list_price=price,field.mark=mark,field.size=size,field.validFrom=from"},
		"no,name,price,mark,size,from", "1,Coat,100.00,%s", "2,Door,200.00,%s",
	},
}

// TestOwnFieldsOfNouns: files of contacts, orders and products have a column for each field of the installation's own. A value is checked, an
// empty cell leaves alone what is there unless it is to clear it, another value needs --update, and what is exported imports again to the byte.
func TestOwnFieldsOfNouns(t *testing.T) {
	for _, of := range ofNouns {
		t.Run(string(of.kind), func(t *testing.T) {
			each(t, func(w *world) {
				w.withFieldsOf(of.noun)
				o := of.options
				o.Kind = of.kind
				file := func(one, more string) string {
					return of.header + "\n" + fmt.Sprintf(of.one, one) + "\n" + fmt.Sprintf(of.more, more) + "\n"
				}
				bad := o
				bad.Errors = option.RejectRow
				r := w.bring(file("red,12.50,2026-01-01", "green,101,2026-02-30"), bad)
				if r.Added != 1 || r.Rejected != 1 || !strings.Contains(fmt.Sprint(r.First), "field.mark") || !strings.Contains(fmt.Sprint(r.First), "field.size") || !strings.Contains(fmt.Sprint(r.First), "field.validFrom") {
					w.Errorf("%s: %v", r, r.First)
				}
				w.wantOwn("new", "mark=red/1, size=12.5/1, validFrom=2026-01-01/1")
				w.counted(w.bring(file("red,12.5,2026-01-01", ",7,"), o), 2, 1, 1, 0)
				w.counted(w.bring(file("red,12.5,2026-01-01", ",,"), o), 2, 0, 2, 0)
				if r := w.bring(file("blue,13,", ",7,"), o); r.Rejected != 1 || !strings.Contains(fmt.Sprint(r.First), "there already with another field.mark, field.size; --update") {
					w.Errorf("without --update: %s %v", r, r.First)
				}
				o.Update, o.DryRun = true, true
				if r := w.bring(file("blue,13,", ",7,"), o); r.Updated != 1 || r.Present != 1 {
					w.Errorf("a dry run: %s", r)
				}
				o.DryRun = false
				if r := w.bring(file("blue,13,", ",7,"), o); r.Updated != 1 || r.Present != 1 {
					w.Errorf("with --update: %s", r)
				}
				w.wantOwn("updated", "mark=blue/2, size=13/2, size=7/1, validFrom=2026-01-01/1")
				o.Empty = option.ClearEmpty
				if r := w.bring(file("blue,,", ",7,"), o); r.Updated != 1 || r.Present != 1 {
					w.Errorf("with --empty clear: %s", r)
				}
				w.wantOwn("cleared", "mark=blue/2, size=/3, size=7/1, validFrom=/2")
				if history, audits := w.number("SELECT count(*) FROM dated_values WHERE name = 'field'"), w.number("SELECT count(*) FROM audit_entries WHERE action = 'fields.set'"); history != 8 || audits != 2 {
					w.Errorf("%d values in the history, %d audit entries", history, audits)
				}
				if shown, err := files.Preview(w.Context(), w.service, withSource(o, file("red,1,2026-01-01", ",,"))); err != nil || !strings.Contains(shown, "field.mark=red field.size=1 field.validFrom=2026-01-01") {
					w.Errorf("%v, the preview is %s", err, shown)
				}
				w.between(of)
				w.closed()
			})
		})
	}
}

// between exports things with their own fields, and brings them into another installation.
func (w *world) between(of ofNoun) {
	w.Helper()
	text := w.export(of.kind)
	if header, _, _ := strings.Cut(text, "\n"); !strings.HasSuffix(header, ",field.mark,field.size,field.validFrom") {
		w.Errorf("the header is %s", header)
	}
	if r := w.bring(text, option.Options{Kind: of.kind, Format: option.Kopeck}); r.Present != 2 || r.Added+r.Updated+r.Rejected > 0 {
		w.Errorf("what was exported: %s", r)
	}
	other := newWorld(w.T, dbtest.SQLite(w.T))
	other.withFieldsOf(of.noun)
	people := w.export(option.Customers)
	if of.kind != option.Products {
		other.bring(people, option.Options{Kind: option.Customers})
	}
	if r := other.bring(text, option.Options{Kind: of.kind}); r.Added != 2 {
		w.Errorf("into another installation: %s", r)
	}
	if got := other.export(of.kind); got != text {
		w.Errorf("came out as\n%s\nwant\n%s", got, text)
	}
	bare := newWorld(w.T, dbtest.SQLite(w.T))
	if _, err := bare.try(text, option.Options{Kind: of.kind, Format: option.Kopeck}); err == nil || !strings.Contains(err.Error(), "field.mark") {
		w.Errorf("where the fields are not defined: %v", err)
	}
}

// withSource makes options of an import read a text.
func withSource(o option.Options, text string) option.Options {
	o.Source = strings.NewReader(text)
	return o
}

// TestOwnFieldsOfRows: the rows of one order, or of one product, say the same of a field, once or in each of them; facts stay facts.
func TestOwnFieldsOfRows(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.withFieldsOf(schema.FieldOfOrder, schema.FieldOfProduct, schema.FieldOfContact)
	lines := option.Options{Kind: option.Orders, Map: "order=no,customer=who,date=at,sku=sku,amount=sum,field.mark=mark", CostShare: share("0.5"), Errors: option.RejectRow}
	r := w.bring("no,who,at,sku,sum,mark\n1,a,2026-01-05,A,10.00,\n1,a,2026-01-05,B,20.00,red\n2,a,2026-01-06,A,10.00,red\n2,a,2026-01-06,B,20.00,blue\n", lines)
	if r.Added != 1 || r.Rejected != 2 || !strings.Contains(fmt.Sprint(r.First), "field.mark: the rows of one order have different ones") {
		t.Errorf("orders: %s %v", r, r.First)
	}
	w.wantOwn("an order", "mark=red/1")
	lines.Update = true
	if r := w.bring("no,who,at,sku,sum,mark\n1,a,2026-01-05,A,11.00,blue\n1,a,2026-01-05,B,20.00,\n", lines); r.Rejected != 2 || !strings.Contains(fmt.Sprint(r.First), "with another total") {
		t.Errorf("another total with --update: %s %v", r, r.First)
	}
	terms := option.Options{Kind: option.Products, Errors: option.RejectRow}
	r = w.bring("sku,name,list_price,valid_from,field.mark\nC,C,10.00,2026-01-01,blue\nC,,12.00,2026-02-01,\nD,D,10.00,2026-01-01,blue\nD,,12.00,2026-02-01,red\n", terms)
	if r.Added != 1 || r.Rejected != 2 || !strings.Contains(fmt.Sprint(r.First), "field.mark: the rows of one product differ in it") {
		t.Errorf("products: %s %v", r, r.First)
	}
	w.wantOwn("a product", "mark=blue/1, mark=red/1")

	calls := option.Options{Kind: option.Contacts, Map: "external_id=no,customer=who,kind=kind,direction=way,channel=by,at=at,field.mark=mark", Update: true}
	const call = "no,who,kind,way,by,at,mark\n1,a,INFO_CALL,INBOUND,PHONE,2026-01-05,"
	w.bring(call+"red\n", calls)
	var contactID string
	w.one(&contactID, "SELECT id FROM contacts")
	if _, err := w.service.Contacts.VoidContact(auth.System(t.Context()), service.VoidContactInput{ID: contactID, Reason: "twice"}); err != nil {
		t.Fatal(err)
	}
	w.counted(w.bring(call+"blue\n", calls), 1, 0, 1, 0)
	w.wantOwn("a voided contact stays", "mark=blue/1, mark=red/1, mark=red/1")
}
