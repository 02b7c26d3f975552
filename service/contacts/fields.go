package contacts

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// Descriptor is one field of a contact and all that is done with it.
type Descriptor struct {
	*field.Field[Record]

	input  string // the field of RecordContactInput; "" where recordContact does not take it
	create create

	corrected string // the field of CorrectContactInput; "" where correctContact does not take it
	correct   correct
	history   func(r *Record) any // the value as conflicts and the audit have it; nil where correct is
}

// create checks what an input gives of a field, and puts it into the record.
type create func(ctx context.Context, s *Service, in *service.RecordContactInput, r *Record) error

// correct checks what an input corrects of a field, and puts it into a record of changes, if it is given.
type correct func(ctx context.Context, s *Service, in *service.CorrectContactInput, r *Record) (isGiven bool, err error)

const (
	own      = field.Own | field.OwnKey // a file of Kopeck's own format has it
	required = field.Mappable | field.MapKey | field.Filled
)

// fields defines each field of a contact once. Recording, importing, matching and copying, and the header and the rows of files follow
// from it. It is in the order of the columns of files: add a new field at the end. A log names customers by their external ids
// in the column customer, or by e-mail or phone.
var fields = []Descriptor{
	given("id", field.Of("id", "id", own, field.Text, func(r *Record) *string { return &r.ID }).Checked(isID(id.Contact, func(r *Record) string { return r.ID })),
		func(_ context.Context, s *Service, in *service.RecordContactInput, r *Record) (err error) {
			r.ID, err = s.NewID(id.Contact, in.ID)
			return err
		}),
	ofFile(field.Of("external_id", "external_id", field.Own|field.Mappable|field.Nullable, field.Identifier, func(r *Record) *string { return &r.ExternalID }).
		Checked(shortText(func(r *Record) *string { return &r.ExternalID }, 200))),
	given("customerId", field.Of("customer_id", "customer_id", own, field.Text, func(r *Record) *string { return &r.CustomerID }).Compared(", of another customer"),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.CustomerID = in.CustomerID
			return id.Check("customerId", id.Customer, in.CustomerID)
		}),
	ofFile(field.Of("customer_external_id", "", field.Own, field.Text, func(r *Record) *string { return &r.CustomerExternalID }).From("c.external_id")),
	ofFile(field.Of("customer", "", field.Mappable|field.MapKey, field.Identifier, func(r *Record) *string { return &r.CustomerExternalID })),
	given("kind", field.Of("kind", "kind", own|required, field.Word[schema.ContactKind](), func(r *Record) *schema.ContactKind { return &r.Kind }).Compared(otherWay),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Kind = in.Kind
			return nil
		}).corrects("kind", correctedKind, func(r *Record) any { return r.Kind }),
	given("direction", field.Of("direction", "direction", own|required, field.Word[schema.Direction](), func(r *Record) *schema.Direction { return &r.Direction }).Compared(otherWay),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Direction = in.Direction
			return nil
		}).corrects("direction", correctedDirection, func(r *Record) any { return r.Direction }),
	given("channel", field.Of("channel", "channel", own|required, field.Word[schema.Channel](), func(r *Record) *schema.Channel { return &r.Channel }).Compared(otherWay),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Channel = in.Channel
			return nil
		}).corrects("channel", correctedChannel, func(r *Record) any { return r.Channel }),
	given("at", field.Of("at", "at", own|required, field.Moment, func(r *Record) *time.Time { return &r.At }).ComparedOf(func(r *Record) string { return ", of " + r.At.Format(time.RFC3339) }),
		func(_ context.Context, s *Service, in *service.RecordContactInput, r *Record) (err error) {
			r.At, err = s.PastMoment("at", in.At)
			return err
		}).corrects("at", correctedAt, func(r *Record) any { return field.Written(r.At) }),
	given("minutes", field.Of("minutes", "minutes", field.Own|field.Mappable, field.Decimal, func(r *Record) *money.Decimal { return &r.Minutes }).Compared(otherEffort).Checked(loggedMinutes),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			if in.Participants != nil { // who say it
				return nil
			}
			spent, err := checkSpent(in.Minutes, in.Seconds)
			r.Minutes, r.Seconds = spent.Minutes, spent.Seconds
			return err
		}).corrects("minutes", correctedSpent, func(r *Record) any { return r.Minutes.String() }),
	given("staffId", field.Of("staff", "", field.Own|field.Mappable, field.Text, func(r *Record) *string { return &r.Staff }).From("u.email").Checked(isEmail),
		func(ctx context.Context, s *Service, in *service.RecordContactInput, r *Record) (err error) {
			if in.Participants != nil { // the first
				return nil
			}
			actor, _ := auth.From(ctx)
			r.StaffID, err = s.staffOf(actor, in.StaffID)
			return err
		}),
	given("subject", field.Of("subject", "subject", field.Own|field.Mappable|field.Nullable, field.Text, func(r *Record) *string { return &r.Subject }).
		Checked(shortText(func(r *Record) *string { return &r.Subject }, maxSubject)),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Subject = input.OrZero(in.Subject)
			return shortText(func(r *Record) *string { return &r.Subject }, maxSubject)("subject", r)
		}).corrects("subject", correctedSubject, func(r *Record) any { return input.NonEmpty(r.Subject) }),
	given("notes", field.Of("notes", "notes", field.Own|field.Mappable|field.Nullable, field.Text, func(r *Record) *string { return &r.Notes }).
		Checked(shortText(func(r *Record) *string { return &r.Notes }, maxNotes)),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Notes = input.OrZero(in.Notes)
			return shortText(func(r *Record) *string { return &r.Notes }, maxNotes)("notes", r)
		}).corrects("notes", correctedNotes, func(r *Record) any { return input.NonEmpty(r.Notes) }),
	given("aboutId", field.Of("about_id", "about_id", field.Own|field.Nullable, field.Text, func(r *Record) *string { return &r.AboutID }).Checked(isAboutAnother),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			if in.AboutID == nil {
				return nil
			}
			r.AboutID = *in.AboutID
			if err := id.Check("aboutId", id.Customer, r.AboutID); err != nil {
				return err
			}
			return checkAbout("aboutId", in.Kind, in.CustomerID, r.AboutID)
		}).corrects("aboutId", correctedAbout, func(r *Record) any { return input.NonEmpty(r.AboutID) }),
	given("purpose", field.Of("purpose", "purpose", field.Own|field.Mappable|field.Nullable, field.Word[schema.Purpose](), func(r *Record) *schema.Purpose { return &r.Purpose }),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Purpose = input.OrZero(in.Purpose)
			return checkPurpose(in.Kind, in.Direction, r.Purpose)
		}).corrects("purpose", correctedPurpose, func(r *Record) any { return input.NonEmpty(string(r.Purpose)) }),
	ofFile(field.Of("stage", "stage", field.Own|field.Filled, field.Word[schema.Stage](), func(r *Record) *schema.Stage { return &r.Stage })),
	given("expense", field.Of("expense", "expense", field.Own|field.Mappable, field.Amount, func(r *Record) *money.Amount { return &r.Expense }).Compared(otherEffort).Checked(notNegative),
		func(_ context.Context, s *Service, in *service.RecordContactInput, r *Record) (err error) {
			r.Expense, err = s.Amount("expense", in.Expense)
			return err
		}).corrects("expense", correctedExpense, func(r *Record) any { return r.Expense }),
	ofFile(field.Of("cost", "cost", field.Own|field.Filled, field.Amount, func(r *Record) *money.Amount { return &r.Cost })),
	ofFile(field.Currency[Record](field.Own | field.Mappable)),
	ofFile(field.Of("uncosted", "uncosted", field.Own, field.Truth, func(r *Record) *bool { return &r.Uncosted })),
	ofFile(field.Of("cost_lines", "cost_lines", field.Own, field.List[costing.Line](), func(r *Record) *[]costing.Line { return &r.CostLines })),
	ofFile(field.Of("recorded_at", "recorded_at", field.Own|field.Filled, field.Moment, func(r *Record) *time.Time { return &r.RecordedAt })),
	ofFile(field.Of("segment", "segment", field.Own|field.Filled|field.Nullable, segmentThen, func(r *Record) **schema.Segment { return &r.Segment })),
	ofFile(field.Of("email", "", field.Mappable, field.Text, func(r *Record) *string { return &r.Email })),
	ofFile(field.Of("phone", "", field.Mappable, field.Text, func(r *Record) *string { return &r.Phone })),
	ofFile(field.Of("name", "", field.Mappable, field.Text, func(r *Record) *string { return &r.Name })),
	seconds(),
	ofFile(field.Of("staff_grades", "", field.Own, field.List[StaffGrade](), func(r *Record) *[]StaffGrade { return &r.StaffGrades })),
	linked("orderId", "order_id", "order_id", field.Own, id.Order, func(r *Record) *string { return &r.OrderID }, func(in *service.RecordContactInput) *string { return in.OrderID },
		func(in *service.CorrectContactInput) graphql.Omittable[*string] { return in.OrderID }),
	ofFile(field.Of("voided_at", "voided_at", field.Own|field.Nullable, field.Moment, func(r *Record) *time.Time { return &r.VoidedAt })),
	ofFile(field.Of("voided_by", "voided_by", field.Own|field.Nullable, field.Text, func(r *Record) *string { return &r.VoidedBy }).
		Checked(shortText(func(r *Record) *string { return &r.VoidedBy }, 100))),
	ofFile(field.Of("void_reason", "void_reason", field.Own|field.Nullable, field.Text, func(r *Record) *string { return &r.VoidReason }).Checked(voidReason)),
	ofFile(field.Of("campaign", "", field.Own|field.Mappable, field.Identifier, func(r *Record) *string { return &r.Campaign }).From("coalesce(g.code, '')")),
	given("source", field.Of("source", "source", field.Own|field.Mappable|field.Nullable, field.Text, func(r *Record) *string { return &r.Source }).
		Checked(shortText(func(r *Record) *string { return &r.Source }, maxSource)),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			r.Source = input.OrZero(in.Source)
			return shortText(func(r *Record) *string { return &r.Source }, maxSource)("source", r)
		}).corrects("source", correctedSource, func(r *Record) any { return input.NonEmpty(r.Source) }),
	participants(),
	ofFile(field.Of("people", "", field.Own|field.Mappable, peopleNames, func(r *Record) *[]string { return &r.PeopleNames }).Checked(checkPeopleNames)),
	// What files do not have.
	linked("campaignId", "", "campaign_id", 0, id.Campaign, func(r *Record) *string { return &r.CampaignID }, func(in *service.RecordContactInput) *string { return in.CampaignID },
		func(in *service.CorrectContactInput) graphql.Omittable[*string] { return in.CampaignID }),
	ofFile(field.Of("", "advertising", 0, field.Amount, func(r *Record) *money.Amount { return &r.Advertising })),
	ofFile(field.Of("", "awaited_order_id", field.Nullable, field.Text, func(r *Record) *string { return &r.AwaitedOrder })),
	linked("offerId", "", "offer_id", 0, id.Offer, func(r *Record) *string { return &r.OfferID }, func(in *service.RecordContactInput) *string { return in.OfferID },
		func(in *service.CorrectContactInput) graphql.Omittable[*string] { return in.OfferID }),
	ofFile(field.Of("", "staff_id", field.Nullable, field.Text, func(r *Record) *string { return &r.StaffID })).
		corrects("staffId", correctedStaff, func(r *Record) any { return input.NonEmpty(r.StaffID) }),
	given("participants", field.Of("", "participants", field.Nullable, participantList, func(r *Record) *[]schema.Participant { return &r.Participants }),
		func(ctx context.Context, s *Service, in *service.RecordContactInput, r *Record) error {
			if in.Participants == nil {
				return nil
			}
			if err := s.takeParticipants(in.Participants, in.StaffID != nil, in.Minutes, in.Seconds, r); err != nil {
				return err
			}
			actor, _ := auth.From(ctx)
			return checkOwnPart(actor, nil, tookPart(r))
		}).corrects(participantsField, correctedParticipants, func(r *Record) any {
		if len(r.Participants) == 0 {
			return nil
		}
		return r.Participants
	}),
	given(peopleField, field.Of("", "", 0, field.List[string](), func(r *Record) *[]string { return &r.PeopleIDs }),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) (err error) {
			r.PeopleIDs, err = checkPeopleIDs(in.PeopleIds)
			return err
		}).corrects(peopleField, correctedPeople, sortedPeople),
	ofFile(field.Of("", "corrected_at", field.Nullable, field.Stamp, func(r *Record) *time.Time { return &r.CorrectedAt })),
	ofFile(field.Of("", "permission_id", field.Nullable, field.Text, func(r *Record) *string { return &r.PermissionID })),
	ofFile(field.Of("", "", 0, field.Text, func(r *Record) *string { return &r.StaffGrade }).From("u.grade")),
	ofFile(field.Of("", "", 0, field.Stamp, func(r *Record) *time.Time { return &r.StaffMadeAt }).From("u.created_at")),
}

