package files_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopeck/files"
	"kopeck/files/option"
	"kopeck/files/textfile"
)

func log(o option.Options) option.Options {
	o.Kind, o.Format = option.Orders, option.CSV
	if o.Map == "" {
		o.Map = "customer=who,order=invoice,date=day,amount=sum"
	}
	if o.CostShare == nil && !strings.Contains(o.Map, "cost=") {
		o.CostShare = share("0.6")
	}
	return o
}

func TestOrdersOfALog(t *testing.T) {
	each(t, func(w *world) {
		text := "\ufeffinvoice;who;day;sum;note\r\n" +
			"1;anna;2026-01-02;100.00;x\r\n" + // two lines of one order
			"1;anna;2026-01-02;50.05;\"a;b\"\r\n\r\n" +
			"2;борис 🪟;03.02.2026;0;\r\n" +
			"3;anna;20260105;10.01;\"two\nlines\"\r\n" +
			"4;\"عمر\";2026-03-01T10:00:00+03:00;7;\r\n"
		r := w.bring(text, log(option.Options{}))
		w.counted(r, 5, 4, 0, 0)
		if r.CustomersAdded != 3 || r.ExitCode() != 0 || !r.Written {
			t.Errorf("report %+v", r)
		}
		if got := w.number("SELECT total FROM orders WHERE external_id = '1'"); got != 15005 {
			t.Errorf("the lines of one order sum to %d", got)
		}
		if got := w.number("SELECT cost FROM orders WHERE external_id = '1'"); got != 9003 { // 150.05 x 0.6
			t.Errorf("its goods had cost %d", got)
		}
		if got := w.number("SELECT cost FROM orders WHERE external_id = '3'"); got != 601 { // 6.006
			t.Errorf("a cost is rounded to %d", got)
		}
		if got := w.number("SELECT count(*) FROM orders WHERE status = 'COMPLETED' AND stated_cost AND completed_at = at AND unattributed = margin AND margin = total - cost"); got != 4 {
			t.Errorf("%d orders are as they should be", got)
		}
		if got := w.number("SELECT order_days FROM customers WHERE external_id = 'anna'"); got != 2 {
			t.Errorf("anna has %d order days", got)
		}
		if got := w.number("SELECT day FROM orders WHERE external_id = '2'"); got != 20487 { // 2026-02-03
			t.Errorf("3 February is day %d", got)
		}
		if got := w.number("SELECT count(*) FROM search_terms WHERE term IN ('борис', 'عمر')"); got != 2 {
			t.Errorf("%d of the new customers are found by name", got)
		}
		w.closed()
		before := w.all()
		w.counted(w.bring(text, log(option.Options{})), 5, 0, 4, 0)
		if w.all() != before {
			t.Error("the same file twice changed something")
		}
	})
}

// The moment of a day is its first in the installation's time zone, so that it is that day there.
func TestOrdersInATimeZone(t *testing.T) {
	each(t, func(w *world) {
		w.zone("America/New_York")
		w.bring("invoice,who,day,sum\n1,a,2026-07-04,1\n2,a,2026-07-04 23:30,1\n3,a,2026-07-05T03:59:59Z,1\n", log(option.Options{}))
		if n := w.number("SELECT count(*) FROM orders WHERE day = 20638"); n != 3 { // 2026-07-04
			t.Errorf("%d orders are of 4 July in New York", n)
		}
		if n := w.number("SELECT order_days FROM customers"); n != 1 {
			t.Errorf("%d order days", n)
		}
	})
}

