// Package quote holds prices: the price book in memory, price rules and agreements, prices for a customer and what explains them,
// proposals, the trial of a rule, suppositions, and price tokens.
//
// It may import service, service/input and service/value. What reads past the guard is in unguarded.go.
package quote

import (
	"context"
	"sync/atomic"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	// EarningsKnownAt returns what customers had earned, by their ids, as it was known at a moment. Package report, which this package may
	// not import, has it.
	EarningsKnownAt func(ctx context.Context, customers []*ent.Customer, at time.Time) (map[string]value.Earnings, error)

	// SupposedRecipe returns a recipe that is supposed of a product from a moment on, checked. Package catalogue, which this package may not
	// import, has it.
	SupposedRecipe func(ctx context.Context, in *service.WhatIfRecipeInput, at time.Time) (costing.Recipe, error)

	value  *value.Service
	prices *auth.Prices
	book   atomic.Pointer[book]

	formulas formulas
}

// New makes the verbs; the keys sign price tokens. It registers the readers of the price book.
func New(core *service.Core, keys *auth.Keys, value *value.Service) *Service {
	s := &Service{Core: core, value: value, prices: &auth.Prices{Keys: keys, Now: core.Now}}
	core.RegisterReader(service.SnapshotBook, s.refreshBook)
	core.RegisterPartReader(service.SnapshotBookings, s.refreshBookings)
	return s
}
