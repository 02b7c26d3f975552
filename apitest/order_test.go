package apitest

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// The mutations of orders, with what tests read.
const (
	seenOrder = `order { id version status at dueAt total { amount } refunded { amount } cost { amount } margin { amount } externalId cancelReason completedAt
		lines { quantity unit { amount } total { amount } product { sku } } } userErrors { code field message ... on DateImpossible { earliest leadDays } ... on PriceExpired { validUntil today { unit { amount } token } } }`
	placeOrder    = `mutation($in: PlaceOrderInput!) { placeOrder(input: $in) { ` + seenOrder + ` } }`
	completeOrder = `mutation($in: CompleteOrderInput!) { completeOrder(input: $in) { ` + seenOrder + ` } }`
	cancelOrder   = `mutation($in: CancelOrderInput!) { cancelOrder(input: $in) { ` + seenOrder + ` } }`
	refundOrder   = `mutation($in: RefundOrderInput!) { refundOrder(input: $in) { ` + seenOrder + ` } }`
)

// shop is a company that sews coats: two metres of cloth and four hours at a loom that has eight a day.
type shop struct {
	w        *World
	admin    *Client
	coat     string // the product's id
	customer string
}

func openShop(w *World) *shop {
	w.T.Helper()
	s := &shop{w: w, admin: w.As(schema.RoleAdmin)}
	s.rate("MATERIAL", "cloth", "100", nil)
	s.rate("RESOURCE", "loom", "50", Vars{"capacityPerDay": "8", "fixedShare": "1"})
	s.coat = s.admin.Must(`mutation($in: CreateProductInput!) { createProduct(input: $in) { product { id } userErrors { code field message } } }`, Vars{"in": Vars{
		"sku": "COAT", "name": "Пальто", "listPrice": roubles("999.99"), "standardLeadDays": 0,
		"components": []Vars{{"material": "cloth", "quantity": "2"}, {"resource": "loom", "quantity": "4"}},
	}}).Text("createProduct.product.id")
	s.customer = NewCustomer(s.admin, Vars{})
	return s
}

func (s *shop) rate(subject, code, amount string, more Vars) {
	s.w.T.Helper()
	in := Vars{"subject": subject, "code": code, "unit": "unit", "amount": amount, "validFrom": "2020-01-01T00:00:00Z"}
	for name, value := range more {
		in[name] = value
	}
	s.admin.Must(`mutation($in: SetRateInput!) { setRate(input: $in) { rate { id } userErrors { code field message } } }`, Vars{"in": in})
}

// token returns the token of a customer's price for coats.
func (s *shop) token(customer, quantity string, leadDays int) string {
	s.w.T.Helper()
	r := s.admin.Must(`query($c: ID!, $p: ID!, $q: Decimal!, $l: Int!) { customer(id: $c) { price(productId: $p, quantity: $q, leadDays: $l) { unit { amount } token } } }`,
		Vars{"c": customer, "p": s.coat, "q": quantity, "l": leadDays})
	return r.Text("customer.price.token")
}

// order places an order of coats for the shop's customer, whether or not the loom has room for it.
func (s *shop) order(quantity string, more Vars) string {
	s.w.T.Helper()
	in := Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, quantity, 0)}, "overruleDateReason": "A test"}
	for name, value := range more {
		in[name] = value
	}
	return s.admin.Must(placeOrder, Vars{"in": in}).Text("placeOrder.order.id")
}

func roubles(amount string) Vars { return Vars{"amount": amount, "currencyCode": "RUB"} }

// isClosed fails the test unless the books are closed with this margin.
func (s *shop) isClosed(margin string) {
	s.w.T.Helper()
	r := s.admin.Must(`{ ledgerCheck { balanced margin { amount } difference { amount } offenders } }`, nil)
	if r.Text("ledgerCheck.balanced") != "true" || r.Text("ledgerCheck.difference.amount") != "0.00" || r.Text("ledgerCheck.margin.amount") != margin {
		s.w.T.Errorf("want closed books of %s: %s", margin, r.Body)
	}
}

