package pricing_test

import (
	"errors"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/pricing"
)

// taxed is a curtain with a tax of 20 %, which its price includes or not, in a shop where boris is exempt.
func taxed(mode costing.TaxMode) pricing.Source {
	s := curtain()
	s.Basis.Rates = s.Basis.Rates.With([]costing.Rate{rate("TAX", "VAT", "share", "0.2")})
	s.Basis.Taxes = costing.NewTaxes(mode, []costing.TaxCode{{ProductID: "curtain", Code: "VAT", ValidFrom: since, RecordedAt: since}},
		func(customerID string, _, _ time.Time) bool { return customerID == "boris" })
	return s
}

// TestPriceWithTax: a curtain costs 900 and is sold at 1350 without tax, which is 1620 with it. What is given as a price is with tax where
// prices include it.
func TestPriceWithTax(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode                  costing.TaxMode
		change                func(s *pricing.Source, q *pricing.Question)
		lines                 string
		net, tax, gross, unit int64
	}{
		"cost and markup, included": {costing.TaxIncluded, nil, "LIST 162000", 1350_00, 270_00, 1620_00, 1620_00},
		"cost and markup, on top":   {costing.TaxOnTop, nil, "LIST 135000", 1350_00, 270_00, 1620_00, 1350_00},
		"a list price, included": {costing.TaxIncluded, func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount = amount(1800_00)
		}, "LIST 180000", 1500_00, 300_00, 1800_00, 1800_00},
		"a list price, on top": {costing.TaxOnTop, func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount = amount(1800_00)
		}, "LIST 180000", 1800_00, 360_00, 2160_00, 1800_00},
		"the floor, included": {costing.TaxIncluded, func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount = amount(900_00)
		}, "LIST 90000 FLOOR 15000", 875_00, 175_00, 1050_00, 1050_00},
		"the floor, on top": {costing.TaxOnTop, func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount = amount(800_00)
		}, "LIST 80000 FLOOR 7500", 875_00, 175_00, 1050_00, 875_00},
		"a list price for an exempt customer": {costing.TaxIncluded, func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Customer.ID = amount(1800_00), "boris"
		}, "LIST 180000 EXEMPTION -30000", 1500_00, 0, 1500_00, 1500_00},
		"a surcharge for an exempt customer": {costing.TaxIncluded, func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Customer.ID, q.Options = amount(1700_00), "boris", []pricing.Option{{Code: "lining", Value: "1"}}
		}, "LIST 170000 OPTION 10000 EXEMPTION -30000", 1500_00, 0, 1500_00, 1500_00},
		"an agreed price of an exempt customer": {costing.TaxIncluded, func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Customer.ID = amount(1800_00), "boris"
			s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "boris", ProductID: "curtain", Unit: *amount(1400_00), ValidFrom: since, RecordedAt: since}}
		}, "LIST 180000 EXEMPTION -30000 AGREEMENT -10000", 1400_00, 0, 1400_00, 1400_00},
		"the floor of an exempt customer": {costing.TaxIncluded, func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Customer.ID = amount(900_00), "boris"
		}, "LIST 90000 EXEMPTION -15000 FLOOR 12500", 875_00, 0, 875_00, 875_00},
		"an exempt customer, on top": {costing.TaxOnTop, func(_ *pricing.Source, q *pricing.Question) {
			q.Customer.ID = "boris"
		}, "LIST 135000", 1350_00, 0, 1350_00, 1350_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, question := taxed(c.mode), ask()
			if c.change != nil {
				c.change(&source, &question)
			}
			price, err := pricing.NewBook(source).Price(question)
			if err != nil {
				t.Fatal(err)
			}
			if got := waterfall(price); got != c.lines || price.Unit.Minor() != c.unit {
				t.Errorf("%s = %d; want %s = %d", got, price.Unit.Minor(), c.lines, c.unit)
			}
			if price.Net.Minor() != c.net || price.Tax.Minor() != c.tax || price.Gross.Minor() != c.gross || price.Margin.Minor() != c.net-900_00 {
				t.Errorf("net %d, tax %d, gross %d, margin %d", price.Net.Minor(), price.Tax.Minor(), price.Gross.Minor(), price.Margin.Minor())
			}
		})
	}
}

func TestPriceWithoutARateOfItsTax(t *testing.T) {
	t.Parallel()
	source := taxed(costing.TaxIncluded)
	source.Basis.Rates = curtain().Basis.Rates
	_, err := pricing.NewBook(source).Price(ask())
	var missing *pricing.MissingRateError
	if !errors.As(err, &missing) || missing.Keys[0] != (costing.RateKey{Subject: costing.SubjectTax, Code: "VAT"}) {
		t.Errorf("%v; want the missing rate of the tax", err)
	}
}

// TestFloorWithTax: the floor that an agreement is compared with is a price, and of an exempt customer one without tax.
func TestFloorWithTax(t *testing.T) {
	t.Parallel()
	for customer, want := range map[string]int64{"anna": 1050_00, "boris": 875_00} {
		if floor, err := pricing.NewBook(taxed(costing.TaxIncluded)).Floor(customer, "curtain", dec("1"), nil, nil, day); err != nil || floor.Minor() != want {
			t.Errorf("%s: %d, %v; want %d", customer, floor.Minor(), err, want)
		}
	}
}
