package books

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/store"
)

// ordersTogether is how many orders are credited together: their contacts and credits are in memory meanwhile.
const ordersTogether = 2000

// SettleImported settles customers whose orders, refunds, contacts or permissions were put into the database past
// the verbs, with few statements for many customers. The transaction must hold the customers or be their only writer. Ids may be
// given several times; memory is bounded by some 500 customers and
// what they have ordered and been contacted about. contact_cost is summed from the contacts, what no contact can have earned is
// unattributed, and every order of a customer with contacts is credited again. What is shown of the customers is as of now.
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
	// What no contact can have earned is credited to nobody by one statement; the rest one by one.
	how, err := s.methodOf(ctx, tx, SoldOrder{}, Crediting{})
	if err != nil {
		return err
	}
	if err := unattributeUncontacted(ctx, tx, ids, how); err != nil {
		return err
	}
	contacted, err := contactedCustomers(ctx, tx, ids)
	if err != nil {
		return err
	}
	due, err := soldOfCustomers(ctx, tx, contacted)
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
	if err := sumContactCosts(ctx, tx, ids); err != nil {
		return err
	}
	if _, err := s.settleCustomers(ctx, tx, ids, Occasion{Reason: "imported", imported: true}); err != nil {
		return err
	}
	if err := s.RestateStages(ctx, tx, ids, time.Time{}); err != nil {
		return err
	}
	return s.showImported(ctx, tx, ids)
}
