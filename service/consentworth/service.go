// Package consentworth says what permissions are worth: what the contacts made under them cost and earned, by what they were and while they were it
// (economics.go), and what a raised level changed (raise.go). A report is a value, and a Sheet for a CSV file. Nothing is written.
//
// It may import service, service/input and the package report of service. What reads past the guard is in unguarded.go.
package consentworth

import "kopeck/service"

// Service has the verbs of this package.
type Service struct{ *service.Core }

// New makes the verbs.
func New(core *service.Core) *Service { return &Service{core} }
