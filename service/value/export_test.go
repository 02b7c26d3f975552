package value

import (
	"context"
	"encoding/json"
	"maps"

	"kopeck/lifetime"
	"kopeck/money"
)

// Log is what an order log has, for tests.
type Log struct {
	EndDay, LastDay, Period, OrderDays int
	Earned                             float64
	Histories                          map[lifetime.Stats]int // customers by history
	Margins                            []lifetime.MarginRow
	Days                               []lifetime.History // of all customers, if they are few
	Spread                             lifetime.MarginSpread
	Customers                          []LogCustomer
}

// LogCustomer is what a fit keeps of a customer.
type LogCustomer struct {
	Stats                                          lifetime.Stats
	Recent, Held                                   int
	Earned, RepeatEarned, RecentEarned, HeldEarned int64
}

// Logs returns what a fit reads up to a day, and of the log without its last quarter; the second is empty where that is not read.
func (s *Service) Logs(ctx context.Context, endDay int) (calibration, earlier Log, err error) {
	l, err := s.readLogs(ctx, endDay)
	if err != nil {
		return Log{}, Log{}, err
	}
	if l.earlier != nil {
		earlier = l.earlier.log()
	}
	return l.calibration.log(), earlier, nil
}

// Drawn draws a sample of at most so many of the numbers from 0 to n, as a fit draws customers.
func Drawn(most, n int) []int {
	d := newDrawn[int](most)
	for i := range n {
		d.offer(func() int { return i })
	}
	return d.all
}

func (log *orderLog) log() Log {
	histories := map[lifetime.Stats]int{}
	for h, n := range maps.All(log.held) {
		histories[h.stats] += n
	}
	customers := make([]LogCustomer, len(log.customers.all))
	for i, c := range log.customers.all {
		customers[i] = LogCustomer{c.stats(), int(c.recent), int(c.held), c.earned, c.repeatEarned, c.recentEarned, c.heldEarned}
	}
	return Log{log.endDay, log.lastDay, log.period, log.orderDays, log.earned, histories, log.margins, log.histories.all, log.spread, customers}
}

// CoverageOfMonths returns how often bounds of months held by what is kept of a fit.
func CoverageOfMonths(report string) (*BoundsCoverage, error) {
	var r monthsReport
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		return nil, err
	}
	var m Model
	m.setMonths(&r)
	return m.months.Coverage(), nil
}

// PercentageBelow returns how many of 100 customers are worth less than an amount.
func (s *Service) PercentageBelow(ctx context.Context, amount money.Amount) (int, error) {
	return s.percentile(ctx, &s.standings, amount)
}

// WaitDivided waits until nobody divides the customers by value.
func (s *Service) WaitDivided() {
	s.standings.dividing.Lock()
	defer s.standings.dividing.Unlock()
}
