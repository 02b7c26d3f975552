package value

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/store"
)

// orderLog is what a model is fitted to and tested on: the distinct histories of the calibration period with their
// counts. Its size follows the number of distinct histories, not of customers.
type orderLog struct {
	endDay  int // the last day of the calibration period
	lastDay int // the last day with an order
	tally   lifetime.Tally
	margins []lifetime.MarginRow // of repeat order days, in minor units
	held    map[heldOut]int

	orderDays int
	earned    float64 // on all order days of the calibration, in minor units
}

// heldOut is a history with what came after the calibration period.
type heldOut struct {
	stats     lifetime.Stats
	purchases int
}

// historiesSelect counts the distinct histories of customers whose first order day lies in the calibration period:
// repeat order days, days from the first to the last, days from the first to the end, margin of all and of repeat
// order days, and order days after the end.
const historiesSelect = `SELECT x, tx, t, earned, repeat_earned, held, count(*) FROM (
	SELECT customer_id, sum(CASE WHEN day <= ? THEN 1 ELSE 0 END) - 1 AS x, max(CASE WHEN day <= ? THEN day END) - min(day) AS tx, ? - min(day) AS t,
		sum(CASE WHEN day <= ? THEN margin ELSE 0 END) AS earned, sum(CASE WHEN day <= ? AND day > first_day THEN margin ELSE 0 END) AS repeat_earned,
		sum(CASE WHEN day > ? THEN 1 ELSE 0 END) AS held
	FROM (SELECT customer_id, day, sum(margin) AS margin, min(min(day)) OVER (PARTITION BY customer_id) AS first_day
		FROM orders WHERE status = 'COMPLETED' GROUP BY customer_id, day) AS days
	WHERE first_day <= ? GROUP BY customer_id) AS histories
GROUP BY x, tx, t, earned, repeat_earned, held`

// gapsSelect counts the days between a customer's order days of the calibration period.
const gapsSelect = `SELECT gap, count(*) FROM (
	SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM (
		SELECT DISTINCT customer_id, day FROM orders WHERE status = 'COMPLETED' AND day <= ?) AS days) AS gaps
WHERE gap IS NOT NULL GROUP BY gap`

// What historiesSelect counts, where nothing is held out, from the figures that are kept of each customer: ten times as fast.
const (
	keptHistoriesSelect = `SELECT order_days - 1, last_order_day - first_order_day, ? - first_order_day, count(*), sum(margin)
FROM customers WHERE order_days > 0 GROUP BY 1, 2, 3`
	keptMarginsSelect = `SELECT order_days - 1, repeat_margin, count(*) FROM customers WHERE order_days > 1 GROUP BY 1, 2`
)

// orderLog reads the completed orders, aggregated by the database, without blocking who writes them.
func (s *Service) orderLog(ctx context.Context, endDay int) (*orderLog, error) {
	log := &orderLog{}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		*log = orderLog{endDay: endDay, held: map[heldOut]int{}}
		if err := s.Unhurried(ctx, tx); err != nil {
			return err
		}
		err := store.Each(ctx, tx, "SELECT coalesce(max(day), 0) FROM orders WHERE status = 'COMPLETED'", nil, func(scan store.ScanFunc) error { return scan(&log.lastDay) })
		if err != nil {
			return err
		}
		if err := store.Each(ctx, tx, historiesSelect, store.Args(slices.Repeat([]int{endDay}, 7)), log.add); err != nil {
			return err
		}
		return store.Each(ctx, tx, gapsSelect, []any{endDay}, func(scan store.ScanFunc) error {
			var days, n int
			if err := scan(&days, &n); err != nil {
				return err
			}
			return log.tally.AddGaps(days, n)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("service: the order log: %w", err)
	}
	log.sortMargins()
	return log, nil
}

// add takes one row in.
func (log *orderLog) add(scan store.ScanFunc) error {
	var h heldOut
	var earned, repeat money.Amount
	var n int
	if err := scan(&h.stats.Frequency, &h.stats.RecencyDays, &h.stats.AgeDays, &earned, &repeat, &h.purchases, &n); err != nil {
		return err
	}
	log.addMargins(h.stats.Frequency, repeat, n)
	return log.addHistories(h, n, float64(n)*float64(earned.Minor()))
}

// addHistories counts n customers of one history, who have earned so much together.
func (log *orderLog) addHistories(h heldOut, n int, earned float64) error {
	log.held[h] += n
	log.orderDays += n * (h.stats.Frequency + 1)
	log.earned += earned
	return log.tally.Add(h.stats, n)
}

// addMargins counts n customers of so many repeat order days, each of whom has earned so much on these.
func (log *orderLog) addMargins(x int, repeat money.Amount, n int) {
	if x > 0 {
		log.margins = append(log.margins, lifetime.MarginRow{X: x, Mean: float64(repeat.Minor()) / float64(x), N: n})
	}
}

// keptLog is orderLog up to today from the figures that are kept of each customer. It lacks the days between orders. It reports
// false where an order is later than the end.
func (s *Service) keptLog(ctx context.Context, endDay int) (log *orderLog, complete bool, err error) {
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		log = &orderLog{endDay: endDay, held: map[heldOut]int{}}
		if err := s.Unhurried(ctx, tx); err != nil {
			return err
		}
		err := store.Each(ctx, tx, keptHistoriesSelect, []any{endDay}, func(scan store.ScanFunc) error {
			var h heldOut
			var n int
			var earned float64
			if err := scan(&h.stats.Frequency, &h.stats.RecencyDays, &h.stats.AgeDays, &n, &earned); err != nil {
				return err
			}
			lastDay := endDay - h.stats.AgeDays + h.stats.RecencyDays
			if log.lastDay = max(log.lastDay, lastDay); lastDay > endDay {
				return nil
			}
			return log.addHistories(h, n, earned)
		})
		if err != nil || log.lastDay > endDay {
			return err
		}
		return store.Each(ctx, tx, keptMarginsSelect, nil, func(scan store.ScanFunc) error {
			var x, n int
			var repeat money.Amount
			if err := scan(&x, &repeat, &n); err != nil {
				return err
			}
			log.addMargins(x, repeat, n)
			return nil
		})
	})
	if err != nil {
		return nil, false, fmt.Errorf("service: the customers' figures: %w", err)
	}
	log.sortMargins()
	return log, log.lastDay <= endDay, nil
}

// sortMargins puts the margins in an order of their own, equal ones together, so that the same log gives the same figures
// to the last bit.
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

// sortHoldOuts puts rows in an order of their own, so that the same log gives the same figures to the last bit.
func sortHoldOuts(rows []lifetime.HoldOut) {
	slices.SortFunc(rows, func(a, b lifetime.HoldOut) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.TX, b.TX), cmp.Compare(a.T, b.T), cmp.Compare(a.Purchases, b.Purchases))
	})
}
