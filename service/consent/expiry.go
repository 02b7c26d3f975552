package consent

import (
	"context"
	"time"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/schema"
	"kopeck/store"
)

// setStateAt sets the state that a permission has at a moment, from the one after its last event.
func setStateAt(p *ent.Permission, at time.Time) {
	p.State = schema.PermissionState(consentlog.State(p.State).At(at, p.ExpiresAt))
}

// stateNow is an interceptor that gives every permission that is read its state now: one whose time is over is EXPIRED
// even if no event has recorded that yet.
func (s *Service) stateNow() ent.Interceptor {
	return ent.InterceptFunc(func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			value, err := next.Query(ctx, q)
			if permissions, ok := value.([]*ent.Permission); ok {
				now := s.Now()
				for _, p := range permissions {
					setStateAt(p, now)
				}
			}
			return value, err
		})
	})
}

// ExpirePermissions records the end of every permission whose time is over. The state of such a permission does not
// depend on it.
func (s *Service) ExpirePermissions(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	for last := ""; ; {
		due, err := s.Client.Permission.Query().Where(
			permission.StateIn(schema.PermissionPending, schema.PermissionActive), permission.ExpiresAtLTE(s.Now()), permission.IDGT(last),
		).Order(permission.ByID()).Limit(100).All(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, p := range due {
			if err := s.expire(ctx, p); err != nil {
				return err
			}
			last = p.ID
		}
	}
}

// expire records the end of a permission, unless it was renewed, ended or recorded in the meantime.
func (s *Service) expire(ctx context.Context, due *ent.Permission) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		l, err := s.lockLog(ctx, tx, "", due.ID)
		if err != nil || !l.Overdue(s.Now()) {
			return err
		}
		if err := s.recordExpiry(ctx, tx, l); err != nil {
			return err
		}
		return s.CustomerChanged(ctx, tx, due.CustomerID, "Permission")
	})
}

// recordExpiry records that a permission's time is over, if it is and no event has recorded it.
func (s *Service) recordExpiry(ctx context.Context, tx *store.Tx, l *permissionLog) error {
	if !l.Overdue(s.Now()) {
		return nil
	}
	return s.record(ctx, tx, l, consentlog.Event{Kind: consentlog.Expired, Source: "its time is over", Actor: "system"})
}
