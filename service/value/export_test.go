package value

import (
	"context"
	"maps"

	"kopeck/lifetime"
	"kopeck/money"
)

// Log is what an order log has, for tests.
type Log struct {
	LastDay, OrderDays int
	Earned             float64
	Histories          map[lifetime.Stats]int // customers by history
	Margins            []lifetime.MarginRow
}

// Logs returns the log up to a day as the orders have it and as the figures kept with customers have it.
func (s *Service) Logs(ctx context.Context, endDay int) (read, kept Log, complete bool, err error) {
	fromOrders, err := s.orderLog(ctx, endDay)
	if err != nil {
		return Log{}, Log{}, false, err
	}
	fromCustomers, complete, err := s.keptLog(ctx, endDay)
	if err != nil {
		return Log{}, Log{}, false, err
	}
	return fromOrders.log(), fromCustomers.log(), complete, nil
}

func (log *orderLog) log() Log {
	histories := map[lifetime.Stats]int{}
	for h, n := range maps.All(log.held) {
		histories[h.stats] += n
	}
	return Log{log.lastDay, log.orderDays, log.earned, histories, log.margins}
}

// Days returns what a fit reads of the order days up to a day.
func (s *Service) Days(ctx context.Context, endDay int) ([]lifetime.History, lifetime.MarginSpread, error) {
	log := &orderLog{endDay: endDay}
	err := s.readDays(ctx, log)
	return log.histories, log.spread, err
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
