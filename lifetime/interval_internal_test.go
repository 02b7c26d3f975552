package lifetime

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// drawn is a customer drawn from a model, event by event: the history up to T, and the discounted margin of the months
// after it.
type drawn struct {
	x         int
	tx, T     float64
	mean      float64
	value     float64
	remaining int
}

// drawOne has nothing of Outlook but the models' definitions. Parameters are in days.
func drawOne(m CountModel, margins MarginModel, months int, annual float64, rng *rand.Rand) drawn {
	gamma := func(shape float64) float64 { // Ahrens and Dieter's GS below 1, a sum of exponentials and one of these above
		sum := 0.0
		for ; shape >= 1; shape-- {
			sum += rng.ExpFloat64()
		}
		if shape == 0 {
			return sum
		}
		for {
			b := 1 + shape/math.E
			p := b * rng.Float64()
			if p <= 1 {
				if x := math.Pow(p, 1/shape); rng.ExpFloat64() > x {
					return sum + x
				}
			} else if x := -math.Log((b - p) / shape); rng.Float64() < math.Pow(x, shape-1) {
				return sum + x
			}
		}
	}
	p := m.Parameters()
	rate, leave, end := gamma(p[0].Value)/p[1].Value, 0.0, math.Inf(1)
	if m.Kind() == KindParetoNBD {
		end = rng.ExpFloat64() / (gamma(p[2].Value) / p[3].Value)
	} else {
		u := gamma(p[2].Value)
		leave = u / (u + gamma(p[3].Value))
	}
	phases := 1
	if regular, ok := m.(MBGCNBD); ok {
		phases = regular.K
	}
	if (m.Kind() == KindMBGNBD || m.Kind() == KindMBGCNBD) && rng.Float64() < leave {
		end = 0
	}
	var margin func() float64
	switch g := margins.(type) {
	case GammaGamma:
		nu := gamma(g.Q) / g.Gamma
		margin = func() float64 { return gamma(g.P) / nu }
	case ShrunkenMean:
		own := g.Mean + g.Between*rng.NormFloat64()
		margin = func() float64 { return own + g.Within*rng.NormFloat64() }
	}
	d := drawn{T: 100 + 300*rng.Float64()}
	month := Month.Days()
	sum := 0.0
	for at := 0.0; ; {
		for range phases {
			at += rng.ExpFloat64() / rate
		}
		if at > end || at > d.T+float64(months)*month {
			break
		}
		if at <= d.T {
			d.x, d.tx, sum = d.x+1, at, sum+margin()
		} else {
			d.remaining++
			d.value += margin() * math.Pow(1+annual, -math.Ceil((at-d.T)/month)/12)
		}
		if rng.Float64() < leave {
			break
		}
	}
	if d.x > 0 {
		d.mean = sum / float64(d.x)
	}
	return d
}

