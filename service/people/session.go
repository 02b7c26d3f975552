package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/ent/refreshsession"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// SessionPayload is the result of signing in and of refreshing a session.
type SessionPayload struct {
	Session    *Session            `json:"session,omitempty"`
	UserErrors []service.UserError `json:"userErrors"`
}

// Session is what a successful sign-in gives.
type Session struct {
	AccessToken  string
	ExpiresAt    time.Time
	RefreshToken string
	Viewer       *Viewer
}

// attemptsHeld is of how many accounts, and of as many addresses, attempts to sign in are remembered.
const attemptsHeld = 100_000

// endedFor is how long an ended session is held against its access tokens: their life, the skew of
// clocks that they are granted, and some more between replicas.
const endedFor = service.LongestAccess + 5*time.Minute

// Authenticate gives the actor of an access token and when the token ends. Role and scopes are the user's as
// they are now, whatever the token says. UNAUTHENTICATED, always the same, for a token that is not ours or has
// expired, for a session that was ended and for a user who is not active.
func (s *Service) Authenticate(ctx context.Context, token string) (auth.Actor, time.Time, error) {
	refused := fault.New(fault.Unauthenticated, "", "the access token is not valid")
	claims, err := s.access.Verify(token)
	if err != nil {
		return auth.Actor{}, time.Time{}, refused
	}
	if s.User(claims.Subject) == nil {
		// A token of ours for a user we have not heard of: another process may just have made them.
		if err := s.Refresh(auth.System(ctx), service.SnapshotPeople); err != nil {
			return auth.Actor{}, time.Time{}, err
		}
	}
	if !s.people.Load().admit(claims.Subject, claims.Session) {
		return auth.Actor{}, time.Time{}, refused
	}
	return s.actorOf(s.User(claims.Subject), claims.Session), claims.ExpiresAt, nil
}

// admit tells whether a user may act in a session ("" for a token without one).
func (p *people) admit(userID, session string) bool {
	u := p.users[userID]
	return u != nil && u.Active && u.DeletedAt == nil && !p.ended[session]
}

// SessionEnded gives a channel that is closed once the actor's session has ended or the user is no longer what
// the actor says: deactivated, or of another role or other scopes. It is watched until ctx ends.
func (s *Service) SessionEnded(ctx context.Context, actor auth.Actor) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		for {
			now := s.people.Load()
			if !now.admit(actor.UserID, actor.SessionID) || !sameRights(actor, s.actorOf(now.users[actor.UserID], actor.SessionID)) {
				close(over)
				return
			}
			select {
			case <-now.replaced:
			case <-ctx.Done():
				return
			}
		}
	}()
	return over
}

// lockUser loads a user as the transaction's actor may see them and holds the row to its end: whatever changes
// a user or a session of theirs goes through here first.
func (s *Service) lockUser(ctx context.Context, tx *store.Tx, userID string) (*ent.User, error) {
	query := tx.User.Query().Where(user.ID(userID), user.DeletedAtIsNil())
	store.ForUpdate(tx, query)
	return query.Only(ctx)
}

// nextToken writes the next refresh token of a session and gives it. The user's row must be held.
func (s *Service) nextToken(ctx context.Context, tx *store.Tx, userID, family string) (string, error) {
	token, hash, err := auth.NewRefreshToken(s.Random)
	if err != nil {
		return "", err
	}
	now := s.Now()
	return token, tx.RefreshSession.Create().SetID(s.IDs.Make(id.Session)).SetFamily(family).SetUserID(userID).SetTokenHash(hash).
		SetCreatedAt(now).SetExpiresAt(now.Add(service.Days(s.Limits.RefreshDays))).Exec(ctx)
}

// endSessions ends the sessions that a condition picks, and with them their access tokens: on this process
// before the verb returns, on the others as soon as they hear of it. The user's row must be held.
func (s *Service) endSessions(ctx context.Context, tx *store.Tx, which predicate.RefreshSession) error {
	inner := auth.System(ctx)
	n, err := tx.RefreshSession.Update().Where(which, refreshsession.RevokedAtIsNil()).SetRevokedAt(s.Now()).Save(inner)
	if err != nil || n == 0 {
		return err
	}
	return s.Touch(ctx, tx, service.SnapshotPeople)
}

func sameRights(a, b auth.Actor) bool {
	if a.Role != b.Role || a.PartnerID != b.PartnerID || len(a.Scopes) != len(b.Scopes) {
		return false
	}
	for i, scope := range a.Scopes {
		if b.Scopes[i] != scope {
			return false
		}
	}
	return true
}
