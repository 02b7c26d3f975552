package service_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

const (
	first  service.Snapshot = "first"
	second service.Snapshot = "second"
	part   service.Snapshot = "part of first"
)

// readings records which readers have run.
type readings struct {
	mu   sync.Mutex
	all  []service.Snapshot
	runs chan service.Snapshot // nil: not watched
}

func (r *readings) reader(what service.Snapshot) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, _ *store.Tx) error {
		if actor, _ := auth.From(ctx); !actor.IsSystem() {
			return errors.New("a reader sees what the actor sees, not everything")
		}
		r.mu.Lock()
		r.all = append(r.all, what)
		r.mu.Unlock()
		if r.runs != nil {
			r.runs <- what
		}
		return nil
	}
}

// take returns the readers that have run since it was called last.
func (r *readings) take() []service.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

// newCore returns a core over the database of a World, with readers of its own.
func newCore(t *testing.T, w *apptest.World, runs chan service.Snapshot) (*service.Core, *readings) {
	t.Helper()
	core, err := service.NewCore(t.Context(), apptest.Config(t, w.Store, w.Clock))
	if err != nil {
		t.Fatal(err)
	}
	r := &readings{runs: runs}
	core.RegisterReader(first, r.reader(first))
	core.RegisterPartReader(part, r.reader(part))
	core.RegisterReader(second, r.reader(second))
	return core, r
}

func TestReadersRunInTheirOrder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		core, r := newCore(t, w, nil)
		for what, want := range map[service.Snapshot][]service.Snapshot{
			service.SnapshotAll: {first, second}, first: {first}, part: {part}, second: {second}, "unknown": nil,
		} {
			t.Run(string(what), func(t *testing.T) {
				if err := core.Refresh(t.Context(), what); err != nil {
					t.Fatal(err)
				}
				if got := r.take(); !slices.Equal(got, want) {
					t.Errorf("%v; want %v", got, want)
				}
			})
		}
	})
}

func TestReaderThatFailsStopsTheReading(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		core, r := newCore(t, w, nil)
		failed := errors.New("failed")
		core.RegisterReader(second, func(context.Context, *store.Tx) error { return failed })
		core.RegisterReader(second, r.reader("after the failure"))
		if err := core.Refresh(t.Context(), second); !errors.Is(err, failed) {
			t.Error(err)
		}
		if got := r.take(); !slices.Equal(got, []service.Snapshot{second}) {
			t.Errorf("%v were read", got)
		}
	})
}

func TestTouch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		core, r := newCore(t, w, nil)
		ctx := w.Actor(schema.RoleAdmin)
		touch := func(result error) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				if err := core.SnapshotChanged(ctx, tx, first); err != nil {
					return err
				}
				if got := r.take(); got != nil {
					t.Errorf("%v were read before the commit", got)
				}
				return result
			}
		}
		refused := errors.New("refused")
		if err := w.Store.Write(ctx, touch(refused)); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if got := r.take(); got != nil {
			t.Errorf("%v were read though nothing was committed", got)
		}
		if err := w.Store.Write(ctx, touch(nil)); err != nil {
			t.Fatal(err)
		}
		if got := r.take(); !slices.Equal(got, []service.Snapshot{first}) {
			t.Errorf("%v were read when the verb had returned; want first", got)
		}
	})
}

// TestWatch touches a snapshot by one core: another on the same database reads it, or, where its connection was not yet
// listening, reads everything.
func TestWatch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		runs := make(chan service.Snapshot)
		watching, _ := newCore(t, w, runs)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		started := make(chan func())
		go func() {
			wait, err := watching.Watch(ctx)
			if err != nil {
				t.Error(err)
			}
			started <- wait
		}()
		if what := []service.Snapshot{<-runs, <-runs}; !slices.Equal(what, []service.Snapshot{first, second}) {
			t.Fatalf("Watch read %v at first", what)
		}
		wait := <-started
		if err := w.Store.Write(w.Actor(schema.RoleAdmin), func(ctx context.Context, tx *store.Tx) error { return w.SnapshotChanged(ctx, tx, second) }); err != nil {
			t.Fatal(err)
		}
		for what := range runs {
			if what == second {
				break
			}
		}
		stop()
		stopped := make(chan struct{})
		go func() { defer close(stopped); wait() }()
		for {
			select {
			case <-runs: // of a reading that had begun
				continue
			case <-stopped:
			}
			return
		}
	})
}

// TestCurrencyIsFixed opens a database whose books are in roubles with another currency.
func TestCurrencyIsFixed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		config := apptest.Config(t, w.Store, w.Clock)
		if _, err := service.NewCore(t.Context(), config); err != nil {
			t.Errorf("the same currency: %v", err)
		}
		euros, err := money.ParseCurrency("EUR")
		if err != nil {
			t.Fatal(err)
		}
		config.Currency = euros
		if _, err := service.NewCore(t.Context(), config); err == nil {
			t.Error("another currency was accepted")
		}
	})
}

// TestRepeatWaitsForWhatTheFirstChanged: a request that is repeated at a process that has not read what the first one changed is
// answered after it has.
func TestRepeatWaitsForWhatTheFirstChanged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		core, _ := newCore(t, w, nil)
		other, r := newCore(t, w, nil)
		for _, one := range []*service.Core{core, other} {
			if err := one.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		r.take()
		ctx := w.Actor(schema.RoleAdmin)
		change := func(core *service.Core) error {
			_, err := core.Write(ctx, keyed("key", 1), func(ctx context.Context, tx *store.Tx) (string, error) {
				return "done", core.SnapshotChanged(ctx, tx, first)
			})
			return err
		}
		if err := errors.Join(change(core), change(other)); err != nil {
			t.Fatal(err)
		}
		if got := r.take(); !slices.Equal(got, []service.Snapshot{first}) {
			t.Errorf("the other process has read %v", got)
		}
		if err := change(other); err != nil {
			t.Fatal(err)
		}
		if got := r.take(); len(got) > 0 {
			t.Errorf("it has read %v once more", got)
		}
	})
}
