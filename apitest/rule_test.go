package apitest

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

func TestRulesBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		for _, one := range []struct {
			want, message string
			in            Vars
		}{
			{"INVALID condition", "line 2, column 4: ", Vars{"condition": "quantity >= 10\n&& kuantity < 20"}},
			{"INVALID condition", "line 1, column ", Vars{"condition": `quantity > "ten"`}},
			{"INVALID condition", "want true or false", Vars{"condition": "1 + 1"}},
			{"INVALID condition", "", Vars{"condition": " "}},
			{"INVALID condition", "", Vars{"condition": strings.Repeat("true && ", 1000) + "true"}},
			{"INVALID percent", "", Vars{"percent": "-100"}},
			{"INVALID percent", "", Vars{"percent": "-101"}},
			{"INVALID percent", "exactly one", Vars{"amount": roubles("1.00")}},
			{"INVALID price.amount", "", Vars{"percent": nil, "price": roubles("-1.00")}},
			{"INVALID validTo", "", Vars{"validFrom": "2026-02-01T00:00:00Z", "validTo": "2026-01-01T00:00:00Z"}},
			{"INVALID name", "", Vars{"name": ""}},
		} {
			t.Run(one.want, func(t *testing.T) {
				in := Vars{"name": "R", "condition": "true", "percent": "-5"}
				for k, v := range one.in {
					in[k] = v
				}
				if r := c.On(t).Refused(one.want, createPriceRule, Vars{"in": in}); !strings.Contains(r.Body, one.message) {
					t.Errorf("%v: want %q: %s", one.in, one.message, r.Body)
				}
			})
		}
		rule := c.Must(createPriceRule, Vars{"in": Vars{"name": "R", "condition": "true", "percent": "-5"}}).Text("createPriceRule.priceRule.id")
		c.Refused("VERSION_CONFLICT expectedVersion", retirePriceRule, Vars{"in": Vars{"id": rule, "expectedVersion": 2}})
		if r := c.Must(retirePriceRule, Vars{"in": Vars{"id": rule, "expectedVersion": 1, "reason": "over"}}); r.Text("retirePriceRule.priceRule.active") != "false" {
			t.Errorf("got %s, want an inactive rule", r.Body)
		}
		c.Refused("WRONG_STATE id", retirePriceRule, Vars{"in": Vars{"id": rule}})
		c.Refused("NOT_FOUND id", retirePriceRule, Vars{"in": Vars{"id": "rul_01jd3x5m8nf4svbj2k7q9w0e1r"}})
		for role, want := range map[schema.Role]int{schema.RoleAnalyst: 1, schema.RoleSales: 0, schema.RolePartner: 0} {
			r := w.As(role).Must(`query($id: ID!) { priceRules { id active } node(id: $id) { id } }`, Vars{"id": rule})
			if r.Len("priceRules") != want || (r.Get("node") != nil) != (want == 1) {
				t.Errorf("%s reads %s, want %d rules", role, r.Body, want)
			}
		}
	})
}

func TestAgreements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "100", nil)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("150.00"), "minimumMargin": "0.2", "components": []Vars{{"material": "linen", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		c.Must(createPriceRule, Vars{"in": Vars{"name": "Dearer", "condition": "true", "percent": "10"}})
		in := func(more Vars) Vars {
			all := Vars{"customerId": customer, "productId": product, "unit": roubles("124.99")}
			for k, v := range more {
				all[k] = v
			}
			return Vars{"in": all}
		}
		if r := c.Refused("BELOW_FLOOR unit", agreePrice, in(nil)); r.Text("agreePrice.userErrors.0.floor.amount") != "125.00" {
			t.Errorf("the floor is not named: %s", r.Body)
		}
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", agreePrice, in(Vars{"unit": roubles("140.00")}))
		for want, wrong := range map[string]Vars{
			"NOT_FOUND customerId":    {"customerId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"NOT_FOUND productId":     {"productId": "prd_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID productId":       {"productId": customer},
			"INVALID unit.amount":     {"unit": roubles("-1.00")},
			"INVALID minimumQuantity": {"minimumQuantity": "-1"},
			"INVALID validTo":         {"validFrom": "2026-01-02T00:00:00Z", "validTo": "2026-01-01T00:00:00Z", "unit": roubles("140.00")},
		} {
			t.Run(want, func(t *testing.T) {
				c.On(t).Refused(want, agreePrice, in(wrong))
			})
		}
		if got := waterfall(t, c.Must(askPrice, Vars{"c": customer, "p": product})); got != "LIST 150.00, RULE 15.00 Dearer" {
			t.Errorf("after refusals alone: %s", got)
		}
		c.Must(agreePrice, in(Vars{"unit": roubles("130.00"), "minimumQuantity": "5"}))
		if got := waterfall(t, c.Must(askPrice, Vars{"c": customer, "p": product, "q": "5"})); got != "LIST 150.00, AGREEMENT -20.00" {
			t.Errorf("got %s, want LIST 150.00, AGREEMENT -20.00", got)
		}
		if got := waterfall(t, c.Must(askPrice, Vars{"c": customer, "p": product, "q": "4"})); got != "LIST 150.00, RULE 15.00 Dearer" {
			t.Errorf("under the quantity: %s", got)
		}
		// A rising floor raises a price agreed without a reason, and not one agreed with a reason.
		putRate(c, "MATERIAL", "linen", "m", "120", Vars{"validFrom": w.Clock.Now().Add(-time.Second).UTC().Format(time.RFC3339Nano)})
		if got := waterfall(t, c.Must(askPrice, Vars{"c": customer, "p": product, "q": "5"})); got != "LIST 150.00, AGREEMENT -20.00, FLOOR 20.00" {
			t.Errorf("got %s, want LIST 150.00, AGREEMENT -20.00, FLOOR 20.00", got)
		}
		w.Clock.Advance(time.Second)
		made := c.Must(agreePrice, in(Vars{"overrideFloorReason": "An old friend", "unit": roubles("99.00"), "minimumQuantity": "5"}))
		if got := waterfall(t, c.Must(askPrice, Vars{"c": customer, "p": product, "q": "5"})); got != "LIST 150.00, AGREEMENT -51.00" {
			t.Errorf("got %s, want LIST 150.00, AGREEMENT -51.00", got)
		}
		audits, err := w.App.Client.AuditEntry.Query().All(w.System())
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, entry := range audits {
			found = found || entry.Subject == made.Text("agreePrice.agreement.id") && strings.Contains(string(entry.Detail), "An old friend")
		}
		if !found {
			t.Error("the reason is not in the audit")
		}
	})
}
