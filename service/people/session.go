package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/ent/refreshsession"
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

// lockUser loads a user whom the transaction's actor may see and locks the row until the transaction ends. Every change of a
// user or of their sessions begins with it.
func (s *Service) lockUser(ctx context.Context, tx *store.Tx, userID string) (*ent.User, error) {
	query := tx.User.Query().Where(user.ID(userID), user.DeletedAtIsNil())
	store.ForUpdate(tx, query)
	return query.Only(ctx)
}

// firstToken writes the first refresh token of a session and returns it. The user must be locked.
func (s *Service) firstToken(ctx context.Context, tx *store.Tx, userID, family string) (string, error) {
	token, hash, err := auth.NewRefreshToken(s.Random)
	if err != nil {
		return "", err
	}
	return token, s.storeToken(ctx, tx, s.IDs.Make(id.Session), userID, family, hash, s.Now())
}

// nextToken writes the refresh token that follows a used one, at the moment when that was used, and returns it. The user must be
// locked.
func (s *Service) nextToken(ctx context.Context, tx *store.Tx, used string, row *ent.RefreshSession, at time.Time) (string, error) {
	newID := s.IDs.Make(id.Session)
	token, hash, err := auth.NextRefreshToken(used, newID)
	if err != nil {
		return "", err
	}
	return token, s.storeToken(ctx, tx, newID, row.UserID, row.Family, hash, at)
}

// sameToken returns the token that was given for a used one: the answer may have been lost, or two requests were sent at once. It is
// "" if that was longer ago than [service.Limits.RefreshAgain], by the clock, whichever way that was set meanwhile.
func (s *Service) sameToken(ctx context.Context, tx *store.Tx, used string, row *ent.RefreshSession) (string, error) {
	if s.Now().Sub(*row.UsedAt).Abs() > s.Limits.RefreshAgain {
		return "", nil
	}
	next, err := tx.RefreshSession.Query().Where(refreshsession.Family(row.Family), refreshsession.CreatedAt(*row.UsedAt), refreshsession.IDNEQ(row.ID)).All(ctx)
	if err != nil {
		return "", err
	}
	for _, one := range next {
		if token, hash, err := auth.NextRefreshToken(used, one.ID); err == nil && hash == one.TokenHash {
			return token, nil
		}
	}
	return "", nil // of a version that gave no token again
}

func (s *Service) storeToken(ctx context.Context, tx *store.Tx, newID, userID, family, hash string, at time.Time) error {
	return tx.RefreshSession.Create().SetID(newID).SetFamily(family).SetUserID(userID).SetTokenHash(hash).
		SetCreatedAt(at).SetExpiresAt(at.Add(service.Days(s.Limits.RefreshDays))).Exec(ctx)
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
