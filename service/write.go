package service

import (
	"context"
	"errors"

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
// A verb whose key has been used is not run: the same id is returned, once this process has in memory what the first run has changed, so
// that the answer is the same too. Faults: IDEMPOTENCY_KEY_REUSED if the key was used
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
	if v.Key == nil {
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			result, err = s.doNaming(ctx, tx, do)
			return err
		})
		return result, s.FaultOf(err)
	}
	// Requests with the same key wait for each other: one that is sent while the first is running gets the first one's
	// result.
	k := usedKey{actor: actor.UserID, key: *v.Key, operation: v.Name, bodyHash: hash}
	repeated := false
	err = s.Store.WriteAlone(ctx, store.LockOn("idempotency", k.actor+"\x00"+k.key), func(ctx context.Context, tx *store.Tx) (err error) {
		result, repeated, err = s.once(ctx, tx, k, do)
		return err
	})
	if err == nil && repeated {
		err = s.readRepeated(ctx)
	}
	return result, s.FaultOf(err)
}

// maxRaces is how often a verb is run again because another request has just written what it found to be free.
const maxRaces = 3

// race is a unique violation of a verb that had looked whether its values were free.
type race struct{ fault error }

// Error implements error.
func (r *race) Error() string { return r.fault.Error() }

// Unwrap returns what the caller is answered if the verb loses every race.
func (r *race) Unwrap() error { return r.fault }

// Race is [UniqueFault] for a verb that has looked whether its values are free: [Core.WriteUnique] runs it again.
func Race(err error, idGiven bool, columns ...UniqueColumn) error {
	if !store.IsUnique(err) {
		return err
	}
	return &race{UniqueFault(err, idGiven, columns...)}
}

// WriteUnique is Write for a verb that decides by what is there whether a value is free. It runs the verb again after a [Race],
// since what the other request has written may be hidden from the caller, who must not learn of it.
func (s *Core) WriteUnique(ctx context.Context, v Verb, do func(ctx context.Context, tx *store.Tx) (string, error)) (result string, err error) {
	for range maxRaces {
		result, err = s.Write(ctx, v, do)
		var lost *race
		if !errors.As(err, &lost) {
			return result, err
		}
		err = s.FaultOf(lost.fault)
	}
	return result, err
}
