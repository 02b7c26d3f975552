package consent

import (
	"context"

	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// permissionLog is a permission with its events while a verb adds to them. The customer is locked.
type permissionLog struct {
	consentlog.Standing // after the last event

	permission *ent.Permission
	events     []*consentlog.Event
}

// append applies the next event.
func (l *permissionLog) append(e *consentlog.Event) {
	l.Apply(e)
	l.events = append(l.events, e)
}

// answer returns the kind of the event that followed a request, "" while it is open; another request is no answer.
func (l *permissionLog) answer(requestSequence int) consentlog.Kind {
	for _, e := range l.events {
		if e.Sequence > requestSequence && e.Kind != consentlog.Requested {
			return e.Kind
		}
	}
	return ""
}

// lockLog locks the customer of a permission that the actor may see, and then reads the permission's log. It returns
// NOT_FOUND on the field.
func (s *Service) lockLog(ctx context.Context, tx *store.Tx, field, permissionID string) (*permissionLog, error) {
	p, err := tx.Permission.Get(ctx, permissionID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "permission")
	}
	if err != nil {
		return nil, err
	}
	if err := service.HoldCustomers(ctx, tx, p.CustomerID); err != nil { // a permission of a customer who is deleted can be revoked, too
		return nil, err
	}
	held := p.CustomerID
	p, err = tx.Permission.Query().Where(permission.ID(permissionID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	if err := service.StillOf(held, p.CustomerID); err != nil {
		return nil, err
	}
	return readLog(ctx, tx, p)
}

// liveLog returns the log of the one permission for a channel and purpose that is active or pending, nil if there is
// none. If its time is over that is recorded first, and it is not returned. The customer must be locked.
func (s *Service) liveLog(ctx context.Context, tx *store.Tx, customerID string, channel schema.Channel, purpose schema.Purpose) (*permissionLog, error) {
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
	l, err := readLog(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if err := s.recordExpiry(ctx, tx, l); err != nil || l.State == consentlog.StateExpired {
		return nil, err
	}
	return l, nil
}

// readLog reads a permission's log. The customer must be locked, and the permission read after that.
func readLog(ctx context.Context, tx *store.Tx, p *ent.Permission) (*permissionLog, error) {
	rows, err := tx.PermissionEvent.Query().Where(permissionevent.PermissionID(p.ID)).Order(permissionevent.BySequence()).All(ctx)
	if err != nil {
		return nil, err
	}
	l := &permissionLog{permission: p}
	for _, row := range rows {
		e := eventOf(row)
		l.append(&e)
	}
	return l, nil
}

// record adds an event to a log: it sets the event's id, sequence, time, hashes and, if it has none, its actor, and
// writes it together with the row that it makes of the permission.
func (s *Service) record(ctx context.Context, tx *store.Tx, l *permissionLog, e consentlog.Event) error {
	if e.Actor == "" {
		actor, _ := auth.From(ctx)
		e.Actor = actor.Name
	}
	e.ID, e.Sequence, e.At = s.IDs.Make(id.Event), len(l.events)+1, s.Now()
	previous := ""
	if l.Last != nil {
		previous = l.Last.Hash
		if e.At.Before(l.Last.At) { // the clock of another process is ahead of this one: the times of a log never decrease
			e.At = l.Last.At
		}
	}
	consentlog.Seal(permissionOf(l.permission), &e, previous)
	isNew := l.Last == nil
	l.append(&e)
	setRow(l.permission, l.Row())
	if err := writePermission(ctx, tx, l.permission, isNew); err != nil {
		return err
	}
	return tx.PermissionEvent.Create().SetID(e.ID).SetPermissionID(l.permission.ID).SetSequence(e.Sequence).SetAt(e.At).
		SetKind(schema.PermissionEventKind(e.Kind)).SetNillableLevel((*schema.PermissionLevel)(e.Level)).SetNillableExpiresAt(e.ExpiresAt).
		SetActor(e.Actor).SetSource(e.Source).SetNillableWording(e.Wording).SetNillableWordingVersion(e.WordingVersion).
		SetNillableWordingID(e.WordingID).
		SetNillableLanguage(e.Language).SetNillableBundledWith(e.BundledWith).SetNillableGivenAt(e.GivenAt).
		SetNillableAddress(e.Address).SetNillableReason(e.Reason).SetPreviousHash(e.PreviousHash).SetHash(e.Hash).Exec(ctx)
}

func writePermission(ctx context.Context, tx *store.Tx, p *ent.Permission, isNew bool) error {
	if isNew {
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
