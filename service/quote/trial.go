package quote

import (
	"context"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
)

// PriceRuleTrial is what a rule would do, before it is saved.
type PriceRuleTrial struct {
	UserErrors    []service.UserError
	Applied       *bool
	Reason        *string
	Unmet         []*UnmetCondition
	Without, With *Price
	Sample        *PriceRuleSample
	Orders        *PriceRuleEffect
}

// PriceRuleSample counts the customers and products of a sample, and those whose price a rule changes.
type PriceRuleSample struct{ Customers, CustomersTouched, Products, ProductsTouched int }

// PriceRuleEffect is what a rule would have made of orders.
type PriceRuleEffect struct {
	Since                     time.Time
	Orders, OrdersTouched     int
	Lines, LinesTouched       int
	Unpriced                  int
	More                      bool
	Without, With, Difference money.Amount
}

// How far a rule is tried.
const (
	trialCustomers = 200
	trialProducts  = 100
	trialLines     = 5000
	trialDays      = 90
)

// asked is a question with its answer, as the book and as the API have it.
type asked struct {
	question pricing.Question
	answer   pricing.Answer
	price    *Price
}

// soldLine is a line of an order, as far as its price is concerned.
type soldLine struct {
	orderID, customerID string
	question            pricing.Question
}

// TryPriceRule tries a rule that is not saved: see the API. It writes nothing. INVALID by field of the rule and of the
// question, NOT_FOUND for a customer or product.
func (s *Service) TryPriceRule(ctx context.Context, in service.CreatePriceRuleInput, customerID, productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int) (*PriceRuleTrial, error) {
	_, rule, err := s.checkRule(in)
	if err == nil {
		err = s.checkFields(ctx, rule.Condition)
	}
	if err != nil {
		return nil, err
	}
	rule.RecordedAt = s.Now()
	c, err := s.customerOf(ctx, customerID)
	if err != nil {
		return nil, err
	}
	supposed := s.supposed(pricing.Instead{Rules: []pricing.Rule{rule}})
	t := &PriceRuleTrial{}
	is, would, err := s.compare(ctx, c, supposed, productID, amount, options, leadDays)
	if err != nil {
		return nil, err
	}
	t.Without, t.With = is.price, would.price
	applied := appliedIn(would.answer, rule.ID)
	t.Applied = &applied
	if !applied {
		for _, r := range would.answer.Rejected {
			if r.RuleID == rule.ID {
				t.Reason = &r.Reason
			}
		}
		refusal, err := supposed.prices.Refused(would.question, rule.ID)
		if err != nil {
			return nil, PriceFault(err)
		}
		t.Unmet = unmet(refusal, true)
	}
	if t.Sample, err = s.trySample(ctx, supposed, rule.ID, would.question.Quantity); err != nil {
		return nil, err
	}
	t.Orders, err = s.tryOrders(ctx, supposed, rule)
	return t, err
}

func (s *Service) customerOf(ctx context.Context, customerID string) (*ent.Customer, error) {
	if err := id.Check("customerId", id.Customer, customerID); err != nil {
		return nil, err
	}
	c, err := s.Client.Customer.Query().Where(customer.ID(s.Kept(customerID)), customer.DeletedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("customerId", "customer")
	}
	return c, err
}

// supposed returns the present price book as if it were different.
func (s *Service) supposed(instead pricing.Instead) *book {
	b := *s.book.Load()
	b.prices = b.prices.Instead(instead)
	b.rules = slices.Clone(b.rules)
	for _, rule := range instead.Rules { // so that the facts which they mention are read
		b.rules = append(b.rules, &ent.PriceRule{Condition: rule.Condition})
	}
	return &b
}

