package demo

import (
	"math"
	"testing"
	"time"

	"kopeck/id"
)

func TestSeedsDiffer(t *testing.T) {
	a, b, again := &company{seed: 1}, &company{seed: 2}, &company{seed: 1}
	x, y, z := a.draws("person", 3).Uint64(), b.draws("person", 3).Uint64(), again.draws("person", 3).Uint64()
	if x == y || x != z || x == a.draws("person", 4).Uint64() || x == a.draws("rates", 3).Uint64() {
		t.Errorf("%d %d %d", x, y, z)
	}
}

func TestDrawnIDsAreIDs(t *testing.T) {
	r := (&company{seed: 1}).draws("ids", 0)
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	first, second := drawID(r, id.Order, at), drawID(r, id.Order, at.Add(time.Second))
	for _, one := range []string{first, second, FavouriteID()} {
		if fault := id.Check("id", one[:3], one); fault != nil {
			t.Errorf("%s: %v", one, fault)
		}
	}
	if first >= second {
		t.Errorf("%s is older than %s", first, second)
	}
}

func TestPatronymics(t *testing.T) {
	for father, want := range map[string][2]string{
		"Иван": {"Иванович", "Ивановна"}, "Андрей": {"Андреевич", "Андреевна"}, "Юрий": {"Юрьевич", "Юрьевна"},
		"Дмитрий": {"Дмитриевич", "Дмитриевна"}, "Павел": {"Павлович", "Павловна"}, "Михаил": {"Михайлович", "Михайловна"},
	} {
		if son, daughter := patronymic(father, false), patronymic(father, true); son != want[0] || daughter != want[1] {
			t.Errorf("%s: %s, %s", father, son, daughter)
		}
	}
}

// TestGammaAndBeta hold the draws' means against the distributions'.
func TestGammaAndBeta(t *testing.T) {
	r := (&company{seed: 1}).draws("gamma", 0)
	const n = 40000
	for _, shape := range []float64{0.5, 1.3, 4} {
		sum := 0.0
		for range n {
			sum += gamma(r, shape)
		}
		if mean := sum / n; math.Abs(mean-shape) > 5*math.Sqrt(shape/n) {
			t.Errorf("Gamma(%v) has the mean %v", shape, mean)
		}
	}
	sum := 0.0
	for range n {
		sum += beta(r, 1, 6.5)
	}
	if mean := sum / n; math.Abs(mean-1/7.5) > 0.005 {
		t.Errorf("Beta(1, 6.5) has the mean %v", mean)
	}
}
