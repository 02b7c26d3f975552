package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/auditentry"
	"kopeck/ent/idempotencykey"
	"kopeck/ent/refreshsession"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// versionChanges returns what each version of a row has changed, oldest first. No role may read the audit log; the verb has
// locked the row for an actor who may change it.
func versionChanges(ctx context.Context, tx *store.Tx, action, subject string) ([]VersionChange, error) {
	entries, err := tx.AuditEntry.Query().Where(auditentry.Subject(subject), auditentry.Action(action)).
		Order(auditentry.ByAt(), auditentry.ByID()).All(auth.System(ctx))
	if err != nil {
		return nil, err
	}
	history := make([]VersionChange, len(entries))
	for i, entry := range entries {
		if err := json.Unmarshal(entry.Detail, &history[i]); err != nil {
			return nil, fmt.Errorf("service: history of %s: %w", subject, err)
		}
		history[i].at = entry.At
	}
	return history, nil
}

// createAudit writes an audit entry. What any actor does is audited, and no role may write the audit log otherwise.
func (s *Core) createAudit(ctx context.Context, tx *store.Tx, row auditRow) error {
	return tx.AuditEntry.Create().SetID(row.id).SetAt(row.at).SetActor(row.actor).SetAction(row.action).SetSubject(row.subject).
		SetDetail(row.detail).Exec(auth.System(ctx))
}

// insertAudits writes many audit entries as createAudit writes one.
func insertAudits(ctx context.Context, tx *store.Tx, rows []auditRow) error {
	values := make([][]any, len(rows))
	for i, row := range rows {
		values[i] = []any{row.id, row.at, row.actor, row.action, row.subject, string(row.detail)}
	}
	return tx.InsertRows(ctx, "audit_entries", []string{"id", "at", "actor", "action", "subject", "detail"}, values)
}

// createStageChange writes a change of a customer's stage. It is derived from what the actor was permitted to do; the verb has
// locked the customer.
func (s *Core) createStageChange(ctx context.Context, tx *store.Tx, c *ent.StageChange) error {
	return tx.StageChange.Create().SetID(c.ID).SetCustomerID(c.CustomerID).SetFromStage(c.FromStage).SetToStage(c.ToStage).
		SetKind(c.Kind).SetAt(c.At).SetRecordedAt(c.RecordedAt).SetReason(c.Reason).SetActor(c.Actor).Exec(auth.System(ctx))
}

// createDated writes a dated value. It goes with a change that the actor was permitted to make.
func (s *Core) createDated(ctx context.Context, tx *store.Tx, d *ent.DatedValue) error {
	return tx.DatedValue.Create().SetID(d.ID).SetName(d.Name).SetSubject(d.Subject).SetNillableValue(d.Value).SetValidFrom(d.ValidFrom).
		SetRecordedAt(d.RecordedAt).SetActor(d.Actor).Exec(auth.System(ctx))
}

// datedColumns begins a query for dated values.
const datedColumns = "SELECT id, name, subject, value, valid_from, recorded_at, actor FROM dated_values WHERE name = ?"

// DatedOf returns the values of a name, of some subjects. They are the history of what the caller may see or of what a figure rests on
// that they may see.
func (s *Core) DatedOf(ctx context.Context, from store.Reader, name schema.DatedName, subjects ...string) (map[string]Dated, error) {
	all := map[string]Dated{}
	each := slices.Compact(slices.Sorted(slices.Values(subjects)))
	return all, sortDated(all, store.EachByIDs(ctx, from, datedColumns+" AND subject IN @ids ORDER BY id", []any{string(name)}, each, scanDated(all)))
}

// AllDated returns the values of a name, of all subjects.
func (s *Core) AllDated(ctx context.Context, from store.Reader, name schema.DatedName) (map[string]Dated, error) {
	all := map[string]Dated{}
	return all, sortDated(all, store.Each(ctx, from, datedColumns+" ORDER BY id", []any{string(name)}, scanDated(all)))
}

// scanDated returns what adds a row to dated values by subject.
func scanDated(to map[string]Dated) func(scan store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		one := &ent.DatedValue{}
		err := scan(&one.ID, &one.Name, &one.Subject, &one.Value, &one.ValidFrom, &one.RecordedAt, &one.Actor)
		one.ValidFrom, one.RecordedAt = one.ValidFrom.UTC(), one.RecordedAt.UTC()
		to[one.Subject] = append(to[one.Subject], one)
		return err
	}
}

