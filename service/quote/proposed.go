package quote

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/priceagreement"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ApproveAgreement makes a proposed price hold from now on, within its time: prices as of an earlier moment do not know it. Below
// today's floor it is BELOW_FLOOR, unless who approves it writes a reason: that of the proposal is of somebody who does not know the
// floor, and is not kept. FORBIDDEN without the scope floor; NOT_FOUND; WRONG_STATE if it was decided before, if its time is over, or
// if the product is off the catalogue; VERSION_CONFLICT.
func (s *Service) ApproveAgreement(ctx context.Context, in service.ApproveAgreementInput) (*ent.PriceAgreement, error) {
	given, fail := input.OptionalText("overrideFloorReason", in.OverrideFloorReason, 2000)
	if fail != nil {
		return nil, fail
	}
	v := service.Verb{Name: "approveAgreement", Key: in.IdempotencyKey, Body: in}
	return s.decide(ctx, v, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, a *ent.PriceAgreement, change *ent.PriceAgreementUpdateOne) error {
		if a.ValidTo != nil && !s.Now().Before(*a.ValidTo) {
			return fault.New(fault.WrongState, "id", "the time of this price is over: propose it anew")
		}
		if err := productOnSale(ctx, tx, a.ProductID); err != nil {
			return err
		}
		reason := input.OrZero(given)
		c, err := tx.Customer.Get(ctx, a.CustomerID)
		if err != nil {
			return err
		}
		floor, err := s.floorUnder(a.Unit, reason, c, a.ProductID, a.MinimumQuantity)
		if err != nil {
			return atReason(err)
		}
		change.SetState(schema.AgreementAgreed).SetRecordedAt(s.Now())
		if given != nil {
			if change.SetOverrideFloorReason(reason); c.Measurements != nil {
				change.SetExcusedMeasurements(c.Measurements)
			}
		} else {
			change.ClearOverrideFloorReason()
		}
		return s.Audit(ctx, tx, "price.approve", a.ID, map[string]any{"unit": a.Unit, "floor": floor, "reason": reason})
	})
}

// atReason puts BELOW_FLOOR at the field that is missing.
func atReason(err error) error {
	if fault.Is(err, fault.BelowFloor) {
		return fault.At(err, "overrideFloorReason")
	}
	return err
}

// DeclineAgreement declines a proposed price. FORBIDDEN without the scope floor; NOT_FOUND; WRONG_STATE if it was decided before;
// VERSION_CONFLICT.
func (s *Service) DeclineAgreement(ctx context.Context, in service.DeclineAgreementInput) (*ent.PriceAgreement, error) {
	reason, fail := input.Text("reason", in.Reason, 2000)
	if fail != nil {
		return nil, fail
	}
	return s.decide(ctx, service.Verb{Name: "declineAgreement"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, a *ent.PriceAgreement, change *ent.PriceAgreementUpdateOne) error {
		change.SetState(schema.AgreementDeclined).SetDeclineReason(reason)
		return s.Audit(ctx, tx, "price.decline", a.ID, map[string]any{"unit": a.Unit, "reason": reason})
	})
}

// decide decides on a proposal in a transaction, with the customer locked, and returns the agreement after it.
func (s *Service) decide(ctx context.Context, v service.Verb, agreementID string, expectedVersion *int, decide func(context.Context, *store.Tx, *ent.PriceAgreement, *ent.PriceAgreementUpdateOne) error) (*ent.PriceAgreement, error) {
	actor, err := mayAgree(ctx, "deciding on proposed prices")
	if err != nil {
		return nil, err
	}
	if err := id.Check("id", id.Agreement, agreementID); err != nil {
		return nil, err
	}
	return s.changeAgreement(ctx, v, agreementID, expectedVersion, func(ctx context.Context, tx *store.Tx, a *ent.PriceAgreement) error {
		if state := AgreementStateAt(a, s.Now()); state != schema.AgreementProposed {
			return fault.New(fault.WrongState, "id", "this price is %s: only one that is PROPOSED can be decided on", state)
		}
		change := tx.PriceAgreement.UpdateOneID(a.ID).AddVersion(1).SetDecidedAt(s.Now()).SetDecidedBy(actor.UserID)
		if err := decide(ctx, tx, a, change); err != nil {
			return err
		}
		return change.Exec(ctx)
	})
}

// changeAgreement changes an agreement in a transaction, with the customer locked, and returns the agreement after it. NOT_FOUND;
// VERSION_CONFLICT.
func (s *Service) changeAgreement(ctx context.Context, v service.Verb, agreementID string, expectedVersion *int, change func(context.Context, *store.Tx, *ent.PriceAgreement) error) (*ent.PriceAgreement, error) {
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		seen, err := tx.PriceAgreement.Get(ctx, agreementID)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "agreement")
		}
		if err != nil {
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "id", seen.CustomerID)
		if err != nil {
			return "", err
		}
		a, err := tx.PriceAgreement.Query().Where(priceagreement.ID(agreementID)).Only(ctx) // read once more, now that nobody else can change it
		if err != nil {
			return "", err
		}
		if err := service.StillOf(c.ID, a.CustomerID); err != nil {
			return "", err
		}
		if err := service.CheckVersion(expectedVersion, a.Version); err != nil {
			return "", err
		}
		if err := change(ctx, tx, a); err != nil {
			return "", err
		}
		if err := s.CustomerChanged(ctx, tx, a.CustomerID, "PriceAgreement"); err != nil {
			return "", err
		}
		return a.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PriceAgreement.Get(ctx, agreementID)
}
