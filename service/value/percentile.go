package value

import (
	"context"
	"sort"
	"sync"
	"time"

	"kopeck/money"
)

// parts is into how many parts of equal size customers are divided by their values.
const parts = 100

// standingsAge is how long the division of all customers by value is used before it is made again: it takes a walk over all.
const standingsAge = time.Minute

// standings has the customers divided by value, as they were at a moment.
type standings struct {
	mu    sync.Mutex
	at    time.Time // of the division; zero before the first
	upper []int64   // the greatest value in each part, ascending; fewer than parts where there are fewer customers
}

// Standing lets a lifetime value answer its Percentile, by the value that lists are ordered by.
func (s *Service) Standing(v *LifetimeValue, listed money.Amount) {
	v.percentile = func(ctx context.Context) (int, error) { return s.percentile(ctx, listed) }
}

// Percentile returns how many of 100 customers are worth less, of all that there are, also those that the caller may not see. It is
// nil for a moment of the past. The division of customers by value may be a minute old.
func (v *LifetimeValue) Percentile(ctx context.Context) (*int, error) {
	if v.percentile == nil {
		return nil, nil
	}
	percent, err := v.percentile(ctx)
	return &percent, err
}

func (s *Service) percentile(ctx context.Context, listed money.Amount) (int, error) {
	s.standings.mu.Lock()
	defer s.standings.mu.Unlock()
	if now := s.Now(); s.standings.upper == nil || now.Sub(s.standings.at).Abs() > standingsAge {
		upper, err := s.dividedByValue(ctx)
		if err != nil {
			return 0, err
		}
		s.standings.at, s.standings.upper = now, upper
	}
	return percentOf(s.standings.upper, listed), nil
}

// percentOf returns the percentage of the parts that lie below a value.
func percentOf(upper []int64, value money.Amount) int {
	if len(upper) == 0 {
		return 0
	}
	below := sort.Search(len(upper), func(i int) bool { return upper[i] >= value.Minor() })
	return below * 100 / len(upper)
}
