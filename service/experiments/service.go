// Package experiments holds experiments on customers: making and ending them (experiment.go), bringing customers into them, each into the arm that
// package experiment assigns (expose.go), and what came of the arms (result.go). What goes past the guard is in unguarded.go.
//
// It may import service, service/input and experiment.
package experiments

import (
	"time"

	"kopeck/money"
	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct{ *service.Core }

// New makes the verbs.
func New(core *service.Core) *Service { return &Service{core} }

// ExperimentResult is what came of an experiment: see the API.
type ExperimentResult struct {
	At   time.Time
	Arms []*ExperimentArmResult
}

// ExperimentArmResult is what came of an arm: see the API.
type ExperimentArmResult struct {
	Code                                    string
	Customers, Buyers                       int
	Margin                                  money.Amount
	MeanMargin                              *money.Amount
	Rate                                    *money.Decimal
	MarginDifference, MarginLow, MarginHigh *money.Amount
	RateDifference, RateLow, RateHigh       *money.Decimal
	TooFew                                  *string
}
