package people

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/service"
)

// endedFor is how long an ended session is kept in the snapshot: the life of its access tokens, and some more for the clocks
// of the processes.
const endedFor = service.LongestAccess + 5*time.Minute

// RefusedToken is the message for an access token that is not accepted, whatever the reason.
const RefusedToken = "the access token is invalid or has expired; sign in again"

// Authenticate returns the actor of an access token and when the token expires. Role and scopes are those that the user has
// now, whatever the token says. Fault: UNAUTHENTICATED, always with the same message, for a token that is not ours or has
// expired, a session that was never begun, one that has ended and a user who is not active. While this process may not know of the end of a session the
// fault is UNAVAILABLE: see [service.Core.Current].
func (s *Service) Authenticate(ctx context.Context, token string) (auth.Actor, time.Time, error) {
	refused := fault.New(fault.Unauthenticated, "", RefusedToken)
	claims, err := s.access.Verify(token)
	if err != nil {
		return auth.Actor{}, time.Time{}, refused
	}
	if err := s.Current(); err != nil {
		return auth.Actor{}, time.Time{}, err
	}
	if s.User(claims.Subject) == nil {
		// A token of ours for a user who is not in the snapshot: another process may just have created them.
		if err := s.Refresh(ctx, service.SnapshotPeople); err != nil {
			return auth.Actor{}, time.Time{}, err
		}
	}
	if !s.people.Load().admits(claims.Subject, claims.Session) {
		return auth.Actor{}, time.Time{}, refused
	}
	if claims.Session != "" {
		if claims.ExpiresAt.Sub(claims.IssuedAt) > service.LongestAccess {
			return auth.Actor{}, time.Time{}, refused
		}
		owner, err := s.ownerOf(ctx, claims.Session)
		if err != nil {
			return auth.Actor{}, time.Time{}, err
		}
		if owner != claims.Subject {
			return auth.Actor{}, time.Time{}, refused
		}
	}
	return s.actorOf(s.User(claims.Subject), claims.Session), claims.ExpiresAt, nil
}

// sessionsHeld is the number of sessions whose owner is remembered.
const sessionsHeld = 50_000

// ownerOf returns the user whose session it is, "" for a session that was never begun: a token of it was made by somebody who has the
// key. That never changes, so it is looked up once.
func (s *Service) ownerOf(ctx context.Context, session string) (userID string, err error) {
	if userID, known := s.owners.Get(session); known {
		return userID, nil
	}
	userID, err = s.findOwner(ctx, session)
	if err == nil && userID != "" {
		s.owners.Add(session, userID)
	}
	return userID, err
}

// admits reports whether a user may act in a session ("" for a token without one).
func (p *people) admits(userID, session string) bool {
	u := p.users[userID]
	return u != nil && u.Active && u.DeletedAt == nil && !p.ended[session]
}

// SessionEnded returns a channel that is closed once the actor's session has ended, or the user is deactivated or has another
// role or other scopes than the actor. It is watched until ctx ends.
func (s *Service) SessionEnded(ctx context.Context, actor auth.Actor) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		for {
			now := s.people.Load()
			if !now.admits(actor.UserID, actor.SessionID) || !sameRights(actor, s.actorOf(now.users[actor.UserID], actor.SessionID)) {
				close(ended)
				return
			}
			select {
			case <-now.replaced:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ended
}

func sameRights(a, b auth.Actor) bool {
	return a.Role == b.Role && a.PartnerID == b.PartnerID && slices.Equal(a.Scopes, b.Scopes)
}
