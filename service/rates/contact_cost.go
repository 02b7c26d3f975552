package rates

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ContactInput returns what the cost of a contact is computed from; codes are those of the staff member at its moment, nil where
// none of our people took part, advertising are its parts of the spend of a campaign, and participants the people who took part, if they were
// several. [TookPart] finds the codes. Whatever costs a contact makes its input here.
func ContactInput(codes []string, spent costing.Duration, channel schema.Channel, expense money.Amount, advertising []costing.Line, participants ...costing.Participant) costing.ContactInput {
	return costing.NewContactInput(spent, string(channel), expense, codes, advertising, participants...)
}

// TookPart returns what the time of those who took part in a contact costs by: the codes of its staff member and, if several people took
// part, each with their time. A function gives the codes of a user.
func TookPart(staffID *string, participants []schema.Participant, codesOf func(userID string) []string) (codes []string, people []costing.Participant) {
	if staffID != nil {
		codes = codesOf(*staffID)
	}
	for _, p := range participants {
		people = append(people, costing.Participant{Time: costing.Duration{Minutes: p.Minutes, Seconds: p.Seconds}, StaffCodes: codesOf(p.UserID)})
	}
	return codes, people
}

// Staff is somebody of ours as far as their rates are looked for: the grade is that of a moment.
type Staff struct {
	EmailKey string
	Grade    *string       // now
	Grades   service.Dated // none: it has always been the present one
}

// CodesAt returns the codes under which the rate of their time at a moment is looked for, by what is known now; nil for nobody.
func (s *Staff) CodesAt(at time.Time) []string {
	if s == nil {
		return nil
	}
	return costing.StaffCodes(s.EmailKey, s.Grades.At(at, service.EndOfTime, s.Grade))
}

// codes returns the codes of all times.
func (s *Staff) codes() []string {
	codes := costing.StaffCodes(s.EmailKey, s.Grade)
	for _, one := range s.Grades {
		if one.Value != nil {
			codes = append(codes, *one.Value)
		}
	}
	return codes
}

// TookPart is the function [TookPart] for a contact at a moment, by what the transaction sees.
func (s *Service) TookPart(ctx context.Context, tx *store.Tx, staffID *string, participants []schema.Participant, at time.Time) (codes []string, people []costing.Participant, err error) {
	if staffID == nil {
		return nil, nil, nil
	}
	ids := []string{*staffID}
	for _, p := range participants {
		ids = append(ids, p.UserID)
	}
	staff, err := s.staff(ctx, tx, ids...)
	codes, people = TookPart(staffID, participants, func(userID string) []string { return staff[userID].CodesAt(at) })
	return codes, people, err
}

// CostContact costs a contact by all rates that are known now of its moment. The transaction holds the rates.
func (s *Service) CostContact(ctx context.Context, tx *store.Tx, in costing.ContactInput, at time.Time) (costing.ContactCost, error) {
	var codes []string
	for _, key := range in.RateKeys() {
		codes = append(codes, key.Code)
	}
	dated, err := ratesOfCodes(ctx, tx, codes)
	if err != nil {
		return costing.ContactCost{}, err
	}
	cost, err := costing.Contact(in, costing.NewRates(dated), at, service.EndOfTime, s.Currency)
	return cost, input.DomainError(err)
}
