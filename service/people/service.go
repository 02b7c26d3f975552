// Package people holds users and partners, signing in, sessions and tokens. It may import service and service/input.
package people

import (
	"crypto/rand"
	"sync/atomic"

	"kopeck/auth"
	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	people    atomic.Pointer[people]
	access    *auth.Access
	passwords *auth.Passwords
	attempts  *auth.Attempts
}

// New makes the verbs, with what signs access tokens and checks passwords.
func New(core *service.Core, keys *auth.Keys) *Service {
	random := core.Random
	if random == nil {
		random = rand.Reader
	}
	passwords, err := auth.NewPasswords(core.Limits.Hashes, random)
	if err != nil {
		panic("people: the system's source of randomness failed: " + err.Error())
	}
	s := &Service{
		Core: core, passwords: passwords, attempts: auth.NewAttempts(core.Now, core.Limits.SignIns, attemptsHeld),
		access: &auth.Access{Keys: keys, Issuer: "kopeck", Audience: "kopeck-api", Now: core.Now, Random: random},
	}
	core.Register(service.SnapshotPeople, s.readPeople)
	return s
}
