package value

import (
	"context"
	"fmt"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
)

// monthsReport is backtest.MonthErrors as it is kept with a model.
type monthsReport struct {
	Season     []float64         `json:"season,omitempty"` // from January on
	Orders     float64           `json:"orders"`
	Margins    float64           `json:"margins"`
	Parameters []float64         `json:"parameters,omitempty"`
	Coverage   backtest.Coverage `json:"coverage,omitzero"`

	// Measured is what fits of older versions have in place of Coverage: how many of the forecasts of months held.
	Measured *struct {
		Months    int `json:"months"`
		Forecasts int `json:"forecasts"`
		Orders    int `json:"orders"`
		Margins   int `json:"margins"`
	} `json:"measured,omitempty"`
}

// measured returns how often bounds of months held.
func (r *monthsReport) measured() backtest.Coverage {
	if r.Measured == nil || r.Measured.Forecasts == 0 {
		return r.Coverage
	}
	n := float64(r.Measured.Forecasts)
	held := func(is int) backtest.Held {
		share := float64(is) / n
		return backtest.Held{Level: backtest.BoundProbability, Before: share, After: share, Within: share}
	}
	return backtest.Coverage{Months: r.Measured.Months, Groups: []backtest.CoverageGroup{{
		Tested: r.Measured.Forecasts, Orders: held(r.Measured.Orders), Margin: held(r.Measured.Margins),
	}}}
}

// measureMonths measures how far months differ from what a fit expects of them, and reports it.
func (s *Service) measureMonths(ctx context.Context, data *orderLog, f *fitted) error {
	e, err := backtest.MeasureMonths(data.histories.all, f.counts, data.endDay, stoppable(ctx), func() lifetime.Source { return SimulationSource() })
	if err != nil {
		return fitError(ctx, err)
	}
	f.report.Months = &monthsReport{Season: e.Season.Factors(), Orders: e.Orders, Margins: e.Margins, Parameters: e.Parameters, Coverage: e.Measured}
	for _, note := range (MonthErrors{e, true}).Notes() {
		f.report.note("%s", note)
	}
	return nil
}

// MonthErrors is how far months differ from what a model expects of them; of the prior and of fits made before it was measured, what
// is assumed where nothing is known.
type MonthErrors struct {
	backtest.MonthErrors

	fitted bool // it was measured, or tried, when the model was fitted
}

// Months returns how far months differ from what the model expects of them.
func (m *Model) Months() MonthErrors { return m.months }

// setMonths sets what was reported of months.
func (m *Model) setMonths(r *monthsReport) {
	if r == nil {
		return
	}
	m.months = MonthErrors{backtest.MonthErrors{
		Season: backtest.NewSeason(r.Season), Orders: r.Orders, Margins: r.Margins, Parameters: r.Parameters, Measured: r.measured(),
	}, true}
}

// BoundsCoverage is how often the bounds of months held what came, when the log was forecast again from earlier moments.
type BoundsCoverage struct {
	Months, Forecasts int
	Orders, Margin    float64 // shares of the forecasts
}

// Coverage returns what was measured; nil where nothing was.
func (e MonthErrors) Coverage() *BoundsCoverage {
	if len(e.Measured.Groups) == 0 {
		return nil
	}
	g := e.Measured.Groups[0]
	return &BoundsCoverage{Months: e.Measured.Months, Forecasts: g.Tested, Orders: g.Orders.After, Margin: g.Margin.After}
}

// Bounds that held less or more often than this are said not to be what they are meant to be.
const minHeld, maxHeld = 0.75, 0.85

// fewMonths is how many calendar months are enough for what their bounds held to say something: a whole year.
const fewMonths = 12

// Notes say how far to trust the bounds of months.
func (e MonthErrors) Notes() []string {
	notes := []string{}
	switch {
	case !e.fitted:
	case e.Season.Known():
		notes = append(notes, "the months have the season of the log")
	default:
		notes = append(notes, "the months have no season: the log has less than two whole years to learn it from")
	}
	c := e.Coverage()
	switch {
	case c == nil && !e.fitted:
		return append(notes, "how often the bounds of months hold was not measured: it is with the next fit; until then months are taken to differ by as much as those of shops do whose season is not known")
	case c == nil:
		return append(notes, "how often the bounds of months hold was not measured: the log is too short to be forecast again from an earlier moment")
	}
	says := fmt.Sprintf("the bounds of months, as they were known at earlier moments, held %.0f %% of the orders and %.0f %% of the margins of %d forecasts of %d months", 100*c.Orders, 100*c.Margin, c.Forecasts, c.Months)
	if min(c.Orders, c.Margin) < minHeld || max(c.Orders, c.Margin) > maxHeld {
		says += ", not 80 %"
	}
	if c.Months < fewMonths {
		says += "; these are few, and say little"
	}
	return append(notes, says)
}
