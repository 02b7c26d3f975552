package value

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/store"
)

// orderLog is what a model is fitted to and tested on: the distinct histories of the calibration period with their
// counts. Its size follows the number of distinct histories, not of customers.
type orderLog struct {
	endDay   int // the last day of the calibration period
	knownDay int // the last day of which orders are known
	lastDay  int // the last day with an order, of those
	tally    lifetime.Tally
	margins  []lifetime.MarginRow // of repeat order days, in minor units
	held     map[heldOut]int

	orderDays int
	earned    float64 // on all order days of the calibration, in minor units

	// What readDays reads of the calibration.
	spread    lifetime.MarginSpread
	squares   float64            // of the margins of order days
	histories []lifetime.History // of mostHistories customers at most, drawn at random
}

// heldOut is a history with what came after the calibration period.
type heldOut struct {
	stats     lifetime.Stats
	purchases int
}

// orderLog reads the completed orders up to a day, aggregated by the database, without blocking who writes them.
func (s *Service) orderLog(ctx context.Context, endDay int) (*orderLog, error) {
	log, err := s.readLog(ctx, endDay, (*orderLog).readHistories)
	if err != nil {
		return nil, fmt.Errorf("value: the order log: %w", err)
	}
	return log, nil
}

// keptLog is orderLog up to today from the figures that are kept with each customer. It lacks the days between orders. complete
// is false where an order is later than the end.
func (s *Service) keptLog(ctx context.Context, endDay int) (log *orderLog, complete bool, err error) {
	log, err = s.readLog(ctx, endDay, (*orderLog).readKept)
	if err != nil {
		return nil, false, fmt.Errorf("value: the customers' figures: %w", err)
	}
	return log, log.lastDay <= endDay, nil
}

// readLog reads a log on one snapshot of the database.
func (s *Service) readLog(ctx context.Context, endDay int, read func(log *orderLog, ctx context.Context, tx *store.Tx) error) (*orderLog, error) {
	log, known := &orderLog{}, s.knownDay()
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		*log = orderLog{endDay: endDay, knownDay: known, held: map[heldOut]int{}}
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		return read(log, ctx, tx)
	})
	log.sortMargins()
	return log, err
}

// addHistories counts n customers of one history; earned is the margin of all of them together, in minor units.
func (log *orderLog) addHistories(h heldOut, n int, earned float64) error {
	log.held[h] += n
	log.orderDays += n * (h.stats.Frequency + 1)
	log.earned += earned
	return log.tally.Add(h.stats, n)
}

// addMargins counts n customers with x repeat order days, each of whom earned repeat on these.
func (log *orderLog) addMargins(x int, repeat money.Amount, n int) {
	if x > 0 {
		log.margins = append(log.margins, lifetime.MarginRow{X: x, Mean: float64(repeat.Minor()) / float64(x), N: n})
	}
}

// sortMargins sorts the margins and adds up equal ones, so that the same log gives the same figures to the last bit.
func (log *orderLog) sortMargins() {
	slices.SortFunc(log.margins, func(a, b lifetime.MarginRow) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Mean, b.Mean))
	})
	distinct := log.margins[:0]
	for _, row := range log.margins {
		if last := len(distinct) - 1; last >= 0 && distinct[last].X == row.X && distinct[last].Mean == row.Mean {
			distinct[last].N += row.N
			continue
		}
		distinct = append(distinct, row)
	}
	log.margins = distinct
}

// meanMargin is the mean margin of an order day, in minor units.
func (log *orderLog) meanMargin() float64 { return log.earned / float64(max(log.orderDays, 1)) }

// mostHistories is of how many customers the order days themselves are kept in memory for a fit.
const mostHistories = 20_000

// readDays reads the order days of the calibration, customer by customer: those of all customers are summed up, and those of some are
// kept, which are drawn as Vitter's algorithm R does ("Random Sampling with a Reservoir", 1985), with a fixed seed.
func (s *Service) readDays(ctx context.Context, log *orderLog) error {
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		log.spread, log.squares, log.histories = lifetime.MarginSpread{}, 0, nil
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		rng, n := rand.New(SimulationSource()), 0
		return eachHistory(ctx, tx, log.endDay, func(h lifetime.History) {
			log.spread.Add(h)
			for _, d := range h {
				log.squares += d.Margin * d.Margin
			}
			n++
			if len(log.histories) < mostHistories {
				log.histories = append(log.histories, slices.Clone(h))
			} else if i := rng.IntN(n); i < mostHistories {
				log.histories[i] = slices.Clone(h)
			}
		})
	})
	if err != nil {
		return fmt.Errorf("value: the order days: %w", err)
	}
	return nil
}

// variance of the margin of an order day.
func (log *orderLog) variance() float64 {
	mean := log.meanMargin()
	return max(0, log.squares/float64(max(log.orderDays, 1))-mean*mean)
}

// marginTestEnd is the last day of the order days that the models of the margin are fitted to for their test: three quarters of the
// calibration lie before its end.
func (log *orderLog) marginTestEnd() int {
	first := log.endDay
	for _, h := range log.histories {
		first = min(first, h[0].Day)
	}
	return log.endDay - (log.endDay-first)/4
}

// sortHoldOuts sorts rows, so that the same log gives the same figures to the last bit.
func sortHoldOuts(rows []lifetime.HoldOut) {
	slices.SortFunc(rows, func(a, b lifetime.HoldOut) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.TX, b.TX), cmp.Compare(a.T, b.T), cmp.Compare(a.Purchases, b.Purchases))
	})
}

// knownDay returns the last day of which the orders of all customers are known now.
func (s *Service) knownDay() int { return s.Observation().End(s.Settings().Day(s.Now())) }
