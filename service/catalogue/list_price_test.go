package catalogue_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestTermsKeepWhatIsNotGiven: what a change of terms leaves out stays as it would have been at that moment, and a price of the past
// stays what it was.
func TestTermsKeepWhatIsNotGiven(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "oak", "40", "kg", apptest.Start)
		product := w.Product(service.CreateProductInput{Sku: "P", ListPrice: apptest.Roubles("100"), MinimumMargin: exact("0.2"), Components: []*service.ComponentInput{material("oak", "1")}})
		customer, err := w.Client.Customer.Get(w.System(), w.CustomerID())
		w.Must(err)
		see := func() string {
			p, err := w.Quote.Price(w.System(), customer, product, money.Whole(1), nil, nil, nil)
			w.Must(err)
			list, err := p.List()
			w.Must(err)
			return w.Currency.Format(list) + " floor " + w.Currency.Format(p.Floor)
		}
		for _, c := range []struct {
			in   service.SetListPriceInput
			want string
		}{
			{service.SetListPriceInput{MinimumMargin: exact("0.5")}, "100.00 floor 80.00"},
			{service.SetListPriceInput{ListPrice: apptest.Roubles("200")}, "200.00 floor 80.00"},
			{service.SetListPriceInput{Markup: exact("1")}, "80.00 floor 80.00"},
			{service.SetListPriceInput{MinimumMargin: exact("0")}, "80.00 floor 40.00"},
			{service.SetListPriceInput{ListPrice: apptest.Roubles("90"), MinimumMargin: exact("0.2")}, "90.00 floor 50.00"},
		} {
			w.Clock.Advance(time.Minute)
			c.in.ProductID = product
			_, err := w.Catalogue.SetListPrice(w.System(), c.in)
			w.Must(err)
			if got := see(); got != c.want {
				t.Errorf("%+v: %s; want %s", c.in, got, c.want)
			}
		}
		for minutes, want := range []string{"100.00", "100.00", "200.00", "80.00", "80.00", "90.00"} {
			at := apptest.Start.Add(time.Duration(minutes) * time.Minute)
			price, err := w.Catalogue.ListPrice(w.System(), product, &at)
			if err != nil || w.Currency.Format(price) != want {
				t.Errorf("after %d minutes: %s, %v; want %s", minutes, w.Currency.Format(price), err, want)
			}
		}
	})
}

func TestTermsThatAreRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		from := apptest.Start.AddDate(0, 0, -1)
		product := w.Product(service.CreateProductInput{Sku: "P", ListPrice: apptest.Roubles("100"), ValidFrom: &apptest.Start})
		for name, c := range map[string]struct {
			in   service.SetListPriceInput
			want string
		}{
			"nothing":                     {service.SetListPriceInput{}, "listPrice INVALID"},
			"a margin before any price":   {service.SetListPriceInput{MinimumMargin: exact("0.1"), ValidFrom: &from}, "listPrice INVALID"},
			"a discount of no bundle":     {service.SetListPriceInput{BundleDiscount: exact("0.1")}, "bundleDiscount INVALID"},
			"a price and a markup":        {service.SetListPriceInput{ListPrice: apptest.Roubles("1"), Markup: exact("1")}, "markup INVALID"},
			"a markup of less than all":   {service.SetListPriceInput{Markup: exact("-1.1")}, "markup INVALID"},
			"a price with three decimals": {service.SetListPriceInput{ListPrice: apptest.Roubles("1.001")}, "listPrice.amount INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				c.in.ProductID = product
				_, err := w.Catalogue.SetListPrice(w.As(schema.RoleManager), c.in)
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
		_, err := w.Catalogue.SetListPrice(w.As(schema.RoleManager), service.SetListPriceInput{ProductID: product, ListPrice: apptest.Roubles("1"), ValidFrom: &from})
		w.Must(err) // a price before any price
		if _, err := w.Catalogue.SetListPrice(w.As(schema.RoleSales), service.SetListPriceInput{ProductID: product, ListPrice: apptest.Roubles("1")}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("SALES set a price: %v", err)
		}
	})
}

// TestListPriceWithoutARate: a list price needs no rates; one by a markup does. It is the same whoever asks, but that one by a markup
// at a moment ahead, which tells of the rates to come, is for those who may see costs.
func TestListPriceWithoutARate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "oak", "40", "kg", apptest.Start.AddDate(0, 1, 0))
		oak := []*service.ComponentInput{material("oak", "1")}
		fixed := w.Product(service.CreateProductInput{Sku: "F", ListPrice: apptest.Roubles("100"), Components: oak})
		marked := w.Product(service.CreateProductInput{Sku: "M", Markup: exact("0.5"), Components: oak})
		later := apptest.Start.AddDate(0, 2, 0)
		for name, c := range map[string]struct {
			product string
			at      *time.Time
			want    string // "" for WRONG_STATE
		}{"fixed": {fixed, nil, "100.00"}, "by a markup": {marked, nil, ""}, "fixed, later": {fixed, &later, "100.00"}, "by a markup, later": {marked, &later, "60.00"}} {
			t.Run(name, func(t *testing.T) {
				for _, role := range []schema.Role{schema.RoleManager, schema.RoleSales} {
					price, err := w.Catalogue.ListPrice(w.As(role), c.product, c.at)
					if role == schema.RoleSales && c.product == marked && c.at != nil {
						if !fault.Is(err, fault.Forbidden) {
							t.Errorf("%s: %s, %v; want FORBIDDEN", role, w.Currency.Format(price), err)
						}
						continue
					}
					if c.want == "" && !fault.Is(err, fault.WrongState) || c.want != "" && (err != nil || w.Currency.Format(price) != c.want) {
						t.Errorf("%s: %s, %v; want %q", role, w.Currency.Format(price), err, c.want)
					}
				}
			})
		}
	})
}

// TestCosts: what a product costs at a moment by what was known at another.
func TestCosts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "oak", "40", "kg", apptest.Start)
		product := w.Product(service.CreateProductInput{Sku: "P", Components: []*service.ComponentInput{material("oak", "1.5")}})
		known := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateMaterial, Code: "oak", Amount: "50", Unit: "kg", ValidFrom: apptest.Start, Correction: new(true)})
		w.Must(err)
		before, future, farther := apptest.Start.Add(-time.Hour), w.Clock.Now().AddDate(0, 6, 0), w.Clock.Now().AddDate(2, 0, 0)
		for name, c := range map[string]struct {
			at, knownAt *time.Time
			want        string
			missing     int
		}{
			"now":                 {nil, nil, "75.00", 0},
			"as was known before": {nil, &known, "60.00", 0},
			"before the rate":     {&before, nil, "0.00", 1},
			"half a year ahead":   {&future, nil, "75.00", 0},
			"two years ahead":     {&farther, nil, "", 0},
			"known in the future": {nil, &future, "", 0},
		} {
			t.Run(name, func(t *testing.T) {
				costs, err := w.Catalogue.Costs(w.System(), c.at, c.knownAt)
				if c.want == "" {
					if len(fault.All(err)) == 0 {
						t.Errorf("got %v, want a fault", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				cost, err := costs.Of(product, nil, nil, nil)
				if err != nil || w.Currency.Format(cost.Full) != c.want || len(cost.Missing) != c.missing {
					t.Errorf("%+v, %v; want %s", cost, err, c.want)
				}
				if _, err := costs.Of(product, exact("-1"), nil, nil); faultsOf(err) != "quantity INVALID" {
					t.Errorf("got %v, want quantity INVALID", err)
				}
			})
		}
	})
}
