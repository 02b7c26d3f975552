package service_test

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// watchdog is how long a test waits for what must happen.
const watchdog = 30 * time.Second

// until waits until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(watchdog); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// replicas returns two apps on one database with the same keys. Both follow what the other changes; the second listens
// at a URL of its own.
func replicas(t *testing.T, database, listen string) (a, b *app.App) {
	t.Helper()
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	var apps []*app.App
	var config service.Config
	for _, at := range []string{database, listen} {
		s := dbtest.Open(t, database, store.Options{Quiet: 150 * time.Millisecond, ListenURL: at})
		keys := config.Keys
		config = apptest.Config(t, s, clock)
		if keys != nil {
			config.Keys = keys
		}
		one, err := app.New(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		wait, err := one.Watch(ctx)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stop(); wait(); one.Value.Close() })
		apps = append(apps, one)
	}
	return apps[0], apps[1]
}

const secret = "Шторы на окно 7"

func signIn(t *testing.T, a *app.App) (session *struct{ access, refresh string }) {
	t.Helper()
	system := auth.System(t.Context())
	if _, err := a.People.CreateUser(system, service.CreateUserInput{Email: "anna@example.com", Name: "Anna", Password: secret, Role: schema.RoleSales}); err != nil {
		t.Fatal(err)
	}
	s, err := a.People.SignIn(t.Context(), service.SignInInput{Email: "anna@example.com", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	return &struct{ access, refresh string }{s.AccessToken, s.RefreshToken}
}

// A replica that is never notified reads changes all the same: who signed out on the other is signed out, and a price is the new
// one.
func TestReplicaThatIsNotNotifiedReads(t *testing.T) {
	t.Parallel()
	a, b := replicas(t, dbtest.Postgres(t), dbtest.Empty(t))
	session := signIn(t, a)
	actor, _, err := b.People.Authenticate(t.Context(), session.access)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.People.SignOut(auth.With(t.Context(), actor), service.SignOutInput{RefreshToken: session.refresh}); err != nil {
		t.Fatal(err)
	}
	until(t, "signed out on the replica that is not notified", func() bool {
		_, _, err := b.People.Authenticate(t.Context(), session.access)
		f := fault.Of(err)
		return f != nil && f.Code == fault.Unauthenticated
	})

	if _, err := a.ChangeSetting(auth.System(t.Context()), service.ChangeSettingInput{Name: "lookBackDays", Value: 30}); err != nil {
		t.Fatal(err)
	}
	until(t, "the new setting", func() bool { return b.Settings().LookBackDays == 30 })
	if err := b.Current(); err != nil {
		t.Errorf("a replica that reads is current: %v", err)
	}
}

// A replica that can neither be notified nor read takes no write and confirms no session, until it has read everything.
func TestReplicaThatCannotReadRefuses(t *testing.T) {
	t.Parallel()
	database, elsewhere := dbtest.Postgres(t), dbtest.Empty(t)
	a, b := replicas(t, database, elsewhere)
	session := signIn(t, a)
	if _, _, err := b.People.Authenticate(t.Context(), session.access); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	admin := dbtest.Open(t, elsewhere, store.Options{Pool: 1})
	execute := func(statement string) {
		t.Helper()
		if _, err := admin.Client().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'")
	unavailable := func(err error) bool {
		f := fault.Of(err)
		return f != nil && f.Code == fault.Unavailable
	}
	until(t, "the replica knows that it knows nothing", func() bool { return unavailable(b.Current()) })
	if _, _, err := b.People.Authenticate(t.Context(), session.access); !unavailable(err) {
		t.Errorf("a session is confirmed: %v", err)
	}
	written := false
	_, err = b.Write(auth.System(t.Context()), service.Verb{Name: "any"}, func(context.Context, *store.Tx) (string, error) {
		written = true
		return "", nil
	})
	if !unavailable(err) || written {
		t.Errorf("a write is taken: %v %v", written, err)
	}
	execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")
	until(t, "the replica has read everything", func() bool { return b.Current() == nil })
	if _, _, err := b.People.Authenticate(t.Context(), session.access); err != nil {
		t.Error(err)
	}
}

// What this process could not read after its own change is read again, although its own notifications are not followed.
func TestOwnChangeIsReadAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		core, _ := newCore(t, w, nil)
		var fails atomic.Bool
		read := make(chan struct{}, 10)
		core.RegisterReader("moody", func(context.Context, *store.Tx) error {
			if fails.CompareAndSwap(true, false) {
				return context.DeadlineExceeded
			}
			read <- struct{}{}
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		wait, err := core.Watch(ctx)
		w.Must(err)
		defer func() { stop(); wait() }()
		<-read
		fails.Store(true)
		w.Must(w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error { return core.SnapshotChanged(ctx, tx, "moody") }))
		select {
		case <-read:
		case <-time.After(watchdog):
			t.Fatal("it is not read again")
		}
		until(t, "current", func() bool { return core.Current() == nil })
	})
}
