package stage

import "time"

// Kind says what changed a stage. The values are those of the API's StageChangeKind.
type Kind string

// The kinds of changes.
const (
	KindRecorded   Kind = "RECORDED"   // what was known at the beginning
	KindOverruled  Kind = "OVERRULED"  // staff decided
	KindImported   Kind = "IMPORTED"   // facts that came with a file
	KindPermission Kind = "PERMISSION" // the first permission
	KindOrder      Kind = "ORDER"      // a completed order
	KindDeparture  Kind = "DEPARTURE"  // a recorded departure
	KindSilence    Kind = "SILENCE"    // the probability to be alive fell with time
	KindReversal   Kind = "REVERSAL"   // what had moved the customer is gone, such as an order that was given back in full
)

// What the reasons of changes say, for people, that do not follow from facts alone.
const (
	ReasonOverruled = "overruled: " // begins the reason of what staff decided
	ReasonRecorded  = "as recorded" // is the reason of what was known at the beginning
	ReasonImported  = "; imported"  // ends the reason of what a file brought

	ReasonPermission = "gave a permission" // is, or begins, the reason of what a permission changed
)

// Change is a change of a customer's stage, as it is stored.
type Change struct {
	From, To Stage
	Kind     Kind
	At       time.Time // the moment of the fact that changed it
	Reason   string
}

// Begin returns the facts that follow from the history of a customer's stage: the stage that the customer was recorded with, what
// staff decided, and the permissions that moved the customer, which may have been given elsewhere. The changes are in the order in which we learned of them; where there are none the customer has always been in
// their current stage. The other facts are for the caller to fill in.
func Begin(current Stage, changes []Change) Timeline {
	t := Timeline{Recorded: current}
	for i, c := range changes {
		if i == 0 {
			t.Recorded = c.From
			if c.Kind == KindRecorded {
				t.Recorded = c.To
			}
		}
		if c.Kind == KindOverruled {
			t.Decisions = append(t.Decisions, Decision{c.To, c.At.UTC()})
		}
		if c.Kind == KindPermission {
			t.Permitted = append(t.Permitted, c.At.UTC())
		}
	}
	return t
}
