package customers

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// referredSelect gives all whom some customers referred, and all whom those referred, and so on, beside the customer
// with whom the chain began; each once, and never that one. Chains have no circles (see Import.ReferredBy), and would end here if
// they had.
const referredSelect = `WITH RECURSIVE chain (root, id) AS (
		SELECT referred_by_id, id FROM customers WHERE referred_by_id IN @ids
		UNION SELECT chain.root, c.id FROM chain JOIN customers c ON c.referred_by_id = chain.id)
	SELECT root, id FROM chain WHERE id <> root`

// ReferralValues gives, for each of some customers, the margins of all whom they referred, directly or through others:
// each once, and only of those whom the caller may see.
func (s *Service) ReferralValues(ctx context.Context, customers []*ent.Customer) (map[*ent.Customer]*money.Amount, error) {
	ids := make([]string, len(customers))
	values := make(map[*ent.Customer]*money.Amount, len(customers))
	of := make(map[string]*money.Amount, len(customers))
	for i, c := range customers {
		value := &money.Amount{}
		ids[i], values[c], of[c.ID] = c.ID, value, value
	}
	roots := map[string][]string{} // by whom they lead to
	var referred []string
	err := store.EachByIDs(ctx, s.Store, referredSelect, nil, ids, func(scan store.ScanFunc) error {
		var root, id string
		err := scan(&root, &id)
		if roots[id] == nil {
			referred = append(referred, id)
		}
		roots[id] = append(roots[id], root)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("service: referrals: %w", err)
	}
	if len(referred) == 0 {
		return values, nil
	}
	list, err := store.List(s.Store, referred)
	if err != nil {
		return nil, err
	}
	seen, err := s.Client.Customer.Query().Where(func(q *sql.Selector) {
		condition := store.Among(s.Store, q.C(customer.FieldID))
		before, after, _ := strings.Cut(condition, "?")
		q.Where(sql.P(func(b *sql.Builder) { b.WriteString(before).Arg(list).WriteString(after) }))
	}).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("service: referred customers: %w", err)
	}
	for _, c := range seen {
		for _, root := range roots[c.ID] {
			if *of[root], err = of[root].Plus(c.Margin); err != nil {
				return nil, input.DomainError(err)
			}
		}
	}
	return values, nil
}
