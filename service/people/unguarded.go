package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/ent/refreshsession"
	"kopeck/ent/signinattempts"
	"kopeck/ent/user"
	"kopeck/store"
)

// findAccount returns the user of an e-mail, nil if there is none: whoever signs in has no role yet. What the caller learns
// of the user is decided by the password.
func (s *Service) findAccount(ctx context.Context, emailKey string) (*ent.User, error) {
	u, err := s.Client.User.Query().Where(user.EmailKey(emailKey), user.DeletedAtIsNil()).Only(auth.System(ctx))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return u, err
}

// writeSession runs a transaction for the holder of a password or of a refresh token: who has just proved who they are, and
// changes nothing but their own session and the hash of their own password. No role may read or write sessions.
func (s *Service) writeSession(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Write(auth.System(ctx), do)
}

// writeAsOperator runs a transaction for the operator at the command line, who has the database and its keys.
func (s *Service) writeAsOperator(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Write(auth.System(ctx), do)
}

// revokeSessions revokes sessions and returns how many refresh tokens that were: of the user whose row the verb has locked. No
// role may write sessions.
func (s *Service) revokeSessions(ctx context.Context, tx *store.Tx, which predicate.RefreshSession) (int, error) {
	return tx.RefreshSession.Update().Where(which, refreshsession.RevokedAtIsNil()).SetRevokedAt(s.Now()).Save(auth.System(ctx))
}

// bypassGuard returns the context for reading and creating partners by their name: no role may, and the verbs that
// name one have checked what their actor may do with users and products.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// findOwner returns the user whose session it is, "" if there is no such session: whoever comes with a token of it has no role yet.
func (s *Service) findOwner(ctx context.Context, session string) (string, error) {
	row, err := s.Client.RefreshSession.Query().Where(refreshsession.Family(session)).First(auth.System(ctx))
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return row.UserID, nil
}

// attemptsOf returns what is kept of counts of attempts to sign in: nobody has signed in yet, and no role may read them.
func attemptsOf(ctx context.Context, tx *store.Tx, counts []auth.AttemptCount) ([]*ent.SignInAttempts, error) {
	keys := make([]string, len(counts))
	for i, c := range counts {
		keys[i] = c.Key
	}
	return tx.SignInAttempts.Query().Where(signinattempts.IDIn(keys...)).All(auth.System(ctx))
}

// keepAttempts writes one count of attempts to sign in; row is what is kept of it, nil if nothing is. The transaction holds its lock.
func keepAttempts(ctx context.Context, tx *store.Tx, row *ent.SignInAttempts, key string, fullAt time.Time) error {
	if row == nil {
		return tx.SignInAttempts.Create().SetID(key).SetFullAt(fullAt).Exec(auth.System(ctx))
	}
	return tx.SignInAttempts.UpdateOne(row).SetFullAt(fullAt).Exec(auth.System(ctx))
}

// deleteAttempts deletes the counts of attempts that are full before one moment or after another: the server does so by itself.
func (s *Service) deleteAttempts(ctx context.Context, before, after time.Time) error {
	return s.Store.Write(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SignInAttempts.Delete().Where(signinattempts.Or(signinattempts.FullAtLT(before), signinattempts.FullAtGT(after))).Exec(ctx)
		return err
	})
}
