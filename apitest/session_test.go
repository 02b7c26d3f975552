package apitest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/people"
)

const (
	sessionFields = `session { accessToken refreshToken expiresAt viewer { role scopes user { id email name } } } userErrors { code field message }`
	signIn        = `mutation($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) { ` + sessionFields + ` } }`
	refresh       = `mutation($token: String!) { refreshSession(input: {refreshToken: $token}) { ` + sessionFields + ` } }`
	signOut       = `mutation($token: String!) { signOut(input: {refreshToken: $token}) { userErrors { code field message } } }`
	whoAmI        = `{ viewer { role scopes user { email } } }`
	password      = "Шторы на окно 7"
)

// newUser creates a user who can sign in.
func (w *World) newUser(email string, role schema.Role) string {
	w.T.Helper()
	in := service.CreateUserInput{Email: email, Name: "Имя " + email, Password: password, Role: role}
	if role == schema.RolePartner {
		partner := "The partner"
		in.Partner, in.PartnerScopes = &partner, []string{"orders"}
	}
	u, err := w.App.People.CreateUser(w.System(), in)
	if err != nil {
		w.T.Fatal(err)
	}
	return u.ID
}

type session struct{ access, refresh string }

func (w *World) signIn(email string) session {
	w.T.Helper()
	r := w.With("").Must(signIn, Vars{"email": email, "password": password})
	return session{r.Text("signIn.session.accessToken"), r.Text("signIn.session.refreshToken")}
}

func (w *World) mayAsk(access string) bool {
	r := w.With(access).Do(whoAmI, nil)
	switch {
	case r.Status == 401 && r.Errors[0].Code() == "UNAUTHENTICATED":
		return false
	case r.Status == 200 && len(r.Errors) == 0:
		return true
	}
	w.T.Fatalf("neither signed in nor refused: %d %s", r.Status, r.Body)
	return false
}

func TestSignInRefreshSignOut(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("Anna@Example.com", schema.RoleManager)
		r := w.With("").Must(signIn, Vars{"email": " aNNa@example.COM ", "password": password})
		if r.Text("signIn.session.viewer.role") != "MANAGER" || r.Text("signIn.session.viewer.user.email") != "Anna@Example.com" ||
			r.Text("signIn.session.viewer.scopes") != "[costs floor]" {
			t.Fatalf("got %s, want the viewer with the scopes costs and floor", r.Body)
		}
		expiresAt, err := time.Parse(time.RFC3339, r.Text("signIn.session.expiresAt"))
		if life := expiresAt.Sub(w.Clock.Now()); err != nil || life < 10*time.Minute || life > 15*time.Minute {
			t.Errorf("the access token lasts %v (%v)", life, err)
		}
		first := session{r.Text("signIn.session.accessToken"), r.Text("signIn.session.refreshToken")}
		if !w.mayAsk(first.access) || w.mayAsk(first.refresh) {
			t.Fatal("an access token is for asking, a refresh token is not")
		}
		next := w.With("").Must(refresh, Vars{"token": first.refresh})
		second := session{next.Text("refreshSession.session.accessToken"), next.Text("refreshSession.session.refreshToken")}
		if second.access == first.access || second.refresh == first.refresh || !w.mayAsk(second.access) || !w.mayAsk(first.access) {
			t.Fatalf("got %s, want other tokens than before, both access tokens accepted", next.Body)
		}
		w.Clock.Advance(16 * time.Minute)
		if w.mayAsk(second.access) {
			t.Error("an access token outlives its 15 minutes")
		}
		third := w.With("").Must(refresh, Vars{"token": second.refresh})
		access, last := third.Text("refreshSession.session.accessToken"), third.Text("refreshSession.session.refreshToken")
		other := w.signIn("anna@example.com")
		for range 2 { // signing out twice is no error
			w.With(other.access).Must(signOut, Vars{"token": last})
		}
		if w.mayAsk(access) || !w.mayAsk(other.access) {
			t.Error("signing out ends its own session, with its access tokens, and no other")
		}
		w.With("").Refused("INVALID refreshToken", refresh, Vars{"token": last})
		w.newUser("eve@example.com", schema.RoleSales)
		eve := w.signIn("eve@example.com")
		w.With(eve.access).Refused("INVALID refreshToken", signOut, Vars{"token": other.refresh})
		w.With(eve.access).Refused("INVALID refreshToken", signOut, Vars{"token": "kr1.rubbish"})
		if !w.mayAsk(other.access) {
			t.Error("another user signed anna out")
		}
	})
}

