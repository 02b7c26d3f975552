package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/idempotencykey"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/store"
)

// Verb is one request to change something.
type Verb struct {
	Name string  // of the mutation
	Key  *string // the idempotency key, nil where the caller gives none
	Body any     // the input, by which a key's second use is told from its reuse
}

func asValidation(err error, to **ent.ValidationError) bool { return errors.As(err, to) }

// inputName turns a column's name into the input's: "external_id" into "externalId".
func inputName(column string) string {
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// Write runs a verb in one transaction and gives the id of what it made or changed. do runs again when the
// database asks for it, so it must not change anything outside the transaction. A verb with a key that has
// been run is not run again: it gives the same id; another body under the key is IDEMPOTENCY_KEY_REUSED.
func (s *Core) Write(ctx context.Context, v Verb, do func(ctx context.Context, tx *store.Tx) (string, error)) (string, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return "", fault.New(fault.Unauthenticated, "", "sign in first")
	}
	hash, err := bodyHash(v)
	if err != nil {
		return "", err
	}
	var result string
	err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		result, err = s.once(ctx, tx, actor, v, hash, do)
		return err
	})
	return result, s.Translate(err)
}

func (s *Core) once(ctx context.Context, tx *store.Tx, actor auth.Actor, v Verb, hash string, do func(context.Context, *store.Tx) (string, error)) (string, error) {
	if v.Key == nil {
		return do(ctx, tx)
	}
	inner := auth.System(ctx)
	owner := actor.UserID
	// Requests with one key take turns: the second, sent while the first is not done, waits for its answer instead of
	// meeting what it has just changed.
	if err := tx.Lock(ctx, store.LockOn("idempotency", owner+"\x00"+*v.Key), false); err != nil {
		return "", err
	}
	known := tx.IdempotencyKey.Query().Where(idempotencykey.Actor(owner), idempotencykey.Key(*v.Key))
	// Holding the row makes this commit wait for the synchronous standby, where there is one: the commit that wrote it
	// may have given up waiting, and what it did is not to be acknowledged now either until the standby has it.
	store.ForUpdate(tx, known)
	before, err := known.Only(inner)
	switch {
	case err == nil && (before.Operation != v.Name || before.BodyHash != hash):
		return "", fault.New(fault.IdempotencyKeyReused, "idempotencyKey", "this key was used for another request")
	case err == nil:
		return before.ResultID, nil
	case !ent.IsNotFound(err):
		return "", err
	}
	result, err := do(ctx, tx)
	if err != nil {
		return "", err
	}
	return result, tx.IdempotencyKey.Create().SetID(s.IDs.Make(id.Idempotency)).SetActor(owner).SetKey(*v.Key).
		SetOperation(v.Name).SetBodyHash(hash).SetResultID(result).SetCreatedAt(s.Now()).Exec(inner)
}

func bodyHash(v Verb) (string, error) {
	if v.Key == nil {
		return "", nil
	}
	if n := utf8.RuneCountInString(*v.Key); n == 0 || len(*v.Key) > 255 {
		return "", fault.Invalidf("idempotencyKey", "want 1 to 255 characters")
	}
	text, err := json.Marshal(v.Body)
	if err != nil {
		return "", fmt.Errorf("service: hash the body of %s: %w", v.Name, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Translate turns what the database refused into what the caller can put right; everything else stays internal.
func (s *Core) Translate(err error) error {
	var invalid *ent.ValidationError
	switch {
	case err == nil || len(fault.All(err)) > 0:
		return err
	case asValidation(err, &invalid):
		return fault.Invalidf(inputName(invalid.Name), "not a valid value: too long, empty or out of range")
	case store.IsUnique(err):
		return fault.New(fault.AlreadyExists, "id", "there is one like it already")
	case ent.IsNotFound(err):
		return fault.New(fault.NotFound, "", "no such thing")
	}
	return err
}

// Audit records who changed what; detail is anything that becomes JSON.
func (s *Core) Audit(ctx context.Context, tx *store.Tx, action, subject string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("service: audit %s: %w", action, err)
	}
	actor, _ := auth.From(ctx)
	return tx.AuditEntry.Create().SetID(s.IDs.Make(id.Audit)).SetAt(s.Now()).SetActor(actor.Name).
		SetAction(action).SetSubject(subject).SetDetail(text).Exec(auth.System(ctx))
}
