// Package campaigns holds campaigns and their spend: recording and correcting it, spreading it over the contacts that it caused, what each
// campaign cost and brought, and where customers come from.
//
// It may import service, service/input, service/field, and the packages books and rates under service. What reads or writes past the
// guard is in unguarded*.go.
package campaigns

import (
	"kopeck/service"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	rates *rates.Service
}

// New makes the verbs.
func New(core *service.Core, rates *rates.Service) *Service {
	return &Service{Core: core, rates: rates}
}
