package quote

import (
	"errors"
	"math/big"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/input"
)

// PricePart is a part of a bundle with its share of the bundle's price.
type PricePart struct {
	Product  *ent.Product
	Quantity money.Decimal
	Total    money.Amount
	Cost     money.Amount
	Paid     *money.Amount // to the partner whose product it is; nil for one of our own
	Margin   money.Amount
}

// Parts splits the price of a bundle over its parts: see the API. It returns nil if the product is not a bundle.
func (p *Price) Parts() ([]*PricePart, error) {
	shares := []*PricePart{}
	if product := p.from.book.products[p.ProductID]; product == nil || product.Kind != schema.Bundle {
		return shares, nil
	}
	parts, err := p.from.prices.Parts(p.ProductID, p.options, p.At)
	if err != nil {
		return nil, priceFaultFor(p.from.costs, err)
	}
	if !p.from.costs {
		for i := range parts {
			if parts[i].List, err = p.wholeSteps(parts[i].List); err != nil {
				return nil, input.DomainError(err)
			}
		}
	}
	totals, err := pricing.SplitOver(p.Total, parts)
	if err != nil {
		return nil, input.DomainError(err)
	}
	taxes, err := pricing.SplitOver(p.Tax, parts)
	if err != nil {
		return nil, input.DomainError(err)
	}
	costs := make([]money.Amount, len(parts))
	for i, part := range parts {
		quantity, err := money.DecimalOf(new(big.Rat).Mul(part.Quantity.Rat(), p.Quantity.Rat()), money.Places)
		if err != nil {
			return nil, input.DomainError(err)
		}
		one := &PricePart{Product: p.from.book.products[part.ProductID], Quantity: quantity, Total: totals[i]}
		var paid money.Amount
		if costs[i], paid, err = p.from.prices.PartCost(part.ProductID, quantity, p.options, p.LeadDays, p.At); err != nil {
			return nil, priceFaultFor(p.from.costs, err)
		}
		if one.Product != nil && one.Product.PartnerID != nil {
			one.Paid = &paid
		}
		shares = append(shares, one)
	}
	if costs, err = p.partCosts(costs); err != nil {
		return nil, input.DomainError(err)
	}
	for i, one := range shares {
		one.Cost = costs[i]
		net, err := p.from.prices.Basis().Taxes.ModeOf().Net(one.Total, taxes[i])
		if err != nil {
			return nil, input.DomainError(err)
		}
		if one.Margin, err = net.Minus(one.Cost); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return shares, nil
}

// partCosts returns the costs of the parts of a bundle so that they sum to the full cost of its quantity, where it is made of nothing else:
// each was rounded by itself.
func (p *Price) partCosts(each []money.Amount) ([]money.Amount, error) {
	product, _ := p.prices.Basis().Catalogue.Product(p.ProductID, p.At, p.At)
	isOther := func(c costing.Component) bool { return c.PartID == "" }
	isChosen := func(c pricing.Option) bool {
		return slices.ContainsFunc(product.Options, func(o costing.Option) bool { return o.Code == c.Code })
	}
	if slices.ContainsFunc(product.Components, isOther) || slices.ContainsFunc(p.options, isChosen) {
		return each, nil
	}
	whole, _ := costing.BoundedCost(p.Cost.Full, p.Quantity)
	weights := make([]*big.Rat, len(each))
	for i, one := range each {
		weights[i] = one.Rat()
	}
	costs, err := money.Split(whole, weights)
	if errors.Is(err, money.ErrNoWeights) {
		return each, nil
	}
	return costs, err
}
