package lifetime_test

import (
	"errors"
	"math"
	"testing"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	for u, want := range map[lifetime.Unit]struct {
		text string
		days float64
	}{lifetime.Day: {"DAY", 1}, lifetime.Week: {"WEEK", 7}, lifetime.Month: {"MONTH", 30.4375}} {
		t.Run(u.String(), func(t *testing.T) {
			parsed, err := lifetime.ParseUnit(want.text)
			if err != nil || parsed != u || u.String() != want.text || u.Days() != want.days || !u.Valid() {
				t.Errorf("%v: parsed %v, %v; %g days", want.text, parsed, err, u.Days())
			}
		})
	}
	for _, s := range []string{"", "week", "YEAR", "Unit(0)"} {
		if u, err := lifetime.ParseUnit(s); err == nil {
			t.Errorf("%q was read as %v", s, u)
		}
	}
	if none := lifetime.Unit(0); none.Valid() || !math.IsNaN(none.Days()) {
		t.Error("no unit passes for one")
	}
}

func TestStatsAreExactInTheirUnit(t *testing.T) {
	t.Parallel()
	// 272 days are 38 6/7 weeks, the first CDNOW cohort's age.
	s := lifetime.Stats{Frequency: 2, RecencyDays: 213, AgeDays: 272}
	if x, tx, T := s.In(lifetime.Week); x != 2 || tx != 213./7 || T != 272./7 {
		t.Errorf("%d %v %v", x, tx, T)
	}
}

func TestStatsRefuseTheImpossible(t *testing.T) {
	t.Parallel()
	for _, s := range []lifetime.Stats{
		{Frequency: -1, AgeDays: 3},
		{AgeDays: -1},
		{Frequency: 1, RecencyDays: 5, AgeDays: 4},
		{Frequency: 6, RecencyDays: 5, AgeDays: 9},
		{Frequency: 0, RecencyDays: 5, AgeDays: 9},
	} {
		var tally lifetime.Tally
		if err := tally.Add(s, 1); !errors.Is(err, lifetime.ErrStats) {
			t.Errorf("%+v: %v", s, err)
		}
		if n := tally.Sample(lifetime.Day).Customers(); n != 0 {
			t.Errorf("%+v was counted", s)
		}
	}
	for _, s := range []lifetime.Stats{{}, {AgeDays: 4000}, {Frequency: 9, RecencyDays: 9, AgeDays: 9}} {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestTallyCountsDistinctHistories(t *testing.T) {
	t.Parallel()
	var tally lifetime.Tally
	for _, age := range []int{9, 7, 9, 9} {
		if err := tally.Add(lifetime.Stats{AgeDays: age}, 2); err != nil {
			t.Fatal(err)
		}
	}
	if err := tally.Add(lifetime.Stats{Frequency: 1, RecencyDays: 3, AgeDays: 7}, 1); err != nil {
		t.Fatal(err)
	}
	if err := tally.Add(lifetime.Stats{}, -1); !errors.Is(err, lifetime.ErrStats) {
		t.Errorf("minus one customer: %v", err)
	}
	s := tally.Sample(lifetime.Day)
	want := []lifetime.Row{{X: 0, T: 7, N: 2}, {X: 0, T: 9, N: 6}, {X: 1, TX: 3, T: 7, N: 1}}
	if len(s.Rows) != len(want) || s.Customers() != 9 || s.Repeaters() != 1 {
		t.Fatalf("got %+v, want 3 rows of 9 customers, one a repeater", s)
	}
	for i := range want {
		if s.Rows[i] != want[i] {
			t.Errorf("row %d: %+v, want %+v", i, s.Rows[i], want[i])
		}
	}
}

func TestBackTestByHand(t *testing.T) {
	t.Parallel()
	rows := []backtest.HoldOut{
		{Row: lifetime.Row{X: 4, TX: 9, T: 10, N: 1}, Purchases: 3},
		{Row: lifetime.Row{X: 0, T: 10, N: 8}, Purchases: 0},
		{Row: lifetime.Row{X: 0, T: 10, N: 1}, Purchases: 1},
	}
	half := func(x int, tx, T, t float64) float64 { return float64(x) / T * t / 2 }
	got, err := backtest.NewBackTest(rows, 5, half)
	if err != nil {
		t.Fatal(err)
	}
	// Forecasts 1 and nine times 0 against 3, eight times 0 and 1; the baseline is 4/100 · 5 = 0.2 each.
	want := backtest.BackTest{
		Actual: 4, Predicted: 1, Bias: -0.75, MeanAbsolute: 0.3, RootMeanSquare: math.Sqrt(0.5),
		BaselineRootMeanSquare: math.Sqrt((2.8*2.8 + 8*0.04 + 0.64) / 10), TopTenth: 0.75, Customers: 10,
	}
	if math.Abs(got.BaselineRootMeanSquare-want.BaselineRootMeanSquare) < 1e-15 {
		got.BaselineRootMeanSquare = want.BaselineRootMeanSquare
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for name, err := range map[string]error{
		"no customers": second(backtest.NewBackTest(nil, 5, half)),
		"no time":      second(backtest.NewBackTest(rows, 0, half)),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, lifetime.ErrStats) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }
