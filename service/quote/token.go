package quote

import (
	"fmt"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service/input"
)

// PriceToken makes the token of a price: whoever holds the token gets it until ValidUntil. That of a price as of a past moment is never
// honoured: otherwise a price that was raised, or an agreement that was ended, would be had by asking for the moment before. It gives WRONG_STATE for a price of the future, which is a forecast and no
// promise, for one that is supposed, and for a product that is off the catalogue.
func (s *Service) PriceToken(p *Price) (string, error) {
	if p.supposed {
		return "", fault.New(fault.WrongState, "token", "a price by other rates or rules than there are is not promised: it has no token")
	}
	if p.At.After(s.Now()) {
		return "", fault.New(fault.WrongState, "at", "a price of the future is a forecast and not promised: it has no token")
	}
	if product := s.Product(p.ProductID); product == nil || !product.Active {
		return "", fault.New(fault.WrongState, "productId", "the product is off the catalogue: its price is not promised")
	}
	content := auth.PriceContent{
		Customer: p.CustomerID, Product: p.ProductID, Quantity: p.Quantity.Nano(), Unit: p.Unit.Minor(), List: p.list.Minor(),
		LeadDays: p.LeadDays, AskedAt: p.At, ValidUntil: p.ValidUntil, Tax: p.Tax.Minor(),
	}
	for _, o := range p.options {
		content.Options = append(content.Options, auth.PriceOption{Code: o.Code, Value: o.Value})
	}
	var err error
	if content.Lines, err = tokenLines(p.Lines); err != nil {
		return "", err
	}
	return s.prices.Issue(content)
}

// tokenLines returns the lines of a price as a token has them, which has no room for labels.
func tokenLines(lines []pricing.Line) ([]auth.PriceLine, error) {
	all := make([]auth.PriceLine, len(lines))
	for i, line := range lines {
		step, err := pricing.StepOf(line.Kind)
		if err != nil {
			return nil, err
		}
		all[i] = auth.PriceLine{Kind: step.Number, Amount: line.Amount.Minor(), Ref: line.RefID}
	}
	return all, nil
}

// promisedLines returns the waterfall of a verified token for a product, with the name of each rule and option.
func (s *Service) promisedLines(productID string, lines []auth.PriceLine) ([]pricing.Line, error) {
	all := make([]pricing.Line, len(lines))
	for i, line := range lines {
		step, err := pricing.StepNumbered(line.Kind)
		if err != nil {
			return nil, fmt.Errorf("quote: a line of a price token: %w", err)
		}
		all[i] = pricing.Line{Kind: step.Kind, Label: step.Label, Amount: money.Minor(line.Amount), RefID: line.Ref}
		if rule := s.PriceRule(line.Ref); rule != nil {
			all[i].Label = rule.Name
		}
		if name := s.optionName(productID, line.Ref); name != "" {
			all[i].Label = name
		}
	}
	return all, nil
}

// optionName returns the name of an option of a product; "" if there is none of that id.
func (s *Service) optionName(productID, optionID string) string {
	if optionID == "" {
		return ""
	}
	option, _ := s.book.Load().prices.Basis().Catalogue.Option(productID, optionID)
	return option.Name
}

// promiseOf returns what the content of a token promises.
func (s *Service) promiseOf(content auth.PriceContent) (Promise, error) {
	p := Promise{
		ProductID: content.Product, Quantity: money.Nano(content.Quantity), Unit: money.Minor(content.Unit),
		Options: make([]pricing.Option, len(content.Options)), LeadDays: content.LeadDays, PricedAt: content.AskedAt, Tax: money.Minor(content.Tax),
		until: content.ValidUntil,
	}
	for i, option := range content.Options {
		p.Options[i] = pricing.Option{Code: option.Code, Value: option.Value}
	}
	var err error
	if p.Total, err = costing.LineTotal(p.Unit, p.Quantity); err != nil {
		return Promise{}, input.DomainError(err)
	}
	p.lines, err = s.promisedLines(content.Product, content.Lines)
	return p, err
}
