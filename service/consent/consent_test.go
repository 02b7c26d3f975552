package consent_test

import (
	"context"
	"fmt"
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

// world is a company with one customer.
type world struct {
	*apptest.World

	t        *testing.T
	customer string
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		test(t, &world{World: w, t: t, customer: w.Customer("Anna").ID})
	})
}

// input returns the input that grants marketing by e-mail.
func (w *world) input(level schema.PermissionLevel) service.GrantPermissionInput {
	return service.GrantPermissionInput{
		CustomerID: w.customer, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: level, Source: "form", Wording: "We may write to you.",
	}
}

func (w *world) grant(in service.GrantPermissionInput) *ent.Permission {
	w.t.Helper()
	p, _, err := w.Consent.GrantPermission(w.Actor(schema.RoleAdmin), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// request requests a permission and returns it with the token that confirms it.
func (w *world) request(in service.GrantPermissionInput) (*ent.Permission, string) {
	w.t.Helper()
	confirm := true
	in.Confirm = &confirm
	p, token, err := w.Consent.GrantPermission(w.Actor(schema.RoleAdmin), in)
	if err != nil || token == nil {
		w.t.Fatal(token, err)
	}
	return p, *token
}

func (w *world) confirm(token string) (*ent.Permission, error) {
	return w.Consent.ConfirmPermission(w.Actor(schema.RoleAdmin), service.ConfirmPermissionInput{Token: token})
}

// mayContact reports whether the customer may be contacted for marketing by e-mail.
func (w *world) mayContact(at *time.Time) bool {
	w.t.Helper()
	found, err := w.Consent.MayContact(w.Actor(schema.RoleAdmin), []string{w.customer}, schema.ByEmail, schema.Marketing, nil, at)
	if err != nil {
		w.t.Fatal(err)
	}
	return found[w.customer].Allowed
}

// kinds returns the kinds of a permission's events.
func (w *world) kinds(permissionID string) string {
	w.t.Helper()
	logs, err := w.Consent.PermissionEvents(w.Actor(schema.RoleAdmin), []string{permissionID})
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, e := range logs[permissionID] {
		kinds = append(kinds, string(e.Kind))
	}
	return strings.Join(kinds, " ")
}

// isIntact fails the test unless all logs are.
func (w *world) isIntact() {
	w.t.Helper()
	if broken, err := w.Consent.VerifyLogs(w.t.Context()); err != nil || len(broken) > 0 {
		w.t.Errorf("broken: %v, %v", broken, err)
	}
}

func TestGrantChangesTheSamePermission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.grant(w.input(schema.BrandTrust))
		for _, level := range []schema.PermissionLevel{schema.Points, schema.Personal, schema.Personal} {
			w.Clock.Advance(time.Minute)
			if next := w.grant(w.input(level)); next.ID != p.ID || next.Level != level || !next.GrantedAt.Equal(apptest.Start) {
				t.Errorf("%v; want the permission %s", next, p.ID)
			}
		}
		if got := w.kinds(p.ID); got != "GRANTED RAISED LOWERED RENEWED" {
			t.Error(got)
		}
		other := w.input(schema.Personal)
		other.Channel = schema.BySMS
		if next := w.grant(other); next.ID == p.ID {
			t.Error("another channel has the same permission")
		}
		w.isIntact()
	})
}

func TestSituationEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.grant(w.input(schema.Situation))
		if p.ExpiresAt == nil || !p.ExpiresAt.Equal(apptest.Start.Add(24*time.Hour)) {
			t.Errorf("a SITUATION ends at %v; want after 24 hours", p.ExpiresAt)
		}
		if p := w.grant(w.input(schema.BrandTrust)); p.ExpiresAt != nil {
			t.Errorf("BRAND_TRUST ends at %v", p.ExpiresAt)
		}
	})
}

func TestGrantIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		past, never := apptest.Start, time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)
		for field, change := range map[string]func(*service.GrantPermissionInput){
			"id": func(in *service.GrantPermissionInput) { in.ID = &w.customer }, "source": func(in *service.GrantPermissionInput) { in.Source = " " },
			"wording":        func(in *service.GrantPermissionInput) { in.Wording = "" },
			"wordingVersion": func(in *service.GrantPermissionInput) { v := strings.Repeat("1", 101); in.WordingVersion = &v },
			"address":        func(in *service.GrantPermissionInput) { v := strings.Repeat("1", 201); in.Address = &v },
			"expiresAt":      func(in *service.GrantPermissionInput) { in.ExpiresAt = &past },
			"expiresAt far":  func(in *service.GrantPermissionInput) { in.ExpiresAt = &never },
		} {
			t.Run(field, func(t *testing.T) {
				in := w.input(schema.BrandTrust)
				change(&in)
				_, _, err := w.Consent.GrantPermission(w.Actor(schema.RoleAdmin), in)
				if got, want := apptest.Faults(err), "INVALID "+strings.Fields(field)[0]; got != want {
					t.Errorf("%q; want %q", got, want)
				}
			})
		}
	})
}

