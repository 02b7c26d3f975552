package files_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/files/option"
)

// exportedRates are rates as exported, with a value in each column.
const exportedRates = "id,subject,code,unit,amount,currency,valid_from,capacity,fixed_share,correction,recorded_at\n" +
	"rat_01jd0000000000000000000001,RESOURCE,loom,hour,1200.5,RUB,2026-01-01T00:00:00Z,16,0.25,true,2026-01-02T00:00:00.5Z\n"

// mustHave are the columns without which a file of Kopeck's own format is not read. A column is never added here: files of
// before it existed would be refused.
var mustHave = map[option.Kind][]string{
	option.Contacts: {"id", "customer_id", "kind", "direction", "channel", "at"},
	option.Rates:    {"id", "subject", "code", "unit", "amount", "valid_from", "recorded_at"},
	option.Orders:   {"id", "customer_id", "status", "at", "total", "refunded", "cost"},
}

// rowsOf reads a file of Kopeck's own format.
func rowsOf(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Each column has a value in the files that the tests export and import: a part that was forgotten shows.
func TestEveryColumnHasAValue(t *testing.T) {
	t.Parallel()
	grades := "staff_grades seconds options" // have tests of their own
	for kind, text := range map[option.Kind]string{option.Contacts: exported[option.Contacts], option.Orders: exported[option.Orders], option.Rates: exportedRates} {
		rows := rowsOf(t, text)
		for n, name := range rows[0] {
			if !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[n] != "" }) && !strings.Contains(grades, name) {
				t.Errorf("%s: no row has a value of %s: add one", kind, name)
			}
		}
	}
}

// A file of before a column existed is read, whichever column it is.
func TestFilesWithOneColumnFewer(t *testing.T) {
	each(t, func(w *world) {
		w.bring(exported[option.Customers], option.Options{Kind: option.Customers})
		for kind, must := range mustHave {
			text := exported[kind]
			if kind == option.Rates {
				text = exportedRates
			}
			for n, name := range rowsOf(w.T, text)[0] {
				fresh := fmt.Sprintf("_01jd%04d00", n+1)
				all := strings.NewReplacer("con_01jd000000", "con"+fresh, "ord_01jd000000", "ord"+fresh, "orl_01jd000000", "orl"+fresh, "rfd_01jd000000", "rfd"+fresh, "rat_01jd000000", "rat"+fresh,
					",crm-", ","+name+"-crm-", ",shop-", ","+name+"-shop-", ",loom,", ",loom "+name+",").Replace(text)
				rows := rowsOf(w.T, all)
				at := []int{n}
				if name == "cost_lines" {
					at = append(at, slices.Index(rows[0], "cost")) // without its lines a cost is refused
				}
				if name == "line_id" {
					at = nil // it goes with the other columns of lines
				}
				for r := range rows {
					kept := rows[r][:0:0]
					for i, cell := range rows[r] {
						if !slices.Contains(at, i) {
							kept = append(kept, cell)
						}
					}
					rows[r] = kept
				}
				var out strings.Builder
				if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
					w.Fatal(err)
				}
				report, err := w.try(out.String(), option.Options{Kind: kind, Format: option.Kopeck})
				switch {
				case slices.Contains(must, name):
					if err == nil {
						w.Errorf("%s: read without %s", kind, name)
					}
				case err != nil || report.Added == 0 || report.Rejected > 0 && !isOfLines(name):
					w.Errorf("%s without %s: %v, %s", kind, name, err, report)
				}
			}
		}
	})
}

// isOfLines reports whether a column is one of an order's lines, without which lines do not sum to the order, or the
// refunds, without which they do not sum to what was refunded.
func isOfLines(name string) bool {
	return slices.Contains([]string{"sku", "quantity", "line_total", "line_cost", "line_tax", "refunds", "completed_at", "stated_cost"}, name)
}
