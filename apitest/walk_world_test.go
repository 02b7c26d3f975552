package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/ent/contact"
	"kopeck/ent/offer"
	"kopeck/id"
	"kopeck/schema"
)

// seeded is a company in which every type of the API has rows of customers whom a role may see and of those whom it may not.
type seeded struct {
	*shop

	seller, other           string                   // users of the role SALES
	mine, theirs, shared    string                   // customers of seller, of other, and of nobody, whom the partner brought and who allowed it
	young                   string                   // of nobody, without orders
	extra                   string                   // a product with an option
	tailored, pane          string                   // products that are made to measure
	fields                  map[string][]schema.Role // for whom the installation's own fields are, but ADMIN, MANAGER and ANALYST, by their ids
	team, task              string                   // the seller's team, and one of its tasks, with mine
	message                 string                   // to mine
	campaign                string                   // that brought all of them
	mailed                  string                   // a letter to mine that sells
	bureau                  string                   // the seller's, a company to which mine and theirs belong
	kept                    string                   // of nobody; the partner brought them, and they did not allow it
	partner, partnerWithAll *Client
	all                     []string // all customers
}

// seed fills a world. The clock stands still in the end, so that the same question has the same answer.
func seed(w *World) *seeded {
	w.Clock.Set(w.Clock.Now().UTC().Truncate(time.Second))
	s := &seeded{shop: openShop(w)}
	a := s.admin
	s.seller = w.As(schema.RoleSales).Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
	s.other = w.newUser("other@example.com", schema.RoleSales)
	for email, scopes := range map[string][]string{"none@partner.example": {}, "all@partner.example": auth.PartnerScopes()} {
		a.Must(createUser, Vars{"in": Vars{"email": email, "name": "P", "password": password, "role": "PARTNER", "partner": email, "partnerScopes": scopes}})
	}
	s.partner, s.partnerWithAll = w.With(w.signIn("none@partner.example").access), w.With(w.signIn("all@partner.example").access)
	a.Must(`mutation($id: ID!) { updateUser(input: {id: $id, expectedVersion: 1, grade: "senior"}) { userErrors { message } } }`, Vars{"id": s.seller})
	a.Must(`mutation { changeSetting(input: {name: "lookBackDays", value: 80}) { userErrors { message } } }`, nil)
	s.rate("CHANNEL_FEE", "PHONE", "0.5", Vars{"unit": "contact"})
	s.rate("CHANNEL_MINUTE", "PHONE", "2", Vars{"unit": "minute"})
	s.rate("OVERHEAD", "overhead", "0.1", Vars{"unit": "share"})
	s.rate("TAX", "VAT", "0.2", Vars{"unit": "share"})
	for _, user := range []string{s.seller, s.other} {
		email := a.Must(`query($id: ID!) { node(id: $id) { ... on User { email } } }`, Vars{"id": user}).Text("node.email")
		s.rate("STAFF", email, "840", Vars{"unit": "hour", "validFrom": "2021-01-01T00:00:00Z"})
	}
	a.Must(`mutation { defineMeasurement(input: {code: "width", name: "Width", unit: "m", least: "0.1", most: "6"}) { userErrors { message } } }`, nil)
	for i := range 2 {
		s.extra = makeProduct(a, Vars{
			"unit": "piece", "category": "Extras",
			"sku": fmt.Sprintf("EXTRA-%d", i), "name": "Extra", "partner": "Maker", "markup": "0.5", "minimumMargin": "0.1", "taxCode": "VAT",
			"components": []Vars{{"material": "cloth", "quantity": "1"}},
			"options": []Vars{
				{"code": "lining", "name": "Lining", "components": []Vars{{"material": "cloth", "quantity": "0.5"}}, "surcharge": roubles("20.00")},
				{"code": "frame", "name": "Frame", "components": []Vars{{"material": "cloth", "quantityFormula": "width * 2"}}},
			},
		})
	}
	a.Must(`mutation($p: ID!) { setRecipe(input: {productId: $p, components: [{material: "cloth", quantity: "1"}], reason: "as before"}) { userErrors { message } } }`, Vars{"p": s.extra})
	a.Must(createProduct, Vars{"in": Vars{"sku": "SET", "name": "Set", "kind": "BUNDLE", "bundleDiscount": "0.1", "components": []Vars{{"productSku": "COAT", "quantity": "1"}, {"productSku": "EXTRA-0", "quantity": "2"}}}})
	a.Must(createPriceRule, Vars{"in": Vars{"name": "Worth", "condition": "lifetimeValue > -100000.0", "percent": "-5", "cap": roubles("30.00"), "validFrom": "2020-01-01T00:00:00Z", "validTo": "2099-01-01T00:00:00Z"}})
	a.Must(createPriceRule, Vars{"in": Vars{"name": "Many", "condition": "quantity > 100.0", "amount": roubles("-7.00")}})
	a.Must(createPriceRule, Vars{"in": Vars{"name": "Fixed", "condition": "quantity > 1000.0", "price": roubles("500.00")}})
	s.campaign = a.Must(createCampaign, Vars{"in": Vars{"code": "radio", "name": "Radio", "source": "radio", "channel": "PHONE", "from": "2020-01-01", "to": "2099-01-01"}}).Text("createCampaign.campaign.id")
	s.mine = s.person("mine", Vars{"ownerId": s.seller})
	s.theirs = s.person("theirs", Vars{"ownerId": s.other})
	s.shared = s.person("shared", Vars{"referredById": s.theirs})
	s.kept = s.person("kept", Vars{"taxExempt": "An embassy", "campaignId": s.campaign, "source": "fair"})
	s.young = s.person("young", nil)
	NewCustomer(w.As(schema.RoleSales), Vars{"name": "Twin", "email": "theirs@example.com", "ownerId": s.seller}) // of a hidden one
	a.Must(holdPrice, Vars{"c": s.young, "p": s.coat, "q": "0.1", "l": 0})
	s.busy()
	s.consented()
	s.fielded()
	s.staffed()
	s.expecting()
	s.asking()
	s.reached()
	s.doubled()
	s.related()
	a.Must(`mutation($day: JSON!) { changeSetting(input: {name: "ordersKnownUntil", value: $day}) { userErrors { message } } }`, Vars{"day": w.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)})
	s.fit()
	ids := a.Must(`{ customers(first: 100) { edges { node { id } } } }`, nil)
	for i := range ids.Len("customers.edges") {
		s.all = append(s.all, ids.Text(fmt.Sprintf("customers.edges.%d.node.id", i)))
	}
	if len(s.all) == 100 {
		w.T.Fatal("more customers than a page has")
	}
	w.show()
	s.offering()
	s.addMessages()
	s.addPages()
	return s
}

