package attribution_test

import (
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"slices"
	"testing"

	"kopeck/attribution"
	"kopeck/money"
)

// fittedReference has the reference's figures of the fitted models; fractions are texts like "12/5".
type fittedReference struct {
	Paths            []referencePath            `json:"paths"`
	Markov           markovReference            `json:"markov"`
	MarkovOrder1     markovReference            `json:"markov_order1"`
	MarkovCollapsed  markovReference            `json:"markov_order1_collapsed"`
	Shapley          map[string]json.RawMessage `json:"shapley"`
	Worth            map[string]float64         `json:"worth"`
	Ratios           map[string]float64         `json:"ratios"`
	NPaths           int                        `json:"n_paths"`
	TotalConversions int64                      `json:"total_conversions"`
	TotalNull        int64                      `json:"total_null"`
	TotalValue       float64                    `json:"total_value"`
}

type markovReference struct {
	Transition    map[string]map[string]float64 `json:"transition"`
	PConversion   float64                       `json:"p_conversion"`
	PCollapsed    *float64                      `json:"p_conversion_collapsed"`
	RemovalEffect map[string]float64            `json:"removal_effect"`
	Attribution   map[string]float64            `json:"attribution"`
	Exact         map[string]string             `json:"exact"`
	ExactRemoval  map[string]string             `json:"exact_removal"`
}

func readFitted(t *testing.T, name string) fittedReference {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(shared(t, "reference/attribution.json"), &all); err != nil {
		t.Fatal(err)
	}
	// A name that is not covered here would be a figure that nothing is held against.
	known := []string{"c1c2c3", "channelattribution_demo", "puzyrov_2019", "shapley_FOL"}
	if names := slices.Sorted(maps.Keys(all)); !slices.Equal(names, known) {
		t.Errorf("the reference has %v; the tests know %v", names, known)
	}
	var want fittedReference
	if err := json.Unmarshal(all[name], &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func (r fittedReference) journeys() []attribution.Journey {
	var all []attribution.Journey
	for _, p := range r.Paths {
		all = append(all, journey(p.Path, int64(p.Conv), int64(p.Null)))
	}
	return all
}

func demonstrationJourneys(t *testing.T) []attribution.Journey {
	t.Helper()
	var all []attribution.Journey
	for _, row := range demonstration(t) {
		all = append(all, journey(row.path, int64(row.conversions), int64(row.null)))
	}
	return all
}

func fraction(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("not a fraction: %q", text)
	}
	return r
}

// checkFigures holds one figure of each state against the reference's, which must name the same states. The tolerance is
// the rounding to nine places, and what the reference itself is off: some 1e-13.
func checkFigures(t *testing.T, what string, fit *attribution.Fit, figure func(attribution.State) money.Decimal, want map[string]float64) {
	t.Helper()
	if len(fit.States) != len(want) {
		t.Errorf("%s: %d states; the reference has %d", what, len(fit.States), len(want))
	}
	for _, s := range fit.States {
		exact, known := want[s.Name]
		if !known || !near(figure(s), new(big.Rat).SetFloat64(exact), 1, 1e-12) {
			t.Errorf("%s of %s: %s; the reference says %.12f", what, s.Name, figure(s), exact)
		}
	}
}

func weightOf(s attribution.State) money.Decimal        { return s.Weight }
func removalEffectOf(s attribution.State) money.Decimal { return s.RemovalEffect }

// checkMarkov holds a fit of order 1 against the reference. Its transitions count ways from a state to itself, ours do not.
func checkMarkov(t *testing.T, journeys []attribution.Journey, want markovReference) *attribution.Fit {
	t.Helper()
	fit, err := attribution.FitMarkov(journeys, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !near(fit.Probability(), new(big.Rat).SetFloat64(want.PConversion), 0.5, 1e-12) {
		t.Errorf("converts with %s; the reference says %.12f", fit.Probability(), want.PConversion)
	}
	checkFigures(t, "removal effect", fit, removalEffectOf, want.RemovalEffect)
	checkFigures(t, "weight", fit, weightOf, want.Attribution)
	for name, text := range want.Exact {
		if s, _ := fit.State(name); !near(s.Weight, fraction(t, text), 0.5, 0) {
			t.Errorf("weight of %s: %s; exactly %s", name, s.Weight, text)
		}
	}
	for name, text := range want.ExactRemoval {
		if s, _ := fit.State(name); !near(s.RemovalEffect, fraction(t, text), 0.5, 0) {
			t.Errorf("removal effect of %s: %s; exactly %s", name, s.RemovalEffect, text)
		}
	}
	if want.Transition == nil {
		return fit
	}
	shares, err := attribution.Transitions(journeys)
	if err != nil || len(shares) != len(want.Transition) {
		t.Fatal(shares, err)
	}
	for from, ways := range want.Transition {
		for to, share := range ways {
			if from == to {
				continue
			}
			if got, exact := shares[from][to], share/(1-ways[from]); math.Abs(got-exact) > 1e-12 {
				t.Errorf("from %s to %s: %.15f; the reference says %.15f", from, to, got, exact)
			}
		}
	}
	return fit
}

func checkShapley(t *testing.T, journeys []attribution.Journey, want map[string]json.RawMessage) {
	t.Helper()
	fit, err := attribution.FitShapley(journeys, 1)
	if err != nil || len(fit.States) != len(want) || fit.Permutations != 0 {
		t.Fatalf("got %+v, %v, want %d states without sampling", fit, err, len(want))
	}
	for _, s := range fit.States {
		var text string
		exact, relative := new(big.Rat), 0.0
		if json.Unmarshal(want[s.Name], &text) == nil {
			exact = fraction(t, text)
		} else {
			var figure float64
			if err := json.Unmarshal(want[s.Name], &figure); err != nil {
				t.Fatal(s.Name, err)
			}
			exact.SetFloat64(figure)
			relative = 1e-15
		}
		if !near(s.Weight, exact, 1, relative) {
			t.Errorf("%s has %s; the reference says %s", s.Name, s.Weight, exact.FloatString(12))
		}
	}
}

func TestPublishedFits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"puzyrov_2019", "c1c2c3"} {
		t.Run(name, func(t *testing.T) {
			want := readFitted(t, name)
			checkMarkov(t, want.journeys(), want.Markov)
			checkShapley(t, want.journeys(), want.Shapley)
		})
	}
}

