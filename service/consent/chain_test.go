package consent

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

var (
	someTexts  = []string{"a", "", "ab", "b", "да 🙂", "a\x00b", "1", "0"}
	everyLevel = []schema.PermissionLevel{schema.Situation, schema.BrandTrust, schema.Personal, schema.Points, schema.Intravenous}
	everyEvent = []schema.PermissionEventKind{
		schema.EventRequested, schema.EventConfirmed, schema.EventGranted, schema.EventRaised, schema.EventLowered,
		schema.EventRenewed, schema.EventExpired, schema.EventRevoked,
	}
)

func drawEvent(t *rapid.T, sequence int, at time.Time) *ent.PermissionEvent {
	maybe := func(name string) *string {
		if rapid.Bool().Draw(t, name+" there") {
			text := rapid.SampledFrom(someTexts).Draw(t, name)
			return &text
		}
		return nil
	}
	level := rapid.SampledFrom(everyLevel).Draw(t, "level")
	e := &ent.PermissionEvent{
		ID: fmt.Sprintf("pev_%d", sequence), PermissionID: "prm_1", Sequence: sequence, At: at, Level: &level,
		Kind: rapid.SampledFrom(everyEvent).Draw(t, "kind"), Actor: rapid.SampledFrom(someTexts).Draw(t, "actor"),
		Source: rapid.SampledFrom(someTexts).Draw(t, "source"), Wording: maybe("wording"), WordingVersion: maybe("version"),
		Address: maybe("address"), Reason: maybe("reason"),
	}
	if rapid.Bool().Draw(t, "ends") {
		end := at.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "hours")) * time.Hour)
		e.ExpiresAt = &end
	}
	return e
}

func drawLedger(t *rapid.T) (*ent.Permission, []*ent.PermissionEvent) {
	p := &ent.Permission{ID: "prm_1", CustomerID: "cus_1", Channel: schema.ByEmail, Purpose: schema.Marketing}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var events []*ent.PermissionEvent
	var st service.Standing
	previous := ""
	for i := range rapid.IntRange(1, 8).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "pause")) * time.Hour)
		e := drawEvent(t, i+1, at)
		SealEvent(p, e, previous)
		previous = e.Hash
		events = append(events, e)
		st.Apply(e)
	}
	st.Show(p)
	judge(p, at)
	return p, events
}

// TestAnyChangeBreaksTheChain changes one thing of one event: the chain says so.
func TestAnyChangeBreaksTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, events := drawLedger(t)
		now := events[len(events)-1].At
		if wrong := verifyChain(p, events, now); wrong != "" {
			t.Fatalf("a whole chain is broken: %s", wrong)
		}
		i := rapid.IntRange(0, len(events)-1).Draw(t, "which")
		changed := *events[i]
		other := func(text string) string {
			return rapid.SampledFrom(slices.DeleteFunc(slices.Clone(someTexts), func(s string) bool { return s == text })).Draw(t, "other")
		}
		flip := func(field **string) {
			if *field == nil {
				text := rapid.SampledFrom(someTexts).Draw(t, "text")
				*field = &text
			} else if rapid.Bool().Draw(t, "drop") {
				*field = nil
			} else {
				text := other(**field)
				*field = &text
			}
		}
		what := rapid.SampledFrom([]string{"actor", "source", "wording", "version", "address", "reason", "end", "at", "id", "kind", "drop", "swap texts"}).Draw(t, "what")
		kept := slices.Clone(events)
		kept[i] = &changed
		switch what {
		case "actor":
			changed.Actor = other(changed.Actor)
		case "source":
			changed.Source = other(changed.Source)
		case "wording":
			flip(&changed.Wording)
		case "version":
			flip(&changed.WordingVersion)
		case "address":
			flip(&changed.Address)
		case "reason":
			flip(&changed.Reason)
		case "end":
			if changed.ExpiresAt != nil {
				changed.ExpiresAt = nil
			} else {
				end := changed.At.Add(time.Minute)
				changed.ExpiresAt = &end
			}
		case "at":
			changed.At = changed.At.Add(time.Microsecond)
		case "id":
			changed.ID += "x"
		case "kind":
			changed.Kind = everyEvent[(slices.Index(everyEvent, changed.Kind)+1)%len(everyEvent)]
		case "drop":
			kept = slices.Delete(kept, i, i+1)
		case "swap texts": // a boundary between two fields moved
			if changed.Actor == changed.Source {
				t.Skip("nothing to swap")
			}
			changed.Actor, changed.Source = changed.Actor+changed.Source, ""
			if changed.Actor == events[i].Actor {
				t.Skip("nothing moved")
			}
		}
		if verifyChain(p, kept, now) == "" {
			t.Fatalf("%s of event %d was changed and nobody sees it", what, i+1)
		}
		for _, row := range []ent.Permission{
			{ID: "prm_2", CustomerID: p.CustomerID, Channel: p.Channel, Purpose: p.Purpose},
			{ID: p.ID, CustomerID: "cus_2", Channel: p.Channel, Purpose: p.Purpose},
			{ID: p.ID, CustomerID: p.CustomerID, Channel: schema.BySMS, Purpose: p.Purpose},
			{ID: p.ID, CustomerID: p.CustomerID, Channel: p.Channel, Purpose: schema.PartnerSharing},
		} {
			if hashEvent(&row, events[i]) == events[i].Hash {
				t.Fatalf("the event belongs to %v as well", row)
			}
		}
	})
}

// TestStandingIsWhatTheLastWordMadeIt holds the fold against one that looks backwards through the events.
func TestStandingIsWhatTheLastWordMadeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, events := drawLedger(t)
		state, level := lookBack(events)
		var st service.Standing
		for _, e := range events {
			st.Apply(e)
		}
		if st.State != state || st.Level != level {
			t.Fatalf("%s %s, want %s %s", st.State, st.Level, state, level)
		}
		if (st.State == schema.PermissionRevoked) && st.RevokedAt == nil || st.GrantedAt.IsZero() && level != "" {
			t.Fatalf("%+v", st)
		}
	})
}

// lookBack tells a ledger's state slowly: what the last event says, where it says anything; a request says something only
// where nothing is active, and an end only about what was there before.
func lookBack(events []*ent.PermissionEvent) (schema.PermissionState, schema.PermissionLevel) {
	if len(events) == 0 {
		return "", ""
	}
	last, before := events[len(events)-1], events[:len(events)-1]
	state, level := lookBack(before)
	switch last.Kind {
	case schema.EventRequested:
		if state == schema.PermissionActive {
			return state, level
		}
		return schema.PermissionPending, *last.Level
	case schema.EventRevoked:
		return schema.PermissionRevoked, level
	case schema.EventExpired:
		// A request that nothing has answered and whose own time is not over stays.
		var open *ent.PermissionEvent
		for i := range before {
			switch before[i].Kind {
			case schema.EventRequested:
				open = before[i]
			case schema.EventExpired:
				if open != nil && open.ExpiresAt != nil && !open.ExpiresAt.After(before[i].At) {
					open = nil
				}
			default:
				open = nil
			}
		}
		if open != nil && (open.ExpiresAt == nil || open.ExpiresAt.After(last.At)) {
			return schema.PermissionPending, *open.Level
		}
		return schema.PermissionExpired, level
	}
	return schema.PermissionActive, *last.Level
}
