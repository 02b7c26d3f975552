package pricing

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
// Fast is the first day by which the capacity that is not yet booked is enough for the whole quantity, from tomorrow on unless the
// standard lead time is less; near days are scarce and dear. A note says where it is not before the standard lead time. Cheap with
// quality waits for the cheapest lead time from then on, as far as twice the standard one or 30 days: later capacity is idle. Quality
// is the last of the product's options that make a grade. Options of the question that make a grade are left out.
//
// Errors as Price.
func (b *Book) Triangle(q Question) ([3]Proposal, error) {
	product, ok := b.basis.Catalogue.Product(q.ProductID, q.At, q.At)
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
	var late [2]string
	for i, question := range [...]Question{plain, best} {
		if proposals[i].Answer, late[i], err = b.soonest(question, product.StandardLeadDays); err != nil {
			return proposals, err
		}
	}
	if proposals[2].Answer, err = b.cheapest(best, proposals[1].Answer, max(2*product.StandardLeadDays, horizon)); err != nil {
		return proposals, err
	}
	waits := ""
	if proposals[2].Answer.LeadDays == proposals[1].Answer.LeadDays {
		waits = "a later day is not cheaper"
	}
	none := ""
	if grade == "" {
		none = "the product has no better grade"
	}
	proposals[0].Note, proposals[1].Note, proposals[2].Note = notes(none, late[0]), notes(none, late[1]), notes(none, waits)
	return proposals, nil
}

// notes joins the notes that are not empty.
func notes(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(note string) bool { return note == "" }), ", and ")
}

// soonest prices the first lead time with enough free capacity; the standard one if there is none within MaxLeadDays. The note says
// why it is not before the standard one.
func (b *Book) soonest(q Question, standard int) (answer Answer, note string, err error) {
	q.LeadDays = &standard
	if answer, err = b.Price(q); err != nil {
		return answer, "", err
	}
	lead, ok := b.EarliestLead(answer, q.At)
	lead = max(lead, min(1, standard))
	switch {
	case !ok:
		return answer, "no day within ten years has room for it", nil
	case lead > standard:
		note = fmt.Sprintf("the standard lead time of %d days has no room for it", standard)
	case lead == standard && standard > 1:
		note = "no day before the standard lead time has room for it"
	case lead == standard:
		note = "no lead time is shorter than the standard one"
	}
	if lead == standard {
		return answer, note, nil
	}
	q.LeadDays = &lead
	answer, err = b.Price(q)
	return answer, note, err
}

// EarliestLead returns the least lead time, in days from a moment, by which the capacity that is not yet booked is enough for what was
// priced, as known then; false if there is none within costing.MaxLeadDays.
func (b *Book) EarliestLead(a Answer, at time.Time) (int, bool) {
	first := costing.Day(at, b.basis.Zone)
	day, ok := costing.Earliest(a.Cost.Usage, first, b.basis.Calendar, b.basis.Bookings, at)
	return day - first, ok
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
