package consent

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// GrantPermission records what a customer permits. If there is an active or pending permission for the channel and
// purpose, that one is raised, lowered or renewed to the level and end given, and keeps its id. With confirm the
// permission is only requested: token is what ConfirmPermission takes, and an active permission stays as it is until then.
//
// Faults: INVALID by field; NOT_FOUND on customerId; ALREADY_EXISTS on id.
func (s *Service) GrantPermission(ctx context.Context, in service.GrantPermissionInput) (p *ent.Permission, token *string, err error) {
	newID, checked, err := s.checkGrant(in)
	if err != nil {
		return nil, nil, err
	}
	var granted string
	err = s.afterLeaving(ctx, func(leaving *leaving) (err error) {
		granted, err = s.grant(ctx, in, newID, checked, leaving)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if p, err = s.Client.Permission.Get(ctx, granted); err != nil || !input.Or(in.Confirm, false) {
		return p, nil, err
	}
	token, err = s.confirmationToken(ctx, granted)
	return p, token, err
}

// grant records what a customer permits, and returns the id of the permission. The event is checked.
func (s *Service) grant(ctx context.Context, in service.GrantPermissionInput, newID string, checked consentlog.Event, leaving *leaving) (string, error) {
	return s.Write(ctx, service.Verb{Name: "grantPermission", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		l, err := s.liveLog(ctx, tx, c.ID, in.Channel, in.Purpose)
		if err != nil {
			return "", err
		}
		if l == nil {
			l = &permissionLog{permission: &ent.Permission{ID: newID, CustomerID: c.ID, Channel: in.Channel, Purpose: in.Purpose}}
		}
		e := checked
		e.Kind = kindOfGrant(l.Standing, in.Level, input.Or(in.Confirm, false))
		if e.ExpiresAt == nil && in.Level == schema.Situation {
			end := s.Now().Add(time.Duration(s.Settings().SituationHours) * time.Hour)
			e.ExpiresAt = &end
		}
		if e.Kind == consentlog.Lowered {
			if err := leaving.none(ctx, tx, l.permission); err != nil {
				return "", err
			}
		}
		if err := s.record(ctx, tx, l, e); err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		return l.permission.ID, s.settle(ctx, tx, l, "permission for "+string(in.Purpose)+" by "+string(in.Channel))
	})
}

// settle settles what follows from a permission that may have become active. reason is that of a change of stage.
func (s *Service) settle(ctx context.Context, tx *store.Tx, l *permissionLog, reason string) error {
	if l.State == consentlog.StateActive {
		if err := s.books.Settle(ctx, tx, l.permission.CustomerID, books.Occasion{Reason: reason}); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, l.permission.CustomerID, "Permission")
}

// kindOfGrant returns what granting a level does to a permission.
func kindOfGrant(before consentlog.Standing, level schema.PermissionLevel, confirm bool) consentlog.Kind {
	rank := schema.PermissionLevel(before.Level).Rank()
	switch {
	case confirm:
		return consentlog.Requested
	case before.State != consentlog.StateActive:
		return consentlog.Granted
	case level.Rank() > rank:
		return consentlog.Raised
	case level.Rank() < rank:
		return consentlog.Lowered
	}
	return consentlog.Renewed
}

// maxWording is how many characters the wording of a permission may have.
const maxWording = 10000

func (s *Service) checkGrant(in service.GrantPermissionInput) (newID string, e consentlog.Event, err error) {
	var faults fault.List
	newID, err = s.NewID(id.Permission, in.ID)
	faults.Add(err)
	source, err := input.Text("source", in.Source, 500)
	faults.Add(err)
	faults.Add(checkWording(in.Wording))
	version, err := input.OptionalText("wordingVersion", in.WordingVersion, 100)
	faults.Add(err)
	address, err := input.OptionalText("address", in.Address, 200)
	faults.Add(err)
	end := in.ExpiresAt
	if end != nil {
		faults.Add(input.CheckDate("expiresAt", end))
		cut := end.UTC().Truncate(time.Microsecond)
		if end = &cut; !cut.After(s.Now()) {
			faults.Add(fault.Invalidf("expiresAt", "want a moment in the future"))
		}
	}
	level, wording := string(in.Level), in.Wording
	e = consentlog.Event{Level: &level, ExpiresAt: end, Source: source, Wording: &wording, WordingVersion: version, Address: address}
	return newID, e, faults.Or()
}

// checkWording checks the text that a customer agreed to. It is kept exactly as it was: not even spaces are trimmed.
func checkWording(wording string) error {
	if strings.TrimSpace(wording) == "" || utf8.RuneCountInString(wording) > maxWording {
		return fault.Invalidf("wording", "want the exact text that the customer agreed to, of at most %d characters", maxWording)
	}
	return input.CheckText("wording", wording, maxWording)
}
