package auth

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFiveAttemptsAMinuteForAnAccount(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := NewAttempts(c.Now, 5, 1000)
	for i := range 5 {
		name := []string{"anna@example.com", "ANNA@example.com", " Anna@Example.COM "}[i%3]
		if wait := a.Allow(name, fmt.Sprintf("192.0.2.%d", i)); wait != 0 {
			t.Fatalf("attempt %d waits %v", i, wait)
		}
	}
	if wait := a.Allow("anna@example.com", "198.51.100.1"); wait != 12*time.Second {
		t.Errorf("the sixth waits %v", wait)
	}
	if wait := a.Allow("boris@example.com", "198.51.100.1"); wait != 0 {
		t.Errorf("another account waits %v", wait)
	}
	c.move(12*time.Second - 1)
	if wait := a.Allow("anna@example.com", "198.51.100.1"); wait != 1 {
		t.Errorf("a nanosecond early: %v", wait)
	}
	c.move(1)
	if wait := a.Allow("anna@example.com", "198.51.100.1"); wait != 0 {
		t.Errorf("after the wait returned: %v", wait)
	}
	if wait := a.Allow("anna@example.com", "198.51.100.1"); wait != 12*time.Second {
		t.Errorf("and the next: %v", wait)
	}
	c.move(time.Minute)
	for i := range 5 {
		if wait := a.Allow("anna@example.com", fmt.Sprintf("203.0.113.%d", i)); wait != 0 {
			t.Errorf("a minute later, attempt %d waits %v", i, wait)
		}
	}
}

func TestFiveAttemptsAMinuteFromAnAddress(t *testing.T) {
	t.Parallel()
	for name, addresses := range map[string][]string{
		"IPv4":         {"192.0.2.1", "192.0.2.1:4711", "192.0.2.1:4712", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:9"},
		"IPv6 network": {"2001:db8::1", "2001:db8::2", "[2001:db8:0:0:ffff::3]:443", "2001:db8::4%eth0", "2001:DB8::5"},
		"no address":   {"pipe", "pipe", "pipe", "pipe", "pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := NewAttempts(newClock().Now, 5, 1000)
			for i, address := range addresses {
				if wait := a.Allow(fmt.Sprint(i), address); wait != 0 {
					t.Fatalf("attempt %d waits %v", i, wait)
				}
			}
			if wait := a.Allow("new", addresses[0]); wait != 12*time.Second {
				t.Errorf("the sixth waits %v", wait)
			}
			for _, other := range []string{"192.0.2.2", "2001:db8:0:1::1"} {
				if wait := a.Allow(other, other); wait != 0 {
					t.Errorf("another address waits %v", wait)
				}
			}
		})
	}
}

// Otherwise one machine could keep anybody from signing in.
func TestARefusedAddressTakesNothingFromTheAccount(t *testing.T) {
	t.Parallel()
	a := NewAttempts(newClock().Now, 5, 1000)
	for i := range 5 {
		a.Allow(fmt.Sprint(i), "192.0.2.1")
	}
	for range 100 {
		if a.Allow("anna@example.com", "192.0.2.1") == 0 {
			t.Fatal("allowed")
		}
	}
	if wait := a.Allow("anna@example.com", "192.0.2.2"); wait != 0 {
		t.Errorf("waits %v", wait)
	}
}

func TestManyPeopleSignInFromOneAddress(t *testing.T) {
	t.Parallel()
	a := NewAttempts(newClock().Now, 5, 1000)
	for i := range 50 {
		name := fmt.Sprint(i)
		if wait := a.Allow(name, "192.0.2.1"); wait != 0 {
			t.Fatalf("person %d waits %v", i, wait)
		}
		a.Succeeded(name, "192.0.2.1")
	}
	a.Succeeded("nobody", "192.0.2.9") // no attempt was counted
	allowed := 0
	for range 20 {
		if a.Allow("anna@example.com", "192.0.2.1") == 0 {
			allowed++
		}
	}
	if allowed != 5 {
		t.Errorf("%d wrong passwords are allowed after the correct ones, want 5", allowed)
	}
}

func TestAttemptsWithTheClockSetBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := NewAttempts(c.Now, 5, 1000)
	for range 5 {
		a.Allow("anna@example.com", "192.0.2.1")
	}
	c.move(-24 * time.Hour)
	if wait := a.Allow("anna@example.com", "192.0.2.1"); wait != 12*time.Second {
		t.Errorf("waits %v", wait)
	}
}

func TestAttemptsKeepToTheirMemory(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := NewAttempts(c.Now, 5, 100)
	for i := range 10_000 {
		a.Allow(fmt.Sprintf("%d@example.com", i), fmt.Sprintf("10.0.%d.%d", i/256, i%256))
		if n := len(a.accounts.byKey); n > 100 || n != a.accounts.byUse.Len() {
			t.Fatalf("%d accounts remembered, %d in the list", n, a.accounts.byUse.Len())
		}
		if n := len(a.addresses.byKey); n > 100 {
			t.Fatalf("%d addresses remembered", n)
		}
	}
	for range 5 {
		a.Allow("anna@example.com", "192.0.2.1")
	}
	for i := range 98 { // too few to remove anna
		a.Allow(fmt.Sprintf("%d@example.com", i), fmt.Sprintf("10.1.0.%d", i))
	}
	if wait := a.Allow("anna@example.com", "192.0.2.2"); wait == 0 {
		t.Error("the account was removed below the bound")
	}
	c.move(time.Minute)
	a.Allow("new@example.com", "192.0.2.3")
	if n := len(a.accounts.byKey); n != 1 {
		t.Errorf("%d accounts remembered though all but one are full again", n)
	}
}

// For any sequence of attempts and times, the attempts allowed are at most the bucket and its refills, and an attempt after
// the returned wait is allowed.
func TestAttemptsLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		perMinute := rapid.IntRange(1, 20).Draw(t, "per minute")
		c := newClock()
		began := c.Now()
		a := NewAttempts(c.Now, perMinute, 10)
		allowed := 0
		for range rapid.IntRange(1, 60).Draw(t, "attempts") {
			c.move(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "pause")))
			wait := a.Allow("anna", "192.0.2.1")
			if wait == 0 {
				allowed++
			} else if rapid.Bool().Draw(t, "patient") {
				c.move(wait)
				if second := a.Allow("anna", "192.0.2.1"); second != 0 {
					t.Fatalf("the wait was %v, then %v more", wait, second)
				}
				allowed++
			}
			back := int(c.Now().Sub(began) / (time.Minute / time.Duration(perMinute)))
			if allowed > perMinute+back {
				t.Fatalf("%d attempts allowed in %v at %d a minute", allowed, c.Now().Sub(began), perMinute)
			}
		}
	})
}

func TestAttemptsConcurrently(t *testing.T) {
	t.Parallel()
	a := NewAttempts(newClock().Now, 5, 1000)
	var allowed atomic.Int64
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			if a.Allow("anna@example.com", fmt.Sprintf("192.0.2.%d", i)) == 0 {
				allowed.Add(1)
			}
		})
	}
	wait.Wait()
	if allowed.Load() != 5 {
		t.Errorf("%d allowed at once", allowed.Load())
	}
}
