package pricing_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

var domains = pricing.Domains{
	"customer.kind":    {"PERSON", "COMPANY", "HOUSEHOLD"},
	"customer.stage":   {"STRANGER", "FRIEND", "CUSTOMER", "LOYAL", "FORMER"},
	"customer.segment": {"", "FAST_CHEAP", "FAST_QUALITY", "QUALITY_CHEAP"},
	"permissionLevel":  {"", "SITUATION", "BRAND_TRUST", "PERSONAL", "POINTS", "INTRAVENOUS"},
}

// curtainAt is a curtain at a list price of 1,500 whatever it costs, of cloth alone: no workshop has a load.
func curtainAt(rules ...pricing.Rule) pricing.Source {
	s := curtain()
	s.Basis.Catalogue = costing.NewCatalogue([]costing.Product{{
		ID: "curtain", SKU: "CUR-1", Name: "Curtain", Kind: "GOOD", StandardLeadDays: 10, Components: []costing.Component{{Material: "cloth", Quantity: dec("2")}},
	}})
	s.Terms[0].Amount, s.Terms[0].MinimumMargin = amount(1500_00), dec("0")
	s.Rules = rules
	return s
}

func shownVariations(t interface{ Fatal(...any) }, b *pricing.Book, q pricing.Question) string {
	a, err := b.Price(q)
	if err != nil {
		t.Fatal(err)
	}
	found, err := b.Variations(q, a, domains)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range found {
		all = append(all, fmt.Sprintf("%s %s: %d", v.Name, v.Value, v.Unit.Minor()))
	}
	return strings.Join(all, ", ")
}

