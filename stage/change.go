package stage

import (
	"strings"
	"time"
)

// What the reasons of changes say that do not follow from facts alone. They are stored, and so never changed.
const (
	ReasonOverruled = "overruled: " // begins the reason of what staff decided
	ReasonRecorded  = "as recorded" // is the reason of what was known at the beginning
	ReasonImported  = "; imported"  // ends the reason of what a file brought
)

// Change is a change of a customer's stage, as it is stored.
type Change struct {
	From, To Stage
	At       time.Time
	Reason   string
}

// Begin returns the facts that follow from the history of a customer's stage: the stage that the customer was recorded with, and what
// staff last decided. The changes are in the order of their moments; where there are none the customer has
// always been in their current stage. The other facts are for the caller to fill in.
func Begin(current Stage, changes []Change) Facts {
	f := Facts{Recorded: current}
	for i, c := range changes {
		if i == 0 {
			f.Recorded = c.From
			if c.Reason == ReasonRecorded {
				f.Recorded = c.To
			}
		}
		if strings.HasPrefix(c.Reason, ReasonOverruled) {
			f.Overruled, f.OverruledAt = c.To, c.At.UTC()
		}
	}
	return f
}
