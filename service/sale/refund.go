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

// RefundOrder refunds an amount of a completed order, by default all that has not been refunded, and subtracts it from the
// order's margin and from the credits. An order that is refunded wholly becomes REFUNDED.
//
// Faults: WRONG_STATE unless the order is COMPLETED; INVALID by field, and on amount for 0, less than 0, or more than is
// left; NOT_FOUND on id; VERSION_CONFLICT.
func (s *Service) RefundOrder(ctx context.Context, in service.RefundOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	reason, err := input.Text("reason", in.Reason, 2000)
	faults.Add(err)
	given, err := s.Amount("amount", in.Amount)
	faults.Add(err)
	if err == nil && in.Amount != nil && given.IsZero() {
		faults.Add(fault.New(fault.Invalid, "", "want more than 0").At("amount", "amount"))
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
		if amount.Compare(left) > 0 || amount.IsZero() {
			return fault.New(fault.Invalid, "", "%s %s of this order can be refunded", s.Currency.Format(left), s.Currency.Code()).At("amount", "amount")
		}
		return s.refund(ctx, tx, o, amount, reason)
	})
}

// refund writes a refund, and what it changes of the order.
func (s *Service) refund(ctx context.Context, tx *store.Tx, o *ent.Order, amount money.Amount, reason string) error {
	refunded, err := o.Refunded.Plus(amount)
	if err != nil {
		return input.DomainError(err)
	}
	margin, err := costing.OrderMargin(false, o.Total, refunded, o.Cost)
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
	if err := createRefund(ctx, tx, &ent.Refund{
		ID: s.IDs.Make(id.Refund), OrderID: o.ID, Amount: amount, Reason: reason, At: now, Actor: actor.Name,
	}); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "order.refund", o.ID, map[string]any{"amount": amount, "reason": reason})
}
