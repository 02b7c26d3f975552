package quote

import (
	"math/big"

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
	totals, err := pricing.SplitOver(p.Total, parts)
	if err != nil {
		return nil, input.DomainError(err)
	}
	taxes, err := pricing.SplitOver(p.Tax, parts)
	if err != nil {
		return nil, input.DomainError(err)
	}
	for i, part := range parts {
		quantity, err := money.DecimalOf(new(big.Rat).Mul(part.Quantity.Rat(), p.Quantity.Rat()), money.Places)
		if err != nil {
			return nil, input.DomainError(err)
		}
		one := &PricePart{Product: p.from.book.products[part.ProductID], Quantity: quantity, Total: totals[i]}
		if one.Cost, err = p.from.prices.PartCost(part.ProductID, quantity, p.options, p.LeadDays, p.At); err != nil {
			return nil, priceFaultFor(p.from.costs, err)
		}
		net, err := p.from.prices.Basis().Taxes.ModeOf().Net(one.Total, taxes[i])
		if err != nil {
			return nil, input.DomainError(err)
		}
		if one.Margin, err = net.Minus(one.Cost); err != nil {
			return nil, input.DomainError(err)
		}
		shares = append(shares, one)
	}
	return shares, nil
}
