package contacts

import (
	"context"
	"slices"
	"strings"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// selling are the kinds of contact that sell when they are outbound: they need a purpose.
var selling = []schema.ContactKind{schema.TargetCall, schema.Email, schema.TextMessage}

// maxMinutes and maxSeconds are how long a contact that somebody records may last: a day. A row of another system's log may stand for the work of
// weeks: see maxLoggedMinutes.
const (
	maxMinutes = "1440"
	maxSeconds = "86400"
)

// What is true of every contact, recorded or imported.
const (
	maxLoggedMinutes = 100_000 // of a contact in a log that is imported
	maxSubject       = 500     // in characters
	maxNotes         = 20_000  // in characters
	maxReason        = 2000    // in characters, of a correction
	maxSource        = 100     // in characters
)

// checkAbout checks whom a contact is about, if anybody: it must be a RECOMMENDATION, about another customer than its own. INVALID
// on the field.
func checkAbout(field string, kind schema.ContactKind, customerID, aboutID string) error {
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

// checkPurpose checks that a contact that sells has a purpose. INVALID on purpose.
func checkPurpose(kind schema.ContactKind, direction schema.Direction, purpose schema.Purpose) error {
	if direction == schema.Outbound && purpose == "" && slices.Contains(selling, kind) {
		return fault.Invalidf("purpose", "an outbound %s sells: want its purpose", kind)
	}
	return nil
}

// voidReason checks why a contact of a file was voided, and takes who voided it and why off one that stands. A file need not have the reason.
func voidReason(field string, r *Record) error {
	if r.VoidedAt.IsZero() {
		r.VoidedBy, r.VoidReason = "", ""
		return nil
	}
	if strings.TrimSpace(r.VoidReason) == "" {
		r.VoidReason = "voided before it was imported"
	}
	return shortText(func(r *Record) *string { return &r.VoidReason }, maxReason)(field, r)
}

func isAboutAnother(field string, r *Record) error {
	if r.AboutID != "" {
		if err := id.Check(field, id.Customer, r.AboutID); err != nil {
			return err
		}
	}
	return checkAbout(field, r.Kind, r.CustomerID, r.AboutID)
}

func isID(prefix string, of func(r *Record) string) func(field string, r *Record) error {
	return func(field string, r *Record) error {
		if of(r) == "" {
			return nil
		}
		return id.Check(field, prefix, of(r))
	}
}

// shortText checks a text, and brings it into the form in which it is kept.
func shortText(at func(r *Record) *string, most int) func(field string, r *Record) error {
	return func(field string, r *Record) error {
		checked, err := input.OptionalText(field, at(r), most)
		*at(r) = input.OrZero(checked)
		return err
	}
}

func isEmail(field string, r *Record) error {
	if r.Staff == "" {
		return nil
	}
	_, err := input.Email(field, r.Staff)
	return err
}

func loggedMinutes(field string, r *Record) error {
	if r.Minutes.Sign() < 0 || r.Minutes.Compare(money.Whole(maxLoggedMinutes)) > 0 {
		return fault.Invalidf(field, "want 0 to %d", maxLoggedMinutes)
	}
	return nil
}

func notNegative(field string, r *Record) error {
	if r.Expense.Sign() < 0 {
		return fault.Invalidf(field, "must not be negative")
	}
	return nil
}

// checkContact returns the contact that an input records. Everything that is wrong is reported together.
func (s *Service) checkContact(ctx context.Context, in service.RecordContactInput) (r Record, err error) {
	if _, err := auth.Writer(ctx, "Contact"); err != nil {
		return r, err
	}
	var faults fault.List
	for _, f := range fields {
		if f.create != nil {
			faults.Add(f.create(ctx, s, &in, &r))
		}
	}
	if in.TaskID != nil {
		faults.Add(id.Check("taskId", id.Task, *in.TaskID))
	}
	return r, faults.Or()
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
func (s *Service) staffOf(actor auth.Actor, named *string) (string, error) {
	if named == nil {
		if s.people.User(actor.UserID) == nil {
			return "", nil
		}
		return actor.UserID, nil
	}
	if err := id.Check("staffId", id.User, *named); err != nil {
		return "", err
	}
	switch {
	case s.staffMember(*named) == nil:
		return "", fault.NoSuch("staffId", "staff member")
	case !namesOthers(actor) && actor.UserID != *named:
		return "", fault.New(fault.Forbidden, "staffId", "you may only record what you did yourself")
	}
	return *named, nil
}

// staffMember returns the user of ours with an id, who may have left since; nil for none.
func (s *Service) staffMember(userID string) *ent.User {
	if u := s.people.User(userID); u != nil && u.DeletedAt == nil && u.Role != schema.RolePartner {
		return u
	}
	return nil
}

// namesOthers reports whether an actor records and corrects the contacts of other people of ours, too.
func namesOthers(actor auth.Actor) bool { return actor.IsSystem() || actor.Role != schema.RoleSales }
