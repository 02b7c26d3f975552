package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// KeyUse says what a key signs. Each use has a set of keys of its own, and a key of one use never
// verifies anything of another.
type KeyUse string

// The uses: access tokens, price tokens, and links (revoking and confirming permissions).
const (
	UseAccess KeyUse = "access"
	UsePrice  KeyUse = "price"
	UseLink   KeyUse = "link"
)

var keyUses = []KeyUse{UseAccess, UsePrice, UseLink}

// The times of a rotation. A key made by Rotate is published at once, signs after SignAfter (every
// process has read it by then, ReadEvery being shorter), and verifies until its successor has been
// signing for the use's keep time. Nothing signed by it is still meant to hold then, since no token
// is made to last longer: see MaxLife.
const (
	ReadEvery = 30 * time.Second // how often the directory is read again, at least, while keys are asked for
	SignAfter = 2 * time.Minute  // how long a rotated key is only published before it signs
	missEvery = time.Second      // how often an unknown key id may cause a reading
)

var keepAfterSuccessor = map[KeyUse]time.Duration{
	UseAccess: 30 * 24 * time.Hour,
	UsePrice:  90 * 24 * time.Hour,
	// UseLink is not here: a link that revokes a permission works for ever, so its keys are never dropped.
}

// MaxLife is the longest time that a token of this use may last: as long as a replaced key still
// verifies, so that no rotation ends a token early. Zero means without limit.
func MaxLife(use KeyUse) time.Duration { return keepAfterSuccessor[use] }

// Keys are the installation's signing keys: a directory with one Ed25519 private key a file, shared
// by all processes of the installation. Safe for concurrent use. To end what a leaked key has signed,
// delete its file: within ReadEvery no process accepts it any more.
type Keys struct {
	dir    string
	now    func() time.Time
	random io.Reader

	set atomic.Pointer[keySet]

	mu       sync.Mutex // held while the directory is read or written
	lastRead time.Time
	lastErr  error
}

// OpenKeys reads the keys of a directory and makes what is missing: the directory itself (mode 0700)
// and the first key of every use (mode 0600). Processes that start at the same moment end with the
// same keys. random nil is the system's source. Any error is a *KeysError naming the directory.
func OpenKeys(dir string, now func() time.Time, random io.Reader) (*Keys, error) {
	if random == nil {
		random = rand.Reader
	}
	k := &Keys{dir: dir, now: now, random: random}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &KeysError{Dir: dir, Reason: "cannot be made", Err: err}
	}
	found, err := readKeys(dir)
	if err != nil {
		return nil, err
	}
	for _, use := range keyUses {
		if len(found[use]) > 0 {
			continue
		}
		if err := k.create(use, 1); err != nil {
			return nil, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.read(); err != nil {
		return nil, err
	}
	return k, nil
}

// Rotate adds a key to a use: it signs after SignAfter, while the earlier ones go on verifying, so
// nobody is signed out. Keys past their time are deleted. Two processes rotating at the same moment
// add one key between them. The error is a *KeysError.
func (k *Keys) Rotate(use KeyUse) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.read(); err != nil {
		return err
	}
	return k.rotate(use)
}

// RotateDue rotates every use whose newest key is at least this old.
func (k *Keys) RotateDue(age time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.read(); err != nil {
		return err
	}
	now := k.now()
	for use, list := range *k.set.Load() {
		if now.Sub(list[len(list)-1].created) < age {
			continue
		}
		if err := k.rotate(use); err != nil {
			return err
		}
	}
	return nil
}

// rotate needs the lock and a directory just read.
func (k *Keys) rotate(use KeyUse) error {
	list := (*k.set.Load())[use]
	if len(list) == 0 {
		return k.none(use)
	}
	if err := k.create(use, list[len(list)-1].number+1); err != nil {
		return err
	}
	now := k.now()
	for i, old := range list {
		if !retired(list, i, now) {
			break
		}
		if err := removeKeyFile(k.dir, old); err != nil {
			return err
		}
	}
	return k.read()
}

// Ready tells whether keys can be read and every use has one to sign with: nil, or a *KeysError.
// It reads the directory at most once a second.
func (k *Keys) Ready() error {
	k.refresh(missEvery, k.set.Load())
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lastErr
}

// signer gives the key that signs now.
func (k *Keys) signer(use KeyUse) (*signingKey, error) {
	key := k.current().signer(use, k.now())
	if key == nil {
		return nil, k.none(use)
	}
	return key, nil
}

// verifier gives the key of a use that matches, or nil. A key that is not known yet may be another
// process's new one: the directory is then read again, at most once a second.
func (k *Keys) verifier(use KeyUse, match func(*signingKey) bool) *signingKey {
	now := k.now()
	seen := k.current()
	if key := find(seen.verifying(use, now), match); key != nil {
		return key
	}
	k.refresh(missEvery, seen)
	return find(k.set.Load().verifying(use, now), match)
}

func find(list []*signingKey, match func(*signingKey) bool) *signingKey {
	for _, key := range list {
		if match(key) {
			return key
		}
	}
	return nil
}

// current gives the keys, read within the last ReadEvery unless that fails: then the last good ones stand.
func (k *Keys) current() *keySet {
	k.refresh(ReadEvery, nil)
	return k.set.Load()
}

// refresh reads the directory again unless that was done within the given time, or, where the caller
// says what it saw, somebody has read something newer meanwhile. Failures are kept for Ready.
func (k *Keys) refresh(every time.Duration, seen *keySet) {
	if seen == nil {
		// The common road: who finds another at it goes on with what there is.
		if !k.mu.TryLock() {
			return
		}
	} else {
		k.mu.Lock()
	}
	defer k.mu.Unlock()
	if seen != nil && k.set.Load() != seen {
		return
	}
	since := k.now().Sub(k.lastRead)
	if since >= 0 && since < every { // a clock set back is no reason to never read again
		return
	}
	_ = k.read()
}

// read needs the lock. What it finds replaces the set whole; on failure the old one stays, so that a
// directory emptied under us is a failure of readiness and not the end of everybody's session.
func (k *Keys) read() error {
	k.lastRead = k.now()
	set, err := readKeys(k.dir)
	for _, use := range keyUses {
		if err == nil && len(set[use]) == 0 {
			err = k.none(use)
		}
	}
	k.lastErr = err
	if err == nil {
		k.set.Store(&set)
	}
	return err
}

func (k *Keys) none(use KeyUse) error {
	return &KeysError{Dir: k.dir, Reason: fmt.Sprintf("has no keys for %q", use)}
}

// create makes a key file. One of that number made by another process meanwhile is as good as ours.
func (k *Keys) create(use KeyUse, number int) error {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(k.random, seed); err != nil {
		return &KeysError{Dir: k.dir, Reason: "no randomness for a new key", Err: err}
	}
	err := writeKeyFile(k.dir, &signingKey{
		use: use, number: number, created: k.now().UTC().Truncate(time.Microsecond),
		private: ed25519.NewKeyFromSeed(seed),
	})
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
