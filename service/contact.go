package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

// selling are the kinds of contact that sell when they go out: they need a purpose.
var selling = []schema.ContactKind{schema.TargetCall, schema.Email, schema.Message}

// mostMinutes is how long one contact may last: a day.
const mostMinutes = "1440"

// RecordContact records a contact, costs it by the rates of its moment and credits it with the orders that it
// belongs to, in one transaction. An outbound contact with a purpose that needs a permission is refused without one that
// held at its moment, which is told where it lies in the past. A missing rate does not keep it from being recorded.
//
// Faults: INVALID by field; NOT_FOUND on customerId, aboutId or staffId; PERMISSION_MISSING on channel; ALREADY_EXISTS on
// id; FORBIDDEN where the role records no contacts, and on staffId where SALES record for somebody else.
func (s *Service) RecordContact(ctx context.Context, in RecordContactInput) (*ent.Contact, error) {
	n, err := s.checkContact(ctx, in)
	if err != nil {
		return nil, err
	}
	made, err := s.write(ctx, verb{"recordContact", in.IdempotencyKey, in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.holdRates(ctx, tx); err != nil {
			return "", err
		}
		c, err := s.lockForContact(ctx, tx, n)
		if err != nil {
			return "", err
		}
		if n.direction == schema.Outbound && n.purpose != nil {
			late := &n.at
			if in.At == nil || in.At.Truncate(time.Microsecond).After(n.at) {
				late = nil // it is now, or was said to be later and counts as now: what holds at the commit decides
			}
			d, err := s.decide(ctx, tx, c.ID, n.channel, *n.purpose, nil, late)
			if err != nil {
				return "", err
			}
			if !d.Allowed {
				return "", missingPermission(d, n.channel, *n.purpose)
			}
			if d.CurrentLevel != nil {
				n.permissionID = &d.Permission.ID
			}
		}
		contact, err := s.addContact(ctx, tx, c, n)
		if store.IsUnique(err) && in.ID != nil {
			return "", fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
		if err != nil {
			return "", err
		}
		return contact.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return s.client.Contact.Get(ctx, made)
}

// newContact is what a contact is made of, checked.
type newContact struct {
	id, customerID        string
	kind                  schema.ContactKind
	direction             schema.Direction
	channel               schema.Channel
	at                    time.Time
	minutes               money.Decimal
	staffID               *string
	subject, notes        *string
	aboutID, permissionID *string
	purpose               *schema.Purpose
	expense               money.Amount
}

func (s *Service) checkContact(ctx context.Context, in RecordContactInput) (newContact, error) {
	actor, ok := auth.From(ctx)
	if ok && actor.May("Contact").Write == auth.NoRows {
		return newContact{}, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	var faults fault.List
	n := newContact{customerID: in.CustomerID, kind: in.Kind, direction: in.Direction, channel: in.Channel, aboutID: in.AboutID, purpose: in.Purpose}
	var err *fault.Error
	n.id, err = s.newID(id.Contact, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	n.at, err = s.moment("at", in.At)
	faults.Add(err)
	n.minutes, err = decimal("minutes", or(in.Minutes, "0"), "0", mostMinutes)
	faults.Add(err)
	n.subject, err = optionalText("subject", in.Subject, 500)
	faults.Add(err)
	n.notes, err = optionalText("notes", in.Notes, 20000)
	faults.Add(err)
	n.expense, err = s.amount("expense", in.Expense)
	faults.Add(err)
	if in.AboutID != nil {
		switch err := id.Check("aboutId", id.Customer, *in.AboutID); {
		case err != nil:
			faults.Add(err)
		case in.Kind != schema.Recommendation:
			faults.Add(fault.Invalidf("aboutId", "only a RECOMMENDATION is about somebody"))
		case *in.AboutID == in.CustomerID:
			faults.Add(fault.Invalidf("aboutId", "nobody recommends themselves"))
		}
	}
	if in.Direction == schema.Outbound && in.Purpose == nil && slices.Contains(selling, in.Kind) {
		faults.Add(fault.Invalidf("purpose", "an outbound %s sells: want its purpose", in.Kind))
	}
	n.staffID, err = s.staffOf(actor, in.StaffID)
	faults.Add(err)
	return n, faults.Or()
}

// staffOf gives the staff member of a contact: the one named, who may have left since, or the actor. SALES name only
// themselves. The system itself is nobody.
func (s *Service) staffOf(actor auth.Actor, named *string) (*string, *fault.Error) {
	if named == nil {
		if s.User(actor.UserID) == nil {
			return nil, nil
		}
		return &actor.UserID, nil
	}
	if err := id.Check("staffId", id.User, *named); err != nil {
		return nil, err
	}
	u := s.User(*named)
	switch {
	case u == nil || u.DeletedAt != nil || u.Role == schema.RolePartner:
		return nil, fault.NoSuch("staffId", "staff member")
	case actor.Role == schema.RoleSales && !actor.IsSystem() && actor.UserID != *named:
		return nil, fault.New(fault.Forbidden, "staffId", "you may only record what you did yourself")
	}
	return named, nil
}

// lockForContact holds the customer of a contact and the one it is about, always in the order of their ids.
func (s *Service) lockForContact(ctx context.Context, tx *store.Tx, n newContact) (*ent.Customer, error) {
	if n.aboutID == nil {
		return s.lockCustomer(ctx, tx, "customerId", n.customerID)
	}
	if *n.aboutID < n.customerID {
		if _, err := s.lockCustomer(ctx, tx, "aboutId", *n.aboutID); err != nil {
			return nil, err
		}
		return s.lockCustomer(ctx, tx, "customerId", n.customerID)
	}
	c, err := s.lockCustomer(ctx, tx, "customerId", n.customerID)
	if err != nil {
		return nil, err
	}
	_, err = s.lockCustomer(ctx, tx, "aboutId", *n.aboutID)
	return c, err
}

// addContact writes a contact of a customer that the transaction holds: with its cost, the stage that the customer
// was in by what we knew of that moment, and what it earned. Whether it was permitted is for the caller to have decided.
func (s *Service) addContact(ctx context.Context, tx *store.Tx, c *ent.Customer, n newContact) (*ent.Contact, error) {
	stage, err := s.stageAt(ctx, tx, c, n.at)
	if err != nil {
		return nil, err
	}
	in := costing.ContactInput{Minutes: n.minutes, Channel: string(n.channel), Expense: n.expense}
	if n.staffID != nil {
		in.StaffCodes = staffCodes(s.User(*n.staffID))
	}
	rates, err := s.ratesFor(ctx, tx, append(slices.Clone(in.StaffCodes), in.Channel))
	if err != nil {
		return nil, err
	}
	cost, err := costing.Contact(in, rates, n.at, forEver, s.currency)
	if err != nil {
		return nil, ofHeart(err)
	}
	lines, err := json.Marshal(cost.Lines)
	if err != nil {
		return nil, fmt.Errorf("service: cost lines: %w", err)
	}
	contact, err := tx.Contact.Create().SetID(n.id).SetCustomerID(c.ID).SetKind(n.kind).SetDirection(n.direction).SetChannel(n.channel).
		SetAt(n.at).SetMinutes(n.minutes).SetNillableStaffID(n.staffID).SetNillableSubject(n.subject).SetNillableNotes(n.notes).
		SetNillableAboutID(n.aboutID).SetNillablePermissionID(n.permissionID).SetNillablePurpose(n.purpose).SetStage(stage).SetNillableSegment(c.Segment).
		SetExpense(n.expense).SetCost(cost.Total).SetCostLines(lines).SetUncosted(len(cost.Missing) > 0).SetRecordedAt(s.now()).
		Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.settleContact(ctx, tx, c, contact); err != nil {
		return nil, err
	}
	if err := s.recorded(ctx, tx, contact.ID, c.ID); err != nil {
		return nil, err
	}
	return contact, s.changed(ctx, tx, c.ID)
}

// staffCodes are the codes by which a staff member's rate is looked for: the e-mail, folded, then the grade.
func staffCodes(u *ent.User) []string {
	codes := []string{u.EmailKey}
	if u.Grade != nil {
		codes = append(codes, *u.Grade)
	}
	return codes
}

// stageAt gives the stage that a customer was in at a moment, as we knew it then: a stage that is corrected later does
// not change what a contact was made under.
func (s *Service) stageAt(ctx context.Context, tx *store.Tx, c *ent.Customer, at time.Time) (schema.Stage, error) {
	if !at.Before(s.now()) {
		return c.Stage, nil
	}
	stage := string(c.Stage)
	err := store.Each(ctx, tx, `SELECT coalesce((SELECT to_stage FROM stage_changes WHERE customer_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1),
		(SELECT from_stage FROM stage_changes WHERE customer_id = ? ORDER BY at, id LIMIT 1), ?)`, []any{c.ID, at, c.ID, string(c.Stage)}, func(scan store.ScanFunc) error {
		return scan(&stage)
	})
	return schema.Stage(stage), err
}
