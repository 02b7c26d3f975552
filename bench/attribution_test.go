package bench

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/attribution"
	"kopeck/money"
)

// demonstrationJourneys reads the 10,000 journeys of the ChannelAttribution package, over 12 states.
func demonstrationJourneys(b *testing.B) []attribution.Journey {
	b.Helper()
	file, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "channelattribution_Data.csv"))
	if err != nil {
		if os.Getenv("CI") != "" {
			b.Fatalf("the journeys are missing: %v", err)
		}
		b.Skipf("SKIPPED, nothing was measured: no journeys beside the project: %v", err)
	}
	var journeys []attribution.Journey
	for line := range strings.Lines(string(file)) {
		f := strings.Split(strings.TrimSpace(line), ";")
		converted, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			continue // the heading
		}
		null, err := strconv.ParseInt(f[3], 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		journeys = append(journeys, attribution.Journey{States: strings.Split(f[0], " > "), Converted: converted, Null: null})
	}
	return journeys
}

// madeJourneys makes 10,000 journeys with a mean of six states, of 88 that are not equally common: as many as kinds of contact x
// channels.
func madeJourneys() []attribution.Journey {
	dice := rand.New(rand.NewSource(1))
	journeys := make([]attribution.Journey, 10_000)
	for i := range journeys {
		j := &journeys[i]
		for len(j.States) == 0 || dice.Intn(6) > 0 {
			j.States = append(j.States, fmt.Sprintf("state %02d", dice.Intn(88)*dice.Intn(88)/88))
		}
		if j.Null = 1; dice.Intn(5) == 0 {
			j.Converted, j.Null = 1, 0
		}
	}
	// Every state takes part in a conversion.
	for s := range 88 {
		journeys[s].States[0] = fmt.Sprintf("state %02d", s)
		journeys[s].Converted = 1
	}
	return journeys
}

// BenchmarkAttributionFit fits 10,000 journeys. SHAPLEY computes all coalitions up to 12 states, and samples them above.
func BenchmarkAttributionFit(b *testing.B) {
	for _, model := range []struct {
		name string
		fit  func([]attribution.Journey) (*attribution.Fit, error)
	}{
		{"Markov1", func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitMarkov(j, 1) }},
		{"Markov2", func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitMarkov(j, 2) }},
		{"Shapley", func(j []attribution.Journey) (*attribution.Fit, error) { return attribution.FitShapley(j, 1) }},
	} {
		for _, states := range []int{12, 88} {
			b.Run(fmt.Sprintf("%s/states=%d", model.name, states), func(b *testing.B) {
				journeys := madeJourneys()
				if states == 12 {
					journeys = demonstrationJourneys(b)
				}
				b.ReportAllocs()
				for b.Loop() {
					if fit, err := model.fit(journeys); err != nil || len(fit.States) != states {
						b.Fatal(fit, err)
					}
				}
			})
		}
	}
}

// BenchmarkAttributionSplit splits the margin of one order with 20 contacts in 10 states.
func BenchmarkAttributionSplit(b *testing.B) {
	fit, err := attribution.FitMarkov(madeJourneys(), 1)
	if err != nil {
		b.Fatal(err)
	}
	settings := attribution.DefaultSettings()
	completed := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	touches := make([]attribution.Touch, 20)
	for i := range touches {
		touches[i] = attribution.Touch{ContactID: fmt.Sprint("contact", i), At: completed.AddDate(0, 0, -i*4), State: fmt.Sprintf("state %02d", i%10*8)}
	}
	for _, c := range []struct {
		name string
		fit  *attribution.Fit
	}{{"fitted", fit}, {"prior", nil}} {
		b.Run(c.name, func(b *testing.B) {
			settings.Markov = c.fit
			b.ReportAllocs()
			for b.Loop() {
				if _, err := attribution.Split(money.Minor(1234_56), completed, touches, attribution.Markov, settings); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
