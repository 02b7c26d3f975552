package sale

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// ChangeDueDate changes the due date of an order that is PLACED; the capacity that it takes from today on moves with it. Faults:
// WRONG_STATE for another order; INVALID on dueAt for a day before today; DATE_IMPOSSIBLE on dueAt with the first possible day;
// FORBIDDEN on overruleDateReason; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) ChangeDueDate(ctx context.Context, in service.ChangeDueDateInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	faults.Add(input.CheckDate("dueAt", &in.DueAt))
	reason, err := input.OptionalText("reason", in.Reason, 2000)
	faults.Add(err)
	overrule, err := rates.CheckOverrule(ctx, in.OverruleDateReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	dueAt := in.DueAt.UTC().Truncate(time.Microsecond)
	return s.changeOrder(ctx, service.Verb{Name: "changeDueDate", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		settings, now := s.Settings(), s.Now()
		due, today := settings.Day(dueAt), settings.Day(now)
		switch {
		case o.Status != schema.OrderPlaced:
			return wrongOrder(o, "due on another day")
		case due < today && (o.DueAt == nil || settings.Day(*o.DueAt) != due):
			return fault.Invalidf("dueAt", "want today or a later day")
		case due > today+costing.MaxLeadDays:
			return fault.Invalidf("dueAt", "want a day within ten years")
		}
		if err := tx.Order.UpdateOne(o).SetDueAt(dueAt).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, "order.due", o.ID, map[string]any{"before": o.DueAt, "due": dueAt, "reason": reason}); err != nil {
			return err
		}
		return s.rates.MoveCapacity(ctx, tx, o.ID, rates.Date{At: now, DueDay: due, Overrule: overrule, Field: "dueAt"})
	})
}
