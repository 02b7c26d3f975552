package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/refreshsession"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

type addressKey struct{}

// The one answer to everyone who cannot sign in, and to everyone whose refresh token is not accepted.
var (
	errSignIn  = fault.New(fault.Invalid, "", "the e-mail address or the password is wrong")
	errRefresh = fault.New(fault.Invalid, "refreshToken", "the refresh token is not valid: sign in again")
)

// WithClientAddress returns a context with the client's network address, with or without a port.
func WithClientAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

func addressOf(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

// SignIn begins a session. Faults: INVALID, always with the same message and after the same time, for an unknown account, a
// wrong password and a user who is not active; LIMIT_EXCEEDED after too many failed attempts: see
// [auth.AttemptBounds].
func (s *Service) SignIn(ctx context.Context, in service.SignInInput) (*Session, error) {
	key, address := input.EmailKey(strings.TrimSpace(in.Email)), addressOf(ctx)
	wait, err := s.countAttempt(ctx, key, address)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return nil, fault.New(fault.LimitExceeded, "", "too many attempts to sign in: wait %d s", seconds)
	}
	u, err := s.findAccount(ctx, key)
	if err != nil {
		return nil, err
	}
	if u == nil || u.PasswordHash == nil {
		if err := s.passwords.VerifyDummy(ctx, in.Password); err != nil {
			return nil, err
		}
		return nil, errSignIn
	}
	right, rehash, err := s.passwords.Verify(ctx, *u.PasswordHash, in.Password)
	if err != nil {
		return nil, err
	}
	if !right || !u.Active {
		return nil, errSignIn
	}
	var fresh *string
	if rehash {
		hash, err := s.passwords.Hash(ctx, in.Password)
		if err != nil {
			return nil, err
		}
		fresh = &hash
	}
	return s.beginSession(ctx, u, fresh)
}

// beginSession begins a session for a user whose password has just been verified. fresh is a new hash of the password at the
// present cost, nil if the stored one is kept.
func (s *Service) beginSession(ctx context.Context, signed *ent.User, fresh *string) (*Session, error) {
	var refresh, family string
	var u *ent.User
	err := s.writeSession(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = s.lockUser(ctx, tx, signed.ID)
		switch {
		case ent.IsNotFound(err):
			return errSignIn
		case err != nil:
			return err
		case !u.Active || input.OrZero(u.PasswordHash) != *signed.PasswordHash:
			return errSignIn // changed while the password was being verified
		}
		if fresh != nil {
			if u, err = tx.User.UpdateOne(u).SetPasswordHash(*fresh).Save(ctx); err != nil {
				return err
			}
		}
		if err := s.returnAttempt(ctx, tx, u.EmailKey, addressOf(ctx)); err != nil {
			return err
		}
		family = s.IDs.Make(id.Session)
		refresh, err = s.firstToken(ctx, tx, u.ID, family)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.session(ctx, u, family, refresh)
}

// session returns a session with a new access token.
func (s *Service) session(ctx context.Context, u *ent.User, family, refresh string) (*Session, error) {
	if s.User(u.ID) == nil { // another process has just created the user
		if err := s.Refresh(ctx, service.SnapshotPeople); err != nil {
			return nil, err
		}
	}
	token, expiresAt, err := s.access.Issue(auth.AccessClaims{Subject: u.ID, Role: string(u.Role), Session: family}, s.Limits.AccessLife)
	if err != nil {
		return nil, err
	}
	return &Session{AccessToken: token, ExpiresAt: expiresAt, RefreshToken: refresh, Viewer: viewerOf(u, s.actorOf(u, family))}, nil
}

// RefreshSession returns the next pair of tokens for a refresh token. A token that is used again soon gives the same next refresh
// token again; later it ends its session: somebody has a copy. Fault: INVALID, always with the same message, for a token that is not accepted.
func (s *Service) RefreshSession(ctx context.Context, in service.RefreshSessionInput) (*Session, error) {
	hash, err := auth.HashRefreshToken(in.RefreshToken)
	if err != nil {
		return nil, errRefresh
	}
	var next string
	var row *ent.RefreshSession
	var u *ent.User
	err = s.writeSession(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		next = ""
		if row, u, err = s.lockSession(ctx, tx, hash); err != nil {
			return err
		}
		switch now := s.Now(); {
		case row.RevokedAt == nil && row.UsedAt != nil:
			if next, err = s.sameToken(ctx, tx, in.RefreshToken, row); err != nil || next != "" {
				return err
			}
			return s.endStolen(ctx, tx, row)
		case row.RevokedAt != nil || !row.ExpiresAt.After(now) || !u.Active:
			return errRefresh
		default:
			if err := tx.RefreshSession.UpdateOne(row).SetUsedAt(now).Exec(ctx); err != nil {
				return err
			}
			next, err = s.nextToken(ctx, tx, in.RefreshToken, row, now)
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	if next == "" {
		return nil, errRefresh
	}
	return s.session(ctx, u, row.Family, next)
}

// lockSession loads a refresh token by its hash and its user, and locks the user, so that of two uses of one token the second
// sees the first. It returns errRefresh if there is no such token.
func (s *Service) lockSession(ctx context.Context, tx *store.Tx, hash string) (*ent.RefreshSession, *ent.User, error) {
	row, err := tx.RefreshSession.Query().Where(refreshsession.TokenHash(hash)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, errRefresh
	}
	if err != nil {
		return nil, nil, err
	}
	u, err := s.lockUser(ctx, tx, row.UserID)
	if ent.IsNotFound(err) {
		return nil, nil, errRefresh
	}
	if err != nil {
		return nil, nil, err
	}
	row, err = tx.RefreshSession.Get(ctx, row.ID) // as it is now that nobody else can change it
	return row, u, err
}

// endStolen ends the session of a refresh token that was used twice. That is committed although the caller is refused.
func (s *Service) endStolen(ctx context.Context, tx *store.Tx, row *ent.RefreshSession) error {
	s.Log.WarnContext(ctx, "a refresh token was used twice: its session is ended", "user", row.UserID, "session", row.Family)
	if err := s.Audit(ctx, tx, "session.reuse", row.UserID, map[string]string{"session": row.Family, "address": addressOf(ctx)}); err != nil {
		return err
	}
	return s.endSessions(ctx, tx, refreshsession.Family(row.Family))
}

// SignOut ends the session of a refresh token with its access tokens. Doing so once more is no error. Faults: INVALID for a
// token that is not one of the caller's; UNAUTHENTICATED.
func (s *Service) SignOut(ctx context.Context, in service.SignOutInput) error {
	actor, ok := auth.From(ctx)
	if !ok {
		return fault.New(fault.Unauthenticated, "", "sign in first")
	}
	hash, err := auth.HashRefreshToken(in.RefreshToken)
	if err != nil {
		return fault.Invalidf("refreshToken", "not one of your refresh tokens")
	}
	err = s.writeSession(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, u, err := s.lockSession(ctx, tx, hash)
		if err != nil {
			return err
		}
		if u.ID != actor.UserID {
			return errRefresh
		}
		return s.endSessions(ctx, tx, refreshsession.Family(row.Family))
	})
	if errors.Is(err, errRefresh) {
		return fault.Invalidf("refreshToken", "not one of your refresh tokens")
	}
	return err
}