// TestIntervalsCover Draws customers with a past and a future, and counts how often the future is within the interval that is reported
// for their past: 77 to 83 times in a hundred. What is one lump, that nothing more comes, is shared out evenly among the
// futures that are like it; regular buyers, who have no such lump to speak of, are counted as they are besides.
func TestIntervalsCover(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("SKIPPED: thousands of simulations: in the run without the race detector")
	}
	const customers, months, annual = 1200, 12, 0.1
	positive := GammaGamma{P: 3, Q: 4, Gamma: 30000}
	for seed, of := range []struct {
		counts  CountModel
		margins MarginModel
	}{
		{BGNBD{Unit: Day, R: 2, Alpha: 40, A: 0.3, B: 12}, positive},
		{MBGNBD{Unit: Day, R: 2, Alpha: 40, A: 0.3, B: 12}, positive},
		{ParetoNBD{Unit: Day, R: 2, Alpha: 40, S: 1.5, Beta: 2000}, positive},
		{MBGCNBD{Unit: Day, K: 3, R: 2, Alpha: 13, A: 0.3, B: 12}, positive},
		{BGNBD{Unit: Day, R: 2, Alpha: 40, A: 0.3, B: 12}, ShrunkenMean{Mean: 5623, Between: 4000, Within: 9000}},
	} {
		m, margins := of.counts, of.margins
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		within, regular, regularWithin, ordersWithin := 0, 0, 0, 0
		for range customers {
			c := drawOne(m, margins, months, annual, rng)
			o := Outlook{Counts: m, X: c.x, TX: c.tx, T: c.T, Months: months, AnnualRate: annual, Margins: margins, Mean: c.mean}
			values, _, err := o.Simulate(rand.NewPCG(1, 2))
			if err != nil {
				t.Fatal(err)
			}
			below, same := 0, 0
			for _, v := range values {
				if v < c.value {
					below++
				} else if v == c.value {
					same++
				}
			}
			place := (float64(below) + rng.Float64()*float64(same+1)) / (Draws + 1)
			if place > 0.1 && place < 0.9 {
				within++
			}
			if values[int(0.05*Draws)] == 0 {
				continue
			}
			regular++
			i, err := o.Interval(0.8, rand.NewPCG(1, 2))
			if err != nil {
				t.Fatal(err)
			}
			if i.Low <= c.value && c.value <= i.High {
				regularWithin++
			}
			if i.OrdersLow <= c.remaining && c.remaining <= i.OrdersHigh {
				ordersWithin++
			}
		}
		all, some := float64(within)/customers, float64(regularWithin)/float64(regular)
		t.Logf("%s: %.3f of all, %.3f of %d regular buyers, whose orders are within it %.3f", m.Kind().Name(), all, some, regular, float64(ordersWithin)/float64(regular))
		if all < 0.77 || all > 0.83 || some < 0.77 || some > 0.83 || regular < customers/5 {
			t.Errorf("%s: not 77 to 83 in a hundred", m.Kind().Name())
		}
		if orders := float64(ordersWithin) / float64(regular); orders < 0.79 || orders > 0.92 { // whole numbers: the ends are within it
			t.Errorf("%s: orders %.3f", m.Kind().Name(), orders)
		}
	}
}

// TestIntervalsAreOfTheSameFuture: the mean of what is drawn is the value that Future and MonthlyOrders give by formulas, within
// four standard errors of the mean; the discount and the months count.
func TestIntervalsAreOfTheSameFuture(t *testing.T) {
	t.Parallel()
	margins := GammaGamma{P: 6, Q: 4, Gamma: 15000}
	for _, m := range []CountModel{
		BGNBD{Unit: Week, R: 0.24, Alpha: 4.4, A: 0.79, B: 2.4},
		MBGNBD{Unit: Week, R: 0.52, Alpha: 6.2, A: 0.89, B: 1.6},
		ParetoNBD{Unit: Week, R: 0.55, Alpha: 10.6, S: 0.6, Beta: 11.7},
		MBGCNBD{Unit: Week, K: 4, R: 0.52, Alpha: 1.5, A: 0.89, B: 1.6},
		BGNBD{Unit: Day, R: 0.24, Alpha: 31, A: 0, B: 2.4},
		ParetoNBD{Unit: Month, R: 0.55, Alpha: 2.4, S: 0, Beta: 3},
	} {
		for _, h := range []struct {
			x      int
			tx, T  float64
			months int
			annual float64
			plain  bool
		}{{0, 0, 30, 12, 0.1, false}, {3, 20, 22, 24, 0.5, false}, {20, 38, 40, 1, 0, true}, {300, 38.5, 38.9, 36, 0.15, false}} {
			o := Outlook{Counts: m, X: h.x, TX: h.tx, T: h.T, Months: h.months, AnnualRate: h.annual, Margins: &margins, Mean: 4000}
			var err error
			if o.Margin, err = margins.ExpectedMargin(h.x, o.Mean); err != nil {
				t.Fatal(err)
			}
			if h.plain {
				o.Margins = nil
			}
			values, _, err := o.Simulate(rand.NewPCG(1, 2))
			if err != nil {
				t.Fatal(err)
			}
			cumulative := make([]float64, h.months)
			m.MonthlyOrders(cumulative, h.x, h.tx, h.T)
			wanted, err := Future(cumulative, o.Margin, h.annual)
			if err != nil {
				t.Fatal(err)
			}
			sum, squares := 0.0, 0.0
			for _, v := range values {
				sum += v
				squares += v * v
			}
			mean := sum / Draws
			deviation := math.Sqrt((squares/Draws-mean*mean)/Draws) + 1e-9
			if math.Abs(mean-wanted) > 4*deviation {
				t.Errorf("%s %+v: the mean is %g, the value %g, a standard error %g", m.Kind().Name(), h, mean, wanted, deviation)
			}
		}
	}
}

