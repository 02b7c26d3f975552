// Package personal holds what a customer may ask of us by a right of theirs: the register of what they have asked, with the day by which it is to be
// answered (request.go), everything that is held of them as one file (export.go), and its erasure (erase.go). Which columns are of a customer, what
// of them is exported and what becomes of them is written down once, in held.go. It reads and erases tables by their names, in unguarded.go.
//
// It may import service, service/input, the packages consent and customers under service, and what service may import.
package personal

import (
	"time"

	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/customers"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	consent   *consent.Service
	customers *customers.Service
}

// New returns the verbs.
func New(core *service.Core, consent *consent.Service, customers *customers.Service) *Service {
	return &Service{Core: core, consent: consent, customers: customers}
}

// PersonalDataExport is everything that is held of a customer.
type PersonalDataExport struct { //nolint:revive // its name in the API, to which it is bound
	CustomerID string
	At         time.Time
	Text       string // JSON
}
