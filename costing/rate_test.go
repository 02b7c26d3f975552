package costing_test

import (
	"errors"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

var (
	rub = mustCurrency("RUB")
	day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // a Monday
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

// rate is known and valid from a year before the tests' day.
func rate(subject, code, unit, amount string) costing.Rate {
	from := day.AddDate(-1, 0, 0)
	return costing.Rate{ID: subject + code, Subject: subject, Code: code, Unit: unit, Amount: dec(amount), ValidFrom: from, RecordedAt: from}
}

// TestRateHasTwoTimes: oak costs 10, from March 12; on March 5 we learn that it costs 13 since March 3, and on March 7
// that from March it was 11.
func TestRateHasTwoTimes(t *testing.T) {
	t.Parallel()
	march := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	oak := func(id, amount string, valid, recorded int) costing.Rate {
		return costing.Rate{ID: id, Subject: costing.SubjectMaterial, Code: "oak", Unit: "kg", Amount: dec(amount), ValidFrom: march(valid), RecordedAt: march(recorded)}
	}
	rates := costing.NewRates([]costing.Rate{
		oak("a", "10", -30, -30), oak("b", "12", 1, -30), oak("c", "13", 3, 5), oak("d", "11", 1, 7), oak("e", "11.5", 1, 7),
	})
	for _, c := range []struct {
		at, known int
		want      string // "" for none
	}{
		{-31, 9, ""},
		{-30, -31, ""},
		{-30, -30, "10"},
		{0, 9, "10"},
		{1, 0, "12"},
		{4, 4, "12"},
		{4, 5, "13"},
		{3, 5, "13"},
		{2, 6, "12"},
		{2, 7, "11.5"}, // of two that were recorded at once the one with the greater id
		{4, 7, "13"},
		{4, -30, "12"},
	} {
		t.Run(fmt.Sprintf("day %d as known on day %d", c.at, c.known), func(t *testing.T) {
			got, ok := rates.At(costing.SubjectMaterial, "oak", march(c.at), march(c.known))
			if ok != (c.want != "") || (ok && got.Amount != dec(c.want)) {
				t.Errorf("at %d as known at %d: %s, %v; want %q", c.at, c.known, got.Amount, ok, c.want)
			}
		})
	}
	if _, ok := rates.At(costing.SubjectResource, "oak", march(5), march(9)); ok {
		t.Error("a material's rate passed for a resource's")
	}
	if next, ok := rates.Next(costing.SubjectMaterial, "oak", march(1), march(9)); !ok || !next.Equal(march(3)) {
		t.Errorf("after March 1 the next begins %s, %v", next, ok)
	}
	if next, ok := rates.Next(costing.SubjectMaterial, "oak", march(1), march(4)); ok {
		t.Errorf("on March 4 nothing was known after March 1, but: %s", next)
	}
	if next, ok := rates.Next(costing.SubjectMaterial, "oak", march(3), march(9)); ok {
		t.Errorf("nothing begins after March 3, but: %s", next)
	}
}

// TestRatesAgainstScan holds the index against a scan of all rates, in whatever order they come.
func TestRatesAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hour := rapid.IntRange(0, 6)
		n := rapid.IntRange(0, 12).Draw(t, "n")
		rates := make([]costing.Rate, n)
		for i := range rates {
			rates[i] = costing.Rate{
				ID: fmt.Sprintf("%02d", i), Subject: costing.SubjectMaterial, Code: rapid.SampledFrom([]string{"oak", "pine"}).Draw(t, "code"), Unit: "kg",
				ValidFrom:  day.Add(time.Duration(hour.Draw(t, "valid")) * time.Hour),
				RecordedAt: day.Add(time.Duration(hour.Draw(t, "recorded")) * time.Hour),
			}
		}
		at, known := day.Add(time.Duration(hour.Draw(t, "at"))*time.Hour), day.Add(time.Duration(hour.Draw(t, "known"))*time.Hour)
		best := -1
		for i, r := range rates {
			if r.Code != "oak" || r.ValidFrom.After(at) || r.RecordedAt.After(known) {
				continue
			}
			if best < 0 || r.ValidFrom.After(rates[best].ValidFrom) ||
				(r.ValidFrom.Equal(rates[best].ValidFrom) && !r.RecordedAt.Before(rates[best].RecordedAt)) {
				best = i
			}
		}
		shuffled := append([]costing.Rate{}, rates...)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, ok := costing.NewRates(shuffled).At(costing.SubjectMaterial, "oak", at, known)
		if ok != (best >= 0) || (ok && got.ID != rates[best].ID) {
			t.Fatalf("got %v %v; want number %d", got.ID, ok, best)
		}
	})
}

func TestCheckRate(t *testing.T) {
	t.Parallel()
	good := []costing.Rate{
		rate("STAFF", "anna@example.com", "hour", "600"), rate("STAFF", "senior", "minute", "12.3456789"),
		rate("CHANNEL_FEE", "SMS", "contact", "2.5"), rate("CHANNEL_MINUTE", "PHONE", "minute", "0"),
		rate("OVERHEAD", "rent", "share", "0.12"), rate("MATERIAL", "oak", "m2", "1200"),
		{Subject: "RESOURCE", Code: "loom", Unit: "hour", Amount: dec("90"), CapacityPerDay: some("0"), FixedShare: some("1")},
	}
	for _, r := range good {
		if err := costing.CheckRate(r); err != nil {
			t.Errorf("%s in %s: %v", r.Code, r.Unit, err)
		}
	}
	with := func(subject, unit string, change func(*costing.Rate)) costing.Rate {
		r := rate(subject, "x", unit, "1")
		change(&r)
		return r
	}
	nothing := func(*costing.Rate) {}
	for _, c := range []struct {
		rate  costing.Rate
		field string
	}{
		{with("STAFF", "day", nothing), "unit"},
		{with("CHANNEL_FEE", "minute", nothing), "unit"},
		{with("CHANNEL_MINUTE", "hour", nothing), "unit"},
		{with("OVERHEAD", "percent", nothing), "unit"},
		{with("MATERIAL", "", nothing), "unit"},
		{with("RESOURCE", "", nothing), "unit"},
		{with("GOLD", "kg", nothing), "subject"},
		{with("STAFF", "hour", func(r *costing.Rate) { r.Amount = dec("-0.000000001") }), "amount"},
		{with("STAFF", "hour", func(r *costing.Rate) { r.Code = "" }), "code"},
		{with("STAFF", "hour", func(r *costing.Rate) { r.CapacityPerDay = some("8") }), "capacityPerDay"},
		{with("RESOURCE", "hour", func(r *costing.Rate) { r.CapacityPerDay = some("-1") }), "capacityPerDay"},
		{with("MATERIAL", "kg", func(r *costing.Rate) { r.FixedShare = some("0.5") }), "fixedShare"},
		{with("RESOURCE", "hour", func(r *costing.Rate) { r.FixedShare = some("1.000000001") }), "fixedShare"},
		{with("RESOURCE", "hour", func(r *costing.Rate) { r.FixedShare = some("-0.1") }), "fixedShare"},
	} {
		t.Run(c.field+" of "+c.rate.Subject, func(t *testing.T) {
			var wrong *costing.FieldError
			if err := costing.CheckRate(c.rate); !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Errorf("%+v: %v; want an error of %s", c.rate, err, c.field)
			}
		})
	}
}
