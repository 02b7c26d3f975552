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

// RescheduleOrderPayload is the answer of rescheduleOrder: see the API.
type RescheduleOrderPayload struct {
	Order      *ent.Order
	DueBefore  *time.Time
	Due        *time.Time
	Before     []*rates.OrderBooking
	After      []*rates.OrderBooking
	UserErrors []service.UserError
}

// moved is what the audit keeps of a due date that was moved: with what the order took of resources from that day on, before and after. A
// request that is repeated is answered by it.
type moved struct {
	Before       *time.Time            `json:"before"`
	Due          time.Time             `json:"due"`
	Reason       *string               `json:"reason"`
	BookedBefore []*rates.OrderBooking `json:"bookedBefore"`
	BookedAfter  []*rates.OrderBooking `json:"bookedAfter"`
}

// newDate is a due date that is asked for, and how.
type newDate struct {
	at               *time.Time   // the moment; nil where the day is given
	day              *schema.Date // the day, at the time of day at which the order was due
	reason           *string
	overrule         string
	expectedVersion  *int
	orderID, refused string // refused is the field of the input with what is wrong
}

// ChangeDueDate changes the due date of an order that is PLACED; the capacity that it takes from today on moves with it, unless it is due
// on the same day. Faults: WRONG_STATE for another order; INVALID on dueAt for a day before today; DATE_IMPOSSIBLE on dueAt with the
// first possible day; FORBIDDEN on overruleDateReason; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) ChangeDueDate(ctx context.Context, in service.ChangeDueDateInput) (*ent.Order, error) {
	d, err := checkNewDate(ctx, service.RescheduleOrderInput{
		ID: in.ID, ExpectedVersion: in.ExpectedVersion, DueAt: &in.DueAt, Reason: in.Reason, OverruleDateReason: in.OverruleDateReason,
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.move(ctx, service.Verb{Name: "changeDueDate", Key: in.IdempotencyKey, Body: in}, d); err != nil {
		return nil, err
	}
	return s.Client.Order.Get(ctx, in.ID)
}

// RescheduleOrder is ChangeDueDate by a moment or a day, and answers what moved. Faults also: INVALID on dueDate unless it or dueAt is given,
// and where it is before today.
func (s *Service) RescheduleOrder(ctx context.Context, in service.RescheduleOrderInput) (*RescheduleOrderPayload, error) {
	d, err := checkNewDate(ctx, in)
	if err != nil {
		return nil, err
	}
	entry, err := s.move(ctx, service.Verb{Name: "rescheduleOrder", Key: in.IdempotencyKey, Body: in}, d)
	if err != nil {
		return nil, err
	}
	o, err := s.Client.Order.Get(ctx, in.ID) // who repeats the request may not see it any more
	if err != nil {
		return nil, err
	}
	done, err := s.movedBy(ctx, entry)
	if err != nil {
		return nil, err
	}
	return &RescheduleOrderPayload{Order: o, DueBefore: done.Before, Due: &done.Due, Before: done.BookedBefore, After: done.BookedAfter}, nil
}

// checkNewDate reads the input of a new due date.
func checkNewDate(ctx context.Context, in service.RescheduleOrderInput) (newDate, error) {
	d := newDate{at: in.DueAt, day: in.DueDate, expectedVersion: in.ExpectedVersion, orderID: in.ID, refused: "dueAt"}
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	switch {
	case (in.DueAt == nil) == (in.DueDate == nil):
		faults.Add(fault.Invalidf("dueDate", "want dueAt or dueDate, one of both"))
	case in.DueDate != nil:
		d.refused = "dueDate"
		day := in.DueDate.Time()
		faults.Add(input.CheckDate("dueDate", &day))
	default:
		faults.Add(input.CheckDate("dueAt", in.DueAt))
		at := in.DueAt.UTC().Truncate(time.Microsecond)
		d.at = &at
	}
	var err error
	d.reason, err = input.OptionalText("reason", in.Reason, 2000)
	faults.Add(err)
	d.overrule, err = rates.CheckOverrule(ctx, in.OverruleDateReason)
	faults.Add(err)
	return d, faults.Or()
}

// of returns the moment for an order.
func (d newDate) of(o *ent.Order, zone *time.Location) time.Time {
	if d.at != nil {
		return *d.at
	}
	return costing.OnDay(input.Or(o.DueAt, o.At), int(*d.day), zone)
}

// move moves the due date of an order and returns the entry of the audit that says so.
func (s *Service) move(ctx context.Context, v service.Verb, d newDate) (string, error) {
	return s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil { // capacity is a rate's
			return "", err
		}
		o, err := s.lockOrder(ctx, tx, d.orderID, d.expectedVersion)
		if err != nil {
			return "", err
		}
		return s.moveOrder(ctx, tx, o, d)
	})
}

// moveOrder is move with the order's customer locked.
func (s *Service) moveOrder(ctx context.Context, tx *store.Tx, o *ent.Order, d newDate) (string, error) {
	settings, now := s.Settings(), s.Now()
	at := d.of(o, settings.Zone)
	due, today := settings.Day(at), settings.Day(now)
	same := o.DueAt != nil && settings.Day(*o.DueAt) == due
	switch {
	case o.Status != schema.OrderPlaced:
		return "", wrongOrder(o, "due on another day")
	case due < today && !same:
		return "", fault.Invalidf(d.refused, "want today or a later day")
	case due > today+costing.MaxLeadDays:
		return "", fault.Invalidf(d.refused, "want a day within ten years")
	}
	done := moved{Before: o.DueAt, Due: at, Reason: d.reason}
	var err error
	if done.BookedBefore, err = s.rates.BookedFromToday(ctx, tx, o.ID); err != nil {
		return "", err
	}
	done.BookedAfter = done.BookedBefore
	if !same {
		if err := s.rates.MoveCapacity(ctx, tx, o.ID, rates.Date{At: now, DueDay: due, Overrule: d.overrule, Field: d.refused}); err != nil {
			return "", err
		}
		if done.BookedAfter, err = s.rates.BookedFromToday(ctx, tx, o.ID); err != nil {
			return "", err
		}
	}
	action := "order.reschedule" // it was asked for, and nothing changed
	if o.DueAt == nil || !o.DueAt.Equal(at) {
		action = "order.due"
		if err := tx.Order.UpdateOne(o).SetDueAt(at).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.CustomerChanged(ctx, tx, o.CustomerID, "Order"); err != nil {
			return "", err
		}
	}
	var audit service.AuditRows
	if err := audit.Add(ctx, s.Core, action, o.ID, done); err != nil {
		return "", err
	}
	return audit.Last(), audit.Write(ctx, tx)
}
