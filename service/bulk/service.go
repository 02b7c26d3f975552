// Package bulk imports and exports orders, customers, contacts, rates and spend in bulk, for the command line: it works as the system,
// past the guard. Packages campaigns, customers, contacts, rates, sale, catalogue and people define the fields of their nouns, and ownfields those of an
// installation. Package bulk may import service, service/input, service/field, value, books, campaigns, rates, customers, contacts, ownfields, sale,
// catalogue and people.
package bulk

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
	"kopeck/service/rates"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	campaigns *campaigns.Service
	rates     *rates.Service
	value     *value.Service

	rekeyTogether int // how many customers a transaction of Rekey reads
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, rates *rates.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, rates: rates, value: value, rekeyTogether: 5000}
}
