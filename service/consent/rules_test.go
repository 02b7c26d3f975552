package consent

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service/input"
)

func TestKindOfGrant(t *testing.T) {
	t.Parallel()
	active := consentlog.Standing{State: consentlog.StateActive, Level: "PERSONAL"}
	for name, c := range map[string]struct {
		before  consentlog.Standing
		level   schema.PermissionLevel
		confirm bool
		want    consentlog.Kind
	}{
		"nothing before":            {consentlog.Standing{}, schema.BrandTrust, false, consentlog.Granted},
		"a request that is open":    {consentlog.Standing{State: consentlog.StatePending, Level: "POINTS"}, schema.BrandTrust, false, consentlog.Granted},
		"a higher level":            {active, schema.Points, false, consentlog.Raised},
		"a lower level":             {active, schema.BrandTrust, false, consentlog.Lowered},
		"the same level":            {active, schema.Personal, false, consentlog.Renewed},
		"to be confirmed":           {consentlog.Standing{}, schema.BrandTrust, true, consentlog.Requested},
		"a higher, to be confirmed": {active, schema.Points, true, consentlog.Requested},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := kindOfGrant(c.before, c.level, c.confirm); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}

func TestDecision(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	in := func(state schema.PermissionState, level schema.PermissionLevel) *ent.Permission {
		return &ent.Permission{State: state, Level: level, GrantedAt: at, RevokedAt: &at}
	}
	for name, c := range map[string]struct {
		permission *ent.Permission
		required   schema.PermissionLevel
		allowed    bool
		reason     string
		current    schema.PermissionLevel // "" for none
		road       schema.PermissionRoad
		how        string
	}{
		"no level required":            {nil, "", true, "MARKETING needs no permission", "", "", ""},
		"none required, some":          {in(schema.PermissionActive, schema.Points), "", true, "MARKETING needs no permission", schema.Points, "", ""},
		"no permission":                {nil, schema.Situation, false, "no permission for MARKETING by EMAIL", "", schema.RoadAsk, "or in one of service: first for SITUATION"},
		"pending":                      {in(schema.PermissionPending, schema.Points), schema.Situation, false, "has not been confirmed", "", schema.RoadConfirm, "by the link that was sent"},
		"expired":                      {in(schema.PermissionExpired, schema.Points), schema.Situation, false, "has expired", "", schema.RoadRenew, "ask for MARKETING by EMAIL again when they are in touch with us, in their own contact or in one of service: for SITUATION, which they had given"},
		"revoked":                      {in(schema.PermissionRevoked, schema.Points), schema.Situation, false, "was revoked at 2026-06-01T12:00:00Z", "", schema.RoadReturn, "do not ask for MARKETING by EMAIL"},
		"a lower level":                {in(schema.PermissionActive, schema.BrandTrust), schema.Personal, false, "has the level BRAND_TRUST: PERSONAL is needed", schema.BrandTrust, schema.RoadRaise, "in a contact that BRAND_TRUST allows: for PERSONAL next"},
		"the level":                    {in(schema.PermissionActive, schema.Personal), schema.Personal, true, "PERSONAL permission for MARKETING by EMAIL since 2026-06-01T12:00:00Z", schema.Personal, "", ""},
		"nothing, much is needed":      {nil, schema.Points, false, "no permission", "", schema.RoadAsk, "first for BRAND_TRUST, and for POINTS once that is given"},
		"ended by a merge":             {in(schema.PermissionMerged, schema.Points), schema.Personal, false, "was merged", "", schema.RoadAsk, "first for BRAND_TRUST, and for PERSONAL"},
		"expired below what is needed": {in(schema.PermissionExpired, schema.BrandTrust), schema.Personal, false, "has expired", "", schema.RoadRenew, "for BRAND_TRUST, which they had given, and for PERSONAL once that is given"},
		"two levels below":             {in(schema.PermissionActive, schema.Situation), schema.Personal, false, "PERSONAL is needed", schema.Situation, schema.RoadRaise, "for BRAND_TRUST next, and for PERSONAL once that is given"},
		"a higher level":               {in(schema.PermissionActive, schema.Points), schema.Personal, true, "POINTS permission", schema.Points, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := decision(c.permission, schema.ByEmail, schema.Marketing, c.required)
			if d.Allowed != c.allowed || !strings.Contains(d.Reason, c.reason) || d.Permission != c.permission {
				t.Errorf("got %+v, want a decision on this permission with allowed = %v", d, c.allowed)
			}
			if c.current == "" && d.CurrentLevel != nil || c.current != "" && (d.CurrentLevel == nil || *d.CurrentLevel != c.current) {
				t.Errorf("the level is %v; want %q", d.CurrentLevel, c.current)
			}
			if want := c.required; d.RequiredLevel != want && (want != "" || d.RequiredLevel != schema.Situation) {
				t.Errorf("%s is required; want %s", d.RequiredLevel, want)
			}
			if (d.Road == nil) != c.allowed || d.Road != nil && (*d.Road != c.road || !strings.Contains(*d.HowEarned, c.how)) {
				t.Errorf("%v, %v; want %s, %s", d.Road, input.OrZero(d.HowEarned), c.road, c.how)
			}
			missing := fault.Of(MissingPermission(d, schema.ByEmail, schema.Marketing))
			if want := (&fault.Missing{Channel: "EMAIL", Purpose: "MARKETING", RequiredLevel: string(d.RequiredLevel), CurrentLevel: string(c.current), Road: string(c.road), HowEarned: input.OrZero(d.HowEarned)}); !reflect.DeepEqual(missing.Detail, want) {
				t.Errorf("%+v; want %+v", missing.Detail, want)
			}
		})
	}
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in string
		ok bool
	}{
		"text":              {"We may write to you.", true},
		"spaces around it":  {" We may. \n", true},
		"as long as may be": {strings.Repeat("я", maxWording), true},
		"too long":          {strings.Repeat("я", maxWording+1), false},
		"empty":             {"", false},
		"spaces alone":      {" \n ", false},
		"not UTF-8":         {"a\xff", false},
		"a control":         {"a\x07", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := checkText("wording", c.in); c.ok != (err == nil) || !c.ok && !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		})
	}
}

