package costing_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"

	"pgregory.net/rapid"
)

// TestSpendIsSpreadEqually: the parts of a spend are those of the largest remainder, and with what has no contact they are the whole.
func TestSpendIsSpreadEqually(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var caused []costing.Caused
		hour := 0
		for i := range rapid.IntRange(0, 12).Draw(t, "contacts") {
			hour += rapid.IntRange(0, 40).Draw(t, "hours later")
			caused = append(caused, costing.Caused{ID: fmt.Sprintf("%02d", i), At: start.Add(time.Duration(hour) * time.Hour)})
		}
		var spends []costing.Spend
		for range rapid.IntRange(0, 5).Draw(t, "spends") {
			from := rapid.IntRange(0, 300).Draw(t, "from")
			spends = append(spends, costing.Spend{
				From: start.Add(time.Duration(from) * time.Hour), Until: start.Add(time.Duration(from+rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour),
				Amount: money.Minor(rapid.Int64Range(0, 1000).Draw(t, "amount")),
			})
		}
		parts, unspread := costing.SpreadSpend(spends, caused)
		want, left := map[string]int64{}, int64(0)
		for _, s := range spends {
			var in []string
			var weights []*big.Rat
			for _, c := range caused {
				if !c.At.Before(s.From) && c.At.Before(s.Until) {
					in, weights = append(in, c.ID), append(weights, big.NewRat(1, 1))
				}
			}
			if len(in) == 0 {
				left += s.Amount.Minor()
				continue
			}
			split, err := money.Split(s.Amount, weights)
			if err != nil {
				t.Fatal(err)
			}
			for i, one := range in {
				want[one] += split[i].Minor()
			}
		}
		for _, c := range caused {
			var sum int64
			for _, p := range parts[c.ID] {
				sum += p.Amount.Minor()
			}
			if sum != want[c.ID] {
				t.Errorf("%s has %d, want %d", c.ID, sum, want[c.ID])
			}
		}
		for _, s := range unspread {
			left -= s.Amount.Minor()
		}
		if left != 0 {
			t.Errorf("%d more is left over than what has no contact", -left)
		}
	})
}

func TestAdvertisingLines(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	rouble, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	spends := []costing.Spend{{Label: "radio", From: from, Until: from.AddDate(0, 0, 1), Amount: money.Minor(10_000)}}
	caused := []costing.Caused{{ID: "a", At: from}, {ID: "b", At: from.Add(time.Hour)}, {ID: "c", At: from.Add(2 * time.Hour)}}
	parts, _ := costing.SpreadSpend(spends, caused)
	lines, total, err := costing.AdvertisingLines(parts["a"], rouble)
	if err != nil || len(lines) != 1 || total != money.Minor(3334) {
		t.Fatalf("%v, total %v, %v", lines, total, err)
	}
	if l := lines[0]; l.Kind != costing.Advertising || l.Label != "radio" || l.Rate.String() != "33.34" || l.Quantity != money.Whole(1) || l.Amount != total || !l.RateValidFrom.Equal(from) {
		t.Errorf("%+v", l)
	}
	cost, err := costing.Contact(costing.ContactInput{Advertising: lines, Expense: money.Minor(100)}, costing.NewRates(nil), from, from, rouble)
	if err != nil || cost.Total != money.Minor(3434) {
		t.Errorf("cost %v, %v", cost, err)
	}
	if advertising, others := costing.SplitAdvertising(cost.Lines); len(advertising) != 1 || len(others) != 1 {
		t.Errorf("%v and %v", advertising, others)
	}
}

func TestSpendWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high int
		want      int64
	}{{10, 12, 10}, {10, 10, 4}, {11, 11, 3}, {12, 12, 3}, {0, 9, 0}, {13, 20, 0}, {0, 11, 7}, {11, 99, 6}} {
		if got := costing.SpendWithin(money.Minor(10), 10, 12, c.low, c.high); got != money.Minor(c.want) {
			t.Errorf("of %d to %d: %d, want %d", c.low, c.high, got.Minor(), c.want)
		}
	}
}
