package books_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/service/books"
	"kopeck/store"
)

// drawCompletion draws an order in one of the states that it can be in, with moments that often meet.
func drawCompletion(t *rapid.T) lifetime.Completion {
	day := func(label string) time.Time { return today.AddDate(0, 0, -rapid.IntRange(1, 5).Draw(t, label)) }
	c := lifetime.Completion{
		Status:    rapid.SampledFrom([]lifetime.OrderStatus{"PLACED", lifetime.OrderCompleted, lifetime.OrderRefunded, lifetime.OrderCancelled}).Draw(t, "status"),
		CreatedAt: day("created"),
	}
	if c.Status.Sold() || c.Status == lifetime.OrderCancelled && rapid.Bool().Draw(t, "completed before") {
		c.CompletedAt = day("completed")
		if rapid.Bool().Draw(t, "recorded later") {
			c.RecordedAt = day("recorded")
		}
	}
	if c.Status == lifetime.OrderCancelled {
		c.CancelledAt = day("cancelled")
	}
	return c
}

// orNull is a moment as a column that may be NULL has it.
func orNull(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// TestCompletedByOfTheDatabase compares the condition in SQL that an order was known at a moment to be completed with the rule, over random
// orders.
func TestCompletedByOfTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			customer := w.customer()
			at := today.AddDate(0, 0, -rapid.IntRange(0, 6).Draw(t, "known at"))
			orders := rapid.SliceOfN(rapid.Custom(drawCompletion), 1, 6).Draw(t, "orders")
			var want, got []string
			w.write(func(ctx context.Context, tx *store.Tx) error {
				want, got = nil, nil
				for _, c := range orders {
					id := w.id("ord")
					if c.KnownBy(at) {
						want = append(want, id)
					}
					err := tx.InsertRows(ctx, "orders", []string{
						"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "cost", "margin", "unattributed", "completed_at", "cancelled_at",
					}, [][]any{{id, c.CreatedAt, c.CreatedAt, customer, string(c.Status), c.CreatedAt, 0, 0, 0, 0, 0, 0, orNull(c.CompletedAt), orNull(c.CancelledAt)}})
					if err == nil && !c.RecordedAt.IsZero() {
						err = tx.InsertRows(ctx, "audit_entries", []string{"id", "at", "actor", "action", "subject", "detail"}, [][]any{{w.id("aud"), c.RecordedAt, "system", "order.complete", id, "{}"}})
					}
					if err != nil {
						return err
					}
				}
				condition, args := books.CompletedBy(at)
				return store.Each(ctx, tx, "SELECT o.id FROM orders o WHERE "+condition+" AND o.customer_id = ? ORDER BY o.id", append(args, customer), func(scan store.ScanFunc) error {
					var id string
					err := scan(&id)
					got = append(got, id)
					return err
				})
			})
			if !slices.Equal(got, want) {
				t.Fatalf("SQL has the orders %v completed by %s, the rule %v", got, at, want)
			}
		})
	})
}
