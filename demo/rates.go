package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// price is the price of something at the beginning, in the currency's major unit.
type price struct {
	subject    schema.RateSubject
	code, unit string
	amount     float64
	swing      float64 // the most by which a change raises it, as a share; it lowers it by three tenths of that at most
	capacity   string  // units a day that is worked
	fixed      string  // the share that is spent even when the resource stands idle
}

var prices = []price{
	{schema.RateStaff, "director", "hour", 2400, 0.10, "", ""},
	{schema.RateStaff, "manager", "hour", 1800, 0.10, "", ""},
	{schema.RateStaff, "senior", "hour", 1150, 0.12, "", ""},
	{schema.RateStaff, "consultant", "hour", 850, 0.12, "", ""},
	{schema.RateStaff, "analyst", "hour", 1300, 0.10, "", ""},

	{schema.RateChannelFee, "PHONE", "contact", 3.5, 0.10, "", ""},
	{schema.RateChannelFee, "EMAIL", "contact", 0.1525, 0.10, "", ""},
	{schema.RateChannelFee, "SMS", "contact", 4.9, 0.15, "", ""},
	{schema.RateChannelFee, "MESSENGER", "contact", 0.8, 0.10, "", ""},
	{schema.RateChannelFee, "POST", "contact", 96, 0.15, "", ""},
	{schema.RateChannelFee, "VISIT", "contact", 420, 0.15, "", ""},
	{schema.RateChannelFee, "WEB", "contact", 0.05, 0, "", ""},
	{schema.RateChannelFee, "APP", "contact", 0.02, 0, "", ""},
	{schema.RateChannelMinute, "PHONE", "minute", 1.2, 0.15, "", ""},
	{schema.RateChannelMinute, "EMAIL", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "SMS", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "MESSENGER", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "POST", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "VISIT", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "WEB", "minute", 0, 0, "", ""},
	{schema.RateChannelMinute, "APP", "minute", 0, 0, "", ""},

	{schema.RateMaterial, "linen", "m", 780, 0.09, "", ""},
	{schema.RateMaterial, "velvet", "m", 1150, 0.10, "", ""},
	{schema.RateMaterial, "blackout", "m", 690, 0.09, "", ""},
	{schema.RateMaterial, "jacquard", "m", 1320, 0.11, "", ""},
	{schema.RateMaterial, "cotton", "m", 520, 0.08, "", ""},
	{schema.RateMaterial, "voile", "m", 310, 0.08, "", ""},
	{schema.RateMaterial, "organza", "m", 380, 0.08, "", ""},
	{schema.RateMaterial, "lining-satin", "m", 190, 0.06, "", ""},
	{schema.RateMaterial, "lining-thermal", "m", 340, 0.07, "", ""},
	{schema.RateMaterial, "pleat-tape", "m", 46.5, 0.06, "", ""},
	{schema.RateMaterial, "weight-cord", "m", 28.4, 0.06, "", ""},
	{schema.RateMaterial, "thread", "m", 0.0825, 0.05, "", ""},
	{schema.RateMaterial, "fringe", "m", 260, 0.08, "", ""},
	{schema.RateMaterial, "profile-aluminium", "m", 430, 0.12, "", ""},
	{schema.RateMaterial, "rod-oak", "m", 890, 0.08, "", ""},
	{schema.RateMaterial, "profile-flexible", "m", 1240, 0.12, "", ""},
	{schema.RateMaterial, "bracket", "piece", 160, 0.07, "", ""},
	{schema.RateMaterial, "motor-drive", "piece", 8900, 0.14, "", ""},
	{schema.RateMaterial, "remote-control", "piece", 1900, 0.12, "", ""},
	{schema.RateMaterial, "roller-tube", "m", 410, 0.08, "", ""},
	{schema.RateMaterial, "roller-fabric", "m2", 860, 0.08, "", ""},
	{schema.RateMaterial, "roman-kit", "piece", 1250, 0.07, "", ""},
	{schema.RateMaterial, "slat-aluminium", "m2", 940, 0.12, "", ""},
	{schema.RateMaterial, "slat-lime", "m2", 2350, 0.08, "", ""},
	{schema.RateMaterial, "filling", "piece", 240, 0.06, "", ""},
	{schema.RateMaterial, "packaging", "piece", 85, 0.06, "", ""},

	{schema.RateResource, "cutting", "hour", 540, 0.08, "14", "0.7"},
	{schema.RateResource, "sewing", "hour", 620, 0.10, "96", "0.6"},
	{schema.RateResource, "joinery", "hour", 680, 0.08, "35", "0.65"},
	{schema.RateResource, "measuring", "hour", 700, 0.08, "6", "0.4"},
	{schema.RateResource, "fitting", "hour", 900, 0.10, "19", "0.5"},
	{schema.RateResource, "care", "hour", 450, 0.08, "6", "0.5"},
}

// vat is the tax code of all products.
const vat = "НДС"

