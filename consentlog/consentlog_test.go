package consentlog_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/consentlog"
)

var (
	someTexts  = []string{"a", "", "ab", "b", "да 🙂", "a\x00b", "1", "0"}
	everyLevel = []string{"SITUATION", "BRAND_TRUST", "PERSONAL", "POINTS", "INTRAVENOUS"}
	everyKind  = []consentlog.Kind{
		consentlog.Requested, consentlog.Confirmed, consentlog.Granted, consentlog.Raised, consentlog.Lowered,
		consentlog.Renewed, consentlog.Expired, consentlog.Revoked,
	}
	marketing = consentlog.Permission{ID: "prm_1", CustomerID: "cus_1", Channel: "EMAIL", Purpose: "MARKETING"}
)

func text(s string) *string { return &s }

// granted and revoked are a log of two events, in which every field is there once and absent once.
func grantedAndRevoked() []consentlog.Event {
	at := time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.UTC)
	end := at.AddDate(0, 0, 1)
	return []consentlog.Event{
		{
			ID: "pev_1", Sequence: 1, At: at, Kind: consentlog.Granted, Level: text("BRAND_TRUST"), ExpiresAt: &end, Actor: "anna", Source: "the site",
			Wording: text("We may write to you: да 🙂"), WordingVersion: text("3"), Address: text("anna@example.com"),
		},
		{ID: "pev_2", Sequence: 2, At: at.Add(time.Second), Kind: consentlog.Revoked, Actor: "the customer", Reason: text("too many letters")},
	}
}

// TestHashGolden: the hashes were computed by another program from the documented encoding. Stored logs have them, so
// they never change.
func TestHashGolden(t *testing.T) {
	t.Parallel()
	events := grantedAndRevoked()
	want := []string{"60a0978214699c49cf3fb82838b1a3d8776b41560ac3324a4a27ee3c31b37c21", "da1c193461fedc5c65491c100a4a0d0b92d27ccb2498de461a70d6030a7c9cd6"}
	previous := ""
	for i := range events {
		consentlog.Seal(marketing, &events[i], previous)
		if events[i].Hash != want[i] {
			t.Errorf("event %d: %s; want %s", i+1, events[i].Hash, want[i])
		}
		previous = events[i].Hash
	}
	if zeros := hex.EncodeToString(make([]byte, sha256.Size)); events[0].PreviousHash != zeros || events[1].PreviousHash != events[0].Hash {
		t.Errorf("the events follow %s and %s", events[0].PreviousHash, events[1].PreviousHash)
	}
}

// TestSecondHashGolden: the hashes of events that say something of the text or of the moment that the first encoding has no place for, computed by
// another program from the documented encoding.
func TestSecondHashGolden(t *testing.T) {
	t.Parallel()
	e := grantedAndRevoked()[0]
	given := e.At.Add(-2 * time.Hour)
	e.Language = text("ru")
	consentlog.Seal(marketing, &e, "")
	if want := "bf5678f52a20e746224a17ef08a733e5d58b59cf3fe5f0c22e57bc9f26cc82fe"; e.Hash != want {
		t.Errorf("with a language: %s; want %s", e.Hash, want)
	}
	e.WordingID, e.BundledWith, e.GivenAt = text("wrd_1"), text("for PERSONALISATION"), &given
	consentlog.Seal(marketing, &e, "")
	if want := "1f89d6c15a7a6dbcd14ab1bfc5d34c17d059a1b06aad1955052da283929d5065"; e.Hash != want {
		t.Errorf("with all: %s; want %s", e.Hash, want)
	}
}

// TestAgreed: the text that a customer agreed to last is that of a grant, or of the request that was confirmed.
func TestAgreed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kinds []consentlog.Kind
		want  int // the sequence of the event; 0 for none
	}{
		"nothing":                         {nil, 0},
		"a request":                       {[]consentlog.Kind{consentlog.Requested}, 0},
		"a request that was confirmed":    {[]consentlog.Kind{consentlog.Requested, consentlog.Confirmed}, 1},
		"the later of two requests":       {[]consentlog.Kind{consentlog.Requested, consentlog.Requested, consentlog.Confirmed}, 2},
		"a grant":                         {[]consentlog.Kind{consentlog.Granted}, 1},
		"a raise":                         {[]consentlog.Kind{consentlog.Granted, consentlog.Raised}, 2},
		"a request for more, open":        {[]consentlog.Kind{consentlog.Granted, consentlog.Requested}, 1},
		"a request for more, confirmed":   {[]consentlog.Kind{consentlog.Granted, consentlog.Requested, consentlog.Confirmed}, 2},
		"revoked":                         {[]consentlog.Kind{consentlog.Granted, consentlog.Revoked}, 1},
		"ended by a merge that is undone": {[]consentlog.Kind{consentlog.Granted, consentlog.Merged, consentlog.Separated}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var events []consentlog.Event
			for i, kind := range c.kinds {
				events = append(events, consentlog.Event{Sequence: i + 1, Kind: kind, Level: text("PERSONAL")})
			}
			got := 0
			if s := consentlog.Replay(events); s.Agreed != nil {
				got = s.Agreed.Sequence
			}
			if got != c.want {
				t.Errorf("event %d; want %d", got, c.want)
			}
		})
	}
}

