package needs

import (
	"context"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/question"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// AnswerQuestion records that a customer was asked a question, and what they answered, where it belongs. An answer of a moment before that of a later
// fact changes nothing of what holds now.
//
// Faults: INVALID by field; NOT_FOUND on customerId, questionId and contactId; WRONG_STATE on questionId for a question, or what it asks for, that is
// out of use, on contactId for a contact that is voided, and on answer for a field that was set after they were asked; ALREADY_EXISTS on id;
// FORBIDDEN.
func (s *Service) AnswerQuestion(ctx context.Context, in service.AnswerQuestionInput) (*ent.AskedQuestion, error) {
	if _, err := auth.Writer(ctx, "AskedQuestion"); err != nil {
		return nil, err
	}
	asked, err := s.checkAnswer(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "answerQuestion", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := ownfields.Hold(ctx, tx); err != nil { // before any row, as the answer may be a value of a field
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		at, err := momentOf(ctx, tx, c, in.ContactID, asked.At)
		if err != nil {
			return "", err
		}
		q, err := questionInUse(ctx, tx, in.QuestionID)
		if err != nil {
			return "", err
		}
		if in.Answer != nil {
			if err := s.keep(ctx, tx, c, q, *in.Answer, in.ContactID, at); err != nil {
				return "", err
			}
		}
		actor, _ := auth.From(ctx)
		err = tx.AskedQuestion.Create().SetID(asked.ID).SetCustomerID(c.ID).SetQuestionID(q.ID).SetOutcome(asked.Outcome).SetNillableContactID(in.ContactID).
			SetAt(at).SetRecordedAt(s.Now()).SetRecordedBy(actor.Name).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		detail := map[string]any{"customerId": c.ID, "questionId": q.ID, "outcome": asked.Outcome, "contactId": in.ContactID, "at": at}
		if err := s.Audit(ctx, tx, "question.ask", asked.ID, detail); err != nil {
			return "", err
		}
		return asked.ID, s.CustomerChanged(ctx, tx, c.ID, "AskedQuestion")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.AskedQuestion.Get(ctx, made)
}

// checkAnswer reads the input but for the answer, which depends on the question.
func (s *Service) checkAnswer(in service.AnswerQuestionInput) (*ent.AskedQuestion, error) {
	var faults fault.List
	asked := &ent.AskedQuestion{Outcome: schema.QuestionUnanswered}
	var err error
	asked.ID, err = s.NewID(id.AskedQuestion, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("questionId", id.Question, in.QuestionID))
	asked.At, err = s.PastMoment("askedAt", in.AskedAt)
	faults.Add(err)
	faults.Add(checkSaidIn(in.ContactID, in.AskedAt, "askedAt"))
	switch {
	case in.Answer != nil && in.Declined:
		faults.Add(fault.Invalidf("declined", "want an answer or declined, not both"))
	case in.Answer != nil:
		asked.Outcome = schema.QuestionAnswered
	case in.Declined:
		asked.Outcome = schema.QuestionDeclined
	}
	return asked, faults.Or()
}

// questionInUse returns a question that is asked, with what it asks for. NOT_FOUND and WRONG_STATE on questionId.
func questionInUse(ctx context.Context, tx *store.Tx, questionID string) (*ent.Question, error) {
	q, err := tx.Question.Query().Where(question.ID(questionID)).WithNeed().WithField().WithProduct().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.NoSuch("questionId", "question")
	case err != nil:
		return nil, err
	case !inUse(q):
		return nil, fault.New(fault.WrongState, "questionId", "the question %s, or what it asks for, is out of use", q.Code)
	}
	return q, nil
}

// inUse reports whether a question, which has what it asks for, is asked.
func inUse(q *ent.Question) bool {
	asksFor := q.Edges
	switch {
	case q.Retired:
		return false
	case asksFor.Need != nil:
		return !asksFor.Need.Retired
	case asksFor.Field != nil:
		return !asksFor.Field.Retired
	}
	return asksFor.Product != nil && asksFor.Product.Active
}

// keep keeps an answer of a customer, who is locked, where it belongs. INVALID and WRONG_STATE on answer.
func (s *Service) keep(ctx context.Context, tx *store.Tx, c *ent.Customer, q *ent.Question, answer string, contactID *string, at time.Time) error {
	switch q.Kind {
	case schema.AsksField:
		return s.fields.Answer(ctx, tx, c.ID, q.Edges.Field, answer, at)
	case schema.AsksExpectedPrice:
		unit, err := s.answeredAmount(answer)
		if err == nil && unit.IsZero() {
			err = fault.Invalidf("answer", "want a price above 0")
		}
		if err != nil {
			return err
		}
		return s.expected.AddGiven(ctx, tx, c, service.RecordExpectedPriceInput{CustomerID: c.ID, ProductID: q.Edges.Product.ID, ContactID: contactID}, unit, at)
	}
	f := &ent.NeedFact{
		ID: s.IDs.Make(id.NeedFact), CustomerID: c.ID, NeedID: q.Edges.Need.ID, Kind: schema.FactSupplier, Basis: schema.FactStated, Source: "question " + q.Code,
		ContactID: contactID, At: at,
	}
	if q.Kind == schema.AsksWallet {
		wallet, err := s.answeredAmount(answer)
		if err != nil {
			return err
		}
		f.Kind, f.Wallet = schema.FactWallet, &wallet
	} else {
		var err error
		if f.Supplier, err = input.OptionalText("answer", &answer, maxSupplier); err != nil {
			return err
		}
	}
	return s.addFact(ctx, tx, f)
}

// answeredAmount reads an amount of at least 0 that is an answer. INVALID on answer.
func (s *Service) answeredAmount(answer string) (money.Amount, error) {
	amount, err := s.Currency.Parse(strings.TrimSpace(answer))
	switch {
	case err != nil:
		return amount, fault.Invalidf("answer", "%v", err)
	case amount.Sign() < 0:
		return amount, fault.Invalidf("answer", "must not be negative")
	case amount.TooLarge():
		return amount, fault.Invalidf("answer", "want at most %s", s.Currency.Format(money.Most))
	}
	return amount, nil
}