// sortDated puts the values of each subject in the order in which they hold, unless reading them has failed.
func sortDated(all map[string]Dated, err error) error {
	for subject, values := range all {
		all[subject] = NewDated(values)
	}
	return err
}

// lockKey returns the row of an actor's idempotency key, nil if it has not been used, and locks it. No role may read keys; the
// actor's own is looked up.
func lockKey(ctx context.Context, tx *store.Tx, k usedKey) (*ent.IdempotencyKey, error) {
	query := tx.IdempotencyKey.Query().Where(idempotencykey.Actor(k.actor), idempotencykey.Key(k.key))
	// Locking the row makes this commit wait for the synchronous standby, if there is one: the commit that wrote the row may
	// have stopped waiting, and its result must not be acknowledged before the standby has it.
	store.ForUpdate(tx, query)
	row, err := query.Only(auth.System(ctx))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// createKey writes an actor's idempotency key with the result of the request. No role may write keys.
func (s *Core) createKey(ctx context.Context, tx *store.Tx, k usedKey, result string) error {
	return tx.IdempotencyKey.Create().SetID(s.IDs.Make(id.Idempotency)).SetActor(k.actor).SetKey(k.key).
		SetOperation(k.operation).SetBodyHash(k.bodyHash).SetResultID(result).SetCreatedAt(s.Now()).Exec(auth.System(ctx))
}

// deleteKeys deletes the idempotency keys that were used before a moment, and the refresh tokens that expired before another, of
// all users: the server does so by itself.
func (s *Core) deleteKeys(ctx context.Context, usedBefore, expiredBefore time.Time) error {
	return s.Store.Write(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.IdempotencyKey.Delete().Where(idempotencykey.CreatedAtLT(usedBefore)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.RefreshSession.Delete().Where(refreshsession.ExpiresAtLT(expiredBefore)).Exec(ctx)
		return err
	})
}

// readAll runs a transaction that reads what is held in memory: that serves every actor, and what each may see is decided when it
// is used.
func (s *Core) readAll(ctx context.Context, read func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Read(auth.System(ctx), read)
}

// writeFirst runs the transaction at the start that fixes what the first start does: nobody has signed in yet.
func (s *Core) writeFirst(ctx context.Context, write func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Write(auth.System(ctx), write)
}

// markPrefix begins the ids of the rows of table settings that say which change of a snapshot was the last.
const markPrefix = "snapshot:"

// markSnapshot gives a snapshot another mark. Transactions that change one snapshot hold the row one after the other.
func (s *Core) markSnapshot(ctx context.Context, tx *store.Tx, what Snapshot) error {
	mark, err := json.Marshal(s.IDs.Make("snp"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO settings (id, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
		markPrefix+string(what), string(mark), s.Now())
	return err
}

// snapshotMarks returns the marks of the snapshots that have ever been changed.
func snapshotMarks(ctx context.Context, from store.Reader) (map[Snapshot]string, error) {
	marks := map[Snapshot]string{}
	return marks, store.Each(ctx, from, "SELECT id, value FROM settings WHERE id LIKE ?", []any{markPrefix + "%"}, func(scan store.ScanFunc) error {
		var name, mark string
		err := scan(&name, store.FromJSON{To: &mark})
		marks[Snapshot(strings.TrimPrefix(name, markPrefix))] = mark
		return err
	})
}

// HoldCustomers holds the rows of customers until the transaction ends, also of those who are deleted or whom the actor may not see: what
// an actor changes may change what is derived of others. It takes them in the order of their ids, whatever the order in which they are
// given, so that transactions which hold several customers do not wait for each other in a circle.
func HoldCustomers(ctx context.Context, tx *store.Tx, customerIDs ...string) error {
	ids := slices.Clone(customerIDs)
	slices.Sort(ids)
	return store.EachByIDs(ctx, tx, "SELECT id FROM customers WHERE id IN @ids ORDER BY id"+store.ForUpdateClause(tx), nil, slices.Compact(ids), func(scan store.ScanFunc) error {
		var one string
		return scan(&one)
	})
}
