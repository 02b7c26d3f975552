package consent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// wordingInput is a text that asks for marketing by e-mail.
func wordingInput() service.CreateWordingInput {
	return service.CreateWordingInput{
		Code: "news", Language: "ru", Version: "1", Text: "Пишите мне о новостях.\n", Channels: []schema.Channel{schema.ByEmail}, Purposes: []schema.Purpose{schema.Marketing},
	}
}

func (w *world) wording(in service.CreateWordingInput) *ent.Wording {
	w.t.Helper()
	made, err := w.Consent.CreateWording(w.Actor(schema.RoleAdmin), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// by returns the input that grants marketing by e-mail by a wording.
func (w *world) by(wordingID string) service.GrantPermissionInput {
	in := w.input(schema.BrandTrust)
	in.Wording, in.WordingID = "", &wordingID
	return in
}

// refused fails the test unless a grant has these faults, and nothing was written.
func (w *world) refused(in service.GrantPermissionInput, want string) {
	w.t.Helper()
	count := func() int {
		n, err := w.Client.PermissionEvent.Query().Count(w.Actor(schema.RoleAdmin))
		if err != nil {
			w.t.Fatal(err)
		}
		return n
	}
	before := count()
	if _, _, err := w.Consent.GrantPermission(w.Actor(schema.RoleAdmin), in); apptest.Faults(err) != want {
		w.t.Errorf("%q; want %q", apptest.Faults(err), want)
	}
	if after := count(); after != before {
		w.t.Errorf("%d events were written", after-before)
	}
}

func (w *world) set(name string, value any) {
	w.t.Helper()
	if _, err := w.ChangeSetting(w.Actor(schema.RoleAdmin), service.ChangeSettingInput{Name: name, Value: value}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWordings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin := w.Actor(schema.RoleAdmin)
		in := wordingInput()
		in.Language, in.IdempotencyKey = "RU", pointer("k")
		first := w.wording(in)
		if again := w.wording(in); again.ID != first.ID || first.Language != "ru" || first.Text != in.Text || first.CreatedBy == "" {
			t.Errorf("got %+v and %s under one key", first, again.ID)
		}
		if _, err := w.Consent.CreateWording(admin, wordingInput()); apptest.Faults(err) != "ALREADY_EXISTS version" {
			t.Errorf("the same version: %v", err)
		}
		for field, change := range map[string]func(*service.CreateWordingInput){
			"code": func(in *service.CreateWordingInput) { in.Code = " " }, "language": func(in *service.CreateWordingInput) { in.Language = "Russian, please" },
			"version": func(in *service.CreateWordingInput) { in.Version = "" }, "text": func(in *service.CreateWordingInput) { in.Text = " \n" },
			"channels": func(in *service.CreateWordingInput) { in.Channels = nil }, "purposes": func(in *service.CreateWordingInput) { in.Purposes = nil },
			"id": func(in *service.CreateWordingInput) { in.ID = &w.customer },
		} {
			in := wordingInput()
			in.Version = "2"
			change(&in)
			if _, err := w.Consent.CreateWording(admin, in); apptest.Faults(err) != "INVALID "+field {
				t.Errorf("%s: %q", field, apptest.Faults(err))
			}
		}
		for _, role := range []schema.Role{schema.RoleManager, schema.RoleSales, schema.RoleAnalyst} {
			_, made := w.Consent.CreateWording(w.Actor(role), wordingInput())
			_, retired := w.Consent.RetireWording(w.Actor(role), service.RetireWordingInput{ID: first.ID, Reason: "old"})
			if !fault.Is(made, fault.Forbidden) || !fault.Is(retired, fault.Forbidden) {
				t.Errorf("%s: %v, %v", role, made, retired)
			}
		}
		end := apptest.Start.Add(time.Hour)
		for want, in := range map[string]service.RetireWordingInput{
			"INVALID at":     {ID: first.ID, Reason: "old", At: pointer(apptest.Start.Add(-time.Hour))},
			"INVALID reason": {ID: first.ID, Reason: " "},
			"NOT_FOUND id":   {ID: w.IDs.Make("wrd"), Reason: "old"},
			"":               {ID: first.ID, Reason: "old", At: &end},
		} {
			if _, err := w.Consent.RetireWording(admin, in); apptest.Faults(err) != want {
				t.Errorf("%q; want %q", apptest.Faults(err), want)
			}
		}
		if _, err := w.Consent.RetireWording(admin, service.RetireWordingInput{ID: first.ID, Reason: "old"}); apptest.Faults(err) != "WRONG_STATE id" {
			t.Errorf("retired twice: %v", err)
		}
		w.grant(w.by(first.ID)) // it is shown still
		w.Clock.Advance(time.Hour)
		w.refused(w.by(first.ID), "WRONG_STATE wordingId")
		late := w.by(first.ID)
		late.GivenAt = &apptest.Start
		w.grant(late) // given while it was shown, and recorded now
	})
}

func pointer[T any](value T) *T { return &value }

func TestGrantByAWording(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		asks := w.wording(wordingInput())
		p := w.grant(w.by(asks.ID))
		logs, err := w.Consent.PermissionEvents(w.Actor(schema.RoleAdmin), []string{p.ID})
		if err != nil {
			t.Fatal(err)
		}
		if e := logs[p.ID][0]; *e.Wording != asks.Text || *e.WordingVersion != "1" || *e.Language != "ru" || *e.WordingID != asks.ID || e.BundledWith != nil {
			t.Errorf("got %v, want the text, version and language of the wording", e)
		}
		same := w.by(asks.ID)
		same.Wording = asks.Text
		w.grant(same)
		tomorrow := wordingInput()
		tomorrow.Version, tomorrow.ValidFrom = "2", pointer(apptest.Start.AddDate(0, 0, 1))
		next := w.wording(tomorrow)
		w.isIntact()
		for name, c := range map[string]struct {
			change func(*service.GrantPermissionInput)
			want   string
		}{
			"another text":         {func(in *service.GrantPermissionInput) { in.Wording = "Anything." }, "INVALID wording"},
			"version and language": {func(in *service.GrantPermissionInput) { in.WordingVersion, in.Language = pointer("1"), pointer("ru") }, "INVALID wordingVersion, INVALID language"},
			"another channel":      {func(in *service.GrantPermissionInput) { in.Channel = schema.BySMS }, "INVALID wordingId"},
			"not shown yet":        {func(in *service.GrantPermissionInput) { in.WordingID = &next.ID }, "WRONG_STATE wordingId"},
			"no such wording":      {func(in *service.GrantPermissionInput) { in.WordingID = pointer(w.IDs.Make("wrd")) }, "NOT_FOUND wordingId"},
			"an id of another":     {func(in *service.GrantPermissionInput) { in.WordingID = &w.customer }, "INVALID wordingId"},
		} {
			t.Run(name, func(t *testing.T) {
				in := w.by(asks.ID)
				c.change(&in)
				(&world{World: w.World, t: t, customer: w.customer}).refused(in, c.want)
			})
		}
		// A wording that was changed past the verbs is found.
		if err := w.Store.Write(auth.System(t.Context()), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE wordings SET text = 'Send me everything.' WHERE id = ?", asks.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if broken, err := w.Consent.VerifyLogs(t.Context()); err != nil || len(broken) != 1 || !strings.Contains(broken[0], "is not what was shown") {
			t.Errorf("%q, %v", broken, err)
		}
	})
}

