package apitest

import "time"

const (
	counterOffer        = `mutation($in: CounterOfferInput!) { counterOffer(input: $in) { offer { status version } userErrors { code field message } } }`
	setMonthly          = `mutation($in: SetProductOfTheMonthInput!) { setProductOfTheMonth(input: $in) { productOfTheMonth { id } userErrors { code field message } } }`
	createDeclineReason = `mutation($in: CreateDeclineReasonInput!) { createDeclineReason(input: $in) { declineReason { id key name version } userErrors { code field message } } }`
	updateDeclineReason = `mutation($in: UpdateDeclineReasonInput!) { updateDeclineReason(input: $in) { declineReason { id name(language: RU) retiredAt } userErrors { code field message } } }`
)

// offering makes each of the four customers offers of the kinds that say more, of which they counter one; wins one back who left; chooses a
// product of the month and retires a reason.
func (s *seeded) offering() {
	a := s.admin
	month := s.w.Clock.Now().UTC().Format("2006-01")
	a.Must(setMonthly, Vars{"in": Vars{"month": month, "productId": s.coat}})
	reason := a.Must(createDeclineReason, Vars{"in": Vars{"key": "COLOUR", "nameEn": "The colour", "nameRu": "Цвет"}}).Text("createDeclineReason.declineReason.id")
	a.Must(updateDeclineReason, Vars{"in": Vars{"id": reason, "retired": true}})
	for _, s.customer = range []string{s.mine, s.theirs, s.shared, s.kept} {
		bought := a.Must(`query($id: ID!) { customer(id: $id) { orders(first: 1) { edges { node { id } } } } }`, Vars{"id": s.customer}).Text("customer.orders.edges.0.node.id")
		s.offer(Vars{"kind": "TENDER", "priceTokens": []string{s.token(s.customer, "1", 0), s.token(s.customer, "2", 0)}})
		s.offer(Vars{"kind": "CROSS_SELL", "completesOrderId": bought})
		s.offer(Vars{"kind": "CROSS_SELL", "completesProductId": s.coat})
		sent := s.sent()
		line := a.Must(`query($id: ID!) { node(id: $id) { ... on Offer { lines { id } } } }`, Vars{"id": sent}).Text("node.lines.0.id")
		a.Must(counterOffer, Vars{"in": Vars{"id": sent, "lineId": line, "unit": roubles("700.00")}})
	}
	s.customer = s.young
	a.Must(recordContact, Vars{"in": Called(s.young, Vars{"kind": "EMAIL", "channel": "EMAIL", "direction": "OUTBOUND", "purpose": "SERVICE", "at": s.w.Clock.Now().AddDate(0, 0, -3).Format(time.RFC3339)})}) // what an e-mail costs
	a.Must(`mutation($id: ID!) { recordDeparture(input: {id: $id, reason: "moved away"}) { userErrors { code field message } } }`, Vars{"id": s.young})
	s.offer(Vars{"kind": "WIN_BACK", "why": "The new cloth"})
	s.customer = s.mine
}
