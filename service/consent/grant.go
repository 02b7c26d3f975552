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

// grant is a checked grant.
type grant struct {
	id      string
	channel schema.Channel
	purpose schema.Purpose
	level   schema.PermissionLevel
	confirm bool // whether it is only requested
	asked   asked
	event   consentlog.Event // without what the log sets
}

// GrantPermission records what a customer permits. If there is an active or pending permission for the channel and
// purpose, that one is raised, lowered or renewed to the level and end given, and keeps its id. With confirm the
// permission is only requested: token is what ConfirmPermission takes, and an active permission stays as it is until then.
//
// Faults: INVALID by field, also for a consent that does not stand alone while the setting strictConsent holds; NOT_FOUND on customerId and
// wordingId; ALREADY_EXISTS on id; WRONG_STATE on wordingId for one that is not shown, and on givenAt for a consent that was revoked since.
func (s *Service) GrantPermission(ctx context.Context, in service.GrantPermissionInput) (p *ent.Permission, token *string, err error) {
	g, err := s.checkGrant(in)
	if err != nil {
		return nil, nil, err
	}
	var granted string
	err = s.afterLeaving(ctx, func(leaving *leaving) (err error) {
		granted, err = s.Write(ctx, service.Verb{Name: "grantPermission", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
			return s.grant(ctx, tx, in, *g, leaving)
		})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if p, err = s.Client.Permission.Get(ctx, granted); err != nil || !g.confirm {
		return p, nil, err
	}
	token, err = s.confirmationToken(ctx, granted)
	return p, token, err
}

// grant records a grant and returns the id of the permission.
func (s *Service) grant(ctx context.Context, tx *store.Tx, in service.GrantPermissionInput, g grant, leaving *leaving) (string, error) {
	c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
	if err != nil {
		return "", err
	}
	if in.WordingID != nil {
		if err := s.takeWording(ctx, tx, *in.WordingID, &g); err != nil {
			return "", err
		}
	}
	if err := checkNotRefusedSince(ctx, tx, c.ID, &g); err != nil {
		return "", err
	}
	l, err := s.liveLog(ctx, tx, c.ID, g.channel, g.purpose)
	if err != nil {
		return "", err
	}
	if l == nil {
		l = &permissionLog{permission: &ent.Permission{ID: g.id, CustomerID: c.ID, Channel: g.channel, Purpose: g.purpose}}
	}
	e := g.event
	e.Kind = kindOfGrant(l.Standing, g.level, g.confirm)
	e.BundledWith = input.NonEmpty(g.asked.beside(g.channel, g.purpose))
	if e.ExpiresAt == nil && g.level == schema.Situation {
		end := input.Or(e.GivenAt, s.Now()).Add(time.Duration(s.Settings().SituationHours) * time.Hour)
		if e.ExpiresAt = &end; !end.After(s.Now()) {
			return "", fault.Invalidf("givenAt", "the situation was over at %s: want a moment less than %d hours ago, or expiresAt", end.UTC().Format(time.RFC3339), s.Settings().SituationHours)
		}
	}
	if e.Kind == consentlog.Lowered {
		if err := leaving.none(ctx, tx, l.permission); err != nil {
			return "", err
		}
	}
	if err := s.record(ctx, tx, l, e); err != nil {
		return "", service.UniqueFault(err, in.ID != nil)
	}
	return l.permission.ID, s.settle(ctx, tx, l, "permission for "+string(g.purpose)+" by "+string(g.channel))
}

// takeWording makes a grant one by a kept wording: the text, version and language are the wording's.
func (s *Service) takeWording(ctx context.Context, tx *store.Tx, wordingID string, g *grant) error {
	w, err := lockWording(ctx, tx, "wordingId", wordingID, true)
	if err != nil {
		return err
	}
	var faults fault.List
	if given := input.OrZero(g.event.Wording); given != "" && given != w.Text {
		faults.Add(fault.Invalidf("wording", "not the text of the wording %s: leave one of both out", w.ID))
	}
	faults.Add(checkAsks(w, g.channel, g.purpose, s.Settings().StrictConsent))
	if at := input.Or(g.event.GivenAt, s.Now()); !isShown(w, at) {
		faults.Add(fault.New(fault.WrongState, "wordingId", "this wording was not shown at %s", at.UTC().Format(time.RFC3339)))
	}
	g.event.WordingID, g.event.Wording, g.event.WordingVersion, g.event.Language = &w.ID, &w.Text, &w.Version, &w.Language
	g.asked.channels, g.asked.purposes = append(g.asked.channels, w.Channels...), append(g.asked.purposes, w.Purposes...)
	if g.asked.partOf == "" {
		g.asked.partOf = input.OrZero(w.PartOf)
	}
	return faults.Or()
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

func (s *Service) checkGrant(in service.GrantPermissionInput) (*grant, error) {
	g := &grant{channel: in.Channel, purpose: in.Purpose, level: in.Level, confirm: input.Or(in.Confirm, false)}
	var faults fault.List
	var err error
	g.id, err = s.NewID(id.Permission, in.ID)
	faults.Add(err)
	e := &g.event
	e.Source, err = input.Text("source", in.Source, 500)
	faults.Add(err)
	faults.Add(checkTextOf(in, e))
	e.Address, err = input.OptionalText("address", in.Address, 200)
	faults.Add(err)
	partOf, err := input.OptionalText("partOf", in.PartOf, 500)
	faults.Add(err)
	if s.Settings().StrictConsent {
		faults = append(faults, separateFaults(in, partOf)...)
	}
	g.asked = asked{in.AlsoChannels, in.AlsoPurposes, input.OrZero(partOf)}
	if in.GivenAt != nil {
		at, err := s.PastMoment("givenAt", in.GivenAt)
		faults.Add(err)
		if at.Before(s.Now()) {
			e.GivenAt = &at
		}
	}
	if end := in.ExpiresAt; end != nil {
		faults.Add(input.CheckDate("expiresAt", end))
		cut := end.UTC().Truncate(time.Microsecond)
		if e.ExpiresAt = &cut; !cut.After(s.Now()) {
			faults.Add(fault.Invalidf("expiresAt", "want a moment in the future"))
		}
	}
	level := string(in.Level)
	e.Level = &level
	return g, faults.Or()
}

// checkTextOf sets an event's text as a grant states it, with version and language. Where a wording is named they are the wording's.
func checkTextOf(in service.GrantPermissionInput, e *consentlog.Event) error {
	var faults fault.List
	if in.WordingID != nil {
		faults.Add(id.Check("wordingId", id.Wording, *in.WordingID))
		if in.WordingVersion != nil {
			faults.Add(fault.Invalidf("wordingVersion", "leave it out: it is that of the wording"))
		}
		if in.Language != nil {
			faults.Add(fault.Invalidf("language", "leave it out: it is that of the wording"))
		}
		e.Wording = &in.Wording
		return faults.Or()
	}
	var err error
	faults.Add(checkText("wording", in.Wording))
	text := in.Wording
	e.Wording = &text
	e.WordingVersion, err = input.OptionalText("wordingVersion", in.WordingVersion, 100)
	faults.Add(err)
	if in.Language != nil {
		tag, err := input.Language("language", *in.Language)
		faults.Add(err)
		e.Language = &tag
	}
	return faults.Or()
}

// maxWording is how many characters the wording of a permission may have.
const maxWording = 10000

// checkText checks the text that a customer agreed to. It is kept exactly as it was: not even spaces are trimmed.
func checkText(field, text string) error {
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxWording {
		return fault.Invalidf(field, "want the exact text that the customer agrees to, of at most %d characters", maxWording)
	}
	return input.CheckText(field, text, maxWording)
}
