// Package ownfields holds the fields that an installation has of its own, beside those of every installation: their definitions
// (definition.go, redefinition.go), what values they take (value.go), and what customers, contacts, orders and products have in them
// (set.go, read.go), also by files (imported.go). Price rules read them by package quote.
//
// It may import service and service/input.
package ownfields

import (
	"kopeck/ent"
	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct{ *service.Core }

// New makes the verbs.
func New(core *service.Core) *Service { return &Service{Core: core} }

// FieldValue is what something has in a field.
type FieldValue struct {
	Definition *ent.FieldDefinition
	Code       string
	Value      string // in its one spelling
	Version    int
}

// SetFieldsPayload is the answer of the mutation setFields.
type SetFieldsPayload struct {
	Fields     []*FieldValue
	UserErrors []service.UserError
}
