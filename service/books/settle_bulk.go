package books

import (
	"cmp"
	"context"
	"slices"

	"kopeck/attribution"
	"kopeck/service"
	"kopeck/store"
)

// ordersTogether is how many orders are credited together: their contacts and credits are in memory meanwhile.
const ordersTogether = 2000

// SettleImported settles customers whose orders, refunds, contacts or permissions were put into the database past
// the verbs: with few statements for many customers. It runs in the context's transaction (store.Bulk or
// store.Write), which must hold the customers or be their only writer; it reads and writes by s.store.Query and Exec, so
// the bulk handle need not be given. Each id is given once; memory is bounded by some 500 customers and
// what they have ordered and been contacted about. contact_cost is summed anew, credits are made where they do
// not sum to their order's margin, and every order of a customer with contacts is credited anew.
func (s *Service) SettleImported(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	ids := slices.Clone(customerIDs)
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), store.IDsPerStatement) {
		if err := s.settleImported(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) settleImported(ctx context.Context, tx *store.Tx, ids []string) error {
	set := " IN (" + store.Placeholders(len(ids)) + ")"
	// What no contact can have earned is credited to nobody by one statement; the rest one by one.
	model := s.Settings().AttributionModel
	_, err := tx.Exec(ctx, `UPDATE orders SET unattributed = margin, credit_model = coalesce(credit_model, ?), credit_fit = CASE WHEN credit_model IS NULL THEN CAST(? AS text) ELSE credit_fit END
		WHERE status IN ('COMPLETED', 'REFUNDED') AND (credit_model IS NULL OR unattributed <> margin) AND customer_id`+set+`
		AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.customer_id = orders.customer_id)
		AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.about_id = orders.customer_id)`, append([]any{string(model), service.Nullable(s.NewestFit(attribution.Model(model)).ID)}, store.Args(ids)...)...)
	if err != nil {
		return err
	}
	var due []SoldOrder
	contacted, err := s.contacted(ctx, tx, ids)
	if err != nil {
		return err
	}
	err = store.EachByIDs(ctx, tx, SoldOrders+`o.status IN ('COMPLETED', 'REFUNDED') AND o.customer_id IN @ids`, nil, contacted, func(scan store.ScanFunc) error {
		o, err := ScanSold(scan)
		due = append(due, o)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(due, func(a, b SoldOrder) int {
		return cmp.Or(cmp.Compare(a.CustomerID, b.CustomerID), a.CompletedAt.Compare(b.CompletedAt))
	})
	for some := range slices.Chunk(due, ordersTogether) {
		if err := s.Credit(ctx, tx, some); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE customers SET contact_cost = v.cost FROM (SELECT customer_id, coalesce(sum(cost), 0) AS cost FROM contacts WHERE customer_id`+set+` GROUP BY customer_id) AS v
		WHERE customers.id = v.customer_id AND customers.contact_cost <> v.cost`, store.Args(ids)...)
	if err != nil {
		return err
	}
	return s.SettleCustomers(ctx, tx, ids, "imported")
}

// contacted gives the customers of whose orders contacts may have earned: those with contacts or recommendations, and
// those whom the customers given recommended.
func (s *Service) contacted(ctx context.Context, db store.Reader, ids []string) ([]string, error) {
	var all []string
	add := func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	}
	for _, query := range []string{
		"SELECT DISTINCT customer_id FROM contacts WHERE customer_id IN @ids",
		"SELECT DISTINCT about_id FROM contacts WHERE about_id IN @ids",
		"SELECT DISTINCT about_id FROM contacts WHERE about_id IS NOT NULL AND customer_id IN @ids",
	} {
		if err := store.EachByIDs(ctx, db, query, nil, ids, add); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
