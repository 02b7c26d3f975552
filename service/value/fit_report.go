package value

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
)

// fitReport is what is known of a fit beside the model's parameters, as it is kept with the model.
type fitReport struct {
	Activated bool `json:"activated"` // it became the active model when it was fitted

	Status         string             `json:"status,omitempty"`
	Condition      float64            `json:"condition,omitempty"` // of the Hessian in the parameters' logarithms
	StandardErrors map[string]float64 `json:"standardErrors,omitempty"`
	Rows           int                `json:"rows,omitempty"` // distinct histories

	// The log-likelihood of the best model in which nobody leaves.
	NoDropoutLogLikelihood float64 `json:"noDropoutLogLikelihood,omitempty"`
	// Of what customers did in the days the model was tested on; absent where it was not tested.
	HoldOutLogLikelihood *float64 `json:"holdOutLogLikelihood,omitempty"`

	// The margin model: the likelihood of Gamma-Gamma is of margins in the currency's major unit.
	MarginModel         string  `json:"marginModel,omitempty"` // which is used; in old fits absent, and Gamma-Gamma if that has parameters
	MarginStatus        string  `json:"marginStatus,omitempty"`
	MarginLogLikelihood float64 `json:"marginLogLikelihood,omitempty"`
	MarginCustomers     int     `json:"marginCustomers,omitempty"`
	NotPositive         int     `json:"notPositive,omitempty"`
	Correlation         float64 `json:"correlation,omitempty"` // of frequency and margin

	// A simple forecast, or the mean of a customer's own margins, was asked for: the night fits the same again.
	Simple  bool `json:"simple,omitempty"`
	OwnMean bool `json:"ownMean,omitempty"`

	// How often the bounds of what is expected of a customer held; zero where that was not tested.
	Coverage backtest.Coverage `json:"coverage,omitzero"`

	Months *monthsReport `json:"months,omitempty"` // absent in old fits, and in those that were not chosen

	Notes    []string `json:"notes"`
	Warnings []string `json:"warnings"` // of them what concerns every customer's figures
	// Of the warnings those that only who has the scope costs may read; nil in fits of an earlier version.
	WithCosts []string `json:"withCosts"`
}

// BackTest compares what a model predicted with orders it was not fitted on.
type BackTest struct {
	CalibrationEnd              time.Time `json:"calibrationEnd"`
	HoldoutOrders               int       `json:"holdoutOrders"`
	PredictedOrders             float64   `json:"predictedOrders"`
	MeanAbsoluteError           float64   `json:"meanAbsoluteError"`
	RootMeanSquareError         float64   `json:"rootMeanSquareError"`
	BaselineRootMeanSquareError float64   `json:"baselineRootMeanSquareError"`

	// What tests of older versions lack: nil then. Margins are of the fit that was made active or returned alone.
	HoldoutDays               *int            `json:"holdoutDays,omitempty"`
	Refitted                  *bool           `json:"refitted,omitempty"`
	HoldoutMargin             *money.Amount   `json:"holdoutMargin,omitempty"`
	PredictedMargin           *money.Amount   `json:"predictedMargin,omitempty"`
	MarginMeanAbsoluteError   *money.Amount   `json:"marginMeanAbsoluteError,omitempty"`
	MarginRootMeanSquareError *money.Amount   `json:"marginRootMeanSquareError,omitempty"`
	Rivals                    []RivalForecast `json:"rivals,omitempty"`
}

// overstatesMargins reports whether the fit is an old one that left customers without a margin out, which no fit does any more if they
// are more than a few.
func (r *fitReport) overstatesMargins() bool {
	return r.MarginModel == "" && float64(r.NotPositive) > backtest.MostNotPositive*float64(r.MarginCustomers+r.NotPositive)
}

func (r *fitReport) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// warn notes what makes every customer's figures less certain, without counts or other figures of the fit or its test: see
// [fitReport.warnWithCosts].
func (r *fitReport) warn(text string) {
	r.Notes = append(r.Notes, text)
	r.Warnings = append(r.Warnings, text)
}

// warnWithCosts is warn for a text that has such figures: only who has the scope costs may read it.
func (r *fitReport) warnWithCosts(text string) {
	r.warn(text)
	r.WithCosts = append(r.WithCosts, text)
}

