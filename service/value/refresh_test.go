package value_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/ent/customer"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// settleAll puts the statistics of all customers on their rows.
func (w *world) settleAll() {
	w.Helper()
	ids, err := w.Client.Customer.Query().Order(customer.ByID()).IDs(w.system())
	must(w, err)
	must(w, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
		return w.Books.SettleImported(ctx, tx, ids)
	}))
}

// values returns the sum of what customers are worth by their rows.
func (w *world) values() (sum int64) {
	w.Helper()
	all, err := w.Client.Customer.Query().All(w.system())
	must(w, err)
	for _, c := range all {
		sum += c.LifetimeValue.Minor()
	}
	return sum
}

var bgnbd = schema.BGNBD

func TestFitRefreshesValues(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(60)
		must(t, w.Reload(w.system())) // the orders were written beside the verbs
		w.settleAll()
		byPrior := w.values()
		m, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &bgnbd})
		must(t, err)
		if !m.Active || w.Value.ActiveLifetimeModel().ID != m.ID {
			t.Fatalf("the model %s is not active", m.ID)
		}
		byModel := w.values()
		if byModel == byPrior {
			t.Error("the values are still those of the prior")
		}
		moved := w.Client.StageChange.Query().CountX(w.system())
		must(t, w.Books.SettleAll(w.system()))
		if n := w.Client.StageChange.Query().CountX(w.system()); n != moved {
			t.Errorf("%d stages followed the fit, and %d more with the night", moved, n-moved)
		}
		w.settleAll()
		if settled := w.values(); settled != byModel {
			t.Errorf("settling customers gives values of %d together, the refresh %d", settled, byModel)
		}
	})
}

// TestCloseWaitsForARefresh: a refresh that outlives its request is cancelled and waited for, and what it left is refreshed later.
func TestCloseWaitsForARefresh(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(60)
		w.settleAll()
		byPrior := w.values()
		reached, interrupted := make(chan struct{}), false
		reach := sync.OnceFunc(func() { close(reached) })
		w.observe(func(ctx context.Context, query string) {
			if strings.HasPrefix(query, "SELECT id, version, stage") && strings.Contains(query, "WHERE id >") {
				reach()
				<-ctx.Done()
				interrupted = true
			}
		})
		request, leave := context.WithCancel(w.system())
		defer leave()
		go func() {
			<-reached
			leave()
		}()
		m, err := w.Value.FitLifetimeModel(request, service.FitLifetimeModelInput{Kind: &bgnbd})
		must(t, err)
		w.Value.Close()
		if !interrupted {
			t.Error("Close returned before the refresh had ended")
		}
		w.observe(func(context.Context, string) {})
		if got := w.values(); !m.Active || got != byPrior {
			t.Errorf("the values are %d together, were %d: the refresh was to be interrupted", got, byPrior)
		}
		must(t, w.Value.RefreshLifetimeValues(w.system()))
		if got := w.values(); got == byPrior {
			t.Error("a later refresh changed nothing")
		}
	})
}

func TestRefit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		models := func() int {
			n, err := w.Client.LifetimeModel.Query().Count(w.system())
			must(t, err)
			return n
		}
		must(t, w.Value.RefitLifetime(w.system()))
		if n := models(); n != 0 {
			t.Fatalf("without orders there are %d models, want none and no error", n)
		}
		w.regulars(60)
		w.settleAll()
		week := schema.Week
		_, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &bgnbd, TimeUnit: &week})
		must(t, err)
		must(t, w.Value.RefitLifetime(w.system()))
		if n := models(); n != 1 {
			t.Fatalf("after a fit of now there are %d models, want 1", n)
		}
		w.ahead.Store(int64(24 * time.Hour))
		must(t, w.Value.RefitLifetime(w.system()))
		if n := models(); n != 1 {
			t.Fatalf("without a changed order there are %d models, want 1", n)
		}
		changed := w.customer()
		w.placed(changed, w.bought(0, 1000))
		must(t, w.Client.Order.Update().SetUpdatedAt(today.Add(time.Hour)).Exec(w.system()))
		must(t, w.Value.RefitLifetime(w.system()))
		if n := models(); n < 2 {
			t.Error("a day later, with a changed order, nothing was fitted")
		}
	})
}
