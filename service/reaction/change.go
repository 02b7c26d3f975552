package reaction

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// Change is a change of a rate, and how soon prices followed it.
type Change struct {
	Rate, Before     *ent.Rate
	From             time.Time
	Until            *time.Time
	Products         int
	CostPlus         int // of the products: their prices followed at once
	FirstPrice       *First
	FirstOffer       *First
	FirstAgreement   *First
	FirstListPrice   *First
	Orders           int
	MarginLost       money.Amount
	change           costing.RateChange
	entered          map[string]bool // the products that the rate enters
	lost             map[string]bool // orders with a line whose price had not followed
	costNow, costOld *costing.Memo   // by the new rate alone, and by the one before
}

// First is the first of something that followed a change.
type First struct {
	At        time.Time
	Seconds   int
	ProductID string
}

// Connection is a page of changes.
type Connection struct {
	Edges      []*Edge
	PageInfo   *ent.PageInfo
	TotalCount int
}

// Edge is a change with its place in the list.
type Edge struct {
	Node   *Change
	Cursor ent.Cursor
}

// maxDays is how many days of changes one question covers.
const maxDays = 366

// subjects are the subjects of rates that products are made of.
var subjects = []string{costing.SubjectMaterial, costing.SubjectResource, costing.SubjectOverhead}

// Changes gives the changes of rates that were recorded within a time, the last recorded first, from memory: what followed them is for
// [Service.Follow] to say. Who may see it is for the caller to decide. Faults: INVALID and LIMIT_EXCEEDED by field.
func (s *Service) Changes(from, to time.Time, f *service.ReactionTimeFilter) ([]*Change, error) {
	var faults fault.List
	faults.Add(input.CheckDate("from", &from))
	faults.Add(input.CheckDate("to", &to))
	switch {
	case !to.After(from):
		faults.Add(fault.Invalidf("to", "want a moment after from"))
	case to.Sub(from) > maxDays*24*time.Hour:
		faults.Add(fault.New(fault.LimitExceeded, "to", "want at most %d days", maxDays))
	}
	asked, code, err := readFilter(f)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	var all []*Change
	for _, c := range s.quote.PriceBook().Basis().Rates.Changes(asked, from, to) {
		if code == nil || *code == c.Rate.Code {
			all = append(all, &Change{Rate: s.rate(c.Rate), Before: s.rate(c.Before), From: c.From.UTC(), Until: c.Until, change: c})
		}
	}
	return all, nil
}

// readFilter returns the subjects that are asked for, and the code; nil for all.
func readFilter(f *service.ReactionTimeFilter) (asked []string, code *string, err error) {
	if f == nil {
		return subjects, nil, nil
	}
	var faults fault.List
	asked, code = subjects, f.Code.Value()
	if subject := f.Subject.Value(); subject != nil {
		asked = nil // no product is made of what has another subject
		for _, one := range subjects {
			if one == string(*subject) {
				asked = []string{one}
			}
		}
	}
	if f.Subject.IsSet() && f.Subject.Value() == nil {
		faults.Add(fault.New(fault.Invalid, "", "null: there are none without; leave the field out to list all").At("filter", "subject"))
	}
	if f.Code.IsSet() && code == nil {
		faults.Add(fault.New(fault.Invalid, "", "null: there are none without; leave the field out to list all").At("filter", "code"))
	}
	return asked, code, faults.Or()
}

// rate returns a rate as the API has it.
func (s *Service) rate(r costing.Rate) *ent.Rate {
	return &ent.Rate{
		ID: r.ID, Subject: schema.RateSubject(r.Subject), Code: r.Code, Unit: r.Unit, Amount: r.Amount, CurrencyCode: s.Currency.Code(),
		ValidFrom: r.ValidFrom.UTC(), RecordedAt: r.RecordedAt.UTC(), CapacityPerDay: r.CapacityPerDay, FixedShare: r.FixedShare,
	}
}

// Follow says of changes what followed them, in three statements. Fault: LIMIT_EXCEEDED on from for too many lines of orders or offers since
// the first of them.
func (s *Service) Follow(ctx context.Context, changes []*Change) error {
	if len(changes) == 0 {
		return nil
	}
	q := s.question(changes)
	if len(q.products) == 0 && !q.all {
		return nil
	}
	read, err := readSince(ctx, s.Store, q.since, q.asked())
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := q.follow(c, read); err != nil {
			return input.DomainError(err)
		}
	}
	return nil
}
