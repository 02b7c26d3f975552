package backtest

import (
	"cmp"
	"math"

	"kopeck/lifetime"
)

// Rival names a simple forecast that a model is compared with; it reads as the API writes it.
type Rival string

// The rivals. Those that are named like a Kind can be used in place of a model; OwnMean in place of a model of margins.
const (
	// LastPeriod is that as much comes again as in the last period of the same length, or in the last year where that is shorter.
	LastPeriod = Rival(lifetime.KindLastPeriod)
	// MeanOfAll is that everybody orders at the mean rate of all, and an order day earns the mean of all.
	MeanOfAll = Rival(lifetime.KindMeanRate)
	// OwnRate is that everybody goes on at x/T, and an order day earns the mean of their own.
	OwnRate = Rival(lifetime.KindOwnRate)
	// RecencyFrequency is OwnRate of who has not been silent for long: see SimpleRate.
	RecencyFrequency = Rival(lifetime.KindRecencyFrequency)
	// OwnMean is of money alone: the orders that the model expects, each of which earns the mean of the customer's own order days.
	OwnMean Rival = "OWN_MEAN"
)

// RivalHistory is what the rivals forecast from: a customer of the calibration period, the times in the unit of the simple rates.
type RivalHistory struct {
	X            int
	TX, T        float64
	Margin       float64 // of all order days, in minor units
	Recent       int     // order days of the last period, which is as long as Sample.Period
	RecentMargin float64 // of these
}

// Forecast is of one customer.
type Forecast struct{ Orders, Margin float64 }

// Rivals are the simple forecasts of a calibration period.
type Rivals struct {
	mean, own, recency *lifetime.SimpleRate // recency is nil where the times between orders are not known
	meanMargin         float64
	period             float64 // 0: as long as the time that is forecast
}

// NewRivals computes the simple forecasts from the sample of a calibration period and the mean margin of an order day in it. Errors are
// those of FitSimpleRate.
func NewRivals(s lifetime.Sample, meanMargin float64) (Rivals, error) {
	r := Rivals{meanMargin: meanMargin, period: s.Period}
	for kind, to := range map[lifetime.Kind]**lifetime.SimpleRate{lifetime.KindMeanRate: &r.mean, lifetime.KindOwnRate: &r.own, lifetime.KindRecencyFrequency: &r.recency} {
		if kind == lifetime.KindRecencyFrequency && s.Gaps.Long == 0 {
			continue
		}
		fit, err := lifetime.FitSimpleRate(kind, s)
		if err != nil {
			return Rivals{}, err
		}
		*to = &fit.Model
	}
	return r, nil
}

// Names returns the rivals in their order in the API.
func (r Rivals) Names() []Rival {
	names := []Rival{LastPeriod, MeanOfAll, OwnRate}
	if r.recency != nil {
		names = append(names, RecencyFrequency)
	}
	return append(names, OwnMean)
}

// Of returns what a rival forecasts of a customer for the next t units; orders is what the model expects.
func (r Rivals) Of(rival Rival, p RivalHistory, t, orders float64) Forecast {
	own := p.Margin / float64(p.X+1)
	switch rival {
	case LastPeriod:
		times := t / cmp.Or(r.period, t)
		return Forecast{times * float64(p.Recent), times * p.RecentMargin}
	case MeanOfAll:
		n := r.mean.ExpectedPurchases(p.X, p.TX, p.T, t)
		return Forecast{n, n * r.meanMargin}
	case OwnRate:
		n := r.own.ExpectedPurchases(p.X, p.TX, p.T, t)
		return Forecast{n, n * own}
	case RecencyFrequency:
		n := r.recency.ExpectedPurchases(p.X, p.TX, p.T, t)
		return Forecast{n, n * own}
	}
	return Forecast{orders, orders * own}
}

// Errors adds up how far forecasts were from what came. The zero Errors is of no customers.
type Errors struct {
	n                                  float64
	predicted, absolute, square        float64
	money, moneyAbsolute, moneySquares float64
}

// Add adds n customers of whom the same was forecast and came.
func (e *Errors) Add(f, came Forecast, n int) {
	w := float64(n)
	e.n += w
	e.predicted += w * f.Orders
	e.money += w * f.Margin
	e.absolute += w * math.Abs(f.Orders-came.Orders)
	e.square += w * (f.Orders - came.Orders) * (f.Orders - came.Orders)
	e.moneyAbsolute += w * math.Abs(f.Margin-came.Margin)
	e.moneySquares += w * (f.Margin - came.Margin) * (f.Margin - came.Margin)
}

// Predicted is what was forecast of all customers.
func (e Errors) Predicted() Forecast { return Forecast{e.predicted, e.money} }

// MeanAbsolute is the mean absolute error of a customer; 0 of no customers.
func (e Errors) MeanAbsolute() Forecast {
	n := max(e.n, 1)
	return Forecast{e.absolute / n, e.moneyAbsolute / n}
}

// RootMeanSquare is the root mean square error of a customer; 0 of no customers. By it forecasts are compared: on the mean absolute error
// "nobody buys" nearly wins.
func (e Errors) RootMeanSquare() Forecast {
	n := max(e.n, 1)
	return Forecast{math.Sqrt(e.square / n), math.Sqrt(e.moneySquares / n)}
}
