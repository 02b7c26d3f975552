package pricing_test

import (
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/formula"
	"kopeck/money"
	"kopeck/pricing"
)

// blind is made of cloth as wide as it is measured, at 500 a metre, and never sold under cost / 0.8: the floor is 625 a metre.
func blind(t *testing.T, agreedFor map[string]any) pricing.Source {
	t.Helper()
	width, err := formula.Compile("width * 2", func(code string) bool { return code == "width" })
	if err != nil {
		t.Fatal(err)
	}
	s := curtain()
	s.Basis.Catalogue = costing.CatalogueOf(costing.Source{
		Products: []costing.Product{{
			ID: "curtain", SKU: "CUR-1", Name: "Blind", Kind: "GOOD", StandardLeadDays: 10, Components: []costing.Component{{Material: "cloth", Formula: width}},
		}},
		Measurements: []costing.Measurement{{Code: "width", Name: "Width", Unit: "m", Least: dec("0.4"), Most: dec("6")}},
	})
	s.Agreements = []pricing.Agreement{{
		ID: "a", CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(500_00), ValidFrom: since, RecordedAt: since, OverrideReason: "a narrow window", Measurements: agreedFor,
	}}
	return s
}

// TestAReasonExcusesWhatWasMeasured: a price of 500 under the floor of 625 is agreed with a reason. It stays for what was measured then; what
// is measured later, or stated with the question, adds what it adds to the floor.
func TestAReasonExcusesWhatWasMeasured(t *testing.T) {
	t.Parallel()
	narrow := map[string]any{"width": 1.0}
	for name, c := range map[string]struct {
		agreedFor, now map[string]any
		stated         string
		want           int64
	}{
		"as it was agreed":                    {narrow, narrow, "", 500_00},
		"stated as it was agreed":             {narrow, nil, "1", 500_00},
		"measured anew":                       {narrow, map[string]any{"width": 6.0}, "", 3625_00},
		"stated anew":                         {narrow, narrow, "6", 3625_00},
		"measured anew, stated as agreed":     {narrow, map[string]any{"width": 6.0}, "1", 500_00},
		"less than agreed":                    {narrow, map[string]any{"width": 0.4}, "", 500_00},
		"nothing was known, the least":        {nil, nil, "0.4", 500_00},
		"nothing was known, more than that":   {nil, nil, "6", 4000_00},
		"nothing was known, measured since":   {nil, map[string]any{"width": 6.0}, "", 4000_00},
		"known, and no measure of the recipe": {map[string]any{"height": 6.0}, nil, "6", 4000_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := ask()
			q.Customer.Measurements = c.now
			if c.stated != "" {
				q.Options = []pricing.Option{{Code: "width", Value: c.stated}}
			}
			got, err := pricing.NewBook(blind(t, c.agreedFor)).Price(q)
			if err != nil || got.Unit != money.Minor(c.want) {
				t.Errorf("%v, %v; want %d", got.Unit, err, c.want)
			}
		})
	}
}

// TestAReasonExcusesNoTax: the floor is 875 without tax and 1050 with it. A price of 800 that was agreed while the customer was exempt has the
// tax added to its floor once they are not; one that was agreed with tax stays.
func TestAReasonExcusesNoTax(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exempt func(at time.Time) bool
		want   int64
	}{
		"exempt, and still":           {func(time.Time) bool { return true }, 800_00},
		"exempt, and not any more":    {func(at time.Time) bool { return at.Before(day) }, 975_00},
		"not exempt, and neither now": {func(time.Time) bool { return false }, 800_00},
		"not exempt, and now":         {func(at time.Time) bool { return !at.Before(day) }, 800_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := taxed(costing.TaxIncluded)
			s.Basis.Taxes = costing.NewTaxes(costing.TaxIncluded, []costing.TaxCode{{ProductID: "curtain", Code: "VAT", ValidFrom: since, RecordedAt: since}},
				func(_ string, at, _ time.Time) bool { return c.exempt(at) })
			s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(800_00), ValidFrom: since, RecordedAt: since, OverrideReason: "a friend"}}
			got, err := pricing.NewBook(s).Price(ask())
			if err != nil || got.Unit != money.Minor(c.want) {
				t.Errorf("%v, %v; want %d", got.Unit, err, c.want)
			}
		})
	}
}
