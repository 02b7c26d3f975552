package pricing_test

import (
	"errors"
	"fmt"
	"testing"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// wrongField is the field that an error is about; the error's text where it is about none.
func wrongField(err error) string {
	var wrong *costing.FieldError
	if errors.As(err, &wrong) {
		return wrong.Field
	}
	return fmt.Sprint(err)
}

func TestCheckRule(t *testing.T) {
	t.Parallel()
	with := func(change func(*pricing.Rule)) pricing.Rule {
		r := rule("r", "true", "-10")
		change(&r)
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*pricing.Rule)
		want   string
	}{
		{"a discount", func(*pricing.Rule) {}, "<nil>"},
		{"nearly all off", func(r *pricing.Rule) { r.Percent = some("-99.999999999") }, "<nil>"},
		{"the greatest percentage", func(r *pricing.Rule) { r.Percent = some("1000") }, "<nil>"},
		{"no effect", func(r *pricing.Rule) { r.Percent = nil }, "percent"},
		{"two effects", func(r *pricing.Rule) { r.Amount = amount(1) }, "percent"},
		{"all off", func(r *pricing.Rule) { r.Percent = some("-100") }, "percent"},
		{"too great a percentage", func(r *pricing.Rule) { r.Percent = some("1000.1") }, "percent"},
		{"a negative price", func(r *pricing.Rule) { r.Percent, r.Price = nil, amount(-1) }, "price"},
		{"an end at the beginning", func(r *pricing.Rule) { r.ValidFrom, r.ValidTo = moment(0), moment(0) }, "validTo"},
		{"no name", func(r *pricing.Rule) { r.Name = " " }, "name"},
		{"a condition that is a number", func(r *pricing.Rule) { r.Condition = "quantity" }, "line 1, column 1: want true or false, not a double"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrongField(pricing.CheckRule(with(c.change))); got != c.want {
				t.Errorf("rule: %s; want %s", got, c.want)
			}
		})
	}
}

func TestCheckTerms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		terms pricing.Terms
		want  string
	}{
		{"a markup", pricing.Terms{Markup: dec("0.35"), MinimumMargin: dec("0.999999999")}, "<nil>"},
		{"a negative list price", pricing.Terms{Amount: amount(-1)}, "listPrice"},
		{"a markup below -1", pricing.Terms{Markup: dec("-1.1")}, "markup"},
		{"a margin of all", pricing.Terms{MinimumMargin: dec("1")}, "minimumMargin"},
		{"a negative margin", pricing.Terms{MinimumMargin: dec("-0.1")}, "minimumMargin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrongField(pricing.CheckTerms(c.terms)); got != c.want {
				t.Errorf("terms: %s; want %s", got, c.want)
			}
		})
	}
}

func TestCheckAgreement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		agreement pricing.Agreement
		want      string
	}{
		{"a price", pricing.Agreement{Unit: money.Minor(1), MinimumQuantity: dec("1"), ValidFrom: day}, "<nil>"},
		{"a negative price", pricing.Agreement{Unit: money.Minor(-1)}, "unit"},
		{"a negative quantity", pricing.Agreement{MinimumQuantity: dec("-1")}, "minimumQuantity"},
		{"an end at the beginning", pricing.Agreement{ValidFrom: day, ValidTo: moment(0)}, "validTo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrongField(pricing.CheckAgreement(c.agreement)); got != c.want {
				t.Errorf("agreement: %s; want %s", got, c.want)
			}
		})
	}
}
