// Package rates holds dated rates, and what follows from them: setting one or a list of them and restating the contacts and
// orders that they cover, what contacts and orders cost, what is used without a rate, and the capacity of resources.
//
// It may import service, service/input, service/field, and the packages value, quote and books under service. What reads or writes past the
// guard is in unguarded*.go.
package rates

import (
	"context"

	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/quote"
	"kopeck/service/value"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books *books.Service
	quote *quote.Service
	value *value.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, quote *quote.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, quote: quote, value: value}
}

// rateLock is shared by transactions that cost something, and held alone by one that sets rates. So no transaction costs
// by rates that another is about to change.
var rateLock = store.LockOn("rates", "")

// HoldRates keeps rates from being set until the transaction ends; other transactions may hold them too. A verb that costs
// something calls it once, and before it locks a customer: setting a rate waits for all who hold the rates and then locks
// customers, so the opposite order could deadlock.
func (s *Service) HoldRates(ctx context.Context, tx *store.Tx) error {
	return tx.Lock(ctx, rateLock, true)
}

// HoldRatesAlone waits until no other transaction holds the rates, and keeps others from holding them until this one ends.
func (s *Service) HoldRatesAlone(ctx context.Context, tx *store.Tx) error {
	return tx.Lock(ctx, rateLock, false)
}
