package apitest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
	"kopeck/store"
)

// TestPriceTokenOfThePastIsRefused asks for a token of a time with a higher and one with a lower price.
func TestPriceTokenOfThePastIsRefused(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1.00")})
		customer := NewCustomer(c, Vars{})
		w.Clock.Advance(time.Minute)
		then := w.Clock.Now().UTC()
		w.Clock.Advance(time.Hour)
		c.Must(setListPrice, Vars{"in": Vars{"productId": product, "listPrice": roubles("9.00")}})
		r := c.Must(`query($c: ID!, $p: ID!, $at: Time) { customer(id: $c) { price(productId: $p, at: $at) { unit { amount } validUntil token } } }`, Vars{"c": customer, "p": product, "at": then})
		if until, err := time.Parse(time.RFC3339, r.Text("customer.price.validUntil")); err != nil || !until.Equal(then.Truncate(time.Microsecond)) || r.Text("customer.price.unit.amount") != "1.00" {
			t.Errorf("got %s, want the price of then, 1.00, which is promised to nobody now", r.Body)
		}
		refused := c.Refused("PRICE_EXPIRED priceTokens.0", placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{r.Text("customer.price.token")}}})
		if refused.Text("placeOrder.userErrors.0.today.unit.amount") != "9.00" || strings.Contains(refused.Text("placeOrder.userErrors.0.message"), "9.00") {
			t.Errorf("want today's price, and no amount in the message: %s", refused.Body)
		}
		again := c.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{refused.Text("placeOrder.userErrors.0.today.token")}}})
		if again.Text("placeOrder.order.total.amount") != "9.00" {
			t.Errorf("at today's price: %s", again.Body)
		}
	})
}

// TestPricePageTakesNoStatementPerProduct also reads all pages, and checks products that cannot be priced.
func TestPricePageTakesNoStatementPerProduct(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "10", nil)
		putRate(c, "MATERIAL", "oak", "kg", "1", Vars{"validFrom": "2199-01-01T00:00:00Z"})
		for i := range 45 {
			in := Vars{"sku": fmt.Sprintf("P%02d", i), "listPrice": roubles("100.00"), "components": []Vars{{"material": "linen", "quantity": "1"}}}
			if i == 7 {
				in["components"] = []Vars{{"material": "oak", "quantity": "1"}}
			}
			makeProduct(c, in)
		}
		c.Must(createPriceRule, Vars{"in": Vars{"name": "P", "condition": `permissionRank > 0 || lifetimeValue > 5.0 || customer.stage == "LOYAL"`, "percent": "-5"}})
		customer := NewCustomer(c, Vars{})
		query := `query($id: ID!, $n: Int, $after: Cursor, $at: Time) { customer(id: $id) { prices(first: $n, after: $after, quantity: "2", at: $at) {
			pageInfo { hasNextPage hasPreviousPage endCursor } all: edges { product { sku cost { full { amount } } } price: node { total { amount } lines { kind } rejected { reason } token } } } } }`
		w.Clock.Advance(time.Minute)
		at := w.Clock.Now().UTC()
		w.Clock.Advance(72 * time.Hour)
		for name, moment := range map[string]any{"now": nil, "past": at} {
			token := w.As(schema.RoleManager) // the clock has gone on: the token lasts a day
			token.token = w.fresh(schema.RoleManager)
			token.Do(query, Vars{"id": customer, "n": 1, "at": moment}) // settles the moment
			one := w.Statements(func() { token.Do(query, Vars{"id": customer, "n": 1, "at": moment}) })
			many := w.Statements(func() { token.Do(query, Vars{"id": customer, "n": 40, "at": moment}) })
			all := w.Statements(func() { token.Do(query, Vars{"id": customer, "n": 1000, "at": moment}) })
			if one != many || one != all {
				t.Errorf("%s: %d statements for a product, %d for 40, %d for all", name, one, many, all)
			}
		}
		c.token = w.fresh(schema.RoleManager)
		var after any
		skus := 0
		for range 4 {
			r := c.Do(query, Vars{"id": customer, "after": after})
			for i := range r.Len("customer.prices.all") {
				place := fmt.Sprintf("customer.prices.all.%d.", i)
				if got, want := r.Text(place+"product.sku"), fmt.Sprintf("P%02d", skus); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				if skus == 7 {
					if len(r.Errors) != 1 || fmt.Sprint(r.Errors[0].Path) != "[customer prices all 7 price]" || !strings.Contains(r.Errors[0].Message, "MATERIAL oak") || r.Get(place+"price") != nil {
						t.Errorf("what cannot be priced: %v, %s", r.Errors, r.Body)
					}
				} else if r.Text(place+"price.total.amount") != "200.00" {
					t.Errorf("%s: %s", r.Text(place+"product.sku"), r.Text(place+"price"))
				}
				skus++
			}
			if r.Text("customer.prices.pageInfo.hasNextPage") != "true" {
				break
			}
			after = r.Get("customer.prices.pageInfo.endCursor")
		}
		if skus != 45 {
			t.Errorf("the walk saw %d products", skus)
		}
		for n, ok := range map[int]bool{0: true, -1: false, 100: true, 1000: true, 1001: false} {
			r := c.Do(`query($id: ID!, $n: Int) { customer(id: $id) { prices(first: $n) { edges { product { sku } } } } }`, Vars{"id": customer, "n": n})
			if ok != (len(r.Errors) == 0) || !ok && r.Errors[0].Code() != "INVALID" {
				t.Errorf("first: %d: %s", n, r.Body)
			}
		}
		foreign := c.Must(`{ products(first: 1) { pageInfo { endCursor } } }`, nil).Text("products.pageInfo.endCursor")
		if r := c.Do(query, Vars{"id": customer, "after": foreign}); len(r.Errors) == 0 || r.Errors[0].Code() != "INVALID" {
			t.Errorf("a cursor of another list: %s", r.Body)
		}
	})
}

func TestPriceCostsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "10", nil)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("100.00"), "components": []Vars{{"material": "linen", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		for role, sees := range map[schema.Role]bool{schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleAnalyst: true, schema.RoleSales: false} {
			t.Run(string(role), func(t *testing.T) {
				r := w.As(role).On(t).Must(askPrice, Vars{"c": customer, "p": product})
				for _, field := range []string{"floor", "margin", "cost"} {
					if got := r.Get("customer.price."+field) != nil; got != sees {
						t.Errorf("%s sees %s: %t", role, field, got)
					}
				}
				if r.Text("customer.price.unit.amount") != "100.00" {
					t.Errorf("%s: %s", role, r.Body)
				}
				if got := w.As(role).On(t).Must(`query($id: ID!) { node(id: $id) { ... on Product { sku listPrice { amount } cost { full { amount } } } } }`, Vars{"id": product}); (got.Get("node.cost") != nil) != sees || got.Text("node.listPrice.amount") != "100.00" {
					t.Errorf("%s: %s", role, got.Body)
				}
			})
		}
	})
}

// TestPastPricesUseThePastLifetimeValue has rules by which the price shows the value, in steps of twenty roubles.
func TestPastPricesUseThePastLifetimeValue(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1000.00")})
		for i := range 60 {
			c.Must(createPriceRule, Vars{"in": Vars{"name": fmt.Sprint(i), "condition": fmt.Sprintf("lifetimeValue > %d.0", 20*i), "amount": roubles("-1.00")}})
		}
		stranger := NewCustomer(c, Vars{})
		w.Clock.Advance(time.Minute)
		first := w.Clock.Now().UTC()
		w.Clock.Advance(time.Minute)
		buyers := w.sell(regulars(w.Clock.Now().Truncate(24 * time.Hour)))
		customer := buyers["294"]
		if err := w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
			return w.App.Value.ShowCustomers(ctx, tx, slices.Collect(maps.Values(buyers))) // as an import does
		}); err != nil {
			t.Fatal(err)
		}
		unit := func(at any) string {
			return c.Must(askPrice, Vars{"c": customer, "p": product, "at": at}).Text("customer.price.unit.amount")
		}
		second := w.Clock.Now().UTC()
		w.Clock.Advance(time.Minute)
		byPrior := unit(nil)
		if got := c.Must(askPrice, Vars{"c": stranger, "p": product}).Text("customer.price.unit.amount"); got != "1000.00" || byPrior == got {
			t.Errorf("a stranger pays %s, a regular %s", got, byPrior)
		}
		if got := unit(second); got != byPrior {
			t.Errorf("a minute ago %s, now %s", got, byPrior)
		}
		c.Must(fitModel, Vars{"in": Vars{}})
		if got := unit(nil); got == byPrior {
			t.Errorf("the new model changes nothing: %s", got)
		}
		if got := unit(second); got != byPrior {
			t.Errorf("before the model %s, repeated %s", byPrior, got)
		}
		if got := unit(first); got != "1000.00" {
			t.Errorf("before anything was known of the orders it was %s", got)
		}
		third := w.Clock.Now().UTC()
		byModel := unit(nil)
		for range 2 { // what is shown on later days changes nothing of it
			c.Must(recordContact, Vars{"in": Called(customer, Vars{"channel": "POST", "expense": roubles("250.00")})})
			w.overMidnight()
			if unit(nil) == byModel {
				t.Errorf("a day and an expense later still %s", byModel)
			}
			for at, want := range map[time.Time]string{first: "1000.00", second: byPrior, third: byModel} {
				if got := unit(at); got != want {
					t.Errorf("on %s the price of %s is %s, it was %s", w.Clock.Now().UTC(), at, got, want)
				}
			}
		}
	})
}
