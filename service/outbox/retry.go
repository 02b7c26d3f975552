package outbox

import "time"

// maxTries is how often a message is tried before it is given up, over a day and a half.
const maxTries = 12

// The pauses between attempts.
const (
	firstRetry = time.Minute
	lastRetry  = 6 * time.Hour
)

// retryAfter is how long after an attempt that failed, of a number from 1, the next one is made: a minute at first, twice as long each
// time, six hours at most.
func retryAfter(tries int) time.Duration {
	pause := firstRetry
	for range tries - 1 {
		if pause *= 2; pause >= lastRetry {
			return lastRetry
		}
	}
	return pause
}