func TestOrderFromPlaceToRefund(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		in := Vars{
			"customerId": s.customer, "externalId": "W-1", "idempotencyKey": "a",
			"priceTokens": []string{s.token(s.customer, "1.5", 3), s.token(s.customer, "1", 0)},
		}
		placed := s.admin.Must(placeOrder, Vars{"in": in})
		order := placed.Text("placeOrder.order.id")
		// 999.99 x 1.5 = 1499.985, half to even 1499.98; cost (2 x 100 + 4 x 50) x 2.5 = 1000.
		for path, want := range map[string]string{
			"status": "PLACED", "externalId": "W-1", "total.amount": "2499.97", "refunded.amount": "0.00", "cost.amount": "1000.00", "margin.amount": "1499.97", "version": "1",
			"lines.0.quantity": "1.5", "lines.0.unit.amount": "999.99", "lines.0.total.amount": "1499.98", "lines.0.product.sku": "COAT",
			"lines.1.quantity": "1", "lines.1.total.amount": "999.99",
		} {
			if got := placed.Text("placeOrder.order." + path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		at, err := time.Parse(time.RFC3339Nano, placed.Text("placeOrder.order.at"))
		if err != nil || placed.Text("placeOrder.order.dueAt") != at.AddDate(0, 0, 3).Format(time.RFC3339Nano) {
			t.Errorf("due three days after %s: %s (%v)", at, placed.Body, err)
		}
		s.isClosed("0.00")
		s.admin.Refused("ALREADY_EXISTS externalId", placeOrder, Vars{"in": Vars{"customerId": s.customer, "externalId": "W-1", "priceTokens": in["priceTokens"]}})
		s.admin.Refused("WRONG_STATE id", refundOrder, Vars{"in": Vars{"id": order, "reason": "too early"}})
		s.admin.Refused("INVALID at", completeOrder, Vars{"in": Vars{"id": order, "at": at.Add(-time.Second)}})
		s.admin.Refused("VERSION_CONFLICT expectedVersion", completeOrder, Vars{"in": Vars{"id": order, "expectedVersion": 7}})

		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "expectedVersion": 1, "idempotencyKey": "b"}})
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "expectedVersion": 1, "idempotencyKey": "b"}})
		s.admin.Refused("WRONG_STATE id", completeOrder, Vars{"in": Vars{"id": order}})
		s.isClosed("1499.97")

		for field, amount := range map[string]Vars{"amount": roubles("0.00"), "currencyCode": {"amount": "1.00", "currencyCode": "USD"}} {
			s.admin.Refused("INVALID amount."+field, refundOrder, Vars{"in": Vars{"id": order, "amount": amount, "reason": "r"}})
		}
		for _, amount := range []string{"2499.98", "-1.00", "1.001", "99999999999999999999.00"} {
			s.admin.Refused("INVALID amount.amount", refundOrder, Vars{"in": Vars{"id": order, "amount": roubles(amount), "reason": "r"}})
		}
		s.admin.Refused("INVALID reason", refundOrder, Vars{"in": Vars{"id": order, "reason": " "}})
		part := Vars{"id": order, "amount": roubles("499.97"), "reason": "a stain", "idempotencyKey": "c"}
		s.admin.Must(refundOrder, Vars{"in": part})
		repeated := s.admin.Must(refundOrder, Vars{"in": part})
		if got := repeated.Text("refundOrder.order.refunded.amount") + " " + repeated.Text("refundOrder.order.margin.amount") + " " + repeated.Text("refundOrder.order.status"); got != "499.97 1000.00 COMPLETED" {
			t.Errorf("after a partial refund sent twice: %s", got)
		}
		s.isClosed("1000.00")
		s.admin.Refused("WRONG_STATE id", cancelOrder, Vars{"in": Vars{"id": order, "reason": "no more"}}) // some of it was given back
		s.admin.Refused("INVALID amount.amount", refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("2000.01"), "reason": "r"}})
		all := s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "reason": "it never fitted"}})
		if got := all.Text("refundOrder.order.refunded.amount") + " " + all.Text("refundOrder.order.margin.amount") + " " + all.Text("refundOrder.order.status"); got != "2499.97 -1000.00 REFUNDED" {
			t.Errorf("after the whole refund: %s", got)
		}
		s.admin.Refused("WRONG_STATE id", refundOrder, Vars{"in": Vars{"id": order, "reason": "r"}})
		s.isClosed("-1000.00")
	})
}

