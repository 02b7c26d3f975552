package customers

import (
	"context"

	"kopeck/ent"
	"kopeck/service"
	"kopeck/store"
)

// What is read of the identities and of the decisions of customers without the guard. Whoever uses it shows only customers whom the viewer
// may see, which the guard decides.

// besideSQL is a query for what customers who are not deleted have beside their rows: from merges, and as contact points that are not the
// main ones.
const besideSQL = `SELECT b.customer_id, b.kind, b.value, b.value_key FROM (SELECT id, customer_id, kind, value, value_key FROM customer_identities
		UNION ALL SELECT id, customer_id, type AS kind, value, value_key FROM contact_points) b
	JOIN customers c ON c.id = b.customer_id WHERE c.deleted_at IS NULL
		AND NOT (b.kind = 'PHONE' AND b.value_key = coalesce(c.phone, '') OR b.kind = 'EMAIL' AND b.value_key = coalesce(c.email_key, '')) AND `

// identitiesWhere gives the identities that fulfil a condition, in the order in which customers got them.
func identitiesWhere(ctx context.Context, from store.Reader, condition string, args []any, ids []string, each func(Identity)) error {
	query := besideSQL + condition + " ORDER BY b.id"
	return store.EachByIDs(ctx, from, query, args, ids, func(scan store.ScanFunc) error {
		var one Identity
		var kind string
		err := scan(&one.CustomerID, &kind, &one.Value, &one.Key)
		one.Kind = service.DuplicateReason(kind)
		each(one)
		return err
	})
}

// notSameSQL is a query for the decisions of some customers that they and others are two, with the customers who answer for both now.
const notSameSQL = `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids), also (id) AS (SELECT id FROM mine UNION ALL SELECT c.id FROM customers c JOIN mine ON c.merged_into_id = mine.id)
	SELECT coalesce(a.merged_into_id, a.id), coalesce(b.merged_into_id, b.id), d.at, d.actor, d.reason, d.revoked_at, d.revoked_by
	FROM duplicate_decisions d JOIN customers a ON a.id = d.first_id JOIN customers b ON b.id = d.second_id
	WHERE d.first_id IN (SELECT id FROM also) OR d.second_id IN (SELECT id FROM also) ORDER BY d.at DESC, d.id DESC`

// Decided is a decision that two customers are two.
type Decided struct {
	Between [2]string // those who answer for them now
	service.NotSameDecision
}

// NotSame returns the decisions of some customers, the last first, those that were revoked as well.
func NotSame(ctx context.Context, from store.Reader, customerIDs []string) (all []Decided, err error) {
	return all, store.EachByIDs(ctx, from, notSameSQL, nil, customerIDs, func(scan store.ScanFunc) error {
		var one Decided
		var revoked store.Time
		var at store.Time
		err := scan(&one.Between[0], &one.Between[1], &at, &one.DecidedBy, &one.Reason, &revoked, &one.RevokedBy)
		one.DecidedAt = at.Time
		if !revoked.IsZero() {
			one.RevokedAt = &revoked.Time
		}
		all = append(all, one)
		return err
	})
}

// ForgetIdentity removes what a merge has kept of the number or address of a contact point that is removed. The actor may change the customer.
func (s *Service) ForgetIdentity(ctx context.Context, tx *store.Tx, customerID string, p *ent.ContactPoint) error {
	_, err := tx.Exec(ctx, "DELETE FROM customer_identities WHERE customer_id = ? AND kind = ? AND value_key = ?", customerID, string(p.Type), p.ValueKey)
	return err
}
