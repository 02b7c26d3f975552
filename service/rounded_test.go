package service

import (
	"fmt"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/money"
)

// rounding is what an amount is made of.
type rounding struct {
	of       string
	greatest money.Amount
}

func (r rounding) Roundness() (of string, greatest money.Amount) { return r.of, r.greatest }

// TestRound rounds amounts of many objects: the border between two multiples lies elsewhere for each.
func TestRound(t *testing.T) {
	t.Parallel()
	keys, err := auth.OpenKeys(t.TempDir(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Core{Hidden: auth.HiddenNumbers{Keys: keys}}
	for name, c := range map[string]struct {
		amount, greatest int64
		want             map[int64]bool
	}{
		"nothing":                     {0, 0, map[int64]bool{0: true}},
		"a multiple":                  {130000, 0, map[int64]bool{130000: true}},
		"near the lower multiple":     {122400, 0, map[int64]bool{120000: true}},
		"near the upper multiple":     {127600, 0, map[int64]bool{130000: true}},
		"in the middle":               {125000, 0, map[int64]bool{120000: true, 130000: true}},
		"small":                       {57, 0, map[int64]bool{0: true}},
		"small and in the middle":     {500, 0, map[int64]bool{0: true, 1000: true}},
		"less than nothing":           {-125000, 0, map[int64]bool{-120000: true, -130000: true}},
		"what is left of great ones":  {1000, 12345678, map[int64]bool{0: true}},
		"the rest of great in middle": {50000, 12345678, map[int64]bool{0: true, 100000: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := map[int64]bool{}
			for i := range 200 {
				of := rounding{fmt.Sprint("object ", i), money.Minor(c.greatest)}
				amount, err := s.Round(money.Minor(c.amount), of)
				if err != nil {
					t.Fatal(err)
				}
				if again, _ := s.Round(money.Minor(c.amount), of); again != amount {
					t.Fatalf("%d, then %d of the same", amount.Minor(), again.Minor())
				}
				got[amount.Minor()] = true
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
