package customers

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/searchterm"
	"kopeck/service"
	"kopeck/store"
)

// Everything in this package that bypasses the guard is in this file.

// referral is a customer and one who referred them, directly or through others.
type referral struct{ root, customer string }

// referredBy returns all whom customers referred, and whom those referred, and so on: each once, beside the customer with
// whom the chain began, and never that one. Chains have no circles (the import refuses them); one would end here.
//
// It bypasses the guard because a chain leads through customers whom the viewer may not see. Of the result only ids are used, and
// the customers are then read through the guard.
func (s *Service) referredBy(ctx context.Context, ids []string) ([]referral, error) {
	const query = `WITH RECURSIVE chain (root, id) AS (
		SELECT referred_by_id, id FROM customers WHERE referred_by_id IN @ids
		UNION SELECT chain.root, c.id FROM chain JOIN customers c ON c.referred_by_id = chain.id)
	SELECT root, id FROM chain WHERE id <> root`
	var all []referral
	err := store.EachByIDs(ctx, s.Store, query, nil, ids, func(scan store.ScanFunc) error {
		var one referral
		err := scan(&one.root, &one.customer)
		all = append(all, one)
		return err
	})
	return all, err
}

// twins returns the customers who have a value in a column that is unique among the customers that one sees, but for one. It bypasses
// the guard because a value that only a hidden customer has must be told apart from theirs; whoever uses it tells the actor of no
// customer whom they may not see.
func twins(ctx context.Context, tx *store.Tx, of twinned, value, self string) ([]service.Twin, error) {
	var all []service.Twin
	query := "SELECT id, email_twin FROM customers WHERE email_key = ? AND deleted_at IS NULL AND id <> ?"
	if of == byExternalID {
		query = "SELECT id, external_twin FROM customers WHERE external_id = ? AND deleted_at IS NULL AND id <> ?"
	}
	err := store.Each(ctx, tx, query, []any{value, self}, func(scan store.ScanFunc) error {
		var one service.Twin
		err := scan(&one.ID, &one.Number)
		all = append(all, one)
		return err
	})
	return all, err
}

// writeTerms brings the search terms of a customer up to date. They are derived state, which no role may write.
func (s *Service) writeTerms(ctx context.Context, tx *store.Tx, c *ent.Customer) error {
	ctx = auth.System(ctx)
	rows, err := tx.SearchTerm.Query().Where(searchterm.CustomerID(c.ID)).All(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	if c.DeletedAt == nil {
		for _, term := range SearchTerms(c) {
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
