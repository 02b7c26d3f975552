package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"entgo.io/ent/dialect"

	"kopeck/ent"
)

// LockKey names a thing that transactions take in turn.
type LockKey int64

// LockOn is the key of one thing of a kind: LockOn("customer", id). Two things share a key with a chance of 2^-64.
func LockOn(kind, id string) LockKey {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return LockKey(binary.BigEndian.Uint64(sum[:8]))
}

// Lock waits until no other transaction holds the key, and holds it till the transaction's end; with shared,
// others may hold it too as long as all of them share. Taking two keys in different orders may deadlock, which
// the database finds out and [Store.Write] retries. On SQLite it does nothing: a writing transaction is alone there.
func (s *Store) Lock(ctx context.Context, tx *ent.Tx, key LockKey, shared bool) error {
	if s.Dialect() != dialect.Postgres {
		return nil
	}
	_, err := tx.Client().ExecContext(ctx, lockStatement(shared), int64(key))
	return err
}

func lockStatement(shared bool) string {
	if shared {
		return "SELECT pg_advisory_xact_lock_shared($1)"
	}
	return "SELECT pg_advisory_xact_lock($1)"
}
