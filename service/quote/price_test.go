package quote_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// shop is a world with a product of 100 roubles, made of 40 roubles of oak and sold with a margin of a half at least: its floor is 80.
type shop struct {
	*apptest.World
	product  string
	customer *ent.Customer
}

func openShop(w *apptest.World) *shop {
	w.T.Helper()
	s := &shop{World: w}
	w.Rate(schema.RateMaterial, "oak", "40", "kg", apptest.Start)
	oak, half := "oak", money.Exact("0.5")
	s.product = w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("100"), MinimumMargin: &half, Components: []*service.ComponentInput{{Material: &oak, Quantity: "1"}}})
	var err error
	s.customer, err = w.Client.Customer.Get(w.System(), w.CustomerID())
	w.Must(err)
	return s
}

// addRule creates a price rule of 10 % off, unless it says something else.
func addRule(w *apptest.World, in service.CreatePriceRuleInput) *ent.PriceRule {
	w.T.Helper()
	if in.Name == "" {
		in.Name = "Rule"
	}
	if in.Percent == nil && in.Amount == nil && in.Price == nil {
		percent := money.Exact("-10")
		in.Percent = &percent
	}
	rule, err := w.Quote.CreatePriceRule(w.System(), in)
	w.Must(err)
	return rule
}

// price asks for the price of an amount.
func (s *shop) price(quantity string) *quote.Price {
	s.T.Helper()
	p, err := s.Quote.Price(s.System(), s.customer, s.product, money.MustDecimal(quantity), nil, nil, nil)
	s.Must(err)
	return p
}

// faultsOf returns the faults of an error, each as its path and code.
func faultsOf(err error) string {
	var all []string
	for _, one := range fault.All(err) {
		all = append(all, strings.Join(one.Path, ".")+" "+string(one.Code))
	}
	return strings.Join(all, ", ")
}

func TestMomentsOfPrices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, c := range map[string]struct{ at, want time.Time }{
			"the past":                             {apptest.Start.AddDate(-100, 0, 0), apptest.Start.AddDate(-100, 0, 0)},
			"before 1900":                          {apptest.Start.AddDate(-127, 0, 0), time.Time{}},
			"a little ahead":                       {apptest.Start.Add(4 * time.Minute), apptest.Start},
			"as far ahead as a clock may be wrong": {apptest.Start.Add(5 * time.Minute), apptest.Start},
			"ahead":                                {apptest.Start.Add(6 * time.Minute), apptest.Start.Add(6 * time.Minute)},
			"a year ahead":                         {apptest.Start.AddDate(1, 0, 0), apptest.Start.AddDate(1, 0, 0)},
			"more than a year":                     {apptest.Start.AddDate(1, 0, 0).Add(1), time.Time{}},
			"in microseconds":                      {apptest.Start.Add(-1), apptest.Start.Add(-time.Microsecond)},
			"in another time zone":                 {apptest.Start.In(time.FixedZone("", 3600)), apptest.Start},
		} {
			t.Run(name, func(t *testing.T) {
				got, err := w.Quote.UpToAYear(w.System(), "at", &c.at)
				if c.want.IsZero() != (err != nil) || err == nil && got != c.want {
					t.Errorf("%s, %v; want %s", got, err, c.want)
				}
			})
		}
		if got, err := w.Quote.UpToAYear(w.System(), "at", nil); err != nil || got != apptest.Start {
			t.Errorf("absent: %s, %v", got, err)
		}
	})
}

func TestWhatHasNoPrice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		inactive := w.Product(service.CreateProductInput{Sku: "OLD", ListPrice: apptest.Roubles("1")})
		no := false
		_, err := w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: inactive, ExpectedVersion: 1, Active: &no})
		w.Must(err)
		quotes, err := w.Quote.Quotes(w.System(), []*ent.Customer{s.customer}, nil)
		w.Must(err)
		before := apptest.Start.AddDate(0, 0, -1) // there was no rate, and the price is one of what was known then
		past, err := w.Quote.Quotes(w.System(), []*ent.Customer{s.customer}, &before)
		w.Must(err)
		exact := func(text string) *money.Exact { return (*money.Exact)(&text) }
		options := func(codes ...string) (all []*service.OptionInput) {
			for _, code := range codes {
				all = append(all, &service.OptionInput{Code: code, Value: "1"})
			}
			return all
		}
		for name, c := range map[string]struct {
			quotes   *quote.Quotes
			product  string
			quantity *money.Exact
			options  []*service.OptionInput
			leadDays int
			want     string
		}{
			"a price":                {quotes, s.product, nil, nil, 1, ""},
			"no product":             {quotes, w.IDs.Make(id.Product), nil, nil, 1, "productId NOT_FOUND"},
			"not an id of a product": {quotes, s.customer.ID, exact("-1"), nil, 1, "productId INVALID, quantity INVALID"},
			"off the catalogue":      {quotes, inactive, nil, nil, 1, "productId WRONG_STATE"},
			"nothing":                {quotes, s.product, exact("0"), nil, 1, "quantity INVALID"},
			"an unknown option":      {quotes, s.product, nil, options("gold"), 1, "options INVALID"},
			"too many options":       {quotes, s.product, nil, options(strings.Split(strings.Repeat("x", 51), "")...), 1, "options LIMIT_EXCEEDED"},
			"a negative lead time":   {quotes, s.product, nil, nil, -1, "leadDays INVALID"},
			"no rate yet":            {past, s.product, nil, nil, 1, "productId WRONG_STATE"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := c.quotes.Price(s.customer, c.product, c.quantity, c.options, &c.leadDays)
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
	})
}

// TestABundleIsSplitOverItsParts: the totals of the parts sum to the bundle's, to the kopeck.
func TestABundleIsSplitOverItsParts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		w.Product(service.CreateProductInput{Sku: "LAMP", ListPrice: apptest.Roubles("0.01")})
		table, lamp, bundle := "TABLE", "LAMP", schema.Bundle
		s.product = w.Product(service.CreateProductInput{Sku: "SET", Kind: &bundle, ListPrice: apptest.Roubles("199.99"), Components: []*service.ComponentInput{{ProductSku: &table, Quantity: "2"}, {ProductSku: &lamp, Quantity: "1"}}})
		price := s.price("3")
		parts, err := price.Parts()
		w.Must(err)
		var sum money.Amount
		for _, part := range parts {
			sum, err = sum.Plus(part.Total)
			w.Must(err)
			if margin, _ := part.Total.Minus(part.Cost); margin != part.Margin {
				t.Errorf("%s: margin %v of %v less %v", part.Product.Sku, part.Margin, part.Total, part.Cost)
			}
		}
		if len(parts) != 2 || sum != price.Total || parts[0].Quantity != money.Whole(6) || parts[0].Cost != money.Minor(24000) {
			t.Errorf("%v sum to %v; want %v", parts, sum, price.Total)
		}
		s.product = w.Quote.Products()[2].ID // LAMP, SET, TABLE
		if parts, err := s.price("1").Parts(); err != nil || len(parts) != 0 {
			t.Errorf("a table has parts: %v, %v", parts, err)
		}
	})
}
