package value

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
)

// sold returns the log of customers with one order day and as many repeat order days as margins are given, in minor units.
func sold(of ...[]float64) *orderLog {
	log := newOrderLog(400, 400, 0)
	for i, margins := range of {
		h := lifetime.History{{Day: i % 10, Margin: 1000}}
		for k, m := range margins {
			h = append(h, lifetime.DayMargin{Day: 10 + i%7 + 50*(k+1), Margin: math.Round(m)})
		}
		if err := log.add(h); err != nil {
			panic(err)
		}
	}
	log.sort()
	return log
}

// repeaters returns n customers with two repeat order days each, which earn around margin.
func repeaters(n int, margin float64) [][]float64 {
	all := make([][]float64, n)
	for i := range all {
		spread := 500 * math.Sin(float64(i))
		all[i] = []float64{margin + spread, margin - spread}
	}
	return all
}

// spreadOut gives each of some customers another margin, of which the mean stays.
func spreadOut(customers [][]float64, by float64) [][]float64 {
	for i, c := range customers {
		for k := range c {
			c[k] += by * (float64(i) - float64(len(customers)-1)/2)
		}
	}
	return customers
}

// modelOf returns the model of what fitMargins says of a log.
func modelOf(t *testing.T, log *orderLog) (*Model, *fitted) {
	t.Helper()
	margins, err := (&Service{}).fitMargins(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	of := &fitted{row: &ent.LifetimeModel{Parameters: map[string]any{}}, report: fitReport{StandardErrors: map[string]float64{}}}
	margins.addTo(of, 100)
	p := map[string]float64{}
	for name, value := range of.row.Parameters {
		p[name], _ = value.(float64)
	}
	m := &Model{Counts: lifetime.Prior(lifetime.Week), notes: of.report.warnings()}
	if err := m.setMargins(p, of.report, 100); err != nil {
		t.Fatal(err)
	}
	return m, of
}

// TestMarginsOfAnySign: those who earn nothing are a part of the mean that one-time buyers are expected to have.
func TestMarginsOfAnySign(t *testing.T) {
	t.Parallel()
	once := Earnings{OrderDays: 1, Margin: money.Minor(99_900)}
	losing := Earnings{OrderDays: 4, Margin: money.Minor(-30_000), RepeatMargin: money.Minor(-30_000)}
	// 90 repeaters who earn 102.74 on average and 30 who lose 83.30: 56.23 in the mean of all.
	mixed := append(spreadOut(repeaters(90, 10_274), 40), repeaters(30, -8_330)...)
	for name, c := range map[string]struct {
		log       *orderLog
		used      string
		once      float64 // what an order of a one-time buyer earns
		note      string
		gamma     bool // is kept with the model
		shrunken  bool
		belowZero bool // who lost on every order is expected to
	}{
		"a quarter earns nothing":     {sold(mixed...), shrunkenMeanName, 5_623, "30 of 120 repeat customers have a mean margin of zero or less", true, true, true},
		"all earn something":          {sold(spreadOut(repeaters(120, 10_274), 40)...), gammaGammaName, 10_274, "Gamma-Gamma on the margins of 120", true, true, true},
		"nearly all earn something":   {sold(append(spreadOut(repeaters(299, 10_274), 15), repeaters(1, -8_330)...)...), gammaGammaName, 10_274, "with them the mean is 102.12", true, true, true},
		"nobody earns anything":       {sold(spreadOut(repeaters(60, -2_000), 10)...), shrunkenMeanName, -2_000, "60 of 60 repeat customers", false, true, true},
		"too few, who earn something": {sold(repeaters(10, 1_000)...), gammaGammaName, 1_000, "a prior with the published shapes", true, false, false},
		"too few, who earn nothing":   {sold(repeaters(10, -2_000)...), shrunkenMeanName, -1_000, "drawn to the mean of all order days", false, true, true},
		"nobody has ordered":          {sold(), "", 99_900, "own order days stands in", false, false, true},
		"all earn the same":           {sold(slices.Repeat([][]float64{{700, 700}}, 50)...), shrunkenMeanName, 700, string(lifetime.EqualMargins), false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, of := modelOf(t, c.log)
			if of.report.MarginModel != c.used {
				t.Fatalf("%s is used, want %q; notes: %q", of.report.MarginModel, c.used, of.report.Notes)
			}
			got, err := m.OrderMargin(once, 0)
			if err != nil || math.Abs(got/c.once-1) > 0.02 {
				t.Errorf("an order of a one-time buyer earns %v, %v; want about %v", got, err, c.once)
			}
			got, err = m.OrderMargin(losing, 0)
			if err != nil || c.belowZero && got >= 0 || math.IsNaN(got) {
				t.Errorf("an order of who loses on each earns %v, %v", got, err)
			}
			if notes := strings.Join(of.report.Notes, "\n"); !strings.Contains(notes, c.note) {
				t.Errorf("the notes are %q, want one with %q", of.report.Notes, c.note)
			}
			_, gamma := of.row.Parameters["gamma"]
			_, mean := of.row.Parameters["marginMean"]
			if gamma != c.gamma || mean != c.shrunken {
				t.Errorf("the parameters are %v", slices.Sorted(maps.Keys(of.row.Parameters)))
			}
		})
	}
}

// TestOldFitsGoOn: a fit that was stored before a shrunken mean was known is used as it was, and says what it leaves out.
func TestOldFitsGoOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		notPositive, of int
		overstates      bool
	}{{0, 500, false}, {3, 497, false}, {100, 400, true}} {
		t.Run(fmt.Sprintf("%d of %d", c.notPositive, c.of), func(t *testing.T) {
			t.Parallel()
			m := &Model{}
			report := fitReport{NotPositive: c.notPositive, MarginCustomers: c.of}
			if err := m.setMargins(map[string]float64{"p": 6, "q": 4, "gamma": 50}, report, 100); err != nil {
				t.Fatal(err)
			}
			if got, err := m.OrderMargin(Earnings{OrderDays: 1}, 0); err != nil || math.Abs(got-10_000) > 1e-6 {
				t.Errorf("%v, %v; want the mean of the stored model, 100.00", got, err)
			}
			if got, err := m.OrderMargin(Earnings{OrderDays: 3, RepeatMargin: money.Minor(-9_000)}, 0); err != nil || got >= 0 {
				t.Errorf("%v, %v; want less than zero", got, err)
			}
			if report.overstatesMargins() != c.overstates {
				t.Errorf("overstates is %v", !c.overstates)
			}
		})
	}
}