func TestPriceTokensAreHonoured(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		token := s.token(s.customer, "1", 0)
		s.admin.Must(`mutation($in: CreatePriceRuleInput!) { createPriceRule(input: $in) { priceRule { id } userErrors { code field message } } }`,
			Vars{"in": Vars{"name": "Twice as dear", "condition": "true", "percent": "100"}})
		s.rate("MATERIAL", "cloth", "900", Vars{"validFrom": w.Clock.Now().UTC().Format(time.RFC3339Nano)})
		w.Clock.Advance(14 * time.Minute)
		in := Vars{"customerId": s.customer, "priceTokens": []string{token}, "idempotencyKey": "in time"}
		placed := s.admin.Must(placeOrder, Vars{"in": in})
		if got := placed.Text("placeOrder.order.lines.0.unit.amount"); got != "999.99" {
			t.Errorf("promised 999.99, charged %s", got)
		}
		w.Clock.Advance(2 * time.Minute)
		if got := s.admin.Must(placeOrder, Vars{"in": in}).Text("placeOrder.order.id"); got != placed.Text("placeOrder.order.id") {
			t.Errorf("the same request after the token's end gives another order: %s", got)
		}
		late := Vars{"customerId": s.customer, "priceTokens": []string{token, token}}
		r := s.admin.Do(placeOrder, Vars{"in": late})
		if got := strings.Join(r.UserErrors(), ", "); got != "PRICE_EXPIRED priceTokens.0, PRICE_EXPIRED priceTokens.1" || r.Text("placeOrder.userErrors.1.today.unit.amount") != "1999.98" {
			t.Errorf("want today's price with the refusal: %s", r.Body)
		}
		// A moment given by the caller does not prolong a token.
		late["priceTokens"] = []string{token}
		late["at"] = w.Clock.Now().Add(-10 * time.Minute)
		s.admin.Refused("PRICE_EXPIRED priceTokens.0", placeOrder, Vars{"in": late})
		s.admin.Refused("PRICE_EXPIRED priceTokens.0", createOffer, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{token}, "expiresAt": w.Clock.Now().Add(time.Hour)}})
		s.admin.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{token, token}, "idempotencyKey": "in time"}})
		if n := s.admin.Must(`{ orders { totalCount } }`, nil).Int("orders.totalCount"); n != 1 {
			t.Errorf("%d orders, want 1", n)
		}
	})
}

func TestOrderBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		token := s.token(s.customer, "1", 0)
		theirs := s.token(NewCustomer(s.admin, Vars{"name": "Another"}), "1", 0)
		for want, in := range map[string]Vars{
			"INVALID priceTokens":   {"priceTokens": []string{}},
			"INVALID priceTokens.1": {"priceTokens": []string{token, theirs}},
			"INVALID priceTokens.0": {"priceTokens": []string{"kp2.forged"}},
			"INVALID customerId":    {"customerId": "prd_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"NOT_FOUND customerId":  {"customerId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID id":            {"id": "off_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID at":            {"at": w.Clock.Now().Add(time.Hour)},
			"INVALID externalId":    {"externalId": strings.Repeat("x", 201)},
		} {
			t.Run(want, func(t *testing.T) {
				full := Vars{"customerId": s.customer, "priceTokens": []string{token}}
				for name, value := range in {
					full[name] = value
				}
				s.admin.On(t).Refused(want, placeOrder, Vars{"in": full})
			})
		}
		for i := range len(token) { // every character counts
			if i%7 == 0 {
				altered := []byte(token)
				altered[i] = map[bool]byte{true: 'B', false: 'A'}[altered[i] == 'A']
				s.admin.Refused("INVALID priceTokens.0", placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{string(altered)}}})
			}
		}
		taken := s.order("1", Vars{"id": "ord_01jd3x5m8nf4svbj2k7q9w0e1r"})
		s.admin.Refused("ALREADY_EXISTS id", placeOrder, Vars{"in": Vars{"customerId": s.customer, "id": taken, "priceTokens": []string{token}}})
		s.admin.Refused("NOT_FOUND id", cancelOrder, Vars{"in": Vars{"id": "ord_01jd3x5m8nf4svbj2k7q9w0e1s", "reason": "r"}})
		s.admin.Refused("INVALID id", completeOrder, Vars{"in": Vars{"id": s.customer}})
		s.admin.Refused("INVALID reason", cancelOrder, Vars{"in": Vars{"id": taken, "reason": ""}})
		if n := s.admin.Must(`{ orders { totalCount } }`, nil).Int("orders.totalCount"); n != 1 {
			t.Errorf("%d orders after bad input, want 1", n)
		}
	})
}

