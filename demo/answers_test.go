package demo_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/demo"
	"kopeck/schema"
)

type answer struct {
	Data   map[string]any `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// ask asks the API as a role's example member.
func (w *world) ask(t *testing.T, role schema.Role, query, variables string) (answer, string) {
	t.Helper()
	token, _, err := w.service.People.IssueToken(auth.System(t.Context()), role, "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"query": query}
	if variables != "" {
		body["variables"] = json.RawMessage(variables)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/graphql", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s: %s", response.Status, got)
	}
	return a, string(got)
}

func (w *world) examples(t *testing.T) {
	for _, role := range []schema.Role{schema.RoleAdmin, schema.RoleManager, schema.RoleSales, schema.RoleAnalyst, schema.RolePartner} {
		for _, example := range demo.Examples() {
			if strings.Contains(example.Query, "\nsubscription ") {
				continue
			}
			a, text := w.ask(t, role, example.Query, example.Variables)
			for _, e := range a.Errors {
				if role == schema.RolePartner && e.Extensions["code"] == "FORBIDDEN" {
					continue // a partner asks for no prices
				}
				t.Errorf("%s: %s\n%s", role, e.Message, example.Query)
			}
			refused := strings.Contains(text, `"userErrors":[{`)
			if reads := role == schema.RoleAnalyst || role == schema.RolePartner; strings.Contains(example.Query, "\nmutation ") && refused != reads {
				t.Errorf("%s: refused %t: %s", role, refused, text)
			}
			if role == schema.RoleAdmin && strings.Contains(text, "null") && !strings.Contains(example.Query, "search") {
				for _, gap := range []string{`"customer":null`, `"price":null`, `"cost":null`, `"margin":null`, `"node":null`} {
					if strings.Contains(text, gap) {
						t.Errorf("ADMIN: %s in the answer to\n%s", gap, example.Query)
					}
				}
			}
		}
	}
	if _, text := w.ask(t, schema.RoleSales, demo.CardQuery(), ""); !strings.Contains(text, demo.FavouriteName) || !strings.Contains(text, `"margin":null`) {
		t.Errorf("SALES sees the card without its margin: %s", text)
	}
	if a, text := w.ask(t, schema.RolePartner, "{ customers { totalCount } }", ""); a.Data["customers"].(map[string]any)["totalCount"].(float64) < 5 {
		t.Errorf("the partner sees too few: %s", text)
	}
}

func (w *world) page(t *testing.T) {
	a, text := w.ask(t, schema.RoleAdmin, `{ customers(first: 50) { edges { node {
		name lifetimeValue { total { amount } } prices(first: 3) { edges { node { unit { amount } } } }
		contacts(last: 3) { edges { node { at } } } permissions { state } } } } }`, "")
	if edges, _ := a.Data["customers"].(map[string]any)["edges"].([]any); len(a.Errors) > 0 || len(edges) != 50 {
		t.Errorf("a page of 50: %d; %.500s", len(edges), text)
	}
}

// past asks for prices of a year ago: other rates and list prices were known then.
func (w *world) past(t *testing.T) {
	query := func(at string) string {
		return strings.Replace(demo.CardQuery(), `quantity: "4.8"`, `quantity: "4.8", at: "`+at+`"`, 1)
	}
	unit := func(at string) string {
		a, text := w.ask(t, schema.RoleAdmin, query(at), "")
		if len(a.Errors) > 0 {
			t.Fatal(text)
		}
		return a.Data["customer"].(map[string]any)["price"].(map[string]any)["unit"].(map[string]any)["amount"].(string)
	}
	long, last, now := unit("2025-02-01T12:00:00Z"), unit("2025-11-20T12:00:00Z"), unit("2026-11-19T12:00:00Z")
	if long == last || last == now {
		t.Errorf("the price was %s, %s and is %s", long, last, now)
	}
}

// week asks for the utilisation of the workshop in the fortnight around the day: Sundays are off, the other days busy.
func (w *world) week(t *testing.T) {
	a, text := w.ask(t, schema.RoleAdmin, `{ resource(code: "sewing") { idleCost(from: "2026-11-09T00:00:00Z", to: "2026-11-22T20:00:00Z") { amount }
		utilisation(from: "2026-11-09T00:00:00Z", to: "2026-11-22T20:00:00Z") { day working capacity booked utilisation } } gaps: rateGaps { code } }`, "")
	if len(a.Errors) > 0 || a.Data["gaps"] == nil || len(a.Data["gaps"].([]any)) > 0 {
		t.Fatal(text)
	}
	worked, busy := 0, 0
	for _, one := range a.Data["resource"].(map[string]any)["utilisation"].([]any) {
		day, _ := one.(map[string]any)
		if day["working"] == true {
			worked++
			if u, err := strconv.ParseFloat(day["utilisation"].(string), 64); err == nil && u > 0.2 {
				busy++
			}
		} else if day["capacity"] != "0" {
			t.Errorf("a day off with capacity: %v", day)
		}
	}
	if worked != 12 || busy < 6 {
		t.Errorf("%d days of 14 are worked, %d busy: %s", worked, busy, text)
	}
	a, text = w.ask(t, schema.RoleSales, `{ workshop(from: "2026-11-20", to: "2026-11-26") { resource full booked bookings { customer { name } lines { line { quantity } } } } unkeptDates { totalCount } }`, "")
	if filled := strings.Count(text, `"quantity":`); len(a.Errors) > 0 || filled < 20 || strings.Count(text, `"booked":null`) != 7*len(w.service.Workshop.Resources()) {
		t.Errorf("the week to SALES: %d lines; %s", filled, text)
	}
	if moved := w.count(t, "SELECT count(*) FROM audit_entries WHERE action = 'order.due'"); moved == 0 {
		t.Error("no order was moved")
	}
}

// reactions asks how soon prices followed the rates of the last year, which it prints, and how long that took.
func (w *world) reactions(t *testing.T) {
	started := time.Now()
	a, text := w.ask(t, schema.RoleAnalyst, `{ reactionTimes(from: "2025-11-20T00:00:00Z", to: "2026-11-20T00:00:00Z", first: 100) { totalCount edges { node {
		rate { code amount } before { amount } products costPlus orders marginLost { amount } firstPrice { at product { sku } } firstListPrice { seconds } firstOffer { seconds } firstAgreement { seconds } } } } }`, "")
	t.Logf("%d bytes in %v", len(text), time.Since(started))
	if len(a.Errors) > 0 || strings.Count(text, `"code":`) < 20 || !strings.Contains(text, `"firstPrice":{`) {
		t.Errorf("%.2000s", text)
	}
	if a, text := w.ask(t, schema.RoleSales, `{ reactionTimes(from: "2025-11-20T00:00:00Z", to: "2026-11-20T00:00:00Z") { totalCount } }`, ""); len(a.Errors) > 0 || a.Data["reactionTimes"] != nil {
		t.Errorf("SALES: %s", text)
	}
}

// expected asks how far prices are from what customers expected: of all products together, and of one at least, there is a curve that falls.
func (w *world) expected(t *testing.T) {
	a, text := w.ask(t, schema.RoleAnalyst, `{ expectedPriceReport(by: [PRODUCT]) { rows { product { sku } accepted refused meanGap curve { slope slopeHigh } } total { offered curve { slopeHigh } } } }`, "")
	if len(a.Errors) > 0 {
		t.Fatal(text)
	}
	report, _ := a.Data["expectedPriceReport"].(map[string]any)
	falls := func(of any) bool {
		row, _ := of.(map[string]any)
		curve, _ := row["curve"].(map[string]any)
		high, ok := curve["slopeHigh"].(float64)
		return ok && high < 0
	}
	if !falls(report["total"]) || !slices.ContainsFunc(report["rows"].([]any), falls) {
		t.Error(text)
	}
}
