package store

import (
	"crypto/sha256"
	"encoding/binary"
)

// LockKey names a thing that transactions take in turn.
type LockKey int64

// LockOn is the key of one thing of a kind: LockOn("customer", id). Two things share a key with a chance of 2^-64.
func LockOn(kind, id string) LockKey {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return LockKey(binary.BigEndian.Uint64(sum[:8]))
}

func lockStatement(shared bool) string {
	if shared {
		return "SELECT pg_advisory_xact_lock_shared($1)"
	}
	return "SELECT pg_advisory_xact_lock($1)"
}
