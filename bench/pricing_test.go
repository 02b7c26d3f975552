package bench

import (
	"fmt"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/formula"
	"kopeck/money"
	"kopeck/pricing"
)

var (
	priceDay   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	priceSince = priceDay.AddDate(-1, 0, 0)
)

// priceBook returns a book of products with 50 components each (40 materials and 10 resources), rules, of which every
// fortieth applies to the customer of priceQuestion, and agreements.
func priceBook(tb testing.TB, products, rules, agreements int) *pricing.Book {
	tb.Helper()
	rub, err := money.ParseCurrency("RUB")
	if err != nil {
		tb.Fatal(err)
	}
	var rates []costing.Rate
	var components []costing.Component
	capacity, fixed := money.Whole(480), money.MustDecimal("0.4")
	for i := range 50 {
		rate := costing.Rate{
			ID: fmt.Sprint("rate", i), Subject: costing.SubjectMaterial, Code: fmt.Sprint("code", i), Unit: "kg",
			Amount: money.Nano(int64(i+1) * 12_345_678_901), ValidFrom: priceSince, RecordedAt: priceSince,
		}
		component := costing.Component{Material: rate.Code, Quantity: money.Nano(int64(i+1) * 123_456_789)}
		if i >= 40 {
			rate.Subject, rate.Unit, rate.CapacityPerDay, rate.FixedShare = costing.SubjectResource, "minute", &capacity, &fixed
			component.Material, component.Resource = "", rate.Code
		}
		rates, components = append(rates, rate), append(components, component)
	}
	rates = append(rates, costing.Rate{
		ID: "rent", Subject: costing.SubjectOverhead, Code: "rent", Unit: "share", Amount: money.MustDecimal("0.12"), ValidFrom: priceSince, RecordedAt: priceSince,
	})
	var bookings []costing.Booking
	for i := range 300 {
		bookings = append(bookings, costing.Booking{
			Resource: fmt.Sprint("code", 40+i%10), Day: costing.Day(priceDay, time.UTC) + i/10, Units: money.Whole(int64(300 + i%180)), BookedAt: priceSince,
		})
	}
	var catalogue []costing.Product
	var terms []pricing.Terms
	for i := range products {
		id := fmt.Sprint("product", i)
		catalogue = append(catalogue, costing.Product{ID: id, SKU: fmt.Sprint("SKU-", i), Name: "A product", Kind: "GOOD", StandardLeadDays: 14, Components: components})
		terms = append(terms, pricing.Terms{
			ID: id, ProductID: id, Markup: money.MustDecimal("0.6"), MinimumMargin: money.MustDecimal("0.1"), ValidFrom: priceSince, RecordedAt: priceSince,
		})
	}
	var all []pricing.Rule
	for i := range rules {
		percent := money.Nano(-int64(i%7+1) * 100_000_000)
		condition := fmt.Sprintf(`customer.stage == "LOYAL" && quantity >= %d && season != "summer"`, 1+i%40)
		if i%4 == 3 {
			condition = fmt.Sprintf(`customer.segment == "FAST_CHEAP" && lifetimeValue > %d`, i*1000)
		}
		all = append(all, pricing.Rule{ID: fmt.Sprintf("rule%03d", i), Name: fmt.Sprint("Rule ", i), Condition: condition, Percent: &percent, Priority: i % 5, RecordedAt: priceSince})
	}
	var agreed []pricing.Agreement
	for i := range agreements {
		agreed = append(agreed, pricing.Agreement{
			ID: fmt.Sprint("agreement", i), CustomerID: fmt.Sprint("customer", i/10), ProductID: fmt.Sprint("product", i%max(products, 1)),
			Unit: money.Minor(1000_00), MinimumQuantity: money.Whole(1), ValidFrom: priceSince, RecordedAt: priceSince,
		})
	}
	return pricing.NewBook(pricing.Source{
		Basis: costing.Basis{
			Catalogue: costing.NewCatalogue(catalogue), Rates: costing.NewRates(rates), Bookings: costing.NewBookings(bookings),
			Load: costing.DefaultLoad(), Currency: rub, Zone: time.UTC,
		},
		Terms: terms, Rules: all, Agreements: agreed, Step: money.Minor(100),
	})
}

func priceQuestion() pricing.Question {
	return pricing.Question{
		Customer:  pricing.Customer{ID: "anna", Kind: "PERSON", Stage: "LOYAL", PermissionLevel: "PERSONAL", PermissionRank: 3, LifetimeValue: money.Minor(123_456_00)},
		ProductID: "product0", Quantity: money.Whole(1), At: priceDay,
	}
}

// BenchmarkPrice measures one price from a warm book.
func BenchmarkPrice(b *testing.B) {
	for _, c := range []struct{ rules, components int }{{0, 50}, {200, 50}} {
		b.Run(fmt.Sprintf("rules=%d/components=%d", c.rules, c.components), func(b *testing.B) {
			book, question := priceBook(b, 1, c.rules, 0), priceQuestion()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := book.Price(question); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPriceByFormula measures one price of a product with a formula of ten measurements, from a warm book.
func BenchmarkPriceByFormula(b *testing.B) {
	compiled, err := formula.Compile("ceil((a * b + c * d) / 1.4) * (e + 0.2) + max(f, g) * h - min(i, j) / 3", func(string) bool { return true })
	if err != nil {
		b.Fatal(err)
	}
	rub, err := money.ParseCurrency("RUB")
	if err != nil {
		b.Fatal(err)
	}
	question := priceQuestion()
	var measurements []costing.Measurement
	for i, code := range compiled.Codes() {
		measurements = append(measurements, costing.Measurement{Code: code, Name: code, Unit: "m", Least: money.MustDecimal("0.1"), Most: money.MustDecimal("10")})
		question.Options = append(question.Options, costing.Chosen{Code: code, Value: fmt.Sprintf("1.%03d", 37*i)})
	}
	material := func(code string) costing.Component {
		return costing.Component{Material: code, Quantity: money.Whole(1)}
	}
	product := costing.Product{ID: "product0", SKU: "SKU-0", Name: "A product", Kind: "GOOD", StandardLeadDays: 14}
	product.Components = []costing.Component{{Material: "glass", Formula: compiled}, material("wood"), material("seal")}
	var rates []costing.Rate
	for i, code := range []string{"glass", "wood", "seal"} {
		rates = append(rates, costing.Rate{ID: code, Subject: costing.SubjectMaterial, Code: code, Unit: "m", Amount: money.Whole(int64(i + 1)), ValidFrom: priceSince, RecordedAt: priceSince})
	}
	book := pricing.NewBook(pricing.Source{
		Basis: costing.Basis{
			Catalogue: costing.CatalogueOf(costing.Source{Products: []costing.Product{product}, Measurements: measurements}),
			Rates:     costing.NewRates(rates), Load: costing.DefaultLoad(), Currency: rub, Zone: time.UTC,
		},
		Terms: []pricing.Terms{{ID: "terms", ProductID: product.ID, Markup: money.MustDecimal("0.6"), ValidFrom: priceSince, RecordedAt: priceSince}},
		Step:  money.Minor(100),
	})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Price(question); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBook makes a book of 1,000 products with 50 components each and 10,000 agreements.
func BenchmarkBook(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		priceBook(b, 1000, 0, 10000)
	}
}
