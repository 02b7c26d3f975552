package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// IssueToken returns an access token without a session, for the operator at the command line: of the active user with an
// e-mail; for address "", of the oldest active user of the role, or of one who is created for it without a password
// (admin@cli.kopeck.invalid). role "" is the role of the user with the e-mail. ttl is from a second to
// auth.MaxLife(auth.UseAccess).
//
// Faults: NOT_FOUND for an unknown e-mail; WRONG_STATE for a user who is not active; INVALID for a role other than the
// user's and for a ttl out of range.
func (s *Service) IssueToken(ctx context.Context, role schema.Role, address string, ttl time.Duration) (token string, expiresAt time.Time, err error) {
	if role != "" && !slices.Contains(role.Values(), string(role)) || role == "" && address == "" {
		return "", time.Time{}, fault.Invalidf("role", "want one of %s", strings.Join(role.Values(), ", "))
	}
	if ttl < time.Second || ttl > auth.MaxLife(auth.UseAccess) {
		return "", time.Time{}, fault.Invalidf("ttl", "want 1s to %v", auth.MaxLife(auth.UseAccess))
	}
	var u *ent.User
	err = s.writeAsOperator(ctx, func(ctx context.Context, tx *store.Tx) error {
		if u, err = s.userFor(ctx, tx, role, address); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "token.issue", u.ID, map[string]any{"role": u.Role, "ttl": ttl.String()})
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return s.access.Issue(auth.AccessClaims{Subject: u.ID, Role: string(u.Role)}, ttl)
}

// userFor returns the user that a token is for.
func (s *Service) userFor(ctx context.Context, tx *store.Tx, role schema.Role, address string) (*ent.User, error) {
	if address == "" {
		u, err := tx.User.Query().Where(user.RoleEQ(role), user.Active(true), user.DeletedAtIsNil()).
			Order(user.ByCreatedAt(), user.ByID()).First(ctx)
		if err == nil || !ent.IsNotFound(err) {
			return u, err
		}
		return s.operatorOf(ctx, tx, role)
	}
	u, err := tx.User.Query().Where(user.EmailKey(input.EmailKey(strings.TrimSpace(address))), user.DeletedAtIsNil()).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.NoSuch("email", "user")
	case err != nil:
		return nil, err
	case !u.Active:
		return nil, fault.New(fault.WrongState, "email", "the user is not active")
	case role != "" && role != u.Role:
		return nil, fault.Invalidf("role", "the user's role is %s", u.Role)
	}
	return u, nil
}

// operatorOf creates the user of a role for tokens of the command line, if nobody else has the role. A PARTNER has no scopes.
func (s *Service) operatorOf(ctx context.Context, tx *store.Tx, role schema.Role) (*ent.User, error) {
	address, now := strings.ToLower(string(role))+"@cli.kopeck.invalid", s.Now()
	create := tx.User.Create().SetID(s.IDs.Make(id.User)).SetEmail(address).SetEmailKey(input.EmailKey(address)).
		SetName(string(role) + " at the command line").SetRole(role).SetCreatedAt(now).SetUpdatedAt(now)
	if role == schema.RolePartner {
		p, err := s.EnsurePartner(ctx, tx, "Command line", nil)
		if err != nil {
			return nil, err
		}
		create.SetPartnerID(p.ID)
	}
	u, err := create.Save(ctx)
	if err != nil {
		return nil, service.UniqueFault(err, false, uniqueColumns...)
	}
	return u, s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}
