package quote

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// EndAgreement ends an agreed price from a moment on, by default now. An end has two times: prices as of a moment before it was
// recorded do not know it. Of several ends the last recorded holds, so that one can be corrected. FORBIDDEN without the scope floor;
// NOT_FOUND; WRONG_STATE for a proposal, and for an agreement that ends at that moment already; INVALID on from unless it is before
// validTo; VERSION_CONFLICT.
func (s *Service) EndAgreement(ctx context.Context, in service.EndAgreementInput) (*ent.PriceAgreement, error) {
	actor, err := mayAgree(ctx, "ending agreed prices")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Agreement, in.ID))
	reason, err := input.Text("reason", in.Reason, 2000)
	faults.Add(err)
	from, err := s.HoldsFrom("from", in.From)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	v := service.Verb{Name: "endAgreement", Key: in.IdempotencyKey, Body: in}
	return s.changeAgreement(ctx, v, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, a *ent.PriceAgreement) error {
		switch {
		case a.State != schema.AgreementAgreed:
			return fault.New(fault.WrongState, "id", "this price is %s: only one that is AGREED can be ended", a.State)
		case a.EndedAt != nil && a.EndedAt.Equal(from):
			return fault.New(fault.WrongState, "id", "this price ends at that moment already")
		case a.ValidTo != nil && !from.Before(*a.ValidTo):
			return fault.Invalidf("from", "want a moment before validTo, %s: then the price ends by itself", a.ValidTo.UTC().Format(time.RFC3339))
		}
		if err := s.RecordDated(ctx, tx, schema.DatedEnd, a.ID, &reason, from); err != nil {
			return err
		}
		if err := tx.PriceAgreement.UpdateOneID(a.ID).AddVersion(1).SetEndedAt(from).SetEndReason(reason).SetEndedBy(actor.UserID).Exec(ctx); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "price.end", a.ID, map[string]any{"customer": a.CustomerID, "product": a.ProductID, "unit": a.Unit, "from": from, "before": a.EndedAt, "reason": reason})
	})
}

// AgreementStateAt returns the state of an agreement at a moment, by what is known now: one whose time is over, or that was ended, is
// ENDED, also if nobody had decided on it by then.
func AgreementStateAt(a *ent.PriceAgreement, at time.Time) schema.AgreementState {
	if over := pricing.Over(a.ValidTo, a.EndedAt); a.State != schema.AgreementDeclined && over != nil && !at.Before(*over) {
		return schema.AgreementEnded
	}
	return a.State
}
