package value

import (
	"encoding/json"
	"fmt"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
	"kopeck/schema"
)

// RivalForecast is how a simple forecast did in the days that a model was tested on.
type RivalForecast struct {
	Forecast                  schema.SimpleForecast `json:"forecast"`
	PredictedOrders           float64               `json:"predictedOrders"`
	MeanAbsoluteError         float64               `json:"meanAbsoluteError"`
	RootMeanSquareError       float64               `json:"rootMeanSquareError"`
	PredictedMargin           money.Amount          `json:"predictedMargin"`
	MarginMeanAbsoluteError   money.Amount          `json:"marginMeanAbsoluteError"`
	MarginRootMeanSquareError money.Amount          `json:"marginRootMeanSquareError"`
	BetterForOrders           bool                  `json:"betterForOrders"`
	BetterForMargin           bool                  `json:"betterForMargin"`
}

// compare compares a model with the simple forecasts, in orders and in money, on the days of a trial. The model is f's own, or one of its
// kind that was fitted to an earlier part of the orders. Where a simple forecast was better, every customer's notes say so.
func (f *fitted) compare(t *trial, m *Model) error {
	unit := m.Counts.TimeUnit()
	rivals, err := backtest.NewRivals(t.log.sample(unit), t.log.meanMargin())
	if err != nil {
		return err
	}
	ahead := float64(t.log.heldOutDays()) / unit.Days()
	names := rivals.Names()
	errors, mine := make([]backtest.Errors, len(names)), backtest.Errors{}
	came, times := backtest.Forecast{}, t.log.customers.each()
	held := t.log.customers
	for _, h := range held.all {
		margin, err := m.orderMargin(h.earnings(t.log.endDay), h.last())
		if err != nil {
			return err
		}
		past := backtest.RivalHistory{Margin: float64(h.earned), Recent: int(h.recent), RecentMargin: float64(h.recentEarned)}
		past.X, past.TX, past.T = h.stats().In(unit)
		orders := lifetime.Repeating(m.Counts, past.Recent).ExpectedPurchases(past.X, past.TX, past.T, ahead)
		is := backtest.Forecast{Orders: float64(h.held), Margin: float64(h.heldEarned)}
		came.Margin += is.Margin
		mine.Add(backtest.Forecast{Orders: orders, Margin: orders * margin}, is, 1)
		for i, name := range names {
			errors[i].Add(rivals.Of(name, past, ahead, orders), is, 1)
		}
	}
	b := f.backTest
	if b.HoldoutMargin, b.PredictedMargin, b.MarginMeanAbsoluteError, b.MarginRootMeanSquareError, err = marginsOf(came, mine, times); err != nil {
		return err
	}
	best := mine.RootMeanSquare()
	for i, name := range names {
		if string(name) == string(f.row.Kind) && f.report.OwnMean || name == backtest.OwnMean && f.report.OwnMean {
			continue // the forecast that is tested
		}
		r, err := rivalOf(name, errors[i], times)
		if err != nil {
			return err
		}
		r.BetterForOrders = name != backtest.OwnMean && errors[i].RootMeanSquare().Orders < best.Orders
		r.BetterForMargin = errors[i].RootMeanSquare().Margin < best.Margin
		b.Rivals = append(b.Rivals, r)
	}
	if times > 1 {
		f.report.note("the model was compared with the simple forecasts on %d of the %d customers, drawn at random", len(held.all), held.offered)
	}
	f.warnOfRivals(names, errors, mine, t.log.heldOutDays())
	f.row.BackTest, err = json.Marshal(b)
	return err
}

// marginsOf returns the margin that came, that was predicted, and the errors of the prediction, as money; of all customers, each of those
// that were compared standing for some.
func marginsOf(came backtest.Forecast, e backtest.Errors, times float64) (holdout, predicted, absolute, square *money.Amount, err error) {
	var all [4]money.Amount
	for i, minor := range []float64{times * came.Margin, times * e.Predicted().Margin, e.MeanAbsolute().Margin, e.RootMeanSquare().Margin} {
		if all[i], err = money.FromFloat(minor); err != nil {
			return nil, nil, nil, nil, err
		}
	}
	return &all[0], &all[1], &all[2], &all[3], nil
}

func rivalOf(name backtest.Rival, e backtest.Errors, times float64) (RivalForecast, error) {
	_, predicted, absolute, square, err := marginsOf(backtest.Forecast{}, e, times)
	if err != nil {
		return RivalForecast{}, err
	}
	return RivalForecast{
		Forecast: schema.SimpleForecast(name), PredictedOrders: times * e.Predicted().Orders, MeanAbsoluteError: e.MeanAbsolute().Orders,
		RootMeanSquareError: e.RootMeanSquare().Orders, PredictedMargin: *predicted, MarginMeanAbsoluteError: *absolute, MarginRootMeanSquareError: *square,
	}, nil
}

// warnOfRivals notes which simple forecast was best, and warns where it was better than the model. Notes have no amounts, since
// who reads a customer's notes may not see margins.
func (f *fitted) warnOfRivals(names []backtest.Rival, errors []backtest.Errors, mine backtest.Errors, days int) {
	for _, by := range []struct {
		what  string
		error func(e backtest.Errors) float64
	}{
		{"orders", func(e backtest.Errors) float64 { return e.RootMeanSquare().Orders }},
		{"margin", func(e backtest.Errors) float64 { return e.RootMeanSquare().Margin }},
	} {
		best := -1
		for i, name := range names {
			if self := f.isForecast(name, by.what); self || name == backtest.OwnMean && by.what == "orders" {
				continue
			}
			if best < 0 || by.error(errors[i]) < by.error(errors[best]) {
				best = i
			}
		}
		if best < 0 || by.error(mine) == 0 && by.error(errors[best]) == 0 {
			continue
		}
		rival, own, other := names[best], by.error(mine), by.error(errors[best])
		if other >= own {
			f.report.note("the best simple forecast of %s in the %d days held out, %s, has an error %.1f %% greater than the model's", by.what, days, describe(rival), 100*(other/max(own, 1e-9)-1))
			continue
		}
		f.report.warnWithCosts(fmt.Sprintf("a simple forecast, %s, was nearer to the %s of the %d days held out than this model: its error is %.1f %% smaller; %s",
			describe(rival), by.what, days, 100*(1-other/own), howToChoose(rival)))
	}
}

// isForecast reports whether a rival forecasts the same as the fit itself.
func (f *fitted) isForecast(rival backtest.Rival, what string) bool {
	sameOrders := string(rival) == string(f.row.Kind)
	if what == "orders" {
		return sameOrders
	}
	return f.report.OwnMean && (sameOrders && rival != backtest.MeanOfAll || rival == backtest.OwnMean)
}

// describe says what a rival is.
func describe(r backtest.Rival) string {
	switch r {
	case backtest.LastPeriod:
		return "as much as in the last period of the same length (of a year at most)"
	case backtest.MeanOfAll:
		return "the mean of all customers"
	case backtest.OwnRate:
		return "the customer's own rate and mean margin"
	case backtest.RecencyFrequency:
		return "recency and frequency (the own rate of who has not been silent for long)"
	}
	return "the expected orders times the customer's own mean margin"
}

// howToChoose says how a rival is used in place of the model.
func howToChoose(r backtest.Rival) string {
	switch r {
	case backtest.MeanOfAll:
		return "it can be chosen as the kind MEAN_RATE"
	case backtest.OwnMean:
		return "it can be chosen as orderMargin OWN_MEAN"
	}
	return fmt.Sprintf("it can be chosen as the kind %s with orderMargin OWN_MEAN", r)
}
