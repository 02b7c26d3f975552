// Package contacts records contacts with customers: whether they are permitted, what they cost, and what they earn.
//
// It may import service, service/input, service/field, and the packages books, campaigns, consent, ownfields, people, rates and tasks under service.
// What reads past the guard is in unguarded.go.
package contacts

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
	"kopeck/service/consent"
	"kopeck/service/ownfields"
	"kopeck/service/people"
	"kopeck/service/rates"
	"kopeck/service/tasks"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	campaigns *campaigns.Service
	consent   *consent.Service
	fields    *ownfields.Service
	people    *people.Service
	rates     *rates.Service
	tasks     *tasks.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, consent *consent.Service, fields *ownfields.Service, people *people.Service, rates *rates.Service, tasks *tasks.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, consent: consent, fields: fields, people: people, rates: rates, tasks: tasks}
}
