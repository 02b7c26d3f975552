package pricing_test

import (
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// TestASurchargeIsIncome: a surcharge of 350 on a list price raises price and margin by 350, and no overhead is computed on it. (It was
// once a cost, and an overhead of 12 % on it besides: the margin was 392 too low.)
func TestASurchargeIsIncome(t *testing.T) {
	t.Parallel()
	for name, terms := range map[string]func(*pricing.Terms){
		"list price": func(at *pricing.Terms) { at.Amount = amount(4_000_00) },
		"cost-plus":  func(*pricing.Terms) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := curtain()
			terms(&source.Terms[0])
			overhead := rate("OVERHEAD", "rent", "share", "0.12")
			source.Basis.Rates = costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "250"), rate("RESOURCE", "loom", "hour", "400"), overhead})
			product, _ := source.Basis.Catalogue.Product("curtain", time.Time{}, time.Time{})
			product.Options = []costing.Option{{ID: "opt_01jd0000000000000000000001", Code: "handle", Name: "Handle", Surcharge: money.Minor(350_00)}}
			source.Basis.Catalogue = costing.NewCatalogue([]costing.Product{product})
			book := pricing.NewBook(source)
			price := func(options ...pricing.Option) pricing.Answer {
				question := ask()
				question.Options = options
				answer, err := book.Price(question)
				if err != nil {
					t.Fatal(err)
				}
				return answer
			}
			plain, with := price(), price(pricing.Option{Code: "handle", Value: "1"})
			for figure, difference := range map[string]int64{
				"unit":   with.Unit.Minor() - plain.Unit.Minor(),
				"list":   with.List.Minor() - plain.List.Minor(),
				"margin": with.Margin.Minor() - plain.Margin.Minor(),
			} {
				if difference != 350_00 {
					t.Errorf("the surcharge of 350.00 raises the %s by %d kopecks, want 35000", figure, difference)
				}
			}
			if with.Cost.Full != plain.Cost.Full || with.Floor != plain.Floor {
				t.Errorf("the surcharge changes the cost from %d to %d and the floor from %d to %d: want no change", plain.Cost.Full.Minor(), with.Cost.Full.Minor(), plain.Floor.Minor(), with.Floor.Minor())
			}
			if line := with.Lines[1]; line != (pricing.Line{Kind: pricing.OptionLine, Label: "Handle", Amount: money.Minor(350_00), RefID: "opt_01jd0000000000000000000001"}) {
				t.Errorf("the line of the option is %+v", line)
			}
		})
	}
}
