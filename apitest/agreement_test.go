package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	seenAgreement = `agreement { id version state unit { amount } proposedAt decidedAt declineReason overrideFloorReason agreedBy { id } decidedBy { id } }
		userErrors { __typename code field message ... on BelowFloor { floor { amount } } }`
	proposePrice     = `mutation($in: AgreePriceInput!) { agreePrice(input: $in) { ` + seenAgreement + ` } }`
	approveAgreement = `mutation($in: ApproveAgreementInput!) { approveAgreement(input: $in) { ` + seenAgreement + ` } }`
	declineAgreement = `mutation($in: DeclineAgreementInput!) { declineAgreement(input: $in) { ` + seenAgreement + ` } }`
	endAgreement     = `mutation($in: EndAgreementInput!) { endAgreement(input: $in) { agreement { id version state endedAt endReason endedBy { id } } userErrors { __typename code field message } } }`
	rejectedPrices   = `query($c: ID!, $p: ID!, $q: Decimal) { customer(id: $c) { price(productId: $p, quantity: $q) { unit { amount } total { amount } rejectedAgreements { agreementId unit { amount } minimumQuantity validFrom validTo reason } } } }`
	listAgreements   = `query($filter: PriceAgreementFilter) { agreements(filter: $filter) { totalCount edges { node { id state unit { amount } customer { id } } } } }`
)

// TestFloorIsNotFoundByAgreeing bisects the floor as SALES: a floor of 125.00 was found to the kopeck by 22 calls. Every answer
// must be the same but for the price that was asked for.
func TestFloorIsNotFoundByAgreeing(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		putRate(c, "MATERIAL", "linen", "m", "100", nil)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("150.00"), "minimumMargin": "0.2", "components": []Vars{{"material": "linen", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		answers := map[string]bool{}
		var ids []string
		for _, unit := range []string{"0.01", "62.50", "124.99", "125.00", "125.01", "500.00"} {
			r := sales.Must(proposePrice, Vars{"in": Vars{"customerId": customer, "productId": product, "unit": roubles(unit)}})
			if r.Text("agreePrice.agreement.agreedBy.id") != seller {
				t.Errorf("proposed by: %s", r.Body)
			}
			answers[fmt.Sprint(r.Text("agreePrice.agreement.state"), r.Get("agreePrice.agreement.decidedAt"), r.Get("agreePrice.agreement.overrideFloorReason"), r.Get("agreePrice.userErrors"))] = true
			ids = append(ids, r.Text("agreePrice.agreement.id"))
		}
		if len(answers) != 1 {
			t.Errorf("the answers differ by the price: %v", answers)
		}
		if got := waterfall(t, sales.Must(askPrice, Vars{"c": customer, "p": product})); got != "LIST 150.00" {
			t.Errorf("a price follows what is merely proposed: %s", got)
		}
		sales.Refused("FORBIDDEN", approveAgreement, Vars{"in": Vars{"id": ids[5]}})
		sales.Refused("FORBIDDEN", declineAgreement, Vars{"in": Vars{"id": ids[5], "reason": "x"}})
		waiting := c.Must(listAgreements, Vars{"filter": Vars{"states": []string{"PROPOSED"}}})
		if waiting.Int("agreements.totalCount") != 6 {
			t.Errorf("what waits: %s", waiting.Body)
		}
		low := c.Refused("BELOW_FLOOR overrideFloorReason", approveAgreement, Vars{"in": Vars{"id": ids[2]}})
		if low.Text("approveAgreement.userErrors.0.floor.amount") != "125.00" || low.Text("approveAgreement.userErrors.0.__typename") != "BelowFloor" || strings.Contains(low.Text("approveAgreement.userErrors.0.message"), "125") {
			t.Errorf("want the floor, and not in the message: %s", low.Body)
		}
		excused := sales.Must(proposePrice, Vars{"in": Vars{"customerId": customer, "productId": product, "unit": roubles("0.01"), "minimumQuantity": "50", "overrideFloorReason": "r"}}).Text("agreePrice.agreement.id")
		c.Refused("BELOW_FLOOR overrideFloorReason", approveAgreement, Vars{"in": Vars{"id": excused}}) // the reason is of somebody who does not know the floor
		c.Must(declineAgreement, Vars{"in": Vars{"id": excused, "reason": "a gift"}})
		approved := c.Must(approveAgreement, Vars{"in": Vars{"id": ids[4], "expectedVersion": 1, "idempotencyKey": "a"}})
		again := c.Must(approveAgreement, Vars{"in": Vars{"id": ids[4], "expectedVersion": 1, "idempotencyKey": "a"}})
		if approved.Text("approveAgreement.agreement.state") != "AGREED" || again.Body != approved.Body || approved.Text("approveAgreement.agreement.decidedBy.id") == "" {
			t.Errorf("%s, and again %s", approved.Body, again.Body)
		}
		if got := waterfall(t, sales.Must(askPrice, Vars{"c": customer, "p": product})); got != "LIST 150.00, AGREEMENT -24.99" {
			t.Errorf("%s", got)
		}
		declined := c.Must(declineAgreement, Vars{"in": Vars{"id": ids[5], "reason": "dearer than the list price"}})
		if declined.Text("declineAgreement.agreement.state") != "DECLINED" {
			t.Errorf("%s", declined.Body)
		}
		seen := sales.Must(`query($id: ID!) { node(id: $id) { ... on PriceAgreement { state declineReason } } }`, Vars{"id": ids[5]})
		if seen.Text("node.declineReason") != "dearer than the list price" {
			t.Errorf("who proposed does not read why it was declined: %s", seen.Body)
		}
	})
}