// TestAConsentStandsAlone grants what is part of another text, or for several things at once, with the setting strictConsent and without.
func TestAConsentStandsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, c := range []struct {
			change  func(*service.GrantPermissionInput)
			want    string // with the setting
			bundled string // without
		}{
			{func(in *service.GrantPermissionInput) { in.PartOf = pointer("terms of sale") }, "INVALID partOf", "part of terms of sale"},
			{func(in *service.GrantPermissionInput) {
				in.AlsoPurposes = []schema.Purpose{schema.Marketing, schema.PartnerSharing}
			}, "INVALID alsoPurposes", "for PARTNER_SHARING"},
			{func(in *service.GrantPermissionInput) { in.AlsoChannels = []schema.Channel{schema.BySMS} }, "INVALID alsoChannels", "by SMS"},
			{func(in *service.GrantPermissionInput) {
				in.AlsoChannels, in.AlsoPurposes = []schema.Channel{schema.ByEmail}, []schema.Purpose{schema.Marketing} // the same again
			}, "", ""},
			{func(in *service.GrantPermissionInput) {
				two := wordingInput()
				two.Code, two.Purposes, two.PartOf = "both", []schema.Purpose{schema.Marketing, schema.Personalisation}, pointer("terms of sale")
				*in = w.by(w.wording(two).ID)
			}, "INVALID wordingId", "for PERSONALISATION, part of terms of sale"},
		} {
			w.set("strictConsent", true)
			in := w.input(schema.BrandTrust)
			c.change(&in)
			if c.want != "" {
				w.refused(in, c.want)
			}
			w.set("strictConsent", false)
			p := w.grant(in)
			logs, err := w.Consent.PermissionEvents(w.Actor(schema.RoleAdmin), []string{p.ID})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if e := logs[p.ID][len(logs[p.ID])-1]; e.BundledWith != nil {
				got = *e.BundledWith
			}
			if got != c.bundled {
				t.Errorf("%d: bundled with %q; want %q", i, got, c.bundled)
			}
		}
		w.isIntact()
	})
}

