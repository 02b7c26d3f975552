package lifetime_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"kopeck/lifetime"
)

// simulate draws customers of the model, day by day as an order log has them, ages in whole days.
func simulate(m lifetime.BGNBD, customers, age int, seed uint64) lifetime.Tally {
	rng := rand.New(rand.NewPCG(seed, 1))
	gamma := func(shape float64) float64 { // Marsaglia and Tsang (2000), with their boost under 1
		boost := 1.0
		if shape < 1 {
			boost, shape = math.Pow(rng.Float64(), 1/shape), shape+1
		}
		d := shape - 1./3
		for {
			x := rng.NormFloat64()
			v := math.Pow(1+x/math.Sqrt(9*d), 3)
			if v > 0 && math.Log(rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
				return boost * d * v
			}
		}
	}
	var tally lifetime.Tally
	for range customers {
		rate, leave := gamma(m.R)/m.Alpha, 0.0
		if m.A > 0 {
			u := gamma(m.A)
			leave = u / (u + gamma(m.B))
		}
		s := lifetime.Stats{AgeDays: age/2 + rng.IntN(age/2)}
		for at := 0.0; ; {
			at += rng.ExpFloat64() / rate
			if at > float64(s.AgeDays) { // infinite at a rate of 0
				break
			}
			d := int(math.Ceil(at))
			if d > s.RecencyDays {
				s.Frequency, s.RecencyDays = s.Frequency+1, d
			}
			if rng.Float64() < leave {
				break
			}
		}
		if err := tally.Add(s, 1); err != nil {
			panic(err)
		}
	}
	return tally
}

// The fit finds the parameters that customers were drawn from, within four of its standard errors.
func TestFitRecoversSimulation(t *testing.T) {
	for seed, m := range []lifetime.BGNBD{
		{Unit: lifetime.Day, R: 0.6, Alpha: 90, A: 0.8, B: 2.5},
		{Unit: lifetime.Day, R: 2, Alpha: 300, A: 1, B: 3},
	} {
		tally := simulate(m, 8000, 1000, uint64(seed))
		fit, err := lifetime.FitBGNBD(tally.Sample(lifetime.Day), lifetime.Options{})
		if err != nil || !fit.Converged || fit.Boundary != lifetime.Interior {
			t.Fatalf("%+v: %+v, %v", m, fit, err)
		}
		got, want := []float64{fit.Model.R, fit.Model.Alpha, fit.Model.A, fit.Model.B}, []float64{m.R, m.Alpha, m.A, m.B}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 4*fit.StdErrors[i] {
				t.Errorf("parameter %d = %g ± %g, drawn from %g", i, got[i], fit.StdErrors[i], want[i])
			}
		}
	}
}

// Whatever the customers are like, a fit ends, says where, and nothing around it is more likely.
func TestFitOfAnySample(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	between := func(lo, hi float64) float64 { return lo * math.Exp(rng.Float64()*math.Log(hi/lo)) }
	ends := map[lifetime.Boundary]int{}
	for i := range 80 {
		m := lifetime.BGNBD{Unit: lifetime.Day, R: between(0.05, 20), A: between(0.02, 20), B: between(0.02, 50)}
		m.Alpha = m.R * between(5, 500)
		if i%5 == 0 {
			m.A = 0
		}
		tally := simulate(m, []int{60, 200, 1000}[i%3], 600, uint64(i))
		sample := tally.Sample(lifetime.Week)
		fit, err := lifetime.FitBGNBD(sample, lifetime.Options{})
		if u := new(lifetime.Unidentified); errors.As(err, &u) {
			continue
		}
		if err != nil || !fit.Converged || fit.Model.Validate() != nil {
			t.Fatalf("%d, drawn from %+v: %+v, %v", i, m, fit, err)
		}
		if interior := fit.Boundary == lifetime.Interior; interior != (fit.Condition > 0) || interior != (len(fit.StdErrors) == 4) {
			t.Errorf("%d: %+v", i, fit)
		}
		ends[fit.Boundary]++
		for range 50 {
			o := fit.Model
			o.R, o.Alpha, o.A, o.B = o.R*between(0.7, 1.4), o.Alpha*between(0.7, 1.4), o.A*between(0.5, 2), o.B*between(0.5, 2)
			sum := 0.0
			for _, r := range sample.Rows {
				sum += float64(r.N) * o.LogLikelihood(r.X, r.TX, r.T)
			}
			if sum > fit.LogLikelihood+1e-3 {
				t.Fatalf("%d: %+v is more likely by %g than the fit %+v", i, o, sum-fit.LogLikelihood, fit)
			}
		}
	}
	if ends[lifetime.Interior] < 20 || ends[lifetime.NoDropout] < 5 || ends[lifetime.AtTheEdge] < 5 {
		t.Errorf("the samples are too much alike: %v", ends)
	}
}
