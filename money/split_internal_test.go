package money

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSplitInts compares the split in numbers of 64 bits with the one in fractions.
func TestSplitInts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int64{3, 1000, math.MaxInt64 / 8}).Draw(t, "most")
		sum := rapid.OneOf(rapid.Int64Range(-most, most), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "sum")
		var weights []*big.Rat
		for range rapid.IntRange(0, 6).Draw(t, "weights") {
			weights = append(weights, new(big.Rat).SetInt64(rapid.Int64Range(0, most).Draw(t, "weight")))
		}
		slow, err := splitUnits(big.NewInt(sum), weights)
		got := splitInts(sum, weights)
		if (got == nil) != (err != nil) {
			t.Fatalf("%v, and in fractions %v, %v", got, slow, err)
		}
		for i := range got {
			if got[i].minor != slow[i].Int64() {
				t.Fatalf("%v, and in fractions %v", got, slow)
			}
		}
	})
	for name, weights := range map[string][]*big.Rat{
		"none": nil, "nothing": {new(big.Rat)}, "below nothing": {big.NewRat(-1, 1), big.NewRat(2, 1)}, "a fraction": {big.NewRat(1, 2)}, "too large": slices.Repeat([]*big.Rat{new(big.Rat).SetInt64(math.MaxInt64)}, 2),
	} {
		if got := splitInts(5, weights); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
