package costing

import (
	"cmp"
	"slices"
	"time"

	"kopeck/money"
)

// TaxMode says how the prices of an installation stand to tax. It is fixed by the first start.
type TaxMode uint8

// The modes.
const (
	TaxIncluded TaxMode = iota // prices include tax: an amount x is x / (1 + share) without it
	TaxOnTop                   // prices are without tax, which is added to them
)

// LineTax returns the tax of a line of an order or offer from the total at which it is sold: total x share / (1 + share) where prices
// include tax, total x share where it comes on top; rounded once, half to even. Error: money.ErrOverflow.
func LineTax(total money.Amount, share money.Decimal, mode TaxMode) (money.Amount, error) {
	if share.IsZero() {
		return money.Amount{}, nil
	}
	divisor := one.Nano()
	if mode == TaxIncluded {
		divisor += share.Nano()
	}
	return MulDiv(total.Minor(), share.Nano(), divisor)
}

// Net returns an amount without its tax. Error: money.ErrOverflow.
func (m TaxMode) Net(amount, tax money.Amount) (money.Amount, error) {
	if m == TaxOnTop {
		return amount, nil
	}
	return amount.Minus(tax)
}

// Gross returns an amount with its tax: what is paid. Error: money.ErrOverflow.
func (m TaxMode) Gross(amount, tax money.Amount) (money.Amount, error) {
	if m == TaxIncluded {
		return amount, nil
	}
	return amount.Plus(tax)
}

// FromNet returns the price of what is reckoned without tax: amount x (1 + share) where prices include tax, rounded once, half to even;
// the amount itself where they do not. Error: money.ErrOverflow.
func (m TaxMode) FromNet(amount money.Amount, share money.Decimal) (money.Amount, error) {
	if m == TaxOnTop || share.IsZero() {
		return amount, nil
	}
	return MulDiv(amount.Minor(), one.Nano()+share.Nano(), one.Nano())
}

// LeastFromNet returns the least price that is not below an amount without tax: as FromNet, rounded up. Error: money.ErrOverflow.
func (m TaxMode) LeastFromNet(amount money.Amount, share money.Decimal) (money.Amount, error) {
	price, err := m.FromNet(amount, share)
	if err != nil || m == TaxOnTop || share.IsZero() {
		return price, err
	}
	rounded, exact := price.Rat(), amount.Rat()
	exact.Mul(exact, one.Rat().Add(one.Rat(), share.Rat()))
	if rounded.Cmp(exact) < 0 {
		return price.Plus(money.Minor(1))
	}
	return price, nil
}

// WithoutTax returns what is left of a price that includes a share of tax: amount / (1 + share), rounded once, half to even; the amount
// itself where prices do not include tax. Error: money.ErrOverflow.
func (m TaxMode) WithoutTax(amount money.Amount, share money.Decimal) (money.Amount, error) {
	if m == TaxOnTop || share.IsZero() {
		return amount, nil
	}
	return MulDiv(amount.Minor(), one.Nano(), one.Nano()+share.Nano())
}

// TaxCode is the tax code of a product from a moment on, as we know since RecordedAt; "" is without tax.
type TaxCode struct {
	ID, ProductID, Code   string
	ValidFrom, RecordedAt time.Time
}

// Taxes say which tax is part of what is sold. A nil one has no tax at all. It is immutable and safe for concurrent use.
type Taxes struct {
	Mode TaxMode

	codes  map[string][]TaxCode // by product, as they hold
	exempt Exempt
}

// Exempt reports whether a customer is exempt from tax at a moment, as known at another.
type Exempt func(customerID string, at, knownAt time.Time) bool

// NewTaxes indexes tax codes, whose order does not matter. exempt may be nil.
func NewTaxes(mode TaxMode, codes []TaxCode, exempt Exempt) *Taxes {
	t := &Taxes{Mode: mode, codes: map[string][]TaxCode{}, exempt: exempt}
	for _, code := range codes {
		t.codes[code.ProductID] = append(t.codes[code.ProductID], code)
	}
	for _, list := range t.codes {
		slices.SortFunc(list, func(a, b TaxCode) int {
			return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
		})
	}
	return t
}

// ModeOf returns the mode of taxes, of nil ones that which makes no difference.
func (t *Taxes) ModeOf() TaxMode {
	if t == nil {
		return TaxIncluded
	}
	return t.Mode
}

// Any reports whether any product has ever had a tax code.
func (t *Taxes) Any() bool {
	if t == nil {
		return false
	}
	for _, list := range t.codes {
		if taxed(list) {
			return true
		}
	}
	return false
}

// Codes returns the tax codes that a product has ever had, as they held.
func (t *Taxes) Codes(productID string) []string {
	if t == nil {
		return nil
	}
	var codes []string
	for _, one := range t.codes[productID] {
		if one.Code != "" && !slices.Contains(codes, one.Code) {
			codes = append(codes, one.Code)
		}
	}
	return codes
}

