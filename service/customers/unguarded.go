package customers

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/ent/searchterm"
	"kopeck/service"
	"kopeck/store"
)

// Everything in this package that bypasses the guard is in this file.

// broughtSQL is a query for whom customers brought themselves, beside who brought them: as their referred_by, or by a recommendation
// about somebody who had completed no order by then. The same pair may come twice.
const broughtSQL = `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids)
	SELECT c.referred_by_id, c.id FROM customers c WHERE c.referred_by_id IN (SELECT id FROM mine)
	UNION ALL SELECT k.customer_id, k.about_id FROM contacts k WHERE k.customer_id IN (SELECT id FROM mine) AND k.kind = 'RECOMMENDATION' AND k.about_id IS NOT NULL AND k.voided_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = k.about_id AND o.status = 'COMPLETED' AND o.completed_at < k.at)`

// lastMergeInto returns the last merge into a customer that is not undone, "" for none, and when it was made. Who may delete the customer reads in
// their merges who was merged into them.
func lastMergeInto(ctx context.Context, tx *store.Tx, customerID string) (mergeID string, at time.Time, err error) {
	const query = "SELECT id, at FROM customer_merges WHERE kept_id = ? AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 1"
	err = store.Each(ctx, tx, query, []any{customerID}, func(scan store.ScanFunc) error { return scan(&mergeID, store.UTC(&at)) })
	return mergeID, at, err
}

