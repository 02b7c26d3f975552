package pricing_test

import (
	"fmt"
	"testing"

	"kopeck/money"
	"kopeck/pricing"
)

func TestFloorWithoutCosts(t *testing.T) {
	t.Parallel()
	line := func(kind pricing.LineKind, label string, amount int64) pricing.Line {
		return pricing.Line{Kind: kind, Label: label, Amount: money.Minor(amount)}
	}
	list, agreed := line(pricing.ListLine, "list price", 100000), line(pricing.AgreementLine, "agreed price", -20000)
	late, floor, rounded := line(pricing.LeadTimeLine, "4 days instead of 14", 500), line(pricing.FloorLine, "floor: marginal cost + minimum margin", 3417), line(pricing.RoundingLine, "rounded", 83)
	for name, c := range map[string]struct{ lines, want []pricing.Line }{
		"no floor":     {[]pricing.Line{list, agreed, late, rounded}, []pricing.Line{list, agreed, late, rounded}},
		"a floor":      {[]pricing.Line{list, agreed, floor}, []pricing.Line{list, agreed, line(pricing.LeadTimeLine, "lead time and capacity", 3417)}},
		"all three":    {[]pricing.Line{list, agreed, late, floor, rounded}, []pricing.Line{list, agreed, line(pricing.LeadTimeLine, "4 days instead of 14", 4000)}},
		"and rounding": {[]pricing.Line{list, floor, rounded}, []pricing.Line{list, line(pricing.LeadTimeLine, "lead time and capacity", 3500)}},
		"nothing":      {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pricing.WithoutCosts(c.lines, money.Minor(1))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v %v, want %v", got, err, c.want)
			}
		})
	}
	if _, err := pricing.WithoutCosts([]pricing.Line{line(pricing.LeadTimeLine, "", 1<<63-1), line(pricing.FloorLine, "", 1)}, money.Minor(1)); err == nil {
		t.Error("no error where the sum does not fit")
	}
}

// TestLinesWithoutCosts: lines in whole steps, whose sum is that of the exact ones.
func TestLinesWithoutCosts(t *testing.T) {
	t.Parallel()
	line := func(kind pricing.LineKind, amount int64) pricing.Line {
		return pricing.Line{Kind: kind, Amount: money.Minor(amount)}
	}
	rounded := func(amount int64) pricing.Line {
		return pricing.Line{Kind: pricing.RoundingLine, Label: "rounded", Amount: money.Minor(amount)}
	}
	exact := []pricing.Line{line(pricing.ListLine, 592866), line(pricing.RuleLine, -29643), rounded(-23)}
	for name, c := range map[string]struct {
		step        int64
		lines, want []pricing.Line
	}{
		"a step of one":       {1, exact, exact},
		"a step of a hundred": {100, exact, []pricing.Line{line(pricing.ListLine, 592900), line(pricing.RuleLine, -29600), rounded(-100)}},
		"no rounding before":  {100, []pricing.Line{line(pricing.ListLine, 101)}, []pricing.Line{line(pricing.ListLine, 100), rounded(1)}},
		"nothing is left":     {50, []pricing.Line{line(pricing.ListLine, 151), rounded(-1)}, []pricing.Line{line(pricing.ListLine, 150)}},
		"nothing":             {100, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := pricing.WithoutCosts(c.lines, money.Minor(c.step))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v %v, want %v", got, err, c.want)
			}
		})
	}
	if _, err := pricing.WithoutCosts([]pricing.Line{line(pricing.ListLine, 1<<63-1)}, money.Minor(10)); err == nil {
		t.Error("no error where an amount does not fit")
	}
}
