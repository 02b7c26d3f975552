package quote

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/store"
)

// What files bring in is checked by the rules of the verbs: an import goes through the functions of this file.

// CheckRule checks a rule as CreatePriceRule does.
func (s *Service) CheckRule(in service.CreatePriceRuleInput) (pricing.Rule, error) {
	_, rule, err := s.checkRule(in)
	return rule, err
}

// RetireRule retires a rule from a moment on within a transaction, as RetirePriceRule does.
func (s *Service) RetireRule(ctx context.Context, tx *store.Tx, ruleID string, at time.Time, reason string) error {
	if err := tx.PriceRule.UpdateOneID(ruleID).SetActive(false).SetRetiredAt(at).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "priceRule.retire", ruleID, map[string]any{"reason": reason})
}

// CheckAgreed checks an agreed price as AgreePrice does.
func (s *Service) CheckAgreed(in service.AgreePriceInput) (pricing.Agreement, error) {
	return s.checkAgreement(in)
}

// CheckFloor returns a fault where an agreed price without a reason is under today's floor, or where that cannot be known.
func (s *Service) CheckFloor(a pricing.Agreement, c *ent.Customer) (money.Amount, error) {
	floor, err := s.floorUnder(a.Unit, a.OverrideReason, c, a.ProductID, a.MinimumQuantity)
	return floor, atUnit(err)
}
