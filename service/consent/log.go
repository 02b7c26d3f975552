package consent

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// ledger is a permission with its events, held by the lock on its customer while a verb adds to it.
type ledger struct {
	service.Standing
	permission *ent.Permission
	events     []*ent.PermissionEvent
}

// ledgerOf reads a permission's ledger. The customer must be held, and the permission read after that.
func (s *Service) ledgerOf(ctx context.Context, tx *store.Tx, p *ent.Permission) (*ledger, error) {
	events, err := tx.PermissionEvent.Query().Where(permissionevent.PermissionID(p.ID)).Order(permissionevent.BySequence()).All(ctx)
	if err != nil {
		return nil, err
	}
	l := &ledger{permission: p, events: events}
	for _, e := range events {
		l.Apply(e)
	}
	return l, nil
}

// record adds an event to a ledger: it gives the event its id, place, time, actor and hashes, and writes it together
// with the row that it makes of the permission. Of e it takes kind, level, end, source, wording, address and reason.
func (s *Service) record(ctx context.Context, tx *store.Tx, l *ledger, e *ent.PermissionEvent) error {
	if e.Actor == "" {
		actor, _ := auth.From(ctx)
		e.Actor = actor.Name
	}
	e.ID, e.PermissionID, e.Sequence, e.At = s.IDs.Make(id.Event), l.permission.ID, len(l.events)+1, s.Now()
	previous := ""
	if l.Last != nil {
		previous = l.Last.Hash
		if e.At.Before(l.Last.At) { // another process's clock runs ahead of ours: the ledger's times never go back
			e.At = l.Last.At
		}
	}
	SealEvent(l.permission, e, previous)
	fresh := l.Last == nil
	l.Apply(e)
	l.Show(l.permission)
	l.events = append(l.events, e)
	if err := s.writePermission(ctx, tx, l.permission, fresh); err != nil {
		return err
	}
	return tx.PermissionEvent.Create().SetID(e.ID).SetPermissionID(e.PermissionID).SetSequence(e.Sequence).SetAt(e.At).SetKind(e.Kind).
		SetNillableLevel(e.Level).SetNillableExpiresAt(e.ExpiresAt).SetActor(e.Actor).SetSource(e.Source).
		SetNillableWording(e.Wording).SetNillableWordingVersion(e.WordingVersion).SetNillableAddress(e.Address).
		SetNillableReason(e.Reason).SetPreviousHash(e.PreviousHash).SetHash(e.Hash).Exec(ctx)
}

func (s *Service) writePermission(ctx context.Context, tx *store.Tx, p *ent.Permission, fresh bool) error {
	if fresh {
		return tx.Permission.Create().SetID(p.ID).SetCustomerID(p.CustomerID).SetChannel(p.Channel).SetPurpose(p.Purpose).
			SetLevel(p.Level).SetState(p.State).SetGrantedAt(p.GrantedAt).SetNillableExpiresAt(p.ExpiresAt).
			SetNillableRevokedAt(p.RevokedAt).SetVersion(p.Version).Exec(ctx)
	}
	update := tx.Permission.UpdateOneID(p.ID).SetLevel(p.Level).SetState(p.State).SetGrantedAt(p.GrantedAt).
		SetNillableRevokedAt(p.RevokedAt).SetVersion(p.Version)
	if p.ExpiresAt == nil {
		update.ClearExpiresAt()
	} else {
		update.SetExpiresAt(*p.ExpiresAt)
	}
	return update.Exec(ctx)
}

// expireDue records that a permission's time is over, where it is.
func (s *Service) expireDue(ctx context.Context, tx *store.Tx, l *ledger) error {
	if !l.Overdue(s.Now()) {
		return nil
	}
	return s.record(ctx, tx, l, &ent.PermissionEvent{Kind: schema.EventExpired, Source: "its time is over", Actor: "system"})
}

// liveLedger gives the one permission for a channel and purpose that is active or waits to be confirmed, nil
// where there is none. One whose time is over is recorded as expired first. The customer must be held.
func (s *Service) liveLedger(ctx context.Context, tx *store.Tx, customerID string, channel schema.Channel, purpose schema.Purpose) (*ledger, error) {
	p, err := tx.Permission.Query().Where(
		permission.CustomerID(customerID), permission.ChannelEQ(channel), permission.PurposeEQ(purpose),
		permission.StateIn(schema.PermissionPending, schema.PermissionActive),
	).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l, err := s.ledgerOf(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if err := s.expireDue(ctx, tx, l); err != nil || l.State == schema.PermissionExpired {
		return nil, err
	}
	return l, nil
}

// holdCustomer holds a customer's row like lockCustomer, also a deleted one's: a permission can always be revoked.
func (s *Service) holdCustomer(ctx context.Context, tx *store.Tx, customerID string) error {
	query := tx.Customer.Query().Where(customer.ID(customerID))
	store.ForUpdate(tx, query)
	_, err := query.Only(ctx)
	return err
}

// asOfNow lets every permission that is read say what it is worth now, whatever its last event made of it.
func (s *Service) asOfNow() ent.Interceptor {
	return ent.InterceptFunc(func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			value, err := next.Query(ctx, q)
			if all, ok := value.([]*ent.Permission); ok {
				now := s.Now()
				for _, p := range all {
					judge(p, now)
				}
			}
			return value, err
		})
	})
}

// ExpirePermissions records the end of every permission whose time is over. What such a permission is worth does
// not wait for it.
func (s *Service) ExpirePermissions(ctx context.Context) error {
	ctx = auth.System(ctx)
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

// expire records the end of a permission, unless it was renewed, ended or recorded so meanwhile.
func (s *Service) expire(ctx context.Context, due *ent.Permission) error {
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		l, err := s.lockLedger(ctx, tx, "", due.ID)
		if err != nil || !l.Overdue(s.Now()) {
			return err
		}
		if err := s.expireDue(ctx, tx, l); err != nil {
			return err
		}
		return s.CustomerChanged(ctx, tx, due.CustomerID)
	})
}
