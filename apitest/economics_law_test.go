package apitest

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
)

var dimensions = []string{"KIND", "CHANNEL", "DIRECTION", "STAFF", "STAGE", "SEGMENT", "MONTH"}

// TestEconomicsSumToTheLedger records random contacts, recommendations, orders and refunds, and checks that every combination of
// dimensions sums to the same total and, under every model, with what is unattributed to the ledger's margin.
func TestEconomicsSumToTheLedger(t *testing.T) {
	setRapidChecks(t, "3")
	Each(t, func(t *testing.T, w *World) {
		noon := w.Clock.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
		w.Clock.Set(noon)
		admin := w.As(schema.RoleAdmin)
		round := 0
		rapid.Check(t, func(t *rapid.T) {
			round++
			for i := range 2 {
				facts := drawFacts(t, noon)
				s := newSide(admin, fmt.Sprintf("%d-%d", round, i), facts)
				if segment := rapid.SampledFrom([]string{"", "FAST_CHEAP", "FAST_QUALITY"}).Draw(t, "segment"); segment != "" {
					admin.Must(`mutation($id: ID!, $s: Segment!) { updateCustomer(input: {id: $id, expectedVersion: 1, segment: $s}) { userErrors { code field message } } }`, Vars{"id": s.customer, "s": segment})
				}
				order := make([]int, len(facts))
				for n := range order {
					order[n] = n
				}
				record(admin, s, facts, order)
			}
			ledger := admin.Must(`{ ledgerCheck { margin { amount } unattributed { amount } } }`, nil)
			stored := admin.Must(contactEconomics, always(dimensions...))
			total := economicsRow(stored, "contactEconomics.total")
			for subset := range 1 << len(dimensions) {
				by := subsetOf(dimensions, subset)
				r := admin.Must(contactEconomics, always(by...))
				if got := economicsRow(r, "contactEconomics.total"); got != total {
					t.Fatalf("by %s the total is %s, not %s", by, got, total)
				}
				summed(t, r, len(by), ledger)
			}
			for _, model := range []string{"FIRST", "LAST", "LINEAR", "TIME_DECAY", "POSITION"} {
				r := admin.Must(contactEconomics, with(always(dimensions...), "m", model))
				summed(t, r, len(dimensions), ledger)
				if model == "LINEAR" && !slices.Equal(economicsRows(r), economicsRows(stored)) {
					t.Fatalf("LINEAR is what the books follow, and differs:\n%s\n%s", r.Body, stored.Body)
				}
				half := drawTime(t, noon)
				first := admin.Must(contactEconomics, with(with(always("STAFF"), "m", model), "to", half))
				second := admin.Must(contactEconomics, with(with(always("STAFF"), "m", model), "from", half))
				sum := new(big.Rat).Add(amount(t, first, "contactEconomics.total.realised.amount"), amount(t, second, "contactEconomics.total.realised.amount"))
				if sum.Cmp(amount(t, r, "contactEconomics.total.realised.amount")) != 0 {
					t.Fatalf("%s: what was before and what was after %s do not sum to the whole", model, half)
				}
			}
		})
		inOrder(t, w)
	})
}

func drawTime(t *rapid.T, now time.Time) time.Time {
	return now.Add(-time.Duration(rapid.IntRange(0, 2800).Draw(t, "hours")) * time.Hour)
}

func subsetOf(all []string, set int) []string {
	some := []string{}
	for i, one := range all {
		if set>>i&1 == 1 {
			some = append(some, one)
		}
	}
	return some
}

func amount(t interface{ Fatalf(string, ...any) }, r *Result, path string) *big.Rat {
	value, ok := new(big.Rat).SetString(r.Text(path))
	if !ok {
		t.Fatalf("%s is no number in %s", path, r.Body)
	}
	return value
}

// summed compares the rows of an unlimited period with their total, their CSV and the ledger.
func summed(t *rapid.T, r *Result, dimensions int, ledger *Result) {
	lines, err := csv.NewReader(strings.NewReader(r.Text("contactEconomics.csv"))).ReadAll()
	rows := r.Len("contactEconomics.rows")
	if err != nil || len(lines) != rows+1 {
		t.Fatalf("%d lines of %d rows: %v", len(lines), rows, err)
	}
	for _, field := range []string{"contacts", "minutes", "cost.amount", "realised.amount", "net.amount"} {
		sum, written := new(big.Rat), new(big.Rat)
		name, _, _ := strings.Cut(field, ".")
		column := slices.Index(lines[0], name)
		for i := range rows {
			sum.Add(sum, amount(t, r, fmt.Sprintf("contactEconomics.rows.%d.%s", i, field)))
			value, _ := new(big.Rat).SetString(lines[i+1][column])
			written.Add(written, value)
		}
		if total := amount(t, r, "contactEconomics.total."+field); sum.Cmp(total) != 0 || written.Cmp(total) != 0 {
			t.Fatalf("%s: the rows sum to %s, those of the CSV to %s: %s", field, sum.FloatString(2), written.FloatString(2), r.Body)
		}
	}
	previous := ""
	for i := range rows {
		var key []string
		for d := range dimensions {
			key = append(key, r.Text(fmt.Sprintf("contactEconomics.rows.%d.key.%d", i, d)))
		}
		if this := strings.Join(key, "\x00"); i > 0 && this <= previous {
			t.Fatalf("not by key: %s", r.Body)
		} else {
			previous = this
		}
	}
	realised, unattributed := amount(t, r, "contactEconomics.total.realised.amount"), amount(t, r, "contactEconomics.unattributed.amount")
	if new(big.Rat).Add(realised, unattributed).Cmp(amount(t, ledger, "ledgerCheck.margin.amount")) != 0 || unattributed.Cmp(amount(t, ledger, "ledgerCheck.unattributed.amount")) != 0 {
		t.Fatalf("not the ledger's: %s, %s", r.Body, ledger.Body)
	}
}
