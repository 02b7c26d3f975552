package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"kopeck/fault"
	"kopeck/store"
)

// spentDays is how many days a refresh token is kept after it has expired.
const spentDays = 30

// usedKey is an idempotency key with the request that used it.
type usedKey struct{ actor, key, operation, bodyHash string }

// once runs do unless the key has been used, and returns the id of what it made or changed, and whether it was before. The transaction
// holds the key.
func (s *Core) once(ctx context.Context, tx *store.Tx, k usedKey, do func(context.Context, *store.Tx) (string, error)) (result string, repeated bool, err error) {
	before, err := lockKey(ctx, tx, k)
	switch {
	case err != nil:
		return "", false, err
	case before != nil && (before.Operation != k.operation || before.BodyHash != k.bodyHash):
		return "", false, fault.New(fault.IdempotencyKeyReused, "idempotencyKey", "this key was used for another request")
	case before != nil:
		return before.ResultID, true, nil
	}
	if result, err = s.doNaming(ctx, tx, do); err != nil {
		return "", false, err
	}
	return result, false, s.createKey(ctx, tx, k, result)
}

// readRepeated reads the snapshots that this process has not read since they were changed: a request may be repeated, here or at another
// process, before the first one has read what it wrote.
func (s *Core) readRepeated(ctx context.Context) error {
	reading, cancel := context.WithTimeout(ctx, readingTime)
	defer cancel()
	return s.readMarked(reading)
}

// bodyHash checks a verb's key and returns the hash of the body; "" for a verb without a key.
func bodyHash(v Verb) (string, error) {
	if v.Key == nil {
		return "", nil
	}
	if n := utf8.RuneCountInString(*v.Key); n == 0 || n > 255 {
		return "", fault.Invalidf("idempotencyKey", "want 1 to 255 characters")
	}
	text, err := json.Marshal(v.Body)
	if err != nil {
		return "", fmt.Errorf("service: hash the body of %s: %w", v.Name, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// DeleteExpired deletes idempotency keys and refresh tokens that are kept no longer.
func (s *Core) DeleteExpired(ctx context.Context) error {
	now := s.Now()
	return s.deleteKeys(ctx, now.Add(-Days(s.Limits.KeyDays)), now.Add(-Days(spentDays)))
}
