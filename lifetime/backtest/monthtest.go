package backtest

import (
	"errors"
	"math"

	"kopeck/lifetime"
	"kopeck/lifetime/numeric"
)

// MonthErrors is how far months differ from what is expected of a base of customers, beyond chance, as it was measured on the log.
type MonthErrors struct {
	Season Season
	// Orders and Margins are the variances of what came relative to what was expected, that neither chance nor the parameters' own error
	// explain.
	Orders, Margins float64
	// Parameters is the relative variance of each month ahead by the error of the fitted parameters. Later months have the last one's.
	Parameters []float64
	Measured   Coverage
}

// BoundProbability is how often bounds are to hold.
const BoundProbability = 0.8

// StandardNormal is the deviate that a standard normal one does not exceed, either way, with BoundProbability.
const StandardNormal = 1.2815515655446004

const (
	maxReplays   = 12  // moments from which the log is forecast again
	leastReplay  = 100 // days of the log before the first of them
	replayMonths = 36  // months ahead for which the parameters' error is computed

	// What months are taken to differ by before anything was measured: by 22 in a hundred where the season is not known, by 8 where it
	// is. It weighs as much as twelve measured months.
	priorMonths   = 12
	unseasonal    = 0.22 * 0.22
	afterSeason   = 0.08 * 0.08
	parameterRows = 400   // customers for the parameters' error
	maxReplayed   = 5_000 // customers that are forecast again
)

var replaySample = ForecastSample{Customers: 150, Futures: 40}

// Relative returns the relative variances of the orders and of the margin of a month ahead, from 0 on. Where nothing was measured it is
// that of the zero MonthErrors, for a season that is not known.
func (e MonthErrors) Relative(month int) (orders, margins float64) {
	orders, margins = e.Orders, e.Margins
	if e.Measured.Months == 0 {
		orders = shrunkenVariance(nil, e.Season.Known())
		margins = orders
	}
	orders, margins = orders*growth(month), margins*growth(month)
	return orders + e.parameters(month), margins + e.parameters(month)
}

// parameters returns the relative variance of a month ahead, from 0 on, by the error of the parameters.
func (e MonthErrors) parameters(month int) float64 {
	if len(e.Parameters) == 0 {
		return 0
	}
	return e.Parameters[min(month, len(e.Parameters)-1)]
}

// Adjust gives the months of a forecast, which begin after a day, their season, and their variances what is not chance.
func (e MonthErrors) Adjust(f *BaseForecast, day int) {
	for i := range f.Orders {
		from := float64(day+1) + float64(i)*lifetime.DaysPerMonth
		f.multiply(i, e.Season.Between(from, from+lifetime.DaysPerMonth))
		orders, margins := e.Relative(i)
		f.OrdersVary[i] += orders * f.Orders[i] * f.Orders[i]
		f.MarginsVary[i] += margins * f.Margins[i] * f.Margins[i]
	}
}

// monthMiss is a month that was forecast from an earlier moment, and what came in it.
type monthMiss struct {
	origin, month            int // counted in months back from the end; the month is over at this moment
	expected, came, variance float64
	expectedM, cameM, varyM  float64
	knownSeason              bool
	factor                   float64 // of the season, in what was expected
}

// times multiplies what was expected.
func (m monthMiss) times(factor float64) monthMiss {
	m.expected, m.variance = factor*m.expected, factor*factor*m.variance
	m.expectedM, m.varyM = factor*m.expectedM, factor*factor*m.varyM
	return m
}

// MeasureMonths forecasts the log again from earlier moments, a month apart: at each the model of m's kind and the margins are fitted
// to what had come by then, and what was expected of each month after it is compared with what came. From this follow the season, the
// variances, and how often bounds held that rest on nothing but what was known at their moment: a prequential test (Dawid, "Statistical
// Theory: The Prequential Approach", Journal of the Royal Statistical Society A 147, 1984).
//
// The histories may be of a sample of the customers, none of them after the end. fit is that of m to all of them. seeded returns the
// source by which the months from one moment are drawn. Error: ErrStopped and those of the fits.
func MeasureMonths(histories []lifetime.History, fit lifetime.CountFit[lifetime.CountModel], end int, o lifetime.Options, seeded func() lifetime.Source) (MonthErrors, error) {
	if step := (len(histories) + maxReplayed - 1) / maxReplayed; step > 1 {
		some := make([]lifetime.History, 0, maxReplayed)
		for i := 0; i < len(histories); i += step {
			some = append(some, histories[i])
		}
		histories = some
	}
	e := MonthErrors{Season: SeasonOf(histories, fit.Model, end)}
	e.Parameters = parametersVary(histories, fit, end, replayMonths)
	first := end
	for _, h := range histories {
		first = min(first, h[0].Day)
	}
	var misses []monthMiss
	var places monthPlaces
	for j := maxReplays; j >= 1; j-- {
		origin := end - int(math.Round(float64(j)*lifetime.DaysPerMonth))
		if origin-first < leastReplay {
			continue
		}
		some, err := replay(histories, fit.Model, origin, j, o, seeded())
		if unidentified := new(lifetime.Unidentified); errors.As(err, &unidentified) {
			continue
		}
		if err != nil {
			return e, err
		}
		places.add(some, misses)
		misses = append(misses, some...)
	}
	e.Measured = places.coverage(misses)
	if e.Season.Known() { // what is to come has it, and so has what is learned from the past
		for i, m := range misses {
			from := float64(end+1) - float64(m.month+1)*lifetime.DaysPerMonth
			misses[i] = m.times(e.Season.Between(from, from+lifetime.DaysPerMonth) / m.factor)
		}
	}
	known := e.Season.Known()
	e.Orders = shrunkenVariance(monthly(misses, func(m monthMiss) (float64, float64, float64) { return m.expected, m.came, m.variance }), known)
	e.Margins = shrunkenVariance(monthly(misses, func(m monthMiss) (float64, float64, float64) { return m.expectedM, m.cameM, m.varyM }), known)
	return e, nil
}