func drawEvent(t *rapid.T, sequence int, at time.Time) consentlog.Event {
	maybe := func(name string) *string {
		if rapid.Bool().Draw(t, name+" there") {
			return text(rapid.SampledFrom(someTexts).Draw(t, name))
		}
		return nil
	}
	e := consentlog.Event{
		ID: fmt.Sprintf("pev_%d", sequence), Sequence: sequence, At: at, Level: text(rapid.SampledFrom(everyLevel).Draw(t, "level")),
		Kind: rapid.SampledFrom(everyKind).Draw(t, "kind"), Actor: rapid.SampledFrom(someTexts).Draw(t, "actor"),
		Source: rapid.SampledFrom(someTexts).Draw(t, "source"), Wording: maybe("wording"), WordingVersion: maybe("version"),
		Address: maybe("address"), Reason: maybe("reason"), WordingID: maybe("wording id"), Language: maybe("language"), BundledWith: maybe("bundled with"),
	}
	if rapid.Bool().Draw(t, "given before") {
		given := at.Add(-time.Duration(rapid.IntRange(1, 10).Draw(t, "hours before")) * time.Hour)
		e.GivenAt = &given
	}
	if rapid.Bool().Draw(t, "ends") {
		end := at.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "hours")) * time.Hour)
		e.ExpiresAt = &end
	}
	return e
}

// drawLog draws a sealed log of marketing with the row that is stored beside it, as it is at the last event.
func drawLog(t *rapid.T) ([]consentlog.Event, consentlog.Row) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var events []consentlog.Event
	previous := ""
	for i := range rapid.IntRange(1, 8).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "pause")) * time.Hour)
		e := drawEvent(t, i+1, at)
		consentlog.Seal(marketing, &e, previous)
		previous = e.Hash
		events = append(events, e)
	}
	standing := consentlog.Replay(events)
	row := standing.Row()
	row.State = row.State.At(at, row.ExpiresAt)
	return events, row
}

// spoilers change one thing of an event; one that had nothing to change gives false.
var spoilers = map[string]func(*rapid.T, *consentlog.Event) bool{
	"actor":   func(t *rapid.T, e *consentlog.Event) bool { e.Actor = other(t, e.Actor); return true },
	"source":  func(t *rapid.T, e *consentlog.Event) bool { e.Source = other(t, e.Source); return true },
	"wording": func(t *rapid.T, e *consentlog.Event) bool { e.Wording = flipped(t, e.Wording); return true },
	"version": func(t *rapid.T, e *consentlog.Event) bool {
		e.WordingVersion = flipped(t, e.WordingVersion)
		return true
	},
	"address":    func(t *rapid.T, e *consentlog.Event) bool { e.Address = flipped(t, e.Address); return true },
	"reason":     func(t *rapid.T, e *consentlog.Event) bool { e.Reason = flipped(t, e.Reason); return true },
	"wording id": func(t *rapid.T, e *consentlog.Event) bool { e.WordingID = flipped(t, e.WordingID); return true },
	"language":   func(t *rapid.T, e *consentlog.Event) bool { e.Language = flipped(t, e.Language); return true },
	"bundled with": func(t *rapid.T, e *consentlog.Event) bool {
		e.BundledWith = flipped(t, e.BundledWith)
		return true
	},
	"given at": func(_ *rapid.T, e *consentlog.Event) bool {
		given := e.At.Add(-time.Minute)
		if e.GivenAt != nil {
			given = e.GivenAt.Add(time.Microsecond)
		}
		e.GivenAt = &given
		return true
	},
	"at":    func(_ *rapid.T, e *consentlog.Event) bool { e.At = e.At.Add(time.Microsecond); return true },
	"id":    func(_ *rapid.T, e *consentlog.Event) bool { e.ID += "x"; return true },
	"level": func(_ *rapid.T, e *consentlog.Event) bool { e.Level = nil; return true },
	"end": func(_ *rapid.T, e *consentlog.Event) bool {
		if e.ExpiresAt != nil {
			e.ExpiresAt = nil
			return true
		}
		end := e.At.Add(time.Minute)
		e.ExpiresAt = &end
		return true
	},
	"kind": func(_ *rapid.T, e *consentlog.Event) bool {
		e.Kind = everyKind[(slices.Index(everyKind, e.Kind)+1)%len(everyKind)]
		return true
	},
	"the boundary between two texts": func(_ *rapid.T, e *consentlog.Event) bool {
		actor, source := e.Actor, e.Source
		e.Actor, e.Source = actor+source, ""
		return e.Actor != actor || e.Source != source
	},
}

