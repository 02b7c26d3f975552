package experiments_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/exposure"
	domain "kopeck/experiment"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

func faults(err error) string {
	var all []string
	for _, one := range fault.All(err) {
		all = append(all, fmt.Sprintf("%s %s", one.Code, strings.Join(one.Path, ".")))
	}
	if err != nil && all == nil {
		return err.Error()
	}
	return strings.Join(all, ", ")
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func create(w *apptest.World, code string, shares ...string) (*ent.Experiment, error) {
	in := service.CreateExperimentInput{Code: code, Name: "An experiment"}
	for i, share := range shares {
		in.Arms = append(in.Arms, &service.ExperimentArmInput{Code: fmt.Sprintf("arm%d", i), Share: money.Exact(share)})
	}
	return w.Experiments.CreateExperiment(w.System(), in)
}

func expose(w *apptest.World, to *ent.Experiment, customers ...string) ([]*ent.Exposure, error) {
	return w.Experiments.ExposeCustomers(w.System(), service.ExposeCustomersInput{ExperimentID: to.ID, CustomerIds: customers})
}

func TestExperiments(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		made, err := create(w, "autumn", "0.25", "0.75")
		w.Must(err)
		_, err = create(w, "autumn", "0.5", "0.5")
		check(t, "a code that there is", faults(err), "ALREADY_EXISTS code")
		_, err = create(w, "sum", "0.5", "0.4")
		check(t, "less than all", faults(err), "INVALID arms")
		_, err = create(w, "One", "1")
		check(t, "one arm", faults(err), "INVALID code, INVALID arms")
		_, err = w.Experiments.CreateExperiment(w.Actor(schema.RoleSales), service.CreateExperimentInput{})
		check(t, "SALES", faults(err), "FORBIDDEN ")

		var customers []string
		for range 20 {
			customers = append(customers, w.CustomerID())
		}
		first, err := expose(w, made, customers[3:8]...)
		w.Must(err)
		at := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		all, err := expose(w, made, customers...)
		w.Must(err)
		for i, one := range all {
			arm := domain.Assign(made.Salt, made.Code, one.CustomerID, []domain.Arm{{Code: "arm0", Share: money.MustDecimal("0.25")}, {Code: "arm1", Share: money.MustDecimal("0.75")}})
			if one.CustomerID != customers[i] || one.Arm != arm {
				t.Fatalf("%d is %s in %s, want %s in %s", i, one.CustomerID, one.Arm, customers[i], arm)
			}
			if i >= 3 && i < 8 && (one.ID != first[i-3].ID || !one.At.Equal(at)) {
				t.Errorf("%d came into it again", i)
			}
		}
		_, err = expose(w, made, customers[0], customers[0], "x")
		check(t, "twice", faults(err), "INVALID customerIds.1, INVALID customerIds.2")
		_, err = expose(w, made, w.IDs.Make(id.Customer), customers[0], w.IDs.Make(id.Customer))
		check(t, "nobody", faults(err), "NOT_FOUND customerIds.0, NOT_FOUND customerIds.2")
		_, err = w.Experiments.ExposeCustomers(w.Actor(schema.RoleSales), service.ExposeCustomersInput{})
		check(t, "SALES exposing", faults(err), "FORBIDDEN ")

		_, err = w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: customers[0], MergeID: customers[1], Reason: ptr("One person")})
		w.Must(err)
		again, err := expose(w, made, customers[1], customers[2])
		w.Must(err)
		if again[0].ID != all[0].ID || again[1].ID != all[2].ID {
			t.Error("a customer who was merged is not in the arm of who was kept")
		}

		_, err = w.Experiments.EndExperiment(w.System(), service.EndExperimentInput{ID: made.ID, ExpectedVersion: 2, Reason: "Done"})
		check(t, "another version", faults(err), "VERSION_CONFLICT expectedVersion")
		ended, err := w.Experiments.EndExperiment(w.System(), service.EndExperimentInput{ID: made.ID, ExpectedVersion: 1, Reason: "Done"})
		w.Must(err)
		if ended.EndedAt == nil || *ended.EndReason != "Done" || ended.Version != 2 {
			t.Errorf("ended: %v", ended)
		}
		_, err = expose(w, made, w.CustomerID())
		check(t, "it has ended", faults(err), "WRONG_STATE experimentId")
		_, err = w.Experiments.EndExperiment(w.System(), service.EndExperimentInput{ID: made.ID, ExpectedVersion: 2, Reason: "Done"})
		check(t, "ended twice", faults(err), "WRONG_STATE id")
	})
}

