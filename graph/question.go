package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/askedquestion"
	"kopeck/ent/customer"
	"kopeck/ent/experiment"
	"kopeck/ent/exposure"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/need"
	"kopeck/ent/needfact"
	"kopeck/ent/question"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func questionID(row *ent.Question) string { return row.ID }

func askedQuestionID(row *ent.AskedQuestion) string { return row.ID }

// askedStill leaves out what customers who are deleted were asked.
var askedStill = askedquestion.HasCustomerWith(customer.DeletedAtIsNil())

func (r *Resolver) askedQuestions() noun[ent.AskedQuestion, ent.AskedQuestionEdge, ent.AskedQuestionConnection] {
	return noun[ent.AskedQuestion, ent.AskedQuestionEdge, ent.AskedQuestionConnection]{
		list: list[ent.AskedQuestion]{"askedQuestions", askedQuestionID, r.pages}, table: askedquestion.Table, sees: r.seesCustomer,
		customerOf: func(row *ent.AskedQuestion) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.AskedQuestion, error) {
			return r.client.AskedQuestion.Query().Where(askedStill, filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.AskedQuestion.Query().Where(askedStill, filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.AskedQuestion.Query().Where(askedStill, filter).GroupBy(askedquestion.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.AskedQuestion, c ent.Cursor) *ent.AskedQuestionEdge {
			return &ent.AskedQuestionEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.AskedQuestionEdge, info ent.PageInfo, total int) *ent.AskedQuestionConnection {
			return &ent.AskedQuestionConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var askedQuestionColumns = map[string]column[ent.AskedQuestion]{
	"AT": {name: "AT", sql: "at", key: func(row *ent.AskedQuestion) any { return row.At }},
}

// askedQuestionOrder returns the requested order of questions that were asked; by default AT ascending.
func askedQuestionOrder(o *ent.AskedQuestionOrder) (column[ent.AskedQuestion], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return askedQuestionColumns["AT"], schema.Ascending
	}
	return askedQuestionColumns[o.Field.String()], o.Direction
}

func askedQuestionFilter(f *service.AskedQuestionFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equalsID(c, "questionId", askedquestion.FieldQuestionID, id.Question, f.QuestionID, nil)
	anyOf(c, "outcomes", askedquestion.FieldOutcome, f.Outcomes, nil)
	inRange(c, "at", askedquestion.FieldAt, f.At, nil)
	return c
}

func (r *Resolver) questionsByID(ctx context.Context) func(ids []string) ([]*ent.Question, error) {
	return func(ids []string) ([]*ent.Question, error) {
		return r.client.Question.Query().Where(question.IDIn(ids...)).All(ctx)
	}
}

func (r *Resolver) fieldsByID(ctx context.Context) func(ids []string) ([]*ent.FieldDefinition, error) {
	return func(ids []string) ([]*ent.FieldDefinition, error) {
		return r.client.FieldDefinition.Query().Where(fielddefinition.IDIn(ids...)).All(ctx)
	}
}

func (r *Resolver) experimentsByID(ctx context.Context) func(ids []string) ([]*ent.Experiment, error) {
	return func(ids []string) ([]*ent.Experiment, error) {
		return r.client.Experiment.Query().Where(experiment.IDIn(ids...)).All(ctx)
	}
}

// needReaders are the readers of needs, questions and experiments.
func (r *Resolver) needReaders() map[string]reader {
	c := r.client
	return map[string]reader{
		id.Need: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, needID)(c.Need.Query().Where(need.IDIn(ids...)).All(ctx))
		},
		id.NeedFact: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, needFactID)(c.NeedFact.Query().Where(needfact.IDIn(ids...), stillThere).All(ctx))
		},
		id.Question: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, questionID)(c.Question.Query().Where(question.IDIn(ids...)).All(ctx))
		},
		id.AskedQuestion: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, askedQuestionID)(c.AskedQuestion.Query().Where(askedquestion.IDIn(ids...), askedStill).All(ctx))
		},
		id.Experiment: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.Experiment) string { return row.ID })(c.Experiment.Query().Where(experiment.IDIn(ids...)).All(ctx))
		},
		id.Exposure: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.Exposure) string { return row.ID })(c.Exposure.Query().Where(exposure.IDIn(ids...)).All(ctx))
		},
	}
}