func TestVariations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules []pricing.Rule
		ask   func(q *pricing.Question)
		want  string
	}{
		"nothing":                        {nil, nil, ""},
		"a sale for all":                 {[]pricing.Rule{rule("a", "true", "-10")}, nil, ""},
		"a quantity":                     {[]pricing.Rule{rule("a", "quantity >= 10.0", "-10")}, nil, "quantity 10: 135000"},
		"more than a quantity":           {[]pricing.Rule{rule("a", "quantity > 10.0", "-10")}, nil, "quantity 11: 135000"},
		"of a sum":                       {[]pricing.Rule{rule("a", "quantity * 2.0 >= 2001.0", "-10")}, nil, "quantity 1001: 135000"},
		"less than a quantity, to parts": {[]pricing.Rule{rule("a", "quantity < 3.0", "5")}, func(q *pricing.Question) { q.Quantity = dec("2.5") }, "quantity 3: 150000"},
		"both ways":                      {[]pricing.Rule{rule("a", "quantity >= 10.0", "-10"), rule("b", "quantity < 5.0", "10")}, func(q *pricing.Question) { q.Quantity = dec("7") }, "quantity 4: 165000, quantity 10: 135000"},
		"a stage that has it":            {[]pricing.Rule{rule("a", "customer.stage == 'LOYAL'", "-10")}, nil, "customer.stage STRANGER: 150000"},
		"a stage that others have":       {[]pricing.Rule{rule("a", "customer.stage == 'FORMER'", "-10"), rule("b", "customer.stage in ['FRIEND', 'STRANGER']", "-5")}, nil, "customer.stage STRANGER: 142500, customer.stage FORMER: 135000"},
		"worth":                          {[]pricing.Rule{rule("a", "lifetimeValue > 2000.0", "-10"), rule("b", "lifetimeValue > 1000.0", "-1")}, nil, "lifetimeValue lower: 150000, lifetimeValue higher: 133650"},
		"permission":                     {[]pricing.Rule{rule("a", "permissionRank >= 4", "-10")}, nil, "permissionLevel POINTS: 135000"},
		"a birthday":                     {[]pricing.Rule{rule("a", "customer.birthday.month == 3", "-10")}, nil, "customer.birthday.month 3: 135000"},
		"a field":                        {[]pricing.Rule{rule("a", "customer.fields.card == 'gold'", "-10")}, nil, "customer.fields.card gold: 135000"},
		"a field that is there":          {[]pricing.Rule{rule("a", "has(customer.fields.vip) && customer.fields.vip == true", "-10")}, func(q *pricing.Question) { q.Customer.Fields = map[string]any{"vip": true} }, "customer.fields.vip false: 150000"},
		"a measurement":                  {[]pricing.Rule{rule("a", "customer.measurements.window > 200.0", "10")}, nil, "customer.measurements.window 201: 165000"},
		"two of which one is enough":     {[]pricing.Rule{rule("a", "customer.stage == 'LOYAL' || customer.kind == 'PERSON'", "-10")}, nil, ""},
		"not in force":                   {[]pricing.Rule{{ID: "a", Name: "A", Condition: "quantity >= 10.0", Percent: some("-10"), RecordedAt: since, ValidTo: moment(-1)}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := ask()
			if c.ask != nil {
				c.ask(&q)
			}
			if got := shownVariations(t, pricing.NewBook(curtainAt(c.rules...)), q); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestVariationsOfAnAgreement: where a price is agreed, no rule counts; without the agreement the list price would hold, and a smaller quantity
// would have missed it.
func TestVariationsOfAnAgreement(t *testing.T) {
	t.Parallel()
	s := curtainAt(rule("a", "customer.stage == 'LOYAL'", "-10"))
	s.Agreements = []pricing.Agreement{{ID: "g", CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(1000_00), MinimumQuantity: dec("3"), ValidFrom: since, RecordedAt: since}}
	q := ask()
	q.Quantity = dec("5")
	if got, want := shownVariations(t, pricing.NewBook(s), q), "agreement : 135000, quantity 2: 135000"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	q.Quantity = dec("1")
	if got, want := shownVariations(t, pricing.NewBook(s), q), "customer.stage STRANGER: 150000, quantity 3: 100000"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestVariationsOfLeadTime: a shorter lead time costs more where the workshop is busy.
func TestVariationsOfLeadTime(t *testing.T) {
	t.Parallel()
	if got, want := shownVariations(t, pricing.NewBook(curtainAt(rule("a", "leadDays < 5", "20"), rule("b", "leadDays > 30", "-3"))), ask()), "leadDays 4: 180000, leadDays 31: 145500"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestVariationsAreNearest compares with every quantity and every stage, over random rules.
func TestVariationsAreNearest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rules []pricing.Rule
		for i := range rapid.IntRange(0, 4).Draw(t, "rules") {
			condition := fmt.Sprintf("quantity %s %d.0", rapid.SampledFrom([]string{"<", ">=", ">", "=="}).Draw(t, "compares"), rapid.IntRange(1, 60).Draw(t, "with"))
			if rapid.Bool().Draw(t, "staged") {
				condition += fmt.Sprintf(" && customer.stage == '%s'", rapid.SampledFrom(domains["customer.stage"]).Draw(t, "stage"))
			}
			rules = append(rules, rule(fmt.Sprint(i), condition, fmt.Sprint(rapid.IntRange(-9, 9).Draw(t, "percent"))))
		}
		b, q := pricing.NewBook(curtainAt(rules...)), ask()
		q.Quantity = money.Whole(int64(rapid.IntRange(1, 60).Draw(t, "quantity")))
		a, err := b.Price(q)
		if err != nil {
			t.Fatal(err)
		}
		price := func(q pricing.Question) money.Amount {
			other, err := b.Price(q)
			if err != nil {
				t.Fatal(err)
			}
			return other.Unit
		}
		want := map[string]bool{}
		for _, by := range []int64{-1, 1} {
			for n := q.Quantity.Nano()/1_000_000_000 + by; n > 0 && n < 70; n += by {
				to := q
				to.Quantity = money.Whole(n)
				if unit := price(to); unit != a.Unit {
					want[fmt.Sprintf("quantity %d: %d", n, unit.Minor())] = true
					break
				}
			}
		}
		prices := map[money.Amount]bool{}
		for _, stage := range domains["customer.stage"] {
			to := q
			to.Customer.Stage = stage
			if unit := price(to); unit != a.Unit && !prices[unit] {
				prices[unit] = true
				want[fmt.Sprintf("customer.stage %s: %d", stage, unit.Minor())] = true
			}
		}
		got := map[string]bool{}
		for one := range strings.SplitSeq(shownVariations(t, b, q), ", ") {
			if one != "" {
				got[one] = true
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("of %v at %s: %v, want %v", rules, q.Quantity, got, want)
		}
	})
}
