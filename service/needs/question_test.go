package needs_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// question makes a question; change says what it asks for.
func (h *home) question(code string, kind schema.QuestionKind, change func(*service.CreateQuestionInput)) *ent.Question {
	h.T.Helper()
	in := service.CreateQuestionInput{Code: code, Kind: kind, PauseDays: 90, Texts: []*service.QuestionTextInput{{Language: "en", Text: code + "?"}}}
	change(&in)
	made, err := h.Needs.CreateQuestion(h.System(), in)
	h.Must(err)
	return made
}

func about(need *ent.Need) func(*service.CreateQuestionInput) {
	return func(in *service.CreateQuestionInput) { in.NeedID = &need.ID }
}

// field defines a field of customers.
func (h *home) field(code string, forSales bool) *ent.FieldDefinition {
	h.T.Helper()
	made, err := h.OwnFields.DefineField(h.System(), service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: code, Label: code, Type: schema.FieldNumber, ForSales: &forSales})
	h.Must(err)
	return made
}

// next shows the next question of a customer, with its rank and how many are open.
func (h *home) next(ctx context.Context, customer string, at *time.Time) string {
	h.T.Helper()
	found, err := h.Needs.NextQuestions(ctx, []string{customer}, at)
	h.Must(err)
	if found[customer] == nil {
		return "none"
	}
	return fmt.Sprintf("%s %d of %d", found[customer].Question.Code, found[customer].Rank, found[customer].Open)
}

// answers records an answer: "-" that they declined, "" that they did not answer.
func (h *home) answers(customer string, q *ent.Question, answer string) error {
	in := service.AnswerQuestionInput{CustomerID: customer, QuestionID: q.ID, Declined: answer == "-"}
	if answer != "-" && answer != "" {
		in.Answer = &answer
	}
	_, err := h.Needs.AnswerQuestion(h.System(), in)
	return err
}

func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		ctx := h.System()
		field := h.field("rooms", true)
		supplier, wallet := h.question("a_supplier", schema.AsksSupplier, about(h.curtains)), h.question("b_wallet", schema.AsksWallet, about(h.curtains))
		rooms := h.question("c_rooms", schema.AsksField, func(in *service.CreateQuestionInput) { in.FieldID = &field.ID })
		price := h.question("d_price", schema.AsksExpectedPrice, func(in *service.CreateQuestionInput) { in.ProductID = &h.curtain })
		check(t, "at first", h.next(ctx, h.anna, nil), "a_supplier 1 of 4")
		began := h.Clock.Now()

		for name, c := range map[string]struct {
			question     *ent.Question
			answer, want string
		}{
			"no amount":      {wallet, "much", "INVALID answer"},
			"half a kopeck":  {wallet, "1.005", "INVALID answer"},
			"less than 0":    {wallet, "-1", "INVALID answer"},
			"no price":       {price, "0", "INVALID answer"},
			"not a number":   {rooms, "three", "INVALID answer"},
			"a long name":    {supplier, strings.Repeat("x", 301), "INVALID answer"},
			"beyond a total": {wallet, "99999999999999999", "INVALID answer"},
		} {
			check(t, name, faults(h.answers(h.anna, c.question, c.answer)), c.want)
		}
		both := service.AnswerQuestionInput{CustomerID: h.anna, QuestionID: wallet.ID, Answer: ptr("1"), Declined: true}
		_, err := h.Needs.AnswerQuestion(ctx, both)
		check(t, "both", faults(err), "INVALID declined")

		h.Clock.Advance(time.Hour)
		h.Must(h.answers(h.anna, supplier, ""))
		check(t, "not answered", h.next(ctx, h.anna, nil), "b_wallet 2 of 3")
		h.Must(h.answers(h.anna, wallet, "-"))
		check(t, "declined", h.next(ctx, h.anna, nil), "c_rooms 3 of 2")
		h.Must(h.answers(h.anna, rooms, "3"))
		h.Must(h.answers(h.anna, price, "700.50"))
		check(t, "all asked", h.next(ctx, h.anna, nil), "none")
		check(t, "as it was", h.next(ctx, h.anna, &began), "a_supplier 1 of 4")
		h.Clock.Advance(90 * 24 * time.Hour)
		check(t, "after the pause", h.next(ctx, h.anna, nil), "a_supplier 1 of 1")
		h.Must(h.answers(h.anna, supplier, "IKEA"))
		check(t, "answered", h.next(ctx, h.anna, nil), "none")
		check(t, "the fact", h.needsOf(h.anna, nil), "cleaning 0.00 ?SUPPLIER ?WALLET; curtains 0.00, IKEA ?WALLET; rods 0.00 ?SUPPLIER ?WALLET")
		fields, err := h.OwnFields.Values(ctx, []string{h.anna}, nil)
		h.Must(err)
		if len(fields[h.anna]) != 1 || fields[h.anna][0].Value != "3" {
			t.Errorf("the field: %v", fields)
		}
		expected := h.Client.ExpectedPrice.Query().OnlyX(ctx)
		if expected.CustomerID != h.anna || expected.ProductID != h.curtain || expected.Unit.Minor() != 70050 {
			t.Errorf("the price expected: %v", expected)
		}

		late := service.AnswerQuestionInput{CustomerID: h.anna, QuestionID: rooms.ID, Answer: ptr("5"), AskedAt: &began}
		_, err = h.Needs.AnswerQuestion(ctx, late)
		check(t, "an answer of before the last", faults(err), "WRONG_STATE answer")
		_, err = h.Needs.UpdateQuestion(ctx, service.UpdateQuestionInput{ID: rooms.ID, ExpectedVersion: 1, Retired: ptr(true)})
		h.Must(err)
		check(t, "a question out of use", faults(h.answers(h.anna, rooms, "4")), "WRONG_STATE questionId")
		boris := h.CustomerID()
		_, err = h.Needs.UpdateNeed(ctx, service.UpdateNeedInput{ID: h.curtains.ID, ExpectedVersion: 1, Retired: ptr(true)})
		h.Must(err)
		check(t, "a need out of use", h.next(ctx, boris, nil), "d_price 1 of 1")
		_, err = h.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: boris, MergeID: h.anna, Reason: ptr("One person")})
		h.Must(err)
		check(t, "merged", h.next(ctx, boris, nil), "none")
	})
}

