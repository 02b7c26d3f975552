package lifetime

import "time"

// Completion is what is recorded of the completion of an order. Zero times are absent.
type Completion struct {
	Status      OrderStatus // now
	CreatedAt   time.Time   // when the order was recorded
	CompletedAt time.Time
	RecordedAt  time.Time // when the completion was recorded, if that was after the order: it may be long after the moment of it
	CancelledAt time.Time
}

// KnownBy reports whether it was known at a moment that the order had been completed. One that was cancelled later had been completed.
func (c Completion) KnownBy(at time.Time) bool {
	switch {
	case c.CompletedAt.IsZero(), c.CompletedAt.After(at), c.CreatedAt.After(at), c.RecordedAt.After(at):
		return false
	case c.Status == OrderCancelled:
		return c.CancelledAt.After(at)
	}
	return c.Status.Sold()
}
