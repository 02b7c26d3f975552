package files_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/dbtest"
	"kopeck/files/option"
)

const priceList = "what,article,per,price,from,hours,fixed,again\n" +
	"material,oak,kg,12.5,2026-01-01,,,\n" +
	"MATERIAL,oak,kg,13,2026-02-01T10:00:00Z,,,\n" +
	"RESOURCE,loom,hour,333.335,01.01.2026,8,0.4,false\n" +
	"CHANNEL_FEE,PHONE,contact,1.505,2026-01-01,,,\n" +
	"STAFF,Anna@Example.com,hour,600,2026-01-01,,,\n" +
	"OVERHEAD,rent,share,0.12,2027-01-01,,,\n" + // still to come
	"MATERIAL,oak,kg,12.75,2026-01-01,,,true\n"

func prices(o option.Options) option.Options {
	o.Kind, o.Format = option.Rates, option.CSV
	o.Map = "subject=what,code=article,unit=per,amount=price,valid_from=from,capacity=hours,fixed_share=fixed,correction=again"
	return o
}

func TestPriceListTwiceIsOnce(t *testing.T) {
	each(t, func(w *world) {
		dry := w.bring(priceList, prices(option.Options{DryRun: true}))
		w.counted(dry, 7, 7, 0, 0)
		if n := w.number("SELECT count(*) FROM rates"); n != 0 {
			t.Errorf("%d rates after a dry run", n)
		}
		w.counted(w.bring(priceList, prices(option.Options{})), 7, 7, 0, 0)
		once := w.export(option.Rates)
		// The first price of oak is not there any more: its correction is.
		second := w.bring(strings.Replace(priceList, "material,oak,kg,12.5,2026-01-01,,,\n", "", 1), prices(option.Options{}))
		w.counted(second, 6, 0, 6, 0)
		if twice := w.export(option.Rates); twice != once {
			t.Errorf("twice is not once:\n%s\n%s", once, twice)
		}
		twice := w.bring("what,article,per,price,from,hours,fixed,again\n"+strings.Repeat("MATERIAL,pine,kg,1.0,2026-01-01,,,\n", 3), prices(option.Options{Chunk: 2}))
		w.counted(twice, 3, 1, 2, 0)
		if n := w.number("SELECT count(*) FROM audit_entries WHERE action = 'rate.set'"); n != 8 {
			t.Errorf("%d rates are in the audit", n)
		}
		if n := w.number("SELECT count(*) FROM audit_entries WHERE action IN ('rates.set', 'import.rates')"); n != 5 {
			t.Errorf("%d entries of lists and imports", n)
		}
		if n := w.number("SELECT count(*) FROM rates WHERE code = 'anna@example.com'"); n != 1 {
			t.Error("the e-mail is not folded")
		}
	})
}

func TestPriceListOfBadRows(t *testing.T) {
	each(t, func(w *world) {
		text := priceList +
			"MATERIAL,oak,kg,14,2026-01-01,,,\n" + // 9: twice in the file
			"MATERIAL,oak,m,14,2026-03-01,,,\n" + // 10
			"MATERIAL,,kg,14,2026-01-01,,,\n" +
			"STAFF,senior,day,14,2026-01-01,,,\n" +
			"RESOURCE,saw,hour,14,2026-01-01,8,1.1,\n" + // 13
			"MATERIAL,ash,kg,14,2026-01-01,8,,\n" +
			"MATERIAL,elm,kg,-14,2026-01-01,,,\n" +
			"MATERIAL,elm,kg,1.0000000001,2026-01-01,,,\n" + // 16
			"MATERIAL,elm,kg,14,1/2/2026,,,\n" +
			"MATERIAL,elm,kg,14,9999-01-01,,,\n" +
			"GOLD,elm,kg,14,2026-01-01,,,\n" + // 19
			"CHANNEL_FEE,TELEPATHY,contact,14,2026-01-01,,,\n" +
			"MATERIAL,elm,kg,14,2026-01-01,,,perhaps\n"
		reasons := map[int64]string{
			10: "counted in", 11: "code: must not be empty", 12: "unit: want", 13: "fixedShare: want 0 to 1", 14: "capacityPerDay: only a RESOURCE",
			15: "amount:", 16: "amount:", 17: "valid_from: not a date", 18: "valid_from: want a year", 19: "subject:", 20: "code: not a channel", 21: "correction:",
		}
		reasons[9] = "twice in the file, with other content on line 2"
		r := w.bring(text, prices(option.Options{}))
		w.counted(r, 20, 7, 0, 13)
		w.only(r, reasons)
		if n := w.number("SELECT count(*) FROM rates"); n != 0 || r.Written {
			t.Errorf("%d rates were written beside bad rows", n)
		}
		r = w.bring(text, prices(option.Options{Errors: option.RejectRow}))
		w.counted(r, 20, 7, 0, 13)
		w.only(r, reasons)
		// Another price for a moment that has one, not marked: as setRate refuses it.
		r = w.bring("what,article,per,price,from,hours,fixed,again\nMATERIAL,oak,kg,99,2026-02-01T10:00:00Z,,,\n", prices(option.Options{}))
		w.counted(r, 1, 0, 0, 1)
		w.only(r, map[int64]string{2: "mark the new one as its correction"})
		if _, err := w.try(priceList, option.Options{Kind: option.Rates, Format: option.CSV, Map: "subject=what,code=article"}); err == nil || !strings.Contains(err.Error(), "no column for unit, amount, valid_from") {
			t.Errorf("without its columns: %v", err)
		}
	})
}

