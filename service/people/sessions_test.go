package people_test

import (
	"crypto/rand"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/people"
)

// Whoever has the signing key makes tokens as we do, but no session.
func TestTokensOfSessionsThatWereNeverBegun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		config := apptest.Config(t, w.Store, w.Clock)
		replica, err := app.New(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		w.App = replica // with keys that the test has
		anna, eve := w.create("anna@example.com", schema.RoleSales), w.create("eve@example.com", schema.RoleSales)
		real, _, err := w.People.Authenticate(t.Context(), w.mustSignIn().AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		stolen := &auth.Access{Keys: config.Keys, Issuer: "kopeck", Audience: "kopeck-api", Now: w.Clock.Now, Random: rand.Reader}
		for name, c := range map[string]struct {
			user, session string
			life          time.Duration
			want          bool
		}{
			"the session itself":                     {anna.ID, real.SessionID, 15 * time.Minute, true},
			"without a session, as the command line": {anna.ID, "", time.Hour, true},
			"an unknown session":                     {anna.ID, "ses_01jd3x5m8nf4svbj2k7q9w0e1r", 15 * time.Minute, false},
			"another user's session":                 {eve.ID, real.SessionID, 15 * time.Minute, false},
			"for longer than tokens of a session":    {anna.ID, real.SessionID, time.Hour, false},
		} {
			token, _, err := stolen.Issue(auth.AccessClaims{Subject: c.user, Role: "SALES", Session: c.session}, c.life)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // what was looked up is remembered
				if got := w.admitted(token); got != c.want {
					t.Errorf("%s: admitted %v", name, got)
				}
			}
		}
	})
}

func TestRefreshTokenUsedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("anna@example.com", schema.RoleSales)
		first, other := w.mustSignIn(), w.mustSignIn()
		second, err := w.refresh(first.RefreshToken)
		if err != nil || !w.admitted(second.AccessToken) {
			t.Fatalf("got %v, %v, want a second session", second, err)
		}
		if again, err := w.refresh(first.RefreshToken); err != nil || again.RefreshToken != second.RefreshToken {
			t.Errorf("the second use, at once: %v, %v", again, err)
		}
		w.Clock.Advance(w.Limits.RefreshAgain + time.Microsecond)
		if _, err := w.refresh(first.RefreshToken); apptest.Faults(err) != "INVALID refreshToken" {
			t.Errorf("the third use, later: %v", err)
		}
		if _, err := w.refresh(second.RefreshToken); !fault.Is(err, fault.Invalid) || w.admitted(first.AccessToken) || w.admitted(second.AccessToken) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, err := w.refresh(other.RefreshToken); err != nil {
			t.Errorf("the user's other session: %v", err)
		}
	})
}

func TestRefreshTokenExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("anna@example.com", schema.RoleSales)
		session := w.mustSignIn()
		w.Clock.Advance(service.Days(w.Limits.RefreshDays))
		if _, err := w.refresh(session.RefreshToken); !fault.Is(err, fault.Invalid) {
			t.Errorf("at its end: %v", err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	inactive, fresh := false, "another long passphrase"
	for name, end := range map[string]func(w *world, u *ent.User, session *people.Session) error{
		"by signing out": func(w *world, u *ent.User, session *people.Session) error {
			ctx := auth.With(w.t.Context(), auth.Actor{UserID: u.ID, Role: u.Role})
			return w.People.SignOut(ctx, service.SignOutInput{RefreshToken: session.RefreshToken})
		},
		"by deactivation": func(w *world, u *ent.User, _ *people.Session) error {
			_, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Active: &inactive})
			return err
		},
		"by a new password": func(w *world, u *ent.User, _ *people.Session) error {
			_, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Password: &fresh})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				u := w.create("anna@example.com", schema.RoleSales)
				session := w.mustSignIn()
				actor, _, err := w.People.Authenticate(t.Context(), session.AccessToken)
				if err != nil {
					t.Fatal(err)
				}
				ended := w.People.SessionEnded(t.Context(), actor)
				if err := end(w, u, session); err != nil {
					t.Fatal(err)
				}
				if w.admitted(session.AccessToken) {
					t.Error("the access token is accepted when the verb has returned")
				}
				if _, err := w.refresh(session.RefreshToken); !fault.Is(err, fault.Invalid) {
					t.Errorf("the refresh token: %v", err)
				}
				<-ended
			})
		})
	}
}

func TestSignOutOfAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("anna@example.com", schema.RoleSales)
		session := w.mustSignIn()
		for _, token := range []string{session.RefreshToken, "x", ""} {
			if err := w.People.SignOut(w.Actor(schema.RoleAdmin), service.SignOutInput{RefreshToken: token}); apptest.Faults(err) != "INVALID refreshToken" {
				t.Errorf("%.10q: %v", token, err)
			}
		}
		if !w.admitted(session.AccessToken) {
			t.Error("somebody else has signed the user out")
		}
	})
}

func TestIssueToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.create("anna@example.com", schema.RoleSales)
		boris := w.create("boris@example.com", schema.RoleSales)
		inactive := false
		if _, err := w.update(service.UpdateUserInput{ID: boris.ID, ExpectedVersion: 1, Active: &inactive}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			role    schema.Role
			address string
			ttl     time.Duration
			user    string // "" for one who is created
			want    string // the faults
		}{
			"of an e-mail":        {"", "ANNA@example.com", time.Hour, anna.ID, ""},
			"of a role":           {schema.RoleSales, "", time.Hour, anna.ID, ""},
			"of a role of nobody": {schema.RolePartner, "", time.Hour, "", ""},
			"of another role":     {schema.RoleAdmin, "anna@example.com", time.Hour, "", "INVALID role"},
			"of nothing":          {"", "", time.Hour, "", "INVALID role"},
			"of an unknown role":  {"BOSS", "", time.Hour, "", "INVALID role"},
			"of an unknown user":  {"", "nobody@example.com", time.Hour, "", "NOT_FOUND email"},
			"of an inactive user": {"", "boris@example.com", time.Hour, "", "WRONG_STATE email"},
			"too short":           {schema.RoleSales, "", time.Second - 1, "", "INVALID ttl"},
			"too long":            {schema.RoleSales, "", auth.MaxLife(auth.UseAccess) + 1, "", "INVALID ttl"},
		} {
			t.Run(name, func(t *testing.T) {
				token, expiresAt, err := w.People.IssueToken(t.Context(), c.role, c.address, c.ttl)
				if got := apptest.Faults(err); got != c.want {
					t.Fatalf("%q; want %q", got, c.want)
				}
				if err != nil {
					return
				}
				actor, until, err := w.People.Authenticate(t.Context(), token)
				if err != nil || c.user != "" && actor.UserID != c.user || !until.Equal(expiresAt) || !until.Equal(apptest.Start.Add(c.ttl)) {
					t.Errorf("%+v until %v, %v", actor, until, err)
				}
			})
		}
	})
}
