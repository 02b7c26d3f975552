package books

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/setting"
	"kopeck/lifetime"
	"kopeck/service"
	"kopeck/store"
)

// nightlyBatch is how many customers are settled in one transaction: few, so that none waits long.
const nightlyBatch = 500

// settledName is the name of the row of table settings that has the [lifetime.Observation] by which the stages of all contacts were
// restated last. Without it they are as releases have left them that did not restate them.
const settledName = "settled"

// SettleAll updates what time alone changes, for every customer who has ordered: the stage, which falls
// with the probability to be alive, and the value that lists are ordered by. Where the observed end of the orders has moved since all
// were settled last, the stages of the contacts that it may have changed are restated.
func (s *Service) SettleAll(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	is := s.value.Observation()
	before, err := settledBy(ctx, s.Client)
	if err != nil {
		return err
	}
	for after := ""; ; {
		ids, err := s.Client.Customer.Query().Where(customer.IDGT(after), customer.OrderDaysGT(0), customer.DeletedAtIsNil()).
			Order(customer.ByID()).Limit(nightlyBatch).IDs(ctx)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := service.HoldCustomers(ctx, tx, ids...); err != nil {
				return err
			}
			ids, err := withoutMerged(ctx, tx, ids)
			if err != nil {
				return err
			}
			if err := s.SettleCustomers(ctx, tx, ids, "time went by"); err != nil {
				return err
			}
			switch {
			case before == nil:
				return s.RestateOld(ctx, tx, ids)
			case before.Equal(is):
				return nil
			}
			return s.RestateStages(ctx, tx, ids, s.restatedFrom(*before, is))
		})
		if err != nil {
			return err
		}
	}
	if now := s.value.Observation(); before != nil && before.Equal(is) || !now.Equal(is) {
		return nil // nothing to note, or it has moved meanwhile and the next run restates by what it is then
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return noteSettled(ctx, tx, is, s.Now()) })
}

// withoutMerged returns those of some customers, whom the transaction holds, who were not merged into others since they were listed.
func withoutMerged(ctx context.Context, tx *store.Tx, ids []string) ([]string, error) {
	merged, err := service.KeptAmong(ctx, tx, ids)
	return slices.DeleteFunc(slices.Clone(ids), func(one string) bool { return merged[one] != "" }), err
}

// RestateOld brings the stages of contacts and the credits of orders in line with what held at their moments: in earlier releases the
// settings and facts of the moment of writing counted. The transaction holds the customers.
func (s *Service) RestateOld(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	if err := s.RestateStages(ctx, tx, customerIDs, time.Time{}); err != nil || !s.Settings().CreditingChanged() {
		return err
	}
	wrong, err := s.WrongCredits(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	return s.Credit(ctx, tx, wrong)
}

// RestatesOld notes, at the begin of a run of [Service.RestateOld] over all customers that is certain to come to its end, that
// [Service.SettleAll] need not do it.
func (s *Service) RestatesOld(ctx context.Context, tx *store.Tx) error {
	return noteSettled(ctx, tx, s.value.Observation(), s.Now())
}

// settledBy returns the observation by which all contacts were restated last; nil if they never were.
func settledBy(ctx context.Context, client *ent.Client) (*lifetime.Observation, error) {
	row, err := client.Setting.Get(ctx, settledName)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var by lifetime.Observation
	return &by, json.Unmarshal(row.Value, &by)
}

// noteSettled notes the observation by which all contacts are restated.
func noteSettled(ctx context.Context, tx *store.Tx, by lifetime.Observation, at time.Time) error {
	value, err := json.Marshal(by)
	if err != nil {
		return err
	}
	n, err := tx.Setting.Update().Where(setting.ID(settledName)).SetValue(value).SetUpdatedAt(at).Save(ctx)
	if err == nil && n == 0 {
		err = tx.Setting.Create().SetID(settledName).SetValue(value).SetUpdatedAt(at).Exec(ctx)
	}
	return err
}
