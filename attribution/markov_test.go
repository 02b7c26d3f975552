package attribution_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/attribution"
	"kopeck/money"
)

func ExampleFitMarkov() {
	fit, _ := attribution.FitMarkov([]attribution.Journey{
		{States: []string{"INFO_CALL PHONE"}, Converted: 2, Null: 1},
		{States: []string{"OFFER EMAIL"}, Converted: 1},
		{States: []string{"INFO_CALL PHONE", "OFFER EMAIL"}, Converted: 1},
	}, 1)
	fmt.Println(fit.Converted, "of", fit.Journeys(), "converted:", fit.Probability())
	for _, s := range fit.States {
		fmt.Printf("without %s %s of them would be lost; it is credited %s\n", s.Name, s.RemovalEffect, s.Weight)
	}
	// Output:
	// 4 of 5 converted: 0.8
	// without INFO_CALL PHONE 0.75 of them would be lost; it is credited 2.4
	// without OFFER EMAIL 0.5 of them would be lost; it is credited 1.6
}

// slowChance returns the exact chance of conversion in the chain that remembers so many states, where everything ends in
// nothing that comes to the state removed. Ways from a node to itself are ways like others here.
func slowChance(journeys []attribution.Journey, order int, removed string) *big.Rat {
	type node struct{ before, state string }
	start, conversion, null := node{state: "(start)"}, node{state: "(conversion)"}, node{state: "(null)"}
	places, counts := map[node]int{}, map[node]map[node]int64{}
	add := func(from, to node, times int64) {
		for _, n := range []node{from, to} {
			if counts[n] == nil {
				places[n], counts[n] = len(places), map[node]int64{}
			}
		}
		counts[from][to] += times
	}
	for _, j := range journeys {
		at, last := start, ""
		for _, s := range j.States {
			next := node{state: s}
			if order == 2 {
				next.before = last
			}
			add(at, next, j.Converted+j.Null)
			at, last = next, s
		}
		add(at, conversion, j.Converted)
		add(at, null, j.Null)
	}
	// One equation a node: chance - sum of share x chance there = 0; of conversion chance = 1.
	rows := make([][]*big.Rat, len(places))
	for from, ways := range counts {
		row := make([]*big.Rat, len(places)+1)
		for i := range row {
			row[i] = new(big.Rat)
		}
		rows[places[from]] = row
		row[places[from]].SetInt64(1)
		var all int64
		for _, times := range ways {
			all += times
		}
		switch {
		case from == conversion:
			row[len(places)].SetInt64(1)
		case all > 0 && from.state != removed:
			for to, times := range ways {
				row[places[to]].Sub(row[places[to]], big.NewRat(times, all))
			}
		}
	}
	return solve(rows, places[start])
}

// solve returns one unknown of linear equations with one solution, by elimination in rationals.
func solve(rows [][]*big.Rat, wanted int) *big.Rat {
	for i := range rows {
		pivot := i
		for rows[pivot][i].Sign() == 0 {
			pivot++
		}
		rows[i], rows[pivot] = rows[pivot], rows[i]
		for k := range rows {
			if k == i || rows[k][i].Sign() == 0 {
				continue
			}
			factor := new(big.Rat).Quo(rows[k][i], rows[i][i])
			for c := i; c < len(rows[k]); c++ {
				rows[k][c] = new(big.Rat).Sub(rows[k][c], new(big.Rat).Mul(factor, rows[i][c]))
			}
		}
	}
	return new(big.Rat).Quo(rows[wanted][len(rows)], rows[wanted][wanted])
}

// near reports whether a decimal is a rational rounded to nine places, give or take a few billionths of a billionth and a
// relative error.
func near(got money.Decimal, want *big.Rat, billionths, relative float64) bool {
	exact, _ := want.Float64()
	off, _ := new(big.Rat).Sub(got.Rat(), want).Float64()
	return math.Abs(off) <= billionths*1e-9+relative*math.Abs(exact)
}

// TestRemovalEffectsAreExact holds chains of both orders against elimination in rationals: with all ways counted, self-loops
// too, and by the difference of two chances.
func TestRemovalEffectsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, removalEffects)
}

func FuzzMarkov(f *testing.F) { f.Fuzz(rapid.MakeFuzz(removalEffects)) }

func removalEffects(t *rapid.T) {
	order := rapid.IntRange(1, 2).Draw(t, "order")
	journeys := drawJourneys(t, 4, 6)
	fit, err := attribution.FitMarkov(journeys, order)
	if errors.Is(err, attribution.ErrNoConversions) {
		return
	} else if err != nil {
		t.Fatal(err)
	}
	whole, sum := slowChance(journeys, order, ""), new(big.Rat)
	if !near(fit.Probability(), whole, 0.5, 0) {
		t.Fatalf("converts with %s; exactly %s", fit.Probability(), whole.FloatString(12))
	}
	effects := make([]*big.Rat, len(fit.States))
	for i, s := range fit.States {
		effects[i] = new(big.Rat).Quo(slowChance(journeys, order, s.Name), whole)
		effects[i].Sub(big.NewRat(1, 1), effects[i])
		sum.Add(sum, effects[i])
		if !near(s.RemovalEffect, effects[i], 0.5, 1e-14) {
			t.Fatalf("without %s %s is lost; exactly %s", s.Name, s.RemovalEffect, effects[i].FloatString(12))
		}
	}
	for i, s := range fit.States {
		weight := new(big.Rat).SetInt64(contacted(journeys))
		weight.Mul(weight, effects[i]).Quo(weight, sum)
		if !near(s.Weight, weight, 1, 1e-14) {
			t.Fatalf("%s has %s; exactly %s", s.Name, s.Weight, weight.FloatString(12))
		}
	}
}

