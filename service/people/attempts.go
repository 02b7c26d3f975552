package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/store"
)

// The attempts to sign in are counted in the database, so that the bounds hold over all replicas.

// countAttempt counts an attempt to sign in and returns zero, or does not count it and returns how long to wait before the next. An
// attempt that one bound refuses takes nothing from the others.
func (s *Service) countAttempt(ctx context.Context, account, address string) (wait time.Duration, err error) {
	err = s.writeSession(ctx, func(ctx context.Context, tx *store.Tx) error {
		wait = 0
		return s.changeAttempts(ctx, tx, account, address, func(counts []auth.AttemptCount, fullAt map[string]time.Time, now time.Time) map[string]time.Time {
			for _, c := range counts {
				wait = max(wait, c.Wait(fullAt[c.Key], now))
			}
			if wait > 0 {
				return nil
			}
			taken := map[string]time.Time{}
			for _, c := range counts {
				taken[c.Key] = c.Take(fullAt[c.Key], now)
			}
			return taken
		})
	})
	return wait, err
}

// returnAttempt gives back an attempt that was counted.
func (s *Service) returnAttempt(ctx context.Context, tx *store.Tx, account, address string) error {
	return s.changeAttempts(ctx, tx, account, address, func(counts []auth.AttemptCount, fullAt map[string]time.Time, now time.Time) map[string]time.Time {
		returned := map[string]time.Time{}
		for _, c := range counts {
			if before, counted := fullAt[c.Key]; counted {
				returned[c.Key] = c.GiveBack(before, now)
			}
		}
		return returned
	})
}

// changeAttempts reads the counts of an attempt, by what is kept of each, and writes those that change returns. Attempts for one account
// are made one after the other, and so are those from one address: every transaction locks an account first.
func (s *Service) changeAttempts(ctx context.Context, tx *store.Tx, account, address string,
	change func(counts []auth.AttemptCount, fullAt map[string]time.Time, now time.Time) map[string]time.Time,
) error {
	counts := s.bounds.Counts(account, address)
	for _, c := range counts[:2] { // the third is of both
		if err := tx.Lock(ctx, store.LockOn("attempts", c.Key), false); err != nil {
			return err
		}
	}
	rows, err := attemptsOf(ctx, tx, counts)
	if err != nil {
		return err
	}
	fullAt := map[string]time.Time{}
	byKey := map[string]*ent.SignInAttempts{}
	for _, row := range rows {
		fullAt[row.ID], byKey[row.ID] = row.FullAt, row
	}
	changed := change(counts, fullAt, s.Now())
	for _, c := range counts {
		at, is := changed[c.Key]
		if !is {
			continue
		}
		if err := keepAttempts(ctx, tx, byKey[c.Key], c.Key, at.Truncate(time.Microsecond)); err != nil {
			return err
		}
	}
	return nil
}

// forgottenAhead is how far ahead of the clock a count may be kept: one beyond was written before the clock was set back.
const forgottenAhead = time.Hour

// ForgetAttempts deletes the counts of attempts to sign in that say nothing any more.
func (s *Service) ForgetAttempts(ctx context.Context) error {
	now := s.Now()
	return s.deleteAttempts(ctx, now, now.Add(forgottenAhead))
}
