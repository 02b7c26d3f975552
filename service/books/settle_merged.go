package books

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// SettleMerged settles customers whose facts were put together or divided, as if each had always had those that they have now: every sold
// order is credited again, what contacts cost is summed up, and statistics, value, stage, and the stages and segments of contacts follow.
// Those of gone have no facts any more: their statistics are those of nobody, and their stage stays what it was. The transaction holds the
// rates and all of these customers. Who may not see costs is shown what each was worth this morning until tomorrow: who merges and undoes
// it chooses facts and moment, and would reckon what anything of today cost.
func (s *Service) SettleMerged(ctx context.Context, tx *store.Tx, live, gone []string, reason string) error {
	due, err := soldOfCustomers(ctx, tx, live)
	if err != nil {
		return err
	}
	slices.SortFunc(due, func(a, b SoldOrder) int {
		return cmp.Or(cmp.Compare(a.CustomerID, b.CustomerID), a.CompletedAt.Compare(b.CompletedAt), cmp.Compare(a.ID, b.ID))
	})
	for some := range slices.Chunk(due, ordersTogether) {
		if err := s.Credit(ctx, tx, some); err != nil {
			return err
		}
	}
	if err := clearContactCosts(ctx, tx, slices.Concat(live, gone)); err != nil {
		return err
	}
	if err := sumContactCosts(ctx, tx, live); err != nil {
		return err
	}
	if err := s.SettleCustomers(ctx, tx, live, reason); err != nil {
		return err
	}
	if err := s.forget(ctx, tx, gone); err != nil {
		return err
	}
	if err := s.RestateStages(ctx, tx, live, time.Time{}); err != nil {
		return err
	}
	for _, one := range live {
		if err := s.restateSegments(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// forget writes that customers have ordered nothing.
func (s *Service) forget(ctx context.Context, tx *store.Tx, gone []string) error {
	customers, err := value.ReadCustomers(ctx, tx, gone)
	if err != nil {
		return err
	}
	nothing := make(map[string]lifetime.Statistics, len(gone))
	for _, one := range gone {
		nothing[one] = lifetime.NoStatistics()
	}
	_, err = s.value.WriteStatistics(ctx, tx, customers, nothing, false)
	return err
}

// WrongSegments returns the ids of the contacts of customers, with their present segments, that are not of the segment that the customer had at
// their moments. What a file brought of a time before anything was recorded of the customer's segment is as the file has it.
func (s *Service) WrongSegments(ctx context.Context, tx *store.Tx, present map[string]*schema.Segment) ([]string, error) {
	ids := slices.Sorted(maps.Keys(present))
	known, err := s.DatedOf(ctx, tx, schema.DatedSegment, ids...)
	if err != nil {
		return nil, err
	}
	contacts, err := readContactStages(ctx, tx, ids, time.Time{})
	var wrong []string
	for _, c := range contacts {
		history := known[c.customer]
		if !slices.ContainsFunc(history, func(d *ent.DatedValue) bool { return !d.ValidFrom.After(c.at) }) {
			continue
		}
		is := history.At(c.at, service.EndOfTime, (*string)(present[c.customer]))
		if input.OrZero((*string)(c.segment)) != input.OrZero(is) {
			wrong = append(wrong, c.id)
		}
	}
	return wrong, err
}

// restateSegments brings the segments of the contacts of a customer in line with the segments that the customer had at their moments.
func (s *Service) restateSegments(ctx context.Context, tx *store.Tx, customerID string) error {
	known, err := s.DatedOf(ctx, tx, schema.DatedSegment, customerID)
	if err != nil {
		return err
	}
	present, err := readSegment(ctx, tx, customerID)
	if err != nil {
		return err
	}
	contacts, err := readContactStages(ctx, tx, []string{customerID}, time.Time{})
	if err != nil {
		return err
	}
	var before, after []contactStage
	for _, c := range contacts {
		is := known[customerID].At(c.at, service.EndOfTime, present)
		if input.OrZero((*string)(c.segment)) == input.OrZero(is) {
			continue
		}
		before = append(before, c)
		c.segment = (*schema.Segment)(is)
		after = append(after, c)
	}
	if len(before) == 0 {
		return nil
	}
	s.BooksChanged(ctx, tx)
	if err := writeRestatements(ctx, tx, s.IDs, before, s.Now()); err != nil {
		return err
	}
	return writeContactSegments(ctx, tx, after)
}
