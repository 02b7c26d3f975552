package attribution_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopeck/attribution"
)

func ExampleFitShapley() {
	fit, _ := attribution.FitShapley([]attribution.Journey{
		{States: []string{"INFO_CALL PHONE"}, Converted: 2, Null: 1},
		{States: []string{"OFFER EMAIL"}, Converted: 1},
		{States: []string{"INFO_CALL PHONE", "OFFER EMAIL"}, Converted: 1},
	}, 1)
	for _, s := range fit.States {
		fmt.Println(s.Name, s.Weight)
	}
	// Output:
	// INFO_CALL PHONE 2.5
	// OFFER EMAIL 1.5
}

// ExampleShapleyValues divides what three workshops earn together: in percent, one alone, two, and all.
func ExampleShapleyValues() {
	worth := map[attribution.Coalition]int64{0b001: 20, 0b010: 10, 0b100: 17, 0b011: 47, 0b101: 67, 0b110: 27, 0b111: 100}
	values, _ := attribution.ShapleyValues(3, func(c attribution.Coalition) int64 { return worth[c] })
	fmt.Println(values)
	// Output:
	// [91/2 41/2 34/1]
}

// closedForm returns the Shapley values of the game of journeys without any coalition: each journey's conversions go to its
// different states alike.
func closedForm(journeys []attribution.Journey) map[string]*big.Rat {
	values := map[string]*big.Rat{}
	for _, j := range journeys {
		different := slices.Compact(slices.Sorted(slices.Values(j.States)))
		for _, s := range different {
			if values[s] == nil {
				values[s] = new(big.Rat)
			}
			values[s].Add(values[s], big.NewRat(j.Converted, int64(len(different))))
		}
	}
	return values
}

// TestEnumerationIsTheClosedForm holds the values over all coalitions against the closed form.
func TestEnumerationIsTheClosedForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		journeys := drawJourneys(t, rapid.IntRange(1, attribution.ExactPlayers).Draw(t, "states"), 12)
		fit, err := attribution.FitShapley(journeys, rapid.Uint64().Draw(t, "seed"))
		if errors.Is(err, attribution.ErrNoConversions) {
			return
		} else if err != nil || fit.Permutations != 0 {
			t.Fatalf("got %+v, %v, want a fit by all orders of the states", fit, err)
		}
		want := closedForm(journeys)
		for _, s := range fit.States {
			if !near(s.Weight, want[s.Name], 1, 0) || !s.StandardError.IsZero() {
				t.Fatalf("%+v; want %s", s, want[s.Name].FloatString(12))
			}
		}
	})
}

// manyStates draws journeys of which one converts after all of so many states, so that the values are sampled.
func manyStates(t *rapid.T, states int) []attribution.Journey {
	all := attribution.Journey{Converted: rapid.Int64Range(1, 10).Draw(t, "of all")}
	for s := range states {
		all.States = append(all.States, fmt.Sprintf("s%02d", s))
	}
	return append(drawJourneys(t, states, 8), all)
}

// TestSamplingIsNearTheClosedForm: sampled values lie within a few of the standard errors that they report, and sum to the
// conversions exactly; another seed gives others that do; the same seed the same to the bit.
func TestSamplingIsNearTheClosedForm(t *testing.T) {
	t.Parallel()
	var squares, count float64
	rapid.Check(t, func(t *rapid.T) {
		journeys := manyStates(t, rapid.IntRange(attribution.ExactPlayers+1, 30).Draw(t, "states"))
		seed := rapid.Uint64().Draw(t, "seed")
		fit, err := attribution.FitShapley(journeys, seed)
		if err != nil || fit.Permutations != attribution.Permutations || fit.Seed != seed {
			t.Fatalf("got %+v, %v, want a sampled fit with the seed", fit, err)
		}
		want, sum := closedForm(journeys), int64(0)
		for _, s := range fit.States {
			exact, _ := want[s.Name].Float64()
			weight, _ := s.Weight.Rat().Float64()
			deviation, _ := s.StandardError.Rat().Float64()
			if math.Abs(weight-exact) > 6*deviation+2e-9 {
				t.Fatalf("%+v; want %g", s, exact)
			}
			if deviation > 1e-6 {
				squares += (weight - exact) * (weight - exact) / (deviation * deviation)
				count++
			}
			sum += s.Weight.Nano()
		}
		if sum != contacted(journeys)*1e9 {
			t.Fatalf("the values sum to %d billionths of %d", sum, contacted(journeys))
		}
		second, err := attribution.FitShapley(journeys, seed)
		if err != nil || text(t, second) != text(t, fit) {
			t.Fatalf("a second fit with the same seed gives %v, %v; want %v", second, err, fit)
		}
	})
	if spread := math.Sqrt(squares / count); spread < 0.8 || spread > 1.2 {
		t.Errorf("the errors are %.3f standard errors, in the quadratic mean of %g", spread, count)
	} else {
		t.Logf("the errors are %.3f standard errors, in the quadratic mean of %g", spread, count)
	}
}

