package pricing_test

import (
	"fmt"
	"math/big"
	"sort"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

func round(r *big.Rat) *big.Rat { return new(big.Rat).SetInt(money.RoundInt(r)) }

func times(a *big.Rat, b ...*big.Rat) *big.Rat {
	product := new(big.Rat).Set(a)
	for _, factor := range b {
		product.Mul(product, factor)
	}
	return product
}

func plus(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }

func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// oracle computes a price in rationals, with nothing prepared or sorted beforehand. It takes the costs from
// costing, which has an oracle of its own.
type oracle struct {
	scene

	terms     pricing.Terms
	lead      int
	agreement *pricing.Agreement
	unit      *big.Rat // the running price
	floor     *big.Rat
	applied   int // how many rules applied
}

// oracleSteps are the steps of a price as the oracle takes them. plainPrice panics for a step that is missing here.
var oracleSteps = map[pricing.LineKind]func(*oracle){
	pricing.ListLine:      (*oracle).list,
	pricing.OptionLine:    (*oracle).options,
	pricing.ExemptionLine: (*oracle).exempt,
	pricing.AgreementLine: (*oracle).agree,
	pricing.RuleLine:      (*oracle).rules,
	pricing.LeadTimeLine:  (*oracle).leadTime,
	pricing.FloorLine:     (*oracle).raise,
	pricing.RoundingLine:  (*oracle).rounding,
}

// plainPrice returns the unit price of a scene, its floor, and how many rules applied.
func plainPrice(s scene) (unit, floor *big.Rat, applied int) {
	o := &oracle{scene: s, terms: s.source.Terms[0], lead: 10}
	if s.question.LeadDays != nil {
		o.lead = *s.question.LeadDays
	}
	for _, step := range pricing.Steps() {
		take, ok := oracleSteps[step.Kind]
		if !ok {
			panic(fmt.Sprintf("the oracle has no step %s", step.Kind))
		}
		take(o)
	}
	return o.unit, o.floor, o.applied
}

func (o *oracle) cost(lead int) costing.ProductCost {
	c, err := o.source.Basis.Cost(costing.ProductQuestion{
		ProductID: "curtain", Quantity: o.question.Quantity, Chosen: o.question.Options, LeadDays: &lead, At: o.question.At, KnownAt: o.question.At,
	})
	if err != nil {
		panic(err)
	}
	return c
}

// tax is 1 + the share of tax that is part of a price; of one that is exempt, from the exemption on, 1.
func (o *oracle) tax(exempt bool) *big.Rat {
	one := big.NewRat(1, 1)
	share := o.source.Basis.Taxes.ShareOf(o.source.Basis.Rates, "curtain", o.question.Customer.ID, o.question.At, o.question.At)
	if o.source.Basis.Taxes.ModeOf() == costing.TaxOnTop || exempt && share.Exempt {
		return one
	}
	return plus(one, share.Share.Rat())
}

func (o *oracle) exempt() {
	if o.tax(true).Cmp(o.tax(false)) != 0 {
		o.unit = round(new(big.Rat).Quo(o.unit, o.tax(false)))
	}
}

func (o *oracle) markup() *big.Rat { return plus(big.NewRat(1, 1), o.terms.Markup.Rat()) }

func (o *oracle) list() {
	if o.terms.Amount == nil {
		o.unit = round(times(o.cost(o.lead).Full.Rat(), o.markup(), o.tax(false)))
		return
	}
	o.unit = o.terms.Amount.Rat()
}

func (o *oracle) options() {
	for _, option := range o.question.Options {
		units, _ := option.Units()
		o.unit = plus(o.unit, round(times(big.NewRat(100_00, 1), units.Rat())))
	}
}

func (o *oracle) agree() {
	for i := range o.source.Agreements {
		a := &o.source.Agreements[i]
		if !o.covered(a) {
			continue
		}
		better := true
		if o.agreement != nil {
			better = a.MinimumQuantity.Compare(o.agreement.MinimumQuantity) > 0 ||
				a.MinimumQuantity == o.agreement.MinimumQuantity && !a.RecordedAt.Before(o.agreement.RecordedAt)
		}
		if better {
			o.agreement = a
		}
	}
	if o.agreement != nil {
		o.unit = o.agreement.Unit.Rat()
	}
}

// covered reports whether an agreement covers the question, as known at its moment.
func (o *oracle) covered(a *pricing.Agreement) bool {
	q := o.question
	if a.ProposedAt != nil && (a.DecidedAt == nil || q.At.Before(*a.DecidedAt) || a.Declined) {
		return false
	}
	if len(a.Ends) > 0 { // at most one in a scene
		if end := a.Ends[0]; !q.At.Before(end.RecordedAt) && !q.At.Before(end.At) {
			return false
		}
	}
	return a.CustomerID == q.Customer.ID && !a.ValidFrom.After(q.At) && (a.ValidTo == nil || q.At.Before(*a.ValidTo)) &&
		!a.RecordedAt.After(q.At) && a.MinimumQuantity.Compare(q.Quantity) <= 0
}

func (o *oracle) rules() {
	if o.agreement != nil {
		return
	}
	rules := append([]pricing.Rule{}, o.source.Rules...)
	sort.SliceStable(rules, func(i, j int) bool { return rules[i].RecordedAt.Before(rules[j].RecordedAt) })
	sort.SliceStable(rules, func(i, j int) bool { return rules[i].Priority > rules[j].Priority })
	for _, r := range rules {
		if !o.holds(r) {
			continue
		}
		o.applied++
		o.apply(r)
		if r.Exclusive {
			return
		}
	}
}

// holds reports whether a rule was known, valid and of a true condition at the moment of the question.
func (o *oracle) holds(r pricing.Rule) bool {
	at := o.question.At
	if r.RecordedAt.After(at) || (r.RetiredAt != nil && !at.Before(*r.RetiredAt)) ||
		(r.ValidFrom != nil && at.Before(*r.ValidFrom)) || (r.ValidTo != nil && !at.Before(*r.ValidTo)) {
		return false
	}
	for _, c := range conditions {
		if c.cel == r.Condition && c.holds(o.question, o.lead) {
			return true
		}
	}
	return false
}

func (o *oracle) apply(r pricing.Rule) {
	switch {
	case r.Percent != nil:
		change := round(times(o.unit, r.Percent.Rat(), big.NewRat(1, 100)))
		if r.Cap != nil && new(big.Rat).Abs(change).Cmp(r.Cap.Rat()) > 0 {
			change = times(r.Cap.Rat(), big.NewRat(int64(change.Sign()), 1))
		}
		o.unit = plus(o.unit, change)
	case r.Amount != nil:
		o.unit = plus(o.unit, r.Amount.Rat())
	default:
		o.unit = r.Price.Rat()
	}
	if o.unit.Sign() < 0 {
		o.unit = new(big.Rat)
	}
}

func (o *oracle) leadTime() {
	change := minus(o.cost(o.lead).Marginal.Rat(), o.cost(10).Marginal.Rat())
	o.unit = plus(o.unit, round(times(change, o.markup(), o.tax(true))))
}

// least is what the price is raised to: the floor; by an agreement with a reason the agreed price and what lead time and options add to
// the floor, but not less than nothing.
func (o *oracle) least() *big.Rat {
	if o.agreement == nil || o.agreement.OverrideReason == "" {
		return o.floor
	}
	plain := *o
	plain.lead, plain.question.Options = 10, nil
	least := plus(o.agreement.Unit.Rat(), minus(o.floor, plain.floorNow()))
	if least.Sign() < 0 {
		return new(big.Rat)
	}
	return least
}

// plainFloor returns the floor of a scene without tax.
func plainFloor(s scene) *big.Rat {
	o := &oracle{scene: s, terms: s.source.Terms[0], lead: 10}
	if s.question.LeadDays != nil {
		o.lead = *s.question.LeadDays
	}
	return o.net()
}

// net is the floor without tax.
func (o *oracle) net() *big.Rat {
	return round(new(big.Rat).Quo(o.cost(o.lead).Marginal.Rat(), minus(big.NewRat(1, 1), o.terms.MinimumMargin.Rat())))
}

// floorNow is the floor with tax, rounded up.
func (o *oracle) floorNow() *big.Rat {
	with := times(o.net(), o.tax(true))
	floor := round(with)
	if floor.Cmp(with) < 0 {
		floor = plus(floor, big.NewRat(1, 1))
	}
	return floor
}

func (o *oracle) raise() {
	o.floor = o.floorNow()
	if o.unit.Cmp(o.least()) < 0 {
		o.unit = o.least()
	}
}

func (o *oracle) rounding() {
	step := o.source.Step.Rat()
	if step.Sign() <= 0 {
		return
	}
	before := o.unit
	o.unit = times(step, round(new(big.Rat).Quo(o.unit, step)))
	excused := o.agreement != nil && o.agreement.OverrideReason != "" && before.Cmp(o.agreement.Unit.Rat()) == 0
	if o.unit.Cmp(o.least()) < 0 && !excused {
		o.unit = plus(o.unit, step)
	}
}
