package apitest

import (
	"testing"

	"kopeck/schema"
)

const (
	recordNeedFact = `mutation($in: RecordNeedFactInput!) { recordNeedFact(input: $in) { needFact { id supplier need { code } } userErrors { code field message } } }`
	answerQuestion = `mutation($in: AnswerQuestionInput!) { answerQuestion(input: $in) { askedQuestion { id outcome } userErrors { code field message } } }`
)

// TestDialogueByRole asks and answers as each role, of a customer whom SALES see and of one whom they do not.
func TestDialogueByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		seller := w.As(schema.RoleSales).Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		mine, theirs := NewCustomer(a, Vars{"name": "mine", "ownerId": seller}), NewCustomer(a, Vars{"name": "theirs", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		need := a.Must(`mutation { createNeed(input: {code: "coats", name: "Coats"}) { need { id } userErrors { message } } }`, nil).Text("createNeed.need.id")
		question := a.Must(`mutation($in: CreateQuestionInput!) { createQuestion(input: $in) { question { id } userErrors { message } } }`,
			Vars{"in": Vars{"code": "who", "kind": "SUPPLIER", "needId": need, "texts": []Vars{{"language": "en", "text": "Who?"}}}}).Text("createQuestion.question.id")

		next := func(c *Client, customer string) *Result {
			return c.Must(`query($id: ID!) { customer(id: $id) { needs { need { code } unknown } nextQuestion { question { code texts { text } } rank open value { known unknown } } } }`, Vars{"id": customer})
		}
		if r := next(w.As(schema.RoleSales), mine); r.Text("customer.nextQuestion.question.texts.0.text") != "Who?" || r.Get("customer.nextQuestion.value") != nil || r.Len("customer.needs") != 1 {
			t.Errorf("SALES read %s", r.Body)
		}
		if r := next(w.As(schema.RoleAnalyst), mine); r.Get("customer.nextQuestion.value") == nil {
			t.Errorf("ANALYST read %s", r.Body)
		}
		for _, c := range []struct {
			role           schema.Role
			customer, want string
		}{
			{schema.RoleSales, theirs, "NOT_FOUND"}, {schema.RoleAnalyst, mine, "FORBIDDEN"}, {schema.RoleManager, theirs, ""}, {schema.RoleSales, mine, ""},
		} {
			r := w.As(c.role).Do(answerQuestion, Vars{"in": Vars{"customerId": c.customer, "questionId": question, "answer": "A bazaar"}})
			code := ""
			if r.Len("answerQuestion.userErrors") > 0 {
				code = r.Text("answerQuestion.userErrors.0.code")
			}
			if code != c.want {
				t.Errorf("%s answers of %s: %s", c.role, c.customer, r.Body)
			}
			r = w.As(c.role).Do(recordNeedFact, Vars{"in": Vars{"customerId": c.customer, "needId": need, "kind": "WALLET", "wallet": roubles("10.00"), "source": "a directory"}})
			if code = ""; r.Len("recordNeedFact.userErrors") > 0 {
				code = r.Text("recordNeedFact.userErrors.0.code")
			}
			if code != c.want {
				t.Errorf("%s records of %s: %s", c.role, c.customer, r.Body)
			}
		}
		facts := w.As(schema.RoleSales).Must(`query($id: ID!) { customer(id: $id) { needFacts(filter: {kinds: [SUPPLIER]}, orderBy: {field: AT, direction: DESC}) { totalCount edges { node { supplier customer { id } } } }
			askedQuestions(filter: {outcomes: [ANSWERED]}) { totalCount edges { node { question { code } } } } nextQuestion { rank } } }`, Vars{"id": mine})
		if facts.Int("customer.needFacts.totalCount") != 1 || facts.Text("customer.needFacts.edges.0.node.supplier") != "A bazaar" || facts.Int("customer.askedQuestions.totalCount") != 1 ||
			facts.Get("customer.nextQuestion") != nil {
			t.Errorf("SALES read %s", facts.Body)
		}
	})
}