// How a file's contact is said to differ from one that exists.
const (
	otherWay    = " with another kind, direction or channel"
	otherEffort = " with other minutes or another expense"
)

// given is a field that recordContact takes.
func given(input string, f *field.Field[Record], create create) Descriptor {
	return Descriptor{Field: f, input: input, create: create}
}

// corrects adds that correctContact takes the field, under a name, and the value as conflicts and the audit have it.
func (d Descriptor) corrects(name string, take correct, history func(r *Record) any) Descriptor {
	d.corrected, d.correct, d.history = name, take, history
	return d
}

// linked is the id of something of the customer's that a contact was about.
func linked(name, file, column string, uses field.Uses, prefix string, at func(r *Record) *string, create func(in *service.RecordContactInput) *string, correct func(in *service.CorrectContactInput) graphql.Omittable[*string]) Descriptor {
	check := isID(prefix, func(r *Record) string { return *at(r) })
	return given(name, field.Of(file, column, uses|field.Nullable, field.Text, at).Checked(check),
		func(_ context.Context, _ *Service, in *service.RecordContactInput, r *Record) error {
			if create(in) == nil {
				return nil
			}
			*at(r) = *create(in)
			return id.Check(name, prefix, *at(r))
		}).corrects(name, func(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
		*at(r) = input.OrZero(correct(in).Value())
		if !correct(in).IsSet() || correct(in).Value() == nil {
			return correct(in).IsSet(), nil
		}
		return true, id.Check(name, prefix, *at(r))
	}, func(r *Record) any { return input.NonEmpty(*at(r)) })
}