func TestIntervalRefuses(t *testing.T) {
	t.Parallel()
	m := BGNBD{Unit: Week, R: 0.24, Alpha: 4.4, A: 0.79, B: 2.4}
	for _, one := range []struct {
		o           Outlook
		probability float64
		want        error
	}{
		{Outlook{Counts: m, Months: 601}, 0.8, ErrHorizon},
		{Outlook{Counts: m, Months: -1}, 0.8, ErrHorizon},
		{Outlook{Counts: m, Months: 1, AnnualRate: -1}, 0.8, ErrDiscount},
		{Outlook{Counts: m, Months: 600, AnnualRate: -1 + 1e-15, Margin: 1e300, X: 5, T: 1}, 0.8, ErrDiscount},
		{Outlook{Counts: m, Months: 1}, 0, ErrParameters},
		{Outlook{Counts: m, Months: 1}, 1, ErrParameters},
		{Outlook{Counts: m, Months: 1}, math.NaN(), ErrParameters},
	} {
		t.Run(fmt.Sprintf("%d months at %g with probability %g", one.o.Months, one.o.AnnualRate, one.probability), func(t *testing.T) {
			if _, err := one.o.Interval(one.probability, rand.NewPCG(1, 2)); !errors.Is(err, one.want) {
				t.Errorf("%+v: %v, want %v", one.o, err, one.want)
			}
		})
	}
	gone := Outlook{Counts: m, X: 3, TX: 3, T: 500, Months: 12, Margin: 100}
	if i, err := gone.Interval(0.8, rand.NewPCG(1, 2)); err != nil || i != (Interval{}) {
		t.Errorf("who has left: %+v, %v", i, err)
	}
	often := Outlook{Counts: m, X: 100_000, TX: 999.999, T: 1000, Months: 600, Margin: 100}
	if i, err := often.Interval(0.8, rand.NewPCG(1, 2)); err != nil || i.OrdersHigh < 100 || i.Low > i.High {
		t.Errorf("100,000 orders: %+v, %v", i, err)
	}
}

func BenchmarkInterval(b *testing.B) {
	margins := GammaGamma{P: 6, Q: 4, Gamma: 15000}
	o := Outlook{Counts: BGNBD{Unit: Week, R: 0.24, Alpha: 4.4, A: 0.79, B: 2.4}, X: 3, TX: 20, T: 22, Months: 12, AnnualRate: 0.1, Margins: &margins, Mean: 4000}
	for b.Loop() {
		if _, err := o.Interval(0.8, rand.NewPCG(1, 2)); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMonthlyVariances: where nobody leaves, a month's order days are negative binomial: their mean times 1 + month / (alpha + T). With
// margins that vary not, the margin's variance is that of the orders.
func TestMonthlyVariances(t *testing.T) {
	t.Parallel()
	m := BGNBD{Unit: Week, R: 0.6, Alpha: 5, A: 0, B: 1}
	o := Outlook{Counts: m, X: 7, TX: 20, T: 25, Months: 4, Margin: 10}
	orders, margins, err := o.MonthlyVariances(40_000, rand.NewPCG(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	month := Month.Days() / Week.Days()
	wanted := (m.R + 7) * month / (m.Alpha + 25) * (1 + month/(m.Alpha+25))
	for i := range orders {
		if math.Abs(orders[i]/wanted-1) > 0.04 || math.Abs(margins[i]/(100*orders[i])-1) > 1e-9 {
			t.Errorf("month %d: %g and %g, want %g", i, orders[i], margins[i], wanted)
		}
	}
	if _, _, err := (Outlook{Counts: m, Months: 601}).MonthlyVariances(1, rand.NewPCG(1, 2)); !errors.Is(err, ErrHorizon) {
		t.Error(err)
	}
}