// TestStayingChangesNothing: order 1 is the same to the bit when states that follow themselves are left out.
func TestStayingChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		journeys := drawJourneys(t, 3, 10)
		fit, err := attribution.FitMarkov(journeys, 1)
		if err != nil {
			return
		}
		short, err := attribution.FitMarkov(collapsed(journeys), 1)
		if err != nil || text(t, short) != text(t, fit) {
			t.Fatalf("collapsed %v, %v; was %v", short, err, fit)
		}
	})
}

// TestOneStateHasNoMemory: where no journey has more than one state, the orders are one.
func TestOneStateHasNoMemory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		journeys := drawJourneys(t, 5, 1)
		one, err := attribution.FitMarkov(journeys, 1)
		if err != nil {
			return
		}
		two, err := attribution.FitMarkov(journeys, 2)
		if err != nil || two.Order != 2 {
			t.Fatal(two, err)
		}
		two.Order = 1
		if text(t, two) != text(t, one) {
			t.Fatalf("order 2 %v; order 1 %v", two, one)
		}
	})
}

// TestMemory: under order 1 the chain mixes journeys that meet in a state, under order 2 it keeps them apart.
func TestMemory(t *testing.T) {
	t.Parallel()
	journeys := []attribution.Journey{journey("a > m > x", 1, 0), journey("b > m > y", 0, 1)}
	for order, want := range map[int]map[string]string{
		1: {"a": "0.5", "b": "0.5", "m": "1", "x": "1", "y": "0"},
		2: {"a": "1", "b": "0", "m": "1", "x": "1", "y": "0"},
	} {
		t.Run(fmt.Sprintf("order %d", order), func(t *testing.T) {
			fit, err := attribution.FitMarkov(journeys, order)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range fit.States {
				if s.RemovalEffect.String() != want[s.Name] {
					t.Errorf("order %d, %s: %s; want %s", order, s.Name, s.RemovalEffect, want[s.Name])
				}
			}
		})
	}
}

// TestTwoSolutions: elimination and sweeps agree to thirteen digits, and the chain converts as many journeys as did, which
// checks the equations.
func TestTwoSolutions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		journeys := drawJourneys(t, rapid.IntRange(1, 12).Draw(t, "states"), 12)
		eliminated, swept, conversions, err := attribution.Solved(journeys, rapid.IntRange(1, 2).Draw(t, "order"))
		if errors.Is(err, attribution.ErrNoConversions) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if want := float64(contacted(journeys)); math.Abs(conversions-want) > 1e-13*want {
			t.Fatalf("%.17g convert of %g", conversions, want)
		}
		for i, one := range eliminated {
			if other := swept[i]; math.Abs(one-other) > 1e-13*other {
				t.Fatalf("state %d: %.17g by elimination, %.17g by sweeps", i, one, other)
			}
		}
	})
}

// TestGoingRound: journeys that go round and round are no trouble; but for chains of order 2 that are too large for
// elimination.
func TestGoingRound(t *testing.T) {
	t.Parallel()
	round := strings.TrimSuffix(strings.Repeat("a > b > c > ", 10_000), " > ")
	journeys := []attribution.Journey{journey(round, 1, 2), journey("c > b", 3, 0), journey("d", 0, 5), journey("e > a", 0, attribution.MaxJourneys-11)}
	for order := 1; order <= 2; order++ {
		fit, err := attribution.FitMarkov(journeys, order)
		if err != nil {
			t.Fatal(err)
		}
		whole := slowChance(journeys, order, "")
		for _, s := range fit.States {
			effect := new(big.Rat).Quo(slowChance(journeys, order, s.Name), whole)
			if effect.Sub(big.NewRat(1, 1), effect); !near(s.RemovalEffect, effect, 0.5, 1e-11) {
				t.Errorf("order %d: without %s %s is lost; exactly %s", order, s.Name, s.RemovalEffect, effect.FloatString(12))
			}
		}
	}
	for i := range 30 {
		for k := range 30 {
			journeys = append(journeys, journey(fmt.Sprintf("s%02d > s%02d", i, k), 0, 1))
		}
	}
	journeys[3].Null -= 900
	if _, err := attribution.FitMarkov(journeys, 1); err != nil {
		t.Error(err)
	}
	if _, err := attribution.FitMarkov(journeys, 2); !errors.Is(err, attribution.ErrTooLong) {
		t.Error(err)
	}
	journeys[0] = journey("a > b > c > a > b > a", 1, 2)
	fit, err := attribution.FitMarkov(journeys, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range fit.States[:5] {
		effect := new(big.Rat).Quo(slowChance(journeys[:4], 2, s.Name), slowChance(journeys[:4], 2, ""))
		if effect.Sub(big.NewRat(1, 1), effect); !near(s.RemovalEffect, effect, 0.5, 1e-14) {
			t.Errorf("without %s %s is lost; exactly %s", s.Name, s.RemovalEffect, effect.FloatString(12))
		}
	}
}

// TestALongRoad: one journey through thousands of states, each of which it needs; sweeps go there and back for its sake.
func TestALongRoad(t *testing.T) {
	t.Parallel()
	road := attribution.Journey{Converted: 2, Null: 1}
	for i := range 4200 {
		road.States = append(road.States, fmt.Sprintf("s%04d", i))
	}
	fit, err := attribution.FitMarkov([]attribution.Journey{road}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range fit.States {
		if s.RemovalEffect != money.Whole(1) || !near(s.Weight, big.NewRat(2, 4200), 1, 0) {
			t.Fatalf("got %+v, want a removal effect of 1 and a weight of 2/4200", s)
		}
	}
}
