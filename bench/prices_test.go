package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"kopeck/apitest"
	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/schema"
)

// BenchmarkPricesOfAThousand asks the API for the prices of 1,000 products for a customer: what is asked, and with the whole
// explanation. The goal for the server is 15 ms; the time here has the client's in it, which reads the answer as it is.
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
	token, _, err := w.Service.IssueToken(w.System(), schema.RoleAdmin, "", auth.MaxLife(auth.UseAccess))
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
				if priced := answered(b, w.URL, token, body); priced != 1000 {
					b.Fatal(priced, "prices")
				}
			}
		})
	}
}

// answered sends a query, and counts the totals in its answer.
func answered(b *testing.B, url, token, body string) int {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/graphql", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return bytes.Count(answer, []byte(`"total"`))
}
