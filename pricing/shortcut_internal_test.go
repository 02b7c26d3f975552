package pricing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// TestShortcutsSayWhatTheInterpreterSays draws conditions and what they are asked of: with its shortcut a condition holds,
// does not hold or fails as the interpreter of CEL has it, with the same reason.
func TestShortcutsSayWhatTheInterpreterSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		asked := []*facts{drawFacts(t), drawFacts(t), drawFacts(t), drawFacts(t)}
		for depth := range 6 {
			text := drawCondition(t, depth/2)
			condition, err := Compile(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if condition.short == nil {
				t.Fatalf("%s has no shortcut", text)
			}
			for _, f := range asked {
				sameAsInterpreted(t, condition, f)
			}
		}
	})
}

func sameAsInterpreted(t interface{ Fatalf(string, ...any) }, c *Condition, f *facts) {
	holds, err := c.Holds(f)
	wanted, wantedErr := c.interpret(f)
	if holds != wanted || fmt.Sprint(err) != fmt.Sprint(wantedErr) {
		t.Fatalf("%s of %+v %+v: %t %v, by the interpreter %t %v", c.text, f, f.question.Customer, holds, err, wanted, wantedErr)
	}
}

// drawCondition joins comparisons of what has shortcuts, some of which fail.
func drawCondition(t *rapid.T, depth int) string {
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "of") }
	join := func(operator string) string {
		terms := make([]string, rapid.IntRange(2, 4).Draw(t, "terms"))
		for i := range terms {
			terms[i] = "(" + drawCondition(t, depth-1) + ")"
		}
		return strings.Join(terms, operator)
	}
	kinds := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 11}
	if depth > 0 {
		kinds = append(kinds, 9, 10, 12)
	}
	text := func() string {
		return one("customer.id", "customer.kind", "customer.stage", "customer.segment", "product.sku", "product.name", "permissionLevel", "season", `"LOYAL"`, `"a"`, `""`, `"я"`)
	}
	order := func() string { return one("<", "<=", ">", ">=", "==", "!=") }
	whole := func() string {
		return one("leadDays", "permissionRank", "customer.birthday.month", "customer.birthday.day", "0", "14", "-3", "9007199254740991")
	}
	double := func() string {
		return one("quantity", "utilisation", "lifetimeValue", "0.0", "-0.5", "14.0", "1e300", "123456.78")
	}
	measured := one("customer.measurements.", "customer.fields.", "product.fields.") + one("waist", "colour", "both", "flag", "list", "nothing")
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case 0:
		return text() + order() + text()
	case 1:
		return whole() + order() + whole()
	case 2:
		return double() + order() + double()
	case 3:
		return one(double()+one("<", "<=", ">", ">=")+whole(), whole()+one("<", "<=", ">", ">=")+double())
	case 4:
		return measured + order() + one(double(), whole(), text())
	case 11:
		return one(double(), whole(), text()) + order() + measured
	case 5:
		return "has(" + measured + ")"
	case 6:
		return text() + one(` in ["LOYAL", "", "winter"]`, ` in ["a"]`)
	case 7:
		return text() + "." + one("startsWith", "endsWith", "contains") + "(" + text() + ")"
	case 8:
		return one("true", "false")
	case 9:
		return join(" && ")
	case 10:
		return join(" || ")
	default:
		return "!(" + drawCondition(t, depth-1) + ")"
	}
}

func drawFacts(t *rapid.T) *facts {
	text := func(name string) string {
		return rapid.SampledFrom([]string{"", "a", "LOYAL", "winter", "ja", "я"}).Draw(t, name)
	}
	number := func(name string) float64 {
		return rapid.SampledFrom([]float64{0, -0.5, 14, 123456.78, 1e300}).Draw(t, name)
	}
	q := &Question{Customer: Customer{
		ID: text("id"), Kind: text("kind"), Stage: text("stage"), Segment: text("segment"), PermissionLevel: text("level"),
		BirthMonth: rapid.IntRange(0, 12).Draw(t, "month"), BirthDay: rapid.IntRange(0, 31).Draw(t, "day of the month"),
		PermissionRank: rapid.IntRange(0, 5).Draw(t, "rank"), Measurements: map[string]any{"flag": true, "list": []any{1.0}, "null": nil},
	}, At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if rapid.Bool().Draw(t, "measured") {
		q.Customer.Measurements["waist"] = number("waist")
		q.Customer.Measurements["colour"] = text("colour")
		q.Customer.Measurements["both"] = rapid.SampledFrom([]any{number("both"), text("both"), nil}).Draw(t, "either")
	}
	if rapid.IntRange(0, 9).Draw(t, "unmeasured") == 0 {
		q.Customer.Measurements = nil
	}
	q.Customer.Fields = q.Customer.Measurements
	return &facts{
		book:     &Book{fields: map[string][]FieldValue{"a": {{Code: "waist", Value: number("width")}, {Code: "colour", Value: text("shade")}, {Code: "both", Value: "a"}, {Code: "both"}, {Code: "flag", Value: true}, {Code: "list", Value: q.At, RecordedAt: q.At}}}},
		question: q, product: &costing.Product{ID: text("product"), SKU: text("sku"), Name: text("name")}, leadDays: rapid.SampledFrom([]int{0, 14, 3, 3650}).Draw(t, "days"),
		quantity: number("quantity"), utilisation: number("utilisation"), lifetime: number("lifetime"), season: text("season"),
	}
}

// TestOthersAreInterpreted has conditions of which a part has no shortcut, so that none may be taken, and one that costs
// more than its limit.
func TestOthersAreInterpreted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`quantity * 2.0 > 3.0`, `at.getHours() == 3 && quantity > 1`, `leadDays in [1, 2]`, `customer.measurements["waist"] > 1`, `[1, 2].exists(x, x > leadDays)`,
		`1 / leadDays > 0 || season == "winter"`, `size(customer.id) > 3`, `leadDays < 9007199254740993`, `customer.id in [customer.kind]`,
		`customer.stage == "LOYAL" ? quantity > 1 : quantity > 2`, `[` + strings.Repeat("0, ", 600) + `0].all(x, x < 1)`, "true" + strings.Repeat(" && product.name.contains(product.name)", 3),
	} {
		condition, err := Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if condition.short != nil {
			t.Errorf("%s has a shortcut", text)
		}
		rapid.Check(t, func(t *rapid.T) { sameAsInterpreted(t, condition, drawFacts(t)) })
	}
}

// TestRatioIsTheNearestDouble holds ratio against exact arithmetic, on both sides of what doubles can hold.
func TestRatioIsTheNearestDouble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-exact-9, -exact+9), rapid.Int64Range(exact-9, exact+9), rapid.Int64Range(-1e12, 1e12)).Draw(t, "of")
		by := rapid.SampledFrom([]int64{1, 100, 1000, 1_000_000_000}).Draw(t, "by")
		wanted, _ := money.Minor(of).Rat().Float64()
		if by > 1 {
			r := money.Minor(of).Rat()
			wanted, _ = r.Quo(r, money.Minor(by).Rat()).Float64()
		}
		if got := ratio(of, by); got != wanted {
			t.Fatalf("%d / %d = %v, want %v", of, by, got, wanted)
		}
	})
}
