package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/ent/user"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// SessionPayload is the result of signing in and of refreshing a session.
type SessionPayload struct {
	Session    *Session            `json:"session,omitempty"`
	UserErrors []service.UserError `json:"userErrors"`
}

// Session is what signing in returns.
type Session struct {
	AccessToken  string
	ExpiresAt    time.Time
	RefreshToken string
	Viewer       *Viewer
}

// attemptsHeld is the number of accounts, and of addresses, whose attempts to sign in are counted.
const attemptsHeld = 100_000

// lockUser loads a user whom the transaction's actor may see and locks the row until the transaction ends. Every change of a
// user or of their sessions begins with it.
func (s *Service) lockUser(ctx context.Context, tx *store.Tx, userID string) (*ent.User, error) {
	query := tx.User.Query().Where(user.ID(userID), user.DeletedAtIsNil())
	store.ForUpdate(tx, query)
	return query.Only(ctx)
}

// nextToken writes the next refresh token of a session and returns it. The user must be locked.
func (s *Service) nextToken(ctx context.Context, tx *store.Tx, userID, family string) (string, error) {
	token, hash, err := auth.NewRefreshToken(s.Random)
	if err != nil {
		return "", err
	}
	now := s.Now()
	return token, tx.RefreshSession.Create().SetID(s.IDs.Make(id.Session)).SetFamily(family).SetUserID(userID).SetTokenHash(hash).
		SetCreatedAt(now).SetExpiresAt(now.Add(service.Days(s.Limits.RefreshDays))).Exec(ctx)
}

// endSessions ends the sessions that satisfy a condition, and with them their access tokens: in this process before the verb
// returns, in the others when they are notified. The user must be locked.
func (s *Service) endSessions(ctx context.Context, tx *store.Tx, which predicate.RefreshSession) error {
	n, err := s.revokeSessions(ctx, tx, which)
	if err != nil || n == 0 {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}
