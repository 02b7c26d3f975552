package assortment

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service/catalogue"
	"kopeck/service/field"
	"kopeck/service/ownfields"
)

// Product is a product of a file, with its price terms.
type Product struct {
	catalogue.Record

	Terms []Terms // none of a product that has no price
	Leads []Lead  // the standard lead times that it has had, if they have changed

	OwnFields ownfields.Texts // what it has in the installation's own fields

	Has func(column string) bool // whether the file gives a field of the record, by its column; nil for all
}

// Terms are the price terms of a product from a moment on.
type Terms struct {
	Amount                                *money.Amount
	Markup, BundleDiscount, MinimumMargin *money.Decimal
	TaxCode                               string
	StatesTaxCode                         *bool     // false: TaxCode is that of the terms before; nil: not given
	ValidFrom, RecordedAt                 time.Time // zero: not given

	Line int64 // of the file
}

// Lead is the standard lead time of a product from a moment on.
type Lead struct {
	Days                  int
	ValidFrom, RecordedAt time.Time
}

// TermFields are the fields of price terms, as files have them.
func TermFields() field.Fields[Terms] { return termFields }

var termFields = field.Fields[Terms]{
	field.Of("list_price", "amount", field.Own|field.Mappable, field.Optional(field.Amount), func(t *Terms) **money.Amount { return &t.Amount }),
	field.Of("markup", "markup", field.Own|field.Mappable, field.Optional(signed), func(t *Terms) **money.Decimal { return &t.Markup }),
	field.Of("bundle_discount", "bundle_discount", field.Own|field.Mappable, field.Optional(field.Decimal), func(t *Terms) **money.Decimal { return &t.BundleDiscount }),
	field.Of("minimum_margin", "minimum_margin", field.Own|field.Mappable, field.Optional(field.Decimal), func(t *Terms) **money.Decimal { return &t.MinimumMargin }),
	field.Of("tax_code", "tax_code", field.Own|field.Mappable|field.Nullable, field.Text, func(t *Terms) *string { return &t.TaxCode }),
	field.Currency[Terms](field.Own | field.Mappable),
	field.Of("valid_from", "valid_from", field.Own|field.Mappable, field.Ahead, func(t *Terms) *time.Time { return &t.ValidFrom }),
	field.Of("recorded_at", "recorded_at", field.Own, field.Moment, func(t *Terms) *time.Time { return &t.RecordedAt }),
}

// LastTermFields are the fields of price terms whose columns of files stand behind those of lead times.
func LastTermFields() field.Fields[Terms] { return lastTermFields }

var lastTermFields = field.Fields[Terms]{
	field.Of("states_tax_code", "states_tax_code", field.Own, field.Optional(field.Truth), func(t *Terms) **bool { return &t.StatesTaxCode }),
}

// LeadFields are the fields of a lead time of the past, as files have them beside lead_days.
func LeadFields() field.Fields[Lead] { return leadFields }

var leadFields = field.Fields[Lead]{
	field.Of("lead_days_from", "valid_from", field.Own, field.Stamp, func(l *Lead) *time.Time { return &l.ValidFrom }),
	field.Of("lead_days_recorded_at", "recorded_at", field.Own, field.Moment, func(l *Lead) *time.Time { return &l.RecordedAt }),
}

// signed is a number that may be negative.
var signed = field.SignedDecimal

// signedAmount is money that may be negative.
var signedAmount = field.SignedOf(field.Amount, money.Amount.Neg)

// IsEmpty reports whether nothing is given.
func (t Terms) IsEmpty() bool {
	return t.Amount == nil && t.Markup == nil && t.BundleDiscount == nil && t.MinimumMargin == nil && t.TaxCode == "" && t.StatesTaxCode == nil && t.ValidFrom.IsZero() && t.RecordedAt.IsZero()
}

// AddTerms adds price terms, unless they are there already. Two for one moment that are recorded now are an error: neither is the later one.
func (p *Product) AddTerms(t Terms) error {
	for _, other := range p.Terms {
		switch {
		case !other.ValidFrom.Equal(t.ValidFrom) || !other.RecordedAt.Equal(t.RecordedAt):
		case other.same(t):
			return nil
		case t.RecordedAt.IsZero():
			return fmt.Errorf("%s: it is twice in the file, with other content on line %d", strings.Join(other.differ(t, true), ", "), other.Line)
		}
	}
	p.Terms = append(p.Terms, t)
	return nil
}

// compare is the order in which terms hold: by validFrom and, of several for one moment, the last recorded last.
func (t Terms) compare(other Terms) int {
	return cmp.Or(t.ValidFrom.Compare(other.ValidFrom), t.RecordedAt.Compare(other.RecordedAt))
}

// whole returns terms as they are kept: of a product without a list price the markup, and the least margin, are always there.
func (t Terms) whole() Terms {
	zero := func(d *money.Decimal) *money.Decimal {
		if d == nil {
			return &money.Decimal{}
		}
		return d
	}
	t.MinimumMargin = zero(t.MinimumMargin)
	if t.Amount != nil || t.BundleDiscount != nil {
		t.Markup = nil
	} else {
		t.Markup = zero(t.Markup)
	}
	return t
}

// same reports whether terms are the same in all but their times.
func (t Terms) same(other Terms) bool {
	return len(t.differ(other, true)) == 0
}

// differ lists the columns of which terms give another value than others have: all columns, or those alone that are given.
func (t Terms) differ(other Terms, all bool) (columns []string) {
	if all {
		t, other = t.whole(), other.whole()
	}
	add := func(column string, given, same bool) {
		if (all || given) && !same {
			columns = append(columns, column)
		}
	}
	add("list_price", t.Amount != nil, samePointer(t.Amount, other.Amount))
	add("markup", t.Markup != nil, samePointer(t.Markup, other.Markup))
	add("bundle_discount", t.BundleDiscount != nil, samePointer(t.BundleDiscount, other.BundleDiscount))
	add("minimum_margin", t.MinimumMargin != nil, samePointer(t.MinimumMargin, other.MinimumMargin))
	add("tax_code", t.TaxCode != "", t.TaxCode == other.TaxCode)
	return columns
}

func samePointer[V comparable](a, b *V) bool { return a == b || a != nil && b != nil && *a == *b }

// at returns the terms that hold at a moment, of those in the order in which they hold; nil for none.
func at(terms []Terms, moment time.Time) *Terms {
	for n := len(terms) - 1; n >= 0; n-- {
		if !terms[n].ValidFrom.After(moment) {
			return &terms[n]
		}
	}
	return nil
}
