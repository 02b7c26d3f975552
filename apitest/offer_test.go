package apitest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/schema"
)

// The mutations of offers, with what tests read.
const (
	seenOffer = `offer { id version kind status total { amount } expiresAt sentAt viewedAt decidedAt declineReason
		lines { quantity unit { amount } total { amount } product { sku } priceLines { kind label amount { amount } } repriced { unit { amount } } }
		contact { kind direction channel cost { amount } permission { id } } order { id status at lines { unit { amount } total { amount } } } } userErrors { code field message }`
	createOffer   = `mutation($in: CreateOfferInput!) { createOffer(input: $in) { ` + seenOffer + ` } }`
	sendOffer     = `mutation($in: SendOfferInput!) { sendOffer(input: $in) { ` + seenOffer + ` } }`
	viewOffer     = `mutation($in: ViewOfferInput!) { viewOffer(input: $in) { ` + seenOffer + ` } }`
	acceptOffer   = `mutation($in: AcceptOfferInput!) { acceptOffer(input: $in) { ` + seenOffer + ` } }`
	declineOffer  = `mutation($in: DeclineOfferInput!) { declineOffer(input: $in) { ` + seenOffer + ` } }`
	withdrawOffer = `mutation($in: WithdrawOfferInput!) { withdrawOffer(input: $in) { ` + seenOffer + ` } }`
)

// offer drafts an offer of one and a half coats for the shop's customer, for a day by default.
func (s *shop) offer(more Vars) string {
	s.w.T.Helper()
	in := Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "1.5", 0)}, "expiresAt": s.w.Clock.Now().Add(24 * time.Hour)}
	for name, value := range more {
		in[name] = value
	}
	return s.admin.Must(createOffer, Vars{"in": in}).Text("createOffer.offer.id")
}

// permit grants a permission and returns its id.
func (s *shop) permit(channel, purpose, level string) string {
	s.w.T.Helper()
	return s.admin.Must(`mutation($in: GrantPermissionInput!) { grantPermission(input: $in) { permission { id } userErrors { code field message } } }`, Vars{"in": Vars{
		"customerId": s.customer, "channel": channel, "purpose": purpose, "level": level, "source": "form", "wording": "Yes, please.",
	}}).Text("grantPermission.permission.id")
}

