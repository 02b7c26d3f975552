package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RefundOrder gives money back for a completed order, all that is left of it unless an amount is told, and takes it
// off the order's margin and the credits. Nothing left makes the order REFUNDED.
//
// Faults: WRONG_STATE unless it is COMPLETED; INVALID on amount for nothing, less than nothing, or more than is left.
func (s *Service) RefundOrder(ctx context.Context, in service.RefundOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	reason, fail := input.Text("reason", in.Reason, 2000)
	faults.Add(fail)
	given, fail := s.Amount("amount", in.Amount)
	faults.Add(fail)
	if fail == nil && in.Amount != nil && given.IsZero() {
		faults.Add(fault.New(fault.Invalid, "", "nothing to give back").At("amount", "amount"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "refundOrder", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		if o.Status != schema.OrderCompleted {
			return wrongOrder(o, "refunded")
		}
		left, err := o.Total.Minus(o.Refunded)
		if err != nil {
			return err
		}
		amount := left
		if in.Amount != nil {
			amount = given
		}
		if over := amount.Compare(left) > 0; over || amount.IsZero() {
			return fault.New(fault.Invalid, "", "%s %s is left of this order to give back", s.Currency.Format(left), s.Currency.Code()).At("amount", "amount")
		}
		return s.refund(ctx, tx, o, amount, reason)
	})
}

func (s *Service) refund(ctx context.Context, tx *store.Tx, o *ent.Order, amount money.Amount, reason string) error {
	refunded, err := o.Refunded.Plus(amount)
	if err != nil {
		return input.DomainError(err)
	}
	margin, err := costing.OrderMargin(o.Total, refunded, o.Cost)
	if err != nil {
		return input.DomainError(err)
	}
	status, now := o.Status, s.Now()
	if refunded == o.Total {
		status = schema.OrderRefunded
	}
	if err := tx.Order.UpdateOne(o).SetRefunded(refunded).SetMargin(margin).SetStatus(status).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	err = tx.Refund.Create().SetID(s.IDs.Make(id.Refund)).SetOrderID(o.ID).SetAmount(amount).SetReason(reason).
		SetAt(now).SetActor(actor.Name).Exec(auth.System(ctx))
	if err != nil {
		return err
	}
	return s.Audit(ctx, tx, "order.refund", o.ID, map[string]any{"amount": amount, "reason": reason})
}
