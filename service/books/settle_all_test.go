package books_test

import (
	"context"
	"testing"

	"kopeck/schema"
	"kopeck/store"
)

// wrongStages returns how many contacts of a customer are not of the stage that the facts make.
func (w *world) wrongStages(customer string) (n int) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		wrong, pending, err := w.Books.WrongStages(ctx, tx, []string{customer})
		n = len(wrong) + pending
		return err
	})
	return n
}

// restatements returns how often contacts have been restated.
func (w *world) restatements() int {
	return len(w.rows("SELECT id FROM contact_restatements"))
}

// TestSettleAllRestatesWhatTheObservedEndMoves: what was taken for silence of the log was that of a customer, so that contacts in it
// were with a former customer. What has not moved is not restated.
func TestSettleAllRestatesWhatTheObservedEndMoves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		left, other := w.customer(), w.customer()
		for day := 300; day >= 100; day -= 5 {
			w.bought(left, hoursAgo(24*day), 100)
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			call, err := w.touched(ctx, tx, left, contact{kind: schema.InfoCall, at: hoursAgo(24 * 40)})
			if err != nil {
				return err
			}
			return tx.Contact.UpdateOneID(call.ID).SetStage(schema.Loyal).Exec(ctx)
		})
		settle := func() {
			t.Helper()
			w.Value.WaitSettled(w.Context())
			must(t, w.Books.SettleAll(w.system()))
		}
		settle()
		if n := w.wrongStages(left); n != 0 || w.restatements() != 0 {
			t.Fatalf("%d wrong, %d restated while the log is silent", n, w.restatements())
		}
		for day := 96; day >= 1; day -= 5 { // the log was not silent
			w.bought(other, hoursAgo(24*day), 100)
		}
		settle()
		if n := w.wrongStages(left); n != 0 || w.restatements() != 1 {
			t.Errorf("%d wrong, %d restated after the log went on; want none and 1", n, w.restatements())
		}
		w.write(func(ctx context.Context, tx *store.Tx) error { // as if it had been written by a wrong rule: nothing looks at it
			_, err := tx.Exec(ctx, "UPDATE contacts SET stage = 'STRANGER' WHERE customer_id = ?", left)
			return err
		})
		settle()
		if n := w.wrongStages(left); n != 1 || w.restatements() != 1 {
			t.Errorf("%d wrong, %d restated where nothing has moved; want both 1", n, w.restatements())
		}
	})
}

// TestSettleAllRestatesOnce: on what an earlier release wrote, the first run restates all contacts and credits.
func TestSettleAllRestatesOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		customer := w.customer()
		w.bought(customer, hoursAgo(24*20), 100)
		spoil := func() {
			w.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE contacts SET stage = 'LOYAL' WHERE customer_id = ?", customer)
				return err
			})
		}
		w.spoke(customer, contact{kind: schema.InfoCall, at: hoursAgo(24 * 10)})
		for _, want := range []int{0, 1} {
			spoil()
			must(t, w.Books.SettleAll(w.system()))
			if n := w.wrongStages(customer); n != want || w.restatements() != 1 {
				t.Errorf("%d wrong, %d restated; want %d and 1", n, w.restatements(), want)
			}
		}
	})
}
