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
	"kopeck/service/rates"
	"kopeck/store"
)

// latestReport is how long after an offer has expired a phone that was offline may still report that the customer accepted it
// in time. Without such a limit an offer would bind us indefinitely.
const latestReport = 30 * 24 * time.Hour

// AcceptOffer records that the customer has accepted an offer, and creates the order at exactly the promised prices. at is when
// the customer accepted, and is what is compared with expiresAt: an acceptance may be reported late. A DRAFT can be accepted
// too: nothing needs to be sent to a customer who is present.
//
// Faults: WRONG_STATE for an offer that is answered, withdrawn or had expired at that moment; INVALID on at for a moment before
// the prices were asked for, and on variant; DATE_IMPOSSIBLE on id with the first possible day: an offer holds prices, not capacity; FORBIDDEN on
// overruleDateReason; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) AcceptOffer(ctx context.Context, in service.AcceptOfferInput) (*ent.Offer, error) {
	var faults fault.List
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	overrule, err := rates.CheckOverrule(ctx, in.OverruleDateReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOffer(ctx, service.Verb{Name: "acceptOffer", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer) error {
		now := s.Now()
		switch status := OfferStatusAt(o, at); {
		case status == schema.OfferExpired:
			return fault.New(fault.WrongState, "id", "the offer expired at %s", o.ExpiresAt.Format(time.RFC3339))
		case !unanswered(status):
			return wrongOffer(status, "accepted")
		case !now.Before(o.ExpiresAt.Add(latestReport)):
			return fault.New(fault.WrongState, "id", "the offer expired at %s: an earlier acceptance can no longer be reported", o.ExpiresAt.Format(time.RFC3339))
		}
		variant, promises, err := chosenOf(ctx, tx, o, in.Variant)
		if err != nil {
			return err
		}
		if err := s.quote.CheckOfferExemption(ctx, tx, c, promises); err != nil {
			return err
		}
		for _, p := range promises {
			if at.Before(p.PricedAt.Add(-service.ClockSkew)) {
				return fault.Invalidf("at", "before the prices of the offer were asked for, at %s", p.PricedAt.Format(time.RFC3339))
			}
		}
		made, err := s.makeOrder(ctx, tx, newOrder{id: s.IDs.Make(id.Order), customerID: o.CustomerID, offerID: &o.ID, at: at, promises: promises, overrule: overrule, field: "id"})
		if err != nil {
			return err
		}
		total, tax, err := totals(promises)
		if err != nil {
			return err
		}
		err = tx.Offer.UpdateOne(o).SetStatus(schema.OfferAccepted).SetVariant(variant).SetTotal(total).SetTax(tax).SetDecidedAt(at).SetOrderID(made.ID).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		return s.Audit(ctx, tx, "offer.accept", o.ID, map[string]any{"at": at, "order": made.ID, "variant": variant})
	})
}

// chosenOf returns the variant of an offer that is accepted, 0 for one without variants, and its promises, line by line. INVALID on variant.
func chosenOf(ctx context.Context, tx *store.Tx, o *ent.Offer, variant *int) (int, []quote.Promise, error) {
	chosen := 0
	switch most := len(o.VariantNames); {
	case most == 0 && variant != nil:
		return 0, nil, fault.Invalidf("variant", "the offer has no variants")
	case most > 0 && (variant == nil || *variant < 1 || *variant > most):
		return 0, nil, fault.Invalidf("variant", "want the number of the variant that is accepted, from 1 to %d", most)
	case most > 0:
		chosen = *variant
	}
	lines, err := tx.OfferLine.Query().Where(offerline.OfferID(o.ID), offerline.Variant(chosen)).Order(offerline.ByPosition()).All(ctx)
	if err != nil {
		return 0, nil, err
	}
	promises := make([]quote.Promise, len(lines))
	for i, line := range lines {
		if promises[i], err = quote.PromiseOfLine(line); err != nil {
			return 0, nil, err
		}
	}
	return chosen, promises, nil
}
