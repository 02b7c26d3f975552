package outbox

import (
	"context"

	"kopeck/schema"
	"kopeck/store"
)

// Separate takes out of messages to customers what is of others: an offer, after the undoing of a merge, and the permission of a contact that
// is under another now. What is written of such an offer is for its own customer alone: a message that waits is stopped, and one that has not
// been sent loses its text, so that it cannot be queued again. The transaction holds the customers.
func (s *Service) Separate(ctx context.Context, tx *store.Tx, customerIDs ...string) error {
	ids, err := aboutOthers(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	for _, one := range ids {
		m, err := tx.Message.Get(ctx, one)
		if err != nil {
			return err
		}
		if waits(m) {
			if err := s.end(ctx, tx, m, schema.MessageStopped, "the offer is not to this customer"); err != nil {
				return err
			}
		}
		update := tx.Message.UpdateOneID(m.ID).SetUpdatedAt(s.Now()).AddVersion(1)
		if m.SentAt == nil {
			update.SetText("").ClearHTML()
		}
		if err := update.Exec(ctx); err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, "message.separate", m.ID, map[string]any{"offer": m.OfferID}); err != nil {
			return err
		}
		if err := s.CustomerChanged(ctx, tx, m.CustomerID, "Message"); err != nil {
			return err
		}
	}
	return forgetOthers(ctx, tx, customerIDs)
}
