package mail

import (
	"context"
	"time"
)

// Carrier hands messages over.
type Carrier interface {
	// Carry hands a message over to the provider. When everything is ready it calls leave, once: only if that says yes does the message
	// leave, and all of it within the time that leave gives, from its call on; what has not been written by then is not written any
	// more. Without a provider that can be reached leave is not called.
	Carry(ctx context.Context, m Message, leave Leave) Answer
}

// Leave decides whether a message may leave, and within which time all of it must be written.
type Leave func(ctx context.Context) (within time.Duration, ok bool)

// Outcome is how an attempt to hand over a message ended.
type Outcome int

// The outcomes.
const (
	Held     Outcome = iota // leave said no: nothing was handed over
	Accepted                // the provider took the message
	Deferred                // the provider did not take it now, or could not be reached
	Refused                 // the provider refused it for good
	Unknown                 // all of it may have been handed over, and no answer came
)

// Answer is how an attempt ended, and what the provider said.
type Answer struct {
	Outcome Outcome
	Code    int    // of SMTP; 0 without an answer
	Text    string // what the provider said, or why there was no answer
}