// TestPublishedGame: the values of the players F, O and L from the worths of their coalitions, and from journeys that used
// just these states so many times, in percent.
func TestPublishedGame(t *testing.T) {
	t.Parallel()
	want := readFitted(t, "shapley_FOL")
	const names = "FOL"
	percent := func(of map[string]float64, c attribution.Coalition) int64 {
		for key, share := range of {
			var members attribution.Coalition
			for i := range names {
				if slices.Contains([]byte(key), names[i]) {
					members |= 1 << i
				}
			}
			if members == c {
				return int64(math.Round(share * 100))
			}
		}
		return 0
	}
	values, err := attribution.ShapleyValues(len(names), func(c attribution.Coalition) int64 { return percent(want.Worth, c) })
	if err != nil {
		t.Fatal(err)
	}
	var journeys []attribution.Journey
	for c := range attribution.Coalition(1 << len(names)) {
		j := attribution.Journey{Converted: percent(want.Ratios, c)}
		for i := range names {
			if c.Has(i) {
				j.States = append(j.States, names[i:i+1])
			}
		}
		journeys = append(journeys, j)
	}
	fit, err := attribution.FitShapley(journeys, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, value := range values {
		name := names[i : i+1]
		var text string
		if err := json.Unmarshal(want.Shapley[name], &text); err != nil {
			t.Fatal(err)
		}
		exact := fraction(t, text)
		exact.Mul(exact, big.NewRat(100, 1))
		if s, _ := fit.State(name); value.Cmp(exact) != 0 || s.Weight.Rat().Cmp(exact) != 0 {
			t.Errorf("%s is worth %s as a player and %s as a state; want %s", name, value, s.Weight, exact)
		}
	}
}

// TestTenThousandJourneysFitted holds the fits of the demonstration data against its figures.
func TestTenThousandJourneysFitted(t *testing.T) {
	t.Parallel()
	want := readFitted(t, "channelattribution_demo")
	rows, journeys := demonstration(t), demonstrationJourneys(t)
	value := 0.0
	for _, row := range rows {
		value += row.value
	}
	if len(rows) != want.NPaths || math.Abs(value-want.TotalValue) > 1e-6 {
		t.Errorf("%d paths worth %f; the reference has %d worth %f", len(rows), value, want.NPaths, want.TotalValue)
	}
	fit := checkMarkov(t, journeys, want.MarkovOrder1)
	if fit.Converted != want.TotalConversions || fit.Null != want.TotalNull {
		t.Errorf("%d converted and %d did not; the reference has %d and %d", fit.Converted, fit.Null, want.TotalConversions, want.TotalNull)
	}
	if short := checkMarkov(t, collapsed(journeys), want.MarkovCollapsed); text(t, short) != text(t, fit) {
		t.Error("collapsed journeys fit otherwise")
	}
	if p := *want.MarkovOrder1.PCollapsed; !near(fit.Probability(), new(big.Rat).SetFloat64(p), 0.5, 1e-12) {
		t.Errorf("converts with %s; the reference says, collapsed, %.12f", fit.Probability(), p)
	}
	checkShapley(t, journeys, want.Shapley)
}
