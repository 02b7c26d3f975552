package consent

import (
	"context"

	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RevokePermission ends a permission for good. Revoking it once more is no error.
//
// Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT if expectedVersion is not the permission's version.
func (s *Service) RevokePermission(ctx context.Context, in service.RevokePermissionInput) (*ent.Permission, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Permission, in.ID))
	source, err := input.Text("source", in.Source, 500)
	faults.Add(err)
	reason, err := input.OptionalText("reason", in.Reason, 1000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	err = s.afterLeaving(ctx, func(leaving *leaving) error {
		_, err := s.Write(ctx, service.Verb{Name: "revokePermission"}, func(ctx context.Context, tx *store.Tx) (string, error) {
			l, err := s.lockLog(ctx, tx, "id", in.ID)
			if err != nil || l.State == consentlog.StateRevoked {
				return in.ID, err
			}
			if err := service.CheckVersion(in.ExpectedVersion, l.permission.Version); err != nil {
				return "", err
			}
			if err := leaving.none(ctx, tx, l.permission); err != nil {
				return "", err
			}
			return in.ID, s.revoke(ctx, tx, l, consentlog.Event{Source: source, Reason: reason})
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Permission.Get(ctx, in.ID)
}

// revoke records that a permission is over from now on, also one that has expired or that a merge ended: the customer has refused. So the one
// that is in force for the same channel and purpose, a newer one or that of who they were merged with, is over too.
func (s *Service) revoke(ctx context.Context, tx *store.Tx, l *permissionLog, e consentlog.Event) error {
	if err := s.recordExpiry(ctx, tx, l); err != nil {
		return err
	}
	e.Kind = consentlog.Revoked
	if err := s.record(ctx, tx, l, e); err != nil {
		return err
	}
	p := l.permission
	live, err := tx.Permission.Query().Where(
		permission.CustomerID(p.CustomerID), permission.ChannelEQ(p.Channel), permission.PurposeEQ(p.Purpose), permission.IDNEQ(p.ID),
		permission.StateIn(schema.PermissionPending, schema.PermissionActive),
	).IDs(ctx)
	if err != nil {
		return err
	}
	for _, other := range live {
		l, err := s.lockLog(ctx, tx, "id", other)
		if err != nil {
			return err
		}
		if err := s.recordExpiry(ctx, tx, l); err != nil {
			return err
		}
		if err := s.record(ctx, tx, l, e); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, p.CustomerID, "Permission")
}

// RevokePermissionByLink ends the permission of a signed link; the caller need not be signed in. It reports whether the
// permission is revoked now. Fault: INVALID, with the same message whatever the cause, for a token that is not one of our
// links to revoke.
func (s *Service) RevokePermissionByLink(ctx context.Context, in service.RevokePermissionByLinkInput) (bool, error) {
	refused := fault.Invalidf("token", "not a valid link to revoke a permission")
	reason, err := input.OptionalText("reason", in.Reason, 1000)
	if err != nil {
		return false, err
	}
	permissionID, err := s.links.Verify(auth.LinkRevoke, in.Token)
	if err != nil {
		return false, refused
	}
	err = s.afterLeaving(ctx, func(leaving *leaving) error {
		return s.writeByLink(ctx, func(ctx context.Context, tx *store.Tx) error {
			l, err := s.lockLog(ctx, tx, "token", permissionID)
			if fault.Is(err, fault.NotFound) {
				return refused
			}
			if err != nil || l.State == consentlog.StateRevoked {
				return err
			}
			if err := leaving.none(ctx, tx, l.permission); err != nil {
				return err
			}
			return s.revoke(ctx, tx, l, consentlog.Event{Source: "revocation link", Actor: auth.CustomerName, Reason: reason})
		})
	})
	return err == nil, s.FaultOf(err)
}

// RevocationToken returns the token of the link that revokes a permission without signing in; it never expires.
// Fault: FORBIDDEN for a caller who may not revoke it.
func (s *Service) RevocationToken(ctx context.Context, p *ent.Permission) (string, error) {
	if _, err := auth.Writer(ctx, "Permission"); err != nil {
		return "", err
	}
	return s.links.Revoke(p.ID)
}
