package apitest

import "fmt"

// asking makes needs and questions, some out of use, lets each of the four customers say what they need, and brings them into an experiment and into
// one that has ended.
func (s *seeded) asking() {
	a := s.admin
	need := func(code string) string {
		return a.Must(`mutation($c: String!) { createNeed(input: {code: $c, name: $c, unit: "m"}) { need { id } userErrors { message } } }`, Vars{"c": code}).Text("createNeed.need.id")
	}
	coats, hats := need("coats"), need("hats")
	a.Must(`mutation($p: ID!, $n: [NeedShareInput!]!) { setProductNeeds(input: {productId: $p, needs: $n, validFrom: "2020-01-01T00:00:00Z"}) { product { id } userErrors { message } } }`,
		Vars{"p": s.coat, "n": []Vars{{"needId": coats, "share": "0.9"}, {"needId": hats, "share": "0.1"}}})
	card := a.Must(`{ fieldDefinitions(noun: CUSTOMER) { id code } }`, nil)
	question := func(code, kind string, of Vars) string {
		in := Vars{"code": code, "kind": kind, "texts": []Vars{{"language": "ru", "text": code + "?"}}}
		for name, value := range of {
			in[name] = value
		}
		return a.Must(`mutation($in: CreateQuestionInput!) { createQuestion(input: $in) { question { id } userErrors { code field message } } }`, Vars{"in": in}).Text("createQuestion.question.id")
	}
	who, much := question("who", "SUPPLIER", Vars{"needId": coats}), question("much", "WALLET", Vars{"needId": coats})
	question("hats", "SUPPLIER", Vars{"needId": hats})
	question("price", "EXPECTED_PRICE", Vars{"productId": s.coat})
	for n := range card.Len("fieldDefinitions") {
		if card.Text(fmt.Sprintf("fieldDefinitions.%d.code", n)) == "card" {
			question("card", "FIELD", Vars{"fieldId": card.Text(fmt.Sprintf("fieldDefinitions.%d.id", n))})
		}
	}
	var exposed []string
	for _, code := range []string{"spring", "autumn"} {
		arms := []Vars{{"code": "none", "share": "0.5"}, {"code": "call", "share": "0.5"}}
		exposed = append(exposed, a.Must(`mutation($in: CreateExperimentInput!) { createExperiment(input: $in) { experiment { id } userErrors { message } } }`,
			Vars{"in": Vars{"code": code, "name": code, "arms": arms}}).Text("createExperiment.experiment.id"))
	}
	all := []string{s.mine, s.theirs, s.shared, s.kept}
	for _, id := range exposed {
		a.Must(`mutation($id: ID!, $c: [ID!]!) { exposeCustomers(input: {experimentId: $id, customerIds: $c}) { exposures { id } userErrors { message } } }`, Vars{"id": id, "c": all})
	}
	a.Must(`mutation($id: ID!) { endExperiment(input: {id: $id, expectedVersion: 1, reason: "Enough"}) { userErrors { message } } }`, Vars{"id": exposed[0]})
	for _, customer := range all {
		contact := s.mailed // of the seller's own customer there are as many contacts as a page has
		if customer != s.mine {
			contact = a.Must(recordContact, Vars{"in": Called(customer, nil)}).Text("recordContact.contact.id")
		}
		for q, answer := range map[string]string{who: "A bazaar", much: "50000.00"} {
			a.Must(answerQuestion, Vars{"in": Vars{"customerId": customer, "questionId": q, "answer": answer, "contactId": contact}})
		}
		a.Must(recordNeedFact, Vars{"in": Vars{"customerId": customer, "needId": hats, "kind": "WALLET", "wallet": roubles("100.00"), "source": "a directory"}})
	}
}
