package transport_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/transport"
)

// The events of a subscription are charged like queries. One that owes more than comes back soon ends, and says why.
func TestStreamThatCannotPayEnds(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{
		Limits: transport.Limits{Bucket: 60, Restore: 1}, Weights: transport.Weights{"Item.price": 50}, Now: (&clock{}).now,
	})
	stream := w.stream(`subscription { stumbles { price { amount } } }`) // 51 points to begin with, and 50 an event
	stream.expect("event: next")
	first, second := "", ""
	for stream.lines.Scan() {
		if line := stream.lines.Text(); strings.HasPrefix(line, "data: {") {
			first, second = second, line
		}
	}
	if !strings.Contains(first, `"amount"`) || !strings.Contains(second, transport.CodeThrottled) || !strings.Contains(second, "subscribe again later") {
		t.Errorf("%s, then %s", first, second)
	}
	if a := w.post(`{ items(first: 1) { edges { node { id } } } }`, ""); a.code() != transport.CodeThrottled || a.cost("available") != 0 {
		t.Errorf("the events are not paid for: %s", a.body)
	}
}

// One that owes little is slowed, and no event is left out.
func TestStreamThatCanPayLaterIsSlowed(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Limits: transport.Limits{Bucket: 2, Restore: 20}})
	stream := w.stream(`subscription { count(to: 8) }`)
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		stream.expect("event: next", `data: {"data":{"count":`+n+`}}`, "")
	}
	stream.expect("event: complete")
}

func TestDebtOfACaller(t *testing.T) {
	t.Parallel()
	now := &clock{}
	b := transport.NewTestBuckets(transport.Limits{Bucket: 100, Restore: 10}, now.now)
	b.Pay("a", 100)
	if debt := b.Debt("a"); debt != 0 {
		t.Errorf("%v with an empty bucket", debt)
	}
	b.Pay("a", 25)
	if debt := b.Debt("a"); debt != 2500*time.Millisecond {
		t.Errorf("%v for 25 points at 10 a second", debt)
	}
	now.advance(2500 * time.Millisecond)
	if debt, other := b.Debt("a"), b.Debt("b"); debt != 0 || other != 0 {
		t.Errorf("%v when they are back, %v for another caller", debt, other)
	}
}

// Cost follows work: a longer horizon, and the whole schema.
func TestCostFollowsWork(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{
		Limits: transport.Limits{Bucket: -1}, Development: true,
		Weights: transport.Weights{"Query.items": 7, "Query.__schema": 50}, Scales: transport.Scales{"Query.items": {Argument: "first", Each: 10, Most: 40}},
	})
	for query, want := range map[string]float64{
		`{ items { totalCount } }`:                                          7,
		`{ items(first: 10) { totalCount } }`:                               7,
		`{ items(first: 11) { totalCount } }`:                               14,
		`{ items(first: 25) { totalCount } }`:                               21,
		`{ items(first: 90) { totalCount } }`:                               28, // the resolver refuses more than 40
		`{ __schema { types { name } } }`:                                   50,
		`{ a: __schema { types { name } } b: __schema { types { name } } }`: 100,
		`{ __typename }`:                                                    0,
	} {
		t.Run(query, func(t *testing.T) {
			if a := w.in(t).post(query, ""); a.cost("requested") != want || a.cost("actual") != want {
				t.Errorf("requested %v, actual %v, want %v", a.cost("requested"), a.cost("actual"), want)
			}
		})
	}
	if a := w.post(`query($n: Int) { items(first: $n) { totalCount } }`, `{"n":25}`); a.cost("requested") != 21 || a.cost("actual") != 21 {
		t.Errorf("by a variable: %s", a.body)
	}
}
