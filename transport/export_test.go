package transport

import (
	"time"
)

// TestBuckets makes the throttle available to its property test.
type TestBuckets struct{ buckets *buckets }

func NewTestBuckets(limits Limits, now func() time.Time) TestBuckets {
	return TestBuckets{newBuckets(limits.WithDefaults(), now)}
}

func (b TestBuckets) Take(caller string, cost int) bool {
	_, _, ok := b.buckets.take(caller, cost)
	return ok
}

func (b TestBuckets) Settle(caller string, charged, actual int) {
	b.buckets.settle(caller, charged, actual)
}

// CachedBytes returns the size of the document cache.
func CachedBytes(h *Handler) int {
	h.documents.mu.Lock()
	defer h.documents.mu.Unlock()
	return h.documents.bytes
}

func DocumentHash(text string) string {
	return hashOf(text)
}

// Pay charges a caller for what has been done.
func (b TestBuckets) Pay(caller string, cost float64) { b.buckets.pay(caller, cost) }

// Debt returns the time until a caller owes nothing.
func (b TestBuckets) Debt(caller string) time.Duration { return b.buckets.debt(caller) }
