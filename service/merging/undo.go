package merging

import (
	"context"
	"encoding/json"
	"slices"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// undoing is the undoing of a merge on its way.
type undoing struct {
	storedMerge

	kept, merged *ent.Customer
	version      int
	restored     map[string]service.Change // of the kept customer
}

// UndoMerge undoes a merge in one transaction, and returns the two customers. What belonged to each goes back to each. What came after the
// merge stays with the kept customer, unless it named the id of the merged one, or belongs to what goes back: see divide.go.
//
// Faults: INVALID by field; NOT_FOUND on id; FORBIDDEN for who changes no customers, and on id for who may not see both or may not restate
// taxes; WRONG_STATE on id for a merge that is undone, is too old, or was followed by another; VERSION_CONFLICT.
func (s *Service) UndoMerge(ctx context.Context, in service.UndoMergeInput) (kept, separated *ent.Customer, err error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Merge, in.ID))
	reason, err := input.OptionalText("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "undoMerge", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		u, err := s.lockMerge(ctx, tx, in)
		if err != nil {
			return "", err
		}
		return in.ID, s.undo(ctx, tx, u, reason)
	})
	if err != nil {
		return nil, nil, err
	}
	m, err := mergeByID(ctx, s.Store, in.ID)
	if err != nil {
		return nil, nil, err
	}
	if kept, err = s.Client.Customer.Get(ctx, s.Kept(m.keptID)); err != nil {
		return nil, nil, err
	}
	separated, err = s.Client.Customer.Get(ctx, s.Kept(m.mergedID))
	return kept, separated, err
}

// lockMerge locks a merge that can be undone, with both customers, whom the actor may see and change.
func (s *Service) lockMerge(ctx context.Context, tx *store.Tx, in service.UndoMergeInput) (*undoing, error) {
	m, err := mergeByID(ctx, tx, in.ID)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fault.NoSuch("id", "merge")
	}
	siblings := func() ([]string, error) { return s.contacts.HoldJoined(ctx, tx, m.at, m.keptID, m.mergedID) }
	if err := s.hold(ctx, tx, siblings, m.keptID, m.mergedID); err != nil {
		return nil, err
	}
	// Once more, now that nobody else can change it.
	if m, err = mergeByID(ctx, tx, in.ID); err != nil {
		return nil, err
	}
	root, err := service.KeptAmong(ctx, tx, []string{m.keptID})
	if err != nil {
		return nil, err
	}
	seen := m.keptID
	if next := root[m.keptID]; next != "" {
		seen = next
	}
	if _, err := tx.Customer.Get(ctx, seen); ent.IsNotFound(err) {
		return nil, fault.NoSuch("id", "merge")
	} else if err != nil {
		return nil, err
	}
	if err := s.checkUndoable(ctx, tx, m, seen); err != nil {
		return nil, err
	}
	u := &undoing{storedMerge: *m}
	u.kept, err = s.LockCustomer(ctx, tx, "id", m.keptID)
	if err != nil {
		return nil, err
	}
	if u.merged, err = tx.Customer.Get(ctx, m.mergedID); ent.IsNotFound(err) {
		return nil, fault.New(fault.Forbidden, "id", "the customer who was merged belongs to somebody else: only who may change both customers undoes a merge")
	} else if err != nil {
		return nil, err
	}
	if err := checkVersion("expectedVersion", in.ExpectedVersion, u.kept.Version); err != nil {
		return nil, err
	}
	if err := s.mayPut(ctx, tx, "id", u.kept, u.merged); err != nil {
		return nil, err
	}
	u.version = max(u.kept.Version, u.merged.Version) + 1
	return u, nil
}

// checkUndoable returns WRONG_STATE unless a merge can be undone. answers is the customer who answers for the kept one.
func (s *Service) checkUndoable(ctx context.Context, tx *store.Tx, m *storedMerge, answers string) error {
	wrong := func(format string, args ...any) error { return fault.New(fault.WrongState, "id", format, args...) }
	switch {
	case m.undone:
		return wrong("the merge is undone already")
	case s.Now().After(m.at.Add(service.Days(service.MergeUndoableDays))):
		return wrong("the merge is older than %d days: it cannot be undone any more", service.MergeUndoableDays)
	case answers != m.keptID:
		return wrong("the kept customer was merged into another since then: undo that merge first")
	}
	later, err := laterMerge(ctx, tx, m)
	if err == nil && later != "" {
		err = wrong("another customer was merged into the kept one since then: undo that merge first, which is %s", later)
	}
	return err
}

