package files_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/files"
	"kopeck/files/option"
)

// The second file has empty cells where the first had values: with --update they erase nothing.
func TestBlankCellsOfACase(t *testing.T) {
	first, second := wrong(t, "blank-1.csv"), wrong(t, "blank-2.csv")
	each(t, func(w *world) {
		o := people(option.Options{Map: "external_id=id,name=name,email=email,phone=phone,kind=kind,acquisition_cost=cost,segment=segment,wallet=wallet", Path: first})
		for _, path := range []string{first, second} {
			o.Path, o.Update, o.Rejects = path, path == second, w.TempDir()+"/rejects.csv"
			if r, err := files.Import(w.Context(), w.service, o); err != nil || r.Rejected != 0 {
				w.Fatalf("%s: %s, %v", path, r, err)
			}
		}
		if n := w.number(`SELECT count(*) FROM customers WHERE external_id = 'A1' AND email = 'office@romashka.example' AND phone = '+74950001122'
			AND kind = 'COMPANY' AND acquisition_cost = 150000 AND segment = 'FAST_CHEAP' AND wallet = 9000000 AND version = 1`); n != 1 {
			w.Error("the company lost what it had")
		}
		if n := w.number("SELECT count(*) FROM customers WHERE external_id = 'A2' AND name = 'Ivan P.' AND phone = '+79000000001' AND acquisition_cost = 1000 AND version = 2"); n != 1 {
			w.Error("the person lost what he had")
		}
	})
}

// A point that groups thousands is never taken for a decimal sign, nor a comma-decimal file's "1.500" for 1.5.
func TestPointsOfACase(t *testing.T) {
	path := wrong(t, "dot-thousands.csv")
	for _, c := range []struct {
		name    string
		options option.Options
		amount  int64  // of velvet, in billionths; 0 if the row is rejected
		says    string // in the report
	}{
		{"a decimal comma", option.Options{DecimalComma: true}, 0, `"1.500": not a number like 1234,50: give --numbers "1.234,50" if the point groups thousands`},
		{"as it is", option.Options{Numbers: "1.234,50"}, 1500_000_000_000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				o := c.options
				o.Kind, o.Map, o.Path, o.Errors, o.Rejects = option.Rates, "subject=what,code=article,unit=unit,amount=price,valid_from=from", path, option.RejectRow, w.TempDir()+"/rejects.csv"
				r, err := files.Import(w.Context(), w.service, o)
				if err != nil || !strings.Contains(r.String(), c.says) {
					w.Errorf("%v, %s, want %q in it", err, r, c.says)
				}
				if n := w.number("SELECT coalesce(sum(amount), 0) FROM rates WHERE code = 'velvet'"); n != c.amount {
					w.Errorf("velvet costs %d billionths, want %d", n, c.amount)
				}
				if n := w.number("SELECT count(*) FROM rates WHERE code = 'linen' AND amount = 850000000000"); n != 1 {
					w.Error("linen does not cost 850")
				}
			})
		})
	}
}

// What a spreadsheet has made of phones is refused with what is expected, or read as the text that it says it is.
func TestPhonesOfACase(t *testing.T) {
	path := wrong(t, "excel-phones.csv")
	each(t, func(w *world) {
		o := people(option.Options{Map: "external_id=id,name=name,phone=phone,email=email", Path: path, Errors: option.RejectRow, Rejects: w.TempDir() + "/rejects.csv"})
		r, err := files.Import(w.Context(), w.service, o)
		if err != nil {
			w.Fatal(err)
		}
		w.only(r, map[int64]string{
			2: "phone: not a phone number: a spreadsheet has rounded it", 3: "a spreadsheet has rounded it",
			6: "want one number", 7: "want one number", 8: "at least three digits", 9: "want one number", 10: "email: not an e-mail address",
		})
		if n := w.number("SELECT count(*) FROM customers WHERE external_id = '12' AND phone = '+79001112244' OR external_id = '13' AND phone = '+79001112255'"); n != 2 || r.Added != 2 {
			w.Errorf("%d of two phones, %s", n, r)
		}
		o.Null = "#N/A,NULL,null,-"
		if r, err = files.Import(w.Context(), w.service, o); err != nil || r.Rejected != 4 || r.Added != 3 {
			w.Errorf("%v, %s", err, r)
		}
	})
}

// A day without a midnight is a day of its own.
func TestDaysOfACase(t *testing.T) {
	path := wrong(t, "dst.csv")
	each(t, func(w *world) {
		w.zone("America/Santiago")
		o := log(option.Options{Map: "customer=c,order=o,date=d,amount=a", Path: path, Rejects: w.TempDir() + "/rejects.csv"})
		if r, err := files.Import(w.Context(), w.service, o); err != nil || r.Added != 4 {
			w.Fatal(r, err)
		}
		if n := w.number("SELECT count(*) FROM customers WHERE order_days = 2"); n != 2 {
			w.Errorf("%d customers ordered on two days", n)
		}
		if n := w.number("SELECT day FROM orders WHERE external_id = '2'"); n != 20702 { // 2026-09-06
			w.Errorf("day %d", n)
		}
	})
}

