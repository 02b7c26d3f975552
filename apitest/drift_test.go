package apitest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const askModels = `{ lifetimeModels { kind active fittedAt parameters convergence { status condition standardErrors holdOutLogLikelihood } drift { since logLikelihoodBefore logLikelihood parameters { name before now standardErrors } } } }`

// mixed are the orders of 500 customers who order at rates of their own and may leave after each order: what models are identified by.
func mixed(now time.Time) []sale {
	rng := rand.New(rand.NewPCG(3, 4))
	var all []sale
	for i := range 500 {
		rate, leaves, at := rng.ExpFloat64()/60, math.Pow(rng.Float64(), 4), now.AddDate(0, 0, -100-rng.IntN(300))
		for at.Before(now) {
			all = append(all, sale{fmt.Sprint(i), at, int64(10_000 * rng.ExpFloat64() * (1 + float64(i%7)))})
			if rng.Float64() < leaves {
				break
			}
			at = at.Add(time.Duration(min(1e6, 1+rng.ExpFloat64()/rate) * 24 * float64(time.Hour))).Truncate(24 * time.Hour)
		}
	}
	return all
}

// TestNightlyRefit where there are orders since the last fit, keeps the earlier fits, and reports how the parameters moved.
func TestNightlyRefit(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		night := func() {
			t.Helper()
			if err := w.App.Value.RefitLifetime(w.System()); err != nil {
				t.Fatal(err)
			}
		}
		c := w.As(schema.RoleManager)
		models := func() *Result { return c.Must(askModels, nil) }
		night() // no customer has ordered
		if r := models(); r.Len("lifetimeModels") != 0 {
			t.Fatalf("of nothing: %s", r.Body)
		}
		w.sell(mixed(w.Clock.Now().Truncate(24 * time.Hour)))
		night()
		first := models()
		if first.Len("lifetimeModels") != 4 || strings.Count(first.Body, `"active":true`) != 1 || strings.Count(first.Body, `"drift":null`) != 4 {
			t.Fatalf("the first night: %s", first.Body)
		}
		if first.Text("lifetimeModels.0.convergence.status") == "" || first.Get("lifetimeModels.0.convergence.standardErrors.alpha") == nil || first.float("lifetimeModels.0.convergence.condition") < 1 {
			t.Errorf("convergence: %s", first.Body)
		}
		night() // too soon
		w.Clock.Advance(24 * time.Hour)
		night() // no order came
		if r := models(); r.Len("lifetimeModels") != 4 {
			t.Fatalf("fitted of nothing new: %s", r.Body)
		}
		w.sell([]sale{{"7", w.Clock.Now().AddDate(0, 0, -1), 5000}, {"8", w.Clock.Now().AddDate(0, 0, -1), 5000}})
		night()
		c = w.With(w.fresh(schema.RoleManager))
		second := models()
		if second.Len("lifetimeModels") != 8 || strings.Count(second.Body, `"active":true`) != 1 || strings.Count(second.Body, `"drift":null`) != 4 {
			t.Fatalf("the second night: %s", second.Body)
		}
		before := map[string]string{}
		for i := range 4 {
			at := "lifetimeModels." + string(rune('0'+i)) + "."
			before[first.Text(at+"kind")] = first.Text(at + "parameters.alpha")
		}
		at := "lifetimeModels.0."
		for i := range second.Len(at + "drift.parameters") {
			p := at + "drift.parameters." + string(rune('0'+i)) + "."
			if second.Text(p+"name") != "alpha" {
				continue
			}
			moved := (second.float(p+"now") - second.float(p+"before")) / second.float(at+"convergence.standardErrors.alpha")
			if second.Text(p+"before") != before[second.Text(at+"kind")] || second.Text(p+"now") != second.Text(at+"parameters.alpha") || moved == 0 || math.Abs(moved-second.float(p+"standardErrors")) > 1e-9 {
				t.Errorf("drift: %s", second.Body)
			}
			return
		}
		t.Errorf("alpha has not drifted: %s", second.Body)
	})
}
