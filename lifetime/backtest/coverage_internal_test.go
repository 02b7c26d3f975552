package backtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"kopeck/lifetime"
)

// Place reports whether what came lies within bounds. Futures that are alike are in an order by lot.
func Place(t testing.TB, came Outcome, levels lifetime.Levels, lot *rand.Rand) (orders, margin bool) {
	t.Helper()
	values, counts, err := came.Outlook.Simulate(rand.NewPCG(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	inside := func(level float64, less, alike int) bool {
		at := (float64(less) + lot.Float64()*float64(alike+1)) / (lifetime.Draws + 1)
		return at > (1-level)/2 && at < (1+level)/2
	}
	less, alike, lessMoney, alikeMoney := 0, 0, 0, 0
	for i := range lifetime.Draws {
		switch {
		case counts[i] < came.Orders:
			less++
		case counts[i] == came.Orders:
			alike++
		}
		switch {
		case values[i] < came.Margin-halfMinor:
			lessMoney++
		case values[i] <= came.Margin+halfMinor:
			alikeMoney++
		}
	}
	return inside(levels.Orders, less, alike), inside(levels.Margin, lessMoney, alikeMoney)
}

func TestHeldOf(t *testing.T) {
	t.Parallel()
	places := func(spread float64) []place {
		var all []place
		for i := range 1000 {
			u := 2*(float64(i)+0.5)/1000 - 1 // -1 to 1
			at := 0.5 + 0.5*math.Copysign(math.Pow(math.Abs(u), spread), u)
			all = append(all, place{at, at + 1e-9})
		}
		return all
	}
	t.Run("a model that is right is left as it is, but for one customer in a thousand", func(t *testing.T) {
		h := heldOf(places(1), 0.8)
		if math.Abs(h.Before-0.8) > 0.002 || h.Level < 0.8 || h.Level > 0.803 {
			t.Errorf("%+v", h)
		}
	})
	t.Run("too wide bounds are not narrowed", func(t *testing.T) {
		if h := heldOf(places(2), 0.8); h.Level != 0.8 || h.Before < 0.85 || h.After != h.Before {
			t.Errorf("%+v", h)
		}
	})
	t.Run("too narrow ones are widened", func(t *testing.T) {
		// |u|^0.5 < 0.8 for 0.64 of them, and < 0.8^0.5 for 0.8.
		h := heldOf(places(0.5), 0.8)
		if math.Abs(h.Before-0.64) > 0.002 || math.Abs(h.Level-math.Sqrt(0.8)) > 0.002 || math.Abs(h.After-0.8) > 0.002 {
			t.Errorf("%+v", h)
		}
	})
	t.Run("what no bounds hold is said", func(t *testing.T) {
		outside := make([]place, 200)
		for i := range outside {
			outside[i] = place{0.9999, 1}
		}
		if h := heldOf(outside, 0.8); h.Level < widest-1e-9 || h.After > 0.1 {
			t.Errorf("%+v", h)
		}
	})
}

func TestCoverageGroups(t *testing.T) {
	t.Parallel()
	of := func(counts map[int]int) []Outcome {
		var all []Outcome
		for x, n := range counts {
			for range n {
				all = append(all, Outcome{Outlook: lifetime.Outlook{X: x}})
			}
		}
		return all
	}
	for _, c := range []struct {
		name   string
		counts map[int]int
		want   []int // the groups' least repeat order days
	}{
		{"too few for a test", map[int]int{0: 50, 3: 29}, nil},
		{"one group", map[int]int{0: 50, 3: 30}, []int{0}},
		{"enough of each", map[int]int{0: 100, 1: 100, 3: 100, 9: 500}, []int{0, 1, 2, 8}},
		{"the most frequent are few", map[int]int{0: 200, 1: 150, 9: 30, 40: 20}, []int{0, 1}},
		{"the least frequent are few", map[int]int{0: 20, 1: 150, 3: 30}, []int{0}},
		{"only frequent", map[int]int{70000: 300}, []int{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := []int(nil), 0
			for _, g := range coverageGroups(of(c.counts)) {
				got = append(got, g.from)
				n += len(g.outcomes)
			}
			if len(got) != len(c.want) {
				t.Fatalf("%v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%v, want %v", got, c.want)
				}
			}
		})
	}
	c := Coverage{Groups: []CoverageGroup{{From: 0}, {From: 1}, {From: 4}}}
	for x, want := range map[int]int{0: 0, 1: 1, 3: 1, 4: 4, 100: 4} {
		if got := c.For(x); got.From != want {
			t.Errorf("%d repeat order days are in the group from %d, want %d", x, got.From, want)
		}
	}
	if (Coverage{}).For(3) != nil {
		t.Error("bounds that were not tested have no group")
	}
}
