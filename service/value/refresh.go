package value

import (
	"context"
	"fmt"
	"time"

	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// refreshBatch is how many customers' values are written in one transaction: their orders wait for it.
const refreshBatch = 5000

// MinFitAge is how old a fit is before the night makes another: the other replicas have their nights too.
const MinFitAge = 12 * time.Hour

// RefreshLifetimeValues updates customers.lifetime_value and customers.shown_total, by which lists are ordered, to what the active model
// gives now: after a fit. The earnings that customers are shown by stay those of the start of the day. It goes through all customers in
// short transactions, so that orders need not wait, and writes what has changed. If another model becomes active meanwhile, the rest
// is valued by that.
func (s *Service) RefreshLifetimeValues(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	for last := ""; ; {
		var n int
		next := last
		err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			next, n, err = s.refreshNext(ctx, tx, last)
			return err
		})
		if err != nil {
			return fmt.Errorf("value: lifetime values after %q: %w", last, err)
		}
		if last = next; n < refreshBatch {
			return nil
		}
	}
}

// refreshNext writes the values of the customers after an id, and returns the last one's id and their number.
func (s *Service) refreshNext(ctx context.Context, tx *store.Tx, after string) (last string, n int, err error) {
	m, customers, err := s.holdToValue(ctx, tx, after)
	if err != nil || len(customers) == 0 {
		return after, 0, err
	}
	var changed []*ent.Customer
	now := s.Now()
	for _, c := range customers {
		shown, err := s.shownTotal(m, c)
		if err != nil {
			return after, 0, err
		}
		if value := s.standing(m, c, now); value != c.LifetimeValue || shown != c.ShownTotal {
			c.LifetimeValue, c.ShownTotal = value, shown
			changed = append(changed, c)
		}
	}
	return customers[len(customers)-1].ID, len(customers), writeValues(ctx, tx, changed)
}

// holdToValue reads and holds the next customers after an id, and returns the active model with them.
func (s *Service) holdToValue(ctx context.Context, tx *store.Tx, after string) (*Model, []*ent.Customer, error) {
	// While this is held no other model becomes active, and the rows are nobody else's to value.
	if err := tx.Lock(ctx, lockModel, true); err != nil {
		return nil, nil, err
	}
	m, err := s.activeIn(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	customers, err := holdNext(ctx, tx, after, refreshBatch)
	return m, customers, err
}

// activeIn returns the active model as a transaction sees it.
func (s *Service) activeIn(ctx context.Context, tx *store.Tx) (*Model, error) {
	active, err := activeModelID(ctx, tx)
	if err != nil {
		return nil, err
	}
	if m := s.model.Load(); m.fitted == (active != "") && (active == "" || m.Row.ID == active) {
		return m, nil
	}
	if active == "" {
		return priorModel(), nil
	}
	row, err := tx.LifetimeModel.Get(ctx, active)
	if err != nil {
		return nil, err
	}
	return s.activeModel(row)
}

// RefitLifetime fits all kinds of lifetime models and makes the best active, in the unit of the last fit; where a simple forecast was
// asked for, of orders or of the margin of one, it is computed anew and stays. It does nothing
// if the last fit is younger than half a day, if no order has changed since (unless it is an old fit that overstates margins), or if the
// orders identify no model.
func (s *Service) RefitLifetime(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	last, err := s.Client.LifetimeModel.Query().Order(lifetimemodel.ByFittedAt(store.Descending), lifetimemodel.ByID(store.Descending)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	in := service.FitLifetimeModelInput{}
	if last != nil {
		if s.Now().Sub(last.FittedAt) < MinFitAge {
			return nil
		}
		report, err := reportOf(last)
		if err != nil {
			return err
		}
		changed, err := s.Client.Order.Query().Where(order.UpdatedAtGT(last.FittedAt)).Exist(ctx)
		if err != nil || !changed && !report.overstatesMargins() {
			return err
		}
		in.TimeUnit = &last.TimeUnit
	}
	if err := s.keepChoice(&in); err != nil {
		return err
	}
	if _, err = s.Fit(ctx, in); fault.Is(err, fault.WrongState) {
		return nil
	}
	return err
}

// keepChoice asks for the simple forecasts that the active model has.
func (s *Service) keepChoice(in *service.FitLifetimeModelInput) error {
	active := s.ActiveLifetimeModel()
	if active == nil {
		return nil
	}
	report, err := reportOf(active)
	if err != nil {
		return err
	}
	if report.Simple {
		in.Kind = &active.Kind
	}
	if ownMean := schema.OrderMarginOwnMean; report.OwnMean {
		in.OrderMargin = &ownMean
	}
	return nil
}
