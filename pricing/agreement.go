package pricing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Agreement is a customer's own price for one unit of a product, from a quantity on.
type Agreement struct {
	ID, CustomerID, ProductID string
	Unit                      money.Amount
	MinimumQuantity           money.Decimal // 0: any quantity
	ValidFrom                 time.Time
	ValidTo                   *time.Time     // not included; nil: no end
	Ends                      []End          // by which it was ended, in any order: the last recorded holds
	OverrideReason            string         // why it may stand below the floor; "" where it may not
	Measurements              map[string]any // of the customer when it was agreed with a reason, as Customer.Measurements: what the reason excuses
	RecordedAt                time.Time      // from when it is known, of a proposal that was approved the moment of that
	ProposedAt                *time.Time     // from when it is known as a proposal; nil: it was agreed at once
	DecidedAt                 *time.Time     // when the proposal was approved or declined; nil: not yet
	Declined                  bool
}

// End is the end of an agreement: from a moment on, as we know since RecordedAt.
type End struct{ At, RecordedAt time.Time }

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

// Over returns the moment from which an agreement that is valid until a moment and was ended at another no longer holds; nil for
// none.
func Over(validTo, ended *time.Time) *time.Time {
	if ended == nil || validTo != nil && validTo.Before(*ended) {
		return validTo
	}
	return ended
}

// over returns the moment from which the agreement does not hold, as known at a moment; nil for none.
func (a *Agreement) over(knownAt time.Time) *time.Time {
	var last *End
	for i := range a.Ends {
		end := &a.Ends[i]
		if !end.RecordedAt.After(knownAt) && (last == nil || !end.RecordedAt.Before(last.RecordedAt)) {
			last = end
		}
	}
	if last == nil {
		return a.ValidTo
	}
	return Over(a.ValidTo, &last.At)
}

// known reports whether an agreement, or its proposal, was known at a moment.
func (a *Agreement) known(at time.Time) bool {
	if a.ProposedAt != nil {
		return !a.ProposedAt.After(at)
	}
	return !a.RecordedAt.After(at)
}

// Reasons of agreements that did not apply.
const (
	ReasonProposed = "proposed, and not approved"
	ReasonDeclined = "the proposal was declined"
	ReasonMinimum  = "an agreement from a greater quantity on won"
	ReasonLater    = "an agreement that was recorded later won"
)

// refuse returns the reason why an agreement that is known at a moment does not cover it and a quantity, or "".
func (a *Agreement) refuse(quantity money.Decimal, at time.Time) string {
	if a.ProposedAt != nil {
		switch {
		case a.DecidedAt == nil || a.DecidedAt.After(at):
			return ReasonProposed
		case a.Declined:
			return ReasonDeclined
		}
	}
	over := a.over(at)
	switch {
	case over != nil && !over.After(at):
		return "ended at " + over.UTC().Format(time.RFC3339)
	case a.ValidFrom.After(at):
		return "not valid before " + a.ValidFrom.UTC().Format(time.RFC3339)
	case a.MinimumQuantity.Compare(quantity) > 0:
		return "below its minimum quantity, " + a.MinimumQuantity.String()
	}
	return ""
}

// covers reports whether an agreement holds for a quantity at a moment, as known then.
func (a *Agreement) covers(quantity money.Decimal, at time.Time) bool {
	if !a.known(at) || a.ValidFrom.After(at) || a.MinimumQuantity.Compare(quantity) > 0 {
		return false
	}
	return a.refuse(quantity, at) == ""
}

// agreed is what agreements are indexed by.
type agreed struct{ customer, product string }

// indexAgreements sorts the agreements of each customer and product in the order in which they win: the greatest minimum quantity
// first, and of several the last recorded.
func indexAgreements(all []Agreement) map[agreed][]Agreement {
	index := make(map[agreed][]Agreement)
	for _, a := range all {
		key := agreed{a.CustomerID, a.ProductID}
		index[key] = append(index[key], a)
	}
	for _, list := range index {
		slices.SortFunc(list, func(a, b Agreement) int {
			return cmp.Or(b.MinimumQuantity.Compare(a.MinimumQuantity), b.RecordedAt.Compare(a.RecordedAt), cmp.Compare(b.ID, a.ID))
		})
	}
	return index
}

