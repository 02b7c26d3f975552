package money_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/money"
)

func TestCurrencyDecimals(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"RUB": 2, "USD": 2, "JPY": 0, "KWD": 3, "EUR": 2} {
		t.Run(code, func(t *testing.T) {
			c, err := money.ParseCurrency(code)
			if err != nil || c.Decimals() != want {
				t.Errorf("%s: %d decimals, %v; want %d", code, c.Decimals(), err, want)
			}
		})
	}
	for _, code := range []string{"", "rub", "RU", "ROUBLE", "ЯЯЯ"} {
		if _, err := money.ParseCurrency(code); err == nil {
			t.Errorf("%q passed for a currency", code)
		}
	}
}

func TestParseAmount(t *testing.T) {
	t.Parallel()
	rub, _ := money.ParseCurrency("RUB")
	for text, want := range map[string]int64{
		"0": 0, "12.5": 1250, "12.50": 1250, "-0.01": -1, "92233720368547758.07": 1<<63 - 1, "-92233720368547758.08": -1 << 63,
	} {
		t.Run(text, func(t *testing.T) {
			got, err := rub.Parse(text)
			if err != nil || got.Minor() != want {
				t.Errorf("Parse(%q) = %d, %v; want %d", text, got.Minor(), err, want)
			}
		})
	}
	for text, want := range map[string]error{
		"12.505": money.ErrTooManyDecimals, "12.500": money.ErrTooManyDecimals, "": money.ErrNotDecimal, "1e3": money.ErrNotDecimal,
		" 1": money.ErrNotDecimal, "1.": money.ErrNotDecimal, ".5": money.ErrNotDecimal, "+1": money.ErrNotDecimal, "1,5": money.ErrNotDecimal,
		"١": money.ErrNotDecimal, "92233720368547758.08": money.ErrOverflow, "NaN": money.ErrNotDecimal,
	} {
		t.Run(text, func(t *testing.T) {
			if got, err := rub.Parse(text); !errors.Is(err, want) {
				t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
			}
		})
	}
}

func TestAmountTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, _ := money.ParseCurrency(rapid.SampledFrom([]string{"RUB", "JPY", "KWD"}).Draw(t, "currency"))
		a := money.Minor(rapid.Int64().Draw(t, "minor"))
		back, err := c.Parse(c.Format(a))
		if err != nil || back != a {
			t.Fatalf("%d -> %s -> %d, %v", a.Minor(), c.Format(a), back.Minor(), err)
		}
	})
}

func TestDecimalTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := money.Nano(rapid.Int64().Draw(t, "nano"))
		back, err := money.ParseDecimal(d.String())
		if err != nil || back != d {
			t.Fatalf("%d -> %s -> %d, %v", d.Nano(), d, back.Nano(), err)
		}
		exact, ok := new(big.Rat).SetString(d.String())
		if !ok || exact.Cmp(d.Rat()) != 0 {
			t.Fatalf("%s is not %s", d, d.Rat())
		}
	})
}

// TestArithmeticAgainstBig holds the 64-bit arithmetic against math/big: the same sum, or ErrOverflow where it does not fit.
func TestArithmeticAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		sum := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		same(t, "+", sum, func() (money.Amount, error) { return money.Minor(a).Plus(money.Minor(b)) })
		difference := new(big.Int).Sub(big.NewInt(a), big.NewInt(b))
		same(t, "-", difference, func() (money.Amount, error) { return money.Minor(a).Minus(money.Minor(b)) })
		same(t, "neg", new(big.Int).Neg(big.NewInt(a)), money.Minor(a).Neg)
	})
}

func same(t *rapid.T, name string, want *big.Int, do func() (money.Amount, error)) {
	got, err := do()
	if want.IsInt64() != (err == nil) || (err == nil && got.Minor() != want.Int64()) {
		t.Fatalf("%s: got %d, %v; want %s", name, got.Minor(), err, want)
	}
}

