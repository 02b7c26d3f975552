// Package bench holds the benchmarks that are measured against the project's goals.
package bench

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/lifetime"
)

// cdnow reads the calibration part, to 1997-09-30, of a CDNOW log: the customer is in the first column,
// the date in the column date, the amount two columns after it.
func cdnow(b *testing.B, file string, date int) (lifetime.Sample, []lifetime.MarginRow) {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", file))
	if err != nil {
		if os.Getenv("CI") != "" {
			b.Fatalf("the order logs are missing: %v", err)
		}
		b.Skipf("SKIPPED, nothing was measured: no order logs beside the project: %v", err)
	}
	customers := map[string]map[int]float64{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < date+3 {
			continue
		}
		at, err := time.Parse("20060102", f[date])
		if err != nil || f[date] > "19970930" {
			continue // the heading, or held out
		}
		amount, err := strconv.ParseFloat(f[date+2], 64)
		if err != nil {
			b.Fatal(err)
		}
		if customers[f[0]] == nil {
			customers[f[0]] = map[int]float64{}
		}
		customers[f[0]][int(at.Unix()/86400)] += amount
	}
	end := int(time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	var tally lifetime.Tally
	var margins []lifetime.MarginRow
	for _, days := range customers {
		first, last := end, 0
		before := 0
		for _, d := range slices.Sorted(maps.Keys(days)) {
			first, last = min(first, d), max(last, d)
			if before > 0 {
				if err := tally.AddGaps(d-before, 1); err != nil {
					b.Fatal(err)
				}
			}
			before = d
		}
		s := lifetime.Stats{Frequency: len(days) - 1, RecencyDays: last - first, AgeDays: end - first}
		if err := tally.Add(s, 1); err != nil {
			b.Fatal(err)
		}
		sum := 0.0
		for d, amount := range days {
			if d > first {
				sum += amount
			}
		}
		if s.Frequency > 0 {
			margins = append(margins, lifetime.MarginRow{X: s.Frequency, Mean: sum / float64(s.Frequency), N: 1})
		}
	}
	return tally.Sample(lifetime.Week), margins
}

// BenchmarkLifetimeFit fits each kind of model. The goals are 50 ms on the sample and 200 ms on the master log.
func BenchmarkLifetimeFit(b *testing.B) {
	for _, log := range []struct {
		name, file string
		date       int
	}{{"sample", "CDNOW_sample.txt", 2}, {"master", "CDNOW_master.txt", 1}} {
		for _, kind := range lifetime.Kinds() {
			b.Run(string(kind)+"/"+log.name, func(b *testing.B) {
				sample, _ := cdnow(b, log.file, log.date)
				b.ReportAllocs()
				for b.Loop() {
					if fit, err := lifetime.FitCounts(kind, sample, lifetime.Options{}); err != nil || !fit.Converged {
						b.Fatal(fit.Status, err)
					}
				}
			})
		}
		b.Run("GammaGamma/"+log.name, func(b *testing.B) {
			_, margins := cdnow(b, log.file, log.date)
			b.ReportAllocs()
			for b.Loop() {
				if fit, err := lifetime.FitGammaGamma(margins, lifetime.Options{}); err != nil || !fit.Converged {
					b.Fatal(fit.Status, err)
				}
			}
		})
	}
}

var sink float64 // keeps results alive

// BenchmarkLifetimeScore scores one customer after another of the CDNOW sample, all with x < 50, by models
// near their optimum there. The goal is 1 µs for a model call with no allocation, and 2 µs for a whole
// customer of twelve months.
func BenchmarkLifetimeScore(b *testing.B) {
	sample, _ := cdnow(b, "CDNOW_sample.txt", 2)
	margin := lifetime.GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}
	months := make([]float64, 12)
	for _, m := range []lifetime.CountModel{
		lifetime.Prior(lifetime.Week),
		lifetime.MBGNBD{Unit: lifetime.Week, R: 0.525, Alpha: 6.183, A: 0.891, B: 1.614},
		lifetime.ParetoNBD{Unit: lifetime.Week, R: 0.553, Alpha: 10.578, S: 0.606, Beta: 11.669},
		lifetime.MBGCNBD{Unit: lifetime.Week, K: 2, R: 0.525, Alpha: 3.1, A: 0.891, B: 1.614},
	} {
		for _, call := range []struct {
			name  string
			score func(r lifetime.Row) float64
		}{
			{"alive", func(r lifetime.Row) float64 { return m.PAlive(r.X, r.TX, r.T) }},
			{"52weeks", func(r lifetime.Row) float64 { return m.ExpectedPurchases(r.X, r.TX, r.T, 52) }},
			{"likelihood", func(r lifetime.Row) float64 { return m.LogLikelihood(r.X, r.TX, r.T) }},
			{"probability", func(r lifetime.Row) float64 { return m.LogProbability(3, r.X, r.TX, r.T, 52) }},
			{"discounted", func(r lifetime.Row) float64 { return m.DiscountedPurchases(r.X, r.TX, r.T, 0.0027) }},
			{"value12months", func(r lifetime.Row) float64 {
				m.MonthlyOrders(months, r.X, r.TX, r.T)
				each, err := margin.ExpectedMargin(r.X, 30)
				if err != nil {
					b.Fatal(err)
				}
				future, err := lifetime.Future(months, each, 0.15)
				if err != nil {
					b.Fatal(err)
				}
				return future
			}},
		} {
			b.Run(string(m.Kind())+"/"+call.name, func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					sink += call.score(sample.Rows[i])
					if i++; i == len(sample.Rows) {
						i = 0
					}
				}
			})
			if allocations := testing.AllocsPerRun(100, func() { sink += call.score(sample.Rows[len(sample.Rows)-1]) }); allocations != 0 {
				b.Errorf("%s %s allocates %g times", m.Kind(), call.name, allocations)
			}
		}
	}
}
