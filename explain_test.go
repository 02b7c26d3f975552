package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// The ids and the times of what a test makes are others each time; they are as long.
var (
	anyID     = regexp.MustCompile(`(ord|con|cus|rat|rul|rcp)_[0-9a-hjkmnp-tv-z]{26}`)
	anyMinute = regexp.MustCompile(`20[23][0-9]-[0-9]{2}-[0-9]{2}\s+[0-9]{2}:[0-9]{2}`)
)

// without returns a page with its ids and times replaced.
func without(page string) string {
	page = anyID.ReplaceAllStringFunc(page, func(id string) string { return id[:4] + strings.Repeat("0", 26) })
	return anyMinute.ReplaceAllString(page, "0000-00-00 00:00")
}

const orderPage = `Order ord_00000000000000000000000000 (W-1) COMPLETED
customer Anna (cus_00000000000000000000000000)
placed 0000-00-00 00:00 UTC
due 0000-00-00 00:00 UTC
completed 0000-00-00 00:00 UTC
money in RUB

1. COAT Coat
3 at 999.99, lead time 0 days 2999.97
price of one
LIST list price 999.99
------
unit price 999.99
not applied: rule Many: condition false
cost
the recipe of COAT (rcp_00000000000000000000000000) from 1900-01-01 00:00 UTC,
recorded 0000-00-00 00:00 UTC by admin@cli.kopeck.invalid
MATERIAL cloth, m: 2 m x 100.005 per m, from 0000-00-00 00:00 UTC, known since
0000-00-00 00:00 UTC: 200.01 of one, x 3 600.03
RETURNED came back to stock: 1 piece -200.01
------
cost 400.02
total 2999.97
refunded, 1 of 3 -999.99
cost, 1 came back to stock -400.02
-------
margin of the line 1599.96

The order
total of the lines 2999.97
refunded -999.99
cost -400.02
-------
margin 1599.96

Refunds
0000-00-00 00:00 UTC by admin@cli.kopeck.invalid, goods came back: too long 999.99
1 of COAT, cost that came back 200.01 999.99
------
refunded 999.99

Who earned the margin
0000-00-00 00:00 UTC INFO_CALL PHONE con_00000000000000000000000000, share 1 1599.96
-------
margin 1599.96

History
0000-00-00 00:00 UTC PLACED by admin@cli.kopeck.invalid
0000-00-00 00:00 UTC COMPLETED by admin@cli.kopeck.invalid
0000-00-00 00:00 UTC REFUNDED by admin@cli.kopeck.invalid: too long
`

const contactPage = `Contact con_00000000000000000000000000 INFO_CALL
customer Anna (cus_00000000000000000000000000), then STRANGER
channel PHONE, INBOUND
at 0000-00-00 00:00 UTC
staff ADMIN at the command line
subject coats

What it cost
CHANNEL_FEE PHONE, contact: 1 contact x 5 per contact, from 0000-00-00 00:00 UTC 5.00
----
cost 5.00

What it earned
ord_00000000000000000000000000: share 1 of the margin 1599.96, by LINEAR 1599.96
-------
earned 1599.96
less its cost -5.00
-------
net 1594.96
contacts of its kind, channel and stage are expected to earn 1599.96

What was corrected
0000-00-00 00:00 UTC corrected by admin@cli.kopeck.invalid: subject from nothing
to coats: misheard
`

const tokenPage = `Price token of this installation, unaltered HOLDS
customer Anna (cus_00000000000000000000000000)
product COAT Coat
price of 0000-00-00 00:00 UTC
holds until 0000-00-00 00:00 UTC
lead time 0 days

What it promises
LIST list price 999.99
------
unit price 999.99
x 3
-------
total 2999.97

Used by
order ord_00000000000000000000000000
`

