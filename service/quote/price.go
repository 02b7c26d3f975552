package quote

import (
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/input"
)

// PriceConnection is a page of a customer's prices.
type PriceConnection struct {
	Edges    []*PriceEdge     `json:"edges"`
	PageInfo *schema.PageInfo `json:"pageInfo"`
}

// PriceEdge is one price of a page. Node is null, with an error of its own, where this product cannot be priced (a missing rate).
type PriceEdge struct {
	Product *ent.Product  `json:"product"`
	Node    *Price        `json:"node,omitempty"`
	Cursor  schema.Cursor `json:"cursor"`
}

// Price is one customer's price for one product at one moment, with its reasons. Money is of one unit but for Total.
type Price struct {
	ProductID  string
	CustomerID string
	Quantity   money.Decimal
	Unit       money.Amount
	Total      money.Amount
	Lines      []pricing.Line
	Floor      money.Amount
	Cost       *costing.ProductCost
	Margin     money.Amount // of a unit, without tax
	TaxCode    *string      // nil without tax
	TaxShare   money.Decimal
	Net        money.Amount // the total without tax
	Tax        money.Amount // of the total
	Gross      money.Amount // the total with tax
	At         time.Time
	ValidUntil time.Time
	LeadDays   int

	list     money.Amount
	from     *Quotes
	prices   *pricing.Book // that it comes from
	held     *Held
	question pricing.Question
	options  []pricing.Option   // of the question, and those that measurements filled
	rejected []pricing.Rejected // of all rules, the supposed ones too
	supposed bool               // by other rates or rules than there are: not to be promised
}

// List returns the list price of a unit with the surcharges of its options; for callers without the scope costs in whole price steps, as lines of
// prices are.
func (p *Price) List() (money.Amount, error) {
	if p.from == nil || p.from.costs {
		return p.list, nil
	}
	list, err := p.wholeSteps(p.list)
	return list, input.DomainError(err)
}

// wholeSteps returns an amount in whole price steps.
func (p *Price) wholeSteps(amount money.Amount) (money.Amount, error) {
	return pricing.RoundTo(p.from.service.Settings().PriceStep, amount)
}

// PriceOption is an option of a price, or a measurement.
type PriceOption struct {
	pricing.Option

	Measured bool
}

// Options are what the price is for.
func (p *Price) Options() []*PriceOption {
	all := make([]*PriceOption, len(p.options))
	for i, o := range p.options {
		all[i] = &PriceOption{o, !slices.Contains(p.question.Options, o)}
	}
	return all
}

// PriceWorth is what the customer was worth as far as rules of a price asked for it.
type PriceWorth struct {
	Amount money.Amount
	From   time.Time
}

// Worth is what the customer was worth as far as the rules could ask for it; nil where none does.
func (p *Price) Worth() *PriceWorth {
	if of := p.question.Customer; !of.WorthFrom.IsZero() {
		return &PriceWorth{of.LifetimeValue, of.WorthFrom}
	}
	return nil
}

// Rejected are the rules that did not apply, and why. It does not include rules that are only supposed.
func (p *Price) Rejected() []RejectedRule {
	all := make([]RejectedRule, 0, len(p.rejected))
	for _, r := range p.rejected {
		if !p.supposed || p.from.book.ruleByID[r.RuleID] != nil {
			all = append(all, RejectedRule{r.RuleID, r.Reason, p.prices, &p.question})
		}
	}
	return all
}

// Variations returns the nearest other values that would have made another price: see [pricing.Book.Variations].
func (p *Price) Variations(domains pricing.Domains) ([]pricing.Variation, error) {
	found, err := p.prices.Variations(p.question, pricing.Answer{Unit: p.Unit, LeadDays: p.LeadDays, Lines: p.Lines}, domains)
	return found, input.DomainError(err)
}

// UsedBy returns what of the customer one line of the price used.
func (p *Price) UsedBy(line pricing.Line) ([]string, error) {
	used, _, err := p.prices.UsedData(p.question, pricing.Answer{Lines: []pricing.Line{line}})
	return used, input.DomainError(err)
}

// UsedData returns what of the customer the price used, and whether that made it personal: see [pricing.Book.UsedData].
func (p *Price) UsedData() (used []string, decided bool, err error) {
	used, decided, err = p.prices.UsedData(p.question, pricing.Answer{Lines: p.Lines, Options: p.options})
	return used, decided, input.DomainError(err)
}
