package people_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/people"
)

const password = "a long passphrase of Anna's"

type world struct {
	*apptest.World

	t *testing.T
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, &world{w, t}) })
}

func (w *world) create(email string, role schema.Role) *ent.User {
	w.t.Helper()
	u, err := w.People.CreateUser(w.Actor(schema.RoleAdmin), service.CreateUserInput{Email: email, Name: "Anna", Password: password, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) signIn(email, password string) (*people.Session, error) {
	return w.People.SignIn(w.t.Context(), service.SignInInput{Email: email, Password: password})
}

func (w *world) mustSignIn() *people.Session {
	w.t.Helper()
	session, err := w.signIn("anna@example.com", password)
	if err != nil {
		w.t.Fatal(err)
	}
	return session
}

func (w *world) refresh(token string) (*people.Session, error) {
	return w.People.RefreshSession(w.t.Context(), service.RefreshSessionInput{RefreshToken: token})
}

// admitted reports whether an access token is accepted.
func (w *world) admitted(token string) bool {
	_, _, err := w.People.Authenticate(w.t.Context(), token)
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		w.t.Fatal(err)
	}
	return err == nil
}

func (w *world) update(in service.UpdateUserInput) (*ent.User, error) {
	return w.People.UpdateUser(w.Actor(schema.RoleAdmin), in)
}

func TestCreateUserIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.create("anna@example.com", schema.RoleSales)
		good := service.CreateUserInput{Email: "boris@example.com", Name: "Boris", Password: password, Role: schema.RoleSales}
		for name, c := range map[string]struct {
			ctx    context.Context
			change func(*service.CreateUserInput)
			want   string
		}{
			"a taken e-mail":    {nil, func(in *service.CreateUserInput) { in.Email = "ANNA@example.com" }, "ALREADY_EXISTS email"},
			"a taken id":        {nil, func(in *service.CreateUserInput) { in.ID = &anna.ID }, "ALREADY_EXISTS id"},
			"all that is wrong": {nil, func(in *service.CreateUserInput) { in.Email, in.Name, in.Password = "x", "", "short" }, "INVALID email, INVALID name, INVALID password"},
			"no partner":        {nil, func(in *service.CreateUserInput) { in.Role = schema.RolePartner }, "INVALID partner"},
			"by a manager":      {w.Actor(schema.RoleManager), func(*service.CreateUserInput) {}, "FORBIDDEN"},
			"by nobody":         {t.Context(), func(*service.CreateUserInput) {}, "UNAUTHENTICATED"},
		} {
			in := good
			c.change(&in)
			if c.ctx == nil {
				c.ctx = w.Actor(schema.RoleAdmin)
			}
			if _, err := w.People.CreateUser(c.ctx, in); apptest.Faults(err) != c.want {
				t.Errorf("%s: %q; want %q", name, apptest.Faults(err), c.want)
			}
		}
		if _, err := w.People.CreateUser(w.Actor(schema.RoleAdmin), good); err != nil {
			t.Errorf("nothing is wrong: %v", err)
		}
	})
}

func TestPartnerOfAUser(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		create := func(email, partner string, scopes []string) *ent.User {
			u, err := w.People.CreateUser(w.Actor(schema.RoleAdmin), service.CreateUserInput{
				Email: email, Name: "Partner", Password: password, Role: schema.RolePartner, Partner: &partner, PartnerScopes: scopes,
			})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		first := create("a@example.com", "Acme", []string{"orders"})
		for _, c := range []struct {
			email  string
			scopes []string
			want   string
		}{
			{"b@example.com", nil, "orders"}, {"c@example.com", []string{"contacts"}, "contacts"}, {"d@example.com", []string{}, ""},
		} {
			u := create(c.email, "ACME", c.scopes)
			p := w.People.Partner(*u.PartnerID)
			got := ""
			if len(p.Scopes) > 0 {
				got = p.Scopes[0]
			}
			if *u.PartnerID != *first.PartnerID || p.Name != "Acme" || got != c.want {
				t.Errorf("%s: %+v; want the partner Acme with the scopes %q", c.email, p, c.want)
			}
		}
	})
}

func TestUpdateUserMerges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.create("anna@example.com", schema.RoleSales)
		name, other, inactive := "Anna B.", "Anna C.", false
		if _, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Name: &name}); err != nil {
			t.Fatal(err)
		}
		grade := "senior"
		merged, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Grade: graphql.OmittableOf(&grade)})
		if err != nil || merged.Version != 3 || merged.Name != name || *merged.Grade != grade {
			t.Fatalf("another field: %v, %v", merged, err)
		}
		same, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Name: &name})
		if err != nil || same.Version != 3 {
			t.Errorf("the same value: %v, %v; want no new version", same, err)
		}
		_, err = w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Name: &other, Active: &inactive})
		if !fault.Is(err, fault.VersionConflict) {
			t.Fatalf("the same field: %v", err)
		}
		conflict := fault.Of(err).Detail.(*fault.Conflict)
		if len(conflict.Fields) != 1 || conflict.Fields[0] != (fault.FieldConflict{Name: "name", Base: "Anna", Theirs: name, Yours: other}) || conflict.CurrentVersion != 3 {
			t.Errorf("got %+v, want a conflict on name alone, at version 3", conflict)
		}
		cleared, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 3, Grade: graphql.OmittableOf[*string](nil)})
		if err != nil || cleared.Grade != nil {
			t.Errorf("null: %v, %v", cleared, err)
		}
	})
}

func TestUpdateUserIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		admin, anna := w.create("admin@example.com", schema.RoleAdmin), w.create("anna@example.com", schema.RoleSales)
		inactive, sales, partner, weak, unknown := false, schema.RoleSales, schema.RolePartner, "short", w.IDs.Make("usr")
		for name, c := range map[string]struct {
			in   service.UpdateUserInput
			want string
		}{
			"deactivate the last administrator":  {service.UpdateUserInput{ID: admin.ID, Active: &inactive}, "WRONG_STATE active"},
			"another role for the last":          {service.UpdateUserInput{ID: admin.ID, Role: &sales}, "WRONG_STATE role"},
			"a partner without one":              {service.UpdateUserInput{ID: anna.ID, Role: &partner}, "INVALID role"},
			"a weak password":                    {service.UpdateUserInput{ID: anna.ID, Password: &weak}, "INVALID password"},
			"a weak password of an unknown user": {service.UpdateUserInput{ID: unknown, Password: &weak}, "NOT_FOUND id"},
			"an unknown user":                    {service.UpdateUserInput{ID: unknown, Active: &inactive}, "NOT_FOUND id"},
			"no name":                            {service.UpdateUserInput{ID: anna.ID, Name: new(" ")}, "INVALID name"},
		} {
			c.in.ExpectedVersion = 1
			if _, err := w.update(c.in); apptest.Faults(err) != c.want {
				t.Errorf("%s: %q; want %q", name, apptest.Faults(err), c.want)
			}
		}
		w.create("second@example.com", schema.RoleAdmin)
		if u, err := w.update(service.UpdateUserInput{ID: admin.ID, ExpectedVersion: 1, Active: &inactive}); err != nil || u.Active {
			t.Errorf("another administrator is active: %v, %v", u, err)
		}
	})
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.create("anna@example.com", schema.RoleSales)
		session, err := w.signIn(" ANNA@example.com ", password)
		if err != nil || session.Viewer.User.ID != u.ID || !w.admitted(session.AccessToken) {
			t.Fatalf("got %+v, %v, want a session of the user", session, err)
		}
		inactive := false
		if _, err := w.update(service.UpdateUserInput{ID: u.ID, ExpectedVersion: 1, Active: &inactive}); err != nil {
			t.Fatal(err)
		}
		var messages []string
		for _, c := range [][2]string{{"nobody@example.com", password}, {"anna@example.com", "wrong"}, {"anna@example.com", password}} {
			_, err := w.signIn(c[0], c[1])
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v: %v", c, err)
			}
			messages = append(messages, err.Error())
		}
		if messages[0] != messages[1] || messages[1] != messages[2] {
			t.Errorf("the answers differ: %q", messages)
		}
	})
}

func TestTooManyAttempts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("anna@example.com", schema.RoleSales)
		for range w.Limits.SignIns {
			if _, err := w.signIn("anna@example.com", "wrong"); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
		if _, err := w.signIn("anna@example.com", password); !fault.Is(err, fault.LimitExceeded) {
			t.Errorf("after %d attempts: %v", w.Limits.SignIns, err)
		}
		w.Clock.Advance(time.Minute)
		w.mustSignIn()
		if n := w.Rows("SELECT count(*) FROM sign_in_attempts"); n[0] != "3" {
			t.Errorf("%s counts are kept, want those of the account, the address and both", n)
		}
		w.Clock.Advance(time.Minute)
		if err := w.People.ForgetAttempts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Rows("SELECT count(*) FROM sign_in_attempts"); n[0] != "0" {
			t.Errorf("%s counts are kept for ever", n)
		}
	})
}

// The bounds hold over all replicas, also for attempts at once.
func TestAttemptsAreCountedOverAllReplicas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("anna@example.com", schema.RoleSales)
		other, err := app.New(t.Context(), apptest.Config(t, w.Store, w.Clock))
		if err != nil {
			t.Fatal(err)
		}
		var guessed atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				replica := []*app.App{w.App, other}[i%2]
				_, err := replica.People.SignIn(t.Context(), service.SignInInput{Email: "anna@example.com", Password: "wrong"})
				switch {
				case fault.Is(err, fault.Invalid):
					guessed.Add(1)
				case !fault.Is(err, fault.LimitExceeded):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := guessed.Load(); n != int64(w.Limits.SignIns) {
			t.Errorf("%d passwords were tried, want %d", n, w.Limits.SignIns)
		}
	})
}
