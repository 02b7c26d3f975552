package apitest

import (
	"testing"

	"kopeck/schema"
)

func TestProductsBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		made := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1.00")})
		putRate(c, "MATERIAL", "m", "kg", "1", nil)
		base := func(more Vars) Vars {
			in := Vars{"sku": "B", "name": "B", "listPrice": roubles("1.00")}
			for k, v := range more {
				in[k] = v
			}
			return Vars{"in": in}
		}
		parts := func(components ...Vars) Vars { return Vars{"components": components} }
		option := func(o Vars) Vars {
			return Vars{"options": []Vars{{"code": "o", "name": "O", "components": []Vars{}}, o}}
		}
		for _, one := range []struct {
			want string
			in   Vars
		}{
			{"ALREADY_EXISTS sku", Vars{"sku": "A"}},
			{"ALREADY_EXISTS id", Vars{"id": made}},
			{"INVALID id", Vars{"id": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"INVALID sku", Vars{"sku": " "}},
			{"INVALID markup", Vars{"markup": "0.1"}},
			{"INVALID listPrice.amount", Vars{"listPrice": roubles("1.005")}},
			{"INVALID listPrice.amount", Vars{"listPrice": roubles("-1.00")}},
			{"INVALID minimumMargin", Vars{"minimumMargin": "1"}},
			{"INVALID standardLeadDays", Vars{"standardLeadDays": -1}},
			{"INVALID validFrom", Vars{"validFrom": "0001-01-01T00:00:00Z"}},
			{"INVALID components.0", parts(Vars{"material": "m", "resource": "r", "quantity": "1"})},
			{"INVALID components.0", parts(Vars{"quantity": "1"})},
			{"INVALID components.1.quantity", parts(Vars{"material": "m", "quantity": "1"}, Vars{"material": "m", "quantity": "0"})},
			{"INVALID components.0.quantity", parts(Vars{"material": "m", "quantity": "1.0000000001"})},
			{"NOT_FOUND components.1.productSku", parts(Vars{"material": "m", "quantity": "1"}, Vars{"productSku": "nowhere", "quantity": "1"})},
			{"NOT_FOUND components.1.material", parts(Vars{"material": "m", "quantity": "1"}, Vars{"material": "n", "quantity": "1"})},
			{"NOT_FOUND components.0.resource", parts(Vars{"resource": "m", "quantity": "1"})},
			{"NOT_FOUND options.1.components.0.material", option(Vars{"code": "p", "name": "P", "components": []Vars{{"material": "n", "quantity": "1"}}})},
			{"INVALID components.0.productSku", parts(Vars{"productSku": "B", "quantity": "1"})},
			{"INVALID options.1.code", option(Vars{"code": "o", "name": "Twice", "components": []Vars{}})},
			{"NOT_FOUND options.1.components.0.productSku", option(Vars{"code": "p", "name": "P", "components": []Vars{{"productSku": "nowhere", "quantity": "1"}}})},
			{"INVALID options.1.surcharge.amount", option(Vars{"code": "p", "name": "P", "components": []Vars{}, "surcharge": roubles("-1.00")})},
		} {
			t.Run(one.want, func(t *testing.T) {
				c.On(t).Refused(one.want, createProduct, base(one.in))
			})
		}
		if n := c.Must(`{ products { totalCount } }`, nil).Int("products.totalCount"); n != 1 {
			t.Errorf("%d products after bad input alone", n)
		}
		for want, in := range map[string]Vars{
			"NOT_FOUND productId":      {"productId": "prd_01jd3x5m8nf4svbj2k7q9w0e1r", "markup": "1"},
			"INVALID listPrice":        {"productId": made},
			"INVALID markup":           {"productId": made, "markup": "1", "listPrice": roubles("1.00")},
			"INVALID validFrom":        {"productId": made, "markup": "1", "validFrom": "9999-01-01T00:00:00Z"},
			"INVALID listPrice.amount": {"productId": made, "listPrice": roubles("12.505")},
		} {
			t.Run(want, func(t *testing.T) {
				c.On(t).Refused(want, setListPrice, Vars{"in": in})
			})
		}
		w.As(schema.RoleSales).Refused("FORBIDDEN", setListPrice, Vars{"in": Vars{"productId": made, "markup": "1"}})
		w.As(schema.RoleSales).Refused("FORBIDDEN", updateProduct, Vars{"in": Vars{"id": made, "expectedVersion": 1, "active": false}})
	})
}

func TestProductUpdatesMergeOrConflict(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1.00"), "idempotencyKey": "k"})
		if repeated := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1.00"), "idempotencyKey": "k"}); repeated != product {
			t.Errorf("%s and %s", product, repeated)
		}
		customer := NewCustomer(c, Vars{})
		c.Must(updateProduct, Vars{"in": Vars{"id": product, "expectedVersion": 1, "name": "New"}})
		r := c.Must(updateProduct, Vars{"in": Vars{"id": product, "expectedVersion": 1, "active": false}})
		if r.Text("updateProduct.product.name") != "New" || r.Text("updateProduct.product.active") != "false" || r.Int("updateProduct.product.version") != 3 {
			t.Errorf("got %s, want version 3, with the new name and inactive", r.Body)
		}
		clash := c.Refused("VERSION_CONFLICT expectedVersion", updateProduct, Vars{"in": Vars{"id": product, "expectedVersion": 1, "name": "Other"}})
		if clash.Text("updateProduct.userErrors.0.fields.0.theirs") != "New" || clash.Text("updateProduct.userErrors.0.fields.0.base") != "Штора" {
			t.Errorf("got %s, want a conflict on the name New, which was Штора", clash.Body)
		}
		if off := c.Do(askPrice, Vars{"c": customer, "p": product}); len(off.Errors) != 1 || off.Errors[0].Code() != "WRONG_STATE" {
			t.Errorf("a product off the catalogue is priced: %s", off.Body)
		}
		// A new list price keeps the minimum margin, and a new minimum margin keeps the price.
		c.Must(setListPrice, Vars{"in": Vars{"productId": product, "minimumMargin": "0.5"}})
		if got := c.Must(setListPrice, Vars{"in": Vars{"productId": product, "listPrice": roubles("7.00")}}).Text("setListPrice.product.listPrice.amount"); got != "7.00" {
			t.Errorf("the list price is %s", got)
		}
	})
}
