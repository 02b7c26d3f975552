package consent

import (
	"context"
	"errors"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permissionevent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// confirmLife is how long a link to confirm is accepted after the request.
const confirmLife = 7 * 24 * time.Hour

// confirmationToken returns the token that confirms a permission's last request. What is signed is the request's id with
// the prefix of permissions, so that a link never confirms a wording other than the one that it was sent with.
func (s *Service) confirmationToken(ctx context.Context, permissionID string) (*string, error) {
	request, err := s.Client.PermissionEvent.Query().
		Where(permissionevent.PermissionID(permissionID), permissionevent.KindEQ(schema.EventRequested)).
		Order(permissionevent.BySequence(store.Descending)).First(ctx)
	if err != nil {
		return nil, err
	}
	token, err := s.links.Confirm(id.Permission+strings.TrimPrefix(request.ID, id.Event), request.At.Add(confirmLife))
	return &token, err
}

// ConfirmPermission makes a requested permission active, by the token that was sent to the customer. Confirming it once
// more is no error.
//
// Faults: INVALID for a token that is not one of ours or has expired; NOT_FOUND for a permission that the caller may not
// see; WRONG_STATE if the request is no longer open: revoked, expired, granted otherwise, or made again with another
// wording.
func (s *Service) ConfirmPermission(ctx context.Context, in service.ConfirmPermissionInput) (*ent.Permission, error) {
	signed, err := s.links.Verify(auth.LinkConfirm, in.Token)
	switch {
	case errors.Is(err, auth.ErrLinkExpired):
		return nil, fault.Invalidf("token", "the link has expired: request the permission again")
	case err != nil:
		return nil, fault.Invalidf("token", "not a valid link to confirm a permission")
	}
	requestID := id.Event + strings.TrimPrefix(signed, id.Permission)
	var confirmed string
	err = s.afterLeaving(ctx, func(leaving *leaving) (err error) {
		confirmed, err = s.Write(ctx, service.Verb{Name: "confirmPermission"}, func(ctx context.Context, tx *store.Tx) (string, error) {
			row, err := tx.PermissionEvent.Get(ctx, requestID)
			if ent.IsNotFound(err) {
				return "", fault.NoSuch("token", "permission")
			}
			if err != nil {
				return "", err
			}
			l, err := s.lockLog(ctx, tx, "token", row.PermissionID)
			if err != nil {
				return "", err
			}
			return l.permission.ID, s.confirm(ctx, tx, l, eventOf(row), leaving)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Permission.Get(ctx, confirmed)
}

// confirm records the confirmation of a request, unless it was confirmed before.
func (s *Service) confirm(ctx context.Context, tx *store.Tx, l *permissionLog, request consentlog.Event, leaving *leaving) error {
	if err := s.recordExpiry(ctx, tx, l); err != nil {
		return err
	}
	open := l.Request
	switch {
	case l.State == consentlog.StateActive && l.answer(request.Sequence) == consentlog.Confirmed:
		return nil
	case open == nil:
		return fault.New(fault.WrongState, "token", "there is nothing to confirm: the permission is %s", l.State)
	case open.ID != request.ID && !sameTerms(*open, request):
		return fault.New(fault.WrongState, "token", "the permission was requested again with another level or wording: use the newer link")
	}
	if l.State == consentlog.StateActive && schema.PermissionLevel(input.OrZero(open.Level)).Rank() < schema.PermissionLevel(l.Level).Rank() {
		if err := leaving.none(ctx, tx, l.permission); err != nil {
			return err
		}
	}
	if err := s.record(ctx, tx, l, consentlog.Event{
		Kind: consentlog.Confirmed, Level: open.Level, ExpiresAt: open.ExpiresAt, Source: "confirmation link",
	}); err != nil {
		return err
	}
	return s.settle(ctx, tx, l, "permission confirmed")
}

// sameTerms reports whether two requests ask for the same level by the same wording.
func sameTerms(a, b consentlog.Event) bool {
	return input.OrZero(a.Level) == input.OrZero(b.Level) && input.OrZero(a.Wording) == input.OrZero(b.Wording) &&
		input.OrZero(a.WordingVersion) == input.OrZero(b.WordingVersion)
}