// TestCancelFreesCapacity: the loom's rate is fixed, so the marginal cost of a coat shows the use of the loom today.
func TestCancelFreesCapacity(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		marginal := func(want string) {
			t.Helper()
			r := s.admin.Must(`query($p: ID!) { node(id: $p) { ... on Product { cost(leadDays: 0) { marginal { amount } } } } }`, Vars{"p": s.coat})
			if got := r.Text("node.cost.marginal.amount"); got != want {
				t.Errorf("marginal cost %s, want %s", got, want)
			}
		}
		marginal("200.00") // the cloth; an idle loom is free
		s.order("1", nil)
		marginal("200.00") // half of the day is booked
		second := s.order("1", nil)
		marginal("600.00") // all of it: twice the loom's 200
		s.admin.Must(cancelOrder, Vars{"in": Vars{"id": second, "reason": "changed their mind"}})
		if r := s.admin.Must(`query($o: ID!) { node(id: $o) { ... on Order { cost { amount } margin { amount } } } }`, Vars{"o": second}); !strings.Contains(r.Body, `"margin":null`) {
			t.Errorf("a cancelled order has a margin: %s", r.Body)
		}
		marginal("200.00")
		r := s.admin.Refused("WRONG_STATE id", cancelOrder, Vars{"in": Vars{"id": second, "reason": "again"}})
		if !strings.Contains(r.Body, "CANCELLED") {
			t.Errorf("the message does not have the state: %s", r.Body)
		}
		s.admin.Refused("WRONG_STATE id", completeOrder, Vars{"in": Vars{"id": second}})
		s.order("1", nil)
		marginal("600.00")
	})
}

// TestHugeOrdersDoNotBlockOthers: a million coats book the loom for centuries on one day, twice; later orders
// for that day can still be priced.
func TestHugeOrdersDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		for range 4 {
			s.order("1000000", nil)
		}
		s.order("0.000000001", nil)
	})
}

// TestSellersSeeNoOrderOfAnothersCustomer, by any query or mutation, and no cost of an order of their own.
func TestSellersSeeNoOrderOfAnothersCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		seller := w.As(schema.RoleSales)
		other := s.admin.Must(`mutation { createUser(input: {email: "other@example.com", name: "Other", password: "a long password 1", role: SALES}) { user { id } userErrors { code message } } }`, nil).Text("createUser.user.id")
		mine := s.order("1", nil)
		s.customer = NewCustomer(s.admin, Vars{"name": "Theirs", "ownerId": other})
		theirs := s.order("1", nil)
		token := s.token(s.customer, "1", 0)

		seller.Refused("NOT_FOUND customerId", placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{token}}})
		seller.Refused("NOT_FOUND id", completeOrder, Vars{"in": Vars{"id": theirs}})
		seller.Refused("NOT_FOUND id", cancelOrder, Vars{"in": Vars{"id": theirs, "reason": "r"}})
		seller.Refused("NOT_FOUND id", refundOrder, Vars{"in": Vars{"id": theirs, "reason": "r"}})
		r := seller.Must(`query($id: ID!) { node(id: $id) { id } orders { totalCount edges { node { id cost { amount } margin { amount } } } } }`, Vars{"id": theirs})
		if r.Get("node") != nil || r.Int("orders.totalCount") != 1 || r.Text("orders.edges.0.node.id") != mine {
			t.Errorf("got %s, want the own order alone", r.Body)
		}
		if r.Get("orders.edges.0.node.cost") != nil || r.Get("orders.edges.0.node.margin") != nil {
			t.Errorf("a seller sees costs: %s", r.Body)
		}
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", cancelOrder, Vars{"in": Vars{"id": theirs, "reason": "r"}})
	})
}
