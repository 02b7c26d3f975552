package merging

import (
	"context"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/store"
)

// What came after a merge is divided when it is undone, so that no row of one customer names what is of the other:
//
//   - What was of a customer before the merge is theirs again, whatever it was made to name since. What it names of the other is taken out.
//   - An order goes with its offer. A message goes to the customer whose address it was written to: the other would learn the address. A contact
//     goes with the message that it was, or else with the permission under which it was made, or else with its order or offer. What a customer
//     expected to pay goes with the contact in which they said so, or else with the offer.
//   - A message that waits to be sent about an offer of the other is stopped, and loses its text. An offer that was sent by a contact with the
//     other is a DRAFT again: nobody has sent it to its customer.
//   - Two contacts of which one was joined into the other stand as they were.

// divide takes out what rows of two customers name of each other. The rows are given back, and the permissions as they were.
func (s *Service) divide(ctx context.Context, tx *store.Tx, u *undoing) error {
	both := []string{u.kept.ID, u.merged.ID}
	if err := s.contacts.Separate(ctx, tx, u.at, both...); err != nil {
		return err
	}
	if err := divideExpected(ctx, tx, u); err != nil {
		return err
	}
	if err := divideAnswers(ctx, tx, u); err != nil {
		return err
	}
	if err := s.outbox.Separate(ctx, tx, both...); err != nil {
		return err
	}
	offers, err := sentToOther(ctx, tx, u)
	if err != nil {
		return err
	}
	for _, one := range offers {
		o, err := tx.Offer.Get(ctx, one)
		if err != nil {
			return err
		}
		if err := s.recall(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

// recall takes the contact out of an offer, by which it was sent to another customer. If its own customer has neither seen nor answered it, it is
// a DRAFT again.
func (s *Service) recall(ctx context.Context, tx *store.Tx, o *ent.Offer) error {
	update := tx.Offer.UpdateOne(o).ClearContactID().SetUpdatedAt(s.Now()).AddVersion(1)
	if o.Status == schema.OfferSent {
		update.SetStatus(schema.OfferDraft).ClearSentAt()
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "offer.recall", o.ID, map[string]any{"was": o.Status}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
}