// TestExposeAtOnce lets many requests bring the same customers into an experiment at once: each is in it once, and the experiment ends meanwhile.
func TestExposeAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		made, err := create(w, "race", "0.5", "0.5")
		w.Must(err)
		var customers []string
		for range 6 {
			customers = append(customers, w.CustomerID())
		}
		var group sync.WaitGroup
		for n := range 6 {
			group.Go(func() {
				some := append(slices.Clone(customers[n:]), customers[:n]...)
				if _, err := expose(w, made, some...); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := w.Client.Exposure.Query().Where(exposure.ExperimentID(made.ID)).CountX(w.System()); n != len(customers) {
			t.Errorf("%d exposures of %d customers", n, len(customers))
		}
	})
}

// TestResult holds what came of an experiment to figures by hand: of all who came into an arm, from their exposure on.
func TestResult(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		made, err := create(w, "result", "0.5", "0.5")
		w.Must(err)
		var customers []string
		for range 90 {
			customers = append(customers, w.CustomerID())
		}
		all, err := expose(w, made, customers...)
		w.Must(err)
		begin := w.Clock.Now()
		margins, counts, buyers := map[string]int64{}, map[string]int{}, map[string]int{}
		w.Transaction(func(ctx context.Context, tx *store.Tx) error {
			margins, counts, buyers = map[string]int64{}, map[string]int{}, map[string]int{}
			for i, one := range all {
				counts[one.Arm]++
				order := func(days int, status schema.OrderStatus, margin int64) error {
					at := begin.AddDate(0, 0, days)
					return tx.Order.Create().SetID(w.IDs.Make(id.Order)).SetCreatedAt(at).SetUpdatedAt(at).SetCustomerID(one.CustomerID).SetStatus(status).SetAt(at).SetDay(1).
						SetMargin(money.Minor(margin)).Exec(ctx)
				}
				if err := order(-1, schema.OrderCompleted, 5555); err != nil { // before
					return err
				}
				if err := order(2, schema.OrderCancelled, 5555); err != nil {
					return err
				}
				if i%3 != 0 {
					continue
				}
				margins[one.Arm] += 1000
				buyers[one.Arm]++
				if err := order(1, schema.OrderCompleted, 1000); err != nil {
					return err
				}
				if err := order(20, schema.OrderCompleted, 500); err != nil {
					return err
				}
			}
			return nil
		})
		w.Clock.Advance(30 * 24 * time.Hour)
		show := func(days int) string {
			r, err := w.Experiments.Result(w.System(), made, &days, nil)
			w.Must(err)
			var text []string
			for _, one := range r.Arms {
				text = append(text, fmt.Sprintf("%s %d %d %s", one.Code, one.Customers, one.Buyers, w.Currency.Format(one.Margin)))
			}
			return strings.Join(text, "; ")
		}
		want := func(times float64) string {
			var text []string
			for _, arm := range []string{"arm0", "arm1"} {
				text = append(text, fmt.Sprintf("%s %d %d %s", arm, counts[arm], buyers[arm], w.Currency.Format(money.Minor(int64(float64(margins[arm])*times)))))
			}
			return strings.Join(text, "; ")
		}
		check(t, "a week", show(7), want(1))
		check(t, "a month", show(30), want(1.5))
		check(t, "nobody for so long", show(31), "arm0 0 0 0.00; arm1 0 0 0.00")
		r, err := w.Experiments.Result(w.System(), made, nil, nil)
		w.Must(err)
		one, first := r.Arms[1], r.Arms[0]
		if first.MarginDifference != nil || first.TooFew != nil {
			t.Error("the first arm differs from itself")
		}
		switch {
		case counts["arm0"] < domain.Fewest || counts["arm1"] < domain.Fewest:
			if one.TooFew == nil {
				t.Error("too few are not said")
			}
		case one.MarginLow.Compare(*one.MarginDifference) > 0 || one.MarginHigh.Compare(*one.MarginDifference) < 0 || one.RateLow.Compare(*one.RateHigh) > 0:
			t.Errorf("%v", one)
		}
		if _, err := w.Experiments.Result(w.System(), made, new(int), nil); faults(err) != "INVALID days" {
			t.Errorf("no days: %v", err)
		}
	})
}

func ptr[T any](v T) *T { return &v }