// TestAgreementsByRole lists the agreements of a customer of one's own, and of a colleague's.
func TestAgreementsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("150.00")})
		other := makeProduct(c, Vars{"sku": "B", "listPrice": roubles("150.00")})
		mine, theirs := NewCustomer(c, Vars{}), NewCustomer(c, Vars{"ownerId": newUser(w.As(schema.RoleAdmin), "Other", "other@example.com")})
		for _, one := range []Vars{{"customerId": mine, "productId": product}, {"customerId": theirs, "productId": product}, {"customerId": theirs, "productId": other}} {
			one["unit"] = roubles("100.00")
			c.Must(agreePrice, Vars{"in": one})
		}
		sales.Must(proposePrice, Vars{"in": Vars{"customerId": mine, "productId": other, "unit": roubles("90.00")}})
		for _, one := range []struct {
			by     schema.Role
			filter Vars
			want   int
		}{
			{schema.RoleManager, nil, 4},
			{schema.RoleAnalyst, Vars{"customerId": theirs}, 2},
			{schema.RoleManager, Vars{"productId": other, "states": []string{"AGREED"}}, 1},
			{schema.RoleSales, nil, 2},
			{schema.RoleSales, Vars{"customerId": theirs}, 0},
			{schema.RoleSales, Vars{"states": []string{"PROPOSED"}}, 1},
			{schema.RoleSales, Vars{"states": []string{"DECLINED"}}, 0},
			{schema.RolePartner, nil, 0},
		} {
			t.Run(fmt.Sprint(one.by, one.filter), func(t *testing.T) {
				r := w.As(one.by).On(t).Must(listAgreements, Vars{"filter": one.filter})
				if r.Int("agreements.totalCount") != one.want || r.Len("agreements.edges") != one.want {
					t.Errorf("%s, want %d", r.Body, one.want)
				}
			})
		}
	})
}

