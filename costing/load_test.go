package costing_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
)

func TestDefaultLoad(t *testing.T) {
	t.Parallel()
	load := costing.DefaultLoad()
	if err := load.Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ utilisation, want string }{
		{"0", "0"}, {"0.7", "0"}, {"0.75", "1/4"}, {"0.8", "1/2"}, {"0.9", "1"}, {"0.95", "3/2"}, {"1", "2"}, {"1.000001", "2"}, {"17", "2"},
	} {
		t.Run(c.utilisation, func(t *testing.T) {
			u, _ := new(big.Rat).SetString(c.utilisation)
			want, _ := new(big.Rat).SetString(c.want)
			if got := load.Factor(u); got.Cmp(want) != 0 {
				t.Errorf("%s; want %s", got, want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(0, 3e6).Draw(t, "low")
		high := rapid.Int64Range(low, 3e6).Draw(t, "high")
		if load.Factor(big.NewRat(low, 1e6)).Cmp(load.Factor(big.NewRat(high, 1e6))) > 0 {
			t.Fatalf("the factor falls from %d to %d millionths", low, high)
		}
	})
}

func TestLoadCheck(t *testing.T) {
	t.Parallel()
	point := func(u, f string) costing.LoadPoint { return costing.LoadPoint{Utilisation: dec(u), Factor: dec(f)} }
	for name, load := range map[string]costing.Load{
		"no point": {}, "equal utilisations": {point("0.5", "0"), point("0.5", "1")}, "falling": {point("0.5", "1"), point("0.6", "0.5")},
		"negative": {point("0.5", "-1")},
	} {
		t.Run(name, func(t *testing.T) {
			if load.Check() == nil {
				t.Error("it passed")
			}
		})
	}
}