// brought returns whom customers brought, and whom those brought, and so on: the customers that each brought themselves.
//
// It bypasses the guard because a chain leads through customers whom the viewer may not see. Of the result only ids are used, and
// the customers are then read through the guard.
func (s *Service) brought(ctx context.Context, ids []string) (map[string][]string, error) {
	by, asked := map[string][]string{}, map[string]bool{}
	for len(ids) > 0 {
		for _, one := range ids {
			asked[one] = true
		}
		var next []string
		err := store.EachByIDs(ctx, s.Store, broughtSQL, nil, ids, func(scan store.ScanFunc) error {
			var who, whom string
			err := scan(&who, &whom)
			by[who] = append(by[who], whom)
			if !asked[whom] {
				asked[whom] = true
				next = append(next, whom)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		ids = next
	}
	return by, nil
}

// between returns whether a customer referred another, directly or through others, and through whom: of the other's chain of
// referrals those below the customer. The transaction holds [LockReferrals]. It bypasses the guard because a chain leads through
// customers whom the actor may not see; whoever uses it tells the actor of nobody else.
func between(ctx context.Context, tx *store.Tx, customerID, of string) (through []string, above bool, err error) {
	const query = `WITH RECURSIVE up (id) AS (SELECT referred_by_id FROM customers WHERE id = ? UNION SELECT c.referred_by_id FROM up JOIN customers c ON c.id = up.id)
		SELECT c.id, c.referred_by_id FROM customers c WHERE c.referred_by_id IS NOT NULL AND (c.id = ? OR c.id IN (SELECT id FROM up))`
	by := map[string]string{}
	err = store.Each(ctx, tx, query, []any{of, of}, func(scan store.ScanFunc) error {
		var who, referrer string
		err := scan(&who, &referrer)
		by[who] = referrer
		return err
	})
	for at := by[of]; err == nil && at != ""; at = by[at] {
		if at == customerID {
			return through, true, nil
		}
		if at == of || slices.Contains(through, at) {
			break // a circle that leads past the customer
		}
		through = append(through, at)
	}
	return nil, false, err
}

// twins returns the customers who have a value in a column that is unique among the customers that one sees, but for one. It bypasses
// the guard because a value that only a hidden customer has must be distinguished from theirs; whoever uses it tells the actor of no
// customer whom they may not see.
func twins(ctx context.Context, tx *store.Tx, of twinned, value, self string) ([]service.Twin, error) {
	var all []service.Twin
	const others = " UNION ALL SELECT customer_id, 0 FROM customer_identities WHERE kind = ? AND value_key = ? AND customer_id <> ? AND customer_id IN (SELECT id FROM customers WHERE deleted_at IS NULL)" +
		" UNION ALL SELECT customer_id, 0 FROM contact_points WHERE type = ? AND value_key = ? AND customer_id <> ? AND customer_id IN (SELECT id FROM customers WHERE deleted_at IS NULL)"
	query, kind := "SELECT id, email_twin FROM customers WHERE email_key = ? AND deleted_at IS NULL AND id <> ?", service.DuplicateReasonEmail
	if of == byExternalID {
		query, kind = "SELECT id, external_twin FROM customers WHERE external_id = ? AND deleted_at IS NULL AND id <> ?", service.DuplicateReasonExternalID
	}
	err := store.Each(ctx, tx, query+others, []any{value, self, string(kind), value, self, string(kind), value, self}, func(scan store.ScanFunc) error {
		var one service.Twin
		err := scan(&one.ID, &one.Number)
		all = append(all, one)
		return err
	})
	return all, err
}

// FreeTwin returns the number that tells a customer's value in a column that is unique from that of others who are not deleted: wanted, if
// no other has that one, or else the next. Who has the value does not show.
func FreeTwin(ctx context.Context, tx *store.Tx, column, value, self string, wanted int) (int, error) {
	twin := map[string]string{"email_key": "email_twin", "external_id": "external_twin"}[column]
	next, taken := 0, wanted < 0
	err := store.Each(ctx, tx, "SELECT "+twin+" FROM customers WHERE "+column+" = ? AND deleted_at IS NULL AND id <> ?", []any{value, self}, func(scan store.ScanFunc) error {
		var number int
		err := scan(&number)
		next, taken = max(next, number+1), taken || number == wanted
		return err
	})
	if !taken {
		next = wanted
	}
	return next, err
}

// writeCreatedAt writes when a customer was first known: of two who are merged, since when either was. The actor may change the customer.
func writeCreatedAt(ctx context.Context, tx *store.Tx, customerID string, at time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE customers SET created_at = ? WHERE id = ?", at, customerID)
	return err
}

// WriteTerms brings the search terms of a customer up to date, and sees to it that the main phone number and e-mail address are among the contact
// points. Terms are derived state, which no role may write.
func (s *Service) WriteTerms(ctx context.Context, tx *store.Tx, c *ent.Customer) error {
	if err := s.KeepMain(ctx, tx, c); err != nil {
		return err
	}
	ctx = auth.System(ctx)
	rows, err := tx.SearchTerm.Query().Where(searchterm.CustomerID(c.ID)).All(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	if c.DeletedAt == nil {
		others, err := IdentitiesOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, term := range SearchTerms(c, others[c.ID]...) {
			wanted[term] = true
		}
	}
	var gone []int
	for _, row := range rows {
		if !wanted[row.Term] {
			gone = append(gone, row.ID)
		}
		delete(wanted, row.Term)
	}
	if len(gone) > 0 {
		if _, err := tx.SearchTerm.Delete().Where(searchterm.IDIn(gone...)).Exec(ctx); err != nil {
			return err
		}
	}
	fresh := make([]*ent.SearchTermCreate, 0, len(wanted))
	for term := range wanted {
		fresh = append(fresh, tx.SearchTerm.Create().SetCustomerID(c.ID).SetTerm(term))
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.SearchTerm.CreateBulk(fresh...).Exec(ctx)
}

// eraseRelations removes the relations of a customer who is deleted, and returns with whom they were: the actor may not see all of them.
func eraseRelations(ctx context.Context, tx *store.Tx, customerID string) (others []string, err error) {
	found, err := relationsOf(ctx, tx, []string{customerID})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, r := range found {
		for _, one := range []string{r.personID, r.companyID} {
			if one != customerID && !slices.Contains(others, one) {
				others = append(others, one)
			}
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM customer_relations WHERE person_id = ? OR group_id = ?", customerID, customerID)
	return others, err
}

// releaseHolds frees the capacity that is held for prices of a customer. No role writes bookings; the actor may change the customer.
func (s *Service) releaseHolds(ctx context.Context, tx *store.Tx, customerID string) error {
	now := s.Now()
	n, err := tx.Booking.Update().Where(booking.HeldFor(customerID), booking.HoldNotNil(), booking.FreedAtGT(now)).SetFreedAt(now).Save(auth.System(ctx))
	if err != nil || n == 0 {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}