// monthPlaces are where what came in months lay within what was forecast of them.
type monthPlaces struct{ orders, margins []place }

// add adds some forecasts of one moment, by what was known then: after others had been seen of months that were over.
func (p *monthPlaces) add(some, before []monthMiss) {
	if len(some) == 0 {
		return
	}
	var seen []monthMiss
	for _, m := range before {
		if m.month >= some[0].origin {
			seen = append(seen, m)
		}
	}
	known := some[0].knownSeason
	orders := shrunkenVariance(monthly(seen, func(m monthMiss) (float64, float64, float64) { return m.expected, m.came, m.variance }), known)
	margins := shrunkenVariance(monthly(seen, func(m monthMiss) (float64, float64, float64) { return m.expectedM, m.cameM, m.varyM }), known)
	for _, m := range some {
		grown := growth(m.origin - 1 - m.month)
		p.orders = append(p.orders, normalPlace(m.came, m.expected, m.variance+grown*orders*m.expected*m.expected))
		p.margins = append(p.margins, normalPlace(m.cameM, m.expectedM, m.varyM+grown*margins*m.expectedM*m.expectedM))
	}
}

// coverage returns how often the bounds held. They are not widened by it: the variances have been learned of the same months.
func (p monthPlaces) coverage(misses []monthMiss) Coverage {
	if len(p.orders) == 0 {
		return Coverage{}
	}
	months := distinctMonths(misses)
	return Coverage{
		Days: int(math.Round(float64(months) * lifetime.DaysPerMonth)), Months: months,
		Groups: []CoverageGroup{{Tested: len(p.orders), Orders: heldAsTheyAre(p.orders, BoundProbability), Margin: heldAsTheyAre(p.margins, BoundProbability)}},
	}
}

// growth is by how much the relative variance of a month ahead, from 0 on, exceeds that of half a year ahead: what is not known of the
// base's course adds up.
func growth(month int) float64 { return (float64(month) + 6) / 12 }

func distinctMonths(misses []monthMiss) int {
	months := map[int]bool{}
	for _, m := range misses {
		months[m.month] = true
	}
	return len(months)
}

// monthly returns, for each month that was forecast, the mean over the moments of the square by which it differed less what chance
// explains, relative to what was expected.
func monthly(misses []monthMiss, of func(m monthMiss) (expected, came, variance float64)) []float64 {
	var sums, n [maxReplays]float64
	for _, m := range misses {
		expected, came, variance := of(m)
		if expected == 0 {
			continue
		}
		d := (came - expected) / expected
		sums[m.month] += (d*d - variance/(expected*expected)) / growth(m.origin-1-m.month)
		n[m.month]++
	}
	var means []float64
	for i := range sums {
		if n[i] > 0 {
			means = append(means, sums[i]/n[i])
		}
	}
	return means
}

// shrunkenVariance is the mean of what was measured and of the prior, at least a quarter of the prior: what chance explains is
// estimated too, and may be overestimated.
func shrunkenVariance(measured []float64, seasonKnown bool) float64 {
	prior := unseasonal
	if seasonKnown {
		prior = afterSeason
	}
	sum := priorMonths * prior
	for _, v := range measured {
		sum += v
	}
	return max(prior/4, sum/float64(priorMonths+len(measured)))
}

