package pricing_test

import (
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

var (
	rub   = mustCurrency("RUB")
	day   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	since = day.AddDate(-1, 0, 0)
)

func mustCurrency(code string) money.Currency {
	c, err := money.ParseCurrency(code)
	if err != nil {
		panic(err)
	}
	return c
}

func dec(text string) money.Decimal { return money.MustDecimal(text) }

func some(text string) *money.Decimal {
	d := dec(text)
	return &d
}

func amount(minor int64) *money.Amount {
	a := money.Minor(minor)
	return &a
}

func days(n int) *int { return &n }

func moment(offset int) *time.Time {
	at := day.AddDate(0, 0, offset)
	return &at
}

// curtain costs 500 of cloth and an hour at the loom of 400, half of which is fixed: 900 in full, 700 where the loom
// stands idle. Its standard lead time is ten days. It is sold at cost + 50 %, and never for less than marginal cost / 0.8.
func curtain() pricing.Source {
	return pricing.Source{
		Basis: costing.Basis{
			Catalogue: costing.NewCatalogue([]costing.Product{{
				ID: "curtain", SKU: "CUR-1", Name: "Curtain", Kind: "GOOD", StandardLeadDays: 10,
				Components: []costing.Component{{Material: "cloth", Quantity: dec("2")}, {Resource: "loom", Quantity: dec("1")}},
				Options:    []costing.Option{{Code: "lining", Name: "Lining", Surcharge: money.Minor(100_00)}},
			}}),
			Rates:    costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "250"), loom()}),
			Bookings: costing.NewBookings(nil),
			Load:     costing.DefaultLoad(), Currency: rub, Zone: time.UTC,
		},
		Terms: []pricing.Terms{{ID: "t", ProductID: "curtain", Markup: dec("0.5"), MinimumMargin: dec("0.2"), ValidFrom: since, RecordedAt: since}},
		Step:  money.Minor(1),
	}
}

// loom is its rate.
func loom() costing.Rate {
	loom := rate("RESOURCE", "loom", "hour", "400")
	loom.CapacityPerDay, loom.FixedShare = some("8"), some("0.5")
	return loom
}

func rate(subject, code, unit, amount string) costing.Rate {
	return costing.Rate{ID: code, Subject: subject, Code: code, Unit: unit, Amount: dec(amount), ValidFrom: since, RecordedAt: since}
}

func rule(id, condition, percent string) pricing.Rule {
	return pricing.Rule{ID: id, Name: "Rule " + id, Condition: condition, Percent: some(percent), RecordedAt: since}
}

func ask() pricing.Question {
	return pricing.Question{
		Customer: pricing.Customer{
			ID: "anna", Kind: "PERSON", Stage: "LOYAL", PermissionLevel: "PERSONAL", PermissionRank: 3,
			LifetimeValue: money.Minor(1234_50), Measurements: map[string]any{"window": 180.0, "colour": "green"},
		},
		ProductID: "curtain", Quantity: dec("1"), At: day,
	}
}
