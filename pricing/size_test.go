package pricing_test

import (
	"errors"
	"testing"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// TestSizes: what is too much is refused by what was asked and by the price, whatever things cost.
func TestSizes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*pricing.Source, *pricing.Question)
		option bool // the fault is of the option
		fails  bool
	}{
		"as many units as there may be": {func(_ *pricing.Source, q *pricing.Question) {
			q.Options = []pricing.Option{{Code: "lining", Value: "10000"}}
		}, false, false},
		"too many units of an option": {func(_ *pricing.Source, q *pricing.Question) {
			q.Options = []pricing.Option{{Code: "lining", Value: "10000.000000001"}}
		}, true, true},
		"a total that may just be stated": {func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Quantity = amount(1e8), pricing.MaxQuantity
		}, false, false},
		"a total that may not": {func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Quantity = amount(1e8+1), pricing.MaxQuantity
		}, false, true},
		"a cost that may not": {func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Quantity = amount(1), pricing.MaxQuantity
			s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "anna", ProductID: "curtain", ValidFrom: since, RecordedAt: since, OverrideReason: "a gift"}}
			s.Basis.Rates = costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "500001"), loom()})
		}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, q := curtain(), ask()
			c.change(&s, &q)
			_, err := pricing.NewBook(s).Price(q)
			var option *costing.OptionError
			switch {
			case !c.fails && err != nil, c.fails && c.option && !errors.As(err, &option), c.fails && !c.option && !errors.Is(err, money.ErrOverflow):
				t.Errorf("%v", err)
			}
		})
	}
}