// consented records texts by which customers are asked, of which one is retired, and what two customers agreed to by them: the seller's own, and
// the other seller's; and a letter that sells.
func (s *seeded) consented() {
	a := s.admin
	a.Must(changeSetting, Vars{"n": "company", "v": Vars{"name": "Erker", "address": "1 Main street", "contact": "privacy@erker.example", "jurisdiction": "RU"}})
	ask := Vars{"code": "post", "language": "en", "version": "1", "text": "Write to me.", "channels": []string{"POST"}, "purposes": []string{"MARKETING"}, "validFrom": "2020-01-01T00:00:00Z"}
	wording := a.Must(createWording, Vars{"in": ask}).Text("createWording.wording.id")
	ask["version"], ask["partOf"] = "0", "terms of sale"
	a.Must(retireWording, Vars{"in": Vars{"id": a.Must(createWording, Vars{"in": ask}).Text("createWording.wording.id"), "reason": "Terms are another text"}})
	a.Must(changeSetting, Vars{"n": "strictConsent", "v": false})
	for _, customer := range []string{s.mine, s.theirs} {
		a.Must(grant, granting(customer, "PERSONAL", Vars{
			"channel": "POST", "wording": "", "wordingId": wording, "givenAt": s.w.Clock.Now().Add(-time.Hour).Format(time.RFC3339), "alsoPurposes": []string{"SERVICE"},
		}))
	}
	a.Must(changeSetting, Vars{"n": "strictConsent", "v": true})
	s.mailed = a.Must(recordContact, Vars{"in": Vars{
		"customerId": s.mine, "kind": "OTHER", "direction": "OUTBOUND", "channel": "POST", "purpose": "MARKETING", "staffId": s.seller,
	}}).Text("recordContact.contact.id")
}