func TestBadRows(t *testing.T) {
	bad := []struct{ row, reason string }{
		{"x1,a,2026-13-01,1", "no such day"},
		{"x2,a,2026-02-30,1", "no such day"},
		{"x3,a,0000-01-01,1", "must not be before the year 1900"},
		{"x4,a,9999-12-31,1", "in the future"},
		{"x5,a,2026-11-21,1", "must not be in the future"},
		{"x6,a,7/4/2026,1", "not a date"},
		{"x7,a,,1", "not a date"},
		{"x8,a,2026-01-01,1.005", "more decimals than RUB"},
		{"x9,a,2026-01-01,-1", "must not be negative"},
		{"x10,a,2026-01-01,1e3", "not an amount"},
		{"x11,a,2026-01-01,99999999999999999999", "too large"},
		{"x12,a,2026-01-01,\"1,50\"", "--decimal-comma"},
		{"x13,,2026-01-01,1", "customer: must not be empty"},
		{",a,2026-01-01,1", "order: must not be empty"},
		{"x14,a,2026-01-01", "3 fields where the header has 4"},
		{"x15,a,2026-01-01,1,2", "5 fields where the header has 4"},
		{"x16,a\x00b,2026-01-01,1", "NUL"},
		{"x17,a\xff,2026-01-01,1", "UTF-8"},
		{"x18,a\u0007,2026-01-01,1", "control characters"},
		{"x19," + strings.Repeat("a", 101) + ",2026-01-01,1", "101 characters"},
		{"x20," + strings.Repeat("я", 5<<20) + ",2026-01-01,1", "longer than 1 MiB"}, // a line of 10 MB
		{"x21,\"a\"b,2026-01-01,1", "behind a closing quote"},
		{"x22,\"a,2026-01-01,1", "never closed"}, // and does not swallow what follows
	}
	each(t, func(w *world) {
		text, want := "invoice,who,day,sum\n", map[int64]string{}
		for i, one := range bad {
			if i == 16 { // a binary file is recognised by its beginning: keep that clean
				text += strings.Repeat("filler,f,2026-01-01,1\n", 400)
			}
			want[int64(strings.Count(text, "\n"))+1] = one.reason
			text += one.row + "\n"
		}
		text += "good,b,2026-01-01,5\n"
		rejects := filepath.Join(t.TempDir(), "bad.csv")
		r := w.bring(text, log(option.Options{Rejects: rejects}))
		if r.Written || r.ExitCode() != 1 || r.Rejected != int64(len(bad)) || w.number("SELECT count(*) FROM orders") != 0 || w.number("SELECT count(*) FROM customers") != 0 {
			t.Errorf("reject-all: %s", r)
		}
		r = w.bring(text, log(option.Options{Rejects: rejects, Errors: option.RejectRow}))
		w.counted(r, int64(len(bad))+401, 2, 0, int64(len(bad)))
		if n := w.number("SELECT count(*) FROM orders"); n != 2 {
			t.Errorf("reject-row wrote %d orders", n)
		}
		w.only(r, want)
		for _, row := range readCSV(t, rejects)[1:] {
			var line int64
			fmt.Sscan(row[0], &line)
			if !strings.Contains(row[1], want[line]) {
				t.Errorf("line %s in the file: %q, want %q", row[0], row[1], want[line])
			}
			if len(row[2]) == 0 || len(row[2]) > 5000 {
				t.Errorf("line %s: a row of %d bytes", row[0], len(row[2]))
			}
		}
		w.closed()
	})
}

func TestOrdersOfSeveralRows(t *testing.T) {
	each(t, func(w *world) {
		r := w.bring("invoice,who,day,sum\n"+
			"1,a,2026-01-01,1\n1,b,2026-01-01,1\n"+ // two customers
			"2,a,2026-01-01,1\n2,a,2026-01-02,1\n"+ // two days
			"3,a,2026-01-01,1\n3,a,2026-01-01,x\n3,a,2026-01-01,1\n"+ // a bad line
			"4,a,2026-01-01,1\n5,a,2026-01-01,1\n4,a,2026-01-01,2\n"+ // apart
			"6,a,2026-01-01,1\n7,a,2026-01-01,1\n6,a,2026-01-01,1\n"+ // apart, the same
			"8,a,2026-01-01,92233720368547758.07\n8,a,2026-01-01,1\n", // too much
			log(option.Options{Errors: option.RejectRow}))
		w.counted(r, 15, 4, 0, 9)
		w.only(r, map[int64]string{2: "of different customers", 3: "of different customers", 4: "of different days", 5: "of different days", 6: "line 7", 7: "not an amount", 8: "line 7", 15: "too large", 16: "too large"})
		for external, total := range map[string]int64{"4": 300, "5": 100, "6": 200, "7": 100} {
			if got := w.number("SELECT total FROM orders WHERE external_id = ?", external); got != total {
				t.Errorf("order %s has %d", external, got)
			}
		}
	})
}

