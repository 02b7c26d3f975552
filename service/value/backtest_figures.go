package value

import "kopeck/money"

// BackTestFigures is a BackTest whose amounts are texts with the currency's decimals, as a command prints it.
type BackTestFigures struct {
	*BackTest

	HoldoutMargin             string         `json:"holdoutMargin,omitempty"`
	PredictedMargin           string         `json:"predictedMargin,omitempty"`
	MarginMeanAbsoluteError   string         `json:"marginMeanAbsoluteError,omitempty"`
	MarginRootMeanSquareError string         `json:"marginRootMeanSquareError,omitempty"`
	Rivals                    []RivalFigures `json:"rivals,omitempty"`
}

// RivalFigures is a RivalForecast whose amounts are texts.
type RivalFigures struct {
	RivalForecast

	PredictedMargin           string `json:"predictedMargin"`
	MarginMeanAbsoluteError   string `json:"marginMeanAbsoluteError"`
	MarginRootMeanSquareError string `json:"marginRootMeanSquareError"`
}

// Figures returns the test with its amounts as texts; nil of none.
func (b *BackTest) Figures(currency money.Currency) *BackTestFigures {
	if b == nil {
		return nil
	}
	text := func(a *money.Amount) string {
		if a == nil {
			return ""
		}
		return currency.Format(*a)
	}
	f := &BackTestFigures{
		BackTest: b, HoldoutMargin: text(b.HoldoutMargin), PredictedMargin: text(b.PredictedMargin),
		MarginMeanAbsoluteError: text(b.MarginMeanAbsoluteError), MarginRootMeanSquareError: text(b.MarginRootMeanSquareError),
	}
	for _, r := range b.Rivals {
		f.Rivals = append(f.Rivals, RivalFigures{r, text(&r.PredictedMargin), text(&r.MarginMeanAbsoluteError), text(&r.MarginRootMeanSquareError)})
	}
	return f
}
