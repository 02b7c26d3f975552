package needs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/askedquestion"
	"kopeck/ent/expectedprice"
	"kopeck/ent/needfact"
	"kopeck/ent/question"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// ranked is a question in use with its value and its place.
type ranked struct {
	*ent.Question

	value *KnowledgeValue
	rank  int
}

// NextQuestions returns the question that is worth most to ask each of customers whom the viewer may see, at a moment, nil for now, by the customer's
// id; none where nothing is open. INVALID on at.
func (s *Service) NextQuestions(ctx context.Context, customerIDs []string, at *time.Time) (map[string]*NextQuestion, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	moment := input.Or(at, s.Now()).UTC()
	questions, err := s.ranked(ctx, moment)
	if err != nil || len(questions) == 0 {
		return nil, err
	}
	closed, err := s.closed(ctx, customerIDs, questions, moment)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*NextQuestion, len(customerIDs))
	for _, customerID := range customerIDs {
		for _, q := range questions {
			if closed[pair{customerID, q.ID}] {
				continue
			}
			if found[customerID] == nil {
				found[customerID] = &NextQuestion{Question: q.Question, Rank: q.rank, Value: q.value}
			}
			found[customerID].Open++
		}
	}
	return found, nil
}

// ranked returns the questions in use that the viewer may see, that of the greatest value first.
func (s *Service) ranked(ctx context.Context, at time.Time) ([]ranked, error) {
	all, err := s.Client.Question.Query().WithNeed().WithField().WithProduct().Order(question.ByCode()).All(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.baseAt(ctx, at, all)
	if err != nil {
		return nil, err
	}
	var questions []ranked
	for _, q := range all {
		if !inUse(q) {
			continue
		}
		value, err := b.value(q.ID)
		if err != nil {
			return nil, err
		}
		questions = append(questions, ranked{Question: q, value: value})
	}
	slices.SortFunc(questions, func(a, b ranked) int {
		return cmp.Or(worth(b.value).Compare(worth(a.value)), strings.Compare(a.Code, b.Code))
	})
	for i := range questions {
		questions[i].rank = i + 1
	}
	return questions, nil
}

// worth is the value by which a question is ranked: 0 where too few are known, to which values are drawn.
func worth(v *KnowledgeValue) money.Amount { return input.OrZero(v.Value) }

// pair is a customer and a question.
type pair struct{ customerID, questionID string }

// closed says which questions are not to be asked of customers at a moment, by what was known then: those of which the answer is known, which they
// answered or declined to answer, and those that they were asked within the pause.
func (s *Service) closed(ctx context.Context, customerIDs []string, questions []ranked, at time.Time) (map[pair]bool, error) {
	closed := map[pair]bool{}
	asked, err := s.Client.AskedQuestion.Query().Where(askedquestion.CustomerIDIn(customerIDs...), askedquestion.AtLTE(at), askedquestion.RecordedAtLTE(at)).All(ctx)
	if err != nil {
		return nil, err
	}
	pauses := make(map[string]time.Duration, len(questions))
	for _, q := range questions {
		pauses[q.ID] = time.Duration(q.PauseDays) * 24 * time.Hour
	}
	for _, row := range asked {
		if row.Outcome != schema.QuestionUnanswered || row.At.Add(pauses[row.QuestionID]).After(at) {
			closed[pair{row.CustomerID, row.QuestionID}] = true
		}
	}
	facts, err := s.Client.NeedFact.Query().Where(needfact.CustomerIDIn(customerIDs...), needfact.AtLTE(at), needfact.RecordedAtLTE(at)).All(ctx)
	if err != nil {
		return nil, err
	}
	expected, err := s.Client.ExpectedPrice.Query().Where(expectedprice.CustomerIDIn(customerIDs...), expectedprice.AtLTE(at), expectedprice.CreatedAtLTE(at),
		expectedprice.Or(expectedprice.VoidedAtIsNil(), expectedprice.VoidedAtGT(at))).All(ctx)
	if err != nil {
		return nil, err
	}
	values, err := s.fields.Values(ctx, customerIDs, &at)
	if err != nil {
		return nil, err
	}
	for _, q := range questions {
		for _, row := range facts {
			if row.NeedID == input.OrZero(q.NeedID) && string(row.Kind) == string(q.Kind) {
				closed[pair{row.CustomerID, q.ID}] = true
			}
		}
		for _, row := range expected {
			if row.ProductID == input.OrZero(q.ProductID) {
				closed[pair{row.CustomerID, q.ID}] = true
			}
		}
		for customerID, of := range values {
			for _, one := range of {
				if one.Definition.ID == input.OrZero(q.DefinitionID) {
					closed[pair{customerID, q.ID}] = true
				}
			}
		}
	}
	return closed, nil
}