func TestAnOrderThatIsThere(t *testing.T) {
	each(t, func(w *world) {
		w.bring("invoice,who,day,sum\n1,a,2026-01-01,10\n2,a,2026-01-01,10\n3,a,2026-01-01,10\n4,a,2026-01-01,10\n", log(option.Options{}))
		r := w.bring("invoice,who,day,sum\n1,a,2026-01-01,11\n2,b,2026-01-01,10\n3,a,2026-01-02,10\n4,a,2026-01-01,10\n5,a,2026-01-01,1\n", log(option.Options{Errors: option.RejectRow}))
		w.counted(r, 5, 1, 1, 3)
		w.only(r, map[int64]string{2: "another total", 3: "another customer", 4: "is there already, of 2026-01-01"})
		if n := w.number("SELECT count(*) FROM customers"); n != 1 {
			t.Errorf("a rejected row made a customer: %d", n)
		}
		r = w.bring("invoice,who,day,sum\n1,a,2026-01-01,10\n", log(option.Options{CostShare: share("0.5"), Errors: option.RejectRow}))
		w.only(r, map[int64]string{2: "another cost"})
	})
}

func TestUnknownCustomers(t *testing.T) {
	each(t, func(w *world) {
		w.bring("invoice,who,day,sum\n1,a,2026-01-01,10\n", log(option.Options{}))
		r := w.bring("invoice,who,day,sum\n2,a,2026-01-01,10\n3,z,2026-01-01,10\n", log(option.Options{Customers: "known", Errors: option.RejectRow}))
		w.counted(r, 2, 1, 0, 1)
		w.only(r, map[int64]string{3: `unknown customer "z"`})
	})
}

// Without order ids the log says nothing but customer, day and amount.
func TestALogWithoutOrderIDs(t *testing.T) {
	each(t, func(w *world) {
		text := "who,day,sum\na,2026-01-01,1\na,2026-01-01,1\nb,2026-01-01,1\na,2026-01-01,2\na,2026-01-02,1\n"
		o := log(option.Options{Map: "customer=who,date=day,amount=sum"})
		w.counted(w.bring(text, o), 5, 5, 0, 0)
		w.counted(w.bring(text, o), 5, 0, 5, 0)
		if n := w.number("SELECT sum(total) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.external_id = 'a' AND o.day = 20454"); n != 400 {
			t.Errorf("a's day comes to %d", n)
		}
	})
	// Rows of one customer and day with more than can be remembered between them.
	w := newWorld(t, sqlite(t))
	var text strings.Builder
	text.WriteString("who,day,sum\nx,2026-01-01,1\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "c%d,2026-01-01,1\n", i)
	}
	text.WriteString("x,2026-01-01,1\n")
	o := log(option.Options{Map: "customer=who,date=day,amount=sum"})
	w.counted(w.bring(text.String(), o), 20_002, 20_002, 0, 0)
	w.counted(w.bring(text.String(), o), 20_002, 0, 20_002, 0)
	if n := w.number("SELECT count(*) FROM orders WHERE external_id IN ('log:x:20260101:1', 'log:x:20260101:2')"); n != 2 {
		t.Errorf("%d orders of x", n)
	}
}

