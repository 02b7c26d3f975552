package lifetime_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"kopeck/lifetime"
)

// simulate draws customers of the model, day by day as an order log has them, ages in whole days. Parameters
// are in days.
func simulate(m lifetime.CountModel, customers, age int, seed uint64) lifetime.Tally {
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
	p := m.Parameters()
	var tally lifetime.Tally
	for range customers {
		rate, leave, end := gamma(p[0].Value)/p[1].Value, 0.0, math.Inf(1)
		switch {
		case p[2].Value == 0:
		case m.Kind() == lifetime.KindParetoNBD:
			end = rng.ExpFloat64() / (gamma(p[2].Value) / p[3].Value)
		default:
			u := gamma(p[2].Value)
			leave = u / (u + gamma(p[3].Value))
		}
		phases := 1
		if regular, ok := m.(lifetime.MBGCNBD); ok {
			phases = regular.K
		}
		if (m.Kind() == lifetime.KindMBGNBD || m.Kind() == lifetime.KindMBGCNBD) && rng.Float64() < leave {
			end = 0
		}
		s := lifetime.Stats{AgeDays: age/2 + rng.IntN(age/2)}
		for at := 0.0; ; {
			for range phases {
				at += rng.ExpFloat64() / rate
			}
			if at > float64(s.AgeDays) || at > end { // infinite at a rate of 0
				break
			}
			d := int(math.Ceil(at))
			if d > s.RecencyDays {
				if err := tally.AddGaps(d-s.RecencyDays, 1); err != nil {
					panic(err)
				}
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

// The fit finds the parameters that customers were drawn from, within four of its standard errors, and is
// the most likely of the three kinds.
func TestFitRecoversSimulation(t *testing.T) {
	t.Parallel()
	for seed, m := range []lifetime.CountModel{
		lifetime.BGNBD{Unit: lifetime.Day, R: 0.6, Alpha: 90, A: 0.8, B: 2.5},
		lifetime.BGNBD{Unit: lifetime.Day, R: 2, Alpha: 300, A: 1, B: 3},
		lifetime.MBGNBD{Unit: lifetime.Day, R: 0.6, Alpha: 90, A: 0.8, B: 2.5},
		lifetime.MBGNBD{Unit: lifetime.Day, R: 2, Alpha: 300, A: 0.5, B: 0.8},
		lifetime.ParetoNBD{Unit: lifetime.Day, R: 0.6, Alpha: 90, S: 1.2, Beta: 200},
		lifetime.ParetoNBD{Unit: lifetime.Day, R: 2, Alpha: 300, S: 1.5, Beta: 500},
		lifetime.MBGCNBD{Unit: lifetime.Day, K: 2, R: 0.6, Alpha: 45, A: 0.8, B: 2.5},
		lifetime.MBGCNBD{Unit: lifetime.Day, K: 5, R: 2, Alpha: 60, A: 0.5, B: 0.8},
	} {
		tally := simulate(m, 8000, 1000, uint64(seed))
		best := math.Inf(-1)
		var likeliest lifetime.Kind
		for _, kind := range lifetime.Kinds() {
			fit, err := lifetime.FitCounts(kind, tally.Sample(lifetime.Day), lifetime.Options{})
			if err != nil || !fit.Converged {
				t.Fatalf("%+v as %s: %+v, %v", m, kind, fit, err)
			}
			if fit.LogLikelihood > best {
				best, likeliest = fit.LogLikelihood, kind
			}
			if kind != m.Kind() {
				continue
			}
			if fit.Boundary != lifetime.Interior {
				t.Errorf("%+v: %+v", m, fit)
				continue
			}
			for i, want := range m.Parameters() {
				if want.Name == "k" {
					if got := fit.Model.Parameters()[i]; got != want {
						t.Errorf("%+v: %+v", m, got)
					}
					continue
				}
				if got := fit.Model.Parameters()[i].Value; math.Abs(got-want.Value) > 4*fit.StdErrors[i] {
					t.Errorf("%+v: %s = %g ± %g", m, want.Name, got, fit.StdErrors[i])
				}
			}
		}
		if likeliest != m.Kind() {
			t.Errorf("%+v looks most like %s", m, likeliest)
		}
	}
}

// Whatever the customers are like, a fit ends, says where, and nothing around it is more likely.
func TestFitOfAnySample(t *testing.T) {
	t.Parallel()
	for _, kind := range lifetime.Kinds() {
		t.Run(string(kind), func(t *testing.T) { fitAnySample(t, kind) })
	}
}

func fitAnySample(t *testing.T, kind lifetime.Kind) {
	rng := rand.New(rand.NewPCG(1, 2))
	between := func(lo, hi float64) float64 { return lo * math.Exp(rng.Float64()*math.Log(hi/lo)) }
	ends, samples := map[lifetime.Boundary]int{}, 80
	if kind == lifetime.KindParetoNBD {
		samples = 48 // its likelihood costs ten times as much
	}
	for i := range samples {
		m := lifetime.BGNBD{Unit: lifetime.Day, R: between(0.05, 20), A: between(0.02, 20), B: between(0.02, 50)}
		m.Alpha = m.R * between(5, 500)
		if i%5 == 0 {
			m.A = 0
		}
		var of lifetime.CountModel = m
		switch kind {
		case lifetime.KindMBGNBD:
			of = lifetime.MBGNBD(m)
		case lifetime.KindParetoNBD:
			of = lifetime.ParetoNBD{Unit: m.Unit, R: m.R, Alpha: m.Alpha, S: m.A, Beta: m.B * 100}
		case lifetime.KindMBGCNBD:
			of = lifetime.MBGCNBD{Unit: m.Unit, K: 1 + i%4, R: m.R, Alpha: m.Alpha / float64(1+i%4), A: m.A, B: m.B}
		}
		tally := simulate(of, []int{60, 200, 1000}[i%3], 600, uint64(i))
		sample := tally.Sample(lifetime.Week)
		fit, err := lifetime.FitCounts(kind, sample, lifetime.Options{})
		if u := new(lifetime.Unidentified); errors.As(err, &u) {
			continue
		}
		if err != nil || !fit.Converged || fit.Model.Validate() != nil {
			t.Fatalf("%d, drawn from %+v: %+v, %v", i, of, fit, err)
		}
		if interior := fit.Boundary == lifetime.Interior; interior != (fit.Condition > 0) || interior != (len(fit.StdErrors) == 4) {
			t.Errorf("%d: %+v", i, fit)
		}
		ends[fit.Boundary]++
		for range 50 {
			near := map[string]float64{}
			for k, p := range fit.Model.Parameters() {
				near[p.Name] = p.Value * between([]float64{0.7, 0.7, 0.5, 0.5, 1}[k], []float64{1.4, 1.4, 2, 2, 1}[k])
			}
			o, err := lifetime.NewCountModel(kind, lifetime.Week, near)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			if k := near["k"]; k > 1 { // the factor of the gaps, which a row has not
				sum = (k - 1) * sample.Gaps.LogSum
			}
			for _, r := range sample.Rows {
				sum += float64(r.N) * o.LogLikelihood(r.X, r.TX, r.T)
			}
			if sum > fit.LogLikelihood+1e-3 {
				t.Fatalf("%d: %+v is more likely by %g than the fit %+v", i, o, sum-fit.LogLikelihood, fit)
			}
		}
	}
	t.Logf("%v", ends)
	if ends[lifetime.Interior] < 20 || ends[lifetime.NoDropout] < 5 || ends[lifetime.AtTheEdge] < 5 {
		t.Errorf("the samples are too much alike: %v", ends)
	}
}