func TestQuestionFaults(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		ctx := h.System()
		q := h.question("who", schema.AsksSupplier, about(h.rods))
		create := func(change func(*service.CreateQuestionInput)) string {
			in := service.CreateQuestionInput{Code: "other", Kind: schema.AsksSupplier, NeedID: &h.rods.ID, PauseDays: 1, Texts: []*service.QuestionTextInput{{Language: "ru", Text: "Где?"}}}
			change(&in)
			_, err := h.Needs.CreateQuestion(ctx, in)
			return faults(err)
		}
		check(t, "a code that there is", create(func(in *service.CreateQuestionInput) { in.Code = "who" }), "ALREADY_EXISTS code")
		check(t, "no need", create(func(in *service.CreateQuestionInput) { in.NeedID, in.ProductID = nil, &h.rod }), "INVALID needId, INVALID productId")
		check(t, "a field of nobody", create(func(in *service.CreateQuestionInput) {
			in.Kind, in.NeedID, in.FieldID = schema.AsksField, nil, ptr(h.IDs.Make("fld"))
		}), "NOT_FOUND fieldId")
		check(t, "a product of nobody", create(func(in *service.CreateQuestionInput) {
			in.Kind, in.NeedID, in.ProductID = schema.AsksExpectedPrice, nil, ptr(h.IDs.Make("prd"))
		}), "NOT_FOUND productId")
		check(t, "texts and a pause", create(func(in *service.CreateQuestionInput) {
			in.PauseDays = 0
			in.Texts = []*service.QuestionTextInput{{Language: "ru", Text: "Где?"}, {Language: "RU", Text: " "}, {Language: "?", Text: "x"}}
		}), "INVALID texts.1.language, INVALID texts.1.text, INVALID texts.2.language, INVALID pauseDays")
		check(t, "no texts", create(func(in *service.CreateQuestionInput) { in.Texts = nil }), "INVALID texts")
		_, err := h.Needs.UpdateQuestion(ctx, service.UpdateQuestionInput{ID: q.ID, ExpectedVersion: 1, PauseDays: ptr(7)})
		h.Must(err)
		changed, err := h.Needs.UpdateQuestion(ctx, service.UpdateQuestionInput{ID: q.ID, ExpectedVersion: 1, Texts: []*service.QuestionTextInput{{Language: "ru", Text: "Где?"}}})
		h.Must(err)
		if changed.PauseDays != 7 || changed.Texts[0].Text != "Где?" || changed.Version != 3 {
			t.Errorf("merged to %v", changed)
		}
		_, err = h.Needs.UpdateQuestion(ctx, service.UpdateQuestionInput{ID: q.ID, ExpectedVersion: 1, PauseDays: ptr(8)})
		check(t, "two pauses", faults(err), "VERSION_CONFLICT expectedVersion")
		_, err = h.Needs.CreateQuestion(h.Actor(schema.RoleSales), service.CreateQuestionInput{})
		check(t, "SALES", faults(err), "FORBIDDEN ")
		_, err = h.Needs.AnswerQuestion(h.Actor(schema.RoleAnalyst), service.AnswerQuestionInput{})
		check(t, "ANALYST", faults(err), "FORBIDDEN ")
	})
}

