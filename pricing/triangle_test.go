package pricing_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/pricing"
)

// TestFastProposals: the standard lead time is ten days, the loom has eight hours a day and a curtain takes one.
func TestFastProposals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		quantity string
		standard int
		lead     int
		note     string
	}{
		{"tomorrow", "16", 10, 1, ""},
		{"on the third day", "20", 10, 2, ""},
		{"on the standard day", "88", 10, 10, "no day before the standard lead time has room for it"},
		{"after the standard day", "89", 10, 11, "the standard lead time of 10 days has no room for it"},
		{"the standard day is tomorrow", "9", 1, 1, "no lead time is shorter than the standard one"},
		{"the standard day is today", "8", 0, 0, "no lead time is shorter than the standard one"},
		{"the standard day is today, and full", "9", 0, 1, "the standard lead time of 0 days has no room for it"},
		{"never", "1000000", 10, 10, "no day within ten years has room for it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source, question := curtain(), ask()
			product, _ := source.Basis.Catalogue.Product("curtain", time.Time{}, time.Time{})
			product.StandardLeadDays = c.standard
			source.Basis.Catalogue = costing.NewCatalogue([]costing.Product{product})
			question.Quantity = dec(c.quantity)
			all, err := pricing.NewBook(source).Triangle(question)
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprint(c.lead, " the product has no better grade")
			if c.note != "" {
				want += ", and " + c.note
			}
			for _, p := range all[:2] {
				if got := fmt.Sprint(p.Answer.LeadDays, " ", p.Note); got != want {
					t.Errorf("%s: %s; want %s", p.Segment, got, want)
				}
			}
			if all[2].Answer.LeadDays < c.lead {
				t.Errorf("QUALITY_CHEAP in %d days, before there is room", all[2].Answer.LeadDays)
			}
		})
	}
}
