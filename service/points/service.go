// Package points holds what a customer is reached by: phone numbers, e-mail addresses and places; and the tags of customers. It may import
// service, service/input and customers, which keeps the main number and the main address on the row of a customer.
package points

import (
	"kopeck/service"
	"kopeck/service/customers"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	customers *customers.Service
}

// New makes the verbs.
func New(core *service.Core, customers *customers.Service) *Service {
	return &Service{Core: core, customers: customers}
}