// TestRoundHalfToEven compares with the definition: the nearest whole number, of two equally near the even one.
func TestRoundHalfToEven(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1/2": 0, "3/2": 2, "5/2": 2, "-1/2": 0, "-3/2": -2, "-5/2": -2, "7/3": 2, "8/3": 3, "-8/3": -3, "51/100": 1} {
		t.Run(text, func(t *testing.T) {
			r, _ := new(big.Rat).SetString(text)
			if got, err := money.Round(r); err != nil || got.Minor() != want {
				t.Errorf("Round(%s) = %d, %v; want %d", text, got.Minor(), err, want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		r := big.NewRat(rapid.Int64Range(-1e15, 1e15).Draw(t, "n"), rapid.Int64Range(1, 1e4).Draw(t, "d"))
		got, err := money.Round(r)
		if err != nil {
			t.Fatal(err)
		}
		off := new(big.Rat).Sub(r, got.Rat())
		half := big.NewRat(1, 2)
		switch off.Abs(off).Cmp(half) {
		case 1:
			t.Fatalf("Round(%s) = %d is further than a half", r, got.Minor())
		case 0:
			if got.Minor()%2 != 0 {
				t.Fatalf("Round(%s) = %d is odd", r, got.Minor())
			}
		}
	})
	if _, err := money.Round(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63))); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("2^63 kopecks: %v", err)
	}
}

// TestSplitLosesNoKopeck: parts add up, none is further than a kopeck from its exact share, and equal weights get
// equal parts but for the earlier ones' one kopeck.
func TestSplitLosesNoKopeck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sum := money.Minor(rapid.Int64Range(-1e15, 1e15).Draw(t, "sum"))
		numbers := rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 40).Draw(t, "weights")
		total := int64(0)
		weights := make([]*big.Rat, len(numbers))
		for i, n := range numbers {
			total += n
			weights[i] = big.NewRat(n, 7)
		}
		parts, err := money.Split(sum, weights)
		if total == 0 {
			if !errors.Is(err, money.ErrNoWeights) {
				t.Fatalf("no weights: %v", err)
			}
			return
		}
		back, _ := money.Sum(parts...)
		if err != nil || back != sum {
			t.Fatalf("%d split to %v: %d, %v", sum.Minor(), parts, back.Minor(), err)
		}
		for i, part := range parts {
			exact := new(big.Rat).Mul(sum.Rat(), big.NewRat(numbers[i], total))
			off := exact.Sub(exact, part.Rat())
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d of %d is %s off", i, sum.Minor(), off)
			}
		}
		shares, err := money.Shares(weights)
		one := int64(0)
		for _, share := range shares {
			one += share.Nano()
		}
		if err != nil || one != 1_000_000_000 {
			t.Fatalf("shares sum to %d, %v", one, err)
		}
	})
}

func TestOneKopeckOverSeven(t *testing.T) {
	t.Parallel()
	weights := make([]*big.Rat, 7)
	for i := range weights {
		weights[i] = big.NewRat(1, 1)
	}
	for _, sum := range []int64{1, -1} {
		parts, err := money.Split(money.Minor(sum), weights)
		if err != nil || parts[0].Minor() != sum || parts[6].Minor() != 0 {
			t.Errorf("%d kopeck over seven: %v, %v", sum, parts, err)
		}
	}
}

func TestScalarsRefuseNumbers(t *testing.T) {
	t.Parallel()
	var d money.Decimal
	var e money.Exact
	for _, v := range []any{12.5, int64(3), nil, true, "1e5", "12,5", strings.Repeat("9", 50)} {
		if err := d.UnmarshalGQL(v); err == nil {
			t.Errorf("Decimal took %v", v)
		}
		if err := e.UnmarshalGQL(v); err == nil {
			t.Errorf("Exact took %v", v)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"0", "-0", "1.5", "0.000000001", "9223372036.854775807", "1e5", "", "-", "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := money.ParseDecimal(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(d.Rat()) != 0 {
			t.Fatalf("%q read as %s", text, d)
		}
	})
}
