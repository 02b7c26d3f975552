package contacts

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// selling are the kinds of contact that sell when they are outbound: they need a purpose.
var selling = []schema.ContactKind{schema.TargetCall, schema.Email, schema.Message}

// maxMinutes and maxSeconds are how long a contact that somebody records may last: a day. A row of another system's log may stand for the work of
// weeks: see [MaxLoggedMinutes].
const (
	maxMinutes = "1440"
	maxSeconds = "86400"
)

// What is true of every contact, recorded or imported.
const (
	MaxLoggedMinutes = 100_000 // of a contact in a log that is imported
	MaxSubject       = 500     // in characters
	MaxNotes         = 20_000  // in characters
)

// CheckAbout checks whom a contact is about, if anybody: it must be a RECOMMENDATION, about another customer than its own. INVALID
// on the field.
func CheckAbout(field string, kind schema.ContactKind, customerID, aboutID string) error {
	switch {
	case aboutID == "":
		return nil
	case kind != schema.Recommendation:
		return fault.Invalidf(field, "only a RECOMMENDATION is about another customer, not a contact of kind %s", kind)
	case aboutID == customerID:
		return fault.Invalidf(field, "a customer cannot recommend themselves: want another customer")
	}
	return nil
}

// NewContact is a contact to be recorded, checked.
type NewContact struct {
	ID, CustomerID        string
	Kind                  schema.ContactKind
	Direction             schema.Direction
	Channel               schema.Channel
	At                    time.Time
	spent                 costing.Duration
	StaffID               *string
	Subject, notes        *string
	aboutID, PermissionID *string
	Purpose               *schema.Purpose
	expense               money.Amount
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
	n.At, err = s.PastMoment("at", in.At)
	faults.Add(err)
	n.spent, err = checkSpent(in.Minutes, in.Seconds)
	faults.Add(err)
	n.Subject, err = input.OptionalText("subject", in.Subject, MaxSubject)
	faults.Add(err)
	n.notes, err = input.OptionalText("notes", in.Notes, MaxNotes)
	faults.Add(err)
	n.expense, err = s.Amount("expense", in.Expense)
	faults.Add(err)
	if in.AboutID != nil {
		err := id.Check("aboutId", id.Customer, *in.AboutID)
		if err == nil {
			err = CheckAbout("aboutId", in.Kind, in.CustomerID, *in.AboutID)
		}
		faults.Add(err)
	}
	if in.Direction == schema.Outbound && in.Purpose == nil && slices.Contains(selling, in.Kind) {
		faults.Add(fault.Invalidf("purpose", "an outbound %s sells: want its purpose", in.Kind))
	}
	n.StaffID, err = s.staffOf(actor, in.StaffID)
	faults.Add(err)
	return n, faults.Or()
}

// checkSpent returns the working time of a contact, which is given in minutes or in seconds.
func checkSpent(minutes, seconds *money.Exact) (costing.Duration, error) {
	if seconds == nil {
		given, err := input.Decimal("minutes", input.Or(minutes, "0"), "0", maxMinutes)
		return costing.InMinutes(given), err
	}
	if minutes != nil {
		return costing.Duration{}, fault.Invalidf("seconds", "want minutes or seconds, not both")
	}
	given, err := input.Decimal("seconds", *seconds, "0", maxSeconds)
	if err != nil {
		return costing.Duration{}, err
	}
	spent, err := costing.InSeconds(given)
	return spent, input.DomainError(err)
}

// staffOf returns the staff member of a contact: the one named, who may have left since, or else the actor. SALES may name only
// themselves. Nobody took part in what the system itself records.
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
