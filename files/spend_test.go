package files_test

import (
	"strings"
	"testing"

	"kopeck/dbtest"
	"kopeck/files/option"
)

// TestSpendByDay: a file of spend by day is imported once, a correction replaces it, and what is not within a campaign is rejected.
func TestSpendByDay(t *testing.T) {
	each(t, func(w *world) {
		const file = "c,d,sum\nradio,2026-03-01,10.00\nradio,2026-03-02,20.00\nposter,2026-03-02,5.00\nradio,2020-01-01,7.00\nradio,2026-03-03,-1\n"
		o := option.Options{Kind: option.Spend, Map: "campaign=c,day=d,amount=sum", Errors: option.RejectRow}
		w.counted(w.bring(file, o), 5, 2, 0, 3)
		w.counted(w.bring(file, o), 5, 0, 2, 3)
		other := w.bring(strings.Replace(file, "10.00", "11.00", 1), o)
		w.counted(other, 5, 0, 1, 4)
		corrected := w.bring("c,d,sum,fix\nradio,2026-03-01,11.00,true\n", option.Options{Kind: option.Spend, Map: "campaign=c,day=d,amount=sum,correction=fix"})
		w.counted(corrected, 1, 1, 0, 0)
		if n := w.number("SELECT count(*) FROM spends"); n != 3 {
			t.Errorf("%d spends", n)
		}
	})
}

// TestSpendAndContactsInAnyOrder: contacts and the spend on them are exported and imported elsewhere, in either order, to the same costs.
func TestSpendAndContactsInAnyOrder(t *testing.T) {
	each(t, func(w *world) {
		const people = "a,2026-03-01T09:00:00Z\nb,2026-03-01T10:00:00Z\na,2026-03-04T10:00:00Z\n"
		log := option.Options{
			Kind: option.Contacts, Map: "customer=who,at=at,kind=kind,direction=direction,channel=channel,campaign=campaign",
		}
		text := "who,at,kind,direction,channel,campaign\n" + strings.ReplaceAll(people, "Z\n", "Z,INFO_CALL,INBOUND,PHONE,radio\n")
		w.counted(w.bring(text, log), 3, 3, 0, 0)
		w.counted(w.bring("campaign,from,to,amount\nradio,2026-03-01,2026-03-03,0.03\nradio,2026-03-01,2026-03-31,10.00\n", option.Options{Kind: option.Spend, Map: "campaign=campaign,from=from,to=to,amount=amount"}), 2, 2, 0, 0)
		if n := w.number("SELECT sum(advertising) FROM contacts"); n != 1003 {
			t.Errorf("contacts have %d kopecks of 10.03", n)
		}
		w.counted(w.bring("who,at,kind,direction,channel,campaign\nb,2026-03-09T09:00:00Z,INFO_CALL,INBOUND,PHONE,radio\nb,2026-03-10T09:00:00Z,INFO_CALL,INBOUND,PHONE,tv\n",
			option.Options{Kind: option.Contacts, Map: log.Map, Errors: option.RejectRow}), 2, 1, 0, 1)
		w.closed()
		for _, order := range [][]option.Kind{{option.Customers, option.Contacts, option.Spend}, {option.Spend, option.Customers, option.Contacts}} {
			to := newWorld(t, dbtest.SQLite(t))
			for _, kind := range order {
				if r := to.bring(w.export(kind), option.Options{Kind: kind}); r.Rejected != 0 || r.Present != 0 {
					t.Fatalf("%s: %s", kind, r)
				}
			}
			to.closed()
			for _, kind := range order {
				if got, want := to.export(kind), w.export(kind); got != want {
					t.Errorf("%v: %s came out as\n%s\nwant\n%s", order, kind, got, want)
				}
				if r := to.bring(w.export(kind), option.Options{Kind: kind}); r.Added+r.Rejected+r.Updated != 0 {
					t.Errorf("%s again: %s", kind, r)
				}
			}
		}
	})
}
