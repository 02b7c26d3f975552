package quote

import (
	"context"
	"errors"
	"math"
	"time"

	"kopeck/ent"
	"kopeck/ent/pricerule"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// CreatePriceRule records a rule; it is known from now on. A condition that does not compile is INVALID on
// "condition" with line, column and reason; exactly one of percent, amount and price is wanted.
func (s *Service) CreatePriceRule(ctx context.Context, in service.CreatePriceRuleInput) (*ent.PriceRule, error) {
	ruleID, rule, err := s.checkRule(in)
	if err == nil {
		err = s.checkFields(ctx, rule.Condition)
	}
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createPriceRule", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		err := tx.PriceRule.Create().SetID(ruleID).SetName(rule.Name).SetCondition(rule.Condition).
			SetNillablePercent(rule.Percent).SetNillableCap(rule.Cap).SetNillableAmount(rule.Amount).SetNillablePrice(rule.Price).
			SetPriority(rule.Priority).SetExclusive(rule.Exclusive).SetNillableValidFrom(rule.ValidFrom).SetNillableValidTo(rule.ValidTo).
			SetRecordedAt(s.Now()).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		if err := s.Audit(ctx, tx, "priceRule.create", ruleID, in); err != nil {
			return "", err
		}
		return ruleID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PriceRule.Get(ctx, made)
}

func (s *Service) checkRule(in service.CreatePriceRuleInput) (string, pricing.Rule, error) {
	var faults fault.List
	ruleID, err := s.NewID(id.Rule, in.ID)
	faults.Add(err)
	rule := pricing.Rule{
		ID: ruleID, Condition: in.Condition, Priority: input.Or(in.Priority, 0), Exclusive: input.Or(in.Exclusive, false),
		ValidFrom: inMicroseconds(in.ValidFrom), ValidTo: inMicroseconds(in.ValidTo),
	}
	rule.Name, err = input.Text("name", in.Name, 300)
	faults.Add(err)
	faults.Add(input.CheckText("condition", in.Condition, pricing.MaxConditionLength))
	if in.Percent != nil {
		percent, err := input.Decimal("percent", *in.Percent, "-100", "1000")
		faults.Add(err)
		rule.Percent = &percent
	}
	if in.Cap != nil {
		most, err := s.Amount("cap", in.Cap)
		faults.Add(err)
		rule.Cap = &most
	}
	if in.Amount != nil {
		amount, err := s.SignedAmount("amount", *in.Amount)
		faults.Add(err)
		rule.Amount = &amount
	}
	if in.Price != nil {
		price, err := s.Amount("price", in.Price)
		faults.Add(err)
		rule.Price = &price
	}
	if rule.Priority > math.MaxInt32 || rule.Priority < math.MinInt32 {
		faults.Add(fault.Invalidf("priority", "too large"))
	}
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	faults.Add(input.CheckDate("validTo", in.ValidTo))
	if err := faults.Or(); err != nil {
		return "", rule, err
	}
	err = pricing.CheckRule(rule)
	var wrong *pricing.RuleError
	if errors.As(err, &wrong) {
		return "", rule, fault.Invalidf("condition", "%v", wrong)
	}
	return ruleID, rule, input.DomainError(err)
}

// inMicroseconds returns a moment as it is stored: UTC, truncated to the microsecond.
func inMicroseconds(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	stored := at.UTC().Truncate(time.Microsecond)
	return &stored
}

// RetirePriceRule ends a rule from now on. WRONG_STATE where it is retired already.
func (s *Service) RetirePriceRule(ctx context.Context, in service.RetirePriceRuleInput) (*ent.PriceRule, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Rule, in.ID))
	reason, err := input.OptionalText("reason", in.Reason, 1000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "retirePriceRule"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		query := tx.PriceRule.Query().Where(pricerule.ID(in.ID))
		store.ForUpdate(tx, query)
		rule, err := query.Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return "", fault.NoSuch("id", "price rule")
		case err != nil:
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, rule.Version); err != nil {
			return "", err
		}
		if rule.RetiredAt != nil {
			return "", fault.New(fault.WrongState, "id", "the rule was retired on %s", rule.RetiredAt.UTC().Format(time.RFC3339))
		}
		if err := tx.PriceRule.UpdateOne(rule).SetActive(false).SetRetiredAt(s.Now()).AddVersion(1).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "priceRule.retire", rule.ID, map[string]any{"reason": input.OrZero(reason)}); err != nil {
			return "", err
		}
		return rule.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PriceRule.Get(ctx, in.ID)
}

// PriceRules gives all rules, the highest priority first, the retired ones too, from memory.
func (s *Service) PriceRules() []*ent.PriceRule { return s.book.Load().rules }
