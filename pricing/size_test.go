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
		"a cost that may not is no matter of the price": {func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount, q.Quantity = amount(1), pricing.MaxQuantity
			s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "anna", ProductID: "curtain", ValidFrom: since, RecordedAt: since, OverrideReason: "a gift"}}
			s.Basis.Rates = costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "500001"), loom()})
		}, false, false},
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

// TestCostIsNotFoundByQuantities: a seller who may choose how many grams of gold are in a product that is agreed under its cost asks for
// quantities. Between 272499.367385907 and the next the cost of all passes what may be stated: the price is the same on both sides.
func TestCostIsNotFoundByQuantities(t *testing.T) {
	t.Parallel()
	s, q := curtain(), ask()
	s.Basis.Catalogue = costing.NewCatalogue([]costing.Product{{
		ID: "curtain", SKU: "ZERO", Name: "Zero", Kind: "GOOD", Components: []costing.Component{{Material: "cloth", Quantity: dec("3.1")}},
		Options: []costing.Option{{Code: "gold", Name: "Gold", Components: []costing.Component{{Material: "gold", Quantity: dec("1")}}}},
	}})
	s.Basis.Rates = costing.NewRates([]costing.Rate{
		rate("MATERIAL", "cloth", "m", "640.37"), rate("MATERIAL", "gold", "g", "326"),
		{ID: "rent", Subject: "OVERHEAD", Code: "rent", Unit: "share", Amount: dec("0.125"), ValidFrom: since, RecordedAt: since},
	})
	s.Terms[0].Amount, s.Terms[0].MinimumMargin = amount(4000_00), dec("0")
	s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "anna", ProductID: "curtain", Unit: *amount(1500_00), ValidFrom: since, RecordedAt: since, OverrideReason: "introduction"}}
	q.Options = []pricing.Option{{Code: "gold", Value: "10000"}}
	book := pricing.NewBook(s)
	for _, quantity := range []string{"1", "272499.367385907", "272499.367385908", "272500"} {
		q.Quantity = dec(quantity)
		got, err := book.Price(q)
		if err != nil || got.Unit != money.Minor(3669000_00) || got.Cost.Full != money.Minor(3669733_29) {
			t.Errorf("%s: %v for a cost of %v, %v", quantity, got.Unit, got.Cost.Full, err)
		}
	}
	if cost, bounded := costing.BoundedCost(money.Minor(3669733_29), dec("272499.367385908")); cost != money.Most || !bounded {
		t.Errorf("the cost of the order is %v, bounded: %t", cost, bounded)
	}
}
