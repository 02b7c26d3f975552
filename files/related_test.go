package files_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/service"
)

// TestFilesOfFields: definitions of own fields are defined by files as defineField defines them, and changed as updateField changes them.
func TestFilesOfFields(t *testing.T) {
	each(t, func(w *world) {
		const head = "noun,code,label,type,least,most,earliest,latest,max_length,words,for_sales,for_partners,retired\n"
		r := w.bring(head+
			"CUSTOMER,card,Card,CHOICE,,,,,,gold; silver,true,true,\n"+
			"ORDER,card,Card,CHOICE,,,,,,\"[\"\"a; b\"\",\"\"c\"\"]\",,,\n"+
			"PRODUCT,gauge,Gauge,NUMBER,-1.5,100,,,,,,,\n"+
			"CONTACT,due,Due,DAY,,,2020-01-01,2030-12-31,,,,,true\n"+
			"CUSTOMER,note,Note,TEXT,,,,,40,,,,\n", option.Options{Kind: option.Fields})
		w.counted(r, 5, 5, 0, 0)
		text := w.export(option.Fields)
		w.counted(w.bring(text, option.Options{Kind: option.Fields, Format: option.Kopeck}), 5, 0, 5, 0)
		other := newWorld(w.T, dbtest.SQLite(w.T))
		other.counted(other.bring(text, option.Options{Kind: option.Fields}), 5, 5, 0, 0)
		if got := other.export(option.Fields); got != text {
			w.Errorf("came out as\n%s\nwant\n%s", got, text)
		}
		r = w.bring(head+
			"CUSTOMER,Card,Card,TEXT,,,,,,,,,\n"+ // another letter case
			"CUSTOMER,no code,Label,TEXT,,,,,,,,,\n"+
			"CUSTOMER,most,Most,NUMBER,2,1,,,,,,,\n"+
			"CUSTOMER,kind,,KIND,,,,,,,,,\n"+
			"CUSTOMER,choice,Choice,CHOICE,,,,,,,,,\n"+
			"CUSTOMER,card,Cards,CHOICE,,,,,,,,,\n"+
			"CUSTOMER,new,New,TEXT,,,,,,,,,\n"+
			"CUSTOMER,NEW,New,TEXT,,,,,,,,,\n", option.Options{Kind: option.Fields, Errors: option.RejectRow})
		w.only(r, map[int64]string{2: "has the code card", 3: "code", 4: "most: want at least 2", 5: "type: ", 6: "words: ", 7: "there already with another label; --update", 9: "has the code new"})
		w.counted(r, 8, 1, 0, 7)

		update := option.Options{Kind: option.Fields, Update: true, Errors: option.RejectRow}
		w.bring("external_id,name,field.card,field.note\na,Anna,silver,longer than ten\n", option.Options{Kind: option.Customers, Map: "external_id=external_id,name=name,field.card=field.card,field.note=field.note"})
		r = w.bring("noun,code,label,type,max_length,words,for_sales\nCUSTOMER,card,Cards,CHOICE,,gold;silver;tin,false\nCUSTOMER,note,Note,TEXT,10,,\nORDER,card,Card,TEXT,,,\n", update)
		w.only(r, map[int64]string{3: "max_length: something has a value that it would leave out"})
		if r.Updated != 2 || r.Rejected != 1 {
			w.Errorf("with --update: %s", r)
		}
		if n := w.number("SELECT count(*) FROM audit_entries WHERE action = 'field.update'"); n != 2 {
			w.Errorf("%d audit entries", n)
		}
		r = w.bring("noun,code,label,type\nCUSTOMER,note,Note,NUMBER\n", update)
		w.only(r, map[int64]string{2: "type: something has or had a value"})
	})
}

// related makes customers of files, and what they have to do with each other.
func (w *world) related() {
	w.Helper()
	w.bring("external_id,name,kind,email\nann,Ann,PERSON,ann@example.com\nbob,Bob,PERSON,\nmill,The mill,COMPANY,\nhome,At home,HOUSEHOLD,home@example.com\n",
		option.Options{Kind: option.Customers, Map: "external_id=external_id,name=name,kind=kind,email=email"})
}

