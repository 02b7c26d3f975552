package merging

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/auth"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// What this package reads and writes of merges and decisions without the guard. Whoever calls it has found that the actor may see the
// customers, or shows only those whom the viewer may see.

// storedMerge is a merge as it is stored.
type storedMerge struct {
	id, keptID, mergedID string
	at                   time.Time
	undone               bool
	differences          json.RawMessage
}

// mergeByID returns a merge, nil if there is none.
func mergeByID(ctx context.Context, from store.Reader, mergeID string) (found *storedMerge, err error) {
	return found, store.Each(ctx, from, "SELECT id, kept_id, merged_id, at, undone_at, before FROM customer_merges WHERE id = ?", []any{mergeID}, func(scan store.ScanFunc) error {
		m := &storedMerge{}
		var at, undone store.Time
		err := scan(&m.id, &m.keptID, &m.mergedID, &at, &undone, (*[]byte)(&m.differences))
		m.at, m.undone = at.Time, !undone.IsZero()
		found = m
		return err
	})
}

// laterMerge returns a merge of the same kept customer that was made after one and is not undone, "" for none.
func laterMerge(ctx context.Context, tx *store.Tx, m *storedMerge) (later string, err error) {
	err = store.Each(ctx, tx, "SELECT id FROM customer_merges WHERE kept_id = ? AND undone_at IS NULL AND (at > ? OR at = ? AND id > ?) ORDER BY at DESC, id DESC LIMIT 1", []any{m.keptID, m.at, m.at, m.id}, func(scan store.ScanFunc) error {
		return scan(&later)
	})
	return later, err
}

// writeMerge records a merge.
func (s *Service) writeMerge(ctx context.Context, tx *store.Tx, m *merge) error {
	actor, _ := auth.From(ctx)
	return tx.CustomerMerge.Create().SetID(m.id).SetKeptID(m.kept.ID).SetMergedID(m.merged.ID).SetAt(s.Now()).SetActor(actor.Name).SetNillableReason(m.reason).
		SetBefore(json.RawMessage("{}")).Exec(auth.System(ctx))
}

// writeDifferences keeps what a merge changed of the values of the kept customer.
func (s *Service) writeDifferences(ctx context.Context, tx *store.Tx, mergeID string, differences json.RawMessage) error {
	_, err := tx.Exec(ctx, "UPDATE customer_merges SET before = ? WHERE id = ?", string(differences), mergeID)
	return err
}

// writeUndone records that a merge is undone.
func (s *Service) writeUndone(ctx context.Context, tx *store.Tx, mergeID string, reason *string) error {
	actor, _ := auth.From(ctx)
	return tx.CustomerMerge.UpdateOneID(mergeID).SetUndoneAt(s.Now()).SetUndoneBy(actor.Name).SetNillableUndoReason(reason).Exec(auth.System(ctx))
}

// mergesSQL is a query for the merges of some kept customers, directly and through others, the last first.
const mergesSQL = `WITH RECURSIVE down (root, id, merged_id) AS (SELECT kept_id, id, merged_id FROM customer_merges WHERE undone_at IS NULL AND kept_id IN @ids
	UNION ALL SELECT d.root, m.id, m.merged_id FROM customer_merges m JOIN down d ON m.kept_id = d.merged_id WHERE m.undone_at IS NULL)
	SELECT d.root, m.id, m.merged_id, m.at, m.actor, m.reason, c.name, c.email, c.phone, c.external_id
	FROM down d JOIN customer_merges m ON m.id = d.id JOIN customers c ON c.id = m.merged_id ORDER BY m.at DESC, m.id DESC`

// mergesOf returns the merges of customers whom the viewer may see, by their ids.
func mergesOf(ctx context.Context, from store.Reader, customerIDs []string) (map[string][]*service.CustomerMerge, error) {
	all := map[string][]*service.CustomerMerge{}
	return all, store.EachByIDs(ctx, from, mergesSQL, nil, customerIDs, func(scan store.ScanFunc) error {
		m, root := &service.CustomerMerge{}, ""
		err := scan(&root, &m.ID, &m.MergedID, store.UTC(&m.MergedAt), &m.MergedBy, &m.Reason, &m.Name, &m.Email, &m.Phone, &m.ExternalID)
		m.UndoableUntil = m.MergedAt.Add(service.Days(service.MergeUndoableDays))
		all[root] = append(all[root], m)
		return err
	})
}

// addNotSame records that two customers, in the order of their ids, are two.
func (s *Service) addNotSame(ctx context.Context, tx *store.Tx, first, second string, reason *string) error {
	actor, _ := auth.From(ctx)
	return tx.DuplicateDecision.Create().SetID(s.IDs.Make(id.NotSame)).SetFirstID(first).SetSecondID(second).SetAt(s.Now()).SetActor(actor.Name).SetNillableReason(reason).
		Exec(auth.System(ctx))
}

// revokeNotSame revokes that two customers, or those who were merged into them, are two.
func (s *Service) revokeNotSame(ctx context.Context, tx *store.Tx, a, b string) error {
	actor, _ := auth.From(ctx)
	_, err := tx.Exec(ctx, `UPDATE duplicate_decisions SET revoked_at = ?, revoked_by = ? WHERE revoked_at IS NULL AND
		(first_id IN (SELECT id FROM customers WHERE id = ? OR merged_into_id = ?) AND second_id IN (SELECT id FROM customers WHERE id = ? OR merged_into_id = ?)
		OR second_id IN (SELECT id FROM customers WHERE id = ? OR merged_into_id = ?) AND first_id IN (SELECT id FROM customers WHERE id = ? OR merged_into_id = ?))`,
		s.Now(), actor.Name, a, a, b, b, a, a, b, b)
	return err
}

// waitingSQL is a query for the ids of customers who may be possible duplicates of another: those with an e-mail, an external id or a phone
// that another has too, on the row or beside it. The small sets come first, so that no statement goes through all customers but by the indexes
// of phones and contact points.
const waitingSQL = `WITH mails (k) AS (SELECT email_key FROM customers WHERE email_twin > 0 AND deleted_at IS NULL UNION SELECT value_key FROM customer_identities WHERE kind = 'EMAIL'
		UNION SELECT value_key FROM contact_points WHERE type = 'EMAIL' GROUP BY value_key HAVING count(*) > 1),
	externals (k) AS (SELECT external_id FROM customers WHERE external_twin > 0 AND deleted_at IS NULL UNION SELECT value_key FROM customer_identities WHERE kind = 'EXTERNAL_ID'),
	phones (k) AS (SELECT phone FROM customers WHERE deleted_at IS NULL AND phone >= '+' AND phone < ',' GROUP BY phone HAVING count(*) > 1 UNION SELECT value_key FROM customer_identities WHERE kind = 'PHONE'
		UNION SELECT value_key FROM contact_points WHERE type = 'PHONE' AND value_key >= '+' AND value_key < ',' GROUP BY value_key HAVING count(*) > 1)
	SELECT c.id FROM customers c JOIN mails ON c.email_key = mails.k WHERE c.deleted_at IS NULL
	UNION SELECT c.id FROM customers c JOIN externals ON c.external_id = externals.k WHERE c.deleted_at IS NULL
	UNION SELECT c.id FROM customers c JOIN phones ON c.phone = phones.k WHERE c.deleted_at IS NULL
	UNION SELECT p.customer_id FROM contact_points p JOIN mails ON p.value_key = mails.k WHERE p.type = 'EMAIL'
	UNION SELECT p.customer_id FROM contact_points p JOIN phones ON p.value_key = phones.k WHERE p.type = 'PHONE'
	UNION SELECT customer_id FROM customer_identities`