// agreementFor returns the agreement that applies to a customer, product, quantity and moment, as known at that moment: of those
// that cover them the one with the greatest minimum quantity, then the last recorded; nil for none.
func (b *Book) agreementFor(customer, product string, quantity money.Decimal, at time.Time) *Agreement {
	list := b.agreements[agreed{customer, product}]
	for i := range list {
		if a := &list[i]; a.covers(quantity, at) {
			return a
		}
	}
	return nil
}

// RejectedAgreement is an agreement that did not apply to a price, and why.
type RejectedAgreement struct {
	*Agreement

	Until  *time.Time // from when it does not hold, as known at the moment of the question; nil: no end
	Reason string
}

// RejectedAgreements returns the agreements of the customer and product of a question that were known at its moment and do not
// apply, each with the reason, in the order in which they would win.
func (b *Book) RejectedAgreements(q Question) []RejectedAgreement {
	var rejected []RejectedAgreement
	var won *Agreement
	list := b.agreements[agreed{q.Customer.ID, q.ProductID}]
	for i := range list {
		a := &list[i]
		if !a.known(q.At) {
			continue
		}
		reason := a.refuse(q.Quantity, q.At)
		switch {
		case reason != "":
		case won == nil:
			won = a
			continue
		case won.MinimumQuantity.Compare(a.MinimumQuantity) > 0:
			reason = ReasonMinimum
		default:
			reason = ReasonLater
		}
		rejected = append(rejected, RejectedAgreement{a, a.over(q.At), reason})
	}
	return rejected
}

// LeastQuantity returns the quantity at which an agreement is compared with the floor: its minimum, or 1 where it has none.
func LeastQuantity(minimum money.Decimal) money.Decimal {
	if minimum.Sign() <= 0 {
		return one
	}
	return minimum
}

// agree takes the price to the customer's own price, where one covers product, quantity and moment.
func (w *waterfall) agree(s Step) error {
	if w.question.listed {
		return nil
	}
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
// minimum quantity, or where it has none at the greatest quantity up to 1 for which it applies, and only if there is one, and with what
// is known of its customer's measurements; nil for nothing. Products without a floor, because a rate is missing, are left out.
func (b *Book) BelowFloor(at time.Time, measurements map[string]map[string]any) []Below {
	var below []Below
	for _, list := range b.agreements {
		for i := range list {
			a := &list[i]
			quantity := LeastQuantity(a.MinimumQuantity)
			if a.MinimumQuantity.Sign() <= 0 {
				quantity = appliesAt(list, at)
			}
			if b.agreementFor(a.CustomerID, a.ProductID, quantity, at) != a {
				continue
			}
			floor, err := b.Floor(a.CustomerID, a.ProductID, quantity, b.MeasurementsOf(a.ProductID, measurements[a.CustomerID], at), nil, at)
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

// Measured returns the ids of the customers who have agreements about products that are made to measure at a moment.
func (b *Book) Measured(at time.Time) []string {
	customers := map[string]bool{}
	for of := range b.agreements {
		product, _ := b.basis.Catalogue.Product(of.product, at, at)
		isMeasured := func(o costing.Option) bool { return o.Measured }
		if len(product.Measurements) > 0 || slices.ContainsFunc(product.Options, isMeasured) {
			customers[of.customer] = true
		}
	}
	return slices.Sorted(maps.Keys(customers))
}

// appliesAt returns the greatest quantity up to 1 that reaches no minimum quantity of those agreements of a list that hold at a
// moment.
func appliesAt(list []Agreement, at time.Time) money.Decimal {
	quantity := one
	for i := range list {
		if a := &list[i]; a.MinimumQuantity.Sign() > 0 && a.MinimumQuantity.Compare(quantity) <= 0 && a.covers(quantity, at) {
			quantity = money.Nano(a.MinimumQuantity.Nano() - 1)
		}
	}
	return quantity
}
