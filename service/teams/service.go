// Package teams holds teams of people who share customers (team.go, member.go), and the handing over of one's customers to another
// with what they are worth (hand_over.go). Who is in which team is in the snapshot of package people, from which the guard has it.
//
// It may import service, service/input, and the packages people and value under service.
package teams

import (
	"kopeck/service"
	"kopeck/service/people"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	people *people.Service
	value  *value.Service
}

// New makes the verbs.
func New(core *service.Core, people *people.Service, value *value.Service) *Service {
	return &Service{Core: core, people: people, value: value}
}
