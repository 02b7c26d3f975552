package pricing

import (
	"fmt"
	"math/big"

	"kopeck/costing"
)

// Proposal is one side of the triangle of fast, quality and cheap: two of the three, priced.
type Proposal struct {
	Segment string // FAST_CHEAP, FAST_QUALITY or QUALITY_CHEAP
	Grade   string // the option that makes the quality; "" for none
	Answer  Answer
	Note    string // where the product leaves no choice
}

// horizon is the least number of days that the search for a cheaper lead time covers.
const horizon = 30

// Triangle proposes the same product three times, priced from the same costs.
//
// Fast is the first day by which the capacity that is not yet booked is enough for the whole quantity, at most the
// standard lead time; near days are scarce and dear. Cheap with quality waits for the cheapest lead time from then on, as far as
// twice the standard one or 30 days: later capacity is idle. Quality is the last of the product's options that make a grade.
// Options of the question that make a grade are left out.
//
// Errors as Price.
func (b *Book) Triangle(q Question) ([3]Proposal, error) {
	product, ok := b.basis.Catalogue.Product(q.ProductID)
	if !ok {
		return [3]Proposal{}, fmt.Errorf("%w: %s", costing.ErrUnknownProduct, q.ProductID)
	}
	plain, best := q, q
	plain.Options = withoutGrades(product, q.Options)
	best.Options = plain.Options
	grade := ""
	for _, option := range product.Options {
		if option.Grade {
			grade = option.Code
		}
	}
	if grade != "" {
		best.Options = append(best.Options[:len(best.Options):len(best.Options)], Option{Code: grade, Value: "1"})
	}
	proposals := [3]Proposal{{Segment: "FAST_CHEAP"}, {Segment: "FAST_QUALITY", Grade: grade}, {Segment: "QUALITY_CHEAP", Grade: grade}}
	var err error
	if proposals[0].Answer, err = b.soonest(plain, product.StandardLeadDays); err != nil {
		return proposals, err
	}
	if proposals[1].Answer, err = b.soonest(best, product.StandardLeadDays); err != nil {
		return proposals, err
	}
	if proposals[2].Answer, err = b.cheapest(best, proposals[1].Answer, max(2*product.StandardLeadDays, horizon)); err != nil {
		return proposals, err
	}
	if grade == "" {
		for i := range proposals {
			proposals[i].Note = "the product has no better grade"
		}
	}
	if proposals[2].Answer.LeadDays == proposals[1].Answer.LeadDays {
		if proposals[2].Note != "" {
			proposals[2].Note += ", and "
		}
		proposals[2].Note += "a later day is not cheaper"
	}
	return proposals, nil
}

// soonest prices the first lead time with enough free capacity, at most the standard one.
func (b *Book) soonest(q Question, standard int) (Answer, error) {
	for lead := min(1, standard); ; lead++ {
		q.LeadDays = &lead
		answer, err := b.Price(q)
		if err != nil || lead >= standard || b.fits(answer, q) {
			return answer, err
		}
	}
}

// fits reports whether what is not yet booked until the lead time ends is enough for the whole quantity.
func (b *Book) fits(a Answer, q Question) bool {
	first := costing.Day(q.At, b.basis.Zone)
	for _, usage := range a.Cost.Usage {
		if usage.Capacity == nil {
			continue
		}
		free := new(big.Rat).SetInt64(int64(b.basis.Calendar.Working(first, first+a.LeadDays)))
		free.Mul(free, usage.Capacity.Rat())
		free.Sub(free, b.basis.Bookings.Booked(usage.Resource, first, first+a.LeadDays, q.At))
		if usage.Units.Rat().Cmp(free) > 0 {
			return false
		}
	}
	return true
}

// cheapest prices the lead time with the lowest price, from that of an answer on; of several the earliest.
func (b *Book) cheapest(q Question, from Answer, last int) (Answer, error) {
	best := from
	for lead := from.LeadDays + 1; lead <= min(last, costing.MaxLeadDays); lead++ {
		q.LeadDays = &lead
		answer, err := b.Price(q)
		if err != nil {
			return best, err
		}
		if answer.Unit.Compare(best.Unit) < 0 {
			best = answer
		}
	}
	return best, nil
}