// doubled merges a customer into the seller's, who permitted what that one did not, and decides of two that they are not the same.
func (s *seeded) doubled() {
	a := s.admin
	double := s.person("double", Vars{"ownerId": s.seller})
	a.Must(grant, granting(double, "PERSONAL", Vars{"channel": "MESSENGER"}))
	a.Must(`mutation($k: ID!, $m: ID!) { mergeCustomers(input: {keepId: $k, mergeId: $m, reason: "One person"}) { userErrors { message } } }`, Vars{"k": s.mine, "m": double})
	a.Must(`mutation($k: ID!, $m: ID!) { declareNotSame(input: {firstId: $k, secondId: $m, reason: "Brothers"}) { userErrors { message } } revokeNotSame(input: {firstId: $k, secondId: $m}) { userErrors { message } } }`, Vars{"k": s.mine, "m": s.young})
}

// related makes a company to which people belong, and a contact in which other customers and several people of ours took part.
func (s *seeded) related() {
	a := s.admin
	s.bureau = NewCustomer(a, Vars{"name": "Bureau", "kind": "COMPANY", "ownerId": s.seller})
	for _, person := range []string{s.mine, s.theirs} {
		a.Must(relateCustomers, Vars{"in": Vars{"personId": person, "companyId": s.bureau, "role": "buyer", "from": "2024-01-01", "to": "2035-12-31"}})
	}
	third := s.w.newUser("fourth@example.com", schema.RoleSales)
	a.Must(recordContact, Vars{"in": Called(s.mine, Vars{
		"participants": []Vars{{"userId": s.other, "minutes": "6"}, {"userId": third, "seconds": "100"}}, "peopleIds": []string{s.shared, s.theirs},
	})})
}

// person creates a customer with everything that is known of a person.
func (s *seeded) person(name string, more Vars) string {
	in := Vars{
		"name": name, "email": name + "@example.com", "phone": fmt.Sprintf("+7 900 000-00-%02d", len(name)*7+int(name[0]%7)), "externalId": "X-" + name, "segment": "FAST_CHEAP", "birthday": "1990-02-28",
		"measurements": Vars{"width": 2}, "acquisitionCost": roubles("250.00"), "acquiredAt": "2024-01-01T00:00:00Z", "wallet": roubles("90000.00"),
	}
	for field, value := range more {
		in[field] = value
	}
	return NewCustomer(s.admin, in)
}