// TestFilesOfRelations: who belongs where goes in by files as relateCustomers relates them, once, and is changed by --update.
func TestFilesOfRelations(t *testing.T) {
	each(t, func(w *world) {
		w.related()
		const head = "person,person_email,company,company_email,role,from,to\n"
		file := head + "ann,,mill,,director,2020-01-01,2021-12-31\nann,,mill,,,2022-01-01,\n,ANN@example.com,,home@example.com,,,\nbob,,home,,,2019-05-05,\n"
		w.counted(w.bring(file, option.Options{Kind: option.Relations}), 4, 4, 0, 0)
		w.counted(w.bring(file, option.Options{Kind: option.Relations}), 4, 0, 4, 0)
		if n := w.number("SELECT count(*) FROM audit_entries WHERE action = 'relation.create'"); n != 4 {
			w.Errorf("%d audit entries", n)
		}
		r := w.bring(head+
			"bob,,ann,,,2020-01-01,\n"+
			"mill,,home,,,2020-01-01,\n"+
			"bob,,bob,,,2020-01-01,\n"+
			"who,,mill,,,2020-01-01,\n"+
			",,mill,,,2020-01-01,\n"+
			"bob,,mill,,,2020-01-01,2019-01-01\n"+
			"bob,,mill,,,1800-01-01,\n"+
			"ann,,mill,,,2021-06-01,2021-07-01\n"+
			"ann,,mill,,owner,2020-01-01,\n"+
			"bob,,mill,,,2020-03-01,2020-12-31\n"+
			"bob,,mill,,,2020-06-01,\n", option.Options{Kind: option.Relations, Errors: option.RejectRow})
		w.only(r, map[int64]string{
			2: "company: want a customer of kind COMPANY", 3: "person: want a customer of kind PERSON", 4: "company: nobody belongs to themselves", 5: `person: there is no customer "who"`,
			6: "person: must not be empty", 7: "to: want a day", 8: "from: want a day", 9: "belongs there already", 10: "there already with another role; --update", 12: "belongs there already",
		})
		w.counted(r, 11, 1, 0, 10)
		update := option.Options{Kind: option.Relations, Update: true}
		r = w.bring(head+"ann,,mill,,owner,2020-01-01,2021-06-30\nbob,,home,,,2019-05-05,\n", update)
		if r.Updated != 1 || r.Present != 1 {
			w.Errorf("with --update: %s", r)
		}
		if n := w.number("SELECT count(*) FROM customer_relations WHERE role = 'owner' AND version = 2 AND valid_to = ?", int64(schema.DateOf(day(2021, 6, 30)))); n != 1 {
			w.Error("the relation was not changed")
		}
		r = w.bring(head+"ann,,mill,,,2020-01-01,2022-06-30\n", update)
		w.only(r, map[int64]string{2: "to: the person belongs there already"})
		text := w.export(option.Relations)
		w.counted(w.bring(text, option.Options{Kind: option.Relations, Format: option.Kopeck}), 5, 0, 5, 0)
		other := newWorld(w.T, dbtest.SQLite(w.T))
		other.bring(w.export(option.Customers), option.Options{Kind: option.Customers})
		other.counted(other.bring(text, option.Options{Kind: option.Relations}), 5, 5, 0, 0)
		if got := other.export(option.Relations); got != text {
			w.Errorf("came out as\n%s\nwant\n%s", got, text)
		}
		if shown, err := files.Preview(w.Context(), w.service, withSource(update, text)); err != nil || !strings.Contains(shown, "person=ann") {
			w.Errorf("%v, the preview is %s", err, shown)
		}
		if _, err := w.try("company,from\nmill,2020-01-01\n", option.Options{Kind: option.Relations}); err == nil || !strings.Contains(err.Error(), "person_id") {
			w.Errorf("without a person: %v", err)
		}
	})
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// TestFilesOfExpectedPrices: what customers thought fair goes in by files as recordExpectedPrice records it, once; an expected price is a fact.
func TestFilesOfExpectedPrices(t *testing.T) {
	each(t, func(w *world) {
		w.related()
		w.bring("sku,name,list_price\ncoat,Coat,100.00\ndoor,Door,50.00\n", option.Options{Kind: option.Products})
		w.bring("no,who,at\ncall-1,ann,2026-03-01T10:00:00Z\ncall-2,bob,2026-03-02T10:00:00Z\n",
			option.Options{Kind: option.Contacts, Map: `external_id=no,customer=who,at=at,kind="INFO_CALL",direction="INBOUND",channel="PHONE"`})
		const head = "customer,email,sku,unit_price,currency,at,contact\n"
		file := head + "ann,,coat,90.00,RUB,2026-01-05,\n,ann@example.com,door,45.50,,2026-01-05T10:00:00Z,\nann,,coat,80.00,,,call-1\n"
		w.counted(w.bring(file, option.Options{Kind: option.ExpectedPrices}), 3, 3, 0, 0)
		w.counted(w.bring(file, option.Options{Kind: option.ExpectedPrices}), 3, 0, 3, 0)
		if n := w.number("SELECT count(*) FROM expected_prices e JOIN contacts t ON t.id = e.contact_id WHERE e.at = t.at AND t.external_id = 'call-1' AND e.unit = 8000"); n != 1 {
			w.Error("the price of a contact is not of its moment")
		}
		r := w.bring(head+
			"who,,coat,90.00,,2026-01-05,\n"+
			"ann,,hat,90.00,,2026-01-09,\n"+
			"ann,,coat,0.00,,2026-01-07,\n"+
			"ann,,coat,90.00,USD,2026-01-08,\n"+
			"ann,,coat,90.00,,,\n"+
			"ann,,coat,90.00,,,call-2\n"+
			"ann,,coat,90.00,,2026-01-05,call-1\n"+
			"ann,,coat,91.00,,2026-01-05,\n"+
			"ann,,coat,90.00,,2027-01-05,\n"+
			"bob,,coat,70.00,,2026-01-05,\n", option.Options{Kind: option.ExpectedPrices, Errors: option.RejectRow})
		w.only(r, map[int64]string{
			2: `customer: there is no customer "who"`, 3: `sku: there is no product "hat"`, 4: "unit_price: want a price above 0", 5: "currency", 6: "at: want the moment", 7: "contact: there is no contact",
			8: "want contact or at, not both", 9: "there already with another unit_price", 10: "at: ",
		})
		w.counted(r, 10, 1, 0, 9)

		var voided string
		w.one(&voided, "SELECT id FROM expected_prices WHERE unit = 9000")
		if _, err := w.service.Expected.VoidExpectedPrice(auth.System(w.Context()), service.VoidExpectedPriceInput{ID: voided, Reason: "misheard"}); err != nil {
			w.Fatal(err)
		}
		w.counted(w.bring(file, option.Options{Kind: option.ExpectedPrices}), 3, 0, 3, 0)
		w.counted(w.bring(head+"ann,,coat,95.00,,2026-01-05,\n", option.Options{Kind: option.ExpectedPrices}), 1, 1, 0, 0) // what they had said in truth
		text := w.export(option.ExpectedPrices)
		w.counted(w.bring(text, option.Options{Kind: option.ExpectedPrices, Format: option.Kopeck}), 5, 0, 5, 0)
		other := newWorld(w.T, dbtest.SQLite(w.T))
		for _, kind := range []option.Kind{option.Customers, option.Products, option.Contacts} {
			other.bring(w.export(kind), option.Options{Kind: kind})
		}
		other.counted(other.bring(text, option.Options{Kind: option.ExpectedPrices}), 5, 5, 0, 0)
		if got := other.export(option.ExpectedPrices); got != text {
			w.Errorf("came out as\n%s\nwant\n%s", got, text)
		}
		away := strings.Replace(text, ",call-1,,", ",call-1,off_01jd0000000000000000000001,", 1)
		bare := newWorld(w.T, dbtest.SQLite(w.T))
		for _, kind := range []option.Kind{option.Customers, option.Products, option.Contacts} {
			bare.bring(w.export(kind), option.Options{Kind: kind})
		}
		if r := bare.bring(away, option.Options{Kind: option.ExpectedPrices}); r.Added != 5 || !strings.Contains(fmt.Sprint(r.Notes), "1 expected prices were named upon offers that are not here") {
			w.Errorf("an offer that is not there: %s", r)
		}
		w.closed()
	})
}