func TestRefreshTokensHaveAnEnd(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		s := w.signIn("a@example.com")
		w.Clock.Advance(30*24*time.Hour + time.Minute)
		w.With("").Refused("INVALID refreshToken", refresh, Vars{"token": s.refresh})
	})
}

// The answer to a refresh may be lost: the same token gives the same successor again for half a minute, and after that it is in the
// hands of somebody else.
func TestUsingARefreshTokenTwice(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		stolen, other := w.signIn("a@example.com"), w.signIn("a@example.com")
		next := w.With("").Must(refresh, Vars{"token": stolen.refresh})
		successor, access := next.Text("refreshSession.session.refreshToken"), next.Text("refreshSession.session.accessToken")
		w.Clock.Advance(20 * time.Second)
		again := w.With("").Must(refresh, Vars{"token": stolen.refresh})
		if again.Text("refreshSession.session.refreshToken") != successor || !w.mayAsk(again.Text("refreshSession.session.accessToken")) || !w.mayAsk(access) {
			t.Fatalf("%s\nis followed by\n%s", next.Body, again.Body)
		}
		third := w.With("").Must(refresh, Vars{"token": successor}) // the client goes on, and another of its windows is late
		late := w.With("").Must(refresh, Vars{"token": stolen.refresh})
		if late.Text("refreshSession.session.refreshToken") != successor {
			t.Fatal(late.Body)
		}
		w.Clock.Advance(11 * time.Second)
		w.With("").Refused("INVALID refreshToken", refresh, Vars{"token": stolen.refresh})
		if w.mayAsk(stolen.access) || w.mayAsk(access) || w.mayAsk(third.Text("refreshSession.session.accessToken")) {
			t.Error("an access token of the session outlives it")
		}
		for _, token := range []string{successor, third.Text("refreshSession.session.refreshToken")} {
			w.With("").Refused("INVALID refreshToken", refresh, Vars{"token": token})
		}
		if !w.mayAsk(other.access) {
			t.Error("the user's other session has ended too")
		}
		w.With("").Must(refresh, Vars{"token": other.refresh})
	})
}

func TestUsingARefreshTokenTwiceAtOnce(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
		w.newUser("a@example.com", schema.RoleSales)
		s := w.signIn("a@example.com")
		successors := make([]string, 4)
		var all sync.WaitGroup
		for i := range successors {
			all.Go(func() {
				successors[i] = w.With("").Do(refresh, Vars{"token": s.refresh}).Text("refreshSession.session.refreshToken")
			})
		}
		all.Wait()
		for _, one := range successors {
			if one != successors[0] || one == "" {
				t.Fatalf("successors of one token: %q", successors)
			}
		}
		w.With("").Must(refresh, Vars{"token": successors[0]})
		if !w.mayAsk(s.access) {
			t.Error("the session has ended")
		}
	})
}

