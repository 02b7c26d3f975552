// Package disclosure says of prices what the law wants a customer to be told: the price before a reduction (prior.go), and what of the customer a
// price used (personalised.go). Nothing is written.
//
// It may import service, service/input and the package quote of service.
package disclosure

import (
	"kopeck/service"
	"kopeck/service/quote"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	quote *quote.Service
}

// New makes the verbs.
func New(core *service.Core, quote *quote.Service) *Service {
	return &Service{Core: core, quote: quote}
}
