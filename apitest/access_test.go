package apitest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// TestMarginOfAnOrderFromOutside asks, as who may not know the margin of an order, for whatever it could be reckoned from.
func TestMarginOfAnOrderFromOutside(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		order := s.admin.Must(`query($id: ID!) { customer(id: $id) { orders(filter: {statuses: [COMPLETED]}, first: 1) { edges { node { at margin { amount } cost { amount } } } } } }`, Vars{"id": s.shared})
		at, err := time.Parse(time.RFC3339, order.Text("customer.orders.edges.0.node.at"))
		if err != nil {
			t.Fatal(err)
		}
		ask := `query($id: ID!, $from: Time!, $to: Time!) { customer(id: $id) {
			economics(from: $from, to: $to) { margin { amount } net { amount } } referralValue { amount } acquisitionCost { amount }
			permissions { value { realised { amount } } }
			orders { edges { node { margin { amount } cost { amount } credits { amount { amount } } costKnownAt(at: $to) { margin { amount } } } } }
			contacts(filter: {kinds: [INFO_CALL]}) { edges { node { staff { id } cost { amount } costLines { label rate } value { realised { amount } expectedFrom { mean { amount } } credits { amount { amount } } } } } } } }`
		vars := Vars{"id": s.shared, "from": at.Add(-time.Second), "to": at.Add(time.Second)}
		known := s.admin.Must(ask, vars)
		if known.Text("customer.economics.margin.amount") != order.Text("customer.orders.edges.0.node.margin.amount") {
			t.Fatalf("the attack does not work even for ADMIN: %s", known.Body)
		}
		for name, c := range map[string]*Client{"SALES": w.As(schema.RoleSales), "PARTNER": s.partnerWithAll} {
			t.Run(name, func(t *testing.T) {
				r := c.On(t).Must(ask, vars)
				for _, path := range []string{"economics", "referralValue", "acquisitionCost", "permissions.0.value", "permissions.1.value", "orders.edges.0.node.margin", "orders.edges.0.node.cost", "orders.edges.0.node.costKnownAt"} {
					if got := r.Get("customer." + path); got != nil {
						t.Errorf("%s is %v", path, got)
					}
				}
				if r.Len("customer.orders.edges") != known.Len("customer.orders.edges") || r.Len("customer.orders.edges.0.node.credits") != 0 {
					t.Errorf("%s", r.Body)
				}
				contacts := r.Len("customer.contacts.edges")
				if contacts < 2 || contacts != known.Len("customer.contacts.edges") {
					t.Fatalf("%d contacts: %s", contacts, r.Body)
				}
				for i := range contacts {
					node := fmt.Sprintf("customer.contacts.edges.%d.node.", i)
					own := r.Text(node+"staff.id") == s.seller
					if (r.Get(node+"cost") != nil) != own || (r.Len(node+"costLines") > 0) != own || (r.Get(node+"value") != nil) != own {
						t.Errorf("own contact %t: %v", own, r.Get(strings.TrimSuffix(node, ".")))
					}
					if r.Get(node+"value.expectedFrom") != nil || r.Len(node+"value.credits") != 0 {
						t.Errorf("what others earned: %v", r.Get(node+"value"))
					}
				}
			})
		}
	})
}

// TestRoundedFiguresStayRounded asks for what a rounded figure could be made exact by: other moments, discount rates and horizons.
func TestRoundedFiguresStayRounded(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		sales, analyst := w.As(schema.RoleSales), w.As(schema.RoleAnalyst)
		for arguments, allowed := range map[string]bool{
			"horizonMonths: 12": true, "horizonMonths: 60": true, "horizonMonths: 13": false, "horizonMonths: 600": false,
			`annualDiscountRate: "0.1"`: false, fmt.Sprintf("at: %q", w.Clock.Now().Format(time.RFC3339)): false,
		} {
			t.Run(arguments, func(t *testing.T) {
				ask := `query($id: ID!) { customer(id: $id) { lifetimeValue(` + arguments + `) { future { amount } probabilityAlive } } }`
				r := sales.On(t).Do(ask, Vars{"id": s.mine})
				if forbidden := len(r.Errors) == 1 && r.Errors[0].Code() == "FORBIDDEN" && r.Get("customer.lifetimeValue") == nil; forbidden == allowed {
					t.Errorf("%s, want allowed %t", r.Body, allowed)
				}
				analyst.On(t).Must(ask, Vars{"id": s.mine})
			})
		}
	})
}

