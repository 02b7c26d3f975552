package service

import (
	"context"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/store"
)

// Verb is one request to change something.
type Verb struct {
	Name string  // of the mutation
	Key  *string // the idempotency key, nil if the caller gives none
	Body any     // the input: the same key with another body is refused
}

// Write runs a verb in one transaction and returns the id of what it made or changed. do is run once more if the
// database asks for it, so it must not change anything outside of the transaction.
//
// A verb whose key has been used is not run: the same id is returned. Faults: IDEMPOTENCY_KEY_REUSED if the key was used
// with another body; UNAUTHENTICATED if nobody has signed in; UNAVAILABLE if this process is not [Core.Current]; those of do; and those that [Core.FaultOf] makes of what
// the database refuses.
func (s *Core) Write(ctx context.Context, v Verb, do func(ctx context.Context, tx *store.Tx) (string, error)) (string, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return "", fault.New(fault.Unauthenticated, "", "sign in first")
	}
	if err := s.Current(); err != nil {
		return "", err
	}
	hash, err := bodyHash(v)
	if err != nil {
		return "", err
	}
	var result string
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if v.Key == nil {
			result, err = do(ctx, tx)
			return err
		}
		result, err = s.once(ctx, tx, usedKey{actor: actor.UserID, key: *v.Key, operation: v.Name, bodyHash: hash}, do)
		return err
	})
	return result, s.FaultOf(err)
}
