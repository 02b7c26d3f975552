package stage_test

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/stage"
)

// A permission that moved the customer is a fact, also where the permission itself was given in another database.
func TestBeginKnowsPermissions(t *testing.T) {
	t.Parallel()
	begun := stage.Begin(stage.Customer, []stage.Change{
		{stage.Stranger, stage.Friend, stage.KindPermission, day(2), "…"}, {stage.Friend, stage.Customer, stage.KindOrder, day(3), "…"},
	})
	if len(begun.Permitted) != 1 || !begun.Permitted[0].Equal(day(2)) || begun.Recorded != stage.Stranger {
		t.Errorf("the facts are %+v", begun)
	}
}

func TestBegin(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("Moscow", 3*3600)
	for name, c := range map[string]struct {
		changes []stage.Change
		want    stage.Facts
	}{
		"never changed": {nil, stage.Facts{Recorded: stage.Loyal}},
		"moved by facts": {
			[]stage.Change{{stage.Friend, stage.Customer, stage.KindOrder, day(2), "…"}, {stage.Customer, stage.Loyal, stage.KindOrder, day(3), "…"}},
			stage.Facts{Recorded: stage.Friend},
		},
		"as recorded": {
			[]stage.Change{{stage.Stranger, stage.Customer, stage.KindRecorded, day(2), "…"}, {stage.Customer, stage.Loyal, stage.KindOrder, day(3), "…"}},
			stage.Facts{Recorded: stage.Customer},
		},
		"the kind decides, not the text": {
			[]stage.Change{{stage.Stranger, stage.Friend, stage.KindPermission, day(2), stage.ReasonOverruled + stage.ReasonRecorded}},
			stage.Facts{Recorded: stage.Stranger},
		},
		"overruled twice": {
			[]stage.Change{
				{stage.Friend, stage.Former, stage.KindOverruled, day(2), "angry"},
				{stage.Former, stage.Customer, stage.KindOrder, day(3), "…"},
				{stage.Customer, stage.Loyal, stage.KindOverruled, day(4).In(moscow), "calm again"},
			},
			stage.Facts{Recorded: stage.Friend, Overruled: stage.Loyal, OverruledAt: day(4)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := stage.Begin(stage.Loyal, c.changes)
			if got := begun.Decided(); got != c.want {
				t.Errorf("%+v; want %+v", got, c.want)
			}
		})
	}
}

// halving are rules by which the probability to be alive halves every ten days without an order.
func halving() stage.Rules {
	const length = 24 * time.Hour
	return stage.Rules{
		Day:        func(at time.Time) int { return int(at.Unix() / 86400) },
		StartOfDay: func(day int) time.Time { return time.Unix(0, 0).UTC().Add(time.Duration(day) * length) },
		Limits:     func(time.Time) stage.Thresholds { return limits },
		Alive: func(d stage.Days, at time.Time) float64 {
			return math.Pow(0.5, float64(int(at.Unix()/86400)-d.Last)/10)
		},
	}
}

func bought(n int) stage.Order {
	return stage.Order{Day: halving().Day(day(n)), CompletedAt: day(n)}
}

func TestStagesOfMoments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of    stage.Timeline
		at    []int
		want  []stage.Stage
		since time.Time // of the stage on the last of these days
	}{
		"a stranger": {stage.Timeline{}, []int{1}, []stage.Stage{stage.Stranger}, time.Time{}},
		"orders of two months, then a claim": {
			stage.Timeline{Orders: []stage.Order{bought(3), bought(8)}},
			[]int{1, 3, 4, 10},
			[]stage.Stage{stage.Stranger, stage.Customer, stage.Customer, stage.Customer},
			day(3),
		},
		"a friend who buys three times and is silent": {
			stage.Timeline{Permitted: []time.Time{day(2)}, Orders: []stage.Order{bought(3), bought(4), bought(5)}},
			[]int{2, 3, 5, 7, 9, 60},
			[]stage.Stage{stage.Friend, stage.Customer, stage.Loyal, stage.Loyal, stage.Customer, stage.Former},
			halving().StartOfDay(halving().Day(day(5)) + 34),
		},
		"two orders of one day": {
			stage.Timeline{Orders: []stage.Order{bought(3), bought(3), bought(4)}}, []int{4}, []stage.Stage{stage.Customer}, day(3),
		},
		"left, came back and left again": {
			stage.Timeline{Orders: []stage.Order{bought(1), bought(6)}, Departures: []time.Time{day(4), day(8)}},
			[]int{1, 4, 5, 6, 8},
			[]stage.Stage{stage.Customer, stage.Former, stage.Former, stage.Customer, stage.Former},
			day(8),
		},
		"staff decides, an order decides after": {
			stage.Timeline{Orders: []stage.Order{bought(1), bought(6)}, Decisions: []stage.Decision{{stage.Loyal, day(3)}}},
			[]int{2, 3, 5, 6},
			[]stage.Stage{stage.Customer, stage.Loyal, stage.Loyal, stage.Customer},
			day(6),
		},
		"silent, and an order again": {
			stage.Timeline{Orders: []stage.Order{bought(1), bought(60)}}, []int{1, 50, 61}, []stage.Stage{stage.Customer, stage.Former, stage.Customer}, day(60),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moments := make([]time.Time, len(c.at))
			for i, n := range c.at {
				moments[i] = day(n)
			}
			c.of.Sort()
			if got := c.of.At(moments, halving()); !slices.Equal(got, c.want) {
				t.Errorf("%v; want %v", got, c.want)
			}
			if since, _ := c.of.Since(moments[len(moments)-1], halving()); !since.Equal(c.since) {
				t.Errorf("since %s; want %s", since, c.since)
			}
		})
	}
}

