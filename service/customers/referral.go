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

// ReferralValues returns, for each of some customers, the margins of all whom they referred, directly or through others:
// each counted once, and only those whom the viewer may see.
func (s *Service) ReferralValues(ctx context.Context, customers []*ent.Customer) (map[*ent.Customer]*money.Amount, error) {
	ids := make([]string, len(customers))
	values := make(map[*ent.Customer]*money.Amount, len(customers))
	of := make(map[string]*money.Amount, len(customers))
	for i, c := range customers {
		value := &money.Amount{}
		ids[i], values[c], of[c.ID] = c.ID, value, value
	}
	referrals, err := s.referredBy(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("customers: referrals: %w", err)
	}
	if len(referrals) == 0 {
		return values, nil
	}
	roots := map[string][]string{} // by the customers who were referred
	var referred []string
	for _, r := range referrals {
		if roots[r.customer] == nil {
			referred = append(referred, r.customer)
		}
		roots[r.customer] = append(roots[r.customer], r.root)
	}
	list, err := store.List(s.Store, referred)
	if err != nil {
		return nil, err
	}
	visible, err := s.Client.Customer.Query().Where(func(q *sql.Selector) {
		condition := store.Among(s.Store, q.C(customer.FieldID))
		before, after, _ := strings.Cut(condition, "?")
		q.Where(sql.P(func(b *sql.Builder) { b.WriteString(before).Arg(list).WriteString(after) }))
	}).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("customers: referred customers: %w", err)
	}
	for _, c := range visible {
		for _, root := range roots[c.ID] {
			if *of[root], err = of[root].Plus(c.Margin); err != nil {
				return nil, input.DomainError(err)
			}
		}
	}
	return values, nil
}
