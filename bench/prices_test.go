package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kopeck/apitest"
	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/schema"
)

// BenchmarkPricesOfAThousand asks the API for the prices of 1,000 products for a customer: the totals, with tokens, and with the
// whole explanation. The goal is 15 ms; the time is that of the server alone.
func BenchmarkPricesOfAThousand(b *testing.B) {
	w := apitest.New(b, dbtest.SQLite(b))
	admin := w.As(schema.RoleAdmin)
	for i := range 1000 {
		admin.Must(`mutation($in: CreateProductInput!) { createProduct(input: $in) { userErrors { code field message } } }`,
			apitest.Vars{"in": apitest.Vars{"sku": fmt.Sprintf("P%04d", i), "name": "A product", "listPrice": apitest.Vars{"amount": "100.00", "currencyCode": "RUB"}}})
	}
	for i := range 20 {
		admin.Must(`mutation($in: CreatePriceRuleInput!) { createPriceRule(input: $in) { userErrors { code field message } } }`,
			apitest.Vars{"in": apitest.Vars{"name": fmt.Sprint("Rule ", i), "condition": fmt.Sprintf(`customer.stage == "STRANGER" && quantity >= %d`, i), "percent": "-1"}})
	}
	customer := admin.Must(`mutation { createCustomer(input: {kind: PERSON, name: "A customer"}) { customer { id } userErrors { code field message } } }`, nil).Text("createCustomer.customer.id")
	token, _, err := w.App.People.IssueToken(w.System(), schema.RoleAdmin, "", auth.MaxLife(auth.UseAccess))
	if err != nil {
		b.Fatal(err)
	}
	for name, fields := range map[string]string{
		"total":     "edges { product { sku } node { total { amount } } }",
		"token":     "edges { product { sku } node { total { amount } token } }",
		"explained": "edges { product { sku name } node { unit { amount } total { amount } lines { kind label amount { amount } } } }",
	} {
		b.Run(name, func(b *testing.B) {
			body := fmt.Sprintf(`{"query": "{ customer(id: \"%s\") { prices(first: 1000) { %s } } }"}`, customer, fields)
			for b.Loop() {
				if priced := answered(b, w.Site, token, body); priced != 1000 {
					b.Fatal(priced, "prices")
				}
			}
		})
	}
}

// answered asks the server without a network, and returns the number of totals in its answer.
func answered(b *testing.B, server http.Handler, token, body string) int {
	b.Helper()
	request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, request)
	return bytes.Count(answer.Body.Bytes(), []byte(`"total"`))
}