// TestOrderOfArrival: the stages of all moments depend on the facts alone, not on the order in which they are recorded; each is what
// the facts up to the moment make by themselves.
func TestOrderOfArrival(t *testing.T) {
	t.Parallel()
	every := []stage.Stage{stage.Stranger, stage.Friend, stage.Customer, stage.Loyal, stage.Former}
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) time.Time {
			return day(1).Add(time.Duration(rapid.IntRange(0, 24*80).Draw(t, name)) * time.Hour)
		}
		var timeline stage.Timeline
		for range rapid.IntRange(0, 5).Draw(t, "orders") {
			at := moment("completed")
			timeline.Orders = append(timeline.Orders, stage.Order{Day: halving().Day(at), CompletedAt: at})
		}
		for range rapid.IntRange(0, 2).Draw(t, "permissions") {
			timeline.Permitted = append(timeline.Permitted, moment("permitted"))
		}
		for range rapid.IntRange(0, 2).Draw(t, "departures") {
			timeline.Departures = append(timeline.Departures, moment("left"))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "decisions") {
			timeline.Decisions = append(timeline.Decisions, stage.Decision{rapid.SampledFrom(every).Draw(t, "decided"), moment("at").Add(time.Duration(i) * time.Second)})
		}
		late := stage.Timeline{
			Orders: slices.Clone(timeline.Orders), Permitted: slices.Clone(timeline.Permitted), Departures: slices.Clone(timeline.Departures), Decisions: slices.Clone(timeline.Decisions),
		}
		shuffled := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffled.Shuffle(len(late.Orders), func(i, j int) { late.Orders[i], late.Orders[j] = late.Orders[j], late.Orders[i] })
		slices.Reverse(late.Permitted)
		slices.Reverse(late.Departures)
		slices.Reverse(late.Decisions)
		timeline.Sort()
		late.Sort()
		var moments []time.Time
		for n := range 30 {
			moments = append(moments, day(1).Add(time.Duration(n)*67*time.Hour))
		}
		all := timeline.At(moments, halving())
		if again := late.At(moments, halving()); !slices.Equal(all, again) {
			t.Fatalf("%v, in another order %v", all, again)
		}
		for i, at := range moments {
			if one := timeline.At([]time.Time{at}, halving()); one[0] != all[i] {
				t.Fatalf("at %s %s alone and %s among others", at, one[0], all[i])
			}
			since, _ := timeline.Since(at, halving())
			if since.After(at) {
				t.Fatalf("at %s since %s", at, since)
			}
			if !since.IsZero() {
				if is := timeline.At([]time.Time{since}, halving()); is[0] != all[i] {
					t.Fatalf("%s at %s since %s, when it was %s: %s", all[i], at, since, is[0], fmt.Sprint(timeline))
				}
			}
		}
	})
}

func TestMissed(t *testing.T) {
	t.Parallel()
	left := stage.Timeline{Orders: []stage.Order{bought(1)}, Departures: []time.Time{day(2)}}
	for name, c := range map[string]struct {
		of   stage.Timeline
		gone []stage.Order
		want bool
	}{
		"nothing":                          {left, nil, false},
		"an order after the departure":     {left, []stage.Order{bought(3)}, true},
		"an order before the departure":    {left, []stage.Order{bought(1)}, false},
		"the third order day":              {stage.Timeline{Orders: []stage.Order{bought(1), bought(2)}}, []stage.Order{bought(3)}, true},
		"another order of the same day":    {stage.Timeline{Orders: []stage.Order{bought(1), bought(3)}}, []stage.Order{bought(3)}, false},
		"the only order":                   {stage.Timeline{}, []stage.Order{bought(3)}, true},
		"two that count for loyalty alone": {stage.Timeline{Orders: []stage.Order{bought(1)}}, []stage.Order{bought(2), bought(3)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.of.Missed(c.gone, day(4), halving()); got != c.want {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}
