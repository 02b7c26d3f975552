package books

import (
	"errors"
	"math"
	"testing"

	"kopeck/attribution"
	"kopeck/money"
)

// credited is a credit of minor units and a share in percent.
func credited(contact string, minor, percent int64) attribution.Credit {
	share, err := money.ParseDecimal("0.01")
	if err != nil {
		panic(err)
	}
	return attribution.Credit{ContactID: contact, Amount: money.Minor(minor), Share: money.Nano(share.Nano() * percent)}
}

func TestEarned(t *testing.T) {
	t.Parallel()
	got, err := Earned([]Division{
		{Credits: []attribution.Credit{credited("a", 60, 60), credited("b", 40, 40)}},
		{},
		{Credits: []attribution.Credit{credited("a", -10, 50), credited("c", 0, 0), credited("b", -10, 50)}},
	})
	if err != nil || len(got) != 2 || got["a"] != money.Minor(50) || got["b"] != money.Minor(30) {
		t.Errorf("%v, %v; want a 50 and b 30", got, err)
	}
	_, err = Earned([]Division{{Credits: []attribution.Credit{credited("a", math.MaxInt64, 100)}}, {Credits: []attribution.Credit{credited("a", 1, 100)}}})
	if !errors.Is(err, money.ErrOverflow) {
		t.Errorf("%v, want ErrOverflow", err)
	}
}

func TestCreditsOfAnOrder(t *testing.T) {
	t.Parallel()
	order := SoldOrder{ID: "o", Margin: money.Minor(100)}
	for name, c := range map[string]struct {
		credits []attribution.Credit
		want    []OrderCredit
	}{
		"nobody earned it":         {nil, []OrderCredit{{"", money.Minor(100), money.Whole(1)}}},
		"what is nothing is not":   {[]attribution.Credit{credited("a", 0, 0), credited("b", 100, 100)}, []OrderCredit{{"b", money.Minor(100), money.Whole(1)}}},
		"a share of no margin is":  {[]attribution.Credit{credited("a", 0, 100)}, []OrderCredit{{"a", money.Amount{}, money.Whole(1)}}},
		"both earned a part of it": {[]attribution.Credit{credited("a", 50, 50), credited("b", 50, 50)}, []OrderCredit{{"a", money.Minor(50), credited("", 0, 50).Share}, {"b", money.Minor(50), credited("", 0, 50).Share}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Division{Order: order, Credits: c.credits}.orderCredits()
			if len(got) != len(c.want) {
				t.Fatalf("%d credits, want %d", len(got), len(c.want))
			}
			for i := range got {
				if *got[i] != c.want[i] {
					t.Errorf("credit %d is %+v, want %+v", i, *got[i], c.want[i])
				}
			}
		})
	}
}
