package value

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/store"
)

// orderLog is what a model is fitted to and tested on, up to a day: the distinct histories of the calibration period with their counts,
// and of a bounded number of customers what they did.
type orderLog struct {
	endDay  int // the last day of the calibration period
	lastDay int // the last day with an order, of those that are known
	period  int // the length in days of the last period of the calibration: see lifetime.KindLastPeriod

	tally     lifetime.Tally
	margins   []lifetime.MarginRow // of repeat order days, in minor units
	held      map[heldOut]int
	firstDay  int // of all order days; endDay where there are none
	orderDays int
	earned    float64 // on all order days of the calibration, in minor units
	spread    lifetime.MarginSpread
	squares   float64 // of the margins of order days
	seen      int     // customers

	// Of customers drawn at random, as many as memory is given: their order days, and what they did before and after the end.
	histories drawn[lifetime.History]
	customers drawn[heldOutCustomer]

	byRepeat map[repeatMargin]int // margins, while they are read
}

// heldOut is a history with the order days of the last period, and those that came after the calibration.
type heldOut struct {
	stats             lifetime.Stats
	recent, purchases int
}

// repeatMargin is what a customer earned on a number of repeat order days, in minor units.
type repeatMargin struct {
	x      int
	earned int64
}

// How many customers are kept in memory for a fit: their order days, and their figures before and after the end of the calibration.
const (
	maxHistories = 20_000
	maxHeldOut   = 500_000
)

// drawn is a sample of at most so many of all that are offered to it, which Vitter's algorithm R draws ("Random Sampling with a
// Reservoir", 1985), with a fixed seed.
type drawn[T any] struct {
	all     []T
	most    int
	offered int
	rng     *rand.Rand
}

func newDrawn[T any](most int) drawn[T] {
	return drawn[T]{most: most, rng: rand.New(SimulationSource())}
}

// offer offers one more, which is made only if it is drawn.
func (d *drawn[T]) offer(made func() T) {
	d.offered++
	switch i := d.rng.IntN(d.offered); {
	case len(d.all) < d.most:
		d.all = append(d.all, made())
	case i < d.most:
		d.all[i] = made()
	}
}

// each says for how many of those that were offered one of the sample stands.
func (d *drawn[T]) each() float64 { return float64(d.offered) / float64(max(1, len(d.all))) }

// logs are what a fit reads of the orders.
type logs struct {
	// calibration is the log up to the end of the calibration, with what came after it.
	calibration *orderLog
	// earlier is the log without the last quarter of its days, with what came in that; nil where orders came after the calibration,
	// or where the log is too short.
	earlier *orderLog
}

// readLogs reads the completed orders of the days that are known, once, on one snapshot of the database and without blocking who writes
// them.
func (s *Service) readLogs(ctx context.Context, endDay int) (l logs, err error) {
	known := s.knownDay()
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		first, last, err := daysOf(ctx, tx, known)
		if err != nil {
			return err
		}
		l = logsOf(endDay, first, last)
		return eachHistory(ctx, tx, known, l.add)
	})
	if err != nil {
		return l, fmt.Errorf("value: the order log: %w", err)
	}
	l.calibration.sort()
	if l.earlier != nil {
		l.earlier.sort()
	}
	return l, nil
}

// logsOf returns the logs that are read up to a day of orders that came from a first day to a last.
func logsOf(endDay, first, last int) logs {
	held := last - endDay
	var l logs
	if held <= 0 {
		if end := last - (last-first)/4; end < last {
			held = last - end
			l.earlier = newOrderLog(end, last, held)
		}
	}
	l.calibration = newOrderLog(endDay, last, held)
	return l
}

// newOrderLog returns an empty log whose test holds some days out; 0 where it is not tested.
func newOrderLog(endDay, lastDay, held int) *orderLog {
	period := lifetime.YearDays
	if held > 0 {
		period = min(held, period)
	}
	return &orderLog{
		endDay: endDay, lastDay: lastDay, firstDay: endDay, period: period, held: map[heldOut]int{}, byRepeat: map[repeatMargin]int{},
		histories: newDrawn[lifetime.History](maxHistories), customers: newDrawn[heldOutCustomer](maxHeldOut),
	}
}

// add adds a customer to both logs.
func (l logs) add(h lifetime.History) error {
	if l.earlier != nil {
		if err := l.earlier.add(h); err != nil {
			return err
		}
	}
	return l.calibration.add(h)
}

// add adds a customer. Who came after the calibration is no part of it.
func (log *orderLog) add(h lifetime.History) error {
	known := h.Until(log.endDay)
	if len(known) == 0 {
		return nil
	}
	c := heldOutCustomerOf(known, h[len(known):], log)
	log.held[heldOut{c.stats(), int(c.recent), int(c.held)}]++
	log.firstDay = min(log.firstDay, known[0].Day)
	log.orderDays += len(known)
	log.earned += float64(c.earned)
	log.spread.Add(known)
	for _, d := range known {
		log.squares += d.Margin * d.Margin
	}
	if x := len(known) - 1; x > 0 {
		log.byRepeat[repeatMargin{x, c.repeatEarned}]++
	}
	log.seen++
	log.customers.offer(func() heldOutCustomer { return c })
	log.histories.offer(func() lifetime.History { return slices.Clone(known) })
	return log.tally.AddHistory(known, log.endDay)
}

// sort puts what was read in an order that does not depend on the customers' ids, so that the same log gives the same figures to the last
// bit.
func (log *orderLog) sort() {
	for r, n := range log.byRepeat {
		log.margins = append(log.margins, lifetime.MarginRow{X: r.x, Mean: float64(r.earned) / float64(r.x), N: n})
	}
	log.byRepeat = nil
	slices.SortFunc(log.margins, func(a, b lifetime.MarginRow) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Mean, b.Mean))
	})
	slices.SortFunc(log.customers.all, heldOutCustomer.compare)
}

// sample returns the distinct histories in a unit.
func (log *orderLog) sample(unit lifetime.Unit) lifetime.Sample {
	s := log.tally.Sample(unit)
	s.Period = float64(log.period) / unit.Days()
	return s
}

// heldOutDays is how long the hold-out is: to the last day with an order.
func (log *orderLog) heldOutDays() int { return log.lastDay - log.endDay }

// meanMargin is the mean margin of an order day, in minor units.
func (log *orderLog) meanMargin() float64 { return log.earned / float64(max(log.orderDays, 1)) }

// variance of the margin of an order day.
func (log *orderLog) variance() float64 {
	mean := log.meanMargin()
	return max(0, log.squares/float64(max(log.orderDays, 1))-mean*mean)
}

// marginTestEnd is the last day of the order days that the models of the margin are fitted to for their test: three quarters of the
// calibration lie before its end.
func (log *orderLog) marginTestEnd() int {
	return log.endDay - (log.endDay-log.firstDay)/4
}

// sortHoldOuts sorts rows, so that the same log gives the same figures to the last bit.
func sortHoldOuts(rows []backtest.HoldOut) {
	slices.SortFunc(rows, func(a, b backtest.HoldOut) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.TX, b.TX), cmp.Compare(a.T, b.T), cmp.Compare(a.Purchases, b.Purchases), cmp.Compare(a.Recent, b.Recent))
	})
}

// knownDay returns the last day of which the orders of all customers are known now.
func (s *Service) knownDay() int { return s.Observation().End(s.Settings().Day(s.Now())) }