// A file in windows-1251 goes in as it is, and the report says that its encoding was guessed.
func TestEncodingOfACase(t *testing.T) {
	path := wrong(t, "1251.csv")
	each(t, func(w *world) {
		r, err := files.Import(w.Context(), w.service, people(option.Options{Map: `name=Имя + " " + Фамилия,phone=Телефон`, Path: path, Rejects: w.TempDir() + "/rejects.csv"}))
		if err != nil {
			w.Fatal(err)
		}
		w.counted(r, 1, 1, 0, 0)
		if n := w.number("SELECT count(*) FROM customers WHERE name = 'Иван Петров' AND phone = '+79000000001'"); n != 1 {
			w.Error("the customer is not there")
		}
		if !strings.Contains(r.String(), "the file was read as windows-1251, as its bytes show; --encoding says otherwise") {
			w.Errorf("%s", r)
		}
	})
}

// Shopify's export: rows of one order, what is void is not completed, offsets from UTC, refunds, and customers found by e-mail.
func TestShopifyOfACase(t *testing.T) {
	path := wrong(t, "shopify.csv")
	each(t, func(w *world) {
		o := option.Options{Kind: option.Orders, Profile: "shopify", CostShare: share("0.5"), Path: path, Errors: option.RejectRow, Rejects: w.TempDir() + "/rejects.csv"}
		r, err := files.Import(w.Context(), w.service, o)
		if err != nil || r.Rejected != 4 || !strings.Contains(r.String(), `the books are kept in RUB, not in "BDT"`) {
			w.Errorf("in another currency: %s, %v", r, err)
		}
		o.Map = `currency="RUB"`
		if r, err = files.Import(w.Context(), w.service, o); err != nil {
			w.Fatal(err)
		}
		w.counted(r, 4, 3, 0, 0)
		for external, want := range map[string]string{
			"#1001": "COMPLETED|328000|0|164000|ann@example.com|+10000000001|2026-04-02T02:39:28Z",
			"#1002": "CANCELLED|140000|0|70000|bob@example.com|+10000000002|2026-04-02T05:02:03Z",
			"#1003": "COMPLETED|50000|20000|25000|eve@example.com|+10000000003|2026-04-01T20:02:03Z",
		} {
			if got := w.order(external); got != want {
				w.Errorf("%s is %s, want %s", external, got, want)
			}
		}
		if n := w.number("SELECT sum(amount) FROM refunds"); n != 20000 {
			w.Errorf("%d were refunded", n)
		}
		lines := []string{"Hoodie (Hoodie) 1 x 260000 = 260000, cost 130000", "Cap (Cap) 1 x 68000 = 68000, cost 34000", "Tee (Tee) 1 x 140000 = 140000, cost 70000", "Tee (Tee) 1 x 50000 = 50000, cost 25000"}
		if got := w.soldLines(); !slices.Equal(got, lines) {
			w.Errorf("%q were sold; want %q", got, lines)
		}
		w.closed()
		if r, err = files.Import(w.Context(), w.service, o); err != nil {
			w.Fatal(err)
		}
		w.counted(r, 4, 0, 3, 0)
		o.Words = []string{"status:voided=COMPLETED"}
		if r, err = files.Import(w.Context(), w.service, o); err != nil || !strings.Contains(r.String(), "CANCELLED, with other refunds or another status") {
			w.Errorf("with another status: %s, %v", r, err)
		}
	})
}

// A Russian call log: the customer is the other side of the call, a duration is hh:mm:ss or seconds.
func TestCallsOfACase(t *testing.T) {
	path := wrong(t, "calls-ru.csv")
	each(t, func(w *world) {
		w.zone("Europe/Moscow")
		o := option.Options{Kind: option.Contacts, Profile: "calls", Path: path, Rejects: w.TempDir() + "/rejects.csv"}
		r, err := files.Import(w.Context(), w.service, o)
		if err != nil {
			w.Fatal(err)
		}
		w.counted(r, 2, 2, 0, 0)
		if n := w.number("SELECT count(*) FROM customers WHERE phone = '+79001112233' AND name = '+79001112233'"); n != 1 || r.CustomersAdded != 1 {
			w.Errorf("%d customers of that phone, %s", n, r)
		}
		if n := w.number(`SELECT count(*) FROM contacts WHERE kind = 'INFO_CALL' AND channel = 'PHONE' AND
			(direction = 'INBOUND' AND minutes = 3200000000 OR direction = 'OUTBOUND' AND minutes = 750000000)`); n != 2 {
			w.Errorf("%d of the two calls are as they should be", n)
		}
		if !strings.Contains(w.export(option.Contacts), "2026-02-01T07:15:03Z") {
			w.Error("the first call was not at 10:15:03 in Moscow")
		}
		if r, err = files.Import(w.Context(), w.service, o); err != nil {
			w.Fatal(err)
		}
		w.counted(r, 2, 0, 2, 0)
	})
}
