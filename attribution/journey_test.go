package attribution_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/attribution"
)

// journey reads a path like "a > b > a"; "" is one without states.
func journey(path string, converted, null int64) attribution.Journey {
	j := attribution.Journey{Converted: converted, Null: null}
	if path != "" {
		j.States = strings.Split(path, " > ")
	}
	return j
}

// drawJourneys draws up to twelve journeys over so many states, some of them without states, equal, or made by nobody.
func drawJourneys(t *rapid.T, states, longest int) []attribution.Journey {
	times := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3), rapid.Int64Range(0, 100_000_000))
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) attribution.Journey {
		j := attribution.Journey{Converted: times.Draw(t, "converted"), Null: times.Draw(t, "null")}
		for _, s := range rapid.SliceOfN(rapid.IntRange(0, states-1), 0, longest).Draw(t, "path") {
			j.States = append(j.States, fmt.Sprintf("s%02d", s))
		}
		return j
	}), 0, 12).Draw(t, "journeys")
}

// contacted counts the conversions of journeys that have a state.
func contacted(journeys []attribution.Journey) (sum int64) {
	for _, j := range journeys {
		if len(j.States) > 0 {
			sum += j.Converted
		}
	}
	return sum
}

// fits are the ways to fit.
var fits = map[string]func([]attribution.Journey) (*attribution.Fit, error){
	"MARKOV 1": func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitMarkov(j, 1) },
	"MARKOV 2": func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitMarkov(j, 2) },
	"SHAPLEY":  func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitShapley(j, 1) },
}

func text(t interface{ Fatal(...any) }, fit *attribution.Fit) string {
	bytes, err := json.Marshal(fit)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}

// TestFitLaws: weights sum exactly to the conversions that had a contact; removal effects are shares; the counts are those
// of the journeys; and a fit is the same to the bit whatever the order of the journeys and however equal journeys are merged.
func TestFitLaws(t *testing.T) {
	t.Parallel()
	for name, fitted := range fits {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { fitLaws(t, fitted) })
		})
	}
}

func FuzzFit(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		fitLaws(t, fits[rapid.SampledFrom([]string{"MARKOV 1", "MARKOV 2", "SHAPLEY"}).Draw(t, "model")])
	}))
}

func fitLaws(t *rapid.T, fitted func([]attribution.Journey) (*attribution.Fit, error)) {
	journeys := drawJourneys(t, 6, 8)
	before := fmt.Sprint(journeys)
	fit, err := fitted(journeys)
	if owed := contacted(journeys); (owed == 0) != errors.Is(err, attribution.ErrNoConversions) || (owed > 0) != (err == nil) {
		t.Fatalf("%d conversions: %v", owed, err)
	}
	if fmt.Sprint(journeys) != before {
		t.Fatal("the journeys were changed")
	}
	if err != nil {
		return
	}
	var weight, converted, null int64
	for _, s := range fit.States {
		if effect := s.RemovalEffect.Nano(); effect < 0 || effect > 1e9 || s.Weight.Sign() < 0 {
			t.Fatalf("got %+v, want a removal effect from 0 to 1 and a weight of at least 0", s)
		}
		weight += s.Weight.Nano()
	}
	for _, j := range journeys {
		converted, null = converted+j.Converted, null+j.Null
	}
	if weight != contacted(journeys)*1e9 || fit.Converted != converted || fit.Null != null || fit.Journeys() != converted+null {
		t.Fatalf("%d billionths of %d conversions: %+v", weight, contacted(journeys), fit)
	}
	parts := []attribution.Journey{}
	for _, j := range journeys {
		part := j
		part.Converted, part.Null = j.Converted/3, j.Null/2
		j.Converted, j.Null = j.Converted-part.Converted, j.Null-part.Null
		parts = append(parts, j, part)
	}
	rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	second, err := fitted(parts)
	if err != nil || text(t, second) != text(t, fit) {
		t.Fatalf("the same journeys in parts and in another order give %v, %v; want %v", second, err, fit)
	}
}

func TestFitErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		journeys []attribution.Journey
		want     error
	}{
		{"no journeys", nil, attribution.ErrNoConversions},
		{"no conversion", []attribution.Journey{journey("a > b", 0, 7)}, attribution.ErrNoConversions},
		{"no states", []attribution.Journey{journey("", 7, 7)}, attribution.ErrNoConversions},
		{"a state that nobody came to", []attribution.Journey{journey("", 7, 7), journey("a", 0, 0)}, attribution.ErrNoConversions},
		{"a negative count of conversions", []attribution.Journey{journey("a", -1, 1)}, attribution.ErrCounts},
		{"a negative count of others", []attribution.Journey{journey("a", 1, -1)}, attribution.ErrCounts},
		{"one too many", []attribution.Journey{journey("a", attribution.MaxJourneys, 1)}, attribution.ErrCounts},
		{"a sum that overflows", []attribution.Journey{journey("a", 1<<62, 1<<62), journey("a", 1<<62, 1<<62)}, attribution.ErrCounts},
		{"one too many of two", []attribution.Journey{journey("a", 1, 0), journey("b", 0, attribution.MaxJourneys)}, attribution.ErrCounts},
		{"just enough", []attribution.Journey{journey("a", attribution.MaxJourneys, 0)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, fitted := range fits {
				if fit, err := fitted(c.journeys); !errors.Is(err, c.want) || (fit == nil) != (err != nil) {
					t.Errorf("%s of %v: %v, %v; want %v", name, c.journeys, fit, err, c.want)
				}
			}
		})
	}
	for _, order := range []int{-1, 0, 3} {
		if _, err := attribution.FitMarkov([]attribution.Journey{journey("a", 1, 0)}, order); !errors.Is(err, attribution.ErrOrder) {
			t.Errorf("order %d: %v", order, err)
		}
	}
}

// TestTheEdgesOfJourneys: whoever comes without a contact counts among the conversions and is credited to nobody; states of
// journeys that nobody made are not known; those that only lead to nothing are, and weigh nothing.
func TestTheEdgesOfJourneys(t *testing.T) {
	t.Parallel()
	journeys := []attribution.Journey{journey("", 6, 2), journey("a", 2, 0), journey("b > b", 0, 5), journey("c", 0, 0)}
	for name, fitted := range fits {
		fit, err := fitted(journeys)
		if err != nil {
			t.Fatal(name, err)
		}
		a, _ := fit.State("a")
		b, known := fit.State("b")
		if a.Weight.String() != "2" || !known || !b.Weight.IsZero() || fit.Probability().String() != "0.533333333" {
			t.Errorf("%s: %+v", name, fit)
		}
		if _, known := fit.State("c"); known || len(fit.States) != 2 {
			t.Errorf("%s: %+v", name, fit)
		}
		if fit.Model == attribution.Markov && (a.RemovalEffect.String() != "0.25" || !b.RemovalEffect.IsZero()) {
			t.Errorf("%s: %+v", name, fit)
		}
	}
}

// collapsed leaves out what follows the same state.
func collapsed(journeys []attribution.Journey) []attribution.Journey {
	short := slices.Clone(journeys)
	for i, j := range short {
		short[i].States = slices.Compact(slices.Clone(j.States))
	}
	return short
}
