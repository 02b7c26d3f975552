package transport

import (
	"context"
	"net/http"
	"time"
)

// stream charges the events of a subscription to its caller, as the queries that they are. What an event costs is known when it has been
// resolved, so it is paid for afterwards, and the next is resolved when the caller owes nothing: a stream that cannot pay
// becomes slower, and ends if that does not help.
type stream struct {
	op    *operation
	paid  int64     // of the operation's spent
	slows time.Time // since when every event had to wait; zero if the last did not
	ended bool      // it could not pay
}

// How long the next event may have to wait, and for how long every event.
const (
	maxDebt   = 10 * time.Second
	maxSlowed = 30 * time.Second
)

// pay charges an event: what the operation has spent since it was called last, one point at least.
func (s *stream) pay() {
	spent := s.op.spent.Load()
	s.op.handler.buckets.pay(s.op.caller, max(1, float64(spent-s.paid)/rowsOfBulk))
	s.paid = spent
}

// await waits until the caller owes nothing or ctx ends. It returns the reason for which the stream ends instead.
func (s *stream) await(ctx context.Context) *refusal {
	waited := false
	for {
		debt := s.op.handler.buckets.debt(s.op.caller)
		if debt == 0 {
			if !waited {
				s.slows = time.Time{}
			}
			return nil
		}
		if s.slows.IsZero() {
			s.slows = time.Now()
		}
		if debt > maxDebt || time.Since(s.slows) > maxSlowed {
			return refuse(http.StatusTooManyRequests, CodeThrottled,
				"the events of the subscription cost more points than the caller gets back; subscribe again later, to fewer or smaller events")
		}
		waited = true
		timer := time.NewTimer(debt)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}