// TestGivenBefore records what a customer agreed to on paper.
func TestGivenBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		at := func(d time.Duration) *time.Time { return pointer(apptest.Start.Add(d)) }
		in := w.input(schema.BrandTrust)
		in.GivenAt = at(6 * time.Minute)
		w.refused(in, "INVALID givenAt")
		in.GivenAt, in.ExpiresAt = at(6*time.Minute), at(-time.Minute)
		w.refused(in, "INVALID givenAt, INVALID expiresAt")
		in.GivenAt, in.ExpiresAt = at(-time.Hour), nil
		p := w.grant(in)
		if before := apptest.Start.Add(-time.Second); w.mayContact(&before) || !w.mayContact(nil) {
			t.Error("what was given before is permitted from when it was recorded on")
		}
		w.Clock.Advance(time.Hour)
		w.revoke()
		in.GivenAt = at(30 * time.Minute)
		w.refused(in, "WRONG_STATE givenAt") // a refusal is not undone by what is recorded late
		w.Clock.Advance(time.Hour)
		in.GivenAt = at(90 * time.Minute)
		if next := w.grant(in); next.ID == p.ID {
			t.Error("a permission that was revoked was granted again")
		}
		now := w.input(schema.Situation)
		now.Channel, now.GivenAt = schema.ByPhone, at(-23*time.Hour)
		w.refused(now, "INVALID givenAt") // it is over: it was 25 hours ago
		now.GivenAt = at(time.Hour)
		if p := w.grant(now); p.ExpiresAt == nil || !p.ExpiresAt.Equal(apptest.Start.Add(25*time.Hour)) {
			t.Errorf("the situation ends at %v; want a day after it was given", p.ExpiresAt)
		}
		w.isIntact()
	})
}

// TestEachChangeHasAKind grants, raises, lowers, renews with an end, lets expire, requests, confirms and revokes: all by the verbs.
func TestEachChangeHasAKind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		step := func(level schema.PermissionLevel, end *time.Time) *ent.Permission {
			w.Clock.Advance(time.Minute)
			in := w.input(level)
			in.ExpiresAt = end
			return w.grant(in)
		}
		p := step(schema.BrandTrust, nil)
		step(schema.Points, nil)
		step(schema.Personal, nil)
		end := w.Now().Add(time.Hour)
		step(schema.Personal, &end)
		w.Clock.Advance(2 * time.Hour)
		if err := w.Consent.ExpirePermissions(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.kinds(p.ID); got != "GRANTED RAISED LOWERED RENEWED EXPIRED" {
			t.Error(got)
		}
		next, token := w.request(w.input(schema.Personal))
		for name, bad := range map[string]string{"altered": token[:len(token)-2] + "AA", "foreign": foreign(t, w, next.ID)} {
			if _, err := w.confirm(bad); apptest.Faults(err) != "INVALID token" {
				t.Errorf("%s: %q", name, apptest.Faults(err))
			}
		}
		if _, err := w.confirm(token); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		ctx := w.Actor(schema.RoleAdmin)
		for range 2 { // once more is no error, and no event
			if _, err := w.Consent.RevokePermission(ctx, service.RevokePermissionInput{ID: next.ID, Source: "call"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.confirm(token); apptest.Faults(err) != "WRONG_STATE token" {
			t.Errorf("a used token after a revocation: %q", apptest.Faults(err))
		}
		if got := w.kinds(next.ID); got != "REQUESTED CONFIRMED REVOKED" {
			t.Error(got)
		}
		w.isIntact()
	})
}

// foreign returns a token to confirm a permission by another installation.
func foreign(t *testing.T, w *world, permissionID string) string {
	t.Helper()
	keys, err := auth.OpenKeys(t.TempDir(), w.Clock.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := (&auth.Links{Keys: keys, Now: w.Clock.Now}).Confirm(permissionID, w.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token
}
