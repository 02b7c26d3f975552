package costing_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func TestOrderMargin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total, refunded, cost, want int64
		err                         error
	}{
		"nothing":              {0, 0, 0, 0, nil},
		"a sale":               {100_00, 0, 60_00, 40_00, nil},
		"part given back":      {100_00, 25_00, 60_00, 15_00, nil},
		"all given back":       {100_00, 100_00, 60_00, -60_00, nil},
		"goods back to stock":  {100_00, 100_00, 0, 0, nil},
		"sold below cost":      {50_00, 0, 60_00, -10_00, nil},
		"the largest":          {math.MaxInt64, 0, 0, math.MaxInt64, nil},
		"too large":            {math.MaxInt64, -1, 0, 0, money.ErrOverflow},
		"too small":            {-2, 0, math.MaxInt64, 0, money.ErrOverflow},
		"the least that fits":  {-1, 0, math.MaxInt64, math.MinInt64, nil},
		"a cost that is taken": {0, 0, math.MinInt64, 0, money.ErrOverflow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := costing.OrderMargin(false, costing.Sale{Total: money.Minor(c.total), Refunded: money.Minor(c.refunded)}, costing.TaxIncluded, money.Minor(c.cost))
			if got.Minor() != c.want || !errors.Is(err, c.err) {
				t.Errorf("%d, %v; want %d, %v", got.Minor(), err, c.want, c.err)
			}
			if got, err := costing.OrderMargin(true, costing.Sale{Total: money.Minor(c.total), Refunded: money.Minor(c.refunded)}, costing.TaxOnTop, money.Minor(c.cost)); !got.IsZero() || err != nil {
				t.Errorf("cancelled, %d, %v; want nothing", got.Minor(), err)
			}
		})
	}
}

func TestLineAmounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		unit     int64
		quantity string
		want     int64
		err      error
	}{
		"none":                 {100, "0", 0, nil},
		"one":                  {100, "1", 100, nil},
		"many":                 {100, "12", 1200, nil},
		"half to even, down":   {1, "2.5", 2, nil},
		"half to even, up":     {1, "3.5", 4, nil},
		"just over half":       {1, "2.500000001", 3, nil},
		"a billionth":          {1_000_000_000, "0.000000001", 1, nil},
		"negative, half down":  {-1, "2.5", -2, nil},
		"does not fit":         {math.MaxInt64, "2", 0, money.ErrOverflow},
		"the largest fits":     {math.MaxInt64, "1", math.MaxInt64, nil},
		"negative, half to -4": {-1, "3.5", -4, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for which, line := range map[string]func(money.Amount, money.Decimal) (money.Amount, error){"total": costing.LineTotal, "cost": costing.LineCost} {
				got, err := line(money.Minor(c.unit), money.MustDecimal(c.quantity))
				if got.Minor() != c.want || !errors.Is(err, c.err) {
					t.Errorf("%s: %d, %v; want %d, %v", which, got.Minor(), err, c.want, c.err)
				}
			}
		})
	}
}

// TestLineAmountsRoundOnce: a line's amount is the exact product, rounded once.
func TestLineAmountsRoundOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit, quantity := money.Minor(rapid.Int64().Draw(t, "unit")), money.Nano(rapid.Int64().Draw(t, "quantity"))
		want, wantErr := money.Round(new(big.Rat).Mul(unit.Rat(), quantity.Rat()))
		if got, err := costing.LineTotal(unit, quantity); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("total %d, %v; want %d, %v", got.Minor(), err, want.Minor(), wantErr)
		}
		if got, err := costing.LineCost(unit, quantity); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("cost %d, %v; want %d, %v", got.Minor(), err, want.Minor(), wantErr)
		}
	})
}

// TestBoundedCost: a cost that may be stated is as it is, and a greater one the greatest.
func TestBoundedCost(t *testing.T) {
	t.Parallel()
	most := money.Most.Minor()
	for name, c := range map[string]struct {
		unit     int64
		quantity string
		want     int64
		bounded  bool
	}{
		"none":                   {0, "1000000", 0, false},
		"the greatest":           {most, "1", most, false},
		"a little more":          {most, "1.000000001", most, true},
		"more than fits":         {math.MaxInt64, "1000000", most, true},
		"income, the greatest":   {-most, "1", -most, false},
		"income, more than fits": {math.MinInt64, "1000000", -most, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, bounded := costing.BoundedCost(money.Minor(c.unit), money.MustDecimal(c.quantity))
			if got.Minor() != c.want || bounded != c.bounded {
				t.Errorf("%d, %t; want %d, %t", got.Minor(), bounded, c.want, c.bounded)
			}
			cost, lines, err := costing.OrderLineCost(costing.ProductCost{Full: money.Minor(c.unit), Lines: []costing.Line{{Kind: costing.Material, Label: "cloth", Quantity: money.Whole(1), Amount: money.Minor(c.unit)}}}, money.MustDecimal(c.quantity))
			if c.unit < 0 {
				return // no line of a product is income
			}
			if err != nil || cost != got || lines[0].Amount != got || (lines[0].Label == "cloth") == bounded {
				t.Errorf("lines %+v of %v, %v", lines[0], cost, err)
			}
		})
	}
}
