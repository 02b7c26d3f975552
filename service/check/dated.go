package check

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

var (
	contactStage   = &rule{lawDated, "the stage is not that which the facts up to the contact make: %s"}
	contactSegment = &rule{lawDated, "the segment is not that which the customer had at the contact's moment"}
	exemptNow      = &rule{lawDated, "why the customer is exempt from tax is %s, by what was recorded it is %s"}
	orderCredits   = &rule{lawDated, "the credits are not those of the settings at the order's completion: %s"}
)

// checkDated checks what is kept of the moments of contacts and orders of some customers: it must follow from what held then,
// in whatever order it was recorded.
func (s *Service) checkDated(ctx context.Context, tx *store.Tx, f *findings, some []*ent.Customer) error {
	ids := make([]string, len(some))
	for i, c := range some {
		ids[i] = c.ID
	}
	stages, pending, err := s.books.WrongStages(ctx, tx, ids)
	if err != nil {
		return err
	}
	f.pending += pending
	for _, contact := range slices.Sorted(maps.Keys(stages)) {
		f.add(contactStage, contact, string(stages[contact]))
	}
	present := make(map[string]*schema.Segment, len(some))
	for _, c := range some {
		present[c.ID] = c.Segment
	}
	segments, err := s.books.WrongSegments(ctx, tx, present)
	if err != nil {
		return err
	}
	for _, contact := range segments {
		f.add(contactSegment, contact)
	}
	exempt, err := s.DatedOf(ctx, tx, schema.DatedTaxExempt, ids...)
	if err != nil {
		return err
	}
	for _, c := range some {
		if c.MergedIntoID != nil { // has the history that did not win
			continue
		}
		if want := exempt[c.ID].At(s.Now(), service.EndOfTime, c.TaxExempt); !service.SameJSON(c.TaxExempt, want) {
			f.add(exemptNow, c.ID, quoted(c.TaxExempt), quoted(want))
		}
	}
	orders, err := s.books.WrongCredits(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, order := range orders {
		f.add(orderCredits, order.ID, string(schema.AttributionModel(order.Model)))
	}
	return nil
}

// quoted shows a text that may be absent.
func quoted(text *string) string {
	if text == nil {
		return "nothing"
	}
	return strconv.Quote(*text)
}
