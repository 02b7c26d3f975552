package formula

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/money"
)

// TestNumber: each operation gives what big.Rat gives, in lowest terms, whether the numbers are small, at the ends of int64 or beyond.
func TestNumber(t *testing.T) {
	t.Parallel()
	whole := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, 1 << 32, -1 << 32, 3037000500}))
	draw := func(t *rapid.T, name string) *big.Rat {
		den := whole.Filter(func(n int64) bool { return n != 0 }).Draw(t, name+" divisor")
		r := big.NewRat(whole.Draw(t, name), den)
		if rapid.IntRange(0, 9).Draw(t, name+" beyond") == 0 {
			r.Mul(r, big.NewRat(math.MaxInt64, 7))
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		x, y := RatNumber(a), RatNumber(b)
		type result struct {
			got  Number
			want *big.Rat
		}
		results := map[string]result{
			"+": {x.plus(y), new(big.Rat).Add(a, b)}, "-": {x.minus(y), new(big.Rat).Sub(a, b)}, "*": {x.times(y), new(big.Rat).Mul(a, b)},
			"negated": {x.negated(), new(big.Rat).Neg(a)}, "absolute": {x.absolute(), new(big.Rat).Abs(a)}, "itself": {x, a},
		}
		if b.Sign() != 0 {
			results["/"] = result{x.over(y), new(big.Rat).Quo(a, b)}
		}
		for name, round := range roundings {
			results[name] = result{x.rounded(round), round(new(big.Rat), a)}
		}
		for name, r := range results {
			if r.got.Rat().Cmp(r.want) != 0 || r.got.big == nil && big.NewRat(r.got.num, r.got.den).Denom().Int64() != r.got.den {
				t.Errorf("%s of %s and %s: %+v, want %s", name, a, b, r.got, r.want)
			}
		}
		if x.compare(y) != a.Cmp(b) || x.Sign() != a.Sign() || !x.Given() {
			t.Errorf("%s against %s: %d, sign %d", a, b, x.compare(y), x.Sign())
		}
		d := money.Nano(whole.Draw(t, "nano"))
		if DecimalNumber(d).Rat().Cmp(d.Rat()) != 0 {
			t.Errorf("%s is %s", d, DecimalNumber(d).Rat())
		}
	})
	if (Number{}).Given() {
		t.Error("the zero Number is given")
	}
}
