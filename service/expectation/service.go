// Package expectation holds what customers thought fair prices before they were named ours (record.go), and how far ours are from it and how
// acceptance falls with the gap (report.go; the curve is package pricing/acceptance).
//
// It may import service and service/input, and the package report under service.
package expectation

import (
	"kopeck/ent"
	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct{ *service.Core }

// New makes the verbs.
func New(core *service.Core) *Service { return &Service{core} }

// ExpectedPricePayload is the answer of the mutations of an expected price.
type ExpectedPricePayload struct {
	ExpectedPrice *ent.ExpectedPrice
	UserErrors    []service.UserError
}