// TestRatesGoFromOneDatabaseIntoTheOther: with their ids and when each was known.
func TestRatesGoFromOneDatabaseIntoTheOther(t *testing.T) {
	from, to := newWorld(t, dbtest.SQLite(t)), newWorld(t, dbtest.Postgres(t))
	from.bring(priceList, prices(option.Options{}))
	text := from.export(option.Rates)
	to.counted(to.bring(text, option.Options{Kind: option.Rates, Chunk: 2}), 7, 7, 0, 0)
	if got := to.export(option.Rates); got != text {
		t.Errorf("came out as\n%s\nwant\n%s", got, text)
	}
	for _, w := range []*world{from, to} {
		w.counted(w.bring(text, option.Options{Kind: option.Rates, Format: option.Kopeck}), 7, 0, 7, 0)
	}
	r := to.bring(strings.Replace(text, ",13,", ",14,", 1), option.Options{Kind: option.Rates})
	to.counted(r, 7, 0, 6, 1)
	if !strings.Contains(r.String(), "omit the id to correct it") {
		t.Errorf("got %s, want the reason why a stored rate is not changed", r)
	}
	// A row without id and moment of recording is a new rate.
	header, _, _ := strings.Cut(text, "\n")
	fresh := header + "\n,MATERIAL,oak,kg,15,RUB,2026-03-01T00:00:00Z,,,false,\n"
	to.counted(to.bring(fresh, option.Options{Kind: option.Rates}), 1, 1, 0, 0)
	to.counted(to.bring(fresh, option.Options{Kind: option.Rates}), 1, 0, 1, 0)
	if r := to.bring(strings.Replace(fresh, "RUB", "USD", 1), option.Options{Kind: option.Rates}); r.Rejected != 1 {
		t.Errorf("in another currency: %s", r)
	}
}

// TestPriceListRestates: contacts and orders of the past are costed once for the whole list.
func TestPriceListRestates(t *testing.T) {
	each(t, func(w *world) {
		var calls strings.Builder
		calls.WriteString("who,kind,way,channel,at,min\n")
		for i := range 2500 {
			fmt.Fprintf(&calls, "c%d,INFO_CALL,INBOUND,%s,2026-0%d-10 10:%02d,3\n", i%50, []string{"PHONE", "EMAIL"}[i%2], 1+i%9, i%60)
		}
		w.bring(calls.String(), option.Options{Kind: option.Contacts, Format: option.CSV, Map: "customer=who,kind=kind,direction=way,channel=channel,at=at,minutes=min"})
		if n := w.number("SELECT count(*) FROM contacts WHERE uncosted"); n != 2500 {
			t.Fatalf("%d contacts lack a rate", n)
		}
		list := "what,article,per,price,from,hours,fixed,again\n"
		for month := range 9 {
			for _, channel := range []string{"PHONE", "EMAIL"} {
				list += fmt.Sprintf("CHANNEL_FEE,%s,contact,%d,2026-0%d-01,,,\nCHANNEL_MINUTE,%s,minute,0.5,2026-0%d-01,,,\n", channel, month+1, month+1, channel, month+1)
			}
		}
		r := w.bring(list, prices(option.Options{}))
		w.counted(r, 36, 36, 0, 0)
		if !strings.Contains(r.String(), "2500 contacts and 0 orders were restated") {
			t.Errorf("got %s, want 2500 restated contacts", r)
		}
		if n := w.number("SELECT count(*) FROM contacts WHERE uncosted OR version <> 1"); n != 0 {
			t.Errorf("%d contacts were not restated, or have a new version", n)
		}
		if n := w.number("SELECT count(*) FROM audit_entries WHERE action = 'contact.restate'"); n != 2500 {
			t.Errorf("%d entries in the audit", n)
		}
		if n, want := w.number("SELECT sum(contact_cost) FROM customers"), w.number("SELECT sum(cost) FROM contacts"); n != want || n == 0 {
			t.Errorf("customers' contacts cost %d, contacts %d", n, want)
		}
		w.closed()
	})
}
