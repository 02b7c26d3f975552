package lifetime_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
)

func TestBGNBDReference(t *testing.T) {
	var ref predictions
	sharedJSON(t, "reference/predictions.json", &ref)
	worst, checked := 0.0, 0
	for name, set := range ref.Models["bgnbd"] {
		m := lifetime.BGNBD{Unit: lifetime.Week, R: set.Params[0], Alpha: set.Params[1], A: set.Params[2], B: set.Params[3]}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		for i, c := range set.Cases {
			what := fmt.Sprintf("%s case %d (x=%d t_x=%g T=%g)", name, i, c.X, c.TX, c.T)
			near(t, what+" LL", m.LogLikelihood(c.X, c.TX, c.T), c.LL, 1e-9)
			near(t, what+" P(alive)", m.PAlive(c.X, c.TX, c.T), c.PAlive, 1e-9)
			for at, want := range c.EY {
				var horizon float64
				fmt.Sscan(at, &horizon)
				got := m.ExpectedPurchases(c.X, c.TX, c.T, horizon)
				near(t, what+" E[Y("+at+")]", got, want, 1e-9)
				if want > 1e-290 {
					worst = math.Max(worst, math.Abs(got/float64(want)-1))
				}
				checked++
			}
		}
		for at, want := range ref.Unconditional["bgnbd"][name] {
			var horizon float64
			fmt.Sscan(at, &horizon)
			near(t, name+" E[X("+at+")]", m.ExpectedNew(horizon), want, 1e-9)
		}
	}
	if checked < 14*32*5 {
		t.Errorf("only %d expectations checked", checked)
	}
	t.Logf("%d expectations, worst relative error %.2g", checked, worst)
}

// Figures printed in FHL 2005, Hardie's note 004 and the BTYD vignette.
func TestBGNBDPublished(t *testing.T) {
	// The note's curve was made from the unrounded estimates on the published table.
	table := lifetime.BGNBD{
		Unit: lifetime.Week, R: 0.2425929072044658, Alpha: 4.413531561205423, A: 0.7928861480987732, B: 2.4257534364936384,
	}
	for horizon, want := range map[float64]float64{
		1. / 7: 0.0078, 1: 0.0532, 3: 0.1506, 31 + 6./7: 1.0405, 32: 1.0437, 78: 1.8576,
	} {
		if got := table.ExpectedNew(horizon); math.Abs(got-want) > 5e-4 {
			t.Errorf("E[X(%g)] = %g, published %g", horizon, got, want)
		}
	}
	paper := lifetime.BGNBD{Unit: lifetime.Week, R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}
	if got := paper.ExpectedPurchases(2, 30.43, 38.86, 39); math.Abs(got-1.226) > 5e-4 {
		t.Errorf("E[Y(39)] of customer 1 = %g, published 1.226", got)
	}
	// The vignette's own estimates, which it does not print in full, differ from the fifth digit on.
	if got := table.ExpectedPurchases(26, 30+6./7, 31, 52); math.Abs(got-25.75659) > 2e-3 {
		t.Errorf("E[Y(52)] of customer 1516 = %g, published 25.75659", got)
	}
	if got := table.PAlive(26, 30+6./7, 31); math.Abs(got-0.9688523) > 1e-5 {
		t.Errorf("P(alive) of customer 1516 = %g, published 0.9688523", got)
	}
}

// models draws valid parameters over some eight orders of magnitude.
func models() *rapid.Generator[lifetime.BGNBD] {
	return rapid.Custom(func(t *rapid.T) lifetime.BGNBD {
		p := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		return lifetime.BGNBD{
			Unit: lifetime.Unit(rapid.IntRange(1, 3).Draw(t, "unit")),
			R:    p("r", 1e-3, 100), Alpha: p("alpha", 1e-3, 1000), A: p("a", 1e-6, 1000), B: p("b", 1e-3, 1000),
		}
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

func TestBGNBDLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.Unit)
		alive := m.PAlive(x, tx, T)
		if !(alive >= 0 && alive <= 1) {
			t.Fatalf("P(alive) = %g", alive)
		}
		short := rapid.Float64Range(0, 500).Draw(t, "t")
		long := short + rapid.Float64Range(0, 500).Draw(t, "more")
		e1, e2 := m.ExpectedPurchases(x, tx, T, short), m.ExpectedPurchases(x, tx, T, long)
		// Never more than the rate allows without dropout, never fewer in more time.
		limit := alive * (m.R + float64(x)) / (m.Alpha + T) * short
		if !(e1 >= 0) || e1 > e2*(1+1e-11) || e1 > limit*(1+1e-11) || math.IsInf(e2, 0) {
			t.Fatalf("E[Y(%g)] = %g, E[Y(%g)] = %g, without dropout %g", short, e1, long, e2, limit)
		}
		if ll := m.LogLikelihood(x, tx, T); math.IsNaN(ll) || math.IsInf(ll, 0) {
			t.Fatalf("log-likelihood %g", ll)
		}
	})
}

func TestBGNBDUnitsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		days := rapid.Float64Range(0, 3000).Draw(t, "days")
		x, tx, T := s.In(m.Unit)
		alive, e := m.PAlive(x, tx, T), m.ExpectedPurchases(x, tx, T, days/m.Unit.Days())
		months, again := make([]float64, 20), make([]float64, 20)
		m.MonthlyOrders(months, x, tx, T)
		for u := lifetime.Day; u <= lifetime.Month; u++ {
			other := m.To(u)
			_, tx, T := s.In(u)
			// The exponent of P(alive) carries rounding of its size, some thousand at most.
			if got := other.PAlive(x, tx, T); !closeTo(got, alive, 1e-10) {
				t.Fatalf("P(alive) %g in %v, %g in %v", alive, m.Unit, got, u)
			}
			if got := other.ExpectedPurchases(x, tx, T, days/u.Days()); !closeTo(got, e, 1e-10) {
				t.Fatalf("E[Y] %g in %v, %g in %v", e, m.Unit, got, u)
			}
			other.MonthlyOrders(again, x, tx, T)
			for i := range months {
				if !closeTo(months[i], again[i], 1e-10) {
					t.Fatalf("month %d: %g in %v, %g in %v", i+1, months[i], m.Unit, again[i], u)
				}
			}
		}
	})
}

// The months' shared pass is the single expectation, month by month, beyond one block too.
func TestMonthlyOrdersIsExpectedPurchases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		x, tx, T := s.In(m.Unit)
		months := make([]float64, rapid.IntRange(0, 40).Draw(t, "months"))
		m.MonthlyOrders(months, x, tx, T)
		for i, got := range months {
			want := m.ExpectedPurchases(x, tx, T, float64(i+1)*lifetime.DaysPerMonth/m.Unit.Days())
			if !closeTo(got, want, 1e-11) {
				t.Fatalf("month %d: %.17g, alone %.17g", i+1, got, want)
			}
		}
	})
}

// A = 0 is the NBD model, and the limit of ever rarer dropout.
func TestBGNBDNobodyLeaves(t *testing.T) {
	m := lifetime.BGNBD{Unit: lifetime.Week, R: 0.5, Alpha: 10, A: 0, B: 1}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := m.PAlive(3, 10, 500); got != 1 {
		t.Errorf("P(alive) = %g, want 1", got)
	}
	if got, want := m.ExpectedPurchases(3, 10, 20, 52), 3.5/30*52; !closeTo(got, want, 1e-14) {
		t.Errorf("E[Y] = %g, want %g", got, want)
	}
	// It is the limit of ever rarer dropout.
	m.A = 1e-9
	if got, want := m.ExpectedPurchases(3, 10, 20, 52), 3.5/30*52; !closeTo(got, want, 1e-7) {
		t.Errorf("E[Y] near the limit = %g, want %g", got, want)
	}
}

func TestBGNBDValidate(t *testing.T) {
	good := lifetime.BGNBD{Unit: lifetime.Week, R: 1, Alpha: 1, A: 1, B: 1}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		m := good
		switch i {
		case 0:
			m.Unit = 0
		case 1:
			m.R = 0
		case 2:
			m.Alpha = math.NaN()
		case 3:
			m.A = -1
		case 4:
			m.B = math.Inf(1)
		case 5:
			m.Alpha = -1
		}
		if m.Validate() == nil {
			t.Errorf("%+v was accepted", m)
		}
	}
}
