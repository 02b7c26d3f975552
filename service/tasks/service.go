// Package tasks holds what people of ours must do with customers by a moment: making, changing, completing and cancelling tasks
// (task.go, update.go, close.go), and whether the contact that one asks for is permitted (permitted.go). A contact that completes a task, and
// one that is voided, call it from package contacts.
//
// It may import service, service/input, and the packages consent and people under service.
package tasks

import (
	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/people"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	consent *consent.Service
	people  *people.Service
}

// New makes the verbs.
func New(core *service.Core, consent *consent.Service, people *people.Service) *Service {
	return &Service{Core: core, consent: consent, people: people}
}

// TaskPayload is the answer of the mutations of a task.
type TaskPayload struct {
	Task       *ent.Task
	Warning    *consent.PermissionDecision
	UserErrors []service.UserError
}
