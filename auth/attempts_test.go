package auth

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// counted keeps counts of attempts as package people does in the database.
type counted struct {
	bounds AttemptBounds
	clock  *clock
	fullAt map[string]time.Time
}

func newCounted(bounds AttemptBounds) *counted {
	return &counted{bounds, newClock(), map[string]time.Time{}}
}

func (k *counted) allow(account, address string) (wait time.Duration) {
	counts, now := k.bounds.Counts(account, address), k.clock.Now()
	for _, c := range counts {
		wait = max(wait, c.Wait(k.fullAt[c.Key], now))
	}
	if wait == 0 {
		for _, c := range counts {
			k.fullAt[c.Key] = c.Take(k.fullAt[c.Key], now)
		}
	}
	return wait
}

func (k *counted) succeeded(account, address string) {
	for _, c := range k.bounds.Counts(account, address) {
		k.fullAt[c.Key] = c.GiveBack(k.fullAt[c.Key], k.clock.Now())
	}
}

// allowed counts how many of n attempts are allowed.
func (k *counted) allowed(n int, attempt func(i int) (account, address string)) (allowed int) {
	for i := range n {
		if k.allow(attempt(i)) == 0 {
			allowed++
		}
	}
	return allowed
}

var standardBounds = AttemptBounds{Pair: 5, Account: 30, Address: 30}

func TestAttemptBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		attempt func(i int) (account, address string)
		want    int
	}{
		"an account from an address": {func(int) (string, string) { return "anna@example.com", "192.0.2.1" }, 5},
		"an account in another case": {func(i int) (string, string) {
			return []string{"anna@example.com", "ANNA@example.com", " Anna@Example.COM "}[i%3], "192.0.2.1"
		}, 5},
		"an address with ports": {func(i int) (string, string) {
			return "anna", []string{"192.0.2.1", "192.0.2.1:4711", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:9"}[i%4]
		}, 5},
		"an IPv6 network":                   {func(i int) (string, string) { return "anna", fmt.Sprintf("2001:db8::%x", i) }, 5},
		"no address":                        {func(int) (string, string) { return "anna", "pipe" }, 5},
		"an account from all addresses":     {func(i int) (string, string) { return "anna", fmt.Sprintf("10.0.0.%d", i) }, 30},
		"an address for all accounts":       {func(i int) (string, string) { return fmt.Sprint(i), "192.0.2.1" }, 30},
		"accounts and addresses of its own": {func(i int) (string, string) { return fmt.Sprint(i), fmt.Sprintf("10.0.0.%d", i) }, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := newCounted(standardBounds).allowed(100, c.attempt); got != c.want {
				t.Errorf("%d of 100 attempts are allowed, want %d", got, c.want)
			}
		})
	}
}

// The issue's own: five wrong passwords from one address kept a named person out from everywhere.
func TestOneAddressKeepsNobodyOutElsewhere(t *testing.T) {
	t.Parallel()
	k := newCounted(standardBounds)
	for range 600 { // for ten minutes, one attempt a second
		k.allow("anna@example.com", "192.0.2.66")
		k.clock.move(time.Second)
		if wait := k.allow("anna@example.com", "198.51.100.1"); wait != 0 {
			t.Fatalf("waits %v at another address", wait)
		}
		k.succeeded("anna@example.com", "198.51.100.1")
	}
}

func TestManyPeopleSignInFromOneAddress(t *testing.T) {
	t.Parallel()
	k := newCounted(standardBounds)
	for i := range 100 {
		name := fmt.Sprint(i)
		if wait := k.allow(name, "192.0.2.1"); wait != 0 {
			t.Fatalf("person %d waits %v", i, wait)
		}
		k.succeeded(name, "192.0.2.1")
	}
	if got := k.allowed(20, func(int) (string, string) { return "anna", "192.0.2.1" }); got != 5 {
		t.Errorf("%d wrong passwords are allowed after the right ones, want 5", got)
	}
}

// The clock may be set back by any time: nobody waits for longer than the wait that was stated, and by more than a minute nobody waits.
func TestAttemptsWithTheClockSet(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{-24 * time.Hour, -10 * time.Minute, -61 * time.Second, -30 * time.Second, 10 * time.Minute, 24 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			k := newCounted(standardBounds)
			attempt := func(int) (string, string) { return "anna", "192.0.2.1" }
			k.allowed(5, attempt)
			k.clock.move(by)
			if wait := k.allow("anna", "192.0.2.1"); (by < -time.Minute || by > time.Minute) && wait != 0 || wait > time.Minute {
				t.Errorf("waits %v", wait)
			}
			k.allowed(5, attempt)
			k.clock.move(-by)
			if wait := k.allow("anna", "192.0.2.1"); wait > time.Minute {
				t.Errorf("with the clock right again: waits %v", wait)
			}
		})
	}
}

// For any sequence of attempts and times, the attempts allowed are at most the bucket and its refills, and an attempt after
// the returned wait is allowed.
func TestAttemptsLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		perMinute := rapid.IntRange(1, 20).Draw(t, "per minute")
		k := newCounted(AttemptBounds{Pair: perMinute, Account: 100, Address: 100})
		began := k.clock.Now()
		allowed := 0
		for range rapid.IntRange(1, 60).Draw(t, "attempts") {
			k.clock.move(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "pause")))
			wait := k.allow("anna", "192.0.2.1")
			if wait == 0 {
				allowed++
			} else if rapid.Bool().Draw(t, "patient") {
				k.clock.move(wait)
				if second := k.allow("anna", "192.0.2.1"); second != 0 {
					t.Fatalf("the wait was %v, then %v more", wait, second)
				}
				allowed++
			}
			back := int(k.clock.Now().Sub(began) / (time.Minute / time.Duration(perMinute)))
			if allowed > perMinute+back {
				t.Fatalf("%d attempts allowed in %v at %d a minute", allowed, k.clock.Now().Sub(began), perMinute)
			}
		}
	})
}
