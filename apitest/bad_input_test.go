package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// TestBadInputWritesNothing sends invalid inputs: each is answered with a typed error, and no row of any table changes.
func TestBadInputWritesNothing(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		noon := w.Clock.Now().UTC()
		other := NewCustomer(s.admin, Vars{"name": "Other"})
		order := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "reason": "r", "amount": roubles("900.00")}})
		product := func(more Vars) Vars {
			in := Vars{"sku": "NEW", "name": "N", "listPrice": roubles("1.00")}
			for k, v := range more {
				in[k] = v
			}
			return in
		}
		parts := func(of Vars) []Vars { of["quantity"] = "1"; return []Vars{of} }
		oak := func() Vars { return ratePer("MATERIAL", "oak", "kg", "1", "2024-01-01T00:00:00Z") }
		loom := func() Vars { return ratePer("RESOURCE", "loom", "unit", "1", "2024-01-01T00:00:00Z") }
		before := contents(t, w)
		for _, bad := range []struct {
			what, want, verb string
			in               Vars
		}{
			{"a product that is a part of itself", "INVALID components.0.productSku", createProduct, product(Vars{"components": parts(Vars{"productSku": "NEW"})})},
			{"one by an option", "INVALID options.0.components.0.productSku", createProduct, product(Vars{"options": []Vars{{"code": "o", "name": "O", "components": parts(Vars{"productSku": "NEW"})}}})},
			{"a part that is not there", "NOT_FOUND components.0.productSku", createProduct, product(Vars{"components": parts(Vars{"productSku": "nowhere"})})},
			{"an unknown material", "NOT_FOUND components.0.material", createProduct, product(Vars{"components": parts(Vars{"material": "clotn"})})},
			{"an unknown resource", "NOT_FOUND components.0.resource", createProduct, product(Vars{"components": parts(Vars{"resource": "cloth"})})},
			{"staff by the day", "INVALID unit", rateIs, ratePer("STAFF", "senior", "day", "1", "2024-01-01T00:00:00Z")},
			{"a call by the hour", "INVALID unit", rateIs, ratePer("CHANNEL_MINUTE", "PHONE", "hour", "1", "2024-01-01T00:00:00Z")},
			{"an overhead in per cent", "INVALID unit", rateIs, ratePer("OVERHEAD", "rent", "percent", "12", "2024-01-01T00:00:00Z")},
			{"cloth by the kilogram", "INVALID unit", rateIs, ratePer("MATERIAL", "cloth", "kg", "1", "2024-01-01T00:00:00Z")},
			{"a negative rate", "INVALID amount", rateIs, with(oak(), "amount", "-0.000000001")},
			{"a rate that is too fine", "INVALID amount", rateIs, with(oak(), "amount", "0.0000000001")},
			{"a negative capacity", "INVALID capacityPerDay", rateIs, with(loom(), "capacityPerDay", "-1")},
			{"a fixed share over 1", "INVALID fixedShare", rateIs, with(loom(), "fixedShare", "1.000000001")},
			{"a second rate for one moment", "ALREADY_EXISTS validFrom", rateIs, with(ratePer("MATERIAL", "cloth", "unit", "2", "2020-01-01T03:00:00+03:00"), "correction", false)},
			{"a second rate in a list", "ALREADY_EXISTS rates.1.validFrom", setRates, Vars{"rates": []Vars{oak(), oak()}}},
			{"a call of a week", "INVALID minutes", recordContact, Called(s.customer, Vars{"minutes": "10080"})},
			{"a negative time", "INVALID minutes", recordContact, Called(s.customer, Vars{"minutes": "-1"})},
			{"a call tomorrow", "INVALID at", recordContact, Called(s.customer, Vars{"at": noon.Add(24 * time.Hour)})},
			{"a recommendation of oneself", "INVALID aboutId", recordContact, Called(s.customer, Vars{"kind": "RECOMMENDATION", "aboutId": s.customer})},
			{"a call about another", "INVALID aboutId", recordContact, Called(s.customer, Vars{"aboutId": other})},
			{"a refund over what is left", "INVALID amount.amount", refundOrder, Vars{"id": order, "reason": "r", "amount": roubles("100.00")}},
			{"an order without lines", "INVALID priceTokens", placeOrder, Vars{"customerId": s.customer, "priceTokens": []string{}}},
		} {
			t.Run(bad.what, func(t *testing.T) {
				r := s.admin.On(t).Do(bad.verb, Vars{"in": bad.in})
				if faults := r.UserErrors(); len(faults) != 1 || faults[0] != bad.want {
					t.Errorf("%s: want %q, got %s", bad.what, bad.want, r.Body)
				}
				if after := contents(t, w); after != before {
					t.Errorf("%s wrote something:\n%s\nbefore\n%s", bad.what, after, before)
					before = after
				}
			})
		}
		s.isClosed("-300.01") // 999.99 - 900.00 - 400.00
		if r := s.admin.Refused("INVALID minutes", recordContact, Vars{"in": Called(s.customer, Vars{"minutes": "10080"})}); !strings.Contains(r.Body, "1440") {
			t.Errorf("the message does not have the maximum: %s", r.Body)
		}
		if n := w.As(schema.RoleManager).Must(`{ products { totalCount } }`, nil).Int("products.totalCount"); n != 1 {
			t.Errorf("%d products", n)
		}
	})
}

// contents counts the rows of every table, and sums the versions of those that have one.
func contents(t *testing.T, w *World) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{
		"customers", "contacts", "contact_corrections", "products", "components", "product_options", "recipes", "measurement_definitions", "list_prices", "rates", "bookings", "orders", "order_lines", "refunds", "credits",
		"price_rules", "price_agreements", "permissions", "permission_events", "offers", "offer_lines", "stage_changes", "settings", "idempotency_keys", "audit_entries",
	} {
		sum := "count(*)"
		if table == "customers" || table == "contacts" || table == "orders" || table == "products" {
			sum = "count(*) + sum(version)"
		}
		n := number(t, w, "SELECT coalesce("+sum+", 0) FROM "+table)
		fmt.Fprintf(&all, "%s %d, ", table, n)
	}
	return all.String()
}