func TestSameTerms(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	request := consentlog.Event{ID: "a", Level: text("POINTS"), Wording: text("w"), WordingVersion: text("1"), Source: "form"}
	for name, c := range map[string]struct {
		change func(*consentlog.Event)
		same   bool
	}{
		"the same":               {func(*consentlog.Event) {}, true},
		"another id and source":  {func(e *consentlog.Event) { e.ID, e.Source = "b", "call" }, true},
		"another level":          {func(e *consentlog.Event) { e.Level = text("PERSONAL") }, false},
		"another wording":        {func(e *consentlog.Event) { e.Wording = text("W") }, false},
		"another version":        {func(e *consentlog.Event) { e.WordingVersion = text("2") }, false},
		"no version of the text": {func(e *consentlog.Event) { e.WordingVersion = nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := request
			c.change(&other)
			if got := sameTerms(request, other); got != c.same {
				t.Errorf("got %v, want sameTerms %v", got, c.same)
			}
		})
	}
}

// TestConversions sets every field of the model to another value: none may be left out of the consent log's values.
func TestConversions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	end, revoked := at.Add(time.Hour), at.Add(2*time.Hour)
	text := func(s string) *string { return &s }
	level := schema.Points
	t.Run("event", func(t *testing.T) {
		t.Parallel()
		got := eventOf(&ent.PermissionEvent{
			ID: "id", PermissionID: "permission", Sequence: 2, At: at, Kind: schema.EventRaised, Level: &level, ExpiresAt: &end, Actor: "actor",
			Source: "source", Wording: text("wording"), WordingVersion: text("version"), Address: text("address"), Reason: text("reason"),
			WordingID: text("wording id"), Language: text("language"), BundledWith: text("bundled"), GivenAt: &revoked,
			PreviousHash: "previous", Hash: "hash", ErasedHash: text("erased"),
		})
		want := consentlog.Event{
			ID: "id", Sequence: 2, At: at, Kind: consentlog.Raised, Level: text("POINTS"), ExpiresAt: &end, Actor: "actor", Source: "source",
			Wording: text("wording"), WordingVersion: text("version"), Address: text("address"), Reason: text("reason"),
			WordingID: text("wording id"), Language: text("language"), BundledWith: text("bundled"), GivenAt: &revoked,
			PreviousHash: "previous", Hash: "hash", ErasedHash: text("erased"),
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v; want %+v", got, want)
		}
		for i := range reflect.TypeOf(want).NumField() {
			if reflect.ValueOf(got).Field(i).IsZero() {
				t.Errorf("%s is left out", reflect.TypeOf(want).Field(i).Name)
			}
		}
	})
	t.Run("row", func(t *testing.T) {
		t.Parallel()
		want := consentlog.Row{State: consentlog.StateRevoked, Level: "POINTS", GrantedAt: at, ExpiresAt: &end, RevokedAt: &revoked, Version: 3}
		var p ent.Permission
		setRow(&p, want)
		if got := rowOf(&p); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v; want %+v", got, want)
		}
	})
	t.Run("values", func(t *testing.T) {
		t.Parallel()
		kinds := []consentlog.Kind{
			consentlog.Requested, consentlog.Confirmed, consentlog.Granted, consentlog.Raised, consentlog.Lowered, consentlog.Renewed,
			consentlog.Expired, consentlog.Revoked, consentlog.Merged, consentlog.Separated,
		}
		if names := schema.PermissionEventKind("").Values(); len(names) != len(kinds) {
			t.Errorf("the model has the kinds %v", names)
		}
		for _, kind := range kinds {
			if !slices.Contains(schema.PermissionEventKind("").Values(), string(kind)) {
				t.Errorf("the model has no kind %s", kind)
			}
		}
		for _, state := range []consentlog.State{consentlog.StatePending, consentlog.StateActive, consentlog.StateExpired, consentlog.StateRevoked, consentlog.StateMerged} {
			if !slices.Contains(schema.PermissionState("").Values(), string(state)) {
				t.Errorf("the model has no state %s", state)
			}
		}
	})
	t.Run("seal", func(t *testing.T) {
		t.Parallel()
		p := &ent.Permission{ID: "prm", CustomerID: "cus", Channel: schema.ByEmail, Purpose: schema.Marketing}
		e := &ent.PermissionEvent{ID: "pev", Sequence: 1, At: at, Kind: schema.EventGranted, Level: &level, Actor: "anna", Source: "form"}
		SealEvent(p, e, "")
		if e.PreviousHash != consentlog.FirstPrevious || e.Hash != consentlog.Hash(permissionOf(p), eventOf(e)) {
			t.Errorf("got %+v, want the first previous hash and the hash of the event", e)
		}
	})
}

