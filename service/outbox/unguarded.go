package outbox

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/store"
)

// What is done without the guard: messages are handed over whoever has caused them, and lose what is of another customer whoever sees it.

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

// aboutOthers returns the messages to customers that are about an offer to another.
func aboutOthers(ctx context.Context, tx *store.Tx, customerIDs []string) (ids []string, err error) {
	const query = "SELECT m.id FROM messages m JOIN offers o ON o.id = m.offer_id WHERE o.customer_id <> m.customer_id AND m.customer_id IN @ids ORDER BY m.id"
	return ids, store.EachByIDs(ctx, tx, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
}

// forgetOthers takes the offers and permissions of others out of the messages to customers. What a message is about never changes otherwise.
func forgetOthers(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	for _, query := range []string{
		"UPDATE messages SET offer_id = NULL WHERE customer_id = ? AND offer_id IN (SELECT id FROM offers WHERE customer_id <> messages.customer_id)",
		`UPDATE messages SET permission_id = (SELECT k.permission_id FROM contacts k WHERE k.id = messages.contact_id)
			WHERE customer_id = ? AND permission_id IN (SELECT id FROM permissions WHERE customer_id <> messages.customer_id)`,
	} {
		for _, one := range customerIDs {
			if _, err := tx.Exec(ctx, query, one); err != nil {
				return err
			}
		}
	}
	return nil
}