// ofFile is a field that recordContact does not take: it is computed, or in files alone.
func ofFile(f *field.Field[Record]) Descriptor { return Descriptor{Field: f} }

// Fields are all fields of contacts.
func Fields() field.Fields[Record] {
	all := make(field.Fields[Record], len(fields))
	for n, f := range fields {
		all[n] = f.Field
	}
	return all
}

// segmentThen is the segment that a customer had: in a file that has the column, none if it is empty.
var segmentThen = func() field.Kind[*schema.Segment] {
	k := field.Optional(field.Word[schema.Segment]())
	read := k.Read
	k.Read = func(form *field.Form, text string) (*schema.Segment, error) {
		if text == "" {
			return new(schema.Segment), nil
		}
		return read(form, text)
	}
	k.IsZero = func(v *schema.Segment) bool { return v == nil || *v == "" }
	k.To = func(v **schema.Segment) any {
		*v = new(schema.Segment)
		return field.Word[schema.Segment]().To(*v)
	}
	return k
}()

// participantList is the list of people as the model has it.
var participantList = func() field.Kind[[]schema.Participant] {
	k := field.List[schema.Participant]()
	k.Model = func(list []schema.Participant) any { return list }
	return k
}()

// seconds is the working time where it is given in seconds; it is empty in a file of ours where minutes give it exactly.
func seconds() Descriptor {
	f := field.Of("seconds", "exact_seconds", field.Own|field.Mappable|field.Nullable, field.Optional(field.Decimal), func(r *Record) **money.Decimal { return &r.Seconds })
	read := f.Read
	f.Read = func(form *field.Form, text string, to *Record) error {
		var one Record
		if err := read(form, text, &one); err != nil {
			return err
		}
		spent, err := costing.InSeconds(*one.Seconds)
		to.Minutes, to.Seconds = spent.Minutes, spent.Seconds
		return err
	}
	return given("seconds", f, func(context.Context, *Service, *service.RecordContactInput, *Record) error {
		return nil // it is read with the minutes
	}).corrects("seconds", func(_ context.Context, _ *Service, in *service.CorrectContactInput, _ *Record) (bool, error) {
		return in.Minutes != nil || in.Seconds != nil || in.Participants != nil, nil
	}, func(r *Record) any {
		if r.Seconds == nil {
			return nil
		}
		return r.Seconds.String()
	})
}
