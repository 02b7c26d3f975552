package apitest

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/schema"
)

const (
	seenAgreement = `agreement { id version state unit { amount } proposedAt decidedAt declineReason overrideFloorReason agreedBy { id } decidedBy { id } }
		userErrors { __typename code field message ... on BelowFloor { floor { amount } } }`
	proposePrice     = `mutation($in: AgreePriceInput!) { agreePrice(input: $in) { ` + seenAgreement + ` } }`
	approveAgreement = `mutation($in: ApproveAgreementInput!) { approveAgreement(input: $in) { ` + seenAgreement + ` } }`
	declineAgreement = `mutation($in: DeclineAgreementInput!) { declineAgreement(input: $in) { ` + seenAgreement + ` } }`
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
