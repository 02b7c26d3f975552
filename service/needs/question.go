package needs

import (
	"context"
	"slices"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/product"
	"kopeck/ent/question"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	maxQuestions   = 200
	maxTexts       = 20
	maxText        = 1000 // characters
	maxPause       = 3650 // days
	questionUpdate = "question.update"
)

// Questions returns the questions that the viewer may see, by code.
func (s *Service) Questions(ctx context.Context) ([]*ent.Question, error) {
	return s.Client.Question.Query().Order(question.ByCode()).Limit(maxQuestions).All(ctx)
}

// CreateQuestion creates a question. Faults: INVALID by field; NOT_FOUND on needId, fieldId and productId; WRONG_STATE on needId and fieldId for what
// is out of use; ALREADY_EXISTS on code and id; LIMIT_EXCEEDED on code; FORBIDDEN.
func (s *Service) CreateQuestion(ctx context.Context, in service.CreateQuestionInput) (*ent.Question, error) {
	if _, err := auth.Writer(ctx, "Question"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Question, in.ID)
	faults.Add(err)
	faults.Add(input.Code("code", in.Code))
	texts, err := checkTexts(in.Texts)
	faults.Add(err)
	faults.Add(checkPause(in.PauseDays))
	faults.Add(checkAsked(in))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createQuestion", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := tx.Lock(ctx, store.LockOn("questions", ""), false); err != nil { // they are counted
			return "", err
		}
		n, err := tx.Question.Query().Count(ctx)
		if err != nil {
			return "", err
		}
		if n >= maxQuestions {
			return "", fault.New(fault.LimitExceeded, "code", "there are %d questions, which is the most", n)
		}
		if err := checkFor(ctx, tx, in); err != nil {
			return "", err
		}
		now := s.Now()
		err = tx.Question.Create().SetID(newID).SetCreatedAt(now).SetUpdatedAt(now).SetCode(in.Code).SetTexts(texts).SetKind(in.Kind).
			SetNillableNeedID(in.NeedID).SetNillableDefinitionID(in.FieldID).SetNillableProductID(in.ProductID).SetPauseDays(in.PauseDays).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, codeTaken("question"))
		}
		return newID, s.Audit(ctx, tx, "question.create", newID, map[string]any{
			"code": in.Code, "texts": texts, "kind": in.Kind, "needId": in.NeedID, "fieldId": in.FieldID, "productId": in.ProductID, "pauseDays": in.PauseDays,
		})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Question.Get(ctx, made)
}

// checkTexts reads a question in its languages. INVALID on texts.
func checkTexts(given []*service.QuestionTextInput) ([]schema.QuestionText, error) {
	if len(given) == 0 || len(given) > maxTexts {
		return nil, fault.Invalidf("texts", "want 1 to %d texts", maxTexts)
	}
	var faults fault.List
	texts := make([]schema.QuestionText, len(given))
	for n, one := range given {
		at := []string{"texts", strconv.Itoa(n)}
		var err error
		texts[n].Language, err = input.Language("language", one.Language)
		faults.Add(fault.At(err, at...))
		if slices.ContainsFunc(texts[:n], func(other schema.QuestionText) bool { return err == nil && other.Language == texts[n].Language }) {
			faults.Add(fault.Invalidf("language", "the language is there twice").At(at...))
		}
		texts[n].Text, err = input.Text("text", one.Text, maxText)
		faults.Add(fault.At(err, at...))
	}
	return texts, faults.Or()
}

func checkPause(days int) error {
	if days < 1 || days > maxPause {
		return fault.Invalidf("pauseDays", "want 1 to %d days", maxPause)
	}
	return nil
}

// checkAsked checks that a question states what its kind asks for, and nothing else. INVALID by field.
func checkAsked(in service.CreateQuestionInput) error {
	var faults fault.List
	for _, one := range []struct {
		field, prefix string
		given         *string
		of            bool
	}{
		{"needId", id.Need, in.NeedID, in.Kind == schema.AsksSupplier || in.Kind == schema.AsksWallet},
		{"fieldId", id.Field, in.FieldID, in.Kind == schema.AsksField},
		{"productId", id.Product, in.ProductID, in.Kind == schema.AsksExpectedPrice},
	} {
		switch {
		case one.of && one.given == nil:
			faults.Add(fault.Invalidf(one.field, "a question of the kind %s must have it", in.Kind))
		case !one.of && one.given != nil:
			faults.Add(fault.Invalidf(one.field, "a question of the kind %s does not have it", in.Kind))
		case one.of:
			faults.Add(id.Check(one.field, one.prefix, *one.given))
		}
	}
	return faults.Or()
}

// checkFor checks that what a question asks for is there. Faults: NOT_FOUND and WRONG_STATE on needId, fieldId and productId.
func checkFor(ctx context.Context, tx *store.Tx, in service.CreateQuestionInput) error {
	switch in.Kind {
	case schema.AsksField:
		d, err := tx.FieldDefinition.Query().Where(fielddefinition.ID(*in.FieldID), fielddefinition.NounEQ(schema.FieldOfCustomer)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return fault.NoSuch("fieldId", "field of customers")
		case err == nil && d.Retired:
			return fault.New(fault.WrongState, "fieldId", "the field %s is retired: nothing is set in it any more", d.Code)
		}
		return err
	case schema.AsksExpectedPrice:
		ok, err := tx.Product.Query().Where(product.ID(*in.ProductID)).Exist(ctx)
		if err == nil && !ok {
			err = fault.NoSuch("productId", "product")
		}
		return err
	}
	return checkInUse(ctx, tx, "needId", *in.NeedID)
}

// UpdateQuestion changes a question. Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) UpdateQuestion(ctx context.Context, in service.UpdateQuestionInput) (*ent.Question, error) {
	if _, err := auth.Writer(ctx, "Question"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Question, in.ID))
	updated := map[string]any{}
	if in.Texts != nil {
		texts, err := checkTexts(in.Texts)
		faults.Add(err)
		updated["texts"] = texts
	}
	if in.PauseDays != nil {
		faults.Add(checkPause(*in.PauseDays))
		updated["pauseDays"] = *in.PauseDays
	}
	if in.Retired != nil {
		updated["retired"] = *in.Retired
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateQuestion", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		query := tx.Question.Query().Where(question.ID(in.ID))
		store.ForUpdate(tx, query)
		before, err := query.Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "question")
		}
		if err != nil {
			return "", err
		}
		changed, err := s.Merge(ctx, tx, service.Update{
			Action: questionUpdate, Subject: before.ID, Expected: in.ExpectedVersion, Version: before.Version,
			Current: map[string]any{"texts": before.Texts, "pauseDays": before.PauseDays, "retired": before.Retired}, Updated: updated,
		})
		if err != nil || len(changed) == 0 {
			return before.ID, err
		}
		update := tx.Question.UpdateOne(before).AddVersion(1).SetUpdatedAt(s.Now())
		for _, one := range changed {
			switch value := one.New.(type) {
			case []schema.QuestionText:
				update.SetTexts(value)
			case int:
				update.SetPauseDays(value)
			case bool:
				update.SetRetired(value)
			}
		}
		after, err := update.Save(ctx)
		if err != nil {
			return "", err
		}
		return before.ID, s.AuditVersion(ctx, tx, questionUpdate, before.ID, service.VersionChange{Version: after.Version, Fields: changed})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Question.Get(ctx, in.ID)
}
