package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// AttemptBounds are how many failed attempts to sign in are allowed a minute: for an account from an address, and, looser, for an
// account from all addresses and for an address over all accounts. The first keeps somebody from guessing a password; the
// second cannot be used by one of them to keep a named person out from everywhere.
type AttemptBounds struct{ Pair, Account, Address int }

// AttemptCount counts the attempts of one account, one address, or both together: it is a bucket of attempts that is refilled within
// a minute. Of a bucket only the time at which it is full again is kept (the generic cell rate algorithm).
type AttemptCount struct {
	Key       string // a hash, so that a long name takes no more room than a short one, and is not stored
	PerMinute int
}

// Counts returns the counts of an attempt. account is the e-mail address as typed; case and surrounding spaces are ignored. address
// is the client's; IPv6 addresses count by [Network].
func (b AttemptBounds) Counts(account, address string) []AttemptCount {
	account, address = strings.ToLower(strings.TrimSpace(account)), Network(address)
	return []AttemptCount{
		{attemptKey("account", account), b.Account},
		{attemptKey("address", address), b.Address},
		{attemptKey("both", account, address), b.Pair},
	}
}

func attemptKey(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// each is the time in which one attempt is refilled.
func (c AttemptCount) each() time.Duration { return time.Minute / time.Duration(max(1, c.PerMinute)) }

// owed returns the time until the bucket is full, from the time that is kept (the zero time for a bucket that was not used). It is
// never more than the bucket's whole; a time that is later was written before the clock was set back, and the bucket is full.
func (c AttemptCount) owed(fullAt, now time.Time) time.Duration {
	owed := fullAt.Sub(now)
	if owed < 0 || owed > time.Duration(max(1, c.PerMinute))*c.each() {
		return 0
	}
	return owed
}

// Wait returns how long to wait until an attempt is allowed; zero if one is now.
func (c AttemptCount) Wait(fullAt, now time.Time) time.Duration {
	whole := time.Duration(max(1, c.PerMinute)) * c.each()
	return max(0, c.owed(fullAt, now)+c.each()-whole)
}

// Take returns the time to keep after an attempt.
func (c AttemptCount) Take(fullAt, now time.Time) time.Time {
	return now.Add(c.owed(fullAt, now) + c.each())
}

// GiveBack returns the time to keep after an attempt that was none: a right password is no guess, and many people may sign in
// from one address.
func (c AttemptCount) GiveBack(fullAt, now time.Time) time.Time {
	return now.Add(max(0, c.owed(fullAt, now)-c.each()))
}