// TestPercentile compares the percentile of each customer with the number of customers who are worth less.
func TestPercentile(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		ask := `{ customers(first: 100, orderBy: {field: LIFETIME_VALUE}) { edges { node { id lifetimeValue { percentile total { amount } } } } } }`
		r := w.As(schema.RoleSales).Must(ask, nil)
		before := -1
		for i := range r.Len("customers.edges") {
			percentile := r.Int(fmt.Sprintf("customers.edges.%d.node.lifetimeValue.percentile", i))
			if percentile < before || percentile > 100 {
				t.Errorf("the percentile %d follows %d: %s", percentile, before, r.Body)
			}
			before = percentile
		}
		if before < 90 {
			t.Errorf("the most valuable customer has the percentile %d", before)
		}
		past := s.admin.Must(`query($id: ID!, $at: Time) { customer(id: $id) { lifetimeValue(at: $at) { percentile } } }`, Vars{"id": s.mine, "at": w.Clock.Now().AddDate(0, 0, -1)})
		if past.Get("customer.lifetimeValue.percentile") != nil {
			t.Errorf("%s", past.Body)
		}
	})
}

// TestFiltersAndOrdersNeedTheRightToRead bisects hidden fields by what lists can be filtered and ordered by.
func TestFiltersAndOrdersNeedTheRightToRead(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		sales := w.As(schema.RoleSales)
		now := w.Clock.Now().Format(time.RFC3339)
		for name, c := range map[string]struct {
			ask            string
			none, all      bool // allowed to a partner without scopes, and to one with all
			path, selected string
		}{
			"last order":        {`{ customers(filter: {lastOrderAt: {from: "` + now + `"}}) { totalCount } }`, false, true, "customers", ""},
			"owner":             {`{ customers(filter: {ownerId: "` + s.seller + `"}) { totalCount } }`, false, false, "customers", ""},
			"nobody's":          {`{ customers(filter: {ownerId: null}) { totalCount } }`, false, false, "customers", ""},
			"staff":             {`{ contacts(filter: {staffId: "` + s.seller + `"}) { totalCount } }`, false, false, "contacts", ""},
			"order by worth":    {`{ customers(orderBy: {field: LIFETIME_VALUE}) { totalCount } }`, false, false, "customers", ""},
			"order by purchase": {`{ customers(orderBy: {field: LAST_ORDER_AT}) { totalCount } }`, false, true, "customers", ""},
			"name":              {`{ customers(filter: {kind: PERSON}, orderBy: {field: NAME}) { totalCount } }`, true, true, "customers", ""},
		} {
			t.Run(name, func(t *testing.T) {
				for who, one := range map[*Client]bool{s.partner: c.none, s.partnerWithAll: c.all, sales: true} {
					r := who.On(t).Do(c.ask, nil)
					if forbidden := len(r.Errors) == 1 && r.Errors[0].Code() == "FORBIDDEN" && r.data == nil; forbidden == one {
						t.Errorf("%s, want allowed %t", r.Body, one)
					}
				}
			})
		}
		mine := s.admin.Must(`query($id: ID!) { customer(id: $id) { contacts(orderBy: {field: AT}) { totalCount } } }`, Vars{"id": s.mine})
		if mine.Int("customer.contacts.totalCount") == 0 {
			t.Error(mine.Body)
		}
	})
}

// TestRecommendationOfAHiddenCustomer: the order of a colleague's customer credits the recommendation of a customer of one's own. The
// sum has only what its viewer may see.
func TestRecommendationOfAHiddenCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		sales := w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		theirs := NewCustomer(s.admin, Vars{"name": "Theirs", "ownerId": newUser(s.admin, "Other", "other@example.com")})
		own := NewCustomer(s.admin, Vars{"name": "Own", "ownerId": seller})
		recorded := map[string]string{}
		const nothing = "0.00 0.00"
		for _, about := range []string{theirs, own} {
			recorded[about] = s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"kind": "RECOMMENDATION", "aboutId": about, "staffId": seller})}).Text("recordContact.contact.id")
			order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": about, "priceTokens": []string{s.token(about, "1", 0)}}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		}
		ask := `query($id: ID!) { node(id: $id) { ... on Contact { cost { amount } value { realised { amount } net { amount } credits { amount { amount } } } } } }`
		for _, c := range []struct {
			by    *Client
			about string
			want  string
			show  bool // the next day
		}{
			{s.admin, theirs, "599.99 599.99", false},
			{s.admin, own, "599.99 599.99", false},
			{sales, own, nothing, false},
			{sales, theirs, nothing, false},
			{sales, own, "600.00 600.00", true},
			{sales, theirs, nothing, true},
		} {
			if c.show {
				w.show()
			}
			r := c.by.Must(ask, Vars{"id": recorded[c.about]})
			if got := r.Text("node.value.realised.amount") + " " + r.Text("node.value.net.amount"); got != c.want {
				t.Errorf("%s, want %s: %s", got, c.want, r.Body)
			}
		}
	})
}

