package consent

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// confirmLife is how long a link to confirm holds.
const confirmLife = 7 * 24 * time.Hour

// GrantPermission records what a customer lets us do. Where there is a live permission for the channel and purpose
// it is raised, lowered or renewed to the level and end given, and keeps its id. With confirm it is asked for only
// (token is what confirmPermission takes) and what is active stays as it is meanwhile. It gives INVALID by field,
// NOT_FOUND for the customer and ALREADY_EXISTS for an id that is taken.
func (s *Service) GrantPermission(ctx context.Context, in service.GrantPermissionInput) (p *ent.Permission, token *string, err error) {
	newID, given, err := s.checkGrant(in)
	if err != nil {
		return nil, nil, err
	}
	granted, err := s.Write(ctx, service.Verb{Name: "grantPermission", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		l, err := s.liveLedger(ctx, tx, c.ID, in.Channel, in.Purpose)
		if err != nil {
			return "", err
		}
		if l == nil {
			l = &ledger{permission: &ent.Permission{ID: newID, CustomerID: c.ID, Channel: in.Channel, Purpose: in.Purpose}}
		}
		e := given
		e.Kind = kindOfGrant(l, in)
		if e.ExpiresAt == nil && in.Level == schema.Situation {
			end := s.Now().Add(time.Duration(s.Settings().SituationHours) * time.Hour)
			e.ExpiresAt = &end
		}
		if err := s.record(ctx, tx, l, &e); err != nil {
			return "", service.Taken(err, in.ID != nil)
		}
		return l.permission.ID, s.granted(ctx, tx, l, "permission for "+string(in.Purpose)+" by "+string(in.Channel))
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

// granted settles what follows from a permission that may have become active.
func (s *Service) granted(ctx context.Context, tx *store.Tx, l *ledger, reason string) error {
	if l.State == schema.PermissionActive {
		if err := s.books.Settle(ctx, tx, l.permission.CustomerID, reason); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, l.permission.CustomerID)
}

func kindOfGrant(l *ledger, in service.GrantPermissionInput) schema.PermissionEventKind {
	switch {
	case input.Or(in.Confirm, false):
		return schema.EventRequested
	case l.State != schema.PermissionActive:
		return schema.EventGranted
	case in.Level.Rank() > l.Level.Rank():
		return schema.EventRaised
	case in.Level.Rank() < l.Level.Rank():
		return schema.EventLowered
	}
	return schema.EventRenewed
}

func (s *Service) checkGrant(in service.GrantPermissionInput) (newID string, e ent.PermissionEvent, err error) {
	var faults fault.List
	newID, fail := s.NewID(id.Permission, in.ID)
	faults.Add(fail)
	source, fail := input.Text("source", in.Source, 500)
	faults.Add(fail)
	if strings.TrimSpace(in.Wording) == "" || utf8.RuneCountInString(in.Wording) > 10000 {
		faults.Add(fault.Invalidf("wording", "want the very text the person agreed to, at most 10000 characters"))
	} else {
		faults.Add(input.CheckText("wording", in.Wording, 10000))
	}
	version, fail := input.OptionalText("wordingVersion", in.WordingVersion, 100)
	faults.Add(fail)
	address, fail := input.OptionalText("address", in.Address, 200)
	faults.Add(fail)
	end := in.ExpiresAt
	if end != nil {
		faults.Add(input.CheckDate("expiresAt", end))
		cut := end.UTC().Truncate(time.Microsecond)
		if end = &cut; !cut.After(s.Now()) {
			faults.Add(fault.Invalidf("expiresAt", "want a time to come"))
		}
	}
	level, wording := in.Level, in.Wording
	e = ent.PermissionEvent{Level: &level, ExpiresAt: end, Source: source, Wording: &wording, WordingVersion: version, Address: address}
	return newID, e, faults.Or()
}

// confirmationToken gives the token of a permission's last request. It is the request that is signed, its id put
// under the permissions' prefix, so that a link never confirms other words than those it was sent with.
func (s *Service) confirmationToken(ctx context.Context, permissionID string) (*string, error) {
	request, err := s.Client.PermissionEvent.Query().
		Where(permissionevent.PermissionID(permissionID), permissionevent.KindEQ(schema.EventRequested)).
		Order(permissionevent.BySequence(service.Descending)).First(ctx)
	if err != nil {
		return nil, err
	}
	token, err := s.links.Confirm(id.Permission+strings.TrimPrefix(request.ID, id.Event), request.At.Add(confirmLife))
	return &token, err
}

// ConfirmPermission makes active what was asked for, by the token that was sent to the customer; once or more. It
// gives INVALID for a token that is not ours or has expired, NOT_FOUND for a permission that the caller may not see and
// WRONG_STATE where the request has been overtaken: revoked, expired, granted otherwise, or asked for in other words.
func (s *Service) ConfirmPermission(ctx context.Context, in service.ConfirmPermissionInput) (*ent.Permission, error) {
	signed, err := s.links.Verify(auth.LinkConfirm, in.Token)
	switch {
	case errors.Is(err, auth.ErrLinkExpired):
		return nil, fault.Invalidf("token", "the link has expired: ask for the permission again")
	case err != nil:
		return nil, fault.Invalidf("token", "not a link of ours to confirm a permission")
	}
	requestID := id.Event + strings.TrimPrefix(signed, id.Permission)
	confirmed, err := s.Write(ctx, service.Verb{Name: "confirmPermission"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		request, err := tx.PermissionEvent.Get(ctx, requestID)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("token", "permission")
		}
		if err != nil {
			return "", err
		}
		l, err := s.lockLedger(ctx, tx, "token", request.PermissionID)
		if err != nil {
			return "", err
		}
		if err := s.expireDue(ctx, tx, l); err != nil {
			return "", err
		}
		if l.State == schema.PermissionActive && l.answer(request) == schema.EventConfirmed {
			return l.permission.ID, nil
		}
		switch {
		case l.Request == nil:
			return "", fault.New(fault.WrongState, "token", "there is nothing to confirm any more: the permission is %s", l.State)
		case l.Request.ID != request.ID && !sameTerms(l.Request, request):
			return "", fault.New(fault.WrongState, "token", "the permission was asked for again in other words: use the newer link")
		}
		err = s.record(ctx, tx, l, &ent.PermissionEvent{
			Kind: schema.EventConfirmed, Level: l.Request.Level, ExpiresAt: l.Request.ExpiresAt, Source: "confirmation link",
		})
		if err != nil {
			return "", err
		}
		return l.permission.ID, s.granted(ctx, tx, l, "permission confirmed")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Permission.Get(ctx, confirmed)
}

// answer gives what a request was followed by, "" where it is open; another request is no answer.
func (l *ledger) answer(request *ent.PermissionEvent) schema.PermissionEventKind {
	for _, e := range l.events {
		if e.Sequence > request.Sequence && e.Kind != schema.EventRequested {
			return e.Kind
		}
	}
	return ""
}

func sameTerms(a, b *ent.PermissionEvent) bool {
	return input.OrZero(a.Level) == input.OrZero(b.Level) && input.OrZero(a.Wording) == input.OrZero(b.Wording) && input.OrZero(a.WordingVersion) == input.OrZero(b.WordingVersion)
}

// lockLedger holds the customer of a permission that the actor may see and reads its ledger after that.
func (s *Service) lockLedger(ctx context.Context, tx *store.Tx, field, permissionID string) (*ledger, error) {
	p, err := tx.Permission.Get(ctx, permissionID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "permission")
	}
	if err != nil {
		return nil, err
	}
	if err := s.holdCustomer(ctx, tx, p.CustomerID); err != nil {
		return nil, err
	}
	p, err = tx.Permission.Query().Where(permission.ID(permissionID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	return s.ledgerOf(ctx, tx, p)
}
