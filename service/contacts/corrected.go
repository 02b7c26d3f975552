package contacts

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// What correctContact takes of each field (fields.go). What fields say of each other is checked of the contact as it becomes: see
// [Service.checkCorrected].

// edited are the fields that correctContact takes, for a request.
type edited = field.EditedFields[Record, service.RecordContactInput, service.CorrectContactInput]

// changes are what a request corrects.
type changes = field.Changes[Record, service.RecordContactInput, service.CorrectContactInput]

// editedFields returns the fields that correctContact takes, for the caller of a request.
func (s *Service) editedFields(ctx context.Context) edited {
	var all edited
	for _, f := range fields {
		if f.correct == nil {
			continue
		}
		all = append(all, field.Edited[Record, service.RecordContactInput, service.CorrectContactInput]{
			Field: f.Field, Input: f.corrected, History: f.history,
			Update: func(in *service.CorrectContactInput, r *Record) (bool, error) { return f.correct(ctx, s, in, r) },
		})
	}
	return all
}

func correctedKind(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return input.Take(in.Kind, &r.Kind), nil
}

func correctedDirection(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return input.Take(in.Direction, &r.Direction), nil
}

func correctedChannel(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return input.Take(in.Channel, &r.Channel), nil
}

func correctedAt(_ context.Context, s *Service, in *service.CorrectContactInput, r *Record) (isGiven bool, err error) {
	if in.At == nil {
		return false, nil
	}
	r.At, err = s.PastMoment("at", in.At)
	return true, err
}

// correctedSpent takes the working time, in minutes or in seconds.
func correctedSpent(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	if in.Minutes == nil && in.Seconds == nil || in.Participants != nil {
		return in.Participants != nil, nil // who say it
	}
	spent, err := checkSpent(in.Minutes, in.Seconds)
	r.Minutes, r.Seconds = spent.Minutes, spent.Seconds
	return true, err
}

// correctedStaff takes who took part: null is nobody, whom SALES may not name.
func correctedStaff(ctx context.Context, s *Service, in *service.CorrectContactInput, r *Record) (isGiven bool, err error) {
	actor, _ := auth.From(ctx)
	switch {
	case in.Participants != nil:
		return true, nil // the first
	case !in.StaffID.IsSet():
		return false, nil
	case in.StaffID.Value() != nil:
		r.StaffID, err = s.staffOf(actor, in.StaffID.Value())
		return true, err
	case namesOthers(actor):
		return true, nil
	}
	return true, fault.New(fault.Forbidden, "staffId", "you may only record what you did yourself")
}

// correctedParticipants takes who took part, and with them the staff and the time of the contact, which are read before.
func correctedParticipants(_ context.Context, s *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	if in.Participants == nil {
		return false, nil
	}
	return true, s.takeParticipants(in.Participants, in.StaffID.IsSet(), in.Minutes, in.Seconds, r)
}

// correctedPeople takes which customers took part beside the contact's own.
func correctedPeople(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (isGiven bool, err error) {
	if in.PeopleIds == nil {
		return false, nil
	}
	r.PeopleIDs, err = checkPeopleIDs(in.PeopleIds)
	return true, err
}

func correctedSubject(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return correctedText("subject", in.Subject, &r.Subject, maxSubject)
}

func correctedNotes(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return correctedText("notes", in.Notes, &r.Notes, maxNotes)
}

func correctedSource(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	return correctedText("source", in.Source, &r.Source, maxSource)
}

func correctedText(name string, given graphql.Omittable[*string], to *string, most int) (bool, error) {
	checked, err := input.OptionalText(name, given.Value(), most)
	*to = input.OrZero(checked)
	return given.IsSet(), err
}

func correctedAbout(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	if r.AboutID = input.OrZero(in.AboutID.Value()); in.AboutID.Value() == nil {
		return in.AboutID.IsSet(), nil
	}
	return true, id.Check("aboutId", id.Customer, r.AboutID)
}

func correctedPurpose(_ context.Context, _ *Service, in *service.CorrectContactInput, r *Record) (bool, error) {
	r.Purpose = input.OrZero(in.Purpose.Value())
	return in.Purpose.IsSet(), nil
}

func correctedExpense(_ context.Context, s *Service, in *service.CorrectContactInput, r *Record) (isGiven bool, err error) {
	if in.Expense == nil {
		return false, nil
	}
	r.Expense, err = s.Amount("expense", in.Expense)
	return true, err
}
