package files_test

import (
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// moving is a world whose clock moves on each time that it is read.
func moving(t *testing.T, url string) *world {
	t.Helper()
	var calls atomic.Int64
	s, made := openAt(t, url, func() time.Time { return today.Add(time.Duration(calls.Add(1)) * time.Millisecond) })
	return &world{t, s, made}
}

// moved exports each kind from one world and brings it into another; what goes in must come out to the byte once all is in.
func (w *world) moved(to *world, kinds ...option.Kind) {
	w.Helper()
	for _, kind := range kinds {
		if r := to.bring(w.export(kind), option.Options{Kind: kind}); r.Rejected+r.Present > 0 {
			w.Fatalf("%s: %s", kind, r)
		}
	}
	for _, kind := range kinds {
		if got, want := to.export(kind), w.export(kind); got != want {
			w.Errorf("%s came out as\n%s\nwant\n%s", kind, got, want)
		}
	}
	w.closed()
	to.closed()
}

// taxOf returns the tax of an order in kopecks.
func (w *world) taxOf(external string) int64 {
	w.Helper()
	return w.number("SELECT tax FROM orders WHERE external_id = ?", external)
}

// TestThePastOfCustomersGoesWithThem: who was exempt since March, and no longer since June, was so in the other database too, and a tax that
// is told late restates there what it restates here. So do a tax code that is stated again, the stages of contacts, and who sold what
// (a breaker's figures: 0.22 here and 0.1 there).
func TestThePastOfCustomersGoesWithThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		from, to := moving(t, url), newWorld(t, dbtest.SQLite(t))
		ctx := auth.System(t.Context())
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		day := func(month int) time.Time { return time.Date(2026, time.Month(month), 1, 0, 0, 0, 0, time.UTC) }
		vat := func(w *world, amount string, since time.Time) {
			t.Helper()
			_, err := w.service.Rates.SetRate(ctx, service.SetRateInput{Subject: schema.RateTax, Code: "VAT", Amount: money.Exact(amount), Unit: "share", ValidFrom: since})
			must(err)
		}
		terms := func(w *world, productID, price string, code *string, since time.Time) {
			t.Helper()
			in := service.SetListPriceInput{ProductID: productID, ListPrice: &service.MoneyInput{Amount: money.Exact(price), CurrencyCode: "RUB"}, ValidFrom: &since}
			if code != nil {
				in.TaxCode = graphql.OmittableOf(code)
			}
			_, err := w.service.Catalogue.SetListPrice(ctx, in)
			must(err)
		}
		vat(from, "0.2", day(1).AddDate(-1, 0, 0))
		from.bring("subject,code,unit,amount,valid_from\nTAX,RED,share,0.1,2025-01-01\n", option.Options{Kind: option.Rates, Format: option.CSV, Map: "subject=subject,code=code,unit=unit,amount=amount,valid_from=valid_from"})
		from.bring("sku,name,list_price,tax_code\nCHAIR,Chair,1200.00,VAT\n", option.Options{Kind: option.Products})
		var chair string
		from.one(&chair, "SELECT id FROM products WHERE sku = 'CHAIR'")
		code, red := "VAT", "RED"
		terms(from, chair, "1200.02", &code, day(9)) // the same code, stated again
		name := "e-1"
		c, err := from.service.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "Embassy", ExternalID: &name})
		must(err)
		exempt := func(version int, reason *string, since time.Time) {
			t.Helper()
			_, err := from.service.Customers.UpdateCustomer(ctx, service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: version, TaxExempt: graphql.OmittableOf(reason), TaxExemptFrom: &since})
			must(err)
		}
		reason := "an embassy"
		exempt(1, &reason, day(3))
		exempt(2, nil, day(6))
		const log = "customer,order,date,sku,quantity,price\n"
		from.bring(log+"e-1,o-2,2026-02-01,CHAIR,1,1200.00\ne-1,o-4,2026-04-01,CHAIR,1,1200.00\ne-1,o-10,2026-10-01,CHAIR,1,1200.00\n",
			option.Options{Kind: option.Orders, Map: "customer=customer,order=order,date=date,sku=sku,quantity=quantity,price=price", CostShare: share("0.5")})
		for at, kind := range map[int]string{1: "INFO_CALL", 5: "COMPLAINT"} {
			moment, minutes := day(at), money.Exact("3")
			_, err := from.service.Contacts.RecordContact(ctx, service.RecordContactInput{CustomerID: c.ID, Kind: schema.ContactKind(kind), Direction: schema.Inbound, Channel: schema.ByPhone, At: &moment, Minutes: &minutes})
			must(err)
		}
		from.moved(to, option.Rates, option.Customers, option.Products, option.Orders, option.Contacts)
		for _, w := range []*world{from, to} {
			vat(w, "0.25", day(1).Add(15*24*time.Hour))
			terms(w, chair, "1200.01", &red, day(5))
		}
		for _, order := range []string{"o-2", "o-4", "o-10"} {
			if here, there := from.taxOf(order), to.taxOf(order); here != there {
				t.Errorf("the tax of %s is %d here and %d there", order, here, there)
			}
		}
		if from.export(option.Contacts) != to.export(option.Contacts) || !strings.Contains(to.export(option.Contacts), "STRANGER") || !strings.Contains(to.export(option.Contacts), "CUSTOMER") {
			t.Errorf("the contacts are\n%s\nwant\n%s", to.export(option.Contacts), from.export(option.Contacts))
		}
		if n := to.number("SELECT count(*) FROM stage_changes WHERE kind = 'RECORDED'"); n != 0 {
			t.Errorf("%d stages were made hand-made facts", n)
		}
		from.closed()
		to.closed()
	})
}

