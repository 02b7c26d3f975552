package pricing

import (
	"cmp"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Agreement is a customer's own price for one unit of a product, from a quantity on.
type Agreement struct {
	ID, CustomerID, ProductID string
	Unit                      money.Amount
	MinimumQuantity           money.Decimal
	ValidFrom                 time.Time
	ValidTo                   *time.Time // not included; nil: no end
	OverrideReason            string     // why it may stand below the floor; "" where it may not
	RecordedAt                time.Time
}

// CheckAgreement returns what is wrong with an agreement as a *costing.FieldError, or nil: a negative price or
// quantity, or an end that is not after the beginning. Whether it is below the floor is for Book.Floor to say.
func CheckAgreement(a Agreement) error {
	switch {
	case a.Unit.Sign() < 0:
		return &costing.FieldError{Field: "unit", Reason: "want 0 or more"}
	case a.MinimumQuantity.Sign() < 0:
		return &costing.FieldError{Field: "minimumQuantity", Reason: "want 0 or more"}
	case a.ValidTo != nil && !a.ValidTo.After(a.ValidFrom):
		return &costing.FieldError{Field: "validTo", Reason: "want a moment after validFrom"}
	}
	return nil
}

// agreed is what agreements are indexed by.
type agreed struct{ customer, product string }

// indexAgreements sorts the agreements of each customer and product, the last recorded first.
func indexAgreements(all []Agreement) map[agreed][]Agreement {
	index := make(map[agreed][]Agreement)
	for _, a := range all {
		key := agreed{a.CustomerID, a.ProductID}
		index[key] = append(index[key], a)
	}
	for _, list := range index {
		slices.SortFunc(list, func(a, b Agreement) int {
			return cmp.Or(b.RecordedAt.Compare(a.RecordedAt), cmp.Compare(b.ID, a.ID))
		})
	}
	return index
}

// agreementFor returns the last recorded agreement that covers a customer, product, quantity and moment, as known
// at that moment; nil for none.
func (b *Book) agreementFor(customer, product string, quantity money.Decimal, at time.Time) *Agreement {
	list := b.agreements[agreed{customer, product}]
	for i := range list {
		a := &list[i]
		if !a.RecordedAt.After(at) && !a.ValidFrom.After(at) && (a.ValidTo == nil || a.ValidTo.After(at)) && a.MinimumQuantity.Compare(quantity) <= 0 {
			return a
		}
	}
	return nil
}

// agree takes the price to the customer's own price, where one covers product, quantity and moment.
func (w *waterfall) agree(s Step) error {
	w.agreement = w.book.agreementFor(w.question.Customer.ID, w.question.ProductID, w.question.Quantity, w.question.At)
	if w.agreement == nil {
		return nil
	}
	return w.addLine(s, s.Label, w.agreement.ID, w.agreement.Unit)
}

// Below is an agreement whose price is below the floor.
type Below struct {
	Agreement         *Agreement
	Floor, Difference money.Amount
}

// BelowFloor returns the agreements whose price is below the floor at a moment, in no particular order. Each is taken at its
// minimum quantity, or 1 where it has none, and only where it is the one that would apply. Products without a floor, because
// a rate is missing, are left out.
func (b *Book) BelowFloor(at time.Time) []Below {
	var below []Below
	for _, list := range b.agreements {
		for i := range list {
			a := &list[i]
			quantity := a.MinimumQuantity
			if quantity.Sign() <= 0 {
				quantity = one
			}
			if b.agreementFor(a.CustomerID, a.ProductID, quantity, at) != a {
				continue
			}
			floor, err := b.Floor(a.ProductID, quantity, nil, nil, at)
			if err != nil || a.Unit.Compare(floor) >= 0 {
				continue
			}
			if difference, err := floor.Minus(a.Unit); err == nil {
				below = append(below, Below{a, floor, difference})
			}
		}
	}
	return below
}