// busy gives each of the four customers contacts of both sellers, permissions, an offer that was sent and accepted, orders that
// were completed, refunded in part, cancelled, and agreements; and a recommendation of the hidden customer.
func (s *seeded) busy() {
	w, a := s.w, s.admin
	past := func(days int) string { return w.Clock.Now().AddDate(0, 0, -days).Format(time.RFC3339) }
	for i, customer := range []string{s.mine, s.theirs, s.shared, s.kept} {
		s.customer = customer
		for days, staff := range map[int]string{40: s.seller, 30: s.other} {
			a.Must(recordContact, Vars{"in": Called(customer, Vars{"staffId": staff, "minutes": "6.5", "at": past(days + i), "subject": "Coats", "notes": "Two", "expense": roubles("3.00")})})
		}
		a.Must(recordContact, Vars{"in": Called(customer, Vars{"staffId": s.other, "at": past(50 + i), "campaignId": s.campaign, "source": "radio at noon"})})
		sharing := "SERVICE"
		if customer == s.shared {
			sharing = "PARTNER_SHARING"
		}
		s.permit("EMAIL", sharing, "PERSONAL")
		s.permit("EMAIL", "MARKETING", "PERSONAL")
		ended := a.Must(grant, granting(customer, "PERSONAL", Vars{"channel": "SMS", "expiresAt": "2099-01-01T00:00:00Z", "wordingVersion": "2", "address": "10.0.0.1"})).Text("grantPermission.permission.id")
		a.Must(revoke, Vars{"in": Vars{"id": ended, "source": "call", "reason": "Enough"}})
		a.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": s.coat, "unit": roubles("10.00"), "minimumQuantity": "50", "overrideFloorReason": "An old friend", "validTo": "2099-01-01T00:00:00Z"}})
		proposed := w.As(schema.RoleSales)
		if customer == s.theirs {
			proposed = w.With(w.signIn("other@example.com").access)
		}
		id := proposed.Must(proposePrice, Vars{"in": Vars{"customerId": customer, "productId": s.coat, "unit": roubles("20.00")}}).Text("agreePrice.agreement.id")
		a.Must(declineAgreement, Vars{"in": Vars{"id": id, "reason": "Too cheap"}})
		over := a.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": s.coat, "unit": roubles("2000.00"), "minimumQuantity": "60"}}).Text("agreePrice.agreement.id")
		a.Must(endAgreement, Vars{"in": Vars{"id": over, "reason": "They buy less"}})
		offer := s.offer(nil)
		a.Must(sendOffer, Vars{"in": Vars{"id": offer, "channel": "EMAIL", "purpose": "MARKETING"}})
		a.Must(viewOffer, Vars{"in": Vars{"id": offer}})
		a.Must(acceptOffer, Vars{"in": Vars{"id": offer, "overruleDateReason": "A test"}})
		a.Must(declineOffer, Vars{"in": Vars{"id": s.sent(), "reason": "Too dear"}})
		for _, days := range []int{20, 5} {
			order := s.order("1.5", Vars{"at": past(days), "externalId": fmt.Sprintf("O-%d-%d", i, days)})
			a.Must(completeOrder, Vars{"in": Vars{"id": order, "at": past(days - 1)}})
			if days == 5 {
				a.Must(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("100.00"), "reason": "Too long"}})
			}
		}
		cancelled := s.order("1", nil)
		a.Must(cancelOrder, Vars{"in": Vars{"id": cancelled, "reason": "Too late"}})
		s.corrected(customer, Vars{"orderId": cancelled, "offerId": offer, "notes": "Red", "at": past(25)})
		s.tailor(customer)
	}
	a.Must(recordSpend, Vars{"in": Vars{"campaignId": s.campaign, "from": w.Clock.Now().AddDate(0, 0, -80).Format(time.DateOnly), "to": w.Clock.Now().Format(time.DateOnly), "amount": roubles("10.01"), "reason": "Air time"}})
	a.Must(recordSpend, Vars{"in": Vars{"campaignId": s.campaign, "day": "2021-01-01", "amount": roubles("3.00")}})
	s.recipeIs(s.tailored, Vars{"material": "cloth", "quantity": "1.1"}, "2020-01-01T00:00:00Z")
	s.unquantified()
	for _, product := range []string{s.tailored, s.pane} { // not all customers are measured
		version := a.Must(`query($id: ID!) { node(id: $id) { ... on Product { version } } }`, Vars{"id": product}).Int("node.version")
		a.Must(`mutation($id: ID!, $v: Int!) { updateProduct(input: {id: $id, expectedVersion: $v, active: false}) { userErrors { message } } }`, Vars{"id": product, "v": version})
	}
	s.rate("MATERIAL", "cloth", "101", Vars{"correction": true})
	s.rate("TAX", "VAT", "0.22", Vars{"unit": "share", "correction": true})
	s.rate("TAX", "FOOD", "0.1", Vars{"unit": "share"})
	a.Must(`mutation($p: ID!) { setListPrice(input: {productId: $p, taxCode: "FOOD", validFrom: "2020-01-01T00:00:00Z"}) { userErrors { code field message } } }`, Vars{"p": s.tailored})
	school := a.Must(`query($id: ID!) { node(id: $id) { ... on Customer { version } } }`, Vars{"id": s.shared}).Int("node.version")
	a.Must(`mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{"id": s.shared, "expectedVersion": school, "taxExempt": "A school", "taxExemptFrom": past(3)}})
	s.react()
	a.Must(recordContact, Vars{"in": Called(s.mine, Vars{"kind": "RECOMMENDATION", "staffId": s.seller, "aboutId": s.theirs, "at": past(60)})})
	w.change("UPDATE customers SET partner_id = (SELECT id FROM partners WHERE name = 'all@partner.example') WHERE id IN (?, ?)", s.shared, s.kept)
	a.Must(`mutation { fitAttribution(input: {model: MARKOV}) { fit { id } userErrors { code message } } }`, nil)
}

// react changes the list price of coats after their cloth has become dearer, agrees a price, makes an offer and takes an order; and changes
// the rate again.
func (s *seeded) react() {
	a := s.admin
	reduced := makeProduct(a, Vars{"sku": "REDUCED", "name": "Reduced", "listPrice": roubles("200.00")})
	s.w.Clock.Advance(time.Second)
	a.Must(`mutation($p: ID!, $l: MoneyInput!) { setListPrice(input: {productId: $p, listPrice: $l}) { userErrors { code field message } } }`, Vars{"p": reduced, "l": roubles("150.00")})
	a.Must(`mutation($p: ID!, $l: MoneyInput!) { setListPrice(input: {productId: $p, listPrice: $l}) { userErrors { code field message } } }`, Vars{"p": s.coat, "l": roubles("999.99")})
	a.Must(agreePrice, Vars{"in": Vars{"customerId": s.mine, "productId": s.coat, "unit": roubles("1500.00"), "minimumQuantity": "70"}})
	for _, s.customer = range []string{s.mine, s.shared, s.theirs} {
		s.offer(nil)
		s.order("3", nil) // more than the loom has hours for
	}
	s.w.Clock.Advance(time.Second)
	s.rate("MATERIAL", "cloth", "101.5", Vars{"validFrom": s.w.Clock.Now()})
}

// fielded gives the customers, the products, and the contacts and orders of some, values in the installation's own fields.
func (s *seeded) fielded() {
	a := s.admin
	s.fields = map[string][]schema.Role{}
	for _, noun := range []string{"CUSTOMER", "CONTACT", "ORDER", "PRODUCT"} {
		for code, more := range map[string]Vars{
			"card":   {"type": "CHOICE", "words": []string{"gold", "silver"}, "forSales": true},
			"points": {"type": "NUMBER", "least": "0", "most": "1000"},
			"since":  {"type": "DAY", "earliest": "2000-01-01", "latest": "2100-01-01", "forSales": true, "forPartners": true},
			"size":   {"type": "TEXT", "maxLength": 5, "forPartners": true},
		} {
			in := Vars{"noun": noun, "code": code, "label": code}
			for name, value := range more {
				in[name] = value
			}
			id := a.Must(defineField, Vars{"in": in}).Text("defineField.field.id")
			for part, role := range map[string]schema.Role{"forSales": schema.RoleSales, "forPartners": schema.RolePartner} {
				if in[part] == true {
					s.fields[id] = append(s.fields[id], role)
				}
			}
		}
	}
	set := func(id string) {
		a.Must(setFields, Vars{"in": Vars{"id": id, "fields": []Vars{{"code": "card", "value": "gold"}, {"code": "points", "value": "12.5"}, {"code": "since", "value": "2024-02-29"}, {"code": "size", "value": "XL"}}}})
	}
	r := a.Must(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { id contacts(first: 1) { edges { node { id } } } orders(first: 1) { edges { node { id } } } } } }`, Vars{"ids": []string{s.mine, s.theirs, s.shared, s.kept}})
	for i := range r.Len("nodes") {
		for _, at := range []string{"id", "contacts.edges.0.node.id", "orders.edges.0.node.id"} {
			set(r.Text(fmt.Sprintf("nodes.%d.%s", i, at)))
		}
	}
	set(s.coat)
}

