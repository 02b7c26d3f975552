package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/offerline"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/expectation"
	"kopeck/store"
)

// CounterOffer records the price that a customer named for a line of an offer, as an expected price of them. The offer can still be accepted
// at its own price: that is a promise, and what the customer wishes changes nothing of it.
//
// Faults: FORBIDDEN; INVALID by field; NOT_FOUND on id, and on lineId for a line of no or another offer; WRONG_STATE unless the offer is SENT
// or VIEWED, and had not expired at that moment; INVALID on at for a moment before the offer was sent; VERSION_CONFLICT.
func (s *Service) CounterOffer(ctx context.Context, in service.CounterOfferInput) (*ent.Offer, error) {
	actor, err := auth.Writer(ctx, "ExpectedPrice")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("lineId", id.OfferLine, in.LineID))
	unit, err := s.Amount("unit", in.Unit)
	if faults.Add(err); err == nil && unit.IsZero() {
		faults.Add(fault.Invalidf("amount", "want a price above 0").At("unit"))
	}
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOffer(ctx, service.Verb{Name: "counterOffer", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer) error {
		if status := OfferStatusAt(o, at); status != schema.OfferSent && status != schema.OfferViewed {
			return wrongOffer(status, "countered")
		}
		if at.Before(o.SentAt.Add(-service.ClockSkew)) {
			return fault.Invalidf("at", "before the offer was sent")
		}
		line, err := tx.OfferLine.Query().Where(offerline.ID(in.LineID), offerline.OfferID(o.ID)).Only(ctx)
		if ent.IsNotFound(err) {
			return fault.NoSuch("lineId", "line of this offer")
		}
		if err != nil {
			return err
		}
		said := expectation.Said{ID: s.IDs.Make(id.ExpectedPrice), ProductID: line.ProductID, Unit: unit, At: at, OfferID: &o.ID, By: actor.Name}
		if err := s.expected.Add(ctx, tx, c, said); err != nil {
			return err
		}
		update := tx.Offer.UpdateOne(o).SetUpdatedAt(s.Now()).AddVersion(1)
		if o.CounteredAt == nil || at.After(*o.CounteredAt) {
			update.SetCounteredAt(at)
		}
		if err := update.Exec(ctx); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "offer.counter", o.ID, map[string]any{"line": line.ID, "unit": unit, "at": at, "expectedPrice": said.ID})
	})
}
