package formula_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"kopeck/formula"
	"kopeck/money"
)

func everything(string) bool { return true }

func rats(t *testing.T, f *formula.Formula, values map[string]string) []formula.Number {
	t.Helper()
	all := make([]formula.Number, len(f.Codes()))
	for i, code := range f.Codes() {
		all[i] = formula.DecimalNumber(money.MustDecimal(values[code]))
	}
	return all
}

func TestQuantity(t *testing.T) {
	t.Parallel()
	values := map[string]string{"width": "1.8", "height": "2.65", "n": "3"}
	for text, want := range map[string]string{
		"width * height * 1.1":                  "2623500/500000",
		"width * height":                        "477/100",
		"ceil(width / 1.4) * (height + 0.2)":    "57/10",
		"1 / n":                                 "1/3",
		"1 / 3 * 3":                             "1",
		"0.1 + 0.2":                             "3/10",
		"n / 2":                                 "3/2",
		"floor(height) + round(height)":         "5",
		"round(2.5) + abs(round(-2.5))":         "6",
		"ceil(-1.5) + 2":                        "1",
		"max(width, height, n) - min(width, n)": "6/5",
		"width > 2 ? 1 : 2":                     "2",
		"width <= 1.8 && !(n == 4) ? n : 0":     "3",
		"n != 3 || width < height ? 0.5 : 7":    "1/2",
		"true ? 1 : 1 / 0":                      "1",
		"n > 2 || 1 / (n - 3) > 1 ? 4 : 5":      "4",
		"-(-width)":                             "9/5",
		"n -1":                                  "2",
		"123456789.012345 * 0 + 0.000000001":    "1/1000000000",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f, err := formula.Compile(text, everything)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Quantity(rats(t, f, values))
			expected, _ := new(big.Rat).SetString(want)
			if err != nil || got.Cmp(expected) != 0 {
				t.Errorf("got %v, %v; want %s", got, err, want)
			}
		})
	}
}

// TestRefused: a formula that is wrong is refused with the place and the reason.
func TestRefused(t *testing.T) {
	t.Parallel()
	defined := func(code string) bool { return code == "width" || code == "height" }
	for text, want := range map[string]string{
		"":                                "line 1, column 1: want a formula",
		"width *":                         "line 1, column 8: Syntax error",
		"width * depth":                   `line 1, column 9: no measurement "depth" is defined`,
		"width > 2":                       "column 7: want a number, not true or false",
		"width ? 1 : 2":                   "column 1: want true or false",
		"width %\n 2":                     "no operator % for numbers",
		"sqrt(width)":                     `column 5: no function "sqrt"`,
		"width.ceil()":                    "no function ceil of a value",
		"ceil(width, 2)":                  "column 5: ceil takes one number",
		"min(width)":                      "min takes two numbers or more",
		`"wide"`:                          "column 1: want a number",
		"[width]":                         "want a number, a measurement",
		"width.size":                      "want a number, a measurement",
		"1e3":                             "column 1: write 1e3 as a decimal number",
		"width +\n  0x10":                 "line 2, column 3: write 0x10",
		"width * 1.2345678901234567":      "column 9: want numbers of at most 15 digits",
		"true":                            "want a number",
		"width + (height > 2 ? true : 1)": "want a number",
		strings.Repeat("(", 60) + "1" + strings.Repeat(")", 60): "recursion",
		strings.Repeat("1+", 1100) + "1":                        "want at most 2000 characters",
		strings.Repeat("1+", 700) + "1":                         "line 1",
	} {
		t.Run(text[:min(len(text), 30)], func(t *testing.T) {
			t.Parallel()
			_, err := formula.Compile(text, defined)
			var wrong *formula.Error
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v; want %s", err, want)
			}
		})
	}
}

// TestTry: a formula is tried at the ends of the ranges of what it measures.
func TestTry(t *testing.T) {
	t.Parallel()
	ranges := map[string]formula.Range{
		"width": {Least: money.MustDecimal("0.1"), Most: money.MustDecimal("10")}, "height": {Least: money.MustDecimal("0"), Most: money.MustDecimal("5")},
	}
	for text, want := range map[string]string{
		"width * height":                  "",
		"width / height":                  "division by zero at height = 0, width = 0.1",
		"height > 0 ? width / height : 0": "",
		"width - height":                  "the quantity is negative at height = 5, width = 0.1",
		"width * 100000000":               "",
		"width * 100000001":               "the quantity is more than a billion, or a number on the way to it is too large at height",
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
			case want != "" && !strings.HasPrefix(err.Error(), strings.TrimSuffix(want, " at height")):
				t.Errorf("got %v; want %q", err, want)
			}
		})
	}
	f, err := formula.Compile(strings.TrimSuffix(strings.Repeat("(width*width*width*width*width*width*width*width)*", 12), "*"), everything)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Quantity([]formula.Number{formula.DecimalNumber(money.MustDecimal("999999999.999999999"))}); !errors.Is(err, formula.ErrHuge) {
		t.Errorf("a product of 96 factors: %v", err)
	}
}

func TestCheckCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"width": true, "w2": true, "Sill_1": true, "": false, "2w": false, "ширина": false, "a b": false, "true": false, "in": false, "ceil": false, "max": false, "if": false, "_x": false, strings.Repeat("a", 101): false} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if err := formula.CheckCode(text); (err == nil) != want {
				t.Errorf("%q: %v", text, err)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range []string{"width * height * 1.1", "ceil(width / 1.4) * (height + 0.2)", "a > b && !c ? 1 : 2", "1e9", "\"", "((", "x.y", "-1.5.5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compiled, err := formula.Compile(text, everything)
		if err != nil {
			var wrong *formula.Error
			if !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Column < 1 {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		values := make([]formula.Number, len(compiled.Codes()))
		for i := range values {
			values[i] = formula.RatNumber(big.NewRat(int64(i+1), 3))
		}
		if quantity, err := compiled.Quantity(values); err == nil && (quantity.Sign() < 0 || quantity.Cmp(formula.Most) > 0) {
			t.Fatalf("%q: %s", text, quantity)
		}
	})
}

func BenchmarkQuantity(b *testing.B) {
	f, err := formula.Compile("ceil((a * b + c * d) / 1.4) * (e + 0.2) + max(f, g) * h - min(i, j) / 3", everything)
	if err != nil {
		b.Fatal(err)
	}
	values := make([]formula.Number, len(f.Codes()))
	for i := range values {
		values[i] = formula.RatNumber(big.NewRat(int64(1000+37*i), 1000))
	}
	for b.Loop() {
		if _, err := f.Quantity(values); err != nil {
			b.Fatal(err)
		}
	}
}