// corrected records three contacts of a customer that may be one, corrects them and voids one.
func (s *seeded) corrected(customer string, in Vars) {
	for _, void := range []bool{false, false, true} {
		id := s.admin.Must(recordContact, Vars{"in": Called(customer, in)}).Text("recordContact.contact.id")
		s.admin.Must(correctContact, Vars{"in": Vars{"id": id, "expectedVersion": 1, "reason": "Misheard", "kind": "COMPLAINT", "notes": "Blue"}})
		if void {
			s.admin.Must(voidContact, Vars{"in": Vars{"id": id, "reason": "Another customer"}})
		}
	}
}

// tailor sells a customer what is made to their measurement, with an option and by an agreement; its due date is changed, and some of it
// comes back.
func (s *seeded) tailor(customer string) {
	a := s.admin
	if s.tailored == "" {
		s.tailored = makeProduct(a, Vars{
			"sku": "TAILORED", "name": "Tailored", "listPrice": roubles("900.00"), "standardLeadDays": 0, "taxCode": "VAT", "components": []Vars{{"material": "cloth", "quantity": "1"}},
			"options": []Vars{{"code": "width", "name": "Width", "measured": true, "components": []Vars{{"material": "cloth", "quantity": "0.1"}}}, {"code": "lining", "name": "Lining", "components": []Vars{}}},
		})
	}
	a.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": s.tailored, "unit": roubles("1.00"), "overrideFloorReason": "An old friend"}})
	token := a.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "3", options: [{code: "lining", value: "yes"}]) { token } } }`, Vars{"c": customer, "p": s.tailored}).Text("customer.price.token")
	placed := a.Must(`mutation($in: PlaceOrderInput!) { placeOrder(input: $in) { order { id lines { id } } userErrors { message } } }`, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}})
	id := placed.Text("placeOrder.order.id")
	a.Must(changeDueDate, Vars{"in": Vars{"id": id, "dueAt": s.w.Clock.Now().AddDate(0, 0, 9).Format(time.RFC3339), "reason": "They travel"}})
	a.Must(completeOrder, Vars{"in": Vars{"id": id}})
	a.Must(refundOrder, Vars{"in": Vars{"id": id, "lines": []Vars{{"lineId": placed.Text("placeOrder.order.lines.0.id"), "quantity": "1"}}, "goodsReturned": true, "reason": "Too wide"}})
}

// recipeIs sets what a product is made of from a moment on: a component beside its options.
func (s *seeded) recipeIs(product string, component Vars, from any) {
	s.admin.Must(`mutation($p: ID!, $c: ComponentInput!, $at: Time) { setRecipe(input: {productId: $p, components: [$c], validFrom: $at, reason: "measured again"}) { userErrors { code field message } } }`,
		Vars{"p": product, "c": component, "at": from})
}

// unquantified sells two panes by prices that were promised before their recipe had a formula without a quantity for their width, and before
// it needed a depth.
func (s *seeded) unquantified() {
	a := s.admin
	a.Must(`mutation { defineMeasurement(input: {code: "depth", name: "Depth", unit: "m", least: "0.1", most: "6"}) { userErrors { message } } }`, nil)
	s.pane = makeProduct(a, Vars{"sku": "PANE", "name": "Pane", "listPrice": roubles("5000.00"), "standardLeadDays": 0, "components": []Vars{{"material": "cloth", "quantityFormula": "width"}}})
	for _, formula := range []string{"width == 2 ? 1 : abs(10 / (width - 2))", "width * depth"} {
		s.recipeIs(s.pane, Vars{"material": "cloth", "quantityFormula": "width"}, nil)
		token := a.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "1", options: [{code: "width", value: "2.000000001"}]) { token } } }`, Vars{"c": s.mine, "p": s.pane}).Text("customer.price.token")
		s.w.Clock.Advance(time.Second)
		s.recipeIs(s.pane, Vars{"material": "cloth", "quantityFormula": formula}, nil)
		a.Must(placeOrder, Vars{"in": Vars{"customerId": s.mine, "priceTokens": []string{token}}})
		s.w.Clock.Advance(time.Second)
	}
}