// TestExplain sells three coats of which one comes back, and explains the order, the call that earned it and the token of its price.
func TestExplain(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		token := i.token("ADMIN")
		address, stop := i.serving()
		field := func(query string, variables any, path ...string) string {
			t.Helper()
			var value any = ask(t, address, token, query, variables)
			for _, name := range append([]string{"data"}, path...) {
				switch at := value.(type) {
				case map[string]any:
					value = at[name]
				case []any:
					value = at[0].(map[string]any)[name]
				}
			}
			text, _ := value.(string)
			if text == "" {
				t.Fatalf("%s: no %v", query, path)
			}
			return text
		}
		type in = map[string]any
		for _, rate := range []in{
			{"subject": "MATERIAL", "code": "cloth", "unit": "m", "amount": "100.005", "validFrom": "2020-01-01T00:00:00Z"},
			{"subject": "CHANNEL_FEE", "code": "PHONE", "unit": "contact", "amount": "5", "validFrom": "2020-01-01T00:00:00Z"},
		} {
			field(`mutation($in: SetRateInput!) { setRate(input: $in) { rate { id } userErrors { message } } }`, in{"in": rate}, "setRate", "rate", "id")
		}
		product := field(`mutation { createProduct(input: {sku: "COAT", name: "Coat", listPrice: {amount: "999.99", currencyCode: RUB}, standardLeadDays: 0, components: [{material: "cloth", quantity: "2"}]}) { product { id } userErrors { message } } }`, nil, "createProduct", "product", "id")
		field(`mutation { createPriceRule(input: {name: "Many", condition: "quantity > 100.0", percent: "-5"}) { priceRule { id } userErrors { message } } }`, nil, "createPriceRule", "priceRule", "id")
		customer := field(`mutation { createCustomer(input: {name: "Anna"}) { customer { id } userErrors { message } } }`, nil, "createCustomer", "customer", "id")
		contact := field(`mutation($c: ID!) { recordContact(input: {customerId: $c, kind: INFO_CALL, direction: INBOUND, channel: PHONE}) { contact { id } userErrors { message } } }`, in{"c": customer}, "recordContact", "contact", "id")
		price := field(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "3") { token } } }`, in{"c": customer, "p": product}, "customer", "price", "token")
		order := field(`mutation($c: ID!, $t: String!) { placeOrder(input: {customerId: $c, priceTokens: [$t], externalId: "W-1"}) { order { id } userErrors { message } } }`, in{"c": customer, "t": price}, "placeOrder", "order", "id")
		line := field(`mutation($o: ID!) { completeOrder(input: {id: $o}) { order { lines { id } } userErrors { message } } }`, in{"o": order}, "completeOrder", "order", "lines", "id")
		field(`mutation($o: ID!, $l: ID!) { refundOrder(input: {id: $o, lines: [{lineId: $l, quantity: "1"}], goodsReturned: true, reason: "too long"}) { order { id } userErrors { message } } }`, in{"o": order, "l": line}, "refundOrder", "order", "id")
		field(`mutation($c: ID!) { correctContact(input: {id: $c, expectedVersion: 1, reason: "misheard", subject: "coats"}) { contact { id } userErrors { message } } }`, in{"c": contact}, "correctContact", "contact", "id")
		stop()
		for what, want := range map[string]string{order: orderPage, contact: contactPage, price: tokenPage} {
			status, out := i.command("explain", what)
			if got := spaced.ReplaceAllString(without(out), " "); status != 0 || strings.ReplaceAll(got, "\n ", "\n") != want {
				t.Errorf("explain: %d\n%s\nwant\n%s", status, strings.ReplaceAll(got, "\n ", "\n"), want)
			}
			for row := range strings.Lines(out) {
				if amount := shown.FindString(row); amount != "" && len(strings.TrimSuffix(row, "\n")) != 100 {
					t.Errorf("the amount is not aligned: %q", row)
				}
			}
			status, out = i.command("explain", "--json", what)
			if found := map[string]any{}; status != 0 || json.Unmarshal([]byte(out), &found) != nil || found["customer"].(map[string]any)["name"] != "Anna" {
				t.Errorf("--json: %d %s", status, out)
			}
		}
		for _, wrong := range []string{"x", "kp1.x", "ord_01jd0000000000000000000001", customer} {
			if status, out := i.command("explain", wrong); status != 1 {
				t.Errorf("explain %s: %d %s", wrong, status, out)
			}
		}
	})
}

var (
	spaced = regexp.MustCompile(` +`)
	shown  = regexp.MustCompile(` {2,}-?[0-9]+\.[0-9]{2}\n`)
)