// TestAnExemptionOfAFileHoldsFromNowOn: with --update tax_exempt is dated by now; a history is taken where there is none, and nowhere else.
func TestAnExemptionOfAFileHoldsFromNowOn(t *testing.T) {
	each(t, func(w *world) {
		const head = "id,name,kind,tax_exempt,tax_exemptions\n"
		w.bring(head+anna+",Anna,PERSON,,\n", option.Options{Kind: option.Customers})
		if r := w.bring(head+anna+",Anna,PERSON,export,\n", option.Options{Kind: option.Customers}); r.Rejected != 1 || !strings.Contains(r.String(), "another tax_exempt; --update") {
			w.Errorf("without --update: %s", r)
		}
		if r := w.bring(head+anna+",Anna,PERSON,export,\n", option.Options{Kind: option.Customers, Update: true}); r.Updated != 1 {
			w.Errorf("with --update: %s", r)
		}
		if n := w.number("SELECT count(*) FROM dated_values WHERE name = 'tax_exempt' AND value = 'export'"); n != 1 {
			w.Errorf("%d exemptions are dated", n)
		}
		other := head + anna + ",Anna,PERSON,an embassy," + embassy + "\n"
		if r := w.bring(other, option.Options{Kind: option.Customers, Update: true}); r.Rejected != 1 || !strings.Contains(r.String(), "a file cannot change what was known here") {
			w.Errorf("another history: %s", r)
		}
		if r := w.bring(head+ivan+",Ivan,PERSON,export,"+embassy+"\n", option.Options{Kind: option.Customers}); r.Rejected != 1 || !strings.Contains(r.String(), "not what tax_exemptions say of now") {
			w.Errorf("a history that says otherwise: %s", r)
		}
		w.bring("id,name,kind\n"+ivan+",Ivan,PERSON\n", option.Options{Kind: option.Customers})
		if r := w.bring(head+ivan+",Ivan,PERSON,an embassy,"+embassy+"\n", option.Options{Kind: option.Customers, Update: true}); r.Updated != 1 {
			w.Errorf("a history of one who had none: %s", r)
		}
		if !strings.Contains(w.export(option.Customers), "an embassy,"+embassy) {
			w.Errorf("came out as %s", w.export(option.Customers))
		}
	})
}

