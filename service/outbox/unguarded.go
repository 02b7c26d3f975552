package outbox

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/store"
)

// What is done without the guard: messages are handed over whoever has caused them.

// bypassGuard returns the context of the worker, which no request waits for.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// dueCondition is the condition that a message is to be handed over at a moment, and that nobody does: its two parameters are the moment.
const dueCondition = "state = 'QUEUED' AND due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)"

// anyDue reports whether a message is due, so that nothing is written as long as none is.
func (s *Service) anyDue(ctx context.Context, at time.Time) (found bool, err error) {
	return found, store.Each(ctx, s.Store, "SELECT 1 FROM messages WHERE "+dueCondition+" LIMIT 1", []any{at, at}, func(scan store.ScanFunc) error {
		found = true
		var one int
		return scan(&one)
	})
}

// reserve leases the messages that have been due longest to a worker. Workers of several processes take different ones.
func reserve(ctx context.Context, tx *store.Tx, worker string, at, until time.Time, most int) (ids []string, err error) {
	query := "UPDATE messages SET leased_by = ?, leased_until = ?, leaving_since = NULL WHERE id IN (SELECT id FROM messages WHERE " + dueCondition +
		" ORDER BY due_at, id LIMIT ?" + store.SkipLockedClause(tx) + ") RETURNING id"
	return ids, store.Each(ctx, tx, query, []any{worker, until, at, at, most}, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
}