// TestPairsNeedNoLuck: conversions of one state or two are divided exactly even where the values are sampled.
func TestPairsNeedNoLuck(t *testing.T) {
	t.Parallel()
	var journeys []attribution.Journey
	for i := range 40 {
		journeys = append(journeys, journey(fmt.Sprintf("s%02d > s%02d", i%20, (i*7+3)%20), int64(i), 1), journey(fmt.Sprintf("s%02d", i%20), 1, 0))
	}
	fit, err := attribution.FitShapley(journeys, 7)
	if err != nil || fit.Permutations == 0 {
		t.Fatalf("got %+v, %v, want a sampled fit", fit, err)
	}
	want := closedForm(journeys)
	for _, s := range fit.States {
		if s.Weight.Rat().Cmp(want[s.Name]) != 0 || !s.StandardError.IsZero() {
			t.Errorf("%+v; want %s", s, want[s.Name])
		}
	}
}

// TestStatesWithoutConversionsAreNoPlayers: they do not push a fit into sampling.
func TestStatesWithoutConversionsAreNoPlayers(t *testing.T) {
	t.Parallel()
	journeys := []attribution.Journey{journey("a > b > c", 1, 0)}
	for i := range 50 {
		journeys = append(journeys, journey(fmt.Sprintf("n%02d", i), 0, 1))
	}
	fit, err := attribution.FitShapley(journeys, 1)
	if err != nil || fit.Permutations != 0 || len(fit.States) != 53 {
		t.Fatalf("got %+v, %v, want 53 states without sampling", fit, err)
	}
	if b, _ := fit.State("b"); !near(b.Weight, big.NewRat(1, 3), 1, 0) {
		t.Errorf("got %+v, want a weight of 1/3", b)
	}
}

// TestGames holds values of any game, with worths of either sign, against the mean over all orders of joining; they sum to
// the worth of all less that of nobody.
func TestGames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		players := rapid.IntRange(0, 5).Draw(t, "players")
		worths := rapid.SliceOfN(rapid.Int64(), 1<<players, 1<<players).Draw(t, "worths")
		asked := make([]int, len(worths))
		got, err := attribution.ShapleyValues(players, func(c attribution.Coalition) int64 {
			asked[c]++
			return worths[c]
		})
		if err != nil || slices.ContainsFunc(asked, func(n int) bool { return n != 1 }) {
			t.Fatal(got, err, asked)
		}
		sums, orders := make([]big.Rat, players), int64(0)
		var join func(c attribution.Coalition)
		var path []int
		join = func(c attribution.Coalition) {
			if c.Size() == players {
				orders++
				var have attribution.Coalition
				for _, p := range path {
					sums[p].Add(&sums[p], new(big.Rat).SetInt64(worths[have|1<<p]))
					sums[p].Sub(&sums[p], new(big.Rat).SetInt64(worths[have]))
					have |= 1 << p
				}
			}
			for p := range players {
				if !c.Has(p) {
					path = append(path, p)
					join(c | 1<<p)
					path = path[:len(path)-1]
				}
			}
		}
		join(0)
		total := new(big.Rat)
		for p, value := range got {
			if want := sums[p].Quo(&sums[p], new(big.Rat).SetInt64(orders)); value.Cmp(want) != 0 {
				t.Fatalf("player %d is worth %s; want %s", p, value, want)
			}
			total.Add(total, value)
		}
		total.Add(total, new(big.Rat).SetInt64(worths[0]))
		if total.Cmp(new(big.Rat).SetInt64(worths[len(worths)-1])) != 0 {
			t.Fatalf("the values and nobody's worth sum to %s of %d", total, worths[len(worths)-1])
		}
	})
	for _, players := range []int{-1, attribution.ExactPlayers + 1} {
		if _, err := attribution.ShapleyValues(players, nil); !errors.Is(err, attribution.ErrPlayers) {
			t.Errorf("%d players: %v", players, err)
		}
	}
}

// TestRandomNumbers holds the generator against published numbers, and what is drawn against a fair die.
func TestRandomNumbers(t *testing.T) {
	t.Parallel()
	raw, _ := attribution.Random(1234567, 5, 1)
	want := []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821}
	if !slices.Equal(raw, want) {
		t.Errorf("%d; want %d", raw, want)
	}
	const throws = 60000
	_, dice := attribution.Random(1, throws, 6)
	faces, orders := make([]int, 6), map[string]int{}
	for i, face := range dice {
		faces[face]++
		orders[fmt.Sprint(attribution.Shuffled(uint64(i), []int{1, 2, 3}))]++
	}
	for name, counts := range map[string][]int{"dice": faces, "orders of three": slices.Collect(maps.Values(orders))} {
		t.Run(name, func(t *testing.T) {
			chi := 0.0
			for _, n := range counts {
				chi += float64((n-throws/6)*(n-throws/6)) / (throws / 6)
			}
			if chi > 20 || len(counts) != 6 { // of 5 degrees of freedom: one in a thousand
				t.Errorf("%s: %v, chi squared %.1f", name, counts, chi)
			}
		})
	}
}
