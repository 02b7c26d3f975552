package rates

import (
	"maps"
	"slices"
	"testing"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service/quote"
)

// workshop makes tables of oak, by saw, on an overhead of 10 %; a set is two tables and a lamp of glass.
func workshop(t *testing.T) costing.Basis {
	t.Helper()
	rub, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	one := money.Whole(1)
	catalogue := costing.NewCatalogue([]costing.Product{
		{ID: "table", Components: []costing.Component{{Material: "oak", Quantity: money.MustDecimal("2.5")}, {Resource: "saw", Quantity: one}}},
		{ID: "lamp", Components: []costing.Component{{Material: "glass", Quantity: one}}, Options: []costing.Option{
			{Code: "dimmer", Name: "Dimmer", Components: []costing.Component{{Material: "wire", Quantity: one}}},
		}},
		{ID: "set", Components: []costing.Component{{PartID: "table", Quantity: money.Whole(2)}, {PartID: "lamp", Quantity: one}}},
	})
	rate := func(subject, code, amount string) costing.Rate {
		return costing.Rate{ID: code, Subject: subject, Code: code, Unit: "kg", Amount: money.MustDecimal(amount), ValidFrom: day(1), RecordedAt: day(1)}
	}
	return costing.Basis{
		Catalogue: catalogue, Currency: rub, Zone: day(1).Location(), Load: costing.DefaultLoad(),
		Rates: costing.NewRates([]costing.Rate{rate(costing.SubjectMaterial, "oak", "10.01"), rate(costing.SubjectResource, "saw", "3"), rate(costing.SubjectOverhead, "office", "0.1")}),
	}
}

func TestAddCodes(t *testing.T) {
	t.Parallel()
	basis := workshop(t)
	for product, want := range map[string][]string{"table": {"oak", "saw"}, "lamp": {"glass", "wire"}, "set": {"glass", "oak", "saw", "wire"}, "none": nil} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()
			codes := map[string]bool{}
			if addCodes(codes, basis.Catalogue, product); !slices.Equal(slices.Sorted(maps.Keys(codes)), want) {
				t.Errorf("%v; want %v", codes, want)
			}
		})
	}
}

// TestCostOrder: a table costs 25.025, rounded to 25.02, and 3, and 10 % of 28.02 on them: 30.82.
func TestCostOrder(t *testing.T) {
	t.Parallel()
	memo := costing.NewMemo(workshop(t), memoized)
	order := func(lines ...lineToCost) orderToCost {
		return orderToCost{id: "order", at: day(5), total: money.Minor(10_000), refunded: money.Minor(500), lines: lines}
	}
	table := func(quantity string) lineToCost {
		return lineToCost{id: quantity, productID: "table", quantity: money.MustDecimal(quantity)}
	}
	for name, c := range map[string]struct {
		order    orderToCost
		cost     int64
		lines    []int64
		uncosted bool
	}{
		"one":                 {order(table("1")), 3082, []int64{3082}, false},
		"lines round alone":   {order(table("0.25"), table("0.25")), 1540, []int64{770, 770}, false}, // 7.705 rounds to the even 7.70
		"a rate is missing":   {order(table("1"), lineToCost{productID: "lamp", quantity: money.Whole(1)}), 3082, []int64{3082, 0}, true},
		"before the rates":    {orderToCost{at: day(1).AddDate(0, -1, 0), total: money.Minor(10_000), refunded: money.Minor(500), lines: []lineToCost{table("1")}}, 0, []int64{0}, true},
		"an order of nothing": {order(), 0, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			costed, err := costOrders(memo, []orderToCost{c.order}, knowledge{day(20), day(20)})
			if err != nil {
				t.Fatal(err)
			}
			got := costed[0]
			var lines []int64
			for _, line := range got.after.lines {
				lines = append(lines, line.cost.Minor())
			}
			if got.after.cost.Minor() != c.cost || !slices.Equal(lines, c.lines) || got.after.uncosted != c.uncosted {
				t.Errorf("cost %d of lines %v, uncosted %t", got.after.cost.Minor(), lines, got.after.uncosted)
			}
			if margin := 10_000 - 500 - c.cost; got.margin.Minor() != margin {
				t.Errorf("margin %d; want %d", got.margin.Minor(), margin)
			}
			if changed := c.cost != 0 || c.uncosted; got.changed() != changed {
				t.Errorf("changed %t", got.changed())
			}
			for _, line := range c.order.lines {
				if !line.cost.IsZero() {
					t.Error("the order that was given is changed")
				}
			}
		})
	}
	if _, err := costOrders(memo, []orderToCost{order(lineToCost{productID: "none", quantity: money.Whole(1)})}, knowledge{day(20), day(20)}); err == nil {
		t.Error("a product that is not there is costed")
	}
}

func TestNeedsOf(t *testing.T) {
	t.Parallel()
	basis := workshop(t)
	promise := func(product, quantity string) quote.Promise {
		return quote.Promise{ProductID: product, Quantity: money.MustDecimal(quantity)}
	}
	for name, c := range map[string]struct {
		promises []quote.Promise
		want     string // of the saw; "" for no needs
	}{
		"nothing":                 {nil, ""},
		"no resource":             {[]quote.Promise{promise("lamp", "3")}, ""},
		"a resource":              {[]quote.Promise{promise("table", "1.5")}, "1.5"},
		"lines and parts are one": {[]quote.Promise{promise("table", "1"), promise("set", "2"), promise("lamp", "1")}, "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs, err := needsOf(basis.Cost, c.promises, day(5))
			switch {
			case err != nil:
				t.Fatal(err)
			case c.want == "" && len(needs) != 0, c.want != "" && (len(needs) != 1 || needs[0].Resource != "saw" || needs[0].Units != money.MustDecimal(c.want)):
				t.Errorf("%v; want %q", needs, c.want)
			}
		})
	}
}
