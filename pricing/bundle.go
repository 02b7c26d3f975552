package pricing

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Part is a quantity of a product in one unit of a bundle, with its list price.
type Part struct {
	ProductID string
	Quantity  money.Decimal
	List      money.Amount // of one unit of the part
}

// Parts returns the products that a product is put together from, with their list prices at a moment, in the order of its components.
// Materials and resources among the components are not parts. measured are the options of the bundle's price, which what is measured is
// taken from. Errors as Price, about a part.
func (b *Book) Parts(productID string, measured []Option, at time.Time) ([]Part, error) {
	product, ok := b.basis.Catalogue.Product(productID, at, at)
	if !ok {
		return nil, fmt.Errorf("%w: %s", costing.ErrUnknownProduct, productID)
	}
	return b.parts(product, measured, at, 0)
}

func (b *Book) parts(product costing.Product, measured []Option, at time.Time, depth int) ([]Part, error) {
	var parts []Part
	for _, c := range product.Components {
		if c.PartID == "" {
			continue
		}
		list, err := b.listOf(c.PartID, measured, at, depth+1)
		if err != nil {
			return nil, err
		}
		quantity, err := b.basis.Catalogue.QuantityOf(c, measured, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{c.PartID, quantity, list})
	}
	return parts, nil
}

// listOf returns the list price of one unit of a product without options, at its standard lead time.
func (b *Book) listOf(productID string, measured []Option, at time.Time, depth int) (money.Amount, error) {
	product, ok := b.basis.Catalogue.Product(productID, at, at)
	if !ok {
		return money.Amount{}, fmt.Errorf("%w: %s", costing.ErrUnknownProduct, productID)
	}
	if depth > costing.MaxDepth {
		return money.Amount{}, costing.ErrTooDeep
	}
	terms := termsAt(b.terms[productID], at, at)
	switch {
	case terms == nil:
		return money.Amount{}, fmt.Errorf("%w: %s, of which it is a part", ErrNoTerms, product.SKU)
	case terms.Amount != nil:
		return *terms.Amount, nil
	case terms.BundleDiscount != nil:
		return b.bundled(product, measured, *terms.BundleDiscount, at, depth)
	}
	cost, err := b.costs.Cost(costing.ProductQuestion{ProductID: productID, Quantity: one, Chosen: measuredFor(product, measured), At: at, KnownAt: at})
	if err != nil {
		return money.Amount{}, err
	}
	if len(cost.Missing) > 0 {
		return money.Amount{}, &MissingRateError{SKU: product.SKU, Keys: cost.Missing}
	}
	tax, err := b.taxOf(product, "", Question{At: at})
	if err != nil {
		return money.Amount{}, err
	}
	w := waterfall{book: b, terms: terms}
	return w.marked(cost.Full, tax.Share)
}

// bundled returns the sum of the parts' list prices less a share of it, rounded once.
func (b *Book) bundled(product costing.Product, measured []Option, discount money.Decimal, at time.Time, depth int) (money.Amount, error) {
	parts, err := b.parts(product, measured, at, depth)
	if err != nil {
		return money.Amount{}, err
	}
	sum := new(big.Rat)
	for _, p := range parts {
		sum.Add(sum, p.worth())
	}
	left := new(big.Rat).Sub(one.Rat(), discount.Rat())
	return money.Round(sum.Mul(sum, left))
}

// worth is the list price of the part's whole quantity, exactly.
func (p Part) worth() *big.Rat { return new(big.Rat).Mul(p.List.Rat(), p.Quantity.Rat()) }

// measuredFor returns those of a bundle's options that the formulas of a part measure.
func measuredFor(part costing.Product, options []Option) []Option {
	var measured []Option
	for _, o := range options {
		if slices.Contains(part.Measurements, o.Code) {
			measured = append(measured, o)
		}
	}
	return measured
}

// PartCost returns the full cost of a quantity of a product by itself, ready by a bundle's lead time, rounded once, and the same without
// overheads; both bounded as the cost of an order is. measured are the options of the bundle's price.
func (b *Book) PartCost(productID string, quantity money.Decimal, measured []Option, leadDays int, at time.Time) (full, direct money.Amount, err error) {
	part, _ := b.basis.Catalogue.Product(productID, at, at)
	cost, err := b.costs.Cost(costing.ProductQuestion{ProductID: productID, Quantity: quantity, Chosen: measuredFor(part, measured), LeadDays: &leadDays, At: at, KnownAt: at})
	if err != nil {
		return full, direct, err
	}
	unit := cost.Full
	for _, line := range cost.Lines {
		if line.Kind == costing.Overhead {
			if unit, err = unit.Minus(line.Amount); err != nil {
				return full, direct, err
			}
		}
	}
	full, _ = costing.BoundedCost(cost.Full, quantity)
	direct, _ = costing.BoundedCost(unit, quantity)
	return full, direct, nil
}

// SplitOver splits what a bundle is sold at over its parts, to the minor unit, in proportion to their list prices; in
// equal shares where all of these are zero. Without parts there is nothing to split.
func SplitOver(total money.Amount, parts []Part) ([]money.Amount, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	weights := make([]*big.Rat, len(parts))
	sum := new(big.Rat)
	for i, p := range parts {
		weights[i] = p.worth()
		sum.Add(sum, weights[i])
	}
	if sum.Sign() == 0 {
		for i := range weights {
			weights[i] = one.Rat()
		}
	}
	return money.Split(total, weights)
}
