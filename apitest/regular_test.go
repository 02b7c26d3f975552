package apitest

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/schema"
	"kopeck/service"
)

// grocery reads the log of 1,525 customers of a grocer: customer and date.
func grocery(t *testing.T) []sale {
	t.Helper()
	var all []sale
	lines := bufio.NewScanner(reference(t, "data/btydplus_groceryElog.csv"))
	for lines.Scan() {
		customer, date, _ := strings.Cut(strings.TrimSpace(lines.Text()), ",")
		if at, err := time.Parse("2006-01-02", date); err == nil {
			all = append(all, sale{customer, at.Add(12 * time.Hour), 1000})
		}
	}
	return all
}

// TestFitOfRegularBuyers: a grocer's customers order regularly. The published fit of the first year finds k = 2 (Platzer, "Customer Base Analysis
// with BTYDplus"); the second year's orders are predicted better than by MBG/NBD.
func TestFitOfRegularBuyers(t *testing.T) {
	sales := grocery(t)
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2007, 12, 31, 12, 0, 0, 0, time.UTC))
		ids := w.sell(sales)
		c := w.As(schema.RoleManager)
		const at = "fitLifetimeModel.model."
		fit := func(kind string) *Result {
			return c.Must(fitModel, Vars{"in": Vars{"kind": kind, "calibrationEnd": "2006-12-31T12:00:00Z"}})
		}
		poisson, regular := fit("MBG_NBD"), fit("MBG_CNBD_K")
		if regular.Text(at+"kind") != "MBG_CNBD_K" || regular.Int(at+"parameters.k") != 2 || regular.Text(at+"active") != "true" || !strings.Contains(regular.Body, "more regularly than by chance: k is 2") {
			t.Errorf("got %s, want MBG_CNBD_K with k 2, active, with a note", regular.Body)
		}
		// The optimum of MBG/NBD is in the reference figures; two phases raise the log-likelihood by about 800.
		if gain := regular.float(at+"logLikelihood") - poisson.float(at+"logLikelihood"); gain < 500 {
			t.Errorf("k = 2 gains %v", gain)
		}
		for _, error := range []string{"meanAbsoluteError", "rootMeanSquareError"} {
			if a, b := regular.float(at+"backTest."+error), poisson.float(at+"backTest."+error); a >= b {
				t.Errorf("%s %v, of MBG/NBD %v", error, a, b)
			}
		}
		if r := regular; math.Abs(r.float(at+"backTest.predictedOrders")-r.float(at+"backTest.holdoutOrders")) >= math.Abs(poisson.float(at+"backTest.predictedOrders")-r.float(at+"backTest.holdoutOrders")) {
			t.Errorf("got %s, want a prediction nearer to the orders held out than by Poisson", r.Body)
		}
		value := func(id string) *Result {
			return c.Must(`query($id: ID!) { customer(id: $id) { lifetimeValue { past { amount } total { amount } probabilityAlive interval { low { amount } high { amount } } notes } } }`, Vars{"id": id})
		}
		most, orders := "", map[string]int{}
		for _, one := range sales {
			if orders[one.customer]++; orders[one.customer] > orders[most] || orders[one.customer] == orders[most] && one.customer < most {
				most = one.customer
			}
		}
		v := value(ids[most])
		low, total, high := v.float("customer.lifetimeValue.interval.low.amount"), v.float("customer.lifetimeValue.total.amount"), v.float("customer.lifetimeValue.interval.high.amount")
		if past := v.float("customer.lifetimeValue.past.amount"); !(low > past && low < total && total < high) {
			t.Errorf("got %s, want past < low < total < high", v.Body)
		}
		w.isOrderedByValue(c)
	})
}

func TestFitsAtOnceLeaveOneActive(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.sell(regulars(w.Clock.Now().Truncate(24 * time.Hour)))
		c := w.As(schema.RoleManager)
		concurrently(4, func(int) { c.Must(fitModel, Vars{"in": Vars{}}) })
		r := c.Must(`{ lifetimeModels { active } }`, nil)
		if n := strings.Count(r.Body, `"active":true`); n != 1 || r.Len("lifetimeModels") != 4*4 {
			t.Errorf("%d active: %s", n, r.Body)
		}
	})
}

// countdown is a context that is cancelled when it has been asked a number of times whether it is: so a test ends what watches it in the
// middle of its work, however long that takes.
type countdown struct {
	context.Context

	left   atomic.Int64
	cancel context.CancelFunc
}

func newCountdown(parent context.Context, asked int64) *countdown {
	c := &countdown{}
	c.Context, c.cancel = context.WithCancel(parent)
	c.left.Store(asked)
	return c
}

// Err counts.
func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestCancelledFitChangesNothing: a fit cancelled at any moment returns an error, and the models do not change.
func TestCancelledFitChangesNothing(t *testing.T) {
	sales := cdnowSample(t)[:1000]
	Each(t, func(t *testing.T, w *World) {
		w.sell(sales)
		c := w.As(schema.RoleManager)
		c.Must(fitModel, Vars{"in": Vars{"kind": "BG_NBD"}})
		const ask = `{ lifetimeModel { id } lifetimeModels { id active } }`
		before := c.Must(ask, nil)
		stopped := 0
		for asked := int64(0); ; asked = asked*4 + 1 {
			ctx := newCountdown(w.System(), asked)
			_, err := w.App.Value.Fit(ctx, service.FitLifetimeModelInput{})
			cancelled := ctx.Context.Err() != nil
			ctx.cancel()
			if err == nil {
				break
			}
			stopped++
			if !cancelled {
				t.Fatalf("not cancelled, asked %d times: %v", asked, err)
			}
			// A fit may be cancelled after it was stored: then all four kinds are.
			after := c.Must(ask, nil)
			if fmt.Sprint(after.Get("lifetimeModels")) != fmt.Sprint(before.Get("lifetimeModels")) && after.Len("lifetimeModels") != before.Len("lifetimeModels")+4 {
				t.Fatalf("cancelled when asked %d times: %s, before %s", asked, after.Body, before.Body)
			}
			before = after
		}
		if stopped < 5 {
			t.Errorf("cancelled %d times; want it in the middle of the fit too", stopped)
		}
	})
}

// TestFitFromStatisticsEqualsFitFromOrders: a fit from the statistics on the customers' rows equals the fit from the orders, to the last digit.
func TestFitFromStatisticsEqualsFitFromOrders(t *testing.T) {
	sales := cdnowSample(t)
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(1998, 7, 1, 12, 0, 0, 0, time.UTC))
		w.sell(sales)
		c := w.As(schema.RoleManager)
		for _, kind := range []string{"BG_NBD", "PARETO_NBD"} {
			kept := c.Must(fitModel, Vars{"in": Vars{"kind": kind}})
			ordered := c.Must(fitModel, Vars{"in": Vars{"kind": kind, "calibrationEnd": "1998-07-01T12:00:00Z"}})
			for _, figure := range []string{"parameters", "logLikelihood", "customers"} {
				if a, b := kept.Get("fitLifetimeModel.model."+figure), ordered.Get("fitLifetimeModel.model."+figure); a == nil || fmt.Sprint(a) != fmt.Sprint(b) {
					t.Errorf("%s: %s %v by the kept figures, %v by the orders", kind, figure, a, b)
				}
			}
		}
	})
}
