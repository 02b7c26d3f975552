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

// KeyUse is what a key signs. Each use has its own keys, and a key of one use never verifies a token of
// another.
type KeyUse string

// The uses: access tokens, price tokens, links (revoking and confirming permissions), and receipts of permissions.
const (
	UseAccess  KeyUse = "access"
	UsePrice   KeyUse = "price"
	UseLink    KeyUse = "link"
	UseReceipt KeyUse = "receipt"
)

var keyUses = []KeyUse{UseAccess, UsePrice, UseLink, UseReceipt}

// The times of a rotation. A key made by Rotate is published immediately and signs after SignAfter; every process has
// read it by then, since ReadEvery is shorter. It verifies until its successor has been signing for the use's MaxLife,
// when every token signed by it has expired.
const (
	ReadEvery = 30 * time.Second // the maximum age of the keys in memory while they are used
	SignAfter = 2 * time.Minute  // the time between the publication of a rotated key and its first signature
	missEvery = time.Second      // the minimum time between two readings caused by unknown key ids
)

var keepAfterSuccessor = map[KeyUse]time.Duration{
	UseAccess: 30 * 24 * time.Hour,
	UsePrice:  90 * 24 * time.Hour,
	// UseLink is missing: a link that revokes a permission never expires, so its keys are never dropped. So is UseReceipt: a
	// receipt proves what a customer permitted for as long as anybody asks.
}

// MaxLife returns the longest time that a token of this use may be valid. A replaced key verifies for that time, so
// that no rotation invalidates a token early. Zero means no limit.
func MaxLife(use KeyUse) time.Duration { return keepAfterSuccessor[use] }

// Keys are the installation's signing keys: a directory with one Ed25519 private key in each file, shared
// by all processes of the installation. Safe for concurrent use. To invalidate the tokens signed by a leaked key,
// delete its file: no process accepts the key after ReadEvery.
type Keys struct {
	dir    string
	now    func() time.Time
	random io.Reader

	set atomic.Pointer[keySet]

	mu       sync.Mutex // held while the directory is read or written
	lastRead time.Time
	lastErr  error
}

// OpenKeys reads the keys of a directory and creates what is missing: the directory itself (mode 0700)
// and the first key of every use (mode 0600). Processes that start at the same time get the same
// keys. A nil random means the system's source. Any error is a *KeysError with the directory.
func OpenKeys(dir string, now func() time.Time, random io.Reader) (*Keys, error) {
	if random == nil {
		random = rand.Reader
	}
	k := &Keys{dir: dir, now: now, random: random}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &KeysError{Dir: dir, Reason: "cannot be created", Err: err}
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

// Rotate adds a key to a use. It signs after SignAfter, while the earlier keys still verify, so that
// nobody is signed out. Keys that no longer verify are deleted. Two processes that rotate at the same time
// add one key together. The error is a *KeysError.
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

// rotate must be called with the lock held, after reading the directory.
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

// Ready returns nil if the keys can be read and every use has one for signing, otherwise a *KeysError.
// It reads the directory at most once a second.
func (k *Keys) Ready() error {
	k.refresh(missEvery, k.set.Load())
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lastErr
}

// signer returns the key that signs now.
func (k *Keys) signer(use KeyUse) (*signingKey, error) {
	key := k.current().signer(use, k.now())
	if key == nil {
		return nil, k.none(use)
	}
	return key, nil
}

// verifier returns the key of a use that matches, nil if there is none. Another process may have made a new key, so
// an unknown one causes the directory to be read again, at most once a second.
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

// current returns the keys, read within the last ReadEvery; if reading fails, the last keys read.
func (k *Keys) current() *keySet {
	k.refresh(ReadEvery, nil)
	return k.set.Load()
}

// refresh reads the directory again, unless it was read within the given time or, if the caller passes the keys it has
// seen, another goroutine has read newer ones. Ready returns the error.
func (k *Keys) refresh(every time.Duration, seen *keySet) {
	if seen == nil {
		// The common case: while another goroutine reads, the keys in memory are used.
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
	if since >= 0 && since < every { // a clock set back causes a reading
		return
	}
	_ = k.read()
}

// read must be called with the lock held. The keys it finds replace all of the set. On failure the old set is kept, so that
// the loss of the directory makes Ready fail and does not end all sessions.
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
	return &KeysError{Dir: k.dir, Reason: fmt.Sprintf("has no keys for the use %q", use)}
}

// create makes a key file, unless another process has made the one of that number.
func (k *Keys) create(use KeyUse, number int) error {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(k.random, seed); err != nil {
		return &KeysError{Dir: k.dir, Reason: "cannot read randomness for a new key", Err: err}
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