// replay forecasts the months between a day and the end of the log, of which there are some, from what was known at the end of the day.
func replay(histories []lifetime.History, like lifetime.CountModel, origin, months int, o lifetime.Options, source lifetime.Source) ([]monthMiss, error) {
	var tally lifetime.Tally
	known := make([]lifetime.History, 0, len(histories))
	cameOrders, cameMargins := make([]float64, months), make([]float64, months)
	for _, h := range histories {
		past := h.Until(origin)
		if len(past) == 0 {
			continue
		}
		known = append(known, past)
		if err := tally.AddHistory(past, origin); err != nil {
			return nil, err
		}
		for _, d := range h[len(past):] {
			if i := int(float64(d.Day-origin-1) / lifetime.DaysPerMonth); i < months {
				cameOrders[i]++
				cameMargins[i] += d.Margin
			}
		}
	}
	fit, err := lifetime.Refit(like, tally.Sample(like.TimeUnit()), o)
	if err != nil {
		return nil, err
	}
	if !numeric.Finite(fit.LogLikelihood) || fit.Model.Validate() != nil {
		return nil, &lifetime.Unidentified{}
	}
	margins := replayedMargins(known)
	f := NewBaseForecast(months, replaySample, source)
	for _, of := range [2]func(lifetime.Outlook) error{func(o lifetime.Outlook) error { f.Expect(o); return nil }, f.Vary} {
		for _, h := range known {
			if err := of(outlookOf(h, fit.Model, margins, origin)); err != nil {
				return nil, err
			}
		}
	}
	season := SeasonOf(known, fit.Model, origin)
	own := MonthErrors{Parameters: parametersVary(known, fit, origin, months)}
	misses := make([]monthMiss, 0, months)
	for i := range months {
		from := float64(origin+1) + float64(i)*lifetime.DaysPerMonth
		factor := season.Between(from, from+lifetime.DaysPerMonth)
		f.multiply(i, factor)
		byParameters := own.parameters(i)
		misses = append(misses, monthMiss{
			origin: months, month: months - 1 - i, knownSeason: season.Known(), factor: factor,
			expected: f.Orders[i], came: cameOrders[i], variance: f.OrdersVary[i] + byParameters*f.Orders[i]*f.Orders[i],
			expectedM: f.Margins[i], cameM: cameMargins[i], varyM: f.MarginsVary[i] + byParameters*f.Margins[i]*f.Margins[i],
		})
	}
	return misses, nil
}

// replayedMargins returns the shrunken mean of histories: it can always be fitted, or is the prior.
func replayedMargins(histories []lifetime.History) lifetime.MarginModel {
	rows, spread := marginsUntil(histories, math.MaxInt32)
	if m, err := lifetime.FitShrunkenMean(rows, spread); err == nil {
		return m
	}
	n, mean, squares := 0.0, 0.0, 0.0
	for _, h := range histories {
		for _, d := range h {
			n++
			squares += (d.Margin - mean) * (d.Margin - mean) * (n - 1) / n
			mean += (d.Margin - mean) / n
		}
	}
	return lifetime.ShrunkenPrior(mean, squares/max(1, n))
}

// outlookOf is that of a customer on a day.
func outlookOf(h lifetime.History, m lifetime.CountModel, margins lifetime.MarginModel, day int) lifetime.Outlook {
	o := lifetime.Outlook{Counts: m, Margins: margins}
	if period := lifetime.PeriodDays(m); period > 0 {
		o.Counts = lifetime.Repeating(m, len(h)-len(h.Until(day-period)))
	}
	o.X, o.TX, o.T = h.Stats(day).In(m.TimeUnit())
	_, o.Mean = h.Repeat()
	o.Margin, _ = margins.ExpectedMargin(o.X, o.Mean)
	return o
}

// parametersVary returns the relative variances of the orders expected in the months ahead by the error of the fitted parameters, by
// the delta method: the gradient of the expectation in their logarithms, and the inverse of the likelihood's curvature. nil where the
// likelihood has no proper maximum.
func parametersVary(histories []lifetime.History, fit lifetime.CountFit[lifetime.CountModel], day, months int) []float64 {
	dim := int(math.Sqrt(float64(len(fit.Covariance))))
	if dim == 0 {
		return nil
	}
	step := max(1, len(histories)/parameterRows)
	orders := func(m lifetime.CountModel) []float64 {
		f := NewBaseForecast(months, ForecastSample{}, nil)
		for i := 0; i < len(histories); i += step {
			if past := histories[i].Until(day); len(past) > 0 {
				o := lifetime.Outlook{Counts: m}
				o.X, o.TX, o.T = past.Stats(day).In(m.TimeUnit())
				f.Expect(o)
			}
		}
		return f.Orders
	}
	const h = 0.02
	gradients := make([][]float64, dim)
	for j := range gradients {
		up, down := moved(fit.Model, j, h), moved(fit.Model, j, -h)
		if up == nil || down == nil {
			return nil
		}
		more, less := orders(up), orders(down)
		gradients[j] = make([]float64, months)
		for i := range more {
			if more[i] > 0 && less[i] > 0 {
				gradients[j][i] = math.Log(more[i]/less[i]) / (2 * h)
			}
		}
	}
	vary := make([]float64, months)
	for i := range vary {
		for j := range dim {
			for k := range dim {
				vary[i] += gradients[j][i] * fit.Covariance[j*dim+k] * gradients[k][i]
			}
		}
		vary[i] = min(max(0, vary[i]), 1)
	}
	return vary
}

// moved returns a model with the logarithm of one parameter moved; nil where there is none.
func moved(m lifetime.CountModel, parameter int, by float64) lifetime.CountModel {
	p := map[string]float64{}
	for i, one := range m.Parameters() {
		p[one.Name] = one.Value
		if i == parameter {
			p[one.Name] *= math.Exp(by)
		}
	}
	moved, err := lifetime.NewCountModel(m.Kind(), m.TimeUnit(), p)
	if err != nil {
		return nil
	}
	return moved
}
