package costing

import (
	"math/big"
	"time"
)

// Use is what one unit of a product uses of something, through all nesting.
type Use struct {
	ProductID string
	Quantity  *big.Rat // without options; nil where it depends on what is measured
	Direct    bool     // the product uses it itself, and not only by its parts
	Options   []UseByOption
}

// UseByOption is what one unit of an option uses of something.
type UseByOption struct {
	Code     string
	Quantity *big.Rat // nil where it depends on what is measured
}

// Uses returns what the products of the catalogue that use a material, a resource or a product at a moment, as known at another, use of it,
// in no particular order. The quantity of what is looked for does not matter. A product whose recipe is wrong is left out.
func (c *Catalogue) Uses(of Component, at, knownAt time.Time) []Use {
	if c == nil {
		return nil
	}
	u := users{c, Component{Material: of.Material, Resource: of.Resource, PartID: of.PartID}, at, knownAt, map[string]*used{}}
	var all []Use
	for id := range c.entries {
		v := c.version(id, at, knownAt, nil)
		if v.made.err != nil || id == of.PartID {
			continue
		}
		base := u.sum(v.product.Components)
		use := Use{ProductID: id, Quantity: base.quantity, Direct: base.direct}
		for _, o := range v.product.Options {
			if one := u.sum(o.Components); one.some {
				use.Options = append(use.Options, UseByOption{o.Code, one.quantity})
				use.Direct = use.Direct || one.direct
			}
		}
		if base.some || len(use.Options) > 0 {
			all = append(all, use)
		}
	}
	return all
}

// used is a quantity that is used.
type used struct {
	quantity     *big.Rat // nil where it depends on what is measured
	some, direct bool
}

// users finds what uses something.
type users struct {
	catalogue   *Catalogue
	wanted      Component
	at, knownAt time.Time
	known       map[string]*used // by product
}

func (u *users) of(productID string) *used {
	if u.known[productID] == nil {
		u.known[productID] = u.sum(u.catalogue.version(productID, u.at, u.knownAt, nil).product.Components)
	}
	return u.known[productID]
}

func (u *users) sum(components []Component) *used {
	total := &used{quantity: new(big.Rat)}
	for _, component := range components {
		part := &used{quantity: one.Rat(), some: true}
		switch {
		case component.Material == u.wanted.Material && component.Resource == u.wanted.Resource && component.PartID == u.wanted.PartID:
			total.direct = true
		case component.PartID != "":
			part = u.of(component.PartID)
		default:
			continue
		}
		if !part.some {
			continue
		}
		total.some = true
		if component.Formula != nil || part.quantity == nil || total.quantity == nil {
			total.quantity = nil
			continue
		}
		total.quantity.Add(total.quantity, new(big.Rat).Mul(component.Quantity.Rat(), part.quantity))
	}
	return total
}