func TestConfirm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, token := w.request(w.input(schema.Personal))
		if p.State != schema.PermissionPending || w.mayContact(nil) {
			t.Errorf("%s after the request", p.State)
		}
		w.Clock.Advance(time.Minute)
		for range 2 { // confirming once more is no error
			p, err := w.confirm(token)
			if err != nil || p.State != schema.PermissionActive || !w.mayContact(nil) {
				t.Fatalf("got %v, %v, want an active permission", p, err)
			}
		}
		if got := w.kinds(p.ID); got != "REQUESTED CONFIRMED" {
			t.Error(got)
		}
		// A request for more leaves what is active.
		p, token = w.request(w.input(schema.Points))
		if p.State != schema.PermissionActive || p.Level != schema.Personal {
			t.Errorf("%s %s after a request for more", p.State, p.Level)
		}
		if p, err := w.confirm(token); err != nil || p.Level != schema.Points {
			t.Errorf("got %v, %v, want the level POINTS", p, err)
		}
		w.isIntact()
	})
}

func TestConfirmIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world, token string) string
		want    fault.Code
	}{
		"a token of another kind": {func(w *world, _ string) string { return "x" }, fault.Invalid},
		"an expired link": {func(w *world, token string) string {
			w.Clock.Advance(7*24*time.Hour + time.Second)
			return token
		}, fault.Invalid},
		"another wording was requested since": {func(w *world, token string) string {
			in := w.input(schema.Personal)
			in.Wording = "We may write to you and call you."
			w.request(in)
			return token
		}, fault.WrongState},
		"the same was requested since": {func(w *world, token string) string {
			w.request(w.input(schema.Personal))
			return token
		}, ""},
		"granted since": {func(w *world, token string) string {
			w.grant(w.input(schema.BrandTrust))
			return token
		}, fault.WrongState},
		"revoked since": {func(w *world, token string) string {
			w.revoke()
			return token
		}, fault.WrongState},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				_, token := w.request(w.input(schema.Personal))
				w.Clock.Advance(time.Minute)
				token = c.prepare(w, token)
				if _, err := w.confirm(token); c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
					t.Errorf("%v; want %q", err, c.want)
				}
				w.isIntact()
			})
		})
	}
}

// revoke revokes the customer's permission, of whatever state.
func (w *world) revoke() {
	w.t.Helper()
	ctx := w.Actor(schema.RoleAdmin)
	p, err := w.Client.Permission.Query().Only(ctx)
	if err == nil {
		_, err = w.Consent.RevokePermission(ctx, service.RevokePermissionInput{ID: p.ID, Source: "call"})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestRevoke(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.grant(w.input(schema.BrandTrust))
		w.Clock.Advance(time.Minute)
		zero := 0
		if _, err := w.Consent.RevokePermission(w.Actor(schema.RoleAdmin), service.RevokePermissionInput{ID: p.ID, Source: "call", ExpectedVersion: &zero}); !fault.Is(err, fault.VersionConflict) {
			t.Errorf("another version: %v", err)
		}
		w.revoke()
		w.revoke() // once more is no error
		if got := w.kinds(p.ID); got != "GRANTED REVOKED" {
			t.Error(got)
		}
		before := apptest.Start.Add(30 * time.Second)
		if w.mayContact(nil) || !w.mayContact(&before) {
			t.Error("a revocation holds from its moment on, and not before")
		}
		if next := w.grant(w.input(schema.BrandTrust)); next.ID == p.ID {
			t.Error("a permission that was revoked was granted again")
		}
	})
}

