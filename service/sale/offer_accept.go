package sale

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/offerline"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/store"
)

// tellingLate is how long after an offer's end a phone that was offline may still tell that the customer accepted it
// in time. Without an end to it an offer would bind us for ever.
const tellingLate = 30 * 24 * time.Hour

// AcceptOffer records that the customer has said yes, and makes the order at exactly the promised prices. at is when
// they said so: it counts against expiresAt, so what a phone tells late was accepted in time. A draft may be
// accepted too: to a customer who stands before us nothing needs to be sent.
//
// Faults: WRONG_STATE for an offer that is answered, withdrawn or had expired at that moment; INVALID for a moment
// before its prices were asked for.
func (s *Service) AcceptOffer(ctx context.Context, in service.AcceptOfferInput) (*ent.Offer, error) {
	at, fail := s.Moment("at", in.At)
	if fail != nil {
		return nil, fail
	}
	return s.changeOffer(ctx, service.Verb{Name: "acceptOffer", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, _ *ent.Customer) error {
		now := s.Now()
		switch status := OfferStatusAt(o, at); {
		case status == schema.OfferExpired:
			return fault.New(fault.WrongState, "id", "the offer expired at %s", o.ExpiresAt.Format(time.RFC3339))
		case !unanswered(status):
			return wrongOffer(status, "accepted")
		case !now.Before(o.ExpiresAt.Add(tellingLate)):
			return fault.New(fault.WrongState, "id", "the offer expired at %s: too long ago to tell of a yes before", o.ExpiresAt.Format(time.RFC3339))
		}
		promises, err := promisesOf(ctx, tx, o)
		if err != nil {
			return err
		}
		for _, p := range promises {
			if at.Before(p.PricedAt.Add(-5 * time.Minute)) { // phones' clocks run behind a little
				return fault.Invalidf("at", "before its prices were asked for, at %s", p.PricedAt.Format(time.RFC3339))
			}
		}
		made, err := s.makeOrder(ctx, tx, newOrder{id: s.IDs.Make(id.Order), customerID: o.CustomerID, offerID: &o.ID, at: at, promises: promises})
		if err != nil {
			return err
		}
		err = tx.Offer.UpdateOne(o).SetStatus(schema.OfferAccepted).SetDecidedAt(at).SetOrderID(made.ID).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		return s.Audit(ctx, tx, "offer.accept", o.ID, map[string]any{"at": at, "order": made.ID})
	})
}

// promisesOf reads back what an offer promises, line by line.
func promisesOf(ctx context.Context, tx *store.Tx, o *ent.Offer) ([]quote.Promise, error) {
	lines, err := tx.OfferLine.Query().Where(offerline.OfferID(o.ID)).Order(offerline.ByPosition()).All(ctx)
	if err != nil {
		return nil, err
	}
	promises := make([]quote.Promise, len(lines))
	for i, line := range lines {
		if promises[i], err = quote.PromiseOfLine(line); err != nil {
			return nil, err
		}
	}
	return promises, nil
}
