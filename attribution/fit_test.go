package attribution_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/attribution"
	"kopeck/money"
)

// aFit credits a with 6 conversions, b with 3, c with 1 and d with none.
func aFit(model attribution.Model) *attribution.Fit {
	fit := &attribution.Fit{Model: model, Converted: 10, Null: 90}
	if model == attribution.Markov {
		fit.Order = 1
	}
	for name, weight := range map[string]int64{"a": 6, "b": 3, "c": 1, "d": 0} {
		fit.States = append(fit.States, attribution.State{Name: name, Weight: money.Whole(weight)})
	}
	slices.SortFunc(fit.States, func(a, b attribution.State) int { return int(a.Name[0]) - int(b.Name[0]) })
	return fit
}

// in makes contacts in these states, a day apart.
func in(states string) []attribution.Touch {
	touches := make([]attribution.Touch, len(states))
	for i := range states {
		touches[i] = attribution.Touch{ContactID: fmt.Sprintf("c%02d", i), At: completed.AddDate(0, 0, i-len(states)), State: states[i : i+1]}
	}
	return touches
}

// ExampleSplit_fitted splits a margin by what journeys taught.
func ExampleSplit_fitted() {
	fit, _ := attribution.FitMarkov([]attribution.Journey{
		{States: []string{"CALL", "VISIT", "CALL"}, Converted: 3},
		{States: []string{"CALL"}, Converted: 1, Null: 4},
		{States: []string{"LETTER", "VISIT"}, Null: 2},
	}, 1)
	settings := attribution.Settings{Markov: fit}
	credits, _ := attribution.Split(money.Minor(100_00), completed, []attribution.Touch{
		{ContactID: "the first call", At: completed.AddDate(0, 0, -9), State: "CALL"},
		{ContactID: "the visit", At: completed.AddDate(0, 0, -5), State: "VISIT"},
		{ContactID: "the letter", At: completed.AddDate(0, 0, -2), State: "LETTER"},
		{ContactID: "the last call", At: completed, State: "CALL"},
	}, attribution.Markov, settings)
	for _, c := range credits {
		fmt.Println(c.ContactID, c.Amount.Minor(), c.Share)
	}
	// Output:
	// the first call 3563 0.356338
	// the visit 1944 0.194366
	// the letter 930 0.092958
	// the last call 3563 0.356338
}

func TestFittedSplitByHand(t *testing.T) {
	t.Parallel()
	for _, model := range []attribution.Model{attribution.Markov, attribution.Shapley} {
		with := attribution.Settings{Markov: aFit(attribution.Markov), Shapley: aFit(attribution.Shapley)}
		for _, c := range []struct {
			settings attribution.Settings
			margin   int64
			states   string
			want     []int64
		}{
			{with, 1000, "abc", []int64{600, 300, 100}},
			{with, -1000, "abc", []int64{-600, -300, -100}},
			{with, 900, "aab", []int64{300, 300, 300}}, // a's 6 are shared alike
			{with, 700, "acacacaca", []int64{120, 25, 120, 25, 120, 25, 120, 25, 120}},
			{with, 1000, "adx", []int64{1000, 0, 0}}, // d is worth nothing, x is not known
			{with, 1, "bb", []int64{1, 0}},
			{with, 1000, "ddx", []int64{250, 250, 500}}, // nothing weighs anything: every state alike
			{attribution.Settings{}, 1000, "aab", []int64{250, 250, 500}},
			{attribution.Settings{}, 1000, "z", []int64{1000}},
		} {
			credits, err := attribution.Split(money.Minor(c.margin), completed, in(c.states), model, c.settings)
			if err != nil || !slices.Equal(amounts(credits), c.want) {
				t.Errorf("%s of %d over %s: %v, %v; want %v", model, c.margin, c.states, amounts(credits), err, c.want)
			}
		}
	}
}

// TestThePriorIsOneJourney: the prior splits as a fit on nothing but the order's own journey does; of MARKOV, where the
// journey does not come back to a state.
func TestThePriorIsOneJourney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOfN(rapid.SampledFrom([]byte("abcdef")), 1, 10).Draw(t, "states")
		order := rapid.IntRange(1, 2).Draw(t, "order")
		for _, fit := range []func(attribution.Journey) (string, *attribution.Fit, error){
			func(j attribution.Journey) (string, *attribution.Fit, error) {
				fit, err := attribution.FitShapley([]attribution.Journey{j}, 1)
				return string(letters), fit, err
			},
			func(j attribution.Journey) (string, *attribution.Fit, error) {
				once := slices.Compact(slices.Sorted(slices.Values(letters)))
				j.States = slices.Compact(slices.Sorted(slices.Values(j.States)))
				fit, err := attribution.FitMarkov([]attribution.Journey{j}, order)
				return string(once), fit, err
			},
		} {
			one := attribution.Journey{Converted: 1}
			for _, letter := range letters {
				one.States = append(one.States, string(letter))
			}
			states, own, err := fit(one)
			if err != nil {
				t.Fatal(err)
			}
			prior, err := attribution.Split(money.Minor(1000_00), completed, in(states), own.Model, attribution.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			credits, err := attribution.Split(money.Minor(1000_00), completed, in(states), own.Model, withFit(own))
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range credits {
				if off := c.Amount.Minor() - prior[i].Amount.Minor(); off < -1 || off > 1 { // weights have nine places
					t.Fatalf("%s of %s: %v; by the prior %v", own.Model, states, amounts(credits), amounts(prior))
				}
			}
		}
	})
}

