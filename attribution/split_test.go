package attribution_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/attribution"
	"kopeck/money"
)

var (
	completed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	settings  = attribution.DefaultSettings()
	models    = []attribution.Model{
		attribution.First, attribution.Last, attribution.Linear, attribution.TimeDecay, attribution.Position, attribution.Markov, attribution.Shapley,
	}
)

// daysBefore makes contacts so many days before the order's completion, named a, b, c and so on.
func daysBefore(days ...int) []attribution.Touch {
	touches := make([]attribution.Touch, len(days))
	for i, d := range days {
		touches[i] = attribution.Touch{ContactID: string(rune('a' + i)), At: completed.AddDate(0, 0, -d)}
	}
	return touches
}

func amounts(credits []attribution.Credit) []int64 {
	all := make([]int64, len(credits))
	for i, c := range credits {
		all[i] = c.Amount.Minor()
	}
	return all
}

func ExampleSplit() {
	touches := []attribution.Touch{
		{ContactID: "call", At: completed.AddDate(0, 0, -14)},
		{ContactID: "visit", At: completed.AddDate(0, 0, -7)},
		{ContactID: "letter", At: completed},
	}
	credits, _ := attribution.Split(money.Minor(70_00), completed, touches, attribution.TimeDecay, settings)
	for _, c := range credits {
		fmt.Println(c.ContactID, c.Amount.Minor(), c.Share)
	}
	// Output:
	// call 1000 0.142857
	// visit 2000 0.285714
	// letter 4000 0.571429
}

func TestSplitByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		model  attribution.Model
		margin int64
		days   []int
		want   []int64
	}{
		{attribution.First, 100, []int{9, 5, 1}, []int64{100, 0, 0}},
		{attribution.Last, 100, []int{9, 5, 1}, []int64{0, 0, 100}},
		{attribution.Linear, 100, []int{9, 5, 1}, []int64{34, 33, 33}},
		{attribution.Linear, -100, []int{9, 5, 1}, []int64{-34, -33, -33}},
		{attribution.Linear, 1, []int{7, 6, 5, 4, 3, 2, 1}, []int64{1, 0, 0, 0, 0, 0, 0}},
		{attribution.Position, 1000, []int{9}, []int64{1000}},
		{attribution.Position, 1000, []int{9, 1}, []int64{500, 500}},
		{attribution.Position, 1000, []int{9, 5, 1}, []int64{400, 200, 400}},
		{attribution.Position, 1000, []int{9, 7, 5, 1}, []int64{400, 100, 100, 400}},
		{attribution.TimeDecay, 300, []int{7, 0}, []int64{100, 200}},
		{attribution.TimeDecay, 300, []int{707, 700}, []int64{100, 200}},     // only the difference counts
		{attribution.TimeDecay, 300, []int{70000, 69993}, []int64{100, 200}}, // however old
		{attribution.TimeDecay, 1 << 62, []int{36500, 0}, []int64{0, 1 << 62}},
		{attribution.TimeDecay, 0, []int{7, 0}, []int64{0, 0}},
	} {
		t.Run(fmt.Sprintf("%s of %d over %v days", c.model, c.margin, c.days), func(t *testing.T) {
			credits, err := attribution.Split(money.Minor(c.margin), completed, daysBefore(c.days...), c.model, settings)
			if err != nil || fmt.Sprint(amounts(credits)) != fmt.Sprint(c.want) {
				t.Errorf("%s of %d over %v: %v, %v; want %v", c.model, c.margin, c.days, amounts(credits), err, c.want)
			}
		})
	}
}

func TestNobodyEarnsWithoutContacts(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		credits, err := attribution.Split(money.Minor(100), completed, nil, model, settings)
		if err != nil || len(credits) != 0 {
			t.Errorf("%s: %v, %v", model, credits, err)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	t.Parallel()
	for model, want := range map[attribution.Model]error{
		"":      attribution.ErrUnknownModel,
		"first": attribution.ErrUnknownModel,
	} {
		t.Run(string(model), func(t *testing.T) {
			for _, touches := range [][]attribution.Touch{nil, daysBefore(1)} {
				if _, err := attribution.Split(money.Minor(1), completed, touches, model, settings); !errors.Is(err, want) {
					t.Errorf("%q: %v; want %v", model, err, want)
				}
			}
		})
	}
	if _, err := attribution.Split(money.Minor(1), completed, daysBefore(1), attribution.TimeDecay, attribution.Settings{}); !errors.Is(err, attribution.ErrHalfLife) {
		t.Errorf("no half-life: %v", err)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		touch time.Time
		want  bool
	}{
		{"at the completion", completed, true},
		{"after it", completed.Add(time.Microsecond), false},
		{"at the beginning of the window", completed.Add(-90 * 24 * time.Hour), true},
		{"before it", completed.Add(-90*24*time.Hour - time.Microsecond), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := settings.Covers(c.touch, completed); got != c.want {
				t.Errorf("%s: %v", c.touch, got)
			}
		})
	}
}

