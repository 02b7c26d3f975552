package service

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent/auditentry"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// change is one field's move from one value to another, as the history keeps it.
type change struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// versionChange is what a new version of a row changed: the detail of its audit entry.
type versionChange struct {
	Version int               `json:"version"`
	Fields  map[string]change `json:"fields"`
	Reason  string            `json:"reason,omitempty"`
}

// remember writes what a new version changed, so that a later update made on an older version can be merged
// with it, or told exactly where they clash.
func (s *Service) remember(ctx context.Context, tx *store.Tx, action, subject string, v versionChange) error {
	return s.audit(ctx, tx, action, subject, v)
}

// clashes gives VERSION_CONFLICT where an update wants to change fields that others have changed since the
// version it was made on, to other values; disjoint changes merge. current and wanted are by the input's names.
func (s *Service) clashes(ctx context.Context, tx *store.Tx, action, subject string, expected, version int, current, wanted map[string]any) error {
	switch {
	case expected == version:
		return nil
	case expected > version || expected < 1:
		return fault.Invalidf("expectedVersion", "there is no version %d yet: it is %d", expected, version)
	}
	entries, err := tx.AuditEntry.Query().
		Where(auditentry.Subject(subject), auditentry.Action(action)).
		Order(auditentry.ByAt(), auditentry.ByID()).All(auth.System(ctx))
	if err != nil {
		return err
	}
	base := map[string]any{}
	for _, entry := range entries {
		var v versionChange
		if err := json.Unmarshal(entry.Detail, &v); err != nil {
			return fmt.Errorf("service: history of %s: %w", subject, err)
		}
		for name, moved := range v.Fields {
			if _, seen := base[name]; v.Version > expected && !seen {
				base[name] = moved.Old
			}
		}
	}
	conflict := &fault.Conflict{CurrentVersion: version}
	for name, yours := range wanted {
		if old, moved := base[name]; moved && !same(current[name], yours) {
			conflict.Fields = append(conflict.Fields, fault.FieldConflict{Name: name, Base: old, Theirs: current[name], Yours: yours})
		}
	}
	if len(conflict.Fields) == 0 {
		return nil
	}
	slices.SortFunc(conflict.Fields, func(a, b fault.FieldConflict) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	clash := fault.New(fault.VersionConflict, "expectedVersion", "somebody changed the same since version %d; it is %d now", expected, version)
	clash.Detail = conflict
	return clash
}

// same compares two values as they look in JSON.
func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && reflect.DeepEqual(x, y)
}

const customerUpdate = "customer.update"

// noteStage writes the row of a stage change.
func (s *Service) noteStage(ctx context.Context, tx *store.Tx, customerID string, from, to schema.Stage, reason string, at time.Time) error {
	actor, _ := auth.From(ctx)
	return tx.StageChange.Create().SetID(s.ids.Make(id.StageChange)).SetCustomerID(customerID).SetFromStage(from).SetToStage(to).
		SetAt(at).SetReason(reason).SetActor(actor.Name).Exec(auth.System(ctx))
}
