package formula_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/formula"
	"kopeck/money"
)

// TestTryBetween: a formula without a quantity somewhere between the ends of its ranges is refused, also where no measurement is found for
// which it has none; one that divides only where it may is not.
func TestTryBetween(t *testing.T) {
	t.Parallel()
	ranges := map[string]formula.Range{
		"width":  {Least: money.MustDecimal("0.3"), Most: money.MustDecimal("6")},
		"height": {Least: money.MustDecimal("0.3"), Most: money.MustDecimal("3.5")},
		"depth":  {Least: money.MustDecimal("0"), Most: money.MustDecimal("1")},
	}
	for text, want := range map[string]string{
		"abs(10 / (width - 2))":                                      "division by zero at width = 2",
		"(width - 1) * (width - 3)":                                  "the quantity is negative at width = ",
		"abs(1 / (width * width - 2))":                               "division by zero: the divisor width * width - 2 can be zero for width from 1.414",
		"abs(1 / (width - height))":                                  "division by zero",
		"abs(1 / (width - height - 0.37)) ":                          "division by zero",
		"abs(1 / floor(width))":                                      "division by zero at width = 0.3",
		"abs(1 / ceil(width - 3))":                                   "division by zero at ",
		"width > 1 ? abs(1 / (width - 2)) : 1":                       "division by zero",
		"abs(1 / ((width - 2) * (width - 2)))":                       "division by zero at width = 2",
		"1 / width + 1 / height":                                     "",
		"1 / (width * width - 2 * width + 1.01)":                     "",
		"1 / (width + height - min(width, height))":                  "",
		"width == 2 ? 1 : abs(10 / (width - 2))":                     "",
		"width != 2 ? abs(10 / (width - 2)) : 1":                     "",
		"width - 2 == 0 ? 1 : abs(10 / (width - 2))":                 "",
		"!(width - 2 == 0) && height > 1 ? abs(1 / (width - 2)) : 1": "",
		"width - 2 == 0 || height > 1 ? 1 : abs(1 / (width - 2))":    "",
		"width > height ? 1 / (width - height) : 1":                  "",
		"height >= width ? 1 : 1 / (width - height)":                 "",
		"depth > 0 ? width / depth : 0":                              "",
		"depth > 0 ? 1 / ceil(depth) : 0":                            "",
		"1 / (depth > 0 ? 1 + width / depth : 1)":                    "",
		"1 / max(0.1, width - 2)":                                    "",
		"ceil(width / 1.4) * (height + 0.2)":                         "",
		"round(width * 10) - floor(width * 10)":                      "",
		"height > 2 ? 2 : 1":                                         "",
		"true ? width : 1 / 0":                                       "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f, err := formula.Compile(text, everything)
			if err != nil {
				t.Fatal(err)
			}
			err = f.Try(func(code string) formula.Range { return ranges[code] })
			switch {
			case want == "" && err != nil, want != "" && err == nil:
				t.Errorf("got %v; want %q", err, want)
			case want != "" && !strings.HasPrefix(err.Error(), want):
				t.Errorf("got %v; want %q", err, want)
			}
		})
	}
}

// TestTryBetweenMany: a formula of many measurements is tried in bounded steps.
func TestTryBetweenMany(t *testing.T) {
	t.Parallel()
	f, err := formula.Compile("abs(1 / (a + b + c + d + e + f + g + h + i + j + k - l * 4.77))", everything)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = f.Try(func(string) formula.Range {
		return formula.Range{Least: money.MustDecimal("0.1"), Most: money.MustDecimal("6")}
	})
	t.Logf("%v after %v", err, time.Since(began))
}

// TestTryIsSound: where Try finds no divisor that can be zero, no measurement makes one zero.
func TestTryIsSound(t *testing.T) {
	t.Parallel()
	leaf := rapid.SampledFrom([]string{"a", "b", "1", "2", "0.5", "3"})
	var expression func(depth int) *rapid.Generator[string]
	expression = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
				return leaf.Draw(t, "value")
			}
			part := func(label string) string { return expression(depth-1).Draw(t, label) }
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0, 1:
				return "(" + part("x") + " + " + part("y") + ")"
			case 2, 3:
				return "(" + part("x") + " - " + part("y") + ")"
			case 4:
				return "(" + part("x") + " * " + part("y") + ")"
			case 5, 6:
				return "abs(" + part("x") + " / " + part("y") + ")"
			case 7:
				return rapid.SampledFrom([]string{"ceil", "floor", "round", "abs"}).Draw(t, "f") + "(" + part("x") + ")"
			case 8:
				return rapid.SampledFrom([]string{"min", "max"}).Draw(t, "f") + "(" + part("x") + ", " + part("y") + ")"
			}
			compare := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="})
			condition := part("c") + " " + compare.Draw(t, "op") + " " + part("d")
			if rapid.Bool().Draw(t, "both") {
				condition += rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "join") + "!(" + part("c") + " " + compare.Draw(t, "op") + " " + part("d") + ")"
			}
			return "(" + condition + " ? " + part("x") + " : " + part("y") + ")"
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		text := "abs(" + expression(3).Draw(t, "formula") + ")"
		f, err := formula.Compile(text, everything)
		if err != nil {
			t.Skip(err)
		}
		most := rapid.IntRange(1, 4).Draw(t, "most")
		if f.Try(func(string) formula.Range { return formula.Range{Most: money.Whole(int64(most))} }) != nil {
			return
		}
		for range 20 {
			values := make([]formula.Number, len(f.Codes()))
			for i := range values {
				values[i] = formula.RatNumber(big.NewRat(int64(rapid.IntRange(0, most*4).Draw(t, "quarter")), 4))
			}
			if _, err := f.Quantity(values); err != nil && strings.HasPrefix(err.Error(), "division") {
				t.Fatalf("%s at %v: %v", text, values, err)
			}
		}
	})
}
