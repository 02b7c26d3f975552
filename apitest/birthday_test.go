package apitest

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// A birthday goes in and out as a Date, and a price rule may ask for it.
func TestBirthday(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleAdmin)
		tomorrow := w.Clock.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)
		c.Refused("INVALID birthday", createCustomer, Vars{"in": Vars{"name": "A", "birthday": "1899-12-31"}})
		c.Refused("INVALID birthday", createCustomer, Vars{"in": Vars{"name": "A", "birthday": tomorrow}})
		for _, wrong := range []any{"28.02.1990", "1990-02-29", "1990-02-28T00:00:00Z", 19900228} {
			if r := c.Do(createCustomer, Vars{"in": Vars{"name": "A", "birthday": wrong}}); !strings.Contains(r.Body, `a day of the calendar such as \"1990-02-28\"`) {
				t.Errorf("%v: %s", wrong, r.Body)
			}
		}
		putRate(c, "MATERIAL", "linen", "m", "100", nil)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("200.00"), "components": []Vars{{"material": "linen", "quantity": "1"}}})
		c.Must(createPriceRule, Vars{"in": Vars{"name": "Born in February", "condition": "customer.birthday.month == 2 && customer.birthday.day > 27", "percent": "-10"}})
		ask := func(id, birthday, price string) {
			t.Helper()
			r := c.Must(`query($id: ID!, $p: ID!) { customer(id: $id) { birthday price(productId: $p) { unit { amount } rejected { reason } } } }`, Vars{"id": id, "p": product})
			if r.Get("customer.birthday") != any(nil) && r.Text("customer.birthday") != birthday || r.Get("customer.birthday") == nil && birthday != "" || r.Text("customer.price.unit.amount") != price {
				t.Errorf("want %q and %s: %s", birthday, price, r.Body)
			}
		}
		born, unknown := NewCustomer(c, Vars{"birthday": "1990-02-28"}), NewCustomer(c, Vars{})
		ask(born, "1990-02-28", "180.00")
		ask(unknown, "", "200.00")
		c.Must(updateCustomer, Vars{"in": Vars{"id": unknown, "expectedVersion": 1, "birthday": "2024-02-29"}})
		ask(unknown, "2024-02-29", "180.00")
		c.Must(updateCustomer, Vars{"in": Vars{"id": unknown, "expectedVersion": 2, "birthday": nil}})
		ask(unknown, "", "200.00")
	})
}
