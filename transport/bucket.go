package transport

import (
	"math"
	"sync"
	"time"
)

// buckets holds a leaky bucket of points for every recent caller.
type buckets struct {
	capacity float64
	restore  float64 // points a second
	now      func() time.Time

	mu     sync.Mutex
	byName map[string]*bucket
	swept  time.Time
}

type bucket struct {
	points float64
	at     time.Time
}

func newBuckets(limits Limits, now func() time.Time) *buckets {
	return &buckets{capacity: float64(limits.Bucket), restore: float64(limits.Restore), now: now, byName: map[string]*bucket{}, swept: now()}
}

// take charges a caller. If the bucket has too few points, nothing is taken and wait is the time until it has enough. A
// charge above the capacity needs a full bucket.
func (b *buckets) take(caller string, cost int) (available int, wait time.Duration, ok bool) {
	if b.capacity < 0 {
		return 0, 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	mine := b.refilled(caller)
	if missing := min(float64(cost), b.capacity) - mine.points; missing > 0 {
		return max(0, int(mine.points)), time.Duration(math.Ceil(missing / b.restore * float64(time.Second))), false
	}
	mine.points -= float64(cost)
	return int(mine.points), 0, true
}

// settle corrects a charge to the actual cost and returns the points left.
func (b *buckets) settle(caller string, charged, actual int) (available int) {
	if b.capacity < 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	mine := b.refilled(caller)
	mine.points = min(b.capacity, mine.points+float64(charged-actual))
	return max(0, int(mine.points))
}

// pay charges a caller for what has been done, below zero if need be.
func (b *buckets) pay(caller string, cost float64) {
	if b.capacity < 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refilled(caller).points -= cost
}

// debt returns the time until a caller owes nothing.
func (b *buckets) debt(caller string) time.Duration {
	if b.capacity < 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Duration(math.Ceil(max(0, -b.refilled(caller).points) / b.restore * float64(time.Second)))
}

// refilled returns a caller's bucket as of now. Full buckets are deleted once a minute, since a new one is full too.
func (b *buckets) refilled(caller string) *bucket {
	now := b.now()
	if now.Sub(b.swept) >= time.Minute {
		b.swept = now
		for name, other := range b.byName {
			if b.points(other, now) >= b.capacity {
				delete(b.byName, name)
			}
		}
	}
	mine := b.byName[caller]
	if mine == nil {
		mine = &bucket{points: b.capacity, at: now}
		b.byName[caller] = mine
	}
	mine.points, mine.at = b.points(mine, now), now
	return mine
}

// points returns what a bucket holds now. It never decreases when the clock is set back.
func (b *buckets) points(of *bucket, now time.Time) float64 {
	return min(b.capacity, of.points+max(0, now.Sub(of.at).Seconds())*b.restore)
}
