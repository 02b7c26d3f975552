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

// Change is one field's move from one value to another, as the history keeps it.
type Change struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// VersionChange is what a new version of a row changed: the detail of its audit entry.
type VersionChange struct {
	Version int               `json:"version"`
	Fields  map[string]Change `json:"fields"`
	Reason  string            `json:"reason,omitempty"`
}

// CustomerUpdate is the audit action of a new version of a customer.
const CustomerUpdate = "customer.update"

// AuditRows are audit entries that are written together.
type AuditRows struct{ rows [][]any }

// Remember writes what a new version changed, so that a later update made on an older version can be merged
// with it, or told exactly where they clash.
func (s *Core) Remember(ctx context.Context, tx *store.Tx, action, subject string, v VersionChange) error {
	return s.Audit(ctx, tx, action, subject, v)
}

// CheckConflicts gives VERSION_CONFLICT where an update wants to change fields that others have changed since the
// version it was made on, to other values; disjoint changes merge. current and wanted are by the input's names.
func (s *Core) CheckConflicts(ctx context.Context, tx *store.Tx, action, subject string, expected, version int, current, wanted map[string]any) error {
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
		var v VersionChange
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
		if old, moved := base[name]; moved && !Same(current[name], yours) {
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

// Same compares two values as they look in JSON.
func Same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && reflect.DeepEqual(x, y)
}

// RecordStageChange writes the row of a stage change.
func (s *Core) RecordStageChange(ctx context.Context, tx *store.Tx, customerID string, from, to schema.Stage, reason string, at time.Time) error {
	actor, _ := auth.From(ctx)
	return tx.StageChange.Create().SetID(s.IDs.Make(id.StageChange)).SetCustomerID(customerID).SetFromStage(from).SetToStage(to).
		SetAt(at).SetReason(reason).SetActor(actor.Name).Exec(auth.System(ctx))
}

// Add prepares an audit entry by the context's actor; detail is anything that becomes JSON.
func (a *AuditRows) Add(ctx context.Context, s *Core, action, subject string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("service: audit %s: %w", action, err)
	}
	actor, _ := auth.From(ctx)
	a.rows = append(a.rows, []any{s.IDs.Make(id.Audit), s.Now(), actor.Name, action, subject, string(text)})
	return nil
}

// Last gives the id of the entry that was added last.
func (a *AuditRows) Last() string { return a.rows[len(a.rows)-1][0].(string) }

// Write inserts the entries.
func (a *AuditRows) Write(ctx context.Context, tx *store.Tx) error {
	return tx.InsertRows(ctx, "audit_entries", []string{"id", "at", "actor", "action", "subject", "detail"}, a.rows)
}
