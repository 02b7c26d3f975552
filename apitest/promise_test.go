package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/schema"
)

// TestTokensServeOnlyTheirPurpose: a price token does not authenticate, and an access token is not a price token.
func TestTokensServeOnlyTheirPurpose(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		access, _, err := w.App.People.IssueToken(w.System(), schema.RoleAdmin, "", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		price := s.token(s.customer, "1", 0)
		const ask = `{ viewer { role } }`
		w.With(access).Must(ask, nil)
		for name, token := range map[string]string{"a price token": price, "its content": strings.TrimPrefix(price, "kp2.")} {
			t.Run(name, func(t *testing.T) {
				r := w.With(token).On(t).Do(ask, nil)
				if len(r.Errors) == 0 || r.Errors[0].Code() != "UNAUTHENTICATED" {
					t.Errorf("%s as an access token: %s", name, r.Body)
				}
			})
		}
		s.admin.Refused("INVALID priceTokens.0", placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{access}}})
		s.admin.Refused("INVALID priceTokens.0", placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{"kp2." + access}}})
		s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{price}}})
	})
}

// TestTokensStayShort: twelve measurements and three rules that apply are a long price.
func TestTokensStayShort(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		measured, options := Vars{}, []Vars{}
		for i, code := range strings.Fields("neck chest waist hips back sleeve wrist inseam outseam thigh knee height") {
			measured[code] = 40.5 + float64(i)
			options = append(options, Vars{"code": code, "name": code, "components": []Vars{}, "measured": true})
		}
		suit := makeProduct(c, Vars{"sku": "SUIT", "listPrice": roubles("90000.00"), "options": options})
		for i := range 3 {
			c.Must(createPriceRule, Vars{"in": Vars{"name": fmt.Sprint("Rule ", i), "condition": "true", "percent": "-3.33"}})
		}
		token := c.Must(askMeasured, Vars{"c": NewCustomer(c, Vars{"measurements": measured}), "p": suit}).Text("customer.price.token")
		if len(token) >= 600 {
			t.Errorf("%d bytes: %s", len(token), token)
		}
	})
}

// TestReplicasAgreeOnPrices: what one replica changes, the other prices by within a second, even if the database has closed its
// listener.
func TestReplicasAgreeOnPrices(t *testing.T) {
	url := dbtest.Postgres(t)
	one, other := New(t, url), New(t, url)
	c := one.As(schema.RoleAdmin)
	there := other.As(schema.RoleSales)
	putRate(c, "MATERIAL", "linen", "m", "10", nil)
	product := makeProduct(c, Vars{"sku": "P", "markup": "1", "components": []Vars{{"material": "linen", "quantity": "1"}}})
	customer := NewCustomer(c, Vars{})
	unit := func(c *Client) string {
		r := c.Do(askPrice, Vars{"c": customer, "p": product})
		if len(r.Errors) > 0 {
			return r.Errors[0].Message
		}
		return r.Text("customer.price.unit.amount")
	}
	// within waits for the other replica: for at most half a minute, so that a busy machine fails nothing.
	within := func(what, want string) {
		t.Helper()
		began, got := time.Now(), unit(there)
		for ; got != want && time.Since(began) < 30*time.Second; got = unit(there) {
			time.Sleep(5 * time.Millisecond)
		}
		if here := unit(c); got != want || here != want {
			t.Errorf("%s: here %s, there %s, want %s", what, here, got, want)
		}
		t.Logf("%s: after %v", what, time.Since(began).Round(time.Millisecond))
	}
	within("at first", "20.00")
	set := func(amount string) {
		putRate(c, "MATERIAL", "linen", "m", amount, Vars{"validFrom": one.Clock.Now()})
	}
	set("11")
	within("a rate", "22.00")
	rule := c.Must(createPriceRule, Vars{"in": Vars{"name": "Less", "condition": "true", "amount": roubles("-1.00")}}).Text("createPriceRule.priceRule.id")
	within("a rule", "21.00")
	c.Must(retirePriceRule, Vars{"in": Vars{"id": rule}})
	within("without it", "22.00")
	for i := range 3 {
		// Both listeners are disconnected; what changes before they are connected is read then.
		if n := number(t, other, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`); n == 0 && i == 0 {
			t.Fatal("no listener found")
		}
		set(fmt.Sprint(12 + i))
		within("a rate set while no listener was connected", fmt.Sprintf("%d.00", 2*(12+i)))
	}
}
