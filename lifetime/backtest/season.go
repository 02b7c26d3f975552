package backtest

import (
	"maps"
	"math"
	"slices"
	"time"

	"kopeck/lifetime"
)

// Season has, for each calendar month from January on, by which factor the orders of that month differ from those of a month without
// season. The zero Season knows of none: its factors are 1.
type Season struct{ factors [12]float64 }

// NewSeason returns the season of 12 factors; any other number is no season.
func NewSeason(factors []float64) Season {
	var s Season
	if len(factors) == len(s.factors) {
		copy(s.factors[:], factors)
	}
	return s
}

// Known reports whether there is a season.
func (s Season) Known() bool { return s.factors[0] > 0 }

// Factors returns the 12 factors; nil where no season is known.
func (s Season) Factors() []float64 {
	if !s.Known() {
		return nil
	}
	return s.factors[:]
}

// Between returns the mean factor of the days from one to another, which is not included; days are counted from 1970.
func (s Season) Between(from, to float64) float64 {
	if !s.Known() || !(to > from) {
		return 1
	}
	sum := 0.0
	for at := from; at < to; {
		month, _, end := calendarMonth(int(math.Floor(at)))
		next := min(to, float64(end))
		sum += (next - at) * s.factors[month]
		at = next
	}
	return sum / (to - from)
}

// calendarMonth returns the month that a day is in, from 0 for January on, its first day and the first day of the next.
func calendarMonth(day int) (month, begin, end int) {
	at := time.Unix(int64(day)*86400, 0).UTC()
	first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	return int(at.Month()) - 1, int(first.Unix() / 86400), int(first.AddDate(0, 1, 0).Unix() / 86400)
}

const (
	seasonYears = 2  // that a season must have been seen
	wholeMonth  = 25 // days of a calendar month that stand for all of it
)

// seasonMonth is a calendar month of the log.
type seasonMonth struct {
	month    int     // from 0 for January on
	ratio    float64 // the logarithm of the repeat order days that came over those that a model expects
	came     float64
	distance float64 // from the first one, in months
}

// SeasonOf returns the season of the repeat order days up to the end of a day, if that is two whole years or more from the first.
//
// The days that came in each calendar month are divided by those that the model expects of customers of the same first days (the
// tracking plot of FHL 2005, section 4), which takes out how the base grows and shrinks. What is left of a trend shows in how the same
// month differs from one year to the next, and is taken out; the factor of a month is the mean of its years. As far as the months
// differ by no more than chance explains, they are drawn to 1 (Miller and Williams, "Shrinkage Estimators of Time Series Seasonal
// Factors", International Journal of Forecasting 19, 2003).
func SeasonOf(histories []lifetime.History, m lifetime.CountModel, end int) Season {
	months := trackedMonths(histories, m, end)
	years := len(months) / 12
	if years < seasonYears {
		return Season{}
	}
	months = months[len(months)-12*years:]
	slope, pairs := 0.0, 0.0
	for i := 12; i < len(months); i++ {
		w := harmonic(months[i].came, months[i-12].came)
		slope += w * (months[i].ratio - months[i-12].ratio) / 12
		pairs += w
	}
	slope /= pairs
	var level, all float64
	var of, weight [12]float64
	for _, t := range months {
		w := t.came + 1
		r := t.ratio - slope*t.distance
		of[t.month] += w * r
		weight[t.month] += w
		level += w * r
		all += w
	}
	level /= all
	var spread, chance float64
	for i := range of {
		of[i] = of[i]/weight[i] - level
		spread += of[i] * of[i] / 12
		chance += 1 / weight[i] / 12
	}
	shrink := max(0, 1-chance/max(spread, 1e-12))
	var s Season
	mean := 0.0
	for i := range of {
		s.factors[i] = math.Exp(shrink * of[i])
		mean += s.factors[i] / 12
	}
	for i := range s.factors {
		s.factors[i] /= mean
	}
	return s
}

// harmonic is the weight of the difference of two counts: the inverse of its variance by chance.
func harmonic(a, b float64) float64 { return (a + 1) * (b + 1) / (a + b + 2) }

// trackedMonths returns the calendar months that the histories up to the end of a day cover, ascending.
func trackedMonths(histories []lifetime.History, m lifetime.CountModel, end int) []seasonMonth {
	first := end
	newcomers := map[int]float64{} // by first day
	for _, h := range histories {
		if len(h) > 0 && h[0].Day <= end {
			newcomers[h[0].Day]++
			first = min(first, h[0].Day)
		}
	}
	came := map[int]float64{} // repeat order days by the first day of the calendar month
	for _, h := range histories {
		for _, d := range h.Until(end)[min(1, len(h.Until(end))):] {
			_, begin, _ := calendarMonth(d.Day)
			came[begin]++
		}
	}
	joinedOn := slices.Sorted(maps.Keys(newcomers))
	until := make([]float64, end+2-first) // the repeat order days expected of a new customer up to an age in days
	for age := range until {
		until[age] = m.ExpectedNew(float64(age) / m.TimeUnit().Days())
	}
	var months []seasonMonth
	for day := first; day <= end; {
		month, begin, next := calendarMonth(day)
		from, to := max(begin, first), min(next, end+1)
		day = next
		if to-from < wholeMonth {
			continue
		}
		expected := 0.0
		for _, joined := range joinedOn {
			if joined < to {
				expected += newcomers[joined] * (until[to-joined] - until[max(0, from-joined)])
			}
		}
		months = append(months, seasonMonth{month: month, came: came[begin], ratio: math.Log((came[begin] + 0.5) / (expected + 0.5)), distance: float64(len(months))})
	}
	return months
}