// reportOn returns the report of a fit of counts.
func reportOn(f lifetime.CountFit[lifetime.CountModel]) fitReport {
	r := fitReport{
		Status: f.Status, Condition: bounded(f.Condition), Rows: f.Rows, NoDropoutLogLikelihood: bounded(f.NoDropoutLogLikelihood),
		StandardErrors: map[string]float64{}, Notes: []string{}, Warnings: []string{}, WithCosts: []string{},
	}
	r.note("%s on %d customers (%d distinct histories): %s", f.Model.Kind().Name(), f.Customers, f.Rows, f.Status)
	r.standardErrors(f.Model.Parameters(), f.StdErrors, 1)
	if regular, ok := f.Model.(lifetime.MBGCNBD); ok {
		if regular.K == 1 {
			r.note("orders come no more regularly than by chance: k is 1, which is MBG/NBD")
		} else {
			r.note("orders come more regularly than by chance: k is %d", regular.K)
		}
	}
	if !f.Converged {
		r.warn("the fit of the model did not converge")
	}
	if f.Boundary != lifetime.Interior {
		r.warn(string(f.Boundary))
	}
	return r
}

// addMargins adds the report of the fit of Gamma-Gamma.
func (r *fitReport) addMargins(f lifetime.GammaGammaFit, minorPerMajor float64) {
	r.MarginStatus, r.MarginCustomers = f.Status, f.Customers
	r.MarginLogLikelihood = f.LogLikelihood + float64(f.Customers)*math.Log(minorPerMajor)
	r.note("Gamma-Gamma on the margins of %d repeat customers: %s", f.Customers, f.Status)
	r.standardErrors(f.Model.Parameters(), f.StdErrors, minorPerMajor)
	if !f.Converged && r.MarginModel == gammaGammaName {
		r.warn("the fit of the margin model did not converge")
	}
}

// addCoverage adds how often bounds held.
func (r *fitReport) addCoverage(c backtest.Coverage) {
	r.Coverage = c
	if len(c.Groups) == 0 {
		r.note("the bounds of what is expected of a customer were not tested: too few customers")
	}
	for i, g := range c.Groups {
		who := fmt.Sprintf("%d or more", g.From)
		if i+1 < len(c.Groups) {
			who = fmt.Sprintf("%d to %d", g.From, c.Groups[i+1].From-1)
			if g.From == c.Groups[i+1].From-1 {
				who = fmt.Sprint(g.From)
			}
		}
		r.note("of %d customers with %s repeat order days the model's own bounds for %g held the orders of %.1f %% and the margin of %.1f %% in the %d days held out; those that are used, for %.3f and %.3f, hold %.1f %% and %.1f %%",
			g.Tested, who, intervalProbability, 100*g.Orders.Before, 100*g.Margin.Before, c.Days, g.Orders.Level, g.Margin.Level, 100*g.Orders.After, 100*g.Margin.After)
	}
}

// standardErrors adds those of parameters. gammaPerMajor is how many of gamma's unit are one of the currency's major unit.
func (r *fitReport) standardErrors(of []lifetime.Parameter, errors []float64, gammaPerMajor float64) {
	var shown []string
	for i, e := range errors {
		if of[i].Name == "gamma" {
			e /= gammaPerMajor
		}
		if finite(e) {
			r.StandardErrors[of[i].Name] = e
			shown = append(shown, fmt.Sprintf("%s %.3g", of[i].Name, e))
		}
	}
	if len(shown) > 0 {
		r.note("standard errors: %s", strings.Join(shown, ", "))
	}
}

// reportOf reads the report of a model.
func reportOf(row *ent.LifetimeModel) (fitReport, error) {
	var r fitReport
	if err := json.Unmarshal(row.Report, &r); err != nil {
		return r, fmt.Errorf("value: the report of %s: %w", row.ID, err)
	}
	return r, nil
}

// FitNotes returns the notes on a model's fit, or on the prior.
func FitNotes(row *ent.LifetimeModel) ([]string, error) {
	r, err := reportOf(row)
	if r.Notes == nil {
		return append([]string{}, r.Warnings...), err
	}
	return r.Notes, err
}

// BackTestOf returns the back-test of a model, nil if it was not tested.
func BackTestOf(row *ent.LifetimeModel) (*BackTest, error) {
	if len(row.BackTest) == 0 || string(row.BackTest) == "null" {
		return nil, nil
	}
	var b BackTest
	return &b, json.Unmarshal(row.BackTest, &b)
}
