package quote

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service/input"
)

// UnmetCondition is a part of a rule's condition that did not hold, and what it met.
type UnmetCondition struct {
	Condition string
	Met       []MetFact
	Failure   *string
}

// MetFact is a variable of conditions with its value, nil where it is not known, or where the actor may not know it.
type MetFact struct {
	Name  string
	Value *string
}

// secretFacts are the variables whose values take the scope costs, or the permissions' own rows.
var secretFacts = []string{"utilisation", "permissionLevel", "permissionRank", "lifetimeValue"}

// RejectedRule is a rule that was looked at and did not apply, and why.
type RejectedRule struct {
	RuleID, Reason string

	book     *pricing.Book
	question *pricing.Question
}

// Nearly reports whether a rejected rule came near: see the API.
func (s *Service) Nearly(r *RejectedRule) (bool, error) {
	refusal, err := r.book.Refused(*r.question, r.RuleID)
	return refusal.Nearly, err
}

// Unmet gives the parts of a rejected rule's condition that did not hold. Parts that mention what the actor may not see
// are left out, because that they did not hold would reveal it.
func (s *Service) Unmet(ctx context.Context, r *RejectedRule) ([]*UnmetCondition, error) {
	refusal, err := r.book.Refused(*r.question, r.RuleID)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	return unmet(refusal, actor.Has(auth.ScopeCosts)), nil
}

func unmet(refusal pricing.Refusal, all bool) []*UnmetCondition {
	parts := make([]*UnmetCondition, 0, len(refusal.Unmet))
	for _, u := range refusal.Unmet {
		if !all && slices.ContainsFunc(u.Met, func(f pricing.Fact) bool { return slices.Contains(secretFacts, f.Name) }) {
			continue
		}
		part := &UnmetCondition{Condition: u.Condition, Met: make([]MetFact, len(u.Met)), Failure: input.NonEmpty(u.Failure)}
		for i, f := range u.Met {
			part.Met[i] = MetFact{f.Name, input.NonEmpty(f.Value)}
		}
		parts = append(parts, part)
	}
	return parts
}

// RejectedAgreement is an agreement, or a proposal of one, that did not apply to a price, and why.
type RejectedAgreement struct {
	AgreementID     string
	Unit            money.Amount
	MinimumQuantity money.Decimal
	ValidFrom       time.Time
	ValidTo         *time.Time // as known at the moment of the price
	Reason          string
}

// RejectedAgreements are the agreements of the customer on the product that were known and did not apply, and why. It takes no
// statement.
func (p *Price) RejectedAgreements() []RejectedAgreement {
	found := p.prices.RejectedAgreements(p.question)
	all := make([]RejectedAgreement, len(found))
	for i, a := range found {
		all[i] = RejectedAgreement{a.ID, a.Unit, a.MinimumQuantity, a.ValidFrom.UTC(), nil, a.Reason}
		if a.Until != nil {
			until := a.Until.UTC()
			all[i].ValidTo = &until
		}
	}
	return all
}
