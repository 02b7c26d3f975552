package pricing

import (
	"cmp"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Terms are the dated price terms of a product: from ValidFrom on, as we know since RecordedAt.
type Terms struct {
	ID, ProductID         string
	Amount                *money.Amount  // the list price; nil: full cost x (1 + markup)
	Markup                money.Decimal  // 0.35 is 35 %
	BundleDiscount        *money.Decimal // of a bundle: the list price is the sum of its parts' less this share; nil: as above
	TaxCode               *string        // whose rate of the subject TAX is the share of tax; nil: without tax
	StatesTaxCode         bool           // otherwise the tax code is that of the terms before these that state it
	MinimumMargin         money.Decimal  // the share of the price that must remain after marginal cost; 0 or more, less than 1
	ValidFrom, RecordedAt time.Time
}

var one = money.Whole(1)

// CheckTerms returns what is wrong with price terms as a *costing.FieldError, or nil: a negative list price, a markup
// below -1 (a price below nothing) or over 1000, a minimum margin that is negative or not less than 1.
func CheckTerms(t Terms) error {
	switch {
	case t.Amount != nil && t.Amount.Sign() < 0:
		return &costing.FieldError{Field: "listPrice", Reason: "want 0 or more"}
	case t.BundleDiscount != nil && (t.BundleDiscount.Sign() < 0 || t.BundleDiscount.Compare(one) >= 0):
		return &costing.FieldError{Field: "bundleDiscount", Reason: "want 0 or more and less than 1: a share of the parts' prices"}
	case t.Markup.Compare(money.Whole(-1)) < 0 || t.Markup.Compare(money.Whole(1000)) > 0:
		return &costing.FieldError{Field: "markup", Reason: "want -1 to 1000 (0.35 is 35 %)"}
	case t.MinimumMargin.Sign() < 0 || t.MinimumMargin.Compare(one) >= 0:
		return &costing.FieldError{Field: "minimumMargin", Reason: "want 0 or more and less than 1: a share of the price"}
	}
	return nil
}

// indexTerms sorts the terms of each product, the latest last.
func indexTerms(all []Terms) map[string][]Terms {
	index := make(map[string][]Terms)
	for _, t := range all {
		index[t.ProductID] = append(index[t.ProductID], t)
	}
	for _, list := range index {
		slices.SortFunc(list, func(a, b Terms) int {
			return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
		})
	}
	return index
}

// termsAt returns the latest terms that hold at a moment, as known at another; nil for none.
func termsAt(list []Terms, at, knownAt time.Time) *Terms {
	for i := len(list) - 1; i >= 0; i-- {
		if !list[i].ValidFrom.After(at) && !list[i].RecordedAt.After(knownAt) {
			return &list[i]
		}
	}
	return nil
}