// TestContactsBeforeOrders: the order that a contact was about is linked whichever file goes first.
func TestContactsBeforeOrders(t *testing.T) {
	each(t, func(w *world) {
		const link = "SELECT count(*) FROM contacts WHERE order_id IS NOT NULL"
		for _, kind := range []option.Kind{option.Customers, option.Contacts} {
			w.bring(exported[kind], option.Options{Kind: kind})
		}
		if got := w.number(link); got != 0 || !strings.Contains(w.export(option.Contacts), firstOrder) {
			w.Errorf("%d contacts are linked, and an export has\n%s", got, w.export(option.Contacts))
		}
		if r := w.bring(exported[option.Contacts], option.Options{Kind: option.Contacts}); r.Added+r.Rejected > 0 {
			w.Error(r)
		}
		w.bring(exported[option.Orders], option.Options{Kind: option.Orders})
		if got := w.number(link); got != 1 {
			w.Errorf("%d contacts are linked", got)
		}
		// Importing the contacts again repairs a link that is gone.
		err := w.store.Write(w.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE contacts SET order_id = NULL")
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		w.bring(exported[option.Contacts], option.Options{Kind: option.Contacts})
		if got := w.number(link); got != 1 {
			w.Errorf("%d contacts are linked after importing them again", got)
		}
	})
}

// TestNowIsOneMoment: the clock moves on while a file is imported, and what it says from now on is not of the past.
func TestNowIsOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		w := moving(t, url)
		w.stock()
		for _, quantity := range []string{"0.3", "0.4"} {
			if r := w.bring("sku,material,quantity\nDELIVERY,oak,"+quantity+"\n", option.Options{Kind: option.Recipes, Update: true}); r.Rejected > 0 || r.Present > 0 {
				t.Fatal(r)
			}
		}
		w.bring("name,condition,percent,priority\nMany,quantity >= 20,-7.5,10\n", option.Options{Kind: option.Rules, Update: true})
		if n := w.number("SELECT count(*) FROM price_rules a JOIN price_rules b ON b.name = a.name AND b.recorded_at = a.retired_at"); n != 1 {
			t.Errorf("%d rules took the place of another at once", n)
		}
		if n := w.number("SELECT count(*) FROM price_agreements WHERE recorded_at = valid_from"); n != 2 {
			t.Errorf("%d agreements hold from when they are known", n)
		}
	})
}

// TestAPriceThatGoesBack: an agreed price is compared with the one that applies, and of two in a file for one moment neither is the later one.
func TestAPriceThatGoesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		w := moving(t, url)
		w.stock()
		const head = "customer,sku,unit_price,minimum_quantity,valid_from\n"
		bring := func(rows string) string {
			t.Helper()
			return w.bring(head+rows, option.Options{Kind: option.Agreements}).String()
		}
		for _, price := range []string{"900", "950", "900"} {
			if r := bring("a-1,DELIVERY," + price + ",5,\n"); !strings.Contains(r, "1 agreements added") {
				t.Errorf("%s: %s", price, r)
			}
			if r := bring("a-1,DELIVERY," + price + ",5,\n"); !strings.Contains(r, "1 already there") {
				t.Errorf("%s again: %s", price, r)
			}
		}
		for _, price := range []string{"900", "950", "900"} {
			if r := bring("a-1,DELIVERY," + price + ",7,2026-11-01\n"); !strings.Contains(r, "1 agreements added") {
				t.Errorf("%s since November: %s", price, r)
			}
		}
		if r := bring("a-1,DELIVERY,900,9,\na-1,DELIVERY,950,9,\n"); !strings.Contains(r, "it is twice in the file, with other content on line 2") {
			t.Error(r)
		}
		if r := bring("a-1,DELIVERY,900,9,\na-1,DELIVERY,900.00,9,\n"); !strings.Contains(r, "1 agreements added, 1 already there") {
			t.Error(r)
		}
		// The same of list prices.
		twice := "sku,name,list_price\nB,Part,100\nB,Part,110\n"
		r := w.bring(twice, option.Options{Kind: option.Products})
		w.only(r, map[int64]string{2: "line 3 of the same record is bad: list_price: it is twice in the file", 3: "it is twice in the file, with other content on line 2"})
		w.counted(w.bring("sku,name,list_price\nB,Part,100\nB,Part,100.00\n", option.Options{Kind: option.Products}), 2, 1, 0, 0)
		for n, want := range []string{"1 updated", "1 already there"} {
			if r := w.bring("sku,list_price,valid_from\nB,90,2026-10-01\nB,100,2026-11-01\n", option.Options{Kind: option.Products, Update: true}); !strings.Contains(r.String(), want) {
				t.Errorf("import %d: %s, want %s", n+1, r, want)
			}
		}
	})
}

