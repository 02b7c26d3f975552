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

// once runs do unless the key has been used, and returns the id of what it made or changed. The transaction holds the key.
func (s *Core) once(ctx context.Context, tx *store.Tx, k usedKey, do func(context.Context, *store.Tx) (string, error)) (string, error) {
	before, err := lockKey(ctx, tx, k)
	switch {
	case err != nil:
		return "", err
	case before != nil && (before.Operation != k.operation || before.BodyHash != k.bodyHash):
		return "", fault.New(fault.IdempotencyKeyReused, "idempotencyKey", "this key was used for another request")
	case before != nil:
		return before.ResultID, nil
	}
	result, err := do(ctx, tx)
	if err != nil {
		return "", err
	}
	return result, s.createKey(ctx, tx, k, result)
}

// bodyHash checks a verb's key and returns the hash of the body; "" for a verb without a key.
func bodyHash(v Verb) (string, error) {
	if v.Key == nil {
		return "", nil
	}
	if n := utf8.RuneCountInString(*v.Key); n == 0 || len(*v.Key) > 255 {
		return "", fault.Invalidf("idempotencyKey", "want 1 to 255 bytes")
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
