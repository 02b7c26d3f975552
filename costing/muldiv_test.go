package costing_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// TestMulDivAgainstRationals: always what money.Round gives, or money.ErrOverflow where it does.
func TestMulDivAgainstRationals(t *testing.T) {
	t.Parallel()
	check := func(t interface{ Fatalf(string, ...any) }, a, b, divisor int64) {
		want, wantErr := money.Round(new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(a, 1), big.NewRat(b, 1)), big.NewRat(divisor, 1)))
		got, err := costing.MulDiv(a, b, divisor)
		if got != want || !errors.Is(err, wantErr) {
			t.Fatalf("%d x %d / %d = %d, %v; want %d, %v", a, b, divisor, got.Minor(), err, want.Minor(), wantErr)
		}
	}
	const most, least = 1<<63 - 1, -1 << 63
	for _, c := range [][3]int64{
		{5, 1, 10},
		{15, 1, 10},
		{25, 1, 10},
		{-5, 1, 10},
		{-15, 1, 10},
		{25, -1, 10},
		{24, 1, 10},
		{26, 1, 10},
		{0, 7, 3},
		{most, 1, 1},
		{least, 1, 1},
		{least, -1, 1},
		{most, 2, 1},
		{most, 2, 2},
		{least, least, most},
		{most, most, most},
		{least, 1, most},
		{most, 4, 2},
		{most, 4, 3},
		{most, most, 1},
		{1, 1, most},
		{most, 1, 2},
		{least, 1, 2},
	} {
		check(t, c[0], c[1], c[2])
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b"), rapid.Int64Range(1, most).Draw(t, "divisor"))
	})
}