// Products returns the products that have ever had a tax code, sorted.
func (t *Taxes) Products() []string {
	if t == nil {
		return nil
	}
	var products []string
	for product, list := range t.codes {
		if taxed(list) {
			products = append(products, product)
		}
	}
	slices.Sort(products)
	return products
}

// Taxed reports whether the tax of what is sold of a product at a moment follows from tax codes, as known at another: whether a code holds
// then, or one held before and has ended. Otherwise the tax is not known here: an import may have given it.
func (t *Taxes) Taxed(productID string, at, knownAt time.Time) bool {
	_, taxed := t.CodeAt(productID, at, knownAt)
	return taxed
}

// CodeAt returns the tax code of a product that holds at a moment, as known at another, "" for none; and whether a code holds then or held
// before. Of several for one moment the last recorded counts: it corrects the others.
func (t *Taxes) CodeAt(productID string, at, knownAt time.Time) (code string, taxed bool) {
	if t == nil {
		return "", false
	}
	var last *TaxCode
	for n := len(t.codes[productID]) - 1; n >= 0; n-- {
		one := &t.codes[productID][n]
		if one.ValidFrom.After(at) || one.RecordedAt.After(knownAt) || last != nil && one.ValidFrom.Equal(last.ValidFrom) {
			continue
		}
		switch {
		case one.Code != "" && last == nil:
			return one.Code, true
		case one.Code != "":
			return "", true
		}
		last = one
	}
	return "", false
}

// NextCode returns the moment after another from which the next tax code of a product holds, by all that is known; false for none.
func (t *Taxes) NextCode(productID string, after time.Time) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	list := t.codes[productID]
	for n, one := range list {
		corrected := n+1 < len(list) && list[n+1].ValidFrom.Equal(one.ValidFrom)
		if one.Code != "" && !corrected && one.ValidFrom.After(after) {
			return one.ValidFrom, true
		}
	}
	return time.Time{}, false
}

// Turns returns the moments from which another tax code of a product may hold or be known.
func (t *Taxes) Turns(productID string) (moments []time.Time) {
	if t != nil {
		for _, one := range t.codes[productID] {
			moments = append(moments, one.ValidFrom, one.RecordedAt)
		}
	}
	return moments
}

func taxed(list []TaxCode) bool {
	return slices.ContainsFunc(list, func(c TaxCode) bool { return c.Code != "" })
}

// TaxShare is the share of tax of a product for a customer at a moment.
type TaxShare struct {
	Code    string        // "" for none
	Share   money.Decimal // of the code: 0.2 is 20 %
	Exempt  bool          // the customer pays none of it
	Missing bool          // the code has no rate

	RateValidFrom, RateRecordedAt time.Time // of the code's rate, if it has one
}

// Applied returns the share that the customer pays.
func (s TaxShare) Applied() money.Decimal {
	if s.Exempt {
		return money.Decimal{}
	}
	return s.Share
}

// ExemptAt reports whether a customer is exempt from tax at a moment, as known at another. "" is nobody.
func (t *Taxes) ExemptAt(customerID string, at, knownAt time.Time) bool {
	return customerID != "" && t != nil && t.exempt != nil && t.exempt(customerID, at, knownAt)
}

// ShareOf returns the share of tax of a product for a customer at a moment, as known at another, by the rates of the subject TAX.
func (t *Taxes) ShareOf(rates *Rates, productID, customerID string, at, knownAt time.Time) TaxShare {
	var s TaxShare
	if t == nil {
		return s
	}
	if s.Code, _ = t.CodeAt(productID, at, knownAt); s.Code == "" {
		return s
	}
	s.Exempt = t.ExemptAt(customerID, at, knownAt)
	if rate := rates.at(SubjectTax, s.Code, at, knownAt); rate != nil {
		s.Share, s.RateValidFrom, s.RateRecordedAt = rate.Amount, rate.ValidFrom, rate.RecordedAt
	} else {
		s.Missing = true
	}
	return s
}

// RefundedTax returns the tax of what was given back of a line or of an order: its share of the tax, rounded once, half to even. Of
// all it is the whole tax. So what belongs to one more refund, after others, is the difference of two such amounts: whatever the order in
// which they come, the parts sum to the tax exactly. Error: money.ErrOverflow.
func RefundedTax(tax, refunded, total money.Amount) (money.Amount, error) {
	switch {
	case tax.IsZero() || refunded.Sign() <= 0:
		return money.Amount{}, nil
	case refunded.Compare(total) >= 0:
		return tax, nil
	}
	return MulDiv(refunded.Minor(), tax.Minor(), total.Minor())
}
