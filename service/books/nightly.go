package books

import (
	"context"

	"kopeck/ent/customer"
	"kopeck/store"
)

// nightlyBatch is how many customers are settled in one transaction: few, so that none waits long.
const nightlyBatch = 500

// Nightly updates what time alone changes, for every customer who has ordered: the stage, which falls
// with the probability to be alive, and the value that lists are ordered by.
func (s *Service) Nightly(ctx context.Context) error {
	ctx = unattended(ctx)
	for after := ""; ; {
		ids, err := s.Client.Customer.Query().Where(customer.IDGT(after), customer.OrderDaysGT(0), customer.DeletedAtIsNil()).
			Order(customer.ByID()).Limit(nightlyBatch).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			held := tx.Customer.Query().Where(customer.IDIn(ids...)).Order(customer.ByID())
			store.ForUpdate(tx, held)
			if _, err := held.IDs(ctx); err != nil {
				return err
			}
			return s.SettleCustomers(ctx, tx, ids, "time went by")
		})
		if err != nil {
			return err
		}
	}
}
