package apitest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

const (
	createUser = `mutation($in: CreateUserInput!) { createUser(input: $in) { user { id version email name role active grade } userErrors { code field message } } }`
	updateUser = `mutation($in: UpdateUserInput!) { updateUser(input: $in) { user { id version name role active grade } userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
)

func TestUsersByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		id := w.newUser("a@example.com", schema.RoleSales)
		for _, role := range append([]schema.Role{""}, everyRole...) {
			c := w.With("")
			if role != "" {
				c = w.As(role)
			}
			list := c.Do(`{ users { id } }`, nil)
			made := c.Do(createUser, Vars{"in": Vars{"email": "a@example.com", "name": "A", "password": password, "role": "SALES"}})
			changed := c.Do(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "B"}})
			switch role {
			case schema.RoleAdmin:
				if list.Len("users") == 0 || made.UserErrors()[0] != "ALREADY_EXISTS email" || len(changed.UserErrors()) > 0 {
					t.Errorf("%s: %s %s %s", role, list.Body, made.Body, changed.Body)
				}
			case "":
				for _, r := range []*Result{list, made, changed} {
					if len(r.Errors) != 1 || r.Errors[0].Code() != "UNAUTHENTICATED" {
						t.Errorf("got %s, want UNAUTHENTICATED", r.Body)
					}
				}
			default:
				// The answer does not depend on whether the e-mail is taken.
				if len(list.Errors) != 1 || list.Errors[0].Code() != "FORBIDDEN" || list.Len("users") != 0 ||
					!slices.Equal(made.UserErrors(), []string{"FORBIDDEN"}) || !slices.Equal(changed.UserErrors(), []string{"FORBIDDEN"}) {
					t.Errorf("%s: %s %s %s", role, list.Body, made.Body, changed.Body)
				}
			}
		}
	})
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		in := Vars{"id": "usr_01jd3x5m8nf4svbj2k7q9w0e1r", "email": "Olga@Example.com", "name": "Ольга", "password": password, "role": "SALES", "grade": "senior", "idempotencyKey": "k"}
		first := c.Must(createUser, Vars{"in": in})
		repeated := c.Must(createUser, Vars{"in": in})
		if first.Body != repeated.Body && first.Text("createUser.user.id") != repeated.Text("createUser.user.id") {
			t.Fatalf("%s\n%s", first.Body, repeated.Body)
		}
		if first.Text("createUser.user.email") != "Olga@Example.com" || first.Text("createUser.user.grade") != "senior" || first.Get("createUser.user.active") != true {
			t.Fatalf("got %s, want an active user with this e-mail and the grade senior", first.Body)
		}
		in["role"] = "ADMIN"
		c.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", createUser, Vars{"in": in})
		with := func(changes Vars) Vars {
			in := Vars{"email": "new@example.com", "name": "N", "password": password, "role": "SALES"}
			for name, value := range changes {
				in[name] = value
			}
			return Vars{"in": in}
		}
		for want, changes := range map[string]Vars{
			"ALREADY_EXISTS email":  {"email": "oLGA@eXAMPLE.COM"},
			"ALREADY_EXISTS id":     {"id": in["id"]},
			"INVALID id":            {"id": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID email":         {"email": "Olga <olga@example.com>"},
			"INVALID name":          {"name": " "},
			"INVALID password":      {"password": "password1"},
			"INVALID partner":       {"role": "PARTNER"},
			"INVALID partnerScopes": {"role": "PARTNER", "partner": "P", "partnerScopes": []string{"costs"}},
		} {
			t.Run(want, func(t *testing.T) {
				c.On(t).Refused(want, createUser, with(changes))
			})
		}
		c.Refused("INVALID password", createUser, with(Vars{"password": "kurz"}))
		c.Refused("INVALID partner", createUser, with(Vars{"partner": "P"}))
		c.Must(createUser, with(Vars{"email": "p1@example.com", "role": "PARTNER", "partner": "Окна и двери", "partnerScopes": []string{"orders", "contacts", "orders"}}))
		w.signInAs(t, "p1@example.com", "[contacts orders]")
		c.Must(createUser, with(Vars{"email": "p2@example.com", "role": "PARTNER", "partner": "окна И двери"})) // the same partner
		w.signInAs(t, "p2@example.com", "[contacts orders]")
		c.Must(createUser, with(Vars{"email": "p3@example.com", "role": "PARTNER", "partner": "Another"}))
		w.signInAs(t, "p3@example.com", "[]")
	})
}

func (w *World) signInAs(t *testing.T, email, scopes string) {
	t.Helper()
	r := w.With("").Must(signIn, Vars{"email": email, "password": password})
	if got := r.Text("signIn.session.viewer.scopes"); got != scopes {
		t.Errorf("%s has %s, want %s", email, got, scopes)
	}
}

// TestPasswordsAreNotStored searches for the password in every text column of users, keys and audits.
func TestPasswordsAreNotStored(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		in := Vars{"email": "a@example.com", "name": "A", "password": password, "role": "SALES", "idempotencyKey": "k"}
		id := c.Must(createUser, Vars{"in": in}).Text("createUser.user.id")
		c.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "password": password + " neu"}})
		rows, err := w.Store.Query(t.Context(), `SELECT CAST(detail AS TEXT) FROM audit_entries UNION ALL SELECT password_hash FROM users WHERE password_hash IS NOT NULL UNION ALL SELECT body_hash FROM idempotency_keys`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			if n++; strings.Contains(text, password) {
				t.Errorf("the password is in %s", text)
			}
		}
		if rows.Err() != nil || n < 4 {
			t.Fatalf("%d rows, %v", n, rows.Err())
		}
		// The hash of the request body does not distinguish passwords either.
		in["password"] = password + " other"
		if got := c.Must(createUser, Vars{"in": in}).Text("createUser.user.id"); got != id {
			t.Errorf("%s, not %s", got, id)
		}
	})
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		id := w.newUser("a@example.com", schema.RoleSales)
		c.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "Анна"}})
		merged := c.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "grade": "senior"}})
		if merged.Text("updateUser.user.name") != "Анна" || merged.Text("updateUser.user.grade") != "senior" || merged.Int("updateUser.user.version") != 3 {
			t.Fatalf("got %s, want version 3 with both changes", merged.Body)
		}
		clash := c.Refused("VERSION_CONFLICT expectedVersion", updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "Инна", "role": "ANALYST"}})
		at := "updateUser.userErrors.0.fields"
		if clash.Len(at) != 1 || clash.Text(at+".0.name") != "name" || clash.Text(at+".0.theirs") != "Анна" || clash.Int("updateUser.userErrors.0.currentVersion") != 3 {
			t.Fatalf("got %s, want a conflict on name alone, at version 3", clash.Body)
		}
		cleared := c.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 3, "grade": nil}})
		if cleared.Get("updateUser.user.grade") != nil {
			t.Fatalf("got %s, want no grade", cleared.Body)
		}
		s := w.signIn("a@example.com")
		c.Must(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": 4, "password": "ganz anders 99"}})
		if w.mayAsk(s.access) {
			t.Error("a new password leaves old sessions")
		}
		w.With("").Refused("INVALID", signIn, Vars{"email": "a@example.com", "password": password})
		w.With("").Must(signIn, Vars{"email": "a@example.com", "password": "ganz anders 99"})
		for want, in := range map[string]Vars{
			"INVALID password":        {"id": id, "expectedVersion": 5, "password": "a@example.com"},
			"INVALID name":            {"id": id, "expectedVersion": 5, "name": ""},
			"INVALID role":            {"id": id, "expectedVersion": 5, "role": "PARTNER"},
			"INVALID expectedVersion": {"id": id, "expectedVersion": 6, "name": "X"},
			"INVALID id":              {"id": "cus_01jd3x5m8nf4svbj2k7q9w0e1r", "expectedVersion": 1, "name": "X"},
			"NOT_FOUND id":            {"id": "usr_01jd3x5m8nf4svbj2k7q9w0e1r", "expectedVersion": 1, "name": "X"},
		} {
			t.Run(want, func(t *testing.T) {
				c.On(t).Refused(want, updateUser, Vars{"in": in})
			})
		}
	})
}

func TestLastAdministratorCannotBeRemoved(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		me := c.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		c.Refused("WRONG_STATE active", updateUser, Vars{"in": Vars{"id": me, "expectedVersion": 1, "active": false}})
		c.Refused("WRONG_STATE role", updateUser, Vars{"in": Vars{"id": me, "expectedVersion": 1, "role": "MANAGER"}})
		c.Must(updateUser, Vars{"in": Vars{"id": me, "expectedVersion": 1, "name": "Still here", "active": true}})
		other := w.newUser("b@example.com", schema.RoleAdmin)
		// Each removes the other's role at the same moment: one of them remains.
		done := make(chan []string, 2)
		for id, version := range map[string]int{me: 2, other: 1} {
			go func() {
				done <- c.Do(updateUser, Vars{"in": Vars{"id": id, "expectedVersion": version, "role": "MANAGER"}}).UserErrors()
			}()
		}
		if a, b := <-done, <-done; len(a)+len(b) != 1 {
			t.Errorf("%v and %v", a, b)
		}
		rows, err := w.App.Client.User.Query().All(w.System())
		if err != nil {
			t.Fatal(err)
		}
		admins := 0
		for _, u := range rows {
			if u.Role == schema.RoleAdmin && u.Active {
				admins++
			}
		}
		if admins != 1 {
			t.Errorf("%d administrators", admins)
		}
	})
}

func TestUsersByName(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		for i, name := range []string{"ёлка", "Борис", "анна", "Zoe", "adam"} {
			c.Must(createUser, Vars{"in": Vars{"email": string(rune('a'+i)) + "@example.com", "name": name, "password": password, "role": "SALES"}})
		}
		var names []string
		r := c.Must(`{ users { name email } }`, nil)
		for i := range r.Len("users") {
			if at := fmt.Sprintf("users.%d.", i); strings.HasSuffix(r.Text(at+"email"), "@example.com") {
				names = append(names, r.Text(at+"name"))
			}
		}
		want := []string{"adam", "Zoe", "анна", "Борис", "ёлка"}
		if !slices.Equal(names, want) {
			t.Errorf("%q, want %q", names, want)
		}
	})
}

// TestChangesBeforeWatching has another server, which started before a user was created and begins to watch after
// that: it knows the user, though it was not notified.
func TestChangesBeforeWatching(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		w := New(t, url)
		keys, err := auth.OpenKeys(t.TempDir(), w.Clock.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		late, err := app.New(t.Context(), service.Config{
			Store: dbtest.Open(t, url, store.Options{}), Keys: keys, Currency: w.App.Currency, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		id := w.newUser("a@example.com", schema.RoleSales)
		if late.People.User(id) != nil {
			t.Fatal("it knows the user without watching")
		}
		ctx, stop := context.WithCancel(t.Context())
		watched, err := late.Watch(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if late.People.User(id) == nil {
			t.Error("it does not know the user")
		}
		stop()
		watched()
	})
}
