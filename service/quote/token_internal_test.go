package quote

import (
	"testing"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
)

// TestLinesOfTokens: every step of a price is signed by its number and read back with its label, or the name of its rule or option.
func TestLinesOfTokens(t *testing.T) {
	t.Parallel()
	s := &Service{}
	source := pricing.Source{Basis: costing.Basis{Catalogue: costing.NewCatalogue([]costing.Product{{ID: "coat", Options: []costing.Option{{ID: "option", Code: "belt", Name: "Belt"}}}})}}
	s.book.Store(&book{prices: pricing.NewBook(source), ruleByID: map[string]*ent.PriceRule{"rule": {Name: "Ten off"}}})
	for _, step := range pricing.Steps() {
		t.Run(string(step.Kind), func(t *testing.T) {
			t.Parallel()
			for ref, label := range map[string]string{"": step.Label, "rule": "Ten off", "gone": step.Label, "option": "Belt"} {
				signed, err := tokenLines([]pricing.Line{{Kind: step.Kind, Label: "a label", Amount: money.Minor(-7), RefID: ref}})
				if err != nil {
					t.Fatal(err)
				}
				read, err := s.promisedLines("coat", signed)
				if want := (pricing.Line{Kind: step.Kind, Label: label, Amount: money.Minor(-7), RefID: ref}); err != nil || read[0] != want {
					t.Errorf("%v, %v; want %v", read, err, want)
				}
			}
		})
	}
	if _, err := tokenLines([]pricing.Line{{Kind: "GIFT"}}); err == nil {
		t.Error("a step that is not in the table is signed")
	}
	for _, number := range []uint8{0, 255} {
		if _, err := s.promisedLines("", []auth.PriceLine{{Kind: number}}); err == nil {
			t.Errorf("a line of step %d is read", number)
		}
	}
}
