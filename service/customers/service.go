// Package customers holds customers: creating, updating and deleting them, searching, and referrals. [fields] defines
// each field of a customer once, for all of these and for files. It may import service, service/input, service/field, books, ownfields, people
// and rates.
package customers

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/people"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books  *books.Service
	people *people.Service
	rates  *rates.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, people *people.Service, rates *rates.Service) *Service {
	return &Service{Core: core, books: books, people: people, rates: rates}
}

// uniqueColumns are the columns of a customer whose values are unique.
var uniqueColumns = []service.UniqueColumn{
	{Column: "email_key", Field: "email", Message: "another customer has this e-mail"},
	{Column: "external_id", Field: "externalId", Message: "another customer has this external id"},
}
