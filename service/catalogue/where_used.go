package catalogue

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// WhereUsed is a page of the products that use something.
type WhereUsed struct {
	// How many there are.
	Total    int              `json:"total"`
	Rows     []*Use           `json:"rows"`
	PageInfo *schema.PageInfo `json:"pageInfo"`
}

// Use is what a product uses of something.
type Use struct {
	Product          *ent.Product
	Quantity         *money.Decimal
	Measured, Direct bool
	Options          []*UseByOption
}

// UseByOption is what one unit of an option uses of something.
type UseByOption struct {
	Code     string
	Quantity *money.Decimal
}

// WhereUsed gives the products whose recipe uses a material, a resource or another product at a moment, by what was known at another, by
// sku. It comes from memory. Who may see it is for the caller to decide. INVALID by field, NOT_FOUND for a product.
func (s *Service) WhereUsed(ctx context.Context, material, resource, productID *string, at, knownAt *time.Time) ([]*Use, error) {
	var faults fault.List
	given := 0
	for _, one := range []*string{material, resource, productID} {
		if one != nil {
			given++
		}
	}
	if given != 1 {
		faults.Add(fault.Invalidf("material", "want exactly one of material, resource and productId"))
	}
	if productID != nil {
		faults.Add(id.Check("productId", id.Product, *productID))
	}
	faults.Add(input.CheckDate("at", at))
	known, err := s.KnownMoment(ctx, "knownAt", knownAt)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	if productID != nil && s.quote.Product(*productID) == nil {
		return nil, fault.NoSuch("productId", "product")
	}
	of := costing.Component{Material: input.OrZero(material), Resource: input.OrZero(resource), PartID: input.OrZero(productID)}
	uses := s.quote.PriceBook().Basis().Catalogue.Uses(of, input.Or(at, s.Now()), known)
	all := make([]*Use, 0, len(uses))
	for _, u := range uses {
		one := &Use{Product: s.quote.Product(u.ProductID), Measured: u.Quantity == nil, Direct: u.Direct, Options: make([]*UseByOption, len(u.Options))}
		if one.Quantity, err = used(u.Quantity); err != nil {
			return nil, err
		}
		for i, o := range u.Options {
			one.Options[i] = &UseByOption{Code: o.Code}
			if one.Options[i].Quantity, err = used(o.Quantity); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *Use) int { return cmp.Compare(a.Product.Sku, b.Product.Sku) })
	return all, nil
}

func used(quantity *big.Rat) (*money.Decimal, error) {
	if quantity == nil {
		return nil, nil
	}
	shown, err := money.DecimalOf(quantity, money.Places)
	return &shown, input.DomainError(err)
}
