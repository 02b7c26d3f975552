package graph

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/service/needs"
)

// customerNeeds returns what a customer buys, or could buy, need by need; the facts become siblings.
func (r *Resolver) customerNeeds(ctx context.Context, c *ent.Customer, at *time.Time) ([]*needs.CustomerNeed, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*needs.CustomerNeed, error) {
		found, err := r.app.Needs.Customers(ctx, idsOf(there(rows), customerID), at)
		var facts []*ent.NeedFact
		for _, all := range found {
			for _, one := range all {
				for _, fact := range []*ent.NeedFact{one.Supplier, one.Wallet} {
					if fact != nil {
						facts = append(facts, fact)
					}
				}
			}
		}
		markSiblings(ctx, facts)
		return found, err
	})
}

// productNeeds returns the needs that a product serves.
func (r *Resolver) productNeeds(ctx context.Context, p *ent.Product, at *time.Time) ([]*needs.ProductNeed, error) {
	return batchedList(ctx, p, productID, func(rows []*ent.Product) (map[string][]*needs.ProductNeed, error) {
		return r.app.Needs.ProductNeeds(ctx, idsOf(rows, productID), at)
	})
}

// questions returns the questions, which become siblings.
func (r *Resolver) questions(ctx context.Context) ([]*ent.Question, error) {
	rows, err := r.app.Needs.Questions(ctx)
	markSiblings(ctx, rows)
	return rows, err
}

// knowledge returns what it has been worth to know the answer of a question.
func (r *Resolver) knowledge(ctx context.Context, q *ent.Question, at *time.Time) (*needs.KnowledgeValue, error) {
	return batchedByID(ctx, q, questionID, func(rows []*ent.Question) (map[string]*needs.KnowledgeValue, error) {
		return r.app.Needs.Knowledge(ctx, idsOf(rows, questionID), at)
	})
}

// nextQuestion returns the question that is worth most to ask a customer; the questions become siblings.
func (r *Resolver) nextQuestion(ctx context.Context, c *ent.Customer, at *time.Time) (*needs.NextQuestion, error) {
	return batchedByID(ctx, c, customerID, func(rows []*ent.Customer) (map[string]*needs.NextQuestion, error) {
		found, err := r.app.Needs.NextQuestions(ctx, idsOf(there(rows), customerID), at)
		var questions []*ent.Question
		known := map[*ent.Question]bool{}
		for _, row := range rows {
			if next := found[row.ID]; next != nil && !known[next.Question] {
				known[next.Question] = true
				questions = append(questions, next.Question)
			}
		}
		markSiblings(ctx, questions)
		return found, err
	})
}

// exposuresOf returns the exposures of a customer.
func (r *Resolver) exposuresOf(ctx context.Context, c *ent.Customer) ([]*ent.Exposure, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*ent.Exposure, error) {
		return r.app.Experiments.Of(ctx, idsOf(rows, customerID))
	})
}

// there returns the customers who are not deleted: of the others nothing is told.
func there(rows []*ent.Customer) []*ent.Customer {
	return slices.DeleteFunc(slices.Clone(rows), func(c *ent.Customer) bool { return c.DeletedAt != nil })
}