// TestSplitLaws: the parts sum to the margin and the shares to 1 exactly, whatever the margin's sign; the order in which
// contacts became known changes nothing; the opposite margin splits into the opposite parts; no part has the wrong sign.
func TestSplitLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		model := rapid.SampledFrom(models).Draw(t, "model")
		margin := rapid.Int64Range(-1<<62, 1<<62).Draw(t, "margin")
		settings := settings
		if rapid.Bool().Draw(t, "fitted") {
			settings.Markov, settings.Shapley = aFit(attribution.Markov), aFit(attribution.Shapley)
		}
		seconds := rapid.SliceOfN(rapid.Int64Range(0, 400*86400), 1, 12).Draw(t, "ages")
		touches := make([]attribution.Touch, len(seconds))
		for i, s := range seconds {
			touches[i] = attribution.Touch{ContactID: fmt.Sprintf("c%02d", i), At: completed.Add(-time.Duration(s) * time.Second)}
			touches[i].State = rapid.SampledFrom([]string{"a", "b", "c", "d", "x", ""}).Draw(t, "state")
		}
		credits, err := attribution.Split(money.Minor(margin), completed, touches, model, settings)
		if err != nil {
			t.Fatal(err)
		}
		total, share := big.NewInt(0), int64(0)
		for _, c := range credits {
			total.Add(total, big.NewInt(c.Amount.Minor()))
			share += c.Share.Nano()
			if c.Amount.Sign()*money.Minor(margin).Sign() < 0 || c.Share.Sign() < 0 {
				t.Fatalf("%s of %d: a part of %d", model, margin, c.Amount.Minor())
			}
		}
		if !total.IsInt64() || total.Int64() != margin || share != money.Whole(1).Nano() {
			t.Fatalf("%s: the parts sum to %s of %d, the shares to %d billionths", model, total, margin, share)
		}
		shuffled := append([]attribution.Touch{}, touches...)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		second, err := attribution.Split(money.Minor(margin), completed, shuffled, model, settings)
		if err != nil || fmt.Sprint(second) != fmt.Sprint(credits) {
			t.Fatalf("%s: in another order %v, %v; was %v", model, second, err, credits)
		}
		opposite, err := attribution.Split(money.Minor(-margin), completed, touches, model, settings)
		if err != nil {
			t.Fatal(err)
		}
		for i := range opposite {
			if opposite[i].Amount.Minor() != -credits[i].Amount.Minor() {
				t.Fatalf("%s: %d against %d", model, opposite[i].Amount.Minor(), credits[i].Amount.Minor())
			}
		}
	})
}

// TestDecayAgainstDoubles holds the whole-number powers of two against math.Exp2: the double is good to 1e-15.
func TestDecayAgainstDoubles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		older := rapid.Int64Range(0, 90*86400*1_000_000).Draw(t, "older")
		younger := rapid.Int64Range(0, older).Draw(t, "younger")
		const whole = 1 << 53
		touches := []attribution.Touch{
			{ContactID: "older", At: completed.Add(-time.Duration(older) * time.Microsecond)},
			{ContactID: "younger", At: completed.Add(-time.Duration(younger) * time.Microsecond)},
		}
		credits, err := attribution.Split(money.Minor(whole), completed, touches, attribution.TimeDecay, settings)
		if err != nil {
			t.Fatal(err)
		}
		difference := float64(older-younger) / float64(settings.HalfLife/time.Microsecond)
		want := math.Exp2(-difference) / (1 + math.Exp2(-difference))
		if got := float64(credits[0].Amount.Minor()) / whole; math.Abs(got-want) > 4e-15 {
			t.Fatalf("%g half-lives apart: %.17g; want %.17g", difference, got, want)
		}
	})
}
