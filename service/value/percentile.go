package value

import (
	"context"
	"sort"
	"sync"
	"time"

	"kopeck/ent"
	"kopeck/money"
)

// parts is into how many parts of equal size customers are divided by their values.
const parts = 100

// The division of all customers by value takes a walk over all. It is used until it is standingsAge old; then it is made again in the
// background, unless it is too old to answer with, because nobody asked: then the answer waits for the new one.
const (
	standingsAge    = time.Minute
	standingsTooOld = 10 * time.Minute
)

// standings has the customers divided by value, as they were at a moment.
type standings struct {
	shown    bool       // for viewers without the scope costs
	dividing sync.Mutex // held while they are divided
	mu       sync.Mutex // of the fields below; never held for long
	at       time.Time  // of the division; zero before the first
	upper    []int64    // the greatest value in each part, ascending; fewer than parts where there are fewer customers
}

// have returns the division, and how old it is.
func (d *standings) have(now time.Time) (upper []int64, age time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.upper, now.Sub(d.at).Abs() // after the clock was set back too
}

// Standing lets a lifetime value answer its Percentile, by the value that lists are ordered by: for a value of [Service.Show] by the
// shown one.
func (s *Service) Standing(v *LifetimeValue, c *ent.Customer) {
	d, listed := &s.standings, c.LifetimeValue
	if v.shown {
		d, listed = &s.shownStandings, c.ShownTotal
	}
	v.percentile = func(ctx context.Context) (int, error) { return s.percentile(ctx, d, listed) }
}

// Percentile returns how many of 100 customers are worth less, of all that there are, also those that the caller may not see. It is
// nil for a moment of the past. The division of customers by value may be ten minutes old, and is a minute old at most where it
// is asked for often.
func (v *LifetimeValue) Percentile(ctx context.Context) (*int, error) {
	if v.percentile == nil {
		return nil, nil
	}
	percent, err := v.percentile(ctx)
	return &percent, err
}

func (s *Service) percentile(ctx context.Context, d *standings, listed money.Amount) (int, error) {
	upper, age := d.have(s.Now())
	switch {
	case age > standingsTooOld:
		d.dividing.Lock()
		defer d.dividing.Unlock()
		if upper, age = d.have(s.Now()); age > standingsTooOld { // nobody has divided them meanwhile
			if err := s.divide(ctx, d); err != nil {
				return 0, err
			}
			upper, _ = d.have(s.Now())
		}
	case age > standingsAge && d.dividing.TryLock():
		done := s.refreshes.run(ctx, func(ctx context.Context) {
			if err := s.divide(ctx, d); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "the customers could not be divided by value; percentiles are those of the last division", "error", err)
			}
		})
		go func() {
			<-done
			d.dividing.Unlock()
		}()
	}
	return percentOf(upper, listed), nil
}

// divide divides the customers by value. The caller holds d.dividing.
func (s *Service) divide(ctx context.Context, d *standings) error {
	now := s.Now()
	upper, err := s.divided(ctx, d.shown)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.upper = now, upper
	return nil
}

// percentOf returns the percentage of the parts that lie below a value.
func percentOf(upper []int64, value money.Amount) int {
	if len(upper) == 0 {
		return 0
	}
	below := sort.Search(len(upper), func(i int) bool { return upper[i] >= value.Minor() })
	return below * 100 / len(upper)
}