func TestBeside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text asked
		want string
	}{
		"nothing else":        {asked{}, ""},
		"the same again":      {asked{[]schema.Channel{schema.ByEmail}, []schema.Purpose{schema.Marketing}, ""}, ""},
		"two purposes":        {asked{nil, []schema.Purpose{schema.Marketing, schema.PartnerSharing}, ""}, "for PARTNER_SHARING"},
		"two channels":        {asked{[]schema.Channel{schema.ByEmail, schema.BySMS}, nil, ""}, "by SMS"},
		"part of a text":      {asked{nil, nil, "terms of sale"}, "part of terms of sale"},
		"everything together": {asked{[]schema.Channel{schema.BySMS}, []schema.Purpose{schema.Service}, "terms"}, "for SERVICE, by SMS, part of terms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.text.beside(schema.ByEmail, schema.Marketing); got != c.want {
				t.Errorf("%q; want %q", got, c.want)
			}
		})
	}
}

func TestCheckAsks(t *testing.T) {
	t.Parallel()
	terms := "terms of sale"
	email, marketing := []schema.Channel{schema.ByEmail}, []schema.Purpose{schema.Marketing}
	for name, c := range map[string]struct {
		text          ent.Wording
		loose, strict bool // whether it may be taken
	}{
		"for this alone":      {ent.Wording{Channels: email, Purposes: marketing}, true, true},
		"for another channel": {ent.Wording{Channels: []schema.Channel{schema.BySMS}, Purposes: marketing}, false, false},
		"for another purpose": {ent.Wording{Channels: email, Purposes: []schema.Purpose{schema.Service}}, false, false},
		"for two channels":    {ent.Wording{Channels: []schema.Channel{schema.ByEmail, schema.BySMS}, Purposes: marketing}, true, false},
		"for two purposes":    {ent.Wording{Channels: email, Purposes: []schema.Purpose{schema.Marketing, schema.Service}}, true, false},
		"part of another":     {ent.Wording{Channels: email, Purposes: marketing, PartOf: &terms}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, one := range []struct{ strict, want bool }{{false, c.loose}, {true, c.strict}} {
				err := checkAsks(&c.text, schema.ByEmail, schema.Marketing, one.strict)
				if one.want != (err == nil) || !one.want && !fault.Is(err, fault.Invalid) {
					t.Errorf("strict %t: %v", one.strict, err)
				}
			}
		})
	}
}