// A client sends its access token with everything. That it has expired is no reason to refuse what it does about that; for
// whatever needs a token the answer is 401 as before.
func TestExpiredTokenDoesNotKeepFromRefreshing(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		s := w.signIn("a@example.com")
		w.Clock.Advance(20 * time.Minute)
		for _, access := range []string{s.access, "rubbish"} {
			bearer := w.With(access)
			next := bearer.Must(refresh, Vars{"token": s.refresh})
			if !w.mayAsk(next.Text("refreshSession.session.accessToken")) {
				t.Error(next.Body)
			}
			bearer.Must(signIn, Vars{"email": "a@example.com", "password": password})
			for _, query := range []string{
				whoAmI, `{ __typename }`, `{ nonsense`, `{ nothing }`, `subscription { customerChanged(id: "x") { id } }`,
				`mutation($t: String!) { refreshSession(input: {refreshToken: $t}) { session { accessToken } } signOut(input: {refreshToken: $t}) { userErrors { code } } }`,
			} {
				if r := bearer.Do(query, Vars{"t": s.refresh}); r.Status != 401 || r.Errors[0].Code() != "UNAUTHENTICATED" || r.Errors[0].Message != people.RefusedToken {
					t.Errorf("%s: %d %s", query, r.Status, r.Body)
				}
			}
			if r, err := http.Get(w.URL + "/graphql?query=%7B__typename%7D"); err != nil || r.StatusCode != 200 {
				t.Errorf("without a token: %v %v", r, err)
			} else {
				r.Body.Close()
			}
			request, err := http.NewRequest(http.MethodGet, w.URL+"/graphql?query=%7B__typename%7D", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+access)
			r, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if r.StatusCode != 401 {
				t.Errorf("by GET: %d", r.StatusCode)
			}
		}
	})
}

func TestFailedSignInsAreIndistinguishable(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		gone := w.newUser("gone@example.com", schema.RoleSales)
		w.As(schema.RoleAdmin).Must(updateUser, Vars{"in": Vars{"id": gone, "expectedVersion": 1, "active": false}})
		var said []string
		for _, who := range []Vars{
			{"email": "a@example.com", "password": password + "!"},
			{"email": "nobody@example.com", "password": password},
			{"email": "gone@example.com", "password": password},
			{"email": "sales@cli.kopeck.invalid", "password": ""},
		} {
			w.Clock.Advance(time.Minute)
			said = append(said, w.With("").Refused("INVALID", signIn, who).Body)
		}
		for _, body := range said {
			if body != said[0] {
				t.Errorf("%s\nis not %s", body, said[0])
			}
		}
	})
}

func TestSignInAttemptsAreLimited(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
		w.newUser("a@example.com", schema.RoleSales)
		w.newUser("b@example.com", schema.RoleSales)
		for range 8 {
			w.signIn("a@example.com") // right passwords are no guesses
		}
		for range 5 {
			w.With("").Refused("INVALID", signIn, Vars{"email": "A@example.com", "password": "a wrong one"})
		}
		refused := w.With("").Refused("LIMIT_EXCEEDED", signIn, Vars{"email": "a@EXAMPLE.com", "password": password})
		if !strings.Contains(refused.Text("signIn.userErrors.0.message"), "wait 12 s") {
			t.Errorf("got %s, want a wait of 12 s", refused.Body)
		}
		w.signIn("b@example.com") // from the same address
		elsewhere := people.WithClientAddress(t.Context(), "192.0.2.7:1234")
		if _, err := w.App.People.SignIn(elsewhere, service.SignInInput{Email: "a@example.com", Password: password}); err != nil {
			t.Errorf("who guesses at one address keeps the person out elsewhere: %v", err)
		}
		w.Clock.Advance(12*time.Second + time.Millisecond)
		w.signIn("a@example.com")
		for i := range 30 {
			_, err := w.App.People.SignIn(elsewhere, service.SignInInput{Email: fmt.Sprintf("x%d@example.com", i), Password: "x"})
			if err == nil || strings.Contains(err.Error(), "too many") {
				t.Fatal(err)
			}
		}
		if _, err := w.App.People.SignIn(elsewhere, service.SignInInput{Email: "a@example.com", Password: password}); err == nil || !strings.Contains(err.Error(), "too many") {
			t.Errorf("an address may try any number of accounts: %v", err)
		}
		for _, by := range []time.Duration{-24 * time.Hour, 24 * time.Hour, -10 * time.Minute, 10 * time.Minute} {
			w.Clock.Advance(by)
			if _, err := w.App.People.SignIn(elsewhere, service.SignInInput{Email: "b@example.com", Password: password}); err != nil && by < 0 {
				t.Errorf("with the clock set by %v: %v", by, err)
			}
		}
	})
}

