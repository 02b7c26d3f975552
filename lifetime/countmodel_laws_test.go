package lifetime_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
)

// models draws a model of any kind, with valid parameters over some eight orders of magnitude.
func models() *rapid.Generator[lifetime.CountModel] {
	return rapid.Custom(func(t *rapid.T) lifetime.CountModel {
		p := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		u := lifetime.Unit(rapid.IntRange(1, 3).Draw(t, "unit"))
		r, alpha, a, b := p("r", 1e-3, 100), p("alpha", 1e-3, 1000), p("a or s", 1e-6, 1000), p("b or beta", 1e-3, 1000)
		switch rapid.SampledFrom(lifetime.Kinds()).Draw(t, "kind") {
		case lifetime.KindMBGNBD:
			return lifetime.MBGNBD{Unit: u, R: r, Alpha: alpha, A: a, B: b}
		case lifetime.KindParetoNBD:
			return lifetime.ParetoNBD{Unit: u, R: r, Alpha: alpha, S: a, Beta: b}
		case lifetime.KindMBGCNBD:
			return lifetime.MBGCNBD{Unit: u, K: rapid.IntRange(1, lifetime.MaxPhases).Draw(t, "k"), R: r, Alpha: alpha, A: a, B: b}
		}
		return lifetime.BGNBD{Unit: u, R: r, Alpha: alpha, A: a, B: b}
	})
}

func histories() *rapid.Generator[lifetime.Stats] {
	return rapid.Custom(func(t *rapid.T) lifetime.Stats {
		age := rapid.IntRange(0, 4000).Draw(t, "age")
		recency := rapid.IntRange(0, age).Draw(t, "recency")
		if recency == 0 {
			return lifetime.Stats{AgeDays: age}
		}
		return lifetime.Stats{Frequency: rapid.IntRange(1, recency).Draw(t, "x"), RecencyDays: recency, AgeDays: age}
	})
}

func closeTo(a, b, relative float64) bool {
	return math.Abs(a-b) <= relative*math.Max(math.Abs(a), math.Abs(b))+1e-290
}

// in is a model in another unit.
func in(m lifetime.CountModel, u lifetime.Unit) lifetime.CountModel {
	switch m := m.(type) {
	case lifetime.BGNBD:
		return m.To(u)
	case lifetime.MBGNBD:
		return m.To(u)
	case lifetime.ParetoNBD:
		return m.To(u)
	case lifetime.MBGCNBD:
		return m.To(u)
	}
	panic("a model of no kind")
}

func TestCountModelLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.TimeUnit())
		alive := m.PAlive(x, tx, T)
		if !(alive >= 0 && alive <= 1) {
			t.Fatalf("P(alive) = %g", alive)
		}
		short := rapid.Float64Range(0, 500).Draw(t, "t")
		long := short + rapid.Float64Range(0, 500).Draw(t, "more")
		e1, e2 := m.ExpectedPurchases(x, tx, T, short), m.ExpectedPurchases(x, tx, T, long)
		// Never more than the rate allows without dropout, never fewer in more time.
		limit := alive * withoutDropout(m, x, T, short)
		if !(e1 >= 0) || e1 > e2*(1+1e-11) || e1 > limit*(1+1e-11) || math.IsInf(e2, 0) {
			t.Fatalf("E[Y(%g)] = %g, E[Y(%g)] = %g, without dropout %g", short, e1, long, e2, limit)
		}
		if ll := m.LogLikelihood(x, tx, T); math.IsNaN(ll) || math.IsInf(ll, 0) {
			t.Fatalf("log-likelihood %g", ll)
		}
		n := rapid.IntRange(0, 300).Draw(t, "n")
		if lp := m.LogProbability(n, x, tx, T, long); math.IsNaN(lp) || lp > 1e-11 {
			t.Fatalf("P(Y(%g) = %d) = exp(%g)", long, n, lp)
		}
		rate := math.Exp(rapid.Float64Range(-12, 3).Draw(t, "ln rate"))
		most := alive * withoutDropout(m, x, T, 1/rate) // which is linear in time
		if d := m.DiscountedPurchases(x, tx, T, rate); !(d >= 0) || d > most*(1+1e-11) || d < e2*math.Exp(-rate*long)*(1-1e-11) {
			t.Fatalf("%g orders discounted by %g, without dropout %g, in %g %g", d, rate, most, long, e2)
		}
	})
}

// withoutDropout is at least what a customer who is alive orders in the next t units if nobody leaves: of a regular customer the
// phases over K, and what is left of an order whose phases but the last have passed.
func withoutDropout(m lifetime.CountModel, x int, T, t float64) float64 {
	p := m.Parameters()
	r, alpha, k := p[0].Value, p[1].Value, 1.0
	if len(p) == 5 {
		k = p[4].Value
	}
	return ((r+k*float64(x)+(k-1))/(alpha+T)*t + (k - 1)) / k
}

func TestUnitsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		days := rapid.Float64Range(0, 3000).Draw(t, "days")
		unit := m.TimeUnit()
		x, tx, T := s.In(unit)
		alive, e := m.PAlive(x, tx, T), m.ExpectedPurchases(x, tx, T, days/unit.Days())
		chance := m.LogProbability(2, x, tx, T, (1+days)/unit.Days())
		months, second := make([]float64, 20), make([]float64, 20)
		m.MonthlyOrders(months, x, tx, T)
		for u := lifetime.Day; u <= lifetime.Month; u++ {
			other := in(m, u)
			_, tx, T := s.In(u)
			// The exponent of P(alive) carries rounding of its size, some thousand at most.
			if got := other.PAlive(x, tx, T); !closeTo(got, alive, 1e-10) {
				t.Fatalf("P(alive) %g in %v, %g in %v", alive, unit, got, u)
			}
			if got := other.ExpectedPurchases(x, tx, T, days/u.Days()); !closeTo(got, e, 1e-10) {
				t.Fatalf("E[Y] %g in %v, %g in %v", e, unit, got, u)
			}
			if got := other.LogProbability(2, x, tx, T, (1+days)/u.Days()); math.Abs(got-chance) > 1e-10*(1+math.Abs(chance)) {
				t.Fatalf("ln P(Y = 2) %g in %v, %g in %v", chance, unit, got, u)
			}
			other.MonthlyOrders(second, x, tx, T)
			for i := range months {
				if !closeTo(months[i], second[i], 1e-10) {
					t.Fatalf("month %d: %g in %v, %g in %v", i+1, months[i], unit, second[i], u)
				}
			}
		}
	})
}

// The months' shared pass is the single expectation, month by month, beyond one block too.
func TestMonthlyOrdersIsExpectedPurchases(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.TimeUnit())
		months := make([]float64, rapid.IntRange(0, 40).Draw(t, "months"))
		m.MonthlyOrders(months, x, tx, T)
		for i, got := range months {
			want := m.ExpectedPurchases(x, tx, T, float64(i+1)*lifetime.DaysPerMonth/m.TimeUnit().Days())
			if !closeTo(got, want, 1e-11) {
				t.Fatalf("month %d: %.17g, alone %.17g", i+1, got, want)
			}
		}
	})
}

// The probabilities of every number of orders sum to 1, and weighted with the number to the expectation,
// which is held against the reference.
func TestProbabilitiesSumToTheExpectation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.TimeUnit())
		p := m.Parameters()
		// A horizon over which few enough orders come to add up their probabilities.
		horizon := (p[1].Value + T) * rapid.Float64Range(0.01, 2).Draw(t, "t")
		if (p[0].Value+float64(x))*horizon/(p[1].Value+T) > 150 {
			horizon = (p[1].Value + T) * 100 / (p[0].Value + float64(x))
		}
		sum, mean := 0.0, 0.0
		want := m.ExpectedPurchases(x, tx, T, horizon)
		for n := range 3000 {
			chance := math.Exp(m.LogProbability(n, x, tx, T, horizon))
			sum += chance
			mean += float64(n) * chance
			if float64(n) > 500 && chance < 1e-15 {
				break
			}
		}
		if math.Abs(sum-1) > 1e-9 || !closeTo(mean, want, 1e-9) {
			t.Fatalf("the probabilities sum to %.12g, the numbers of orders to %.12g, want %.12g", sum, mean, want)
		}
	})
}

func TestProbabilityOfNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := models().Draw(t, "model")
		if got := m.LogProbability(0, 2, 3, 9, 0); got != 0 {
			t.Fatalf("no order in no time: exp(%g)", got)
		}
		if one, fewer := m.LogProbability(1, 2, 3, 9, 0), m.LogProbability(-1, 2, 3, 9, 5); !math.IsInf(one, -1) || !math.IsInf(fewer, -1) {
			t.Fatalf("an order in no time: exp(%g); less than none: exp(%g)", one, fewer)
		}
	})
}

// By parts, the discounted orders are the rate times the integral of exp(-rate·t)·E[Y(t)]. The trapezoidal
// rule in ln t takes it from the expectations, which are held against the reference.
func TestDiscountedPurchasesFollowFromTheExpectation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.TimeUnit())
		rate := math.Exp(rapid.Float64Range(-9, 2).Draw(t, "ln rate"))
		want := 0.0
		const step = 0.1
		for w := -30.0; w < 5; w += step {
			at := math.Exp(w)
			want += step * at * math.Exp(-at) * m.ExpectedPurchases(x, tx, T, at/rate)
		}
		if got := m.DiscountedPurchases(x, tx, T, rate); !closeTo(got, want, 1e-8) {
			t.Fatalf("%.12g, by the expectations %.12g", got, want)
		}
		for _, no := range []float64{0, -1, math.NaN()} {
			if got := m.DiscountedPurchases(x, tx, T, no); !math.IsNaN(got) {
				t.Fatalf("rate %g: %g", no, got)
			}
		}
	})
}