// TestWhatARecipesFileDoesNotHave stays: options without a column of them, and what an option is without its columns.
func TestWhatARecipesFileDoesNotHave(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		w.bring("sku,option,option_name,surcharge,grade,measured,material,quantity\nDELIVERY,,,,,,oak,2\nDELIVERY,gold,Gold,12.34,true,,oak,0.5\nDELIVERY,plain,Plain,7,true,,,\n", option.Options{Kind: option.Recipes, Update: true})
		update := func(text string) {
			w.Helper()
			if r := w.bring(text, option.Options{Kind: option.Recipes, Update: true}); r.Updated != 1 {
				w.Fatal(r)
			}
			if r := w.bring(text, option.Options{Kind: option.Recipes, Update: true}); r.Present != 1 {
				w.Errorf("again: %s", r)
			}
		}
		const options = "SELECT count(*) FROM product_options o WHERE grade AND surcharge IN (1234, 700) AND name IN ('Gold', 'Plain') AND recipe_id = (SELECT id FROM recipes WHERE product_id = o.product_id ORDER BY recorded_at DESC, id DESC LIMIT 1)"
		const since = ",2026-12-01,2026-12-02,2026-12-03"
		for n, text := range []string{
			"sku,valid_from,material,quantity\nDELIVERY,@,oak,2.5\n",
			"sku,valid_from,option,material,quantity\nDELIVERY,@,,oak,2.6\nDELIVERY,@,gold,oak,0.5\nDELIVERY,@,plain,,\n",
			"sku,valid_from,option,option_name,surcharge,material,quantity\nDELIVERY,@,,,,oak,2.7\nDELIVERY,@,gold,,,oak,0.5\nDELIVERY,@,plain,Plain,7,,\n",
		} {
			update(strings.ReplaceAll(text, "@", strings.Split(since, ",")[n+1]))
			if got := w.number(strings.Replace(options, "recorded_at DESC", "valid_from DESC", 1)); got != 2 {
				w.Errorf("after\n%s%d options are as they were", text, got)
			}
		}
	})
}

// TestDecimalCommaOfOurOwnFormat: what a spreadsheet saved with semicolons, a decimal comma and a byte order mark goes in, of all kinds.
func TestDecimalCommaOfOurOwnFormat(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		others := strings.NewReplacer(",a-1,", ",z-1,", "nna@", "nnushka@")
		for _, kind := range order {
			w.bring(others.Replace(exported[kind]), option.Options{Kind: kind})
		}
		other := newWorld(w.T, dbtest.SQLite(w.T))
		kinds := append(append([]option.Kind{option.Rates, option.Customers}, sold...), option.Orders, option.Contacts)
		for n, kind := range kinds {
			o := option.Options{Kind: kind, DecimalComma: n%2 == 0}
			if n%2 == 1 {
				o.Numbers = "1 234,50"
			}
			if r := other.bring(spreadsheet(w.T, w.export(kind)), o); r.Rejected > 0 || r.Added == 0 {
				w.Fatalf("%s: %s", kind, r)
			}
		}
		for _, kind := range kinds {
			if got, want := other.export(kind), w.export(kind); got != want {
				w.Errorf("%s came out as\n%s\nwant\n%s", kind, got, want)
			}
		}
		r := other.bring("\ufeffsku;name;unit;list_price\r\nA-1;Окно;piece;100,50\r\n", option.Options{Kind: option.Products, DecimalComma: true})
		other.counted(r, 1, 1, 0, 0)
	})
}

// spreadsheet writes a file of Kopeck's own format as a spreadsheet with a decimal comma saves it.
func spreadsheet(t *testing.T, text string) string {
	t.Helper()
	rows := rowsOf(t, text)
	numbers := strings.Fields("amount least most markup list_price bundle_discount minimum_margin quantity surcharge percent price cap unit_price minimum_quantity fixed_share capacity " +
		"acquisition_cost wallet total refunded cost unit line_total line_cost line_tax tax minutes expense")
	for n, name := range rows[0] {
		for _, row := range rows[1:] {
			if slices.Contains(numbers, name) && (name != "unit" || !slices.Contains(rows[0], "capacity")) && strings.Trim(row[n], "-0123456789.") == "" {
				row[n] = strings.ReplaceAll(row[n], ".", ",")
			}
		}
	}
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Comma = ';'
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return "\ufeff" + out.String()
}

// TestAForgedRangeOfThePast: what a measurement was cannot be changed by a file, whatever it is now.
func TestAForgedRangeOfThePast(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		w.bring("code,name,unit,least,most\nwidth,Width,m,0.4,6\n", option.Options{Kind: option.Measurements, Update: true})
		text := w.export(option.Measurements)
		w.counted(w.bring(text, option.Options{Kind: option.Measurements}), 3, 0, 2, 0)
		for _, update := range []bool{false, true} {
			r := w.bring(strings.Replace(text, "width,Width,m,0.1,6", "width,Breite,m,0.1,5", 1), option.Options{Kind: option.Measurements, Update: update})
			if r.Rejected != 2 || !strings.Contains(r.String(), "a file cannot change what was known here") {
				w.Errorf("--update %v: %s", update, r)
			}
		}
	})
}
