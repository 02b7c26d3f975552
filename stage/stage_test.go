package stage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/stage"
)

// limits are the installation's defaults.
var limits = stage.Thresholds{LoyalOrderDays: 3, LoyalProbability: 0.8, FormerProbability: 0.1}

func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func ExampleOf() {
	facts := stage.Facts{OrderDays: 3, LastCompletedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), ProbabilityAlive: 0.85}
	fmt.Println(stage.Of(facts, stage.Thresholds{LoyalOrderDays: 3, LoyalProbability: 0.8, FormerProbability: 0.1}))
	// Output: LOYAL ORDER 3 order days, alive with a probability of 0.85
}

func TestStageOf(t *testing.T) {
	t.Parallel()
	ordered := func(days, last int, alive float64) stage.Facts {
		return stage.Facts{OrderDays: days, LastCompletedAt: day(last), ProbabilityAlive: alive}
	}
	with := func(f stage.Facts, change func(*stage.Facts)) stage.Facts {
		change(&f)
		return f
	}
	overruled := func(to stage.Stage) func(*stage.Facts) {
		return func(f *stage.Facts) { f.Overruled, f.OverruledAt = to, day(5) }
	}
	permitted := func(n int) stage.Facts { return stage.Facts{PermittedAt: day(n), PermittedLastAt: day(n)} }
	left := func(n int) func(*stage.Facts) { return func(f *stage.Facts) { f.DepartedAt = day(n) } }
	for name, c := range map[string]struct {
		facts stage.Facts
		want  stage.Stage
	}{
		"nothing known":                       {stage.Facts{}, stage.Stranger},
		"recorded as a stranger":              {stage.Facts{Recorded: stage.Stranger}, stage.Stranger},
		"a permission, once":                  {permitted(1), stage.Friend},
		"an order, whatever was permitted":    {with(ordered(1, 2, 1), func(f *stage.Facts) { f.PermittedAt = day(1) }), stage.Customer},
		"two order days are not loyalty":      {ordered(2, 2, 1), stage.Customer},
		"three order days and 0.8":            {ordered(3, 9, 0.8), stage.Loyal},
		"three order days and less than 0.8":  {ordered(3, 9, 0.79), stage.Customer},
		"0.1 is not yet former":               {ordered(3, 9, 0.1), stage.Customer},
		"less than 0.1":                       {ordered(3, 9, 0.09), stage.Former},
		"left after the last order":           {with(ordered(5, 9, 1), left(10)), stage.Former},
		"left at the moment of the order":     {with(ordered(5, 9, 1), left(9)), stage.Former},
		"left, and ordered again":             {with(ordered(2, 11, 1), left(10)), stage.Customer},
		"left without ever ordering":          {with(permitted(1), left(2)), stage.Former},
		"recorded as a customer":              {with(permitted(1), func(f *stage.Facts) { f.Recorded = stage.Customer }), stage.Customer},
		"recorded as loyal, orders known":     {with(ordered(1, 2, 1), func(f *stage.Facts) { f.Recorded = stage.Loyal }), stage.Customer},
		"overruled":                           {with(ordered(1, 4, 0), overruled(stage.Loyal)), stage.Loyal},
		"overruled at the moment of an order": {with(ordered(2, 5, 1), overruled(stage.Former)), stage.Former},
		"overruled, and ordered after":        {with(ordered(2, 6, 1), overruled(stage.Former)), stage.Customer},
		"overruled, and left after":           {with(with(ordered(2, 4, 1), overruled(stage.Loyal)), left(6)), stage.Former},
		"made a stranger, and permitted":      {with(permitted(6), overruled(stage.Stranger)), stage.Friend},
		"made a customer, and permitted":      {with(permitted(6), overruled(stage.Customer)), stage.Customer},
		"made a stranger, permitted long ago": {with(permitted(1), overruled(stage.Stranger)), stage.Stranger},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _, reason := stage.Of(c.facts, limits); got != c.want || reason == "" {
				t.Errorf("%s (%q); want %s", got, reason, c.want)
			}
		})
	}
}

// TestReasons: reasons are stored with the changes of a stage, and stay as they are.
func TestReasons(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]stage.Facts{
		"no permission and no completed order":           {},
		"gave a permission":                              {PermittedAt: day(1)},
		"no completed order":                             {Recorded: stage.Customer},
		"left us":                                        {DepartedAt: day(1)},
		"staff decided so":                               {Overruled: stage.Loyal},
		"alive with a probability of 0.10":               {OrderDays: 3, ProbabilityAlive: 0.099},
		"2 order days, alive with a probability of 1.00": {OrderDays: 2, ProbabilityAlive: 1},
		"3 order days, alive with a probability of 0.80": {OrderDays: 3, ProbabilityAlive: 0.801},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			if _, _, got := stage.Of(f, limits); got != want {
				t.Errorf("got %q, want the reason %v", got, want)
			}
		})
	}
}

// TestOnlyLaterFactsSupersede: whatever else is known, a decision of staff stands where nothing is dated after it.
func TestOnlyLaterFactsSupersede(t *testing.T) {
	t.Parallel()
	every := []stage.Stage{stage.Stranger, stage.Friend, stage.Customer, stage.Loyal, stage.Former}
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) time.Time {
			if rapid.Bool().Draw(t, name+" known") {
				return day(rapid.IntRange(1, 20).Draw(t, name))
			}
			return time.Time{}
		}
		f := stage.Facts{
			Recorded: rapid.SampledFrom(every).Draw(t, "recorded"), Overruled: rapid.SampledFrom(every).Draw(t, "overruled"), OverruledAt: day(20),
			PermittedAt: moment("permitted"), PermittedLastAt: moment("permitted last"), DepartedAt: moment("departed"), LastCompletedAt: moment("completed"),
			OrderDays: rapid.IntRange(0, 5).Draw(t, "days"), ProbabilityAlive: rapid.Float64Range(0, 1).Draw(t, "alive"),
		}
		if got, _, _ := stage.Of(f, limits); got != f.Overruled {
			t.Fatalf("%s; staff decided %s", got, f.Overruled)
		}
		f.LastCompletedAt, f.OrderDays = day(21), 1
		if got, _, reason := stage.Of(f, limits); got != stage.Customer && got != stage.Former || strings.Contains(reason, "staff") {
			t.Fatalf("%s (%s) with an order after the decision", got, reason)
		}
	})
}