// TestKnowledge holds what answers are worth to the plain formulas, and the next question to their order; of SALES over the customers that they see.
func TestKnowledge(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		sales := h.As(schema.RoleSales)
		seller := h.Client.User.Query().OnlyX(h.System()).ID
		supplier, wallet := h.question("supplier", schema.AsksSupplier, about(h.curtains)), h.question("wallet", schema.AsksWallet, about(h.curtains))
		hidden := h.field("hidden", false)
		secret := h.question("a_secret", schema.AsksField, func(in *service.CreateQuestionInput) { in.FieldID = &hidden.ID })
		for n := range 3 { // those of the seller are 1/3 of all, of whom half are known; of those of nobody they see all, who know no difference
			h.crowd(n, seller)
		}
		check(t, "today nothing of today is known", h.next(h.System(), h.anna, nil), "a_secret 1 of 3")
		h.Clock.Advance(24 * time.Hour)
		all, err := h.Needs.Knowledge(h.System(), []string{supplier.ID, wallet.ID, secret.ID}, nil)
		h.Must(err)
		v := all[supplier.ID]
		if v.Known != 45 || v.Unknown != 46 || v.TooFew != nil { // and Anna
			t.Fatalf("known of %d and not of %d: %v", v.Known, v.Unknown, v.TooFew)
		}
		// Known earned 10 and 30 roubles in turns, others 5 and 15, and Anna nothing.
		known, unknown := plain(1000, 3000, 45), plain(500, 1500, 45, 0)
		difference := known.mean - unknown.mean
		a, b := known.variance/45, unknown.variance/46
		freedom := (a + b) * (a + b) / (a*a/44 + b*b/45)
		weight := 1 / (1.0/45 + 1.0/46)
		weight /= weight + 15
		half := distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(0.9) * math.Sqrt((a+b)*weight)
		check(t, "the value", fmt.Sprint(v.MeanKnown.Minor(), v.MeanUnknown.Minor(), v.Value.Minor(), v.Low.Minor(), v.High.Minor()),
			fmt.Sprint(math.RoundToEven(known.mean), math.RoundToEven(unknown.mean), math.RoundToEven(difference*weight), math.RoundToEven(difference*weight-half), math.RoundToEven(difference*weight+half)))
		if all[wallet.ID].TooFew == nil || all[wallet.ID].Value != nil || *all[wallet.ID].TooFew != "known of 0 customers and not of 91: want at least 30 of each" {
			t.Errorf("of the wallet %v", all[wallet.ID])
		}
		check(t, "the order", h.next(h.System(), h.anna, nil), "supplier 1 of 3")
		check(t, "the order before", h.next(h.System(), h.anna, ptr(apptest.Start)), "a_secret 1 of 3")
		check(t, "the seller's", h.next(sales, h.anna, nil), "supplier 1 of 2")
		asked, err := h.Needs.Questions(sales)
		h.Must(err)
		if len(asked) != 2 {
			t.Errorf("SALES see %d questions", len(asked))
		}
		h.Must(h.answers(h.anna, secret, "1"))
		if n := h.Client.AskedQuestion.Query().CountX(sales); n != 0 {
			t.Error("SALES see that a question of a hidden field was answered")
		}
		if h.Client.AskedQuestion.Query().CountX(h.System()) != 1 {
			t.Error("the system does not see it")
		}
		h.next(h.System(), h.anna, nil)
		statements := h.Statements(func() { h.next(h.System(), h.anna, nil) })
		if len(statements) > 9 { // what answers are worth is in memory
			t.Errorf("%d statements:\n%s", len(statements), strings.Join(statements, "\n"))
		}
	})
}

// crowd makes 30 customers, of the seller or of nobody, of whom half are known.
func (h *home) crowd(n int, seller string) {
	h.T.Helper()
	for i := range 30 {
		in := service.CreateCustomerInput{Name: fmt.Sprintf("%d of %d", i, n)}
		if n == 0 {
			in.OwnerID = &seller
		}
		c, err := h.Customers.CreateCustomer(h.System(), in)
		h.Must(err)
		margin := int64(500)
		if (15*n+i/2)%2 == 1 {
			margin = 1500
		}
		if i%2 == 0 {
			h.knows(c.ID, h.curtains, "IKEA", "", nil)
			margin *= 2
		}
		h.sold(c.ID, apptest.Start.AddDate(0, 0, -n-1), 0, margin, line{h.rod, 10000})
	}
}

type moments struct{ mean, variance float64 }

// plain returns the moments of so many values in turns, and some more.
func plain(one, other float64, times int, more ...float64) moments {
	values := more
	for i := range times {
		values = append(values, one)
		if i%2 == 1 {
			values[len(values)-1] = other
		}
	}
	var m moments
	for _, v := range values {
		m.mean += v / float64(len(values))
	}
	for _, v := range values {
		m.variance += (v - m.mean) * (v - m.mean) / float64(len(values)-1)
	}
	return m
}