// TestHiddenIdsAreLookedAtAsAbsentOnes counts the statements of lists that are filtered by a customer's id: the rows of a customer whom
// the caller may not see are not looked at, so that the answer does not take longer by their number.
func TestHiddenIdsAreLookedAtAsAbsentOnes(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		const absent = "cus_01jd3x5m8nf4svbj2k7q9w0e1r"
		for _, list := range []string{"contacts", "orders", "offers", "agreements"} {
			t.Run(list, func(t *testing.T) {
				ask := func(by *Client, customer string) (statements, rows int) {
					statements = w.Statements(func() {
						rows = by.Must(`query($id: ID!) { `+list+`(filter: {customerId: $id}) { totalCount edges { node { id } } pageInfo { hasNextPage } } }`, Vars{"id": customer}).Int(list + ".totalCount")
					})
					return statements, rows
				}
				for name, by := range map[string]*Client{"a seller": w.As(schema.RoleSales), "a partner": s.partnerWithAll} {
					ask(by, absent) // a session is looked up when it is first seen
					hiddenStatements, hiddenRows := ask(by, s.theirs)
					absentStatements, absentRows := ask(by, absent)
					if hiddenStatements != absentStatements || hiddenStatements != 1 || hiddenRows != 0 || absentRows != 0 {
						t.Errorf("%s: %d statements and %d rows of a hidden customer, %d and %d of an absent one; want 1 and 0 of both", name, hiddenStatements, hiddenRows, absentStatements, absentRows)
					}
				}
				if _, rows := ask(w.As(schema.RoleSales), s.mine); rows == 0 {
					t.Error("a seller sees nothing of their own customer")
				}
			})
		}
	})
}

// TestCursorsHideWhatListsAreOrderedBy reads the cursors of a list ordered by lifetime value, which SALES may not know exactly.
func TestCursorsHideWhatListsAreOrderedBy(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		sales := w.As(schema.RoleSales)
		ask := `query($n: Int, $after: Cursor) { customers(first: $n, after: $after, orderBy: {field: LIFETIME_VALUE, direction: DESC}) { edges { cursor node { id } } } }`
		whole := sales.Must(ask, Vars{"n": 100})
		worth := s.admin.Must(`{ customers(first: 100) { edges { node { id lifetimeValue { total { amount } past { amount } } } } } }`, nil)
		amounts := map[string]string{}
		for i := range worth.Len("customers.edges") {
			at := fmt.Sprintf("customers.edges.%d.node.", i)
			amounts[worth.Text(at+"id")] = strings.Replace(worth.Text(at+"lifetimeValue.total.amount"), ".", "", 1)
		}
		var walked []string
		after := any(nil)
		for range whole.Len("customers.edges") {
			r := sales.Must(ask, Vars{"n": 1, "after": after})
			id, cursor := r.Text("customers.edges.0.node.id"), r.Text("customers.edges.0.cursor")
			content, err := base64.RawURLEncoding.DecodeString(cursor)
			if err != nil || strings.Contains(string(content), amounts[id]) {
				t.Fatalf("the cursor %s shows %s: %v", content, amounts[id], err)
			}
			walked, after = append(walked, id), cursor
		}
		for i, id := range walked {
			if want := whole.Text(fmt.Sprintf("customers.edges.%d.node.id", i)); id != want {
				t.Errorf("%s is the customer %d of the walk, want %s", id, i, want)
			}
		}
		for name, key := range map[string]string{"a number": "123", "of another row": "", "of nothing": "AAAA"} {
			t.Run(name, func(t *testing.T) {
				if key == "" {
					content, _ := base64.RawURLEncoding.DecodeString(whole.Text("customers.edges.0.cursor"))
					key = strings.Split(string(content), `"`)[5]
				}
				forged := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `["customers","LIFETIME_VALUE SHOWN DESC","%s","%s"]`, key, s.theirs))
				if r := sales.On(t).Do(ask, Vars{"n": 1, "after": forged}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
					t.Errorf("a forged cursor: %s", r.Body)
				}
			})
		}
	})
}

