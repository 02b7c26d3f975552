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
