package consent

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RevokePermission ends a permission for good; what is revoked stays so, and revoking it again is no error. It gives
// NOT_FOUND, and VERSION_CONFLICT where it was made on another version.
func (s *Service) RevokePermission(ctx context.Context, in service.RevokePermissionInput) (*ent.Permission, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Permission, in.ID))
	source, fail := input.Text("source", in.Source, 500)
	faults.Add(fail)
	reason, fail := input.OptionalText("reason", in.Reason, 1000)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "revokePermission"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		l, err := s.lockLedger(ctx, tx, "id", in.ID)
		if err != nil || l.State == schema.PermissionRevoked {
			return in.ID, err
		}
		if err := service.ExpectVersion(in.ExpectedVersion, l.permission.Version); err != nil {
			return "", err
		}
		return in.ID, s.revoke(ctx, tx, l, &ent.PermissionEvent{Source: source, Reason: reason})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Permission.Get(ctx, in.ID)
}

// revoke records that a permission is over, now. It holds for one that has expired too: the customer has said no.
func (s *Service) revoke(ctx context.Context, tx *store.Tx, l *ledger, e *ent.PermissionEvent) error {
	if err := s.expireDue(ctx, tx, l); err != nil {
		return err
	}
	e.Kind = schema.EventRevoked
	if err := s.record(ctx, tx, l, e); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, l.permission.CustomerID)
}

// RevokePermissionByLink ends the permission that a signed link is for; nobody needs to sign in. It tells whether the
// permission is revoked now, and gives INVALID, always the same, for a token that is not a link of ours to revoke.
func (s *Service) RevokePermissionByLink(ctx context.Context, in service.RevokePermissionByLinkInput) (bool, error) {
	refused := fault.Invalidf("token", "not a link of ours to revoke a permission")
	reason, fail := input.OptionalText("reason", in.Reason, 1000)
	if fail != nil {
		return false, fail
	}
	permissionID, err := s.links.Verify(auth.LinkRevoke, in.Token)
	if err != nil {
		return false, refused
	}
	err = s.Store.Write(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		l, err := s.lockLedger(ctx, tx, "token", permissionID)
		if fault.Is(err, fault.NotFound) {
			return refused
		}
		if err != nil || l.State == schema.PermissionRevoked {
			return err
		}
		return s.revoke(ctx, tx, l, &ent.PermissionEvent{Source: "revocation link", Actor: "the customer", Reason: reason})
	})
	return err == nil, s.Translate(err)
}
