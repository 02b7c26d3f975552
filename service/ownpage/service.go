// Package ownpage holds the customer's own page: the links that open it (link.go), what it shows and what may be changed there (page.go), and the
// codes by which whoever has a link shows that they read what is sent to the customer (code.go). Who has a link has not signed in: what is done
// for them goes past the guard, in unguarded.go, and reaches the link's customer alone.
//
// It may import service, service/input, the packages consent, outbox and personal under service, and what service may import.
package ownpage

import (
	"kopeck/auth"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/outbox"
	"kopeck/service/personal"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	links    *auth.Links
	consent  *consent.Service
	outbox   *outbox.Service
	personal *personal.Service
}

// New returns the verbs; keys sign the links. From then on the outbox fills codes in.
func New(core *service.Core, keys *auth.Keys, consent *consent.Service, outbox *outbox.Service, personal *personal.Service) *Service {
	s := &Service{Core: core, links: &auth.Links{Keys: keys, Now: core.Now}, consent: consent, outbox: outbox, personal: personal}
	outbox.Fill = s.fill
	return s
}
