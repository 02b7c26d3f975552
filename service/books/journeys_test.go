package books

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/attribution"
)

// TestJourneys counts the journeys of one customer. The look-back window is ten hours, and ways are over whose last contact was before
// hour 90.
func TestJourneys(t *testing.T) {
	t.Parallel()
	at := func(state string, hours ...int) (all []attribution.Touch) {
		for i, n := range hours {
			all = append(all, attribution.Touch{ContactID: state + string(rune('a'+i)), At: hour(n), State: state})
		}
		return all
	}
	order := func(id string, n int) SoldOrder {
		return SoldOrder{ID: id, Sold: true, Status: "COMPLETED", CompletedAt: hour(n)}
	}
	refunded := func(id string, n int) SoldOrder {
		return SoldOrder{ID: id, Sold: true, Status: "REFUNDED", CompletedAt: hour(n)}
	}
	for name, c := range map[string]struct {
		of     touches
		orders []SoldOrder
		want   map[string][2]int64 // converted and not, by the way
	}{
		"an order without a contact": {touches{}, []SoldOrder{order("o", 5)}, map[string][2]int64{"": {1, 0}}},
		"the way to an order":        {touches{own: at("CALL", 1, 2)}, []SoldOrder{order("o", 5)}, map[string][2]int64{"CALL CALL": {1, 0}}},
		"an order given back":        {touches{own: at("CALL", 1, 2)}, []SoldOrder{refunded("o", 5)}, map[string][2]int64{"CALL CALL": {0, 1}}},
		"one given back, one kept":   {touches{own: at("CALL", 1)}, []SoldOrder{refunded("o", 5), order("p", 6)}, map[string][2]int64{"CALL": {1, 0}}},
		"a contact counts for two":   {touches{own: at("CALL", 1)}, []SoldOrder{order("o", 5), order("p", 6)}, map[string][2]int64{"CALL": {2, 0}}},
		"a way to nothing":           {touches{own: at("CALL", 1, 2)}, nil, map[string][2]int64{"CALL CALL": {0, 1}}},
		"split by the window":        {touches{own: at("CALL", 1, 11, 22)}, nil, map[string][2]int64{"CALL CALL": {0, 1}, "CALL": {0, 1}}},
		"not over yet":               {touches{own: at("CALL", 1, 90)}, nil, map[string][2]int64{"CALL": {0, 1}}},
		"before the window":          {touches{own: at("CALL", 1, 20)}, []SoldOrder{order("o", 25)}, map[string][2]int64{"CALL": {1, 1}}},
		"after the order":            {touches{own: at("CALL", 7)}, []SoldOrder{order("o", 5)}, map[string][2]int64{"": {1, 0}, "CALL": {0, 1}}},
		"who was recommended, by time": {
			touches{own: at("CALL", 1), recommended: at("RECOMMENDATION CALL", -50), first: "o"},
			[]SoldOrder{order("o", 5), order("p", 6)},
			map[string][2]int64{"RECOMMENDATION CALL CALL": {1, 0}, "CALL": {1, 0}},
		},
		"who recommends is not on the way": {touches{own: at("RECOMMENDATION CALL", 1)}, nil, nil},
		"a recommendation to nothing":      {touches{recommended: at("RECOMMENDATION CALL", 1)}, nil, map[string][2]int64{"RECOMMENDATION CALL": {0, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := &journeyCount{window: func(time.Time) time.Duration { return 10 * time.Hour }, apart: 10 * time.Hour, over: hour(90), counts: map[string]*attribution.Journey{}}
			j.add(&c.of, c.orders)
			got := map[string][2]int64{}
			for _, one := range j.counts {
				if one.Converted != 0 || one.Null != 0 {
					got[strings.Join(one.States, " ")] = [2]int64{one.Converted, one.Null}
				}
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("journeys %v, want %v (%v)", got, c.want, slices.Sorted(maps.Keys(got)))
			}
		})
	}
}