// sent makes and sends an offer.
func (s *seeded) sent() string {
	offer := s.offer(nil)
	s.admin.Must(sendOffer, Vars{"in": Vars{"id": offer, "channel": "EMAIL", "purpose": "MARKETING"}})
	return offer
}

// fit fits models on some more customers, whom nobody owns.
func (s *seeded) fit() {
	var some []sale
	for _, one := range regulars(s.w.Clock.Now().Truncate(24 * time.Hour)) {
		if len(one.customer) == 2 { // 90 of 300
			some = append(some, one)
		}
	}
	s.w.sell(some)
	s.admin.Must(fitModel, Vars{"in": Vars{"kind": "BG_NBD", "calibrationEnd": s.w.Clock.Now().AddDate(0, 0, -120).Format(time.RFC3339), "activate": false}})
	s.admin.Must(fitModel, Vars{"in": Vars{"kind": "BG_NBD"}})
	s.admin.Must(fitModel, Vars{"in": Vars{"kind": "BG_NBD"}})
}

// who is a role with its client, and the customers whom it may see.
type who struct {
	name   string
	role   schema.Role
	scopes []string
	client *Client
	sees   func(customer string) bool
}

func (s *seeded) everybody() []who {
	everything := func(string) bool { return true }
	nothing := func(string) bool { return false }
	all := []who{
		{"a partner without scopes", schema.RolePartner, nil, s.partner, nothing},
		{"a partner", schema.RolePartner, auth.PartnerScopes(), s.partnerWithAll, func(customer string) bool { return customer == s.shared }},
	}
	for _, role := range everyRole[:4] {
		sees := everything
		if role == schema.RoleSales {
			sees = func(customer string) bool { return customer != s.theirs }
		}
		all = append(all, who{string(role), role, auth.ScopesOf(role), s.w.As(role), sees})
	}
	return all
}

