package value

import (
	"cmp"
	"context"
	"errors"
	"time"

	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
)

// heldOutCustomer is what a customer had done by the end of a calibration period, and did after it. It is small: there are many.
type heldOutCustomer struct {
	x, recencyDays, ageDays int32
	recent                  int32 // order days in the last period of the calibration
	held                    int32 // order days in the hold-out
	earned, repeatEarned    int64 // on all order days and on those after the first, in minor units, like all that is earned below
	recentEarned            int64
	heldEarned              int64
}

// heldOutCustomerOf returns the figures of a customer by the order days of the calibration and those after it.
func heldOutCustomerOf(known, later lifetime.History, log *orderLog) heldOutCustomer {
	s, recent := known.Stats(log.endDay), known[len(known.Until(log.endDay-log.period)):]
	earned := known.Earned()
	return heldOutCustomer{
		x: int32(s.Frequency), recencyDays: int32(s.RecencyDays), ageDays: int32(s.AgeDays), recent: int32(len(recent)), held: int32(len(later)),
		earned: int64(earned), repeatEarned: int64(earned - known[0].Margin), recentEarned: int64(recent.Earned()), heldEarned: int64(later.Earned()),
	}
}

// compare orders customers by their figures.
func (h heldOutCustomer) compare(b heldOutCustomer) int {
	return cmp.Or(cmp.Compare(h.x, b.x), cmp.Compare(h.recencyDays, b.recencyDays), cmp.Compare(h.ageDays, b.ageDays),
		cmp.Compare(h.earned, b.earned), cmp.Compare(h.repeatEarned, b.repeatEarned), cmp.Compare(h.recent, b.recent),
		cmp.Compare(h.recentEarned, b.recentEarned), cmp.Compare(h.held, b.held), cmp.Compare(h.heldEarned, b.heldEarned))
}

// stats returns x, t_x and T at the end of the calibration.
func (h heldOutCustomer) stats() lifetime.Stats {
	return lifetime.Stats{Frequency: int(h.x), RecencyDays: int(h.recencyDays), AgeDays: int(h.ageDays)}
}

// last is what the customer did in the last period.
func (h heldOutCustomer) last() lastPeriod { return lastPeriod{int(h.recent), float64(h.recentEarned)} }

// earnings returns what one of the customers had earned by the last day of the calibration.
func (h heldOutCustomer) earnings(endDay int) Earnings {
	s := h.stats()
	first := endDay - s.AgeDays
	return Earnings{
		OrderDays: s.Frequency + 1, FirstDay: first, LastDay: first + s.RecencyDays,
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

// trialOf returns what fits to logs that end with a moment are tested on: themselves on the orders that came later or, if none did, fits
// of the same kinds to the log without the last quarter of its days, on that. It returns nil if what is left identifies no model.
func (s *Service) trialOf(ctx context.Context, l logs, fits []*fitted, end time.Time) (*trial, error) {
	if l.calibration.heldOutDays() > 0 {
		models, err := s.modelsOf(fits)
		return &trial{log: l.calibration, end: end, models: models}, err
	}
	if l.earlier == nil {
		return nil, nil
	}
	kinds := make([]lifetime.Kind, len(fits))
	for i, f := range fits {
		kinds[i] = f.counts.Model.Kind()
	}
	earlier, err := s.fitTo(ctx, l.earlier, fits[0].counts.Model.TimeUnit(), kinds, fits[0].report.OwnMean)
	if fault.Is(err, fault.WrongState) || err == nil && len(earlier) < len(fits) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	models, err := s.modelsOf(earlier)
	return &trial{log: l.earlier, end: s.Settings().StartOfDay(l.earlier.endDay), models: models, refitted: true}, err
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
func (t *trial) testBounds(ctx context.Context, m *Model) (backtest.Coverage, error) {
	// Of a million customers it is enough to know some, evenly chosen.
	const most = 30_000
	held, days := t.log.customers.all, t.log.heldOutDays()
	step := max(1, float64(len(held))/most)
	var outcomes []backtest.Outcome
	for at := 0.0; int(at) < len(held); at += step {
		h := held[int(at)]
		e := h.earnings(t.log.endDay)
		margin, err := m.orderMargin(e, h.last())
		if err != nil {
			return backtest.Coverage{}, err
		}
		o := m.outlook(e, h.last(), t.log.endDay, 1, margin, 0)
		o.Days = float64(days)
		outcomes = append(outcomes, backtest.Outcome{Outlook: *o, Orders: int(h.held), Margin: float64(h.heldEarned)})
	}
	c, err := backtest.CoverageOf(outcomes, days, intervalProbability, stoppable(ctx), func() lifetime.Source { return SimulationSource() })
	if errors.Is(err, lifetime.ErrStopped) && ctx.Err() != nil {
		return c, ctx.Err()
	}
	return c, err
}
