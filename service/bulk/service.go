// Package bulk holds the import and export of rows in bulk, past the rules of who may see what. It may import service, service/input, value, books, rates and customers.
package bulk

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/customers"
	"kopeck/service/rates"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	customers *customers.Service
	rates     *rates.Service
	value     *value.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, customers *customers.Service, rates *rates.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, customers: customers, rates: rates, value: value}
}
