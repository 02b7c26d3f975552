package pricing_test

import (
	"fmt"
	"testing"

	"kopeck/money"
	"kopeck/pricing"
)

func TestFolded(t *testing.T) {
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
			got, err := pricing.Folded(c.lines)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v %v, want %v", got, err, c.want)
			}
		})
	}
	if _, err := pricing.Folded([]pricing.Line{line(pricing.LeadTimeLine, "", 1<<63-1), line(pricing.FloorLine, "", 1)}); err == nil {
		t.Error("no error where the sum does not fit")
	}
}