// TestPartnersReadNamesOfStaffAlone reads who recorded a permission.
func TestPartnersReadNamesOfStaffAlone(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		w.As(schema.RoleSales).Must(grant, granting(s.shared, "PERSONAL", Vars{"channel": "POST"}))
		ask := `query($id: ID!) { customer(id: $id) { owner { name } permissions { channel events { actor } } } }`
		seen := map[string]string{}
		for name, c := range map[string]*Client{"partner": s.partnerWithAll, "seller": w.As(schema.RoleSales), "analyst": w.As(schema.RoleAnalyst)} {
			r := c.Must(ask, Vars{"id": s.shared})
			for i := range r.Len("customer.permissions") {
				at := fmt.Sprintf("customer.permissions.%d.", i)
				if r.Text(at+"channel") == "POST" {
					seen[name] = r.Text(at + "events.0.actor")
				}
			}
			token := c.Do(`query($id: ID!) { customer(id: $id) { permissions { revocationToken } } }`, Vars{"id": s.shared})
			if forbidden := len(token.Errors) > 0 && token.Errors[0].Code() == "FORBIDDEN" && token.Get("customer") == nil; forbidden == (name == "seller") {
				t.Errorf("%s reads the token that revokes: %s", name, token.Body)
			}
		}
		if !strings.Contains(seen["seller"], "@") || strings.Contains(seen["partner"], "@") || seen["partner"] == "" {
			t.Errorf("%v", seen)
		}
	})
}

// TestForbiddenComesFirst sends the mutations of the SDL, with inputs that are wrong in every other way, as roles that may not carry
// them out.
func TestForbiddenComesFirst(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		for verb, in := range map[string]Vars{
			"createCustomer": {"name": "", "email": "no"}, "updateCustomer": {"id": "cus_1", "expectedVersion": 1}, "recordContact": {"customerId": "x", "kind": "EMAIL", "direction": "OUTBOUND", "channel": "EMAIL"},
			"agreePrice": {"customerId": "x", "productId": "y", "unit": roubles("1.234")}, "placeOrder": {"customerId": "x", "priceTokens": []string{}}, "refundOrder": {"id": "x", "reason": ""},
			"createOffer": {"customerId": "x", "priceTokens": []string{}, "expiresAt": "1900-01-01T00:00:00Z"}, "revokePermission": {"id": "x", "source": ""}, "confirmPermission": {"token": "x"},
			"setRate": {"subject": "STAFF", "code": "", "amount": "-1", "unit": "", "validFrom": "1900-01-01T00:00:00Z"}, "createUser": {"email": "", "name": "", "password": "", "role": "SALES"},
			"fitLifetimeModel": {"calibrationEnd": "1900-01-01T00:00:00Z"}, "createPriceRule": {"name": "", "condition": "((("}, "createProduct": {"sku": "", "name": ""}, "changeSetting": {"name": "no", "value": 1},
		} {
			typeName := strings.ToUpper(verb[:1]) + verb[1:] + "Input"
			mutation := fmt.Sprintf("mutation($in: %s!) { %s(input: $in) { userErrors { __typename code field message } } }", typeName, verb)
			for name, c := range map[string]*Client{"ANALYST": w.As(schema.RoleAnalyst), "PARTNER": w.As(schema.RolePartner)} {
				t.Run(verb+" as "+name, func(t *testing.T) {
					r := c.On(t).Refused("FORBIDDEN", mutation, Vars{"in": in})
					if got := r.Text(verb + ".userErrors.0.__typename"); got != "Forbidden" {
						t.Errorf("a %s: %s", got, r.Body)
					}
				})
			}
		}
		manager := w.As(schema.RoleManager)
		r := manager.Refused("NOT_FOUND customerId", `mutation($in: RecordContactInput!) { recordContact(input: $in) { userErrors { __typename code field message } } }`, Vars{"in": Called("cus_01jd3x5m8nf4svbj2k7q9w0e1r", nil)})
		if r.Text("recordContact.userErrors.0.__typename") != "NotFound" {
			t.Error(r.Body)
		}
	})
}