func other(t *rapid.T, than string) string {
	return rapid.SampledFrom(slices.DeleteFunc(slices.Clone(someTexts), func(s string) bool { return s == than })).Draw(t, "other")
}

func flipped(t *rapid.T, field *string) *string {
	switch {
	case field == nil:
		return text(rapid.SampledFrom(someTexts).Draw(t, "text"))
	case rapid.Bool().Draw(t, "drop"):
		return nil
	}
	return text(other(t, *field))
}

// TestAnyChangeBreaksTheChain changes one thing of one event: verifying finds it.
func TestAnyChangeBreaksTheChain(t *testing.T) {
	t.Parallel()
	for name, spoil := range spoilers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				events, row := drawLog(t)
				now := events[len(events)-1].At
				if wrong := consentlog.Verify(marketing, row, events, now); wrong != "" {
					t.Fatalf("a whole log: %s", wrong)
				}
				which := rapid.IntRange(0, len(events)-1).Draw(t, "which")
				changed := slices.Clone(events)
				if !spoil(t, &changed[which]) {
					t.Skip("nothing to change")
				}
				if consentlog.Verify(marketing, row, changed, now) == "" {
					t.Fatalf("event %d was changed, and Verify accepts the log", which+1)
				}
			})
		})
	}
}

// TestAMissingEventBreaksTheLog: also the last one, which the row's version shows.
func TestAMissingEventBreaksTheLog(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, row := drawLog(t)
		which := rapid.IntRange(0, len(events)-1).Draw(t, "which")
		if consentlog.Verify(marketing, row, slices.Delete(slices.Clone(events), which, which+1), events[len(events)-1].At) == "" {
			t.Fatalf("event %d is missing, and Verify accepts the log", which+1)
		}
	})
}

// TestAnEventBelongsToOnePermission: under another permission, customer, channel or purpose it has another hash.
func TestAnEventBelongsToOnePermission(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]consentlog.Permission{
		"permission": {ID: "prm_2", CustomerID: "cus_1", Channel: "EMAIL", Purpose: "MARKETING"},
		"customer":   {ID: "prm_1", CustomerID: "cus_2", Channel: "EMAIL", Purpose: "MARKETING"},
		"channel":    {ID: "prm_1", CustomerID: "cus_1", Channel: "SMS", Purpose: "MARKETING"},
		"purpose":    {ID: "prm_1", CustomerID: "cus_1", Channel: "EMAIL", Purpose: "PARTNER_SHARING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, e := range grantedAndRevoked() {
				if consentlog.Hash(p, e) == consentlog.Hash(marketing, e) {
					t.Errorf("the event %s belongs to another %s as well", e.ID, name)
				}
			}
		})
	}
}

func TestVerifySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	sealed := func(events []consentlog.Event) []consentlog.Event {
		previous := ""
		for i := range events {
			consentlog.Seal(marketing, &events[i], previous)
			previous = events[i].Hash
		}
		return events
	}
	whole := sealed(grantedAndRevoked())
	standing := consentlog.Replay(whole)
	row, now := standing.Row(), whole[1].At
	for name, c := range map[string]struct {
		change func(*consentlog.Row, []consentlog.Event) []consentlog.Event
		want   string
	}{
		"nothing": {func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event { return e }, ""},
		"no events": {
			func(*consentlog.Row, []consentlog.Event) []consentlog.Event { return nil }, "it has no events",
		},
		"the first is missing": {
			func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event { return e[1:] }, "event 1 is missing",
		},
		"the last is missing": {
			func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event { return e[:1] }, "there are 1 events, it says 2",
		},
		"another chain": {func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			consentlog.Seal(marketing, &e[1], e[1].Hash)
			return e
		}, "event 2 does not follow the one before it"},
		"changed": {func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			e[0].Actor = "boris"
			return e
		}, "event 1 is not what was recorded"},
		"back in time": {func(_ *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			e[1].At = e[0].At.Add(-time.Hour)
			return sealed(e)
		}, "event 2 is older than the one before it"},
		"the row's state": {func(r *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			r.State = consentlog.StateActive
			return e
		}, "its state is not what its events made it"},
		"the row's level": {func(r *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			r.Level = "POINTS"
			return e
		}, "its level is not what its events made it"},
		"the row's grant": {func(r *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			r.GrantedAt = now
			return e
		}, "its grantedAt is not what its events made it"},
		"the row's end": {func(r *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			r.ExpiresAt = nil
			return e
		}, "its expiresAt is not what its events made it"},
		"the row's revocation": {func(r *consentlog.Row, e []consentlog.Event) []consentlog.Event {
			r.RevokedAt = nil
			return e
		}, "its revokedAt is not what its events made it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := row
			events := c.change(&stored, slices.Clone(whole))
			if got := consentlog.Verify(marketing, stored, events, now); got != c.want {
				t.Errorf("%q; want %q", got, c.want)
			}
		})
	}
}

// TestStandingIsWhatTheLastEventMadeIt holds the replay against one that looks backwards through the events.
func TestStandingIsWhatTheLastEventMadeIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, _ := drawLog(t)
		state, level := lookBack(events)
		got := consentlog.Replay(events)
		if got.State != state || got.Level != level {
			t.Fatalf("%s %s, want %s %s", got.State, got.Level, state, level)
		}
		if (got.State == consentlog.StateRevoked) && got.RevokedAt == nil || got.GrantedAt.IsZero() && level != "" {
			t.Fatalf("got %+v, want a moment of revocation if revoked, and of granting if there is a level", got)
		}
	})
}

// lookBack finds a log's state slowly: what the last event says, where it says anything; a request says something only
// where nothing is active, and an end only about what was there before.
func lookBack(events []consentlog.Event) (consentlog.State, string) {
	if len(events) == 0 {
		return "", ""
	}
	last, before := events[len(events)-1], events[:len(events)-1]
	state, level := lookBack(before)
	switch last.Kind {
	case consentlog.Requested:
		if state == consentlog.StateActive {
			return state, level
		}
		return consentlog.StatePending, *last.Level
	case consentlog.Revoked:
		return consentlog.StateRevoked, level
	case consentlog.Expired:
		if open := openRequest(before); open != nil && !consentlog.Ended(open.ExpiresAt, last.At) {
			return consentlog.StatePending, *open.Level
		}
		return consentlog.StateExpired, level
	}
	return consentlog.StateActive, *last.Level
}

// openRequest returns the last request that nothing has answered and whose own time was not over at an end since.
func openRequest(events []consentlog.Event) *consentlog.Event {
	var open *consentlog.Event
	for i, e := range events {
		switch e.Kind {
		case consentlog.Requested:
			open = &events[i]
		case consentlog.Expired:
			if open != nil && consentlog.Ended(open.ExpiresAt, e.At) {
				open = nil
			}
		default:
			open = nil
		}
	}
	return open
}

func TestEnd(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		state consentlog.State
		end   *time.Time
		at    time.Time
		want  consentlog.State
	}{
		"active without an end":     {consentlog.StateActive, nil, end, consentlog.StateActive},
		"active before its end":     {consentlog.StateActive, &end, end.Add(-1), consentlog.StateActive},
		"active at its end":         {consentlog.StateActive, &end, end, consentlog.StateExpired},
		"pending after its end":     {consentlog.StatePending, &end, end.Add(1), consentlog.StateExpired},
		"revoked after its end":     {consentlog.StateRevoked, &end, end.Add(1), consentlog.StateRevoked},
		"expired, and recorded so":  {consentlog.StateExpired, &end, end.Add(1), consentlog.StateExpired},
		"pending without an answer": {consentlog.StatePending, &end, end.Add(-1), consentlog.StatePending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.state.At(c.at, c.end); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
			standing := consentlog.Standing{State: c.state, ExpiresAt: c.end}
			if got := standing.Overdue(c.at); got != (c.state != c.want) {
				t.Errorf("overdue: %v", got)
			}
		})
	}
}
