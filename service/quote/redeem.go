package quote

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/store"
)

// maxLines is how many priced lines an offer or order takes.
const maxLines = 250

// refusal says why price tokens are not honoured. RefusalFaults makes faults of it once the transaction is over: what an expired
// token would cost today is asked of the price book then.
type refusal struct {
	faults  fault.List
	expired []expiredToken
}

type expiredToken struct {
	place   int // among the tokens
	promise Promise
	because string // why it is not honoured
}

// Error implements error.
func (r *refusal) Error() string { return "a price token is not honoured" }

// Redeem turns price tokens into promises of exactly their prices, whatever has happened to rates, rules and
// agreements since (design, law 3). A token is honoured as long as the service's own clock is before its end: the
// moment that a caller gives for an order does not lengthen it, or nothing would ever expire. Who needs a longer
// promise makes an offer. The error is a fault, or a *refusal.
func (s *Service) Redeem(customerID string, tokens []string) ([]Promise, error) {
	switch {
	case len(tokens) == 0:
		return nil, fault.Invalidf("priceTokens", "nothing to sell: want at least one price token")
	case len(tokens) > maxLines:
		return nil, fault.New(fault.LimitExceeded, "priceTokens", "want at most %d lines", maxLines)
	}
	promises := make([]Promise, len(tokens))
	var refused refusal
	for i, token := range tokens {
		content, err := s.prices.Verify(token)
		switch {
		case errors.Is(err, auth.ErrPriceInvalid):
			refused.faults.Add(tokenFault(fault.Invalid, i, "not a price token of ours, or an altered one"))
		case s.Kept(content.Customer) != s.Kept(customerID):
			refused.faults.Add(tokenFault(fault.Invalid, i, "this price was promised to another customer"))
		case errors.Is(err, auth.ErrPriceExpired):
			p, err := s.promiseOf(content)
			if err != nil {
				return nil, err
			}
			refused.expired = append(refused.expired, expiredToken{i, p, "the price was promised until " + content.ValidUntil.Format(time.RFC3339)})
		case err != nil:
			return nil, err
		default:
			if promises[i], err = s.promiseOf(content); err != nil {
				return nil, err
			}
		}
	}
	if len(refused.faults)+len(refused.expired) > 0 {
		return nil, &refused
	}
	return promises, nil
}

// CheckExemption refuses promises to a customer, who is locked, that were made without tax because the customer was exempt, if they no longer
// are: where prices include tax, what is left of such a price after tax may be below its floor, and so the price is another one now. The
// error is a *refusal.
func (s *Service) CheckExemption(ctx context.Context, tx *store.Tx, c *ent.Customer, promises []Promise) error {
	places, err := s.exemptionEnded(ctx, tx, c, promises)
	if err != nil || len(places) == 0 {
		return err
	}
	var refused refusal
	for _, i := range places {
		refused.expired = append(refused.expired, expiredToken{i, promises[i], exemptionOver})
	}
	return &refused
}

// exemptionOver says why a price is not honoured.
const exemptionOver = "the price was promised to a customer who was exempt from tax and is not now"

// CheckOfferExemption is CheckExemption for the promises of an offer: WRONG_STATE on id.
func (s *Service) CheckOfferExemption(ctx context.Context, tx *store.Tx, c *ent.Customer, promises []Promise) error {
	places, err := s.exemptionEnded(ctx, tx, c, promises)
	if err != nil || len(places) == 0 {
		return err
	}
	return fault.New(fault.WrongState, "id", "%s: make another offer", exemptionOver)
}

func tokenFault(code fault.Code, place int, format string, args ...any) *fault.Error {
	return fault.New(code, "", format, args...).At("priceTokens", strconv.Itoa(place))
}

// RefusalFaults turns a refusal of Redeem into faults, an expired token with what the same would cost now. It returns any other
// error as it is.
func (s *Service) RefusalFaults(ctx context.Context, customerID string, err error) error {
	var refused *refusal
	if !errors.As(err, &refused) {
		return err
	}
	faults := refused.faults
	if len(refused.expired) == 0 {
		return faults
	}
	c, err := s.Client.Customer.Get(ctx, s.Kept(customerID))
	if err != nil {
		return err
	}
	quotes, err := s.Quotes(ctx, []*ent.Customer{c}, nil)
	if err != nil {
		return err
	}
	for _, one := range refused.expired {
		expired, err := expiredFault(quotes, c, one)
		if err != nil {
			return err
		}
		faults.Add(expired)
	}
	return faults
}

// expiredFault says why a token is not honoured any more, and what the same would cost now or why it has no price. Its own error is an
// internal one.
func expiredFault(quotes *Quotes, c *ent.Customer, token expiredToken) (*fault.Error, error) {
	p := token.promise
	expired := tokenFault(fault.PriceExpired, token.place, "%s; ask for today's", token.because)
	detail := &Expired{ValidUntil: p.until}
	expired.Detail = detail
	switch price, err := quotes.PriceOf(c, p.ProductID, p.Quantity, p.Options, &p.LeadDays); {
	case fault.Of(err) != nil:
		expired.Message = fmt.Sprintf("%s; today there is none: %s", token.because, fault.Of(err).Message)
	case err != nil:
		return nil, err
	default:
		detail.Today = price
	}
	return expired, nil
}

// Expired is the Detail of the fault PRICE_EXPIRED.
type Expired struct {
	ValidUntil time.Time
	Today      *Price // nil if the same cannot be priced now
}

// PriceExpired is the UserError of a price token that has expired.
type PriceExpired struct {
	Field      []string
	Code       fault.Code
	Message    string
	ValidUntil time.Time
	Today      *Price
}

// IsUserError makes PriceExpired a UserError.
func (PriceExpired) IsUserError() {}
