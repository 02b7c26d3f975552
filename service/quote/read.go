package quote

import (
	"errors"
	"time"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/pricing"
)

// TokenContent is what a price token promises, and whether it still holds.
type TokenContent struct {
	Promise

	CustomerID string
	ValidUntil time.Time
	Expired    bool
}

// Lines are the waterfall of the promise, from the list price to the unit price.
func (p Promise) Lines() []pricing.Line { return p.lines }

// ReadToken verifies a price token and returns what it promises, to whomever; one that has expired too. INVALID on token.
func (s *Service) ReadToken(token string) (*TokenContent, error) {
	content, err := s.prices.Verify(token)
	expired := errors.Is(err, auth.ErrPriceExpired)
	switch {
	case errors.Is(err, auth.ErrPriceInvalid):
		return nil, fault.Invalidf("token", "not a price token of ours, or an altered one")
	case err != nil && !expired:
		return nil, err
	}
	promise, err := s.promiseOf(content)
	return &TokenContent{promise, content.Customer, content.ValidUntil, expired}, err
}