func TestDeactivationEndsSessionsAtOnce(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		id := w.newUser("a@example.com", schema.RoleSales)
		s := w.signIn("a@example.com")
		longLived, _, err := w.App.People.IssueToken(w.System(), "", "A@example.com", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		actor, _, err := w.App.People.Authenticate(t.Context(), s.access)
		if err != nil {
			t.Fatal(err)
		}
		over := w.App.People.SessionEnded(t.Context(), actor)
		select {
		case <-over:
			t.Fatal("the session has ended before it has")
		default:
		}
		admin.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "active": false}})
		if w.mayAsk(s.access) || w.mayAsk(longLived) {
			t.Error("a token of a deactivated user is good")
		}
		select {
		case <-over:
		case <-time.After(time.Second):
			t.Error("a socket of the session lives on")
		}
		w.With("").Refused("INVALID refreshToken", refresh, Vars{"token": s.refresh})
		admin.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 2, "active": true}})
		if w.mayAsk(s.access) {
			t.Error("an ended session is valid")
		}
		w.Clock.Advance(time.Minute)
		w.signIn("a@example.com")
	})
}

func TestRoleChangesApplyAtOnce(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		id := w.newUser("a@example.com", schema.RoleManager)
		s := w.signIn("a@example.com")
		actor, _, err := w.App.People.Authenticate(t.Context(), s.access)
		if err != nil {
			t.Fatal(err)
		}
		over := w.App.People.SessionEnded(t.Context(), actor)
		w.As(schema.RoleAdmin).Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "role": "SALES"}})
		r := w.With(s.access).Must(whoAmI, nil)
		if r.Text("viewer.role") != "SALES" || r.Len("viewer.scopes") != 0 {
			t.Errorf("got %s, want SALES without scopes", r.Body)
		}
		select {
		case <-over:
		case <-time.After(time.Second):
			t.Error("a socket keeps the rights of the old role")
		}
	})
}

func TestIssueToken(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		for _, role := range everyRole {
			r := w.As(role).Must(whoAmI, nil)
			if r.Text("viewer.role") != string(role) || r.Text("viewer.user.email") != strings.ToLower(string(role))+"@cli.kopeck.invalid" {
				t.Errorf("got %s, want the user of the command line for the role", r.Body)
			}
		}
		w.newUser("boss@example.com", schema.RoleAdmin)
		named, _, err := w.App.People.IssueToken(w.System(), schema.RoleAdmin, "BOSS@example.com", time.Hour)
		if err != nil || w.With(named).Must(whoAmI, nil).Text("viewer.user.email") != "boss@example.com" {
			t.Error(err)
		}
		for name, call := range map[string]struct {
			role  schema.Role
			email string
			ttl   time.Duration
		}{
			"unknown e-mail": {schema.RoleAdmin, "nobody@example.com", time.Hour}, "another role": {schema.RoleSales, "boss@example.com", time.Hour},
			"no such role": {"KING", "", time.Hour}, "nobody": {"", "", time.Hour}, "no time": {schema.RoleAdmin, "", 0},
			"too long": {schema.RoleAdmin, "", auth.MaxLife(auth.UseAccess) + time.Second},
		} {
			t.Run(name, func(t *testing.T) {
				if token, _, err := w.App.People.IssueToken(w.System(), call.role, call.email, call.ttl); err == nil || token != "" {
					t.Errorf("%s: a token", name)
				}
			})
		}
	})
}
