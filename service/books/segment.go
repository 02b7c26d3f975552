package books

import (
	"context"
	"time"

	"kopeck/schema"
	"kopeck/store"
)

// ChangeSegment records that a customer, who was made at a moment and whom the transaction holds, has another segment from now on. The
// first that is known has held before too: the contacts of before get it.
func (s *Service) ChangeSegment(ctx context.Context, tx *store.Tx, customerID string, before, after *schema.Segment, madeAt time.Time) error {
	if before == nil && after == nil || before != nil && after != nil && *before == *after {
		return nil
	}
	known, err := s.ChangeDated(ctx, tx, schema.DatedSegment, customerID, (*string)(before), (*string)(after), madeAt, s.Now())
	if err != nil || len(known) > 1 {
		return err
	}
	s.BooksChanged(ctx, tx)
	without, err := readWithoutSegment(ctx, tx, customerID)
	if err != nil || len(without) == 0 {
		return err
	}
	if err := writeRestatements(ctx, tx, s.IDs, without, s.Now()); err != nil {
		return err
	}
	return writeFirstSegment(ctx, tx, customerID, string(*after))
}
