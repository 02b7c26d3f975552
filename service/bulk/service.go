// Package bulk imports and exports orders, customers, contacts and rates in bulk, for the command line: it works as the system,
// past the guard. Packages customers, contacts, rates, sale, catalogue and people define the fields of their nouns. Package bulk may import
// service, service/input, service/field, value, books, rates, customers, contacts, sale, catalogue and people.
package bulk

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/rates"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books *books.Service
	rates *rates.Service
	value *value.Service

	rekeyTogether int // how many customers a transaction of Rekey reads
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, rates *rates.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, rates: rates, value: value, rekeyTogether: 5000}
}
