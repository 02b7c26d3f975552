package value

import (
	"encoding/json"
	"testing"

	"kopeck/money"
	"kopeck/schema"
)

// TestBackTestFigures: what a command prints has amounts with the currency's decimals, 50161.38 and not 5016138.
func TestBackTestFigures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		currency, margin, error string
	}{"roubles": {"RUB", "50161.38", "-60.83"}, "yen": {"JPY", "5016138", "-6083"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			currency, err := money.ParseCurrency(c.currency)
			if err != nil {
				t.Fatal(err)
			}
			margin := money.Minor(5016138)
			b := &BackTest{HoldoutOrders: 7, HoldoutMargin: &margin, Rivals: []RivalForecast{{Forecast: schema.ForecastOwnRate, PredictedMargin: money.Minor(-6083)}}}
			text, err := json.Marshal(b.Figures(currency))
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				HoldoutOrders                  int
				HoldoutMargin, PredictedMargin *string
				Rivals                         []struct{ Forecast, PredictedMargin string }
			}
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if got.HoldoutOrders != 7 || *got.HoldoutMargin != c.margin || got.PredictedMargin != nil || len(got.Rivals) != 1 || got.Rivals[0].Forecast != "OWN_RATE" || got.Rivals[0].PredictedMargin != c.error {
				t.Errorf("%s", text)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		if (*BackTest)(nil).Figures(money.Currency{}) != nil {
			t.Error("figures of no test")
		}
	})
}
