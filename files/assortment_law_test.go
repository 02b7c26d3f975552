package files_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
)

// history is a company whose catalogue changes at random.
type history struct {
	*apptest.World

	*rand.Rand

	products, customers []string // ids
	skus                []string
	measurements        []*ent.MeasurementDefinition
	agreements, rules   []string
}

// TestRandomCatalogueThroughFiles: a catalogue whose products, prices, recipes, measurements, rules and agreements were made, changed, set
// for the past and ended at random moments costs the same and has the same prices in another installation, on the other database, at
// every moment and by what was known at every moment; and its files are the same to the byte.
func TestRandomCatalogueThroughFiles(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			urls := []string{dbtest.SQLite(t), dbtest.Postgres(t)}
			from, to := apptest.New(t, urls[seed%2]), apptest.New(t, urls[1-seed%2])
			h := &history{World: from, Rand: rand.New(rand.NewPCG(seed, 14))}
			h.begin()
			for range 60 {
				h.Clock.Advance(time.Duration(1+h.IntN(72)) * time.Hour)
				h.step()
			}
			to.Clock.Set(from.Clock.Now())
			for _, kind := range append([]option.Kind{option.Rates, option.Customers}, sold...) {
				text := exportOf(from, kind)
				report, err := files.Import(to.System(), to.App, option.Options{Kind: kind, Source: strings.NewReader(text), Chunk: 3, Rejects: t.TempDir() + "/rejects.csv"})
				if err != nil || report.Rejected > 0 || report.Present > 0 {
					t.Fatalf("%s: %v %s\n%s", kind, err, report, text)
				}
				if got := exportOf(to, kind); got != text {
					t.Errorf("%s came out as\n%s\nwant\n%s", kind, got, text)
				}
			}
			h.compare(to)
		})
	}
}

func exportOf(w *apptest.World, kind option.Kind) string {
	w.T.Helper()
	var out bytes.Buffer
	w.Must(files.Export(w.System(), w.App, kind, &out))
	return out.String()
}

func (h *history) begin() {
	h.Rate(schema.RateMaterial, "oak", "100", "kg", apptest.Start.AddDate(-1, 0, 0))
	h.Rate(schema.RateMaterial, "glass", "250", "m2", apptest.Start.AddDate(-1, 0, 0))
	h.Rate(schema.RateResource, "saw", "1200", "hour", apptest.Start.AddDate(-1, 0, 0))
	for _, code := range []string{"width", "height"} {
		m, err := h.Catalogue.DefineMeasurement(h.System(), service.DefineMeasurementInput{Code: code, Name: code, Unit: "m", Least: "0.5", Most: "5"})
		h.Must(err)
		h.measurements = append(h.measurements, m)
	}
	for range 2 {
		h.customers = append(h.customers, h.CustomerID())
	}
	for range 3 {
		h.product()
	}
}

// some returns an optional value, given two times of three.
func some[V any](h *history, v V) *V {
	if h.IntN(3) == 0 {
		return nil
	}
	return &v
}

func (h *history) product() {
	sku := fmt.Sprintf("P-%d, \"%d\"", len(h.skus), h.IntN(100))
	in := service.CreateProductInput{Sku: sku, Name: "Product " + sku, Unit: some(h, "piece"), Category: some(h, "Category"), Components: h.components(len(h.skus)), Options: h.options(len(h.skus))}
	if h.IntN(2) == 0 {
		in.Markup = exactly(h, -2, 8)
	} else {
		in.ListPrice = h.roubles(5000)
	}
	in.MinimumMargin, in.Partner = exactly(h, 0, 3), some(h, "Workshop")
	h.products, h.skus = append(h.products, h.Product(in)), append(h.skus, sku)
}

// exactly is a number of tenths, or nothing.
func exactly(h *history, low, high int) *money.Exact {
	return some(h, money.Exact(money.Nano(int64(low+h.IntN(high-low))*100_000_000).String()))
}

func (h *history) roubles(most int) *service.MoneyInput {
	return apptest.Roubles(fmt.Sprintf("%d.%02d", h.IntN(most), h.IntN(100)))
}

// components are made of materials, resources, and products before a place.
func (h *history) components(before int) (all []*service.ComponentInput) {
	for range 1 + h.IntN(3) {
		c := &service.ComponentInput{Quantity: money.Exact(fmt.Sprintf("%d.%d", 1+h.IntN(3), h.IntN(10)))}
		switch text := [...]string{"oak", "glass", "saw", "part"}[h.IntN(4)]; {
		case text == "saw":
			c.Resource = &text
		case text == "part" && before > 0:
			c.ProductSku = &h.skus[h.IntN(before)]
		case text == "part":
			text = "oak"
			c.Material = &text
		default:
			c.Material = &text
		}
		if h.IntN(4) == 0 {
			formula := [...]string{"width * height * 1.1", "ceil(width / 1.4) * (height + 0.2)", "width > 2 ? 3 : 1.5"}[h.IntN(3)]
			c.Quantity, c.QuantityFormula = "", &formula
		}
		all = append(all, c)
	}
	return all
}

func (h *history) options(before int) (all []*service.ProductOptionInput) {
	for n := range h.IntN(3) {
		all = append(all, &service.ProductOptionInput{Code: fmt.Sprint("opt", n), Name: "Option", Surcharge: h.roubles(300), Components: h.components(before), Grade: some(h, n == 0)})
	}
	return all
}