// addMessages gives each of the customers a message of which every field has a value, and pauses a channel.
func (s *seeded) addMessages() {
	ctx, client, now := s.w.System(), s.w.App.Client, s.w.Clock.Now()
	for _, customer := range []string{s.mine, s.theirs, s.shared, s.kept, s.young} {
		create := client.Message.Create().SetID(s.w.App.IDs.Make(id.Message)).SetCustomerID(customer).SetChannel(schema.ByEmail).SetPurpose(schema.Marketing).SetLevel(schema.Personal).
			SetRecipient("a@example.com").SetSubject("An offer").SetText("A coat").SetHTML("<p>A coat</p>").SetHeaders([]schema.MessageHeader{{Name: "In-Reply-To", Value: "<a@example.com>"}}).
			SetHeaderID("a@kopeck").SetState(schema.MessageBounced).SetReason("no such user").SetDueAt(now).SetSentAt(now).SetCreatedAt(now).SetUpdatedAt(now).SetCreatedBy("system")
		if o, err := client.Offer.Query().Where(offer.CustomerID(customer)).First(ctx); err == nil {
			create.SetOfferID(o.ID)
		}
		if c, err := client.Contact.Query().Where(contact.CustomerID(customer)).First(ctx); err == nil {
			create.SetContactID(c.ID)
		}
		m := create.SaveX(ctx)
		if customer == s.mine {
			s.message = m.ID
		}
		client.MessageAttempt.Create().SetID(s.w.App.IDs.Make(id.Attempt)).SetMessageID(m.ID).SetNumber(1).SetAt(now).SetEndedAt(now).SetOutcome(schema.AttemptRefused).
			SetCode(550).SetAnswer("no such user").ExecX(ctx)
	}
	client.MessagePause.Create().SetID(s.w.App.IDs.Make(id.Pause)).SetChannel(schema.BySMS).SetSince(now).SetBy("system").SetReason("the provider is changed").ExecX(ctx)
}

