package bulk

import (
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/stage"
)

// TestFactsOfStagesGoThroughAFile: what is written of a customer's stage makes the same facts where it is read: what they were recorded with,
// what staff decided, and permissions, which are in no file. What follows from orders is left to the orders.
func TestFactsOfStagesGoThroughAFile(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC) }
	kept := func(day int, from, to stage.Stage, kind stage.Kind, reason string) keptChange {
		return keptChange{stage.Change{From: from, To: to, Kind: kind, At: at(day), Reason: reason}, at(day)}
	}
	for name, c := range map[string]struct {
		now       schema.Stage
		changes   []keptChange
		permitted []time.Time
		facts     int
		without   schema.Stage // the stage without orders
	}{
		"always a stranger":      {schema.Stranger, nil, nil, 0, schema.Stranger},
		"always a friend":        {schema.Friend, nil, nil, 1, schema.Friend},
		"bought":                 {schema.Buyer, []keptChange{kept(3, stage.Stranger, stage.Customer, stage.KindOrder, "1 order day")}, nil, 0, schema.Stranger},
		"permitted, then bought": {schema.Buyer, []keptChange{kept(2, stage.Stranger, stage.Friend, stage.KindPermission, "x"), kept(3, stage.Friend, stage.Customer, stage.KindOrder, "x")}, []time.Time{at(2), at(2)}, 1, schema.Friend},
		"recorded and overruled": {schema.Loyal, []keptChange{kept(1, stage.Stranger, stage.Customer, stage.KindRecorded, stage.ReasonRecorded), kept(4, stage.Customer, stage.Loyal, stage.KindOverruled, stage.ReasonOverruled+"knows her")}, nil, 2, schema.Loyal},
		"by a file":              {schema.Buyer, []keptChange{kept(3, stage.Friend, stage.Customer, stage.KindImported, "x")}, nil, 1, schema.Friend},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := customers.Record{Customer: &ent.Customer{Stage: c.now, CreatedAt: at(1)}}
			describeStage(&r, c.changes, c.permitted)
			if len(r.StageFacts) != c.facts || r.StageFacts == nil {
				t.Errorf("the facts are %v, want %d", r.StageFacts, c.facts)
			}
			if got := r.StageOfFacts(); got != c.without {
				t.Errorf("without orders the stage is %s, want %s", got, c.without)
			}
			again := customers.Record{Customer: &ent.Customer{Stage: c.without, CreatedAt: at(1)}}
			var read []keptChange
			for n, change := range r.StageChanges() {
				read = append(read, keptChange{change, r.StageFacts[n].RecordedAt})
			}
			describeStage(&again, read, nil)
			if len(again.StageFacts) != len(r.StageFacts) {
				t.Fatalf("they came out as %v, want %v", again.StageFacts, r.StageFacts)
			}
			for n, fact := range r.StageFacts {
				if again.StageFacts[n] != fact {
					t.Errorf("a fact came out as %v, want %v", again.StageFacts[n], fact)
				}
			}
		})
	}
}
