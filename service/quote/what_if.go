package quote

import (
	"context"
	"strconv"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
)

// WhatIf is a price as it is, and as it would be.
type WhatIf struct {
	Is, Would  *Price
	Difference money.Amount
}

// maxSupposed is how much of each kind may be supposed at once.
const maxSupposed = 50

// WhatIf asks one price by other rates, utilisations, rules and recipes than there are. It writes nothing, and what it answers has no
// token. INVALID by field; NOT_FOUND for a rate, resource, rule, customer or product that is not there.
func (s *Service) WhatIf(ctx context.Context, customerID, productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int, in service.WhatIfInput) (*WhatIf, error) {
	instead, err := s.checkWhatIf(ctx, in)
	if err != nil {
		return nil, err
	}
	c, err := s.customerOf(ctx, customerID)
	if err != nil {
		return nil, err
	}
	is, would, err := s.compare(ctx, c, s.supposed(instead), productID, amount, options, leadDays)
	if err != nil {
		return nil, err
	}
	difference, err := would.price.Unit.Minus(is.price.Unit)
	return &WhatIf{is.price, would.price, difference}, input.DomainError(err)
}

func (s *Service) checkWhatIf(ctx context.Context, in service.WhatIfInput) (pricing.Instead, error) {
	var faults fault.List
	var instead pricing.Instead
	for field, n := range map[string]int{"rates": len(in.Rates), "utilisations": len(in.Utilisations), "withoutRules": len(in.WithoutRules), "rules": len(in.Rules), "recipes": len(in.Recipes)} {
		if n > maxSupposed {
			faults.Add(fault.New(fault.LimitExceeded, field, "want at most %d", maxSupposed).At("instead"))
		}
	}
	if err := faults.Or(); err != nil {
		return instead, err
	}
	now := s.Now().UTC()
	add := func(err error, field string, i int) {
		if err != nil {
			faults.Add(fault.At(err, "instead", field, strconv.Itoa(i)))
		}
	}
	rates := s.book.Load().prices.Basis().Rates
	for i, r := range in.Rates {
		rate, ok := rates.At(string(r.Subject), r.Code, now, now)
		switch r.Subject {
		case costing.SubjectMaterial, costing.SubjectResource, costing.SubjectOverhead:
		default:
			add(fault.Invalidf("subject", "want MATERIAL, RESOURCE or OVERHEAD: no price depends on another"), "rates", i)
			continue
		}
		if !ok {
			add(fault.New(fault.NotFound, "code", "%s %s has no rate now", r.Subject, input.Excerpt(r.Code)), "rates", i)
			continue
		}
		var err error
		rate.Amount, err = input.Decimal("amount", r.Amount, "0", costing.MaxRate)
		add(err, "rates", i)
		rate.ID, rate.ValidFrom, rate.RecordedAt = "supposed", now, now
		instead.Rates = append(instead.Rates, rate)
	}
	instead.Assumed = costing.Utilisations{}
	for i, u := range in.Utilisations {
		if _, ok := rates.At(costing.SubjectResource, u.Resource, now, now); !ok {
			add(fault.New(fault.NotFound, "resource", "%s has no rate now", input.Excerpt(u.Resource)), "utilisations", i)
			continue
		}
		assumed, err := input.Decimal("utilisation", u.Utilisation, "0", "1000")
		add(err, "utilisations", i)
		instead.Assumed[u.Resource] = assumed
	}
	for i, ruleID := range in.WithoutRules {
		if s.PriceRule(ruleID) == nil {
			faults.Add(fault.NoSuch(strconv.Itoa(i), "price rule").At("instead", "withoutRules"))
		}
	}
	instead.Without = in.WithoutRules
	for i, r := range in.Rules {
		_, rule, err := s.checkRule(*r)
		if err == nil {
			err = s.checkFields(ctx, rule.Condition)
		}
		for _, one := range fault.All(err) {
			add(one, "rules", i)
		}
		rule.RecordedAt = now
		instead.Rules = append(instead.Rules, rule)
	}
	for i, r := range in.Recipes {
		recipe, err := s.SupposedRecipe(ctx, r, now)
		for _, one := range fault.All(err) {
			add(one, "recipes", i)
		}
		instead.Recipes = append(instead.Recipes, recipe)
	}
	return instead, faults.Or()
}
