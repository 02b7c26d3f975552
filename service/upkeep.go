package service

import (
	"context"
	"encoding/json"
	"fmt"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/idempotencykey"
	"kopeck/ent/refreshsession"
	"kopeck/store"
)

// spentDays is how long a refresh token is kept past its time.
const spentDays = 30

// ForgetKeys forgets idempotency keys and refresh tokens whose time is over.
func (s *Service) ForgetKeys(ctx context.Context) error {
	return s.store.Write(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.IdempotencyKey.Delete().Where(idempotencykey.CreatedAtLT(s.now().Add(-days(s.limits.KeyDays)))).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.RefreshSession.Delete().Where(refreshsession.ExpiresAtLT(s.now().Add(-days(spentDays)))).Exec(ctx)
		return err
	})
}

// nightlyBatch is how many customers are brought up to date in one transaction: few, so that none waits long.
const nightlyBatch = 500

// Nightly brings up to date what time alone changes, for every customer who has ordered: the stage, which falls
// with the probability to be alive, and the value that lists are ordered by.
func (s *Service) Nightly(ctx context.Context) error {
	ctx = auth.System(ctx)
	for after := ""; ; {
		ids, err := s.client.Customer.Query().Where(customer.IDGT(after), customer.OrderDaysGT(0), customer.DeletedAtIsNil()).
			Order(customer.ByID()).Limit(nightlyBatch).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			held := tx.Customer.Query().Where(customer.IDIn(ids...)).Order(customer.ByID())
			store.ForUpdate(tx, held)
			if _, err := held.IDs(ctx); err != nil {
				return err
			}
			return s.settleCustomers(ctx, tx, ids, "time went by")
		})
		if err != nil {
			return err
		}
	}
}

// keepCurrency writes the currency of the books into the database at the first start, and refuses another later:
// amounts are kept as bare minor units.
func (s *Service) keepCurrency(ctx context.Context) error {
	const name = "currency"
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := tx.Setting.Get(ctx, name)
		if ent.IsNotFound(err) {
			value, err := json.Marshal(s.currency.Code())
			if err != nil {
				return err
			}
			return tx.Setting.Create().SetID(name).SetValue(value).SetUpdatedAt(s.now()).Exec(ctx)
		}
		if err != nil {
			return err
		}
		code, err := decode[string](kept.Value)
		if err == nil && code != s.currency.Code() {
			err = fmt.Errorf("KOPECK_CURRENCY: the books of this database are kept in %s, not in %s", code, s.currency.Code())
		}
		return err
	})
}