func TestRevokeByLink(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.grant(w.input(schema.BrandTrust))
		if _, err := w.Consent.RevocationToken(w.Actor(schema.RoleAnalyst), p); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an analyst gets a link: %v", err)
		}
		token, err := w.Consent.RevocationToken(w.Actor(schema.RoleSales), p)
		if err != nil {
			t.Fatal(err)
		}
		_, confirming := w.request(w.input(schema.Points))
		for _, bad := range []string{"", "x", token[:len(token)-1], confirming} {
			if revoked, err := w.Consent.RevokePermissionByLink(t.Context(), service.RevokePermissionByLinkInput{Token: bad}); revoked || !fault.Is(err, fault.Invalid) {
				t.Errorf("%.20q: %v, %v", bad, revoked, err)
			}
		}
		w.Clock.Advance(10 * 365 * 24 * time.Hour) // the link never expires
		for range 2 {
			if revoked, err := w.Consent.RevokePermissionByLink(t.Context(), service.RevokePermissionByLinkInput{Token: token}); !revoked || err != nil {
				t.Fatalf("got %v, %v, want the permission revoked by its link", revoked, err)
			}
		}
		if got := w.kinds(p.ID); got != "GRANTED REQUESTED REVOKED" {
			t.Error(got)
		}
	})
}

func TestExpiry(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.input(schema.BrandTrust)
		end := apptest.Start.Add(time.Hour)
		in.ExpiresAt = &end
		p := w.grant(in)
		w.Clock.Advance(time.Hour - time.Microsecond)
		if !w.mayContact(nil) {
			t.Error("it has expired before its end")
		}
		w.Clock.Advance(time.Microsecond)
		if w.mayContact(nil) || w.kinds(p.ID) != "GRANTED" {
			t.Error("it has not expired at its end, before that was recorded")
		}
		w.isIntact()
		for range 2 { // recorded once
			if err := w.Consent.ExpirePermissions(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.kinds(p.ID); got != "GRANTED EXPIRED" {
			t.Error(got)
		}
		w.isIntact()
		if next := w.grant(w.input(schema.BrandTrust)); next.ID == p.ID {
			t.Error("an expired permission was renewed")
		}
	})
}

// TestTimesOfALogNeverDecrease records events while the clock of a process is slow.
func TestTimesOfALogNeverDecrease(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.grant(w.input(schema.BrandTrust))
		w.Clock.Advance(-time.Minute)
		w.grant(w.input(schema.Personal))
		logs, err := w.Consent.PermissionEvents(w.Actor(schema.RoleAdmin), []string{p.ID})
		if err != nil {
			t.Fatal(err)
		}
		if at := logs[p.ID][1].At; !at.Equal(apptest.Start) {
			t.Errorf("the second event is of %v; want that of the first", at)
		}
		w.isIntact()
	})
}

// TestPermissionsAtAMoment reads permissions as they were.
func TestPermissionsAtAMoment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.grant(w.input(schema.BrandTrust))
		w.Clock.Advance(time.Hour)
		w.grant(w.input(schema.Points))
		w.Clock.Advance(time.Hour)
		w.revoke()
		for after, want := range map[time.Duration]string{
			-time.Second: "", 0: "ACTIVE BRAND_TRUST 1", time.Hour - 1000: "ACTIVE BRAND_TRUST 1", time.Hour: "ACTIVE POINTS 2", 2 * time.Hour: "REVOKED POINTS 3",
		} {
			t.Run(after.String(), func(t *testing.T) {
				at := apptest.Start.Add(after)
				found, err := w.Consent.PermissionsOf(w.Actor(schema.RoleAdmin), []string{w.customer}, &at)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, p := range found[w.customer] {
					got += fmt.Sprintf("%s %s %d", p.State, p.Level, p.Version)
				}
				if got != want {
					t.Errorf("%q; want %q", got, want)
				}
			})
		}
	})
}

// TestTamperedLogIsReported changes rows past the verbs.
func TestTamperedLogIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		statement string // ? is the permission's id
		want      string
	}{
		"the row":           {"UPDATE permissions SET level = 'INTRAVENOUS' WHERE id = ?", "its level is not what its events made it"},
		"an event":          {"UPDATE permission_events SET actor = 'nobody' WHERE sequence = 1 AND permission_id = ?", "event 1 is not what was recorded"},
		"the last is gone":  {"DELETE FROM permission_events WHERE sequence = 2 AND permission_id = ?", "there are 1 events, it says 2"},
		"the first is gone": {"DELETE FROM permission_events WHERE sequence = 1 AND permission_id = ?", "event 1 is missing"},
		"all are gone":      {"DELETE FROM permission_events WHERE permission_id = ?", "it has no events"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				p := w.grant(w.input(schema.BrandTrust))
				w.grant(w.input(schema.Points))
				w.isIntact()
				if err := w.Store.Write(auth.System(t.Context()), func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, c.statement, p.ID)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				broken, err := w.Consent.VerifyLogs(t.Context())
				if want := p.ID + ": " + c.want; err != nil || len(broken) != 1 || broken[0] != want {
					t.Errorf("%q, %v; want %q", broken, err, want)
				}
			})
		})
	}
}
