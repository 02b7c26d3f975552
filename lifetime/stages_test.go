package lifetime_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
)

// TestReachByHand: of ten strangers four became friends, one a customer at once and five stayed; of the friends two became
// customers and two stayed. A stranger becomes a customer with 1/10 + 4/10 x 2/4 = 0.3.
func TestReachByHand(t *testing.T) {
	t.Parallel()
	moves := [][]float64{{0, 4, 1}, {0, 0, 2}, {0, 0, 0}}
	got := lifetime.Reach(moves, []float64{5, 2, 3}, 2)
	for i, want := range []float64{0.3, 0.5, 1} {
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("from %d: %v, want %v", i, got[i], want)
		}
	}
	// There and back: a friend may become a stranger again. s = 0.5 f, f = 0.4 + 0.2 s: f = 0.4 / 0.9.
	got = lifetime.Reach([][]float64{{0, 5, 0}, {2, 0, 4}, {0, 0, 0}}, []float64{5, 4, 0}, 2)
	if math.Abs(got[1]-4./9) > 1e-15 || math.Abs(got[0]-2./9) > 1e-15 {
		t.Errorf("there and back: %v", got)
	}
	// Nobody was ever in the first two, and the third leads nowhere.
	if got = lifetime.Reach([][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}, []float64{0, 0, 1, 0}, 3); got[0] != 0 || got[2] != 0 || got[3] != 1 {
		t.Errorf("nothing: %v", got)
	}
	if got = lifetime.Reach([][]float64{{0, 3, 0}, {3, 0, 0}, {0, 0, 0}}, []float64{0, 0, 0}, 2); got[0] != 0 || got[1] != 0 {
		t.Errorf("round and round: %v", got)
	}
}

// TestReachIsWhatWalksDo walks random chains many times, and counts.
func TestReachIsWhatWalksDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "states")
		moves, stays := make([][]float64, n), make([]float64, n)
		for i := range moves {
			moves[i] = make([]float64, n)
			for j := range moves[i] {
				moves[i][j] = float64(rapid.IntRange(0, 4).Draw(t, "moves"))
			}
			moves[i][i], stays[i] = 0, float64(rapid.IntRange(1, 4).Draw(t, "stays"))
		}
		target := rapid.IntRange(0, n-1).Draw(t, "target")
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		wanted := lifetime.Reach(moves, stays, target)[from]
		rng := rand.New(rand.NewPCG(1, 2))
		const walks = 4000
		reached := 0
		for range walks {
			for at := from; ; {
				if at == target {
					reached++
					break
				}
				all := stays[at]
				for _, m := range moves[at] {
					all += m
				}
				u, next := rng.Float64()*all, -1
				for j, m := range moves[at] {
					if u < m {
						next = j
						break
					}
					u -= m
				}
				if next < 0 {
					break
				}
				at = next
			}
		}
		if got := float64(reached) / walks; math.Abs(got-wanted) > 5*math.Sqrt(wanted*(1-wanted)/walks)+1e-12 {
			t.Fatalf("walks reach it with %v, not %v", got, wanted)
		}
	})
}