// undo does all that undoing a merge changes.
func (s *Service) undo(ctx context.Context, tx *store.Tx, u *undoing, reason *string) error {
	if err := s.restoreKept(ctx, tx, u); err != nil {
		return err
	}
	if err := s.giveBack(ctx, tx, u); err != nil {
		return err
	}
	if err := divideStages(ctx, tx, u); err != nil {
		return err
	}
	if err := s.revive(ctx, tx, u); err != nil {
		return err
	}
	if err := s.consent.Separate(ctx, tx, []string{u.kept.ID, u.merged.ID}, sourceOf(u.id)); err != nil {
		return err
	}
	if err := s.divide(ctx, tx, u); err != nil {
		return err
	}
	reopened, err := s.reopenTasks(ctx, tx, u)
	if err != nil {
		return err
	}
	returned, err := s.giveBackTasks(ctx, tx, u)
	if err != nil {
		return err
	}
	if err := s.tasksChanged(ctx, tx, u.id, u.kept.ID, u.merged.ID, append(reopened, returned...)); err != nil {
		return err
	}
	if err := s.writeUndone(ctx, tx, u.id, reason); err != nil {
		return err
	}
	if err := s.settle(ctx, tx, []*ent.Customer{u.kept, u.merged}, nil, "separated from each other"); err != nil {
		return err
	}
	detail := map[string]any{"merge": u.id, "kept": u.kept.ID, "merged": u.merged.ID, "reason": reason}
	for _, one := range []string{u.kept.ID, u.merged.ID} {
		if err := s.Audit(ctx, tx, "customer.undoMerge", one, detail); err != nil {
			return err
		}
	}
	return s.changed(ctx, tx, u.id, u.kept.ID, u.merged.ID, u.restored)
}

// restoreKept gives the kept customer the values back that the merge changed, unless they were changed since.
func (s *Service) restoreKept(ctx context.Context, tx *store.Tx, u *undoing) error {
	var differ map[string]customers.Difference
	if err := json.Unmarshal(u.differences, &differ); err != nil {
		return err
	}
	after, err := customers.Restored(u.kept, differ)
	if err != nil {
		return err
	}
	if u.kept.DepartedAt != nil && after.DepartedAt != u.kept.DepartedAt {
		// A departure of the merged customer goes back with them; one that was recorded since is among the kept customer's own.
		departures, err := s.DatedOf(ctx, tx, schema.DatedDeparture, u.kept.ID)
		if err != nil {
			return err
		}
		for _, one := range departures[u.kept.ID] {
			if one.RecordedAt.After(u.at) && (after.DepartedAt == nil || one.ValidFrom.After(*after.DepartedAt)) {
				from := one.ValidFrom
				after.DepartedAt = &from
			}
		}
	}
	if err := s.ownMain(ctx, tx, u, after); err != nil {
		return err
	}
	u.restored = s.customers.Changes(u.kept, after)
	return s.customers.Put(ctx, tx, u.kept, after, service.VersionChange{Version: u.version, Reason: service.SeparatedFrom + u.merged.ID})
}

// ownMain makes the oldest of the kept customer's own contact points the main one in place of one that goes back with the merged customer.
func (s *Service) ownMain(ctx context.Context, tx *store.Tx, u *undoing, after *ent.Customer) error {
	points, err := ownPoints(ctx, tx, u)
	if err != nil {
		return err
	}
	for _, of := range customers.PointTypes {
		main := customers.MainPoint(after, of)
		isMain := func(p *ent.ContactPoint) bool { return p.Type == of && customers.IsMain(after, p) }
		if *main == nil || slices.ContainsFunc(points, isMain) {
			continue
		}
		*main = nil
		if at := slices.IndexFunc(points, func(p *ent.ContactPoint) bool { return p.Type == of }); at >= 0 {
			*main = &points[at].Value
		}
	}
	after.EmailKey = input.OptionalEmailKey(after.Email)
	return nil
}

// revive makes the merged customer one of their own again, with the values that they had, and writes the terms by which both are found.
func (s *Service) revive(ctx context.Context, tx *store.Tx, u *undoing) error {
	update := tx.Customer.UpdateOneID(u.merged.ID).ClearDeletedAt().ClearMergedIntoID().SetVersion(u.version).SetUpdatedAt(s.Now())
	if u.merged.EmailKey != nil {
		number, err := customers.FreeTwin(ctx, tx, "email_key", *u.merged.EmailKey, u.merged.ID, u.merged.EmailTwin)
		if err != nil {
			return err
		}
		update.SetEmailTwin(number)
	}
	if u.merged.ExternalID != nil {
		number, err := customers.FreeTwin(ctx, tx, "external_id", *u.merged.ExternalID, u.merged.ID, u.merged.ExternalTwin)
		if err != nil {
			return err
		}
		update.SetExternalTwin(number)
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	for _, one := range []string{u.kept.ID, u.merged.ID} {
		c, err := s.withoutCircle(ctx, tx, one)
		if err != nil {
			return err
		}
		if err := s.customers.WriteTerms(ctx, tx, c); err != nil {
			return err
		}
		if one == u.merged.ID {
			change := service.VersionChange{Version: u.version, Fields: s.customers.Changes(u.kept, c), Reason: service.SeparatedFrom + u.kept.ID}
			if err := s.AuditVersion(ctx, tx, service.CustomerUpdate, one, change); err != nil {
				return err
			}
		}
	}
	return nil
}

// withoutCircle returns a customer, of whom it forgets who referred them if they referred that one in the meantime.
func (s *Service) withoutCircle(ctx context.Context, tx *store.Tx, customerID string) (*ent.Customer, error) {
	c, err := tx.Customer.Get(ctx, customerID)
	if err != nil || c.ReferredByID == nil {
		return c, err
	}
	above, err := customers.IsSeenAbove(ctx, tx, customerID, *c.ReferredByID)
	if err != nil || !above && *c.ReferredByID != customerID {
		return c, err
	}
	return tx.Customer.UpdateOneID(customerID).ClearReferredByID().Save(ctx)
}
