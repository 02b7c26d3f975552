// Package people holds users and partners: the fields of a user (fields.go), creating and changing users (user.go, user_update.go), signing in
// (sign_in.go) and the bounds of attempts (attempts.go), sessions (session.go, authenticate.go), tokens for the command line (token.go),
// partners (partner.go), and the snapshot of users, partners and teams (people.go, team.go), by which every request is authenticated. What goes
// past the guard is in unguarded.go.
//
// It may import service, service/input, service/field and what service may import.
package people

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"kopeck/auth"
	"kopeck/service"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	// RestateGrade restates what the grade of a user from a moment on is part of the cost of, in the transaction that changes it.
	// Package rates has it, and app sets it.
	RestateGrade func(ctx context.Context, tx *store.Tx, userID string, since time.Time) error

	people    atomic.Pointer[people]
	access    *auth.Access
	passwords *auth.Passwords
	bounds    auth.AttemptBounds
	owners    *lru.Cache[string, string] // users by session
}

// New returns the verbs; keys sign access tokens.
func New(core *service.Core, keys *auth.Keys) *Service {
	random := core.Random
	if random == nil {
		random = rand.Reader
	}
	passwords, err := auth.NewPasswords(core.Limits.Hashes, random)
	if err != nil {
		panic("people: the system's source of randomness failed: " + err.Error())
	}
	owners, err := lru.New[string, string](sessionsHeld)
	if err != nil {
		panic("people: " + err.Error()) // the size is positive
	}
	s := &Service{
		Core: core, passwords: passwords, owners: owners, bounds: auth.AttemptBounds{Pair: core.Limits.SignIns, Account: core.Limits.AccountSignIns, Address: core.Limits.AddressSignIns},
		access: &auth.Access{Keys: keys, Issuer: "kopeck", Audience: "kopeck-api", Now: core.Now, Random: random},
	}
	core.RegisterReader(service.SnapshotPeople, s.readPeople)
	return s
}
