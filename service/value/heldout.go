package value

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/store"
)

// heldOutCustomers are customers who had done the same by the end of a calibration period, and did the same after it.
type heldOutCustomers struct {
	stats                lifetime.Stats
	earned, repeatEarned int64 // on all order days and on those after the first, in minor units, like all that is earned below
	recent               int   // order days in the last period of the calibration that is as long as the hold-out
	recentEarned         int64
	held                 int // order days in the hold-out
	heldEarned           int64
	n                    int // customers
}

// heldOutDays is how long the hold-out is: to the last day with an order.
func (log *orderLog) heldOutDays() int { return log.lastDay - log.endDay }

// heldOut reads the customers of a log with what they did in the hold-out, so sorted that the same log gives the same figures to the last
// bit.
func (s *Service) heldOut(ctx context.Context, log *orderLog) (all []heldOutCustomers, err error) {
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		all, err = readHeldOut(ctx, tx, log)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("value: what was held out: %w", err)
	}
	slices.SortFunc(all, func(a, b heldOutCustomers) int {
		return cmp.Or(cmp.Compare(a.stats.Frequency, b.stats.Frequency), cmp.Compare(a.stats.RecencyDays, b.stats.RecencyDays),
			cmp.Compare(a.stats.AgeDays, b.stats.AgeDays), cmp.Compare(a.earned, b.earned), cmp.Compare(a.repeatEarned, b.repeatEarned),
			cmp.Compare(a.recent, b.recent), cmp.Compare(a.recentEarned, b.recentEarned), cmp.Compare(a.held, b.held), cmp.Compare(a.heldEarned, b.heldEarned))
	})
	return all, nil
}

// earnings returns what one of the customers had earned by the last day of the calibration.
func (h heldOutCustomers) earnings(endDay int) Earnings {
	first := endDay - h.stats.AgeDays
	return Earnings{
		OrderDays: h.stats.Frequency + 1, FirstDay: first, LastDay: first + h.stats.RecencyDays,
		Margin: money.Minor(h.earned), RepeatMargin: money.Minor(h.repeatEarned),
	}
}

// trial is what fits are tested on.
type trial struct {
	log    *orderLog
	end    time.Time // of the calibration
	models []*Model  // of the fits, in their order
	// refitted says that the models are of the same kinds as the fits but fitted to an earlier part of the orders, since the fits have seen
	// all.
	refitted bool
}

// trialOf returns what fits to a log that ends with a moment are tested on: themselves on the orders that came later or, if none did, fits
// of the same kinds to the log without the last quarter of its days, on that. It returns nil if what is left identifies no model.
func (s *Service) trialOf(ctx context.Context, data *orderLog, fits []*fitted, end time.Time) (*trial, error) {
	if data.lastDay > data.endDay {
		models, err := s.modelsOf(fits)
		return &trial{log: data, end: end, models: models}, err
	}
	firstDay := data.endDay
	for h := range data.held {
		firstDay = min(firstDay, data.endDay-h.stats.AgeDays)
	}
	endDay := data.lastDay - (data.lastDay-firstDay)/4
	log, err := s.orderLog(ctx, endDay)
	if err != nil || log.lastDay <= endDay {
		return nil, err
	}
	kinds := make([]lifetime.Kind, len(fits))
	for i, f := range fits {
		kinds[i] = f.counts.Model.Kind()
	}
	earlier, err := s.fitTo(ctx, log, fits[0].counts.Model.TimeUnit(), kinds, fits[0].report.OwnMean)
	if fault.Is(err, fault.WrongState) || err == nil && len(earlier) < len(fits) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	models, err := s.modelsOf(earlier)
	return &trial{log: log, end: s.Settings().StartOfDay(endDay), models: models, refitted: true}, err
}

// modelsOf returns the models of fits that are not stored.
func (s *Service) modelsOf(fits []*fitted) ([]*Model, error) {
	models := make([]*Model, len(fits))
	for i, f := range fits {
		m, err := s.modelOf(f.row, f.report)
		if err != nil {
			return nil, err
		}
		models[i] = m
	}
	return models, nil
}

// testBounds measures how often the bounds of what is expected of a customer held what came.
func (s *Service) testBounds(ctx context.Context, m *Model, log *orderLog, held []heldOutCustomers) (lifetime.Coverage, error) {
	customers := 0
	for _, h := range held {
		customers += h.n
	}
	// Of a million customers it is enough to know some, evenly chosen.
	const most = 30_000
	step, passed, next := max(1, float64(customers)/most), 0, 0.0
	var outcomes []lifetime.Outcome
	for _, h := range held {
		for passed += h.n; next < float64(passed); next += step {
			e := h.earnings(log.endDay)
			margin, err := m.OrderMargin(e)
			if err != nil {
				return lifetime.Coverage{}, err
			}
			o := m.Outlook(e, log.endDay, 1, margin, 0)
			o.Days = float64(log.heldOutDays())
			outcomes = append(outcomes, lifetime.Outcome{Outlook: *o, Orders: h.held, Margin: float64(h.heldEarned)})
		}
	}
	c, err := lifetime.CoverageOf(outcomes, log.heldOutDays(), intervalProbability, stoppable(ctx), func() lifetime.Source { return SimulationSource() })
	if errors.Is(err, lifetime.ErrStopped) && ctx.Err() != nil {
		return c, ctx.Err()
	}
	return c, err
}