// The rows of one order belong together wherever they stand in the file.
func TestOrdersWhoseRowsStandApart(t *testing.T) {
	for _, policy := range []option.Policy{option.RejectAll, option.RejectRow} {
		t.Run(string(policy), func(t *testing.T) {
			each(t, func(w *world) {
				text := "who,invoice,day,sum\nA,1,2026-01-01,10.00\nB,2,2026-01-01,5.00\nA,1,2026-01-01,90.00\n"
				o := log(option.Options{Errors: policy})
				r := w.bring(text, o)
				w.counted(r, 3, 2, 0, 0)
				if n := w.number("SELECT total FROM orders WHERE external_id = '1'"); n != 10000 {
					w.Errorf("the order has %d", n)
				}
				if !strings.Contains(r.String(), "the rows of 1 orders stood apart in the file and were put together") {
					w.Errorf("%s", r)
				}
				w.counted(w.bring(text, o), 3, 0, 2, 0)
				w.closed()
			})
		})
	}
	// Many orders, dealt out in turns, and one bad row, which takes its order with it.
	w := newWorld(t, sqlite(t))
	var text strings.Builder
	text.WriteString("who,invoice,day,sum\n")
	for row := range 5 {
		for order := range 3000 {
			sum := "1.00"
			if row == 3 && order == 7 {
				sum = "x"
			}
			fmt.Fprintf(&text, "c%d,%d,2026-01-01,%s\n", order%100, order, sum)
		}
	}
	path := filepath.Join(t.TempDir(), "dealt.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := files.Import(t.Context(), w.service, log(option.Options{Path: path, Errors: option.RejectRow, Chunk: 500}))
	if err != nil {
		t.Fatal(err)
	}
	w.counted(r, 15_000, 2999, 0, 5)
	if n := w.number("SELECT count(*) FROM orders WHERE total = 500"); n != 2999 {
		t.Errorf("%d orders are whole", n)
	}
	// The rejected rows are in the order of the file, in a file beside it.
	if r.RejectsFile != path+".rejects.csv" {
		t.Errorf("rejects in %s", r.RejectsFile)
	}
	var lines []string
	for _, row := range readCSV(t, r.RejectsFile)[1:] {
		lines = append(lines, row[0])
	}
	if got := strings.Join(lines, " "); got != "9 3009 6009 9009 12009" {
		t.Errorf("lines %s", got)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	w := newWorld(t, sqlite(t))
	csv := "invoice,who,day,sum,cost\n1,a,2026-01-01,10,1\n"
	for name, one := range map[string]struct {
		o    option.Options
		says string
	}{
		"no cost":           {option.Options{Kind: "orders", Format: "csv", Map: "customer=who,date=day,amount=sum"}, "the cost of the goods is not given"},
		"no cost, cdnow":    {option.Options{Kind: "orders", Format: "cdnow"}, "the cost of the goods is not given"},
		"cost twice":        {option.Options{Kind: "orders", Map: "customer=who,date=day,amount=sum,cost=cost", CostShare: share("0")}, "given twice"},
		"lines for nothing": {option.Options{Kind: "orders", Map: "customer=who,date=day,sku=invoice,total=sum", CostShare: share("0")}, "map what it costs too"},
		"total and amount":  {option.Options{Kind: "orders", Map: "customer=who,date=day,amount=sum,total=sum", CostShare: share("0")}, "map one of them"},
		"discount alone":    {option.Options{Kind: "orders", Map: "customer=who,date=day,amount=sum,discount=cost", CostShare: share("0")}, "map these too"},
		"unknown rest":      {option.Options{Kind: "orders", Rest: "ignore"}, "--rest: want reject or spread"},
		"unknown products":  {option.Options{Kind: "orders", Products: "ignore"}, "--products: want create or known"},
		"no map":            {option.Options{Kind: "orders", CostShare: share("0")}, `"invoice", "who", "day", "sum", "cost"`},
		"unknown column":    {option.Options{Kind: "orders", Map: "customer=wer,date=day,amount=summe", CostShare: share("0")}, `no column "wer", "summe"; its columns are: "invoice", "who"`},
		"unknown field":     {option.Options{Kind: "orders", Map: "buyer=who", CostShare: share("0")}, `no field "buyer"`},
		"field missing":     {option.Options{Kind: "orders", Map: "customer=who", CostShare: share("0")}, "no column for date, amount"},
		"share over 1":      {option.Options{Kind: "orders", Format: "cdnow", CostShare: share("1.1")}, "--cost-share"},
		"other currency":    {option.Options{Kind: "orders", Format: "cdnow", CostShare: share("0"), Currency: "USD"}, "kept in RUB"},
		"unknown kind":      {option.Options{Kind: "offers"}, "want orders, customers, contacts, rates, spend, measurements, products, recipes, rules, agreements, fields, relations or expected-prices"},
		"unknown format":    {option.Options{Kind: "orders", Format: "xls"}, "--format"},
		"unknown policy":    {option.Options{Kind: "orders", Errors: "ignore"}, "--errors"},
		"not own":           {option.Options{Kind: "orders", Format: "kopeck"}, "not that of orders that Kopeck exported"},
		"unknown encoding":  {option.Options{Kind: "orders", Encoding: "ebcdic"}, "--encoding: want one of"},
		"too much skipped":  {option.Options{Kind: "orders", CostShare: share("0"), Skip: 9, Map: "customer=who,date=day,amount=sum"}, "fewer than 9 lines"},
		"erase at once":     {option.Options{Kind: "customers", Empty: option.ClearEmpty}, "it is for --update"},
		"two formats":       {option.Options{Kind: "orders", Numbers: "1234.50", DecimalComma: true}, "give one"},
		"update of spend":   {option.Options{Kind: "spend", Update: true}, "--update"},
		"date format":       {option.Options{Kind: "orders", DateFormat: "HH:mm", Map: "customer=who,date=day,amount=sum,cost=cost"}, "--date-format"},
	} {
		if _, err := w.try(csv, one.o); err == nil || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: %v, want %q in it", name, err, one.says)
		} else if !errors.Is(err, option.ErrOptions) && !errors.Is(err, textfile.ErrFile) {
			t.Errorf("%s: %v is of no kind", name, err)
		}
	}
	for name, text := range map[string]string{"empty": "", "binary": "PK\x03\x04\x00\x00\n", "of no encoding": "caf\x81 \x8d\n"} {
		if _, err := w.try(text, log(option.Options{})); !errors.Is(err, textfile.ErrFile) {
			t.Errorf("a file that is %s: %v", name, err)
		}
	}
	if _, err := files.Import(t.Context(), w.service, log(option.Options{Path: filepath.Join(t.TempDir(), "none")})); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestDatesAsTold(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.bring("invoice,who,day,sum\n1,a,7/4/2026 9:05,1\n2,a,12/31/2025 23:59,1\n3,a,31/12/2025 1:00,1\n", log(option.Options{DateFormat: "M/D/YYYY H:mm", Errors: option.RejectRow}))
	w.only(r, map[int64]string{4: "not a date as --date-format says"})
	if n := w.number("SELECT day FROM orders WHERE external_id = '1'"); n != 20638 {
		t.Errorf("day %d", n)
	}
}

func TestDecimalCommaAndColumns(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.bring("who\tday\t\"sum, RUB\"\tcost\tcur\na\t2026-01-01\t1234,5\t1,05\tRUB\na\t2026-01-02\t1\t1\tUSD\n", option.Options{
		Kind: option.Orders, Map: `customer=who,date=day,"amount=sum, RUB",cost=cost,currency=cur`, DecimalComma: true, Errors: option.RejectRow,
	})
	w.counted(r, 2, 1, 0, 1)
	w.only(r, map[int64]string{3: `kept in RUB, not in "USD"`})
	if total, cost := w.number("SELECT total FROM orders"), w.number("SELECT cost FROM orders"); total != 123450 || cost != 105 {
		t.Errorf("total %d, cost %d", total, cost)
	}
}

func TestDryRun(t *testing.T) {
	each(t, func(w *world) {
		w.bring("invoice,who,day,sum\n1,a,2026-01-01,10\n", log(option.Options{}))
		before := w.number("SELECT count(*) FROM audit_entries")
		r := w.bring("invoice,who,day,sum\n1,a,2026-01-01,10\n2,b,2026-01-01,10\n3,b,2026-01-01,x\n2,b,2026-01-01,10\n", log(option.Options{DryRun: true}))
		w.counted(r, 4, 1, 1, 1)
		if r.Written || w.number("SELECT count(*) FROM orders") != 1 || w.number("SELECT count(*) FROM audit_entries") != before {
			t.Errorf("a dry run wrote: %v, %d orders, %d entries", r.Written, w.number("SELECT count(*) FROM orders"), w.number("SELECT count(*) FROM audit_entries"))
		}
	})
}