func (s *shop) status(offer string) string {
	s.w.T.Helper()
	return s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Offer { status } } }`, Vars{"id": offer}).Text("node.status")
}

func TestOfferFromDraftToOrder(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.rate("CHANNEL_FEE", "EMAIL", "0.35", Vars{"unit": "contact"})
		s.admin.Must(`mutation($in: CreatePriceRuleInput!) { createPriceRule(input: $in) { priceRule { id } userErrors { code field message } } }`,
			Vars{"in": Vars{"name": "A tenth off", "condition": "quantity > 1.0", "percent": "-10"}})
		in := Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "1.5", 0)}, "expiresAt": w.Clock.Now().Add(24 * time.Hour), "idempotencyKey": "a"}
		made := s.admin.Must(createOffer, Vars{"in": in})
		offer := made.Text("createOffer.offer.id")
		// 999.99 - 100.00 = 899.99; x 1.5 = 1349.985, half to even 1349.98.
		for path, want := range map[string]string{
			"kind": "INDIVIDUAL", "status": "DRAFT", "total.amount": "1349.98", "sentAt": "", "contact": "", "order": "",
			"lines.0.quantity": "1.5", "lines.0.unit.amount": "899.99", "lines.0.total.amount": "1349.98", "lines.0.product.sku": "COAT", "lines.0.repriced.unit.amount": "899.99",
			"lines.0.priceLines.0.kind": "LIST", "lines.0.priceLines.0.amount.amount": "999.99",
			"lines.0.priceLines.1.kind": "RULE", "lines.0.priceLines.1.label": "A tenth off", "lines.0.priceLines.1.amount.amount": "-100.00",
		} {
			if got := made.Text("createOffer.offer." + path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		s.admin.Refused("WRONG_STATE id", viewOffer, Vars{"in": Vars{"id": offer}})

		send := Vars{"id": offer, "channel": "EMAIL", "idempotencyKey": "b"}
		s.admin.Refused("PERMISSION_MISSING channel", sendOffer, Vars{"in": send})
		s.permit("EMAIL", "MARKETING", "BRAND_TRUST")
		r := s.admin.Do(strings.Replace(sendOffer, "message }", "message ... on PermissionMissing { channel purpose requiredLevel currentLevel } }", 1), Vars{"in": send})
		fault := "sendOffer.userErrors.0."
		if got := r.Text(fault+"code") + " " + r.Text(fault+"requiredLevel") + " " + r.Text(fault+"currentLevel"); got != "PERMISSION_MISSING PERSONAL BRAND_TRUST" {
			t.Errorf("an individual offer needs PERSONAL: %s", r.Body)
		}
		if n := s.admin.Must(`{ contacts { totalCount } }`, nil).Int("contacts.totalCount"); n != 0 || s.status(offer) != "DRAFT" {
			t.Errorf("%d contacts of an offer that was not sent", n)
		}
		permission := s.permit("EMAIL", "MARKETING", "PERSONAL")
		sent := s.admin.Must(sendOffer, Vars{"in": send})
		repeated := s.admin.Must(sendOffer, Vars{"in": send})
		for path, want := range map[string]string{
			"status": "SENT", "contact.kind": "EMAIL", "contact.direction": "OUTBOUND", "contact.channel": "EMAIL", "contact.cost.amount": "0.35", "contact.permission.id": permission,
		} {
			if got := sent.Text("sendOffer.offer." + path); got != want {
				t.Errorf("%s is %q, want %q: %s", path, got, want, sent.Body)
			}
		}
		if n := s.admin.Must(`{ contacts { totalCount } }`, nil).Int("contacts.totalCount"); n != 1 || repeated.Body != sent.Body {
			t.Errorf("sent twice with one key: %d contacts, %s", n, repeated.Body)
		}
		s.admin.Refused("WRONG_STATE id", sendOffer, Vars{"in": Vars{"id": offer, "channel": "EMAIL"}})

		later := w.Clock.Now().Add(-time.Second).UTC().Truncate(time.Second)
		s.admin.Must(viewOffer, Vars{"in": Vars{"id": offer}})
		viewed := s.admin.Must(viewOffer, Vars{"in": Vars{"id": offer, "at": later}})
		if viewed.Text("viewOffer.offer.status") != "VIEWED" || viewed.Text("viewOffer.offer.viewedAt") != later.Format(time.RFC3339) {
			t.Errorf("the first look counts: %s", viewed.Body)
		}

		s.rate("MATERIAL", "cloth", "900", Vars{"validFrom": w.Clock.Now().UTC().Format(time.RFC3339Nano)})
		w.Clock.Advance(time.Hour) // the token is long over, the offer is not
		accepted := s.admin.Must(acceptOffer, Vars{"in": Vars{"id": offer, "idempotencyKey": "c"}})
		for path, want := range map[string]string{
			"status": "ACCEPTED", "order.status": "PLACED", "order.lines.0.unit.amount": "899.99", "order.lines.0.total.amount": "1349.98", "lines.0.unit.amount": "899.99",
			// Six of the loom's eight hours are booked now and half a coat comes before the last: all of it, at twice 200, and cloth for 1800.
			"lines.0.repriced.unit.amount": "2200.00",
		} {
			if got := accepted.Text("acceptOffer.offer." + path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		if got := s.admin.Must(acceptOffer, Vars{"in": Vars{"id": offer, "idempotencyKey": "c"}}); got.Body != accepted.Body {
			t.Errorf("accepted twice with one key: %s", got.Body)
		}
		s.admin.Refused("WRONG_STATE id", acceptOffer, Vars{"in": Vars{"id": offer}})
		s.admin.Refused("WRONG_STATE id", declineOffer, Vars{"in": Vars{"id": offer, "reason": "r"}})
		s.admin.Refused("WRONG_STATE id", withdrawOffer, Vars{"in": Vars{"id": offer}})
		if n := s.admin.Must(`{ orders { totalCount } }`, nil).Int("orders.totalCount"); n != 1 {
			t.Errorf("%d orders, want 1", n)
		}
	})
}

func TestDeclineAndWithdrawOffer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		declined := s.offer(nil)
		r := s.admin.Must(declineOffer, Vars{"in": Vars{"id": declined, "expectedVersion": 1, "reason": "too dear"}})
		if r.Text("declineOffer.offer.status") != "DECLINED" || r.Text("declineOffer.offer.declineReason") != "too dear" || r.Text("declineOffer.offer.decidedAt") == "" {
			t.Errorf("got %s, want DECLINED with its reason and moment", r.Body)
		}
		withdrawn := s.offer(nil)
		s.admin.Refused("VERSION_CONFLICT expectedVersion", withdrawOffer, Vars{"in": Vars{"id": withdrawn, "expectedVersion": 2}})
		s.admin.Must(withdrawOffer, Vars{"in": Vars{"id": withdrawn, "reason": "a mistake"}})
		for _, offer := range []string{declined, withdrawn} {
			s.admin.Refused("WRONG_STATE id", acceptOffer, Vars{"in": Vars{"id": offer}})
			s.admin.Refused("WRONG_STATE id", declineOffer, Vars{"in": Vars{"id": offer, "reason": "r"}})
			s.admin.Refused("WRONG_STATE id", withdrawOffer, Vars{"in": Vars{"id": offer}})
			s.admin.Refused("WRONG_STATE id", sendOffer, Vars{"in": Vars{"id": offer, "channel": "EMAIL"}})
		}
	})
}

// TestOfferExpiresByTheClock: an offer is EXPIRED everywhere without a change of its row.
func TestOfferExpiresByTheClock(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		expires := w.Clock.Now().Add(time.Hour).UTC().Truncate(time.Second)
		lost, taken, tooLate := s.offer(Vars{"expiresAt": expires}), s.offer(Vars{"expiresAt": expires}), s.offer(Vars{"expiresAt": expires})
		counts := func(want string) {
			t.Helper()
			r := s.admin.Must(`{ draft: offers(filter: {statuses: [DRAFT]}) { totalCount } expired: offers(filter: {statuses: [EXPIRED]}) { totalCount }
				both: offers(filter: {statuses: [DRAFT, EXPIRED]}) { totalCount } accepted: offers(filter: {statuses: [ACCEPTED]}) { totalCount } }`, nil)
			if got := r.Text("draft.totalCount") + r.Text("expired.totalCount") + r.Text("both.totalCount") + r.Text("accepted.totalCount"); got != want {
				t.Errorf("draft, expired, both, accepted: %s, want %s", got, want)
			}
		}
		counts("3030")
		w.Clock.Advance(2 * time.Hour)
		counts("0330")
		if got := s.status(lost); got != "EXPIRED" {
			t.Errorf("status %s", got)
		}
		s.admin.Refused("WRONG_STATE id", acceptOffer, Vars{"in": Vars{"id": lost}})
		s.admin.Refused("WRONG_STATE id", acceptOffer, Vars{"in": Vars{"id": lost, "at": expires}})
		s.admin.Refused("WRONG_STATE id", declineOffer, Vars{"in": Vars{"id": lost, "reason": "r"}})
		s.admin.Refused("WRONG_STATE id", sendOffer, Vars{"in": Vars{"id": lost, "channel": "EMAIL"}})
		s.admin.Refused("INVALID at", acceptOffer, Vars{"in": Vars{"id": taken, "at": expires.AddDate(0, 0, -3)}})

		// An offline phone reports late an acceptance that was in time.
		yes := expires.Add(-time.Minute)
		r := s.admin.Must(acceptOffer, Vars{"in": Vars{"id": taken, "at": yes}})
		if r.Text("acceptOffer.offer.status") != "ACCEPTED" || r.Text("acceptOffer.offer.decidedAt") != yes.Format(time.RFC3339) || r.Text("acceptOffer.offer.order.at") != yes.Format(time.RFC3339) {
			t.Errorf("got %s, want ACCEPTED, and the order at the same moment", r.Body)
		}
		counts("0221")
		w.Clock.Advance(30 * 24 * time.Hour)
		token, _, err := w.App.People.IssueToken(w.System(), schema.RoleAdmin, "", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s.admin = w.With(token)
		s.admin.Refused("WRONG_STATE id", acceptOffer, Vars{"in": Vars{"id": tooLate, "at": yes}})
	})
}

// TestParallelAcceptance: of many clients that accept one offer at once exactly one places the order; with one key all get it.
func TestParallelAcceptance(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		for _, key := range []any{nil, "the same"} {
			offer := s.offer(nil)
			var mu sync.Mutex
			orders, yes := map[string]bool{}, 0
			concurrently(8, func(int) {
				r := s.admin.Do(acceptOffer, Vars{"in": Vars{"id": offer, "idempotencyKey": key, "overruleDateReason": "A test"}})
				mu.Lock()
				defer mu.Unlock()
				switch faults := strings.Join(r.UserErrors(), ", "); {
				case len(r.Errors) > 0:
					t.Errorf("got %s, want no error", r.Body)
				case faults == "":
					yes++
					orders[r.Text("acceptOffer.offer.order.id")] = true
				case faults != "WRONG_STATE id":
					t.Errorf("got %s, want WRONG_STATE id", r.Body)
				}
			})
			if want := map[bool]int{true: 1, false: 8}[key == nil]; yes != want || len(orders) != 1 {
				t.Errorf("key %v: %d were accepted, want %d; orders %v", key, yes, want, orders)
			}
		}
		if n := s.admin.Must(`{ orders { totalCount } }`, nil).Int("orders.totalCount"); n != 2 {
			t.Errorf("%d orders of two offers", n)
		}
	})
}

func TestOfferBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		token := s.token(s.customer, "1", 0)
		theirs := s.token(NewCustomer(s.admin, Vars{"name": "Another"}), "1", 0)
		taken := s.offer(Vars{"id": "off_01jd3x5m8nf4svbj2k7q9w0e1r"})
		for _, c := range []struct {
			want string
			in   Vars
		}{
			{"INVALID priceTokens", Vars{"priceTokens": []string{}}},
			{"INVALID priceTokens.0", Vars{"priceTokens": []string{theirs}}},
			{"INVALID priceTokens.1", Vars{"priceTokens": []string{token, "nonsense"}}},
			{"INVALID expiresAt", Vars{"expiresAt": w.Clock.Now().Add(-time.Second)}},
			{"INVALID expiresAt", Vars{"expiresAt": w.Clock.Now().AddDate(1, 1, 0)}},
			{"INVALID expiresAt", Vars{"expiresAt": "9999-12-31T23:59:59Z"}},
			{"NOT_FOUND customerId", Vars{"customerId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"INVALID id", Vars{"id": s.customer}},
			{"ALREADY_EXISTS id", Vars{"id": taken}},
		} {
			t.Run(c.want, func(t *testing.T) {
				full := Vars{"customerId": s.customer, "priceTokens": []string{token}, "expiresAt": w.Clock.Now().Add(time.Hour)}
				for name, value := range c.in {
					full[name] = value
				}
				s.admin.On(t).Refused(c.want, createOffer, Vars{"in": full})
			})
		}
		s.admin.Refused("NOT_FOUND id", acceptOffer, Vars{"in": Vars{"id": "off_01jd3x5m8nf4svbj2k7q9w0e1s"}})
		s.admin.Refused("INVALID id", acceptOffer, Vars{"in": Vars{"id": s.customer}})
		s.admin.Refused("INVALID at", acceptOffer, Vars{"in": Vars{"id": taken, "at": w.Clock.Now().Add(time.Hour)}})
		s.admin.Refused("INVALID reason", declineOffer, Vars{"in": Vars{"id": taken, "reason": ""}})
		if n := s.admin.Must(`{ offers { totalCount } }`, nil).Int("offers.totalCount"); n != 1 {
			t.Errorf("%d offers after bad input, want 1", n)
		}
	})
}

func TestSellersSeeNoOfferOfAnothersCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		seller := w.As(schema.RoleSales)
		other := s.admin.Must(`mutation { createUser(input: {email: "other@example.com", name: "Other", password: "a long password 1", role: SALES}) { user { id } userErrors { code message } } }`, nil).Text("createUser.user.id")
		mine := s.offer(nil)
		s.customer = NewCustomer(s.admin, Vars{"name": "Theirs", "ownerId": other})
		theirs := s.offer(nil)
		for verb, in := range map[string]Vars{
			acceptOffer: {}, viewOffer: {}, declineOffer: {"reason": "r"}, withdrawOffer: {}, sendOffer: {"channel": "EMAIL"},
		} {
			in["id"] = theirs
			seller.Refused("NOT_FOUND id", verb, Vars{"in": in})
		}
		r := seller.Must(`query($id: ID!) { node(id: $id) { id } offers { totalCount edges { node { id } } } }`, Vars{"id": theirs})
		if r.Get("node") != nil || r.Int("offers.totalCount") != 1 || r.Text("offers.edges.0.node.id") != mine {
			t.Errorf("got %s, want the own offer alone", r.Body)
		}
		if got := seller.Must(acceptOffer, Vars{"in": Vars{"id": mine}}).Text("acceptOffer.offer.status"); got != "ACCEPTED" {
			t.Errorf("a seller's own offer is %s", got)
		}
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", declineOffer, Vars{"in": Vars{"id": theirs, "reason": "r"}})
	})
}

// TestOffersAndOrdersTakeAConstantNumberOfStatements, with lines, products and current prices, independent of their number.
func TestOffersAndOrdersTakeAConstantNumberOfStatements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		list := func() int {
			return w.Statements(func() {
				r := s.admin.Must(`{ offers(first: 10) { edges { node { id status lines { product { sku } priceLines { label } repriced { unit { amount } } } order { id } } } }
					orders(first: 10) { edges { node { id cost { amount } lines { product { sku } unit { amount } } } } } }`, nil)
				for i := range r.Len("offers.edges") {
					if r.Len("offers.edges."+string(rune('0'+i))+".node.lines") != 1 {
						t.Errorf("not one line each: %s", r.Body)
					}
				}
			})
		}
		more := func(n int) {
			for range n {
				s.offer(nil)
				s.admin.Must(acceptOffer, Vars{"in": Vars{"id": s.offer(nil), "overruleDateReason": "A test"}})
				s.customer = NewCustomer(s.admin, Vars{"name": "Next"})
			}
		}
		more(2)
		few := list()
		more(3)
		if many := list(); many != few {
			t.Errorf("%d statements for 4 offers and 2 orders, %d for 10 and 5", few, many)
		}
	})
}
