// Package consent holds permissions: the log of their events, granting, confirming and revoking, and the decision whether a customer may be contacted. It may import service, service/input and service/books.
package consent

import (
	"kopeck/auth"
	"kopeck/service"
	"kopeck/service/books"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books *books.Service
	links *auth.Links
}

// New makes the verbs, with what signs links. Every permission that is read shows what it is worth now.
func New(core *service.Core, keys *auth.Keys, books *books.Service) *Service {
	s := &Service{Core: core, books: books, links: &auth.Links{Keys: keys, Now: core.Now}}
	core.Client.Permission.Intercept(s.asOfNow())
	return s
}
