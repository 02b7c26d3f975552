package service

import (
	"time"
)

// Limits says how long the verbs remember, and how often signing in may be tried. The zero of a field takes its
// default, named beside it.
type Limits struct {
	SignIns     int           // 5 attempts a minute, for an account and for an address
	Hashes      int           // 2 password hashes made at once, of 19 MiB each; further ones wait
	AccessLife  time.Duration // 15 minutes, LongestAccess at most: how long an access token lasts
	RefreshDays int           // 30: how long a refresh token lasts
	KeyDays     int           // 30: how long an idempotency key is remembered; longer than any phone is without a network
}

// LongestAccess is how long an access token of a session may last: role and sessions are looked up at each request,
// but other services that verify tokens by the public keys learn nothing until they expire.
const LongestAccess = 15 * time.Minute

// WithDefaults gives the limits with every zero replaced.
func (l Limits) WithDefaults() Limits {
	for field, otherwise := range map[*int]int{&l.SignIns: 5, &l.Hashes: 2, &l.RefreshDays: 30, &l.KeyDays: 30} {
		if *field == 0 {
			*field = otherwise
		}
	}
	if l.AccessLife == 0 {
		l.AccessLife = LongestAccess
	}
	return l
}

// Days gives the duration of n days of 24 hours.
func Days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