// taxes are the shares of vat, with the day from which each holds and the day on which it became known. They are those of Russia.
var taxes = []struct {
	share       string
	from, known time.Time
}{
	{"0.2", time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2018, 8, 3, 0, 0, 0, 0, time.UTC)},
	{"0.22", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 11, 28, 0, 0, 0, 0, time.UTC)},
}

// changes are the days, from the beginning, on which rates change.
var changes = []int{118, 290, 477, 655}

// setRates writes two years of rates, without the verb: each was known a few days before it was valid, which is in the past.
func (c *company) setRates(ctx context.Context) error {
	r := c.draws("rates", 0)
	var rows [][]any
	add := func(p price, amount money.Decimal, from, recorded time.Time) {
		rows = append(rows, []any{
			drawID(r, id.Rate, recorded), string(p.subject), p.code, p.unit, amount.Nano(), c.currency.Code(), from, recorded, decimalOrNil(p.capacity), decimalOrNil(p.fixed),
		})
	}
	for _, p := range prices {
		from := c.begin.AddDate(0, 0, -60)
		amount := p.amount
		add(p, rounded(amount), from, from.AddDate(0, 0, -3))
		for i, day := range changes {
			if p.swing == 0 || r.Float64() < 0.25 {
				continue
			}
			p.capacity = grown(p.capacity, i)
			amount *= 1 + p.swing*(r.Float64()*1.4-0.3)
			from := c.begin.AddDate(0, 0, day+r.IntN(9))
			add(p, rounded(amount), from, from.Add(-time.Duration(24*(1+r.IntN(9))-9)*time.Hour))
		}
	}
	own := price{subject: schema.RateStaff, code: "sales@erker.example", unit: "hour"}
	add(own, money.Whole(1350), c.begin.AddDate(0, 0, 365), c.begin.AddDate(0, 0, 360))
	rent, waste := price{subject: schema.RateOverhead, code: "rent and management", unit: "share"}, price{subject: schema.RateOverhead, code: "spoilage", unit: "share"}
	early := c.begin.AddDate(0, 0, -63)
	add(rent, money.MustDecimal("0.12"), c.begin.AddDate(0, 0, -60), early)
	add(waste, money.MustDecimal("0.03"), c.begin.AddDate(0, 0, -60), early)
	add(rent, money.MustDecimal("0.135"), c.begin.AddDate(0, 0, 365), c.begin.AddDate(0, 0, 360))
	// The landlord's letter came late: for these weeks the prices and the present books go by different rates.
	add(rent, money.MustDecimal("0.142"), c.begin.AddDate(0, 0, 600), c.begin.AddDate(0, 0, 634))
	for _, tax := range taxes {
		if tax.known.Before(c.today) {
			y, m, d := tax.from.Date()
			add(price{subject: schema.RateTax, code: vat, unit: "share"}, money.MustDecimal(tax.share), time.Date(y, m, d, 0, 0, 0, 0, c.zone).UTC(), tax.known)
		}
	}
	columns := []string{"id", "subject", "code", "unit", "amount", "currency_code", "valid_from", "recorded_at", "capacity_per_day", "fixed_share"}
	err := c.store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error { return copyRows(ctx, b, "rates", columns, rows) })
	if err != nil {
		return err
	}
	return c.service.Reload(ctx)
}

// announceRates records by the verb that fabric becomes more expensive next month.
func (c *company) announceRates(ctx context.Context, r *rand.Rand) error {
	basis := c.service.Quote.PriceBook().Basis()
	for _, code := range []string{"linen", "velvet", "jacquard"} {
		now, ok := basis.Rates.At(string(schema.RateMaterial), code, c.clock.at, c.clock.at)
		if !ok {
			return fmt.Errorf("no rate of %s", code)
		}
		dearer, _ := now.Amount.Rat().Float64()
		_, err := c.service.Rates.SetRate(c.as(ctx, c.staff["manager@erker.example"]), service.SetRateInput{
			ID: pointer(drawID(r, id.Rate, c.clock.at)), Subject: schema.RateMaterial, Code: code, Unit: "m",
			Amount: money.Exact(rounded(dearer * 1.07).String()), ValidFrom: c.today.AddDate(0, 0, 25),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rounded returns a rate as people write it: to 10 above 200, to a ten-thousandth below 1, else to a hundredth.
func rounded(amount float64) money.Decimal {
	step := 0.01
	switch {
	case amount >= 200:
		step = 10
	case amount < 1:
		step = 0.0001
	}
	return money.MustDecimal(fmt.Sprintf("%.4f", float64(int64(amount/step+0.5))*step))
}

// grown returns the capacity after a change of rates: the company hires as it grows.
func grown(capacity string, change int) string {
	if capacity == "" {
		return ""
	}
	now, _ := money.MustDecimal(capacity).Rat().Float64()
	return trimmed(math.Round(now * (1.1 + 0.04*float64(change))))
}

func decimalOrNil(text string) any {
	if text == "" {
		return nil
	}
	return money.MustDecimal(text).Nano()
}