func TestAFitOfAnotherModel(t *testing.T) {
	t.Parallel()
	for model, settings := range map[attribution.Model]attribution.Settings{
		attribution.Markov:  {Markov: aFit(attribution.Shapley)},
		attribution.Shapley: {Shapley: aFit(attribution.Markov)},
	} {
		t.Run(string(model), func(t *testing.T) {
			for _, touches := range [][]attribution.Touch{nil, in("a")} {
				if _, err := attribution.Split(money.Minor(1), completed, touches, model, settings); !errors.Is(err, attribution.ErrOtherModel) {
					t.Errorf("%s: %v", model, err)
				}
			}
		})
	}
}

// TestStoredFits: a fit comes back from JSON the same, and splits the same.
func TestStoredFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		journeys := drawJourneys(t, 20, 8)
		if rapid.Bool().Draw(t, "many") {
			journeys = manyStates(t, 14)
		}
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(fits))).Draw(t, "model")
		fit, err := fits[name](journeys)
		if err != nil {
			return
		}
		var back attribution.Fit
		if err := json.Unmarshal([]byte(text(t, fit)), &back); err != nil || !reflect.DeepEqual(*fit, back) {
			t.Fatalf("%v came back as %v, %v", fit, back, err)
		}
		touches := daysBefore(9, 8, 7, 6, 5, 4, 3)
		for i := range touches {
			touches[i].State = fmt.Sprintf("s%02d", rapid.IntRange(0, 20).Draw(t, "state"))
		}
		margin := money.Minor(rapid.Int64().Draw(t, "margin"))
		was, err := attribution.Split(margin, completed, touches, fit.Model, withFit(fit))
		if err != nil {
			t.Fatal(err)
		}
		is, err := attribution.Split(margin, completed, touches, fit.Model, withFit(&back))
		if err != nil || !slices.Equal(is, was) {
			t.Fatalf("%v, %v; was %v", is, err, was)
		}
	})
}

func withFit(fit *attribution.Fit) attribution.Settings {
	if fit.Model == attribution.Markov {
		return attribution.Settings{Markov: fit}
	}
	return attribution.Settings{Shapley: fit}
}

// badFits are no fits.
var badFits = []string{
	`{}`, `[]`, `{"model":"LINEAR"}`, `{"model":"MARKOV"}`, `{"model":"MARKOV","order":3}`, `{"model":"SHAPLEY","order":1}`,
	`{"model":"SHAPLEY","converted":-1}`, `{"model":"SHAPLEY","null":-1}`, `{"model":"SHAPLEY","permutations":-1}`,
	`{"model":"SHAPLEY","converted":9223372036,"null":1}`,
	`{"model":"SHAPLEY","states":[{"name":"b"},{"name":"a"}]}`, `{"model":"SHAPLEY","states":[{"name":"a"},{"name":"a"}]}`,
	`{"model":"SHAPLEY","states":[{"name":"a","weight":"-1"}]}`, `{"model":"SHAPLEY","states":[{"name":"a","weight":1}]}`,
	`{"model":"SHAPLEY","states":[{"name":"a","weight":"0.0000000001"}]}`,
}

func TestBadFits(t *testing.T) {
	t.Parallel()
	for _, bad := range badFits {
		fit := attribution.Fit{Model: "untouched"}
		if err := json.Unmarshal([]byte(bad), &fit); !errors.Is(err, attribution.ErrBadFit) || fit.Model != "untouched" {
			t.Errorf("%s: %v, %v", bad, fit, err)
		}
	}
}

// FuzzStoredFit: whatever is read as a fit is written and read again as the same, and splits a margin exactly.
func FuzzStoredFit(f *testing.F) {
	for _, bad := range badFits {
		f.Add(bad)
	}
	f.Add(`{"model":"MARKOV","order":2,"converted":1,"null":1,"states":[{"name":"a","weight":"1","removalEffect":"1","standardError":"0"}]}`)
	f.Add(`{"model":"SHAPLEY","states":[{"name":"a","weight":"9223372036.854775807"},{"name":"b","weight":"9223372036.854775807"}]}`)
	f.Fuzz(func(t *testing.T, stored string) {
		var fit, back attribution.Fit
		if err := json.Unmarshal([]byte(stored), &fit); err != nil {
			return
		}
		if err := json.Unmarshal([]byte(text(t, &fit)), &back); err != nil || !reflect.DeepEqual(fit, back) {
			t.Fatalf("%v came back as %v, %v", fit, back, err)
		}
		if p := fit.Probability(); p.Sign() < 0 || p.Compare(money.Whole(1)) > 0 {
			t.Fatal(p)
		}
		touches := in("abcab")
		for i, s := range fit.States {
			touches = append(touches, attribution.Touch{ContactID: s.Name, At: completed.Add(time.Duration(i)), State: s.Name})
		}
		credits, err := attribution.Split(money.Minor(-100_01), completed, touches, fit.Model, withFit(&fit))
		sum := int64(0)
		for _, c := range credits {
			sum += c.Amount.Minor()
		}
		if err != nil || sum != -100_01 {
			t.Fatalf("got %v, %v, want credits of -10001 together", credits, err)
		}
	})
}
