package costing_test

import (
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// TestOrderLineCostSums divides costs of lines: they sum to the line's cost, each within a kopeck of its own share of it.
func TestOrderLineCostSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var unit costing.ProductCost
		for _, minor := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 0, 8).Draw(t, "amounts") {
			unit.Lines = append(unit.Lines, costing.Line{Kind: costing.Material, Quantity: money.Whole(1), Amount: money.Minor(minor)})
			unit.Full, _ = unit.Full.Plus(money.Minor(minor))
		}
		quantity := money.Nano(rapid.Int64Range(1, 100_000_000_000).Draw(t, "quantity"))
		cost, lines, err := costing.OrderLineCost(unit, quantity)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := costing.LineCost(unit.Full, quantity); cost != want {
			t.Fatalf("the cost is %v, want %v", cost, want)
		}
		var sum money.Amount
		for i, line := range lines {
			sum, _ = sum.Plus(line.Amount)
			if line.UnitAmount != unit.Lines[i].Amount || line.Quantity != quantity {
				t.Fatalf("line %d: %+v", i, line)
			}
		}
		if sum != cost {
			t.Fatalf("the lines sum to %v, want %v", sum, cost)
		}
	})
}

// TestPartsOfALine gives a line back in random parts: the parts sum to its amount exactly, in whatever order they come.
func TestPartsOfALine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Minor(rapid.Int64Range(0, 1_000_000_000).Draw(t, "amount"))
		var whole int64
		parts := rapid.SliceOfN(rapid.Int64Range(1, 5_000_000_000), 1, 9).Draw(t, "parts")
		for _, part := range parts {
			whole += part
		}
		var sum money.Amount
		var before int64
		for _, part := range parts {
			first, err := costing.PartOf(amount, money.Nano(before), money.Nano(whole))
			if err != nil {
				t.Fatal(err)
			}
			before += part
			both, err := costing.PartOf(amount, money.Nano(before), money.Nano(whole))
			if err != nil {
				t.Fatal(err)
			}
			one, _ := both.Minus(first)
			if one.Sign() < 0 {
				t.Fatalf("a part of %v", one)
			}
			sum, _ = sum.Plus(one)
		}
		if sum != amount {
			t.Fatalf("the parts sum to %v, want %v", sum, amount)
		}
	})
}

func TestDivideRefunds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all money.Amount
		var left []money.Amount
		for _, minor := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 6).Draw(t, "left") {
			left = append(left, money.Minor(minor))
			all, _ = all.Plus(money.Minor(minor))
		}
		amount := money.Minor(rapid.Int64Range(0, all.Minor()).Draw(t, "amount"))
		parts, err := costing.DivideRefunds(amount, left)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Amount
		for i, part := range parts {
			if sum, _ = sum.Plus(part); part.Compare(left[i]) > 0 {
				t.Fatalf("%v of %v", part, left[i])
			}
		}
		if sum != amount {
			t.Fatalf("the parts sum to %v, want %v", sum, amount)
		}
	})
}
