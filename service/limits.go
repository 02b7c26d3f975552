package service

import "time"

// Limits says how long tokens and keys are kept, and how often signing in may be tried. A field that is 0 has its default,
// which is given beside it.
type Limits struct {
	SignIns        int           // 5 failed attempts a minute, for an account from an address
	AccountSignIns int           // 30 failed attempts a minute, for an account from all addresses
	AddressSignIns int           // 30 failed attempts a minute, from an address for all accounts
	Hashes         int           // 2 password hashes computed at a time, with 19 MiB each; others wait
	AccessLife     time.Duration // 15 minutes, LongestAccess at most: how long an access token lasts
	RefreshDays    int           // 30: how long a refresh token lasts
	RefreshAgain   time.Duration // 30 s: how long a used refresh token gives the same next one again
	KeyDays        int           // 30: how long an idempotency key is remembered; longer than any phone is without a network
}

// LongestAccess is how long an access token of a session may last. We look up the role and the session at each request, but
// services that verify tokens by the public keys do not see that either has ended before the token expires.
const LongestAccess = 15 * time.Minute

// WithDefaults returns the limits with defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	for field, otherwise := range map[*int]int{&l.SignIns: 5, &l.AccountSignIns: 30, &l.AddressSignIns: 30, &l.Hashes: 2, &l.RefreshDays: 30, &l.KeyDays: 30} {
		if *field == 0 {
			*field = otherwise
		}
	}
	if l.AccessLife == 0 {
		l.AccessLife = LongestAccess
	}
	if l.RefreshAgain == 0 {
		l.RefreshAgain = 30 * time.Second
	}
	return l
}

// Days returns the duration of n days of 24 hours.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
