package auth

import (
	"container/list"
	"crypto/sha256"
	"strings"
	"sync"
	"time"
)

// Attempts limits the attempts to sign in. Each account and each address has a bucket of attempts that is
// refilled within a minute. Memory is bounded: a bucket not used for a minute is full again and is
// deleted, and beyond the bound the least recently used is deleted. Safe for concurrent use.
type Attempts struct {
	now func() time.Time

	mu        sync.Mutex
	accounts  buckets
	addresses buckets
}

// NewAttempts returns a limiter of perMinute attempts (at least one) that remembers at most remembered
// accounts and as many addresses (at least one of each; about 200 bytes each).
func NewAttempts(now func() time.Time, perMinute, remembered int) *Attempts {
	fresh := func() buckets {
		return buckets{
			each: time.Minute / time.Duration(max(1, perMinute)), most: max(1, remembered),
			byKey: map[[32]byte]*list.Element{}, byUse: list.New(),
		}
	}
	return &Attempts{now: now, accounts: fresh(), addresses: fresh()}
}

// Allow counts an attempt and returns zero, or does not count it and returns how long to wait before the
// next. account is the e-mail address as typed; case and surrounding spaces are ignored. address is the client's,
// with or without a port; IPv6 addresses count by network (/64), since one client has a whole network.
// An attempt refused for its address takes nothing from the account.
func (a *Attempts) Allow(account, address string) (retryAfter time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	wait := max(a.addresses.wait(addressKey(address), now), a.accounts.wait(accountKey(account), now))
	if wait > 0 {
		return wait
	}
	a.addresses.take(addressKey(address), now)
	a.accounts.take(accountKey(account), now)
	return 0
}

// Succeeded returns the attempt that Allow counted: a correct password is not a guess, and many people
// may sign in from one address.
func (a *Attempts) Succeeded(account, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.addresses.giveBack(addressKey(address))
	a.accounts.giveBack(accountKey(account))
}

// The keys are hashes, so that a long name takes no more memory than a short one.
func accountKey(account string) [32]byte {
	return sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(account))))
}

func addressKey(address string) [32]byte { return sha256.Sum256([]byte(Network(address))) }

// buckets are token buckets, implemented by the generic cell rate algorithm: of each bucket only the time
// at which it is full again is kept.
type buckets struct {
	each  time.Duration // until one attempt is refilled
	most  int           // the maximum number of buckets
	byKey map[[32]byte]*list.Element
	byUse *list.List // of *bucket, the most recently used in front
}

type bucket struct {
	key    [32]byte
	fullAt time.Time
	usedAt time.Time
}

// depth is the time in which an empty bucket is refilled.
func (b *buckets) depth() time.Duration { return time.Minute / b.each * b.each }

// owed returns the time until a bucket is full. It is at most depth, so that a clock set back by a day
// locks nobody out for a day.
func (b *buckets) owed(key [32]byte, now time.Time) time.Duration {
	element, known := b.byKey[key]
	if !known {
		return 0
	}
	return min(max(0, element.Value.(*bucket).fullAt.Sub(now)), b.depth())
}

func (b *buckets) wait(key [32]byte, now time.Time) time.Duration {
	return max(0, b.owed(key, now)+b.each-b.depth())
}

func (b *buckets) take(key [32]byte, now time.Time) {
	fullAt := now.Add(b.owed(key, now) + b.each)
	if element, known := b.byKey[key]; known {
		*element.Value.(*bucket) = bucket{key: key, fullAt: fullAt, usedAt: now}
		b.byUse.MoveToFront(element)
		return
	}
	for b.byUse.Len() > 0 {
		oldest := b.byUse.Back().Value.(*bucket)
		if b.byUse.Len() < b.most && now.Sub(oldest.usedAt) < b.depth() {
			break
		}
		b.byUse.Remove(b.byUse.Back())
		delete(b.byKey, oldest.key)
	}
	b.byKey[key] = b.byUse.PushFront(&bucket{key: key, fullAt: fullAt, usedAt: now})
}

func (b *buckets) giveBack(key [32]byte) {
	if element, known := b.byKey[key]; known {
		held := element.Value.(*bucket)
		held.fullAt = held.fullAt.Add(-b.each)
	}
}