// step changes one thing.
func (h *history) step() {
	at := h.IntN(len(h.products))
	productID, ctx := h.products[at], h.System()
	past, reason := h.Clock.Now().AddDate(0, 0, -h.IntN(40)), "it was counted anew"
	ahead := h.Clock.Now().AddDate(0, 0, h.IntN(40)).Add(time.Hour)
	var err error
	switch h.IntN(9) {
	case 0:
		h.product()
	case 1:
		_, err = h.Catalogue.SetRecipe(ctx, service.SetRecipeInput{ProductID: productID, Components: h.components(at), Options: h.options(at), ValidFrom: &past, Reason: &reason})
	case 2:
		_, err = h.Catalogue.SetRecipe(ctx, service.SetRecipeInput{ProductID: productID, Components: h.components(at), ValidFrom: &ahead})
	case 3:
		_, err = h.Catalogue.SetListPrice(ctx, service.SetListPriceInput{ProductID: productID, ListPrice: h.roubles(5000), MinimumMargin: exactly(h, 0, 3), ValidFrom: some(h, past)})
	case 4:
		p, failed := h.Client.Product.Get(ctx, productID)
		h.Must(failed)
		days := h.IntN(40)
		_, err = h.Catalogue.UpdateProduct(ctx, service.UpdateProductInput{ID: productID, ExpectedVersion: p.Version, StandardLeadDays: &days, Name: some(h, "Renamed"), Category: some(h, "Other")})
	case 5:
		m, failed := h.Client.MeasurementDefinition.Get(ctx, h.measurements[h.IntN(2)].ID)
		h.Must(failed)
		most := money.Exact(fmt.Sprint(5 + h.IntN(5)))
		_, err = h.Catalogue.UpdateMeasurement(ctx, service.UpdateMeasurementInput{ID: m.ID, ExpectedVersion: m.Version, Most: &most})
	case 6:
		h.rule(ctx.Err() == nil)
	case 7:
		a, failed := h.Quote.AgreePrice(ctx, service.AgreePriceInput{
			CustomerID: h.customers[h.IntN(2)], ProductID: productID, Unit: h.roubles(3000), MinimumQuantity: exactly(h, 10, 40), ValidFrom: some(h, past), ValidTo: some(h, ahead), OverrideFloorReason: &reason,
		})
		h.Must(failed)
		h.agreements = append(h.agreements, a.ID)
	default:
		if len(h.agreements) > 0 { // it may have ended at that moment already
			_, _ = h.Quote.EndAgreement(ctx, service.EndAgreementInput{ID: h.agreements[h.IntN(len(h.agreements))], From: some(h, past), Reason: reason})
		}
	}
	h.Must(err)
}

// rule makes a rule, or retires one.
func (h *history) rule(create bool) {
	if create && (len(h.rules) == 0 || h.IntN(3) > 0) {
		percent, priority := money.Exact(fmt.Sprint(h.IntN(20)-10)), h.IntN(5)-2
		r, err := h.Quote.CreatePriceRule(h.System(), service.CreatePriceRuleInput{Name: "Rule", Condition: "quantity >= 2", Percent: &percent, Priority: &priority, Exclusive: some(h, true)})
		h.Must(err)
		h.rules = append(h.rules, r.ID)
		return
	}
	at := h.IntN(len(h.rules))
	_, err := h.Quote.RetirePriceRule(h.System(), service.RetirePriceRuleInput{ID: h.rules[at]})
	h.Must(err)
	h.rules = append(h.rules[:at], h.rules[at+1:]...)
}

// compare compares prices and costs with those of another installation, at random moments.
func (h *history) compare(to *apptest.World) {
	h.T.Helper()
	days := int(h.Clock.Now().Sub(apptest.Start).Hours()/24) + 60
	random := func() time.Time {
		return apptest.Start.AddDate(0, 0, h.IntN(days)-30).Add(time.Duration(h.IntN(24)) * time.Hour)
	}
	chosen := []costing.Chosen{{Code: "width", Value: "2.5"}, {Code: "height", Value: "1.7"}}
	for range 300 {
		productID, at, known := h.products[h.IntN(len(h.products))], random(), random()
		answers := [2]string{}
		for n, w := range []*apptest.World{h.World, to} {
			book := w.Quote.PriceBook()
			product, _ := book.Basis().Catalogue.Product(productID, at, known)
			options := chosen
			for _, o := range product.Options {
				options = append(options[:2:2], costing.Chosen{Code: o.Code, Value: "1"})
			}
			cost, err := book.Basis().Cost(costing.ProductQuestion{ProductID: productID, Quantity: money.Whole(2), Chosen: options, Promised: true, At: at, KnownAt: known})
			answers[n] = fmt.Sprint(cost.Full, cost.Marginal, cost.Missing, err)
			price, err := book.Price(pricing.Question{Customer: pricing.Customer{ID: h.customers[0]}, ProductID: productID, Quantity: money.Whole(3), Options: chosen, At: at})
			answers[n] += fmt.Sprint(price.Unit, price.List, price.Floor, len(price.Lines), err)
		}
		if answers[0] != answers[1] {
			h.T.Errorf("%s at %v known at %v: %s, there %s", productID, at, known, answers[0], answers[1])
		}
	}
}