// ids returns the ids of rows of each type, of the five customers and of the company; and whose they are.
func (s *seeded) ids(t *testing.T) (found map[string][]string, owners map[string]string) {
	t.Helper()
	r := s.admin.Must(`query($ids: [ID!]!) {
		nodes(ids: $ids) { ... on Customer { id contacts { edges { node { id } } } orders { edges { node { id lines { id } } } } offers { edges { node { id lines { id } } } } messages(first: 2) { edges { node { id attempts { id } } } } permissions { id events { id } } expectedPrices(first: 5) { edges { node { id } } } needFacts(first: 2) { edges { node { id } } } askedQuestions(first: 2) { edges { node { id } } } exposures { id } links { id } } }
		agreements(first: 50) { edges { node { id customer { id } } } } products { edges { node { id } } } priceRules { id } lifetimeModels { id } attributionFits { id } measurementDefinitions { id } fieldDefinitions { id } rates { id } campaigns { edges { node { id spends { id } } } } users { id } teams { edges { node { id } } } partners { edges { node { id } } } handOvers { edges { node { id } } } messagePauses { id } tasks { edges { node { id customer { id } } } } needs { id } questions { id } experiments { id } wordings(first: 10) { edges { node { id } } } declineReasons(first: 10) { edges { node { id } } } productsOfTheMonth { edges { node { id } } } personalDataRequests { edges { node { id customer { id } } } } }`,
		Vars{"ids": []string{s.mine, s.theirs, s.shared, s.kept, s.young}})
	found, owners = map[string][]string{}, map[string]string{}
	types := map[string]string{
		"cus": "Customer",
		"con": "Contact", "ord": "Order", "off": "Offer", "prm": "Permission", "agr": "PriceAgreement", "prd": "Product", "rul": "PriceRule",
		"ltm": "LifetimeModel", "rat": "Rate", "usr": "User", "orl": "OrderLine", "ofl": "OfferLine", "pev": "PermissionEvent", "atf": "AttributionFit", "msd": "MeasurementDefinition",
		"cmg": "Campaign", "fld": "FieldDefinition", "spd": "Spend", "tea": "Team", "prt": "Partner", "hov": "HandOver", "tsk": "Task", "xpr": "ExpectedPrice", "wrd": "Wording", "dcr": "DeclineReason", "pom": "ProductOfTheMonth", "msg": "Message", "mat": "MessageAttempt", "mps": "MessagePause",
		"ned": "Need", "nft": "NeedFact", "qst": "Question", "asq": "AskedQuestion", "exp": "Experiment", "exs": "Exposure",
		"lnk": "CustomerLink", "pdr": "PersonalDataRequest",
	}
	var collect func(value any, customer string)
	collect = func(value any, customer string) {
		switch inner := value.(type) {
		case map[string]any:
			if id, ok := inner["id"].(string); ok && strings.HasPrefix(id, "cus_") {
				customer = id
			}
			if of, ok := inner["customer"].(map[string]any); ok {
				customer, _ = of["id"].(string)
			}
			for name, one := range inner {
				if id, ok := one.(string); ok && name == "id" {
					prefix, _, _ := strings.Cut(id, "_")
					of := types[prefix]
					if of == "" {
						t.Fatalf("of which type is %s?", id)
					}
					if !slices.Contains(found[of], id) {
						found[of], owners[id] = append(found[of], id), customer
					}
				}
				collect(one, customer)
			}
		case []any:
			for _, one := range inner {
				collect(one, customer)
			}
		}
	}
	collect(r.data, "")
	found["Customer"], owners[s.bureau] = append(found["Customer"], s.bureau), s.bureau
	return found, owners
}
