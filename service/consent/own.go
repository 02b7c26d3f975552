package consent

import (
	"context"

	"kopeck/consentlog"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// What customers do with their permissions on their own page. The context is that of who has their link.

// LowerPermission lowers a permission of a customer to a level; its end stays. Faults: INVALID on id; NOT_FOUND on id, also for a permission of
// somebody else; WRONG_STATE on id for one that is not active, and on level for a level that is not below.
func (s *Service) LowerPermission(ctx context.Context, customerID, permissionID string, level schema.PermissionLevel, source string) error {
	if err := id.Check("id", id.Permission, permissionID); err != nil {
		return err
	}
	return s.afterLeaving(ctx, func(leaving *leaving) error {
		_, err := s.Write(ctx, service.Verb{Name: "lowerPermission"}, func(ctx context.Context, tx *store.Tx) (string, error) {
			l, err := s.lockLog(ctx, tx, "id", permissionID)
			if err != nil {
				return "", err
			}
			if l.permission.CustomerID != customerID {
				return "", fault.NoSuch("id", "permission")
			}
			if err := s.recordExpiry(ctx, tx, l); err != nil {
				return "", err
			}
			if l.State != consentlog.StateActive {
				return "", fault.New(fault.WrongState, "id", "the permission is %s", l.State)
			}
			if level.Rank() >= schema.PermissionLevel(l.Level).Rank() {
				return "", fault.New(fault.WrongState, "level", "the permission has the level %s: want one below", l.Level)
			}
			if err := leaving.none(ctx, tx, l.permission); err != nil {
				return "", err
			}
			to := string(level)
			if err := s.record(ctx, tx, l, consentlog.Event{Kind: consentlog.Lowered, Level: &to, ExpiresAt: l.ExpiresAt, Source: source}); err != nil {
				return "", err
			}
			return permissionID, s.settle(ctx, tx, l, "permission lowered")
		})
		return err
	})
}

// RevokeOf ends a permission of a customer, or all that are in force or pending with permissionID "". What has ended is no error. Faults: INVALID on
// id; NOT_FOUND on id, also for a permission of somebody else.
func (s *Service) RevokeOf(ctx context.Context, customerID, permissionID, source string) error {
	if permissionID != "" {
		if err := id.Check("id", id.Permission, permissionID); err != nil {
			return err
		}
	}
	return s.afterLeaving(ctx, func(leaving *leaving) error {
		_, err := s.Write(ctx, service.Verb{Name: "revokePermissions"}, func(ctx context.Context, tx *store.Tx) (string, error) {
			if permissionID == "" {
				return customerID, s.revokeAll(ctx, tx, leaving, customerID, source)
			}
			return customerID, s.revokeOne(ctx, tx, leaving, customerID, permissionID, source)
		})
		return err
	})
}

// RevokeAll ends all permissions of a customer in a transaction: see Ending.
type RevokeAll func(ctx context.Context, tx *store.Tx, customerID, source string) error

// Ending runs a verb that ends all permissions of a customer among other things, and runs it again while a message to them is being handed over.
func (s *Service) Ending(ctx context.Context, verb func(RevokeAll) error) error {
	return s.afterLeaving(ctx, func(leaving *leaving) error {
		return verb(func(ctx context.Context, tx *store.Tx, customerID, source string) error {
			return s.revokeAll(ctx, tx, leaving, customerID, source)
		})
	})
}

// revokeAll ends all permissions of a customer that are in force or pending.
func (s *Service) revokeAll(ctx context.Context, tx *store.Tx, leaving *leaving, customerID, source string) error {
	if err := service.HoldCustomers(ctx, tx, customerID); err != nil {
		return err
	}
	ids, err := tx.Permission.Query().Where(permission.CustomerID(customerID), permission.StateIn(schema.PermissionPending, schema.PermissionActive)).
		Order(permission.ByID()).IDs(ctx)
	if err != nil {
		return err
	}
	for _, one := range ids {
		if err := s.revokeOne(ctx, tx, leaving, customerID, one, source); err != nil {
			return err
		}
	}
	return nil
}

// revokeOne ends a permission of a customer unless it is revoked.
func (s *Service) revokeOne(ctx context.Context, tx *store.Tx, leaving *leaving, customerID, permissionID, source string) error {
	l, err := s.lockLog(ctx, tx, "id", permissionID)
	if err != nil {
		return err
	}
	if l.permission.CustomerID != customerID {
		return fault.NoSuch("id", "permission")
	}
	if l.State == consentlog.StateRevoked {
		return nil
	}
	if err := leaving.none(ctx, tx, l.permission); err != nil {
		return err
	}
	return s.revoke(ctx, tx, l, consentlog.Event{Source: source})
}
