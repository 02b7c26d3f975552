package ownfields_test

import (
	"testing"
	"time"

	"kopeck/schema"
	"kopeck/service"
)

// TestMerged: of two customers who are merged the kept one's values win, the other's fill gaps with their history, and undoing the merge
// gives each what they had, and the kept one what was set since.
func TestMerged(t *testing.T) {
	for name, taken := range map[string][]service.MergedField{"the kept win": nil, "the merged win": {service.MergedFieldFields}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				kept, merged := w.customer, w.Customer("Other").ID
				start := w.Clock.Now()
				tick := func() { w.Clock.Advance(time.Hour) }
				w.Must(w.set(w.admin, kept, given("card", "gold", 0), given("points", "1", 0), given("size", "S", 0)))
				tick()
				w.Must(w.set(w.admin, kept, given("size", "", 1)))
				w.Must(w.set(w.admin, merged, given("card", "silver", 0), given("vip", "true", 0), given("size", "M", 0)))
				tick()
				w.Must(w.set(w.admin, merged, given("vip", "false", 1), given("since", "2024-01-01", 0)))
				tick()
				keptHad, mergedHad := w.has(w.admin, kept), w.has(w.admin, merged)
				m, err := w.Merging.MergeCustomers(w.admin, service.MergeCustomersInput{KeepID: kept, MergeID: merged, Take: taken})
				w.Must(err)
				want := "card=gold/1 points=1/1 since=2024-01-01/1 size=M/1 vip=false/2"
				if taken != nil {
					want = "card=silver/1 points=1/1 since=2024-01-01/1 size=M/1 vip=false/2"
				}
				w.want("merged", w.has(w.admin, kept), want)
				past := start.Add(90 * time.Minute)
				found, err := w.OwnFields.Values(w.admin, []string{kept}, &past)
				w.Must(err)
				want = "card=gold/1 points=1/1 size=M/1 vip=true/1"
				if taken != nil {
					want = "card=silver/1 points=1/1 size=M/1 vip=true/1"
				}
				w.want("as of the past", shown(found[kept]), want)
				w.consistent()

				tick()
				w.Must(w.set(w.admin, merged, given("vip", "true", 2), given("points", "2", 1), given("size", "L", 1))) // by the old id
				_, _, err = w.Merging.UndoMerge(w.admin, service.UndoMergeInput{ID: m.ID})
				w.Must(err)
				w.want("what the merged had", w.has(w.admin, merged), mergedHad)
				w.want("what the kept had", keptHad, "card=gold/1 points=1/1")
				w.want("with what was set since", w.has(w.admin, kept), "card=gold/1 points=2/2 size=L/3 vip=true/1")
				found, err = w.OwnFields.Values(w.admin, []string{kept, merged}, &past)
				w.Must(err)
				w.want("the kept as of the past", shown(found[kept]), "card=gold/1 points=1/1")
				w.want("the merged as of the past", shown(found[merged]), "card=silver/1 size=M/1 vip=true/1")
				w.consistent()
				w.Must(w.set(w.admin, kept, given("vip", "", 1)))
				if rows := w.Rows("SELECT count(*) FROM field_entries WHERE subject NOT LIKE 'cus_%'"); rows[0] != "0" {
					t.Errorf("%s entries are of nobody", rows[0])
				}
				_, err = w.Merging.MergeCustomers(w.admin, service.MergeCustomersInput{KeepID: merged, MergeID: kept})
				w.Must(err)
				w.want("merged the other way", w.has(w.admin, merged), "card=silver/1 points=2/2 since=2024-01-01/1 size=M/1 vip=false/2")
			})
		})
	}
}

// TestSalesTakeTheirFieldsAlone: who merges and takes the merged one's fields overwrites those alone that they see; what is empty is filled.
func TestSalesTakeTheirFieldsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sales := w.As(schema.RoleSales)
		kept, merged := w.customer, w.Customer("Other").ID
		for code, forSales := range map[string]bool{"theirs": true, "secret": false, "gap": false} {
			_, err := w.OwnFields.DefineField(w.admin, service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: code, Label: code, Type: schema.FieldText, ForSales: &forSales})
			w.Must(err)
		}
		w.Must(w.set(w.admin, kept, given("theirs", "a", 0), given("secret", "a", 0)))
		w.Must(w.set(w.admin, merged, given("theirs", "b", 0), given("secret", "b", 0), given("gap", "b", 0)))
		_, err := w.Merging.MergeCustomers(sales, service.MergeCustomersInput{KeepID: kept, MergeID: merged, Take: []service.MergedField{service.MergedFieldFields}})
		w.Must(err)
		w.want("merged by SALES", w.has(w.admin, kept), "gap=b/1 secret=a/1 theirs=b/1")
		w.consistent()
	})
}

// consistent fails the test unless every entry has the value that its history says, and a version for each change.
func (w *world) consistent() {
	w.t.Helper()
	for _, row := range w.Rows(`SELECT e.id, e.value, e.version FROM field_entries e WHERE coalesce(e.value, '') <> coalesce((SELECT v.value FROM dated_values v
		WHERE v.name = 'field' AND v.subject = e.id ORDER BY v.recorded_at DESC, v.id DESC LIMIT 1), '')
		OR e.version <> (SELECT count(*) FROM dated_values v WHERE v.name = ? AND v.subject = e.id)`, string(schema.DatedField)) {
		w.t.Errorf("it has another history: %s", row)
	}
}
