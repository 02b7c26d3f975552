package pricing_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/money"
	"kopeck/pricing"
)

// TestSplitOver: the shares sum to the total exactly, and each is within a kopeck of its proportion.
func TestSplitOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := make([]pricing.Part, rapid.IntRange(1, 9).Draw(t, "parts"))
		sum := new(big.Rat)
		for i := range parts {
			parts[i] = pricing.Part{ProductID: fmt.Sprint(i), Quantity: money.Nano(rapid.Int64Range(1, 1e11).Draw(t, "quantity")), List: money.Minor(rapid.Int64Range(0, 1e9).Draw(t, "list"))}
			sum.Add(sum, times(parts[i].List.Rat(), parts[i].Quantity.Rat()))
		}
		total := money.Minor(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"))
		shares, err := pricing.SplitOver(total, parts)
		if err != nil {
			t.Fatal(err)
		}
		back := money.Amount{}
		for i, share := range shares {
			if back, err = back.Plus(share); err != nil {
				t.Fatal(err)
			}
			exact := new(big.Rat).Quo(total.Rat(), new(big.Rat).SetInt64(int64(len(parts))))
			if sum.Sign() > 0 {
				exact = times(total.Rat(), parts[i].List.Rat(), parts[i].Quantity.Rat(), new(big.Rat).Inv(sum))
			}
			if off := plus(share.Rat(), times(exact, big.NewRat(-1, 1))); off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("the part %d gets %d of %s", i, share.Minor(), exact.FloatString(3))
			}
		}
		if back != total {
			t.Fatalf("%d back of %d", back.Minor(), total.Minor())
		}
	})
	if shares, err := pricing.SplitOver(money.Minor(1), nil); err != nil || len(shares) != 0 {
		t.Errorf("no parts: %v %v", shares, err)
	}
}
