package service

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"kopeck/ent"
	"kopeck/lifetime"
)

// fitReport is what a fit has to say beside the model's parameters, as it is kept with the model.
type fitReport struct {
	Activated bool `json:"activated"` // it became the active model when it was fitted

	Status         string             `json:"status,omitempty"`
	Condition      float64            `json:"condition,omitempty"` // of the Hessian in the parameters' logarithms
	StandardErrors map[string]float64 `json:"standardErrors,omitempty"`
	Rows           int                `json:"rows,omitempty"` // distinct histories

	// The log-likelihood of the best model in which nobody leaves.
	NoDropoutLogLikelihood float64 `json:"noDropoutLogLikelihood,omitempty"`

	// The margin model: its likelihood is of margins in the currency's major unit.
	MarginStatus        string  `json:"marginStatus,omitempty"`
	MarginLogLikelihood float64 `json:"marginLogLikelihood,omitempty"`
	MarginCustomers     int     `json:"marginCustomers,omitempty"`
	NotPositive         int     `json:"notPositive,omitempty"`
	Correlation         float64 `json:"correlation,omitempty"` // of frequency and margin

	Notes    []string `json:"notes"`
	Warnings []string `json:"warnings"` // of them what concerns every customer's figures
}

func (r *fitReport) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// warn notes what every customer's figures suffer from.
func (r *fitReport) warn(text string) {
	r.Notes = append(r.Notes, text)
	r.Warnings = append(r.Warnings, text)
}

// reportOn says what is to be known of a fit of counts.
func reportOn(f lifetime.BGNBDFit) fitReport {
	r := fitReport{
		Status: f.Status, Condition: bounded(f.Condition), Rows: f.Rows, NoDropoutLogLikelihood: bounded(f.NoDropoutLogLikelihood),
		StandardErrors: map[string]float64{}, Notes: []string{}, Warnings: []string{},
	}
	r.note("BG/NBD on %d customers (%d distinct histories): %s", f.Customers, f.Rows, f.Status)
	r.standardErrors(f.StdErrors, "r", "alpha", "a", "b")
	if !f.Converged {
		r.warn("the fit of the model did not converge")
	}
	if f.Boundary != lifetime.Interior {
		r.warn(string(f.Boundary))
	}
	return r
}

// addMargins adds what is to be known of the fit of margins.
func (r *fitReport) addMargins(f lifetime.GammaGammaFit, minorPerMajor float64) {
	r.MarginStatus, r.MarginCustomers, r.NotPositive, r.Correlation = f.Status, f.Customers, f.NotPositive, f.Correlation
	r.MarginLogLikelihood = f.LogLikelihood + float64(f.Customers)*math.Log(minorPerMajor)
	r.note("Gamma-Gamma on the margins of %d repeat customers: %s", f.Customers, f.Status)
	if len(f.StdErrors) == 3 {
		f.StdErrors[2] /= minorPerMajor
	}
	r.standardErrors(f.StdErrors, "p", "q", "gamma")
	if !f.Converged {
		r.warn("the fit of the margin model did not converge")
	}
	for _, warning := range f.Warnings() {
		r.warn(warning)
	}
}

// noMargins says that the data identifies no margin model, and what stands in.
func (r *fitReport) noMargins(why *lifetime.Unidentified, f lifetime.GammaGammaFit, prior bool) {
	r.NotPositive, r.Correlation = f.NotPositive, f.Correlation
	r.MarginStatus = string(why.Reason)
	standsIn := "the mean margin of a customer's own order days stands in"
	if prior {
		standsIn = "a prior with the published shapes (Fader and Hardie 2013) around the mean margin of an order day stands in"
	}
	r.warn(fmt.Sprintf("no margin model: %s; %s", why.Reason, standsIn))
}

func (r *fitReport) standardErrors(errors []float64, names ...string) {
	var told []string
	for i, e := range errors {
		if finite(e) {
			r.StandardErrors[names[i]] = e
			told = append(told, fmt.Sprintf("%s %.3g", names[i], e))
		}
	}
	if len(told) > 0 {
		r.note("standard errors: %s", strings.Join(told, ", "))
	}
}

// reportOf reads the report of a model.
func reportOf(row *ent.LifetimeModel) (fitReport, error) {
	var r fitReport
	if err := json.Unmarshal(row.Report, &r); err != nil {
		return r, fmt.Errorf("service: the report of %s: %w", row.ID, err)
	}
	return r, nil
}

// FitNotes says what a model's fit has to say, the prior's too.
func FitNotes(row *ent.LifetimeModel) ([]string, error) {
	r, err := reportOf(row)
	if r.Notes == nil {
		return append([]string{}, r.Warnings...), err
	}
	return r.Notes, err
}

// BackTestOf gives how a model did on the orders it was not shown, nil where it was not tested.
func BackTestOf(row *ent.LifetimeModel) (*BackTest, error) {
	if len(row.BackTest) == 0 || string(row.BackTest) == "null" {
		return nil, nil
	}
	var b BackTest
	return &b, json.Unmarshal(row.BackTest, &b)
}
