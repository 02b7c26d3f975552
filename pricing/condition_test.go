package pricing_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kopeck/pricing"
)

func TestCompileAcceptsWhatIsDocumented(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{
		"true",
		`customer.stage == "LOYAL" && quantity >= 10`,
		`customer.kind in ["PERSON", "COMPANY"] && customer.id != "" && customer.segment == "FAST_CHEAP"`,
		`customer.birthday.month == at.getMonth("Europe/Moscow") + 1 && customer.birthday.day == at.getDate("Europe/Moscow")`,
		`customer.birthday.month in [12, 1, 2] && customer.birthday.day > 0`,
		`has(customer.measurements.waist) && customer.measurements.waist > 90`,
		`product.sku.startsWith("WIN-") || product.name.contains("oak") || product.kind == "GOOD" || product.id == ""`,
		`quantity > 2.5 && leadDays <= 3 && utilisation < 0.7 && lifetimeValue > 100000`,
		`permissionLevel == "PERSONAL" || permissionRank >= 3`,
		`season == "winter" && at >= timestamp("2026-01-01T00:00:00Z") && at.getDayOfWeek("Europe/Moscow") == 5`,
	} {
		if _, err := pricing.Compile(condition); err != nil {
			t.Errorf("%s: %v", condition, err)
		}
	}
}

func TestCompileRefusesWithPositionAndReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		condition    string
		line, column int
		reason       string
	}{
		{"", 0, 0, "want a condition"},
		{" \n ", 0, 0, "want a condition"},
		{"quantity >", 1, 11, "Syntax error"},
		{"quantity > 1 &&\n  colour == \"red\"", 2, 3, "undeclared reference to 'colour'"},
		{`quantity > "ten"`, 1, 10, "no matching overload"},
		{`customer.stage > 3`, 1, 16, "no matching overload"},
		{`customer.name == "x"`, 1, 1, "undeclared reference"},
		{`quantity + 1.0`, 1, 1, "want true or false"},
		{`now() > at`, 1, 4, "undeclared reference to 'now'"},
		{`quantity > 1 && random() < 0.5`, 1, 23, "undeclared reference to 'random'"},
		{"true && " + strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), 0, 0, ""},
		{"true" + strings.Repeat(" && true", 1000), 0, 0, ""},
	} {
		t.Run(fmt.Sprintf("%.40q", c.condition), func(t *testing.T) {
			_, err := pricing.Compile(c.condition)
			var wrong *pricing.RuleError
			if !errors.As(err, &wrong) {
				t.Errorf("%.40q: %v; want a RuleError", c.condition, err)
				return
			}
			if c.line != 0 && (wrong.Line != c.line || wrong.Column != c.column) {
				t.Errorf("%.40q: at %d:%d; want %d:%d (%s)", c.condition, wrong.Line, wrong.Column, c.line, c.column, wrong.Reason)
			}
			if !strings.Contains(wrong.Reason, c.reason) {
				t.Errorf("%.40q: %q; want %q", c.condition, wrong.Reason, c.reason)
			}
		})
	}
}
