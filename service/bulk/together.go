package bulk

import (
	"context"
	"errors"
	"slices"

	"kopeck/store"
)

// Together runs a function that imports some records in one transaction and gives a verdict on each: in one that only reads, without a
// [store.Bulk], to check. If a rejected record is to undo the transaction, the error is [ErrRejected], beside the verdicts. The function may
// be run again.
func Together(ctx context.Context, s *store.Store, check, allOrNothing bool, records int, do func(ctx context.Context, tx *store.Tx, b *store.Bulk, verdicts []Verdict) error) (verdicts []Verdict, err error) {
	run := func(ctx context.Context, tx *store.Tx, b *store.Bulk) error {
		verdicts = make([]Verdict, records)
		if err := do(ctx, tx, b, verdicts); err != nil {
			return err
		}
		if allOrNothing && !check && slices.ContainsFunc(verdicts, func(v Verdict) bool { return v.Outcome == Rejected }) {
			return ErrRejected
		}
		return nil
	}
	if check {
		err = s.Read(ctx, func(ctx context.Context, tx *store.Tx) error { return run(ctx, tx, nil) })
	} else {
		err = s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error { return run(ctx, b.Tx, b) })
	}
	if err != nil && !errors.Is(err, ErrRejected) {
		return nil, err
	}
	return verdicts, err
}

// ExportInOrder calls each for every record, some of which are read at a time, in the order of a key, from one snapshot of the database. What was
// given to each cannot be taken back, so that the transaction is not run again.
func ExportInOrder[T any](ctx context.Context, s *store.Store, each func(*T) error, keyOf func(*T) string, after func(ctx context.Context, tx *store.Tx, key string) ([]*T, error)) error {
	var failed error
	err := s.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for key := ""; ; {
			records, err := after(ctx, tx, key)
			if err != nil && key == "" {
				return err
			}
			for _, r := range records {
				if err == nil {
					err = each(r)
				}
			}
			if failed = err; failed != nil || len(records) == 0 {
				return nil //nolint:nilerr // given to the caller below, and not to Read, which might run the transaction again
			}
			key = keyOf(records[len(records)-1])
		}
	})
	if err == nil {
		err = failed
	}
	return err
}
