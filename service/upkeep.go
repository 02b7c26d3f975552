package service

import (
	"context"
	"encoding/json"
	"fmt"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/idempotencykey"
	"kopeck/ent/refreshsession"
	"kopeck/store"
)

// spentDays is how long a refresh token is kept past its time.
const spentDays = 30

// ForgetKeys forgets idempotency keys and refresh tokens whose time is over.
func (s *Core) ForgetKeys(ctx context.Context) error {
	return s.Store.Write(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.IdempotencyKey.Delete().Where(idempotencykey.CreatedAtLT(s.Now().Add(-Days(s.Limits.KeyDays)))).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.RefreshSession.Delete().Where(refreshsession.ExpiresAtLT(s.Now().Add(-Days(spentDays)))).Exec(ctx)
		return err
	})
}

// keepCurrency writes the currency of the books into the database at the first start, and refuses another later:
// amounts are kept as bare minor units.
func (s *Core) keepCurrency(ctx context.Context) error {
	const name = "currency"
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		kept, err := tx.Setting.Get(ctx, name)
		if ent.IsNotFound(err) {
			value, err := json.Marshal(s.Currency.Code())
			if err != nil {
				return err
			}
			return tx.Setting.Create().SetID(name).SetValue(value).SetUpdatedAt(s.Now()).Exec(ctx)
		}
		if err != nil {
			return err
		}
		code, err := decode[string](kept.Value)
		if err == nil && code != s.Currency.Code() {
			err = fmt.Errorf("KOPECK_CURRENCY: the books of this database are kept in %s, not in %s", code, s.Currency.Code())
		}
		return err
	})
}