// compare asks one price of the present book, and of another.
func (s *Service) compare(ctx context.Context, c *ent.Customer, other *book, productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int) (is, would asked, err error) {
	quotes, err := s.quotesOf(ctx, other, []*ent.Customer{c}, nil)
	if err != nil {
		return is, would, err
	}
	quotes.supposed = true
	if would.price, err = quotes.Price(c, productID, amount, options, leadDays); err != nil {
		return is, would, err
	}
	would.question = would.price.question
	if would.answer, err = quotes.prices.Price(would.question); err != nil {
		return is, would, PriceFault(err)
	}
	now := s.book.Load()
	if is.answer, err = now.prices.Price(would.question); err != nil {
		return is, would, PriceFault(err)
	}
	is.price = (&Quotes{service: s, book: now, prices: now.prices, now: true, at: quotes.at, until: quotes.until}).answered(now.prices, would.question, is.answer)
	return is, would, nil
}

func appliedIn(a pricing.Answer, ruleID string) bool {
	return slices.ContainsFunc(a.Lines, func(l pricing.Line) bool { return l.RefID == ruleID && l.Kind == pricing.RuleLine })
}

// trySample counts the customers and products of a sample that a rule touches.
func (s *Service) trySample(ctx context.Context, supposed *book, ruleID string, quantity money.Decimal) (*PriceRuleSample, error) {
	customers, err := s.Client.Customer.Query().Where(customer.DeletedAtIsNil()).
		Order(customer.ByLastOrderAt(sql.OrderDesc()), customer.ByID(sql.OrderDesc())).Limit(trialCustomers).All(ctx)
	if err != nil {
		return nil, err
	}
	quotes, err := s.quotesOf(ctx, supposed, customers, nil)
	if err != nil {
		return nil, err
	}
	catalogue := quotes.Catalogue()
	step := max(1, (len(catalogue)+trialProducts-1)/trialProducts)
	sample := &PriceRuleSample{Customers: len(customers)}
	byProduct := map[string]bool{}
	byCustomer := map[string]bool{}
	for i := 0; i < len(catalogue); i += step {
		sample.Products++
		for _, c := range customers {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			answer, err := quotes.prices.Price(pricing.Question{Customer: quotes.facts[c.ID], ProductID: catalogue[i].ID, Quantity: quantity, At: quotes.at})
			if err == nil && appliedIn(answer, ruleID) { // what cannot be priced is not touched
				byProduct[catalogue[i].ID], byCustomer[c.ID] = true, true
			}
		}
	}
	sample.ProductsTouched, sample.CustomersTouched = len(byProduct), len(byCustomer)
	return sample, nil
}

// tryOrders prices the lines of the last orders with and without a rule, as of their moments.
func (s *Service) tryOrders(ctx context.Context, supposed *book, rule pricing.Rule) (*PriceRuleEffect, error) {
	effect := &PriceRuleEffect{Since: s.Now().AddDate(0, 0, -trialDays).UTC()}
	lines, err := s.linesSince(ctx, effect.Since, trialLines)
	if err != nil {
		return nil, err
	}
	if effect.More = len(lines) > trialLines; effect.More {
		lines = lines[:trialLines]
	}
	buyers, err := s.buyersOf(ctx, lines)
	if err != nil {
		return nil, err
	}
	facts, err := s.facts(ctx, supposed, buyers, s.Now(), false)
	if err != nil {
		return nil, err
	}
	without, err := s.PriceBookAt(ctx, effect.Since)
	if err != nil {
		return nil, err
	}
	with := without.Instead(pricing.Instead{Rules: []pricing.Rule{rule}, KnownAlways: true})
	orders, touched := map[string]bool{}, map[string]bool{}
	for _, line := range lines {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		line.question.Customer = facts[line.customerID]
		before, err := without.Price(line.question)
		if err != nil {
			effect.Unpriced++
			continue
		}
		after, err := with.Price(line.question)
		if err != nil {
			effect.Unpriced++
			continue
		}
		effect.Lines++
		orders[line.orderID] = true
		if appliedIn(after, rule.ID) {
			effect.LinesTouched++
			touched[line.orderID] = true
		}
		if effect.Without, err = effect.Without.Plus(before.Total); err == nil {
			effect.With, err = effect.With.Plus(after.Total)
		}
		if err != nil {
			return nil, input.DomainError(err)
		}
	}
	effect.Orders, effect.OrdersTouched = len(orders), len(touched)
	effect.Difference, err = effect.With.Minus(effect.Without)
	return effect, input.DomainError(err)
}
