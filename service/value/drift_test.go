package value

import (
	"math"
	"testing"
	"time"

	"kopeck/ent"
)

func TestDrift(t *testing.T) {
	t.Parallel()
	before := &ent.LifetimeModel{Parameters: map[string]any{"r": 0.2, "alpha": 4.0}, LogLikelihood: -100, Customers: 50, FittedAt: time.Unix(1, 0)}
	now := &ent.LifetimeModel{Parameters: map[string]any{"r": 0.3, "alpha": 5.0, "k": 2.0}, LogLikelihood: -60, Customers: 20, Report: []byte(`{"standardErrors":{"r":0.05}}`)}
	d, err := driftOf(before, now)
	if err != nil {
		t.Fatal(err)
	}
	if d.LogLikelihoodBefore != -2 || d.LogLikelihood != -3 || !d.Since.Equal(before.FittedAt) {
		t.Errorf("the log-likelihoods of a customer are %v and %v since %s", d.LogLikelihoodBefore, d.LogLikelihood, d.Since)
	}
	if len(d.Parameters) != 2 || d.Parameters[0].Name != "alpha" || d.Parameters[1].Name != "r" {
		t.Fatalf("the parameters are %+v, want alpha and r, which both models have", d.Parameters)
	}
	if d.Parameters[0].StandardErrors != nil {
		t.Errorf("alpha moved by %v standard errors, want none: its standard error is not known", *d.Parameters[0].StandardErrors)
	}
	if moved := d.Parameters[1].StandardErrors; moved == nil || math.Abs(*moved-2) > 1e-9 {
		t.Errorf("r moved by %v standard errors, want 2", moved)
	}
}
