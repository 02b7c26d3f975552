// Package consent holds what customers permit: granting (grant.go), confirming and revoking permissions, the end of their
// time (expiry.go), the texts by which customers are asked (wording.go) and what a grant may not be (separate.go), the log of their events
// (log.go, verify.go), and the decision whether a customer may be contacted (decision.go). A revocation waits for what is being handed over at its
// moment (leaving.go). What of this can be proven later: receipts for
// customers (receipt.go), and what was held when a contact was made (proof.go). What events make of a permission and how they are hashed is
// decided by package consentlog, what a receipt is by package receipt.
//
// It may import service, service/input, service/books and what service may import.
package consent

import (
	"time"

	"kopeck/auth"
	"kopeck/service"
	"kopeck/service/books"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books *books.Service
	links *auth.Links
	keys  *auth.Keys

	// LeaveWithin is how long a message that was found to be permitted may still be written to its provider: see leaving.go.
	LeaveWithin time.Duration
}

// New returns the verbs; keys sign links and receipts. From then on every permission that the client reads has its state now.
func New(core *service.Core, keys *auth.Keys, books *books.Service) *Service {
	s := &Service{Core: core, books: books, links: &auth.Links{Keys: keys, Now: core.Now}, keys: keys, LeaveWithin: leaveWithin}
	core.Client.Permission.Intercept(s.stateNow())
	return s
}
