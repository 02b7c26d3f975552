package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// TestBundles: two windows at 100.10 and three metres of curtain, which cost 10.00 each and sell at a half more, are 245.20, and less a
// tenth 220.68. Three bundles are 662.04, of which the windows are 200.20 / 245.20, 540.54, and the curtains 121.50. A bundle of
// that bundle and a window, less nothing, is 220.68 + 100.10 = 320.78.
func TestBundles(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "10", nil)
		makeProduct(c, Vars{"sku": "WINDOW", "listPrice": roubles("100.10")})
		makeProduct(c, Vars{"sku": "CURTAIN", "markup": "0.5", "components": []Vars{{"material": "linen", "quantity": "1"}}})
		makeProduct(c, Vars{"sku": "PLAIN", "listPrice": roubles("25.00"), "components": []Vars{{"material": "linen", "quantity": "1"}}})
		room := makeProduct(c, Vars{"sku": "ROOM", "kind": "BUNDLE", "bundleDiscount": "0.1", "components": []Vars{{"productSku": "WINDOW", "quantity": "2"}, {"productSku": "CURTAIN", "quantity": "3"}, {"material": "linen", "quantity": "0.1"}}})
		house := makeProduct(c, Vars{"sku": "HOUSE", "kind": "BUNDLE", "bundleDiscount": "0", "components": []Vars{{"productSku": "ROOM", "quantity": "1"}, {"productSku": "WINDOW", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		const query = `query($c: ID!, $p: ID!, $q: Decimal, $at: Time) { customer(id: $c) { price(productId: $p, quantity: $q, at: $at) { list { amount } unit { amount } total { amount } parts { product { sku partner } quantity total { amount } cost { amount } margin { amount } } token } } }`
		see := func(product, quantity string, at any) string {
			r := c.Must(query, Vars{"c": customer, "p": product, "q": quantity, "at": at})
			text := r.Text("customer.price.list.amount") + " " + r.Text("customer.price.total.amount")
			for i := range r.Len("customer.price.parts") {
				part := fmt.Sprintf("customer.price.parts.%d.", i)
				text += ", " + r.Text(part+"quantity") + " " + r.Text(part+"product.sku") + " " + r.Text(part+"total.amount")
			}
			return text
		}
		want(t, []string{see(room, "3", nil)}, "220.68 662.04, 6 WINDOW 540.54, 9 CURTAIN 121.50")
		want(t, []string{see(house, "1", nil)}, "320.78 320.78, 1 ROOM 220.68, 1 WINDOW 100.10")
		// A rule takes a kopeck off, which is split too.
		rule := c.Must(createPriceRule, Vars{"in": Vars{"name": "A kopeck", "condition": `product.sku == "HOUSE"`, "amount": roubles("-0.01")}}).Text("createPriceRule.priceRule.id")
		want(t, []string{see(house, "1", nil)}, "320.78 320.77, 1 ROOM 220.67, 1 WINDOW 100.10")
		c.Must(retirePriceRule, Vars{"in": Vars{"id": rule}})
		w.Clock.Advance(time.Minute)
		before := w.Clock.Now()
		w.Clock.Advance(time.Minute)

		// The discount has dates; a list price of the bundle itself replaces it, and it can be set back.
		set := func(more Vars) {
			c.Must(`mutation($in: SetListPriceInput!) { setListPrice(input: $in) { userErrors { code field message } } }`, Vars{"in": plus(Vars{"productId": room}, more)})
			w.Clock.Advance(time.Second)
		}
		set(Vars{"bundleDiscount": "0.5"})
		want(t, []string{see(room, "1", nil), see(room, "1", before)}, "122.60 122.60, 2 WINDOW 100.10, 3 CURTAIN 22.50", "220.68 220.68, 2 WINDOW 180.18, 3 CURTAIN 40.50")
		set(Vars{"listPrice": roubles("245.20")})
		want(t, []string{see(room, "1", nil)}, "245.20 245.20, 2 WINDOW 200.20, 3 CURTAIN 45.00")
		set(Vars{"bundleDiscount": "0.1"})
		set(Vars{"minimumMargin": "0.01"}) // the discount stays
		want(t, []string{see(room, "1", nil)}, "220.68 220.68, 2 WINDOW 180.18, 3 CURTAIN 40.50")
		// An order has the bundle's price, and costs what the parts cost: 3 x 10.00 and 1.00 of linen.
		token := c.Must(query, Vars{"c": customer, "p": room}).Text("customer.price.token")
		order := c.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}})
		if got := order.Text("placeOrder.order.total.amount") + " " + order.Text("placeOrder.order.cost.amount"); got != "220.68 31.00" {
			t.Errorf("the order is %s", got)
		}

		const setPrice = `mutation($in: SetListPriceInput!) { setListPrice(input: $in) { userErrors { code field message } } }`
		window := c.Must(`{ products(filter: {search: "WINDOW"}) { edges { node { id } } } }`, nil).Text("products.edges.0.node.id")
		for _, bad := range []struct {
			query string
			in    Vars
			want  string
		}{
			{setPrice, Vars{"productId": window, "bundleDiscount": "0.1"}, "INVALID bundleDiscount"},
			{setPrice, Vars{"productId": room, "bundleDiscount": "1"}, "INVALID bundleDiscount"},
			{setPrice, Vars{"productId": room, "bundleDiscount": "-0.1"}, "INVALID bundleDiscount"},
			{setPrice, Vars{"productId": room, "bundleDiscount": "0.1", "markup": "1"}, "INVALID bundleDiscount"},
			{createProduct, Vars{"sku": "NO", "name": "N", "bundleDiscount": "0.1"}, "INVALID bundleDiscount"},
		} {
			t.Run(bad.want, func(t *testing.T) {
				c.On(t).Refused(bad.want, bad.query, Vars{"in": bad.in})
			})
		}
		// A partner hangs what we sew, for 12.345 an hour: 15 hours are 185.175, so one costs 185.18 and two 370.36, and the bundle brings 0.9 x (25.00 + 600.00) = 562.50,
		// twice 1125.00, of which hanging is 600/625 = 1080.00. Two curtains cost 20.00.
		putRate(c, "RESOURCE", "fitter", "hour", "12.345", nil)
		hanging := makeProduct(c, Vars{"sku": "HANGING", "kind": "SERVICE", "partner": "Handy & Co", "listPrice": roubles("600.00"), "components": []Vars{{"resource": "fitter", "quantity": "15"}}})
		hung := makeProduct(c, Vars{"sku": "HUNG", "kind": "BUNDLE", "bundleDiscount": "0.1", "components": []Vars{{"productSku": "HANGING", "quantity": "1"}, {"productSku": "PLAIN", "quantity": "1"}}})
		parts := func(by *Client) string {
			r, text := by.Must(query, Vars{"c": customer, "p": hung, "q": "2"}), ""
			for i := range r.Len("customer.price.parts") {
				part := fmt.Sprintf("customer.price.parts.%d.", i)
				text += fmt.Sprint(r.Get(part+"product.partner"), " ", r.Text(part+"total.amount"), " ", r.Text(part+"cost.amount"), " ", r.Text(part+"margin.amount"), "; ")
			}
			return text
		}
		want(t, []string{parts(c), parts(w.As(schema.RoleSales))}, "Handy & Co 1080.00 370.36 709.64; <nil> 45.00 20.00 25.00; ", "Handy & Co 1080.00  ; <nil> 45.00  ; ")
		const update = `mutation($in: UpdateProductInput!) { updateProduct(input: $in) { product { version partner } userErrors { code field message } } }`
		theirs := w.As(schema.RolePartner).Do(`query($id: ID!) { node(id: $id) { ... on Product { sku partner } } }`, Vars{"id": hanging})
		if theirs.Text("node.sku") != "HANGING" || theirs.Get("node.partner") != nil {
			t.Errorf("another partner sees %s", theirs.Body)
		}
		for i, step := range []struct{ partner, want string }{{"handy & co", "Handy & Co"}, {" ", ""}, {"Others", "Others"}} {
			if got := c.Must(update, Vars{"in": Vars{"id": hanging, "expectedVersion": 1 + i, "partner": step.partner}}).Text("updateProduct.product.partner"); got != step.want {
				t.Errorf("%q makes %q", step.partner, got)
			}
		}
		c.Refused("VERSION_CONFLICT expectedVersion", update, Vars{"in": Vars{"id": hanging, "expectedVersion": 3, "partner": "Third"}})
		c.Refused("INVALID partner", update, Vars{"in": Vars{"id": hanging, "expectedVersion": 4, "partner": strings.Repeat("x", 201)}})
		c.Refused("INVALID partner", createProduct, Vars{"in": Vars{"sku": "X", "name": "X", "partner": " "}})

		// A part whose rate is missing leaves the bundle without a price, which names it.
		putRate(c, "MATERIAL", "silk", "m", "1", Vars{"validFrom": "2199-01-01T00:00:00Z"})
		makeProduct(c, Vars{"sku": "SILK", "markup": "1", "components": []Vars{{"material": "silk", "quantity": "1"}}})
		bad := makeProduct(c, Vars{"sku": "BAD", "kind": "BUNDLE", "bundleDiscount": "0", "components": []Vars{{"productSku": "SILK", "quantity": "1"}}})
		if r := c.Do(query, Vars{"c": customer, "p": bad}); len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, "MATERIAL silk") {
			t.Errorf("got %s, want one error that names MATERIAL silk", r.Body)
		}
	})
}
