package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// selling are the kinds of contact that sell when they go out: they need a purpose.
var selling = []schema.ContactKind{schema.TargetCall, schema.Email, schema.Message}

// mostMinutes is how long one contact may last: a day.
const mostMinutes = "1440"

// NewContact is what a contact is made of, checked.
type NewContact struct {
	ID, CustomerID        string
	Kind                  schema.ContactKind
	Direction             schema.Direction
	Channel               schema.Channel
	At                    time.Time
	minutes               money.Decimal
	StaffID               *string
	Subject, notes        *string
	aboutID, PermissionID *string
	Purpose               *schema.Purpose
	expense               money.Amount
}

// RecordContact records a contact, costs it by the rates of its moment and credits it with the orders that it
// belongs to, in one transaction. An outbound contact with a purpose that needs a permission is refused without one that
// held at its moment, which is told where it lies in the past. A missing rate does not keep it from being recorded.
//
// Faults: INVALID by field; NOT_FOUND on customerId, aboutId or staffId; PERMISSION_MISSING on channel; ALREADY_EXISTS on
// id; FORBIDDEN where the role records no contacts, and on staffId where SALES record for somebody else.
func (s *Service) RecordContact(ctx context.Context, in service.RecordContactInput) (*ent.Contact, error) {
	n, err := s.checkContact(ctx, in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "recordContact", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		c, err := s.lockForContact(ctx, tx, n)
		if err != nil {
			return "", err
		}
		if n.Direction == schema.Outbound && n.Purpose != nil {
			late := &n.At
			if in.At == nil || in.At.Truncate(time.Microsecond).After(n.At) {
				late = nil // it is now, or was said to be later and counts as now: what holds at the commit decides
			}
			d, err := s.consent.Decide(ctx, tx, c.ID, n.Channel, *n.Purpose, nil, late)
			if err != nil {
				return "", err
			}
			if !d.Allowed {
				return "", consent.MissingPermission(d, n.Channel, *n.Purpose)
			}
			if d.CurrentLevel != nil {
				n.PermissionID = &d.Permission.ID
			}
		}
		contact, err := s.AddContact(ctx, tx, c, n)
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
	return s.Client.Contact.Get(ctx, made)
}

func (s *Service) checkContact(ctx context.Context, in service.RecordContactInput) (NewContact, error) {
	actor, ok := auth.From(ctx)
	if ok && actor.May("Contact").Write == auth.NoRows {
		return NewContact{}, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	var faults fault.List
	n := NewContact{CustomerID: in.CustomerID, Kind: in.Kind, Direction: in.Direction, Channel: in.Channel, aboutID: in.AboutID, Purpose: in.Purpose}
	var err error
	n.ID, err = s.NewID(id.Contact, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	n.At, err = s.Moment("at", in.At)
	faults.Add(err)
	n.minutes, err = input.Decimal("minutes", input.Or(in.Minutes, "0"), "0", mostMinutes)
	faults.Add(err)
	n.Subject, err = input.OptionalText("subject", in.Subject, 500)
	faults.Add(err)
	n.notes, err = input.OptionalText("notes", in.Notes, 20000)
	faults.Add(err)
	n.expense, err = s.Amount("expense", in.Expense)
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
	n.StaffID, err = s.staffOf(actor, in.StaffID)
	faults.Add(err)
	return n, faults.Or()
}

// staffOf gives the staff member of a contact: the one named, who may have left since, or the actor. SALES name only
// themselves. The system itself is nobody.
func (s *Service) staffOf(actor auth.Actor, named *string) (*string, error) {
	if named == nil {
		if s.people.User(actor.UserID) == nil {
			return nil, nil
		}
		return &actor.UserID, nil
	}
	if err := id.Check("staffId", id.User, *named); err != nil {
		return nil, err
	}
	u := s.people.User(*named)
	switch {
	case u == nil || u.DeletedAt != nil || u.Role == schema.RolePartner:
		return nil, fault.NoSuch("staffId", "staff member")
	case actor.Role == schema.RoleSales && !actor.IsSystem() && actor.UserID != *named:
		return nil, fault.New(fault.Forbidden, "staffId", "you may only record what you did yourself")
	}
	return named, nil
}

// lockForContact holds the customer of a contact and the one it is about, always in the order of their ids.
func (s *Service) lockForContact(ctx context.Context, tx *store.Tx, n NewContact) (*ent.Customer, error) {
	if n.aboutID == nil {
		return s.LockCustomer(ctx, tx, "customerId", n.CustomerID)
	}
	if *n.aboutID < n.CustomerID {
		if _, err := s.LockCustomer(ctx, tx, "aboutId", *n.aboutID); err != nil {
			return nil, err
		}
		return s.LockCustomer(ctx, tx, "customerId", n.CustomerID)
	}
	c, err := s.LockCustomer(ctx, tx, "customerId", n.CustomerID)
	if err != nil {
		return nil, err
	}
	_, err = s.LockCustomer(ctx, tx, "aboutId", *n.aboutID)
	return c, err
}

// AddContact writes a contact of a customer that the transaction holds: with its cost, the stage that the customer
// was in by what we knew of that moment, and what it earned. Whether it was permitted is for the caller to have decided.
func (s *Service) AddContact(ctx context.Context, tx *store.Tx, c *ent.Customer, n NewContact) (*ent.Contact, error) {
	stage, err := s.stageAt(ctx, tx, c, n.At)
	if err != nil {
		return nil, err
	}
	in := rates.ContactInput(s.people.User(input.OrZero(n.StaffID)), n.minutes, n.Channel, n.expense)
	cost, err := s.rates.CostContact(ctx, tx, in, n.At)
	if err != nil {
		return nil, err
	}
	lines, err := json.Marshal(cost.Lines)
	if err != nil {
		return nil, fmt.Errorf("service: cost lines: %w", err)
	}
	contact, err := tx.Contact.Create().SetID(n.ID).SetCustomerID(c.ID).SetKind(n.Kind).SetDirection(n.Direction).SetChannel(n.Channel).
		SetAt(n.At).SetMinutes(n.minutes).SetNillableStaffID(n.StaffID).SetNillableSubject(n.Subject).SetNillableNotes(n.notes).
		SetNillableAboutID(n.aboutID).SetNillablePermissionID(n.PermissionID).SetNillablePurpose(n.Purpose).SetStage(stage).SetNillableSegment(c.Segment).
		SetExpense(n.expense).SetCost(cost.Total).SetCostLines(lines).SetUncosted(len(cost.Missing) > 0).SetRecordedAt(s.Now()).
		Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.books.SettleContact(ctx, tx, c, contact); err != nil {
		return nil, err
	}
	if err := s.ContactRecorded(ctx, tx, contact.ID, c.ID); err != nil {
		return nil, err
	}
	return contact, s.CustomerChanged(ctx, tx, c.ID)
}

// stageAt gives the stage that a customer was in at a moment, as we knew it then: a stage that is corrected later does
// not change what a contact was made under.
func (s *Service) stageAt(ctx context.Context, tx *store.Tx, c *ent.Customer, at time.Time) (schema.Stage, error) {
	if !at.Before(s.Now()) {
		return c.Stage, nil
	}
	stage := string(c.Stage)
	err := store.Each(ctx, tx, `SELECT coalesce((SELECT to_stage FROM stage_changes WHERE customer_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1),
		(SELECT from_stage FROM stage_changes WHERE customer_id = ? ORDER BY at, id LIMIT 1), ?)`, []any{c.ID, at, c.ID, string(c.Stage)}, func(scan store.ScanFunc) error {
		return scan(&stage)
	})
	return schema.Stage(stage), err
}