// TestAgreementsOfAQuantity: 90.00 from 2 and 70.00 from 10, then a correction 95.00 from 2; and 80.00 without a minimum for half a
// metre. What does not apply is named, and an agreement is ended.
func TestAgreementsOfAQuantity(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		window := makeProduct(c, Vars{"sku": "WINDOW", "listPrice": roubles("100.00")})
		cloth := makeProduct(c, Vars{"sku": "CLOTH", "listPrice": roubles("100.00")})
		customer := NewCustomer(c, Vars{})
		var ids []string
		for _, one := range []Vars{{"unit": roubles("90.00"), "minimumQuantity": "2"}, {"unit": roubles("70.00"), "minimumQuantity": "10"}, {"unit": roubles("95.00"), "minimumQuantity": "2"}} {
			one["customerId"], one["productId"] = customer, window
			ids = append(ids, c.Must(agreePrice, Vars{"in": one}).Text("agreePrice.agreement.id"))
			w.Clock.Advance(time.Minute)
		}
		ten := sales.Must(rejectedPrices, Vars{"c": customer, "p": window, "q": "10"})
		if ten.Text("customer.price.unit.amount") != "70.00" || ten.Len("customer.price.rejectedAgreements") != 2 || ten.Text("customer.price.rejectedAgreements.0.agreementId") != ids[2] ||
			ten.Text("customer.price.rejectedAgreements.0.reason") != "an agreement from a greater quantity on won" {
			t.Errorf("of 10: %s", ten.Body)
		}
		one := sales.Must(rejectedPrices, Vars{"c": customer, "p": window, "q": "1"})
		if one.Text("customer.price.unit.amount") != "100.00" || one.Len("customer.price.rejectedAgreements") != 3 || one.Text("customer.price.rejectedAgreements.0.reason") != "below its minimum quantity, 10" {
			t.Errorf("of 1: %s", one.Body)
		}
		if r := c.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": cloth, "unit": roubles("80.00")}}); r.Text("agreePrice.agreement.minimumQuantity") != "0" {
			t.Errorf("%s", r.Body)
		}
		if half := sales.Must(rejectedPrices, Vars{"c": customer, "p": cloth, "q": "0.5"}); half.Text("customer.price.unit.amount") != "80.00" || half.Text("customer.price.total.amount") != "40.00" || half.Len("customer.price.rejectedAgreements") != 0 {
			t.Errorf("of half a metre: %s", half.Body)
		}
		before := w.Clock.Now().Add(-time.Second).UTC().Format(time.RFC3339Nano)
		end := Vars{"in": Vars{"id": ids[1], "expectedVersion": 1, "reason": "They buy less", "idempotencyKey": "end"}}
		sales.Refused("FORBIDDEN", endAgreement, end)
		ended := c.Must(endAgreement, end)
		if again := c.Must(endAgreement, end); again.Body != ended.Body || ended.Text("endAgreement.agreement.state") != "ENDED" || ended.Text("endAgreement.agreement.endedBy.id") == "" {
			t.Errorf("%s, and again %s", ended.Body, again.Body)
		}
		after := sales.Must(rejectedPrices, Vars{"c": customer, "p": window, "q": "10"})
		if after.Text("customer.price.unit.amount") != "95.00" || !strings.HasPrefix(after.Text("customer.price.rejectedAgreements.0.reason"), "ended at 20") || after.Text("customer.price.rejectedAgreements.0.validTo") == "" {
			t.Errorf("after the end: %s", after.Body)
		}
		if then := c.Must(`query($c: ID!, $p: ID!, $at: Time) { customer(id: $c) { price(productId: $p, quantity: "10", at: $at) { unit { amount } } } }`, Vars{"c": customer, "p": window, "at": before}); then.Text("customer.price.unit.amount") != "70.00" {
			t.Errorf("as of before the end: %s", then.Body)
		}
		// A proposal whose time is over waits for nobody.
		proposed := sales.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": window, "unit": roubles("91.00"), "validTo": w.Clock.Now().Add(time.Hour)}})
		count := func(state string) int {
			return sales.Must(listAgreements, Vars{"filter": Vars{"customerId": customer, "states": []string{state}}}).Int("agreements.totalCount")
		}
		if count("PROPOSED") != 1 || count("ENDED") != 1 {
			t.Errorf("%d wait, %d are over: %s", count("PROPOSED"), count("ENDED"), proposed.Body)
		}
		w.Clock.Advance(time.Hour)
		if count("PROPOSED") != 0 || count("ENDED") != 2 {
			t.Errorf("an hour later %d wait, %d are over", count("PROPOSED"), count("ENDED"))
		}
		for states, want := range map[string]int{"AGREED": 3, "ENDED": 2, "PROPOSED": 0} {
			r := sales.Must(listAgreements, Vars{"filter": Vars{"customerId": customer, "states": []string{states}}})
			if r.Int("agreements.totalCount") != want || want > 0 && r.Text("agreements.edges.0.node.state") != states {
				t.Errorf("%s: %s; want %d", states, r.Body, want)
			}
		}
	})
}
