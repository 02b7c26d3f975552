package auth

import (
	"crypto/ed25519"
	"time"
)

// signingKey is a private key with the values derived from it.
type signingKey struct {
	use     KeyUse
	number  int // the file's number, which increases with each key
	created time.Time
	private ed25519.PrivateKey
	digest  [32]byte // RFC 7638 thumbprint
	id      string   // digest in base64url: the kid
}

func (k *signingKey) public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// keySet is the result of reading the directory: the keys of each use by increasing number. It is never changed.
type keySet map[KeyUse][]*signingKey

// starts returns when the i-th key of a list starts signing.
func starts(list []*signingKey, i int) time.Time {
	if i == 0 {
		return list[0].created
	}
	return list[i].created.Add(SignAfter)
}

// signer returns the newest key that has started signing, or the oldest key if none has.
func (s keySet) signer(use KeyUse, now time.Time) *signingKey {
	list := s[use]
	for i := len(list) - 1; i > 0; i-- {
		if !now.Before(starts(list, i)) {
			return list[i]
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// verifying returns the keys that still verify at a time.
func (s keySet) verifying(use KeyUse, now time.Time) []*signingKey {
	list := s[use]
	for len(list) > 1 && retired(list, 0, now) {
		list = list[1:]
	}
	return list
}

// retired reports whether the i-th key of a list no longer verifies.
func retired(list []*signingKey, i int, now time.Time) bool {
	keep, ends := keepAfterSuccessor[list[i].use]
	return ends && i+1 < len(list) && !now.Before(starts(list, i+1).Add(keep))
}
