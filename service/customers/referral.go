package customers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// LockReferrals is held by whoever changes who referred customers: two who do so at once could close a circle.
var LockReferrals = store.LockOn("referrals", "")

// ReferralValues returns, for each of some customers, the margins of all whom they brought, directly or through others: as their
// referredBy or by a recommendation. Each is counted once, and only those whom the viewer may see.
func (s *Service) ReferralValues(ctx context.Context, customers []*ent.Customer) (map[*ent.Customer]*money.Amount, error) {
	ids := make([]string, len(customers))
	values := make(map[*ent.Customer]*money.Amount, len(customers))
	of := make(map[string]*money.Amount, len(customers))
	for i, c := range customers {
		value := &money.Amount{}
		ids[i], values[c], of[c.ID] = c.ID, value, value
	}
	brought, err := s.brought(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("customers: referrals: %w", err)
	}
	roots := map[string][]string{} // by the customers who were brought
	var referred []string
	for _, root := range ids {
		for _, one := range below(root, brought) {
			if roots[one] == nil {
				referred = append(referred, one)
			}
			roots[one] = append(roots[one], root)
		}
	}
	if len(referred) == 0 {
		return values, nil
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

// below returns all whom a customer brought, directly or through others, each once and never the customer. Recommendations may
// lead in circles.
func below(root string, brought map[string][]string) (all []string) {
	seen, open := map[string]bool{root: true}, []string{root}
	for len(open) > 0 {
		who := open[len(open)-1]
		open = open[:len(open)-1]
		for _, whom := range brought[who] {
			if !seen[whom] {
				seen[whom] = true
				all, open = append(all, whom), append(open, whom)
			}
		}
	}
	return all
}

// holdReferral holds the customer whose referredBy is to change and the one who is to be it, in the order of their ids, and returns
// the first. Faults: NOT_FOUND; INVALID on referredById where it would close a circle. A circle that leads through a customer whom
// the actor may not see is written, since refusing it would tell of that one. Recommendations make circles as well: whatever follows
// chains of referrals stops in them.
func (s *Service) holdReferral(ctx context.Context, tx *store.Tx, customerID string, by *string) (*ent.Customer, error) {
	if by == nil {
		return s.LockCustomer(ctx, tx, "id", customerID)
	}
	themselves := fault.Invalidf("referredById", "nobody refers themselves")
	if *by == customerID {
		return nil, themselves
	}
	if err := tx.Lock(ctx, LockReferrals, false); err != nil {
		return nil, err
	}
	if err := service.HoldCustomers(ctx, tx, customerID, *by); err != nil {
		return nil, err
	}
	c, err := s.LockCustomer(ctx, tx, "id", customerID)
	if err != nil {
		return nil, err
	}
	referrer, err := s.LockCustomer(ctx, tx, "referredById", *by)
	if err != nil {
		return nil, err
	}
	switch {
	case referrer.ID == c.ID:
		return nil, themselves
	case referrer.ID != *by: // merged into another since the request was read
		return nil, fault.NoSuch("referredById", "customer")
	}
	above, err := IsSeenAbove(ctx, tx, c.ID, *by)
	if err == nil && above {
		err = fault.Invalidf("referredById", "this customer was referred by the one who is changed, directly or through others")
	}
	return c, err
}

// IsSeenAbove reports whether a customer referred another, directly or through others, all of whom the actor may see: what led through others
// would tell of them.
func IsSeenAbove(ctx context.Context, tx *store.Tx, customerID, of string) (bool, error) {
	through, above, err := between(ctx, tx, customerID, of)
	if err != nil || !above {
		return false, err
	}
	seen, err := tx.Customer.Query().Where(customer.IDIn(through...)).Count(ctx)
	return seen == len(through), err
}

// referrerField is the name of the field in inputs, conflicts and the audit.
const referrerField = "referredById"

// keepHiddenReferrer leaves out that nobody is to be who referred a customer, where somebody is whom the actor may not see: they say what
// they see, and no conflict tells them more.
func keepHiddenReferrer(ctx context.Context, tx *store.Tx, c *ent.Customer, changes []*change) ([]*change, error) {
	hidden, err := service.IsHidden(ctx, tx, input.OrZero(c.ReferredByID))
	if err != nil || !hidden {
		return changes, err
	}
	return slices.DeleteFunc(slices.Clone(changes), func(one *change) bool {
		if one.field.Input != referrerField {
			return false
		}
		changed := Record{Customer: &ent.Customer{}}
		one.put(&changed)
		return changed.ReferredByID == nil
	}), nil
}
