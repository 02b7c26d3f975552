// Package needs holds what customers buy or could buy, from whomever: needs and the products that serve them (need.go, product.go), facts of what a
// customer needs (fact.go), what each spends on a need and where (customer.go, spent.go), and that over all customers (wallet.go). It holds the
// questions by which such things are learned (question.go), what customers answered (answer.go), what it is worth to know an answer
// (knowledge.go), and which question is worth most to ask a customer (next.go). What goes past the guard is in unguarded.go.
//
// It may import service, service/input, experiment, and the packages expectation and ownfields under service.
package needs

import (
	"sync"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/expectation"
	"kopeck/service/ownfields"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	expected *expectation.Service
	fields   *ownfields.Service
	bases    sync.Map // of *base by the id of a user, or "" for who sees all customers: see fresh
}

// New makes the verbs.
func New(core *service.Core, expected *expectation.Service, fields *ownfields.Service) *Service {
	return &Service{Core: core, expected: expected, fields: fields}
}

// CustomerNeed is what a customer buys, or could buy, of a need: see the API.
type CustomerNeed struct {
	Need             *ent.Need
	FromUs           money.Amount
	LastOrderAt      *time.Time
	Supplier, Wallet *ent.NeedFact
	ShareOfWallet    *money.Decimal
	Unknown          []schema.NeedUnknown
}

// ProductNeed is a need that a product serves.
type ProductNeed struct {
	Need  *ent.Need
	Share money.Decimal
}

// WalletReport is what the customers spend on needs: see the API.
type WalletReport struct {
	At   time.Time
	Rows []*WalletRow
}

// WalletRow is what the customers spend on a need: see the API.
type WalletRow struct {
	Need                         *ent.Need
	Customers, Known, Outdated   int
	FromUs, Wallet, WalletFromUs money.Amount
	ShareOfWallet                *money.Decimal
	Suppliers                    []*WalletSupplier
	NobodyElse                   int
}

// WalletSupplier is from whom else customers buy what they need.
type WalletSupplier struct {
	Name      string
	Customers int
	Elsewhere money.Amount
}

// NextQuestion is the question that is worth most to ask a customer: see the API.
type NextQuestion struct {
	Question   *ent.Question
	Rank, Open int
	Value      *KnowledgeValue
}

// KnowledgeValue is what it has been worth to know the answer of a question: see the API.
type KnowledgeValue struct {
	AsOf                   time.Time
	Known, Unknown         int
	MeanKnown, MeanUnknown *money.Amount
	Value, Low, High       *money.Amount
	TooFew                 *string
}
