// Package nextoffer says what to propose to a customer: the products at the customer's own prices, ranked by what an offer of each is expected to
// earn (best.go), by the model of acceptance that the installation's own offers of the days before give (model.go). Nothing is written. What reads past
// the guard is in unguarded.go.
//
// It may import package offermodel, service, service/input, and the packages consent, quote and sale of service.
package nextoffer

import (
	"sync"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/quote"
	"kopeck/service/sale"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	consent *consent.Service
	quote   *quote.Service
	sale    *sale.Service

	mu   sync.Mutex
	days map[time.Time]*known // by the beginning of the day, a few
}

// New makes the verbs.
func New(core *service.Core, consent *consent.Service, quote *quote.Service, sale *sale.Service) *Service {
	return &Service{Core: core, consent: consent, quote: quote, sale: sale, days: map[time.Time]*known{}}
}

// NextBestOffer is something to propose to a customer. The last of a list has no product.
type NextBestOffer struct {
	Rank        int
	Product     *ent.Product
	Kind        *schema.OfferKind
	Price       *quote.Price
	Channel     *schema.Channel
	NotBefore   *time.Time
	Probability *money.Decimal
	Margin      *money.Amount
	ContactCost *money.Amount
	Net         *money.Amount

	probability float64      // as the model gives it
	reference   money.Amount // that the price is compared with
	expected    bool         // the customer named it
	why         cause        // of the last
}

// AcceptanceModel is how the probability that an offer is accepted is reckoned.
type AcceptanceModel struct {
	AsOf        time.Time
	Offers      int
	Accepted    int
	Fitted      bool
	Terms       []*Term
	Calibration *Calibration
	Notes       []string
}

// Term is a weight of the model.
type Term struct {
	Name   string
	Weight money.Decimal
}

// Calibration is how probabilities agreed with what customers did.
type Calibration struct {
	Offers      int
	Brier       money.Decimal
	BaseBrier   money.Decimal
	LogLoss     money.Decimal
	BaseLogLoss money.Decimal
	Bins        []*Bin
}

// Bin has the offers with a probability in a part of the range.
type Bin struct {
	From, To money.Decimal
	Offers   int
	Expected money.Decimal
	Accepted money.Decimal
}

// cause is why no offer is the best that can be done.
type cause int

const (
	lastResort  cause = iota // there are others before it
	notAllowed               // no channel is permitted
	nothingLeft              // nothing earns more than the contact costs
)
