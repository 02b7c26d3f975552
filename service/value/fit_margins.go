package value

import (
	"context"
	"errors"
	"fmt"
	"math"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
)

// The models of the margin of an order, as the report of a fit names the one that is used.
const (
	gammaGammaName   = "GAMMA_GAMMA"
	shrunkenMeanName = "SHRUNKEN_MEAN"
)

// marginFit is what is known of the margins of an order.
type marginFit struct {
	gamma        lifetime.GammaGammaFit
	unidentified *lifetime.Unidentified // why gamma has no model; nil where it has one
	shrunken     *lifetime.ShrunkenMean // nil where too few have ordered again, and then one of the priors stands in
	test         backtest.MarginTest
	used         string // the name of the model that is used; "" if none is
}

// fitMargins fits the models of the margin and chooses one: Gamma-Gamma unless it does not suit the data, see
// [backtest.MarginTest.Suits].
func (s *Service) fitMargins(ctx context.Context, data *orderLog) (marginFit, error) {
	options := stoppable(ctx)
	var f marginFit
	var err error
	if f.gamma, err = lifetime.FitGammaGamma(data.margins, options); err != nil && !errors.As(err, &f.unidentified) {
		return f, fitError(ctx, err)
	}
	shrunken, err := lifetime.FitShrunkenMean(data.margins, data.spread)
	switch few := new(lifetime.Unidentified); {
	case err == nil:
		f.shrunken = &shrunken
	case !errors.As(err, &few):
		return f, err
	}
	if f.test, err = backtest.TestMargins(data.histories.all, data.marginTestEnd(), options); err != nil {
		return f, fitError(ctx, err)
	}
	switch {
	case f.unidentified == nil && f.test.Suits(f.gamma):
		f.used = gammaGammaName
	case f.shrunken != nil:
		f.used = shrunkenMeanName
	default:
		f.priors(data)
	}
	return f, nil
}

// priors chooses what stands in where too few have ordered again to fit a model.
func (f *marginFit) priors(data *orderLog) {
	prior, err := lifetime.MarginPrior(data.meanMargin())
	if err == nil {
		f.gamma.Model, f.used = prior, gammaGammaName
		return
	}
	if data.orderDays > 0 {
		stands := lifetime.ShrunkenPrior(data.meanMargin(), data.variance())
		f.shrunken, f.used = &stands, shrunkenMeanName
	}
}

// addTo adds the parameters, in the currency's major unit, and the report.
func (f *marginFit) addTo(of *fitted, minorPerMajor float64) {
	p, r := of.row.Parameters, &of.report
	if f.unidentified == nil || f.used == gammaGammaName {
		p["p"], p["q"], p["gamma"] = f.gamma.Model.P, f.gamma.Model.Q, f.gamma.Model.Gamma/minorPerMajor
	}
	if f.shrunken != nil {
		for _, one := range f.shrunken.Parameters() {
			p[one.Name] = one.Value / minorPerMajor
		}
	}
	r.MarginModel, r.NotPositive, r.Correlation = f.used, f.gamma.NotPositive, f.gamma.Correlation
	if f.unidentified == nil {
		r.addMargins(f.gamma, minorPerMajor)
	} else {
		r.MarginStatus = string(f.unidentified.Reason)
	}
	f.report(r, minorPerMajor)
}

// report says which model is used, and why.
func (f *marginFit) report(r *fitReport, minorPerMajor float64) {
	major := func(minor float64) string { return fmt.Sprintf("%.2f", minor/minorPerMajor) }
	fittedOn := f.gamma.Customers + f.gamma.NotPositive
	switch {
	case f.used == "":
		r.warn(fmt.Sprintf("no margin model: %s; the mean margin of a customer's own order days stands in", f.unidentified.Reason))
	case f.used == gammaGammaName && f.unidentified != nil:
		r.warn(fmt.Sprintf("no margin model: %s; a prior with the published shapes (Fader and Hardie 2013) around the mean margin of an order day stands in", f.unidentified.Reason))
	case f.used == gammaGammaName:
		for _, warning := range f.gamma.Warnings() {
			r.warnWithCosts(warning)
		}
		if newcomers, err := f.gamma.Model.ExpectedMargin(0, 0); f.gamma.NotPositive > 0 && f.shrunken != nil && err == nil {
			r.note("without them the margin model expects %s of an order of who has not ordered again; with them the mean is %s", major(newcomers), major(f.shrunken.Mean))
		}
	case f.unidentified != nil && f.unidentified.Reason == lifetime.TooFewMargins && fittedOn < lifetime.MinMargins:
		r.warn(fmt.Sprintf("no margin model: %s; a customer's own mean, drawn to the mean of all order days with the published weight, stands in", f.unidentified.Reason))
	default:
		why := "it was better on order days that it was not fitted on"
		switch {
		case f.gamma.NotPositive > 0:
			why = fmt.Sprintf("%d of %d repeat customers have a mean margin of zero or less, which Gamma-Gamma has no place for", f.gamma.NotPositive, fittedOn)
		case f.unidentified != nil:
			why = "Gamma-Gamma cannot be used: " + string(f.unidentified.Reason)
		}
		r.note("margins are expected by a shrunken mean, since %s: mean %s, standard deviation %s between customers and %s within", why, major(f.shrunken.Mean), major(f.shrunken.Between), major(f.shrunken.Within))
	}
	if t := f.test; t.Customers > 0 && !math.IsNaN(t.ShrunkenMean) {
		other := "does not hold the margins"
		if finite(t.GammaGamma) {
			other = major(t.GammaGamma)
		}
		r.note("what an order day earned, of the %d customers who ordered in the time that the margin models were not fitted on: a root mean square error of %s by the shrunken mean; Gamma-Gamma %s", t.Customers, major(t.ShrunkenMean), other)
	}
}
