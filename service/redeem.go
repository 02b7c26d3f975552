package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
)

// mostLines is how many priced lines an offer or order takes.
const mostLines = 250

// promise is a product at a price that a customer was promised: what a line of an offer or order is made of.
type promise struct {
	productID string
	quantity  money.Decimal
	unit      money.Amount
	total     money.Amount   // unit x quantity, rounded once, half to even
	lines     []pricing.Line // from list to unit; they sum to unit
	options   []pricing.Option
	leadDays  int
	pricedAt  time.Time // the moment that the price is of
}

// refusal says why price tokens are not honoured. It becomes the caller's faults by tellRefusal, once the
// transaction is over: what an expired one would cost today is asked of the price book then.
type refusal struct {
	faults  fault.List
	expired []expiredToken
}

type expiredToken struct {
	field   int
	content auth.PriceContent
}

// Error implements error.
func (r *refusal) Error() string { return "a price token is not honoured" }

// redeem turns price tokens into promises of exactly their prices, whatever has happened to rates, rules and
// agreements since (design, law 3). A token is honoured as long as the service's own clock is before its end: the
// moment that a caller gives for an order does not lengthen it, or nothing would ever expire. Who needs a longer
// promise makes an offer. The error is a fault, or a *refusal.
func (s *Service) redeem(customerID string, tokens []string) ([]promise, error) {
	switch {
	case len(tokens) == 0:
		return nil, fault.Invalidf("priceTokens", "nothing to sell: an offer or order without lines")
	case len(tokens) > mostLines:
		return nil, fault.New(fault.LimitExceeded, "priceTokens", "want at most %d lines", mostLines)
	}
	promises := make([]promise, len(tokens))
	var refused refusal
	for i, token := range tokens {
		content, err := s.prices.Verify(token)
		switch {
		case errors.Is(err, auth.ErrPriceInvalid):
			refused.faults.Add(tokenFault(fault.Invalid, i, "not a price token of ours, or an altered one"))
		case content.Customer != customerID:
			refused.faults.Add(tokenFault(fault.Invalid, i, "this price was promised to another customer"))
		case errors.Is(err, auth.ErrPriceExpired):
			refused.expired = append(refused.expired, expiredToken{i, content})
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

func tokenFault(code fault.Code, i int, format string, args ...any) *fault.Error {
	return fault.New(code, "", format, args...).At("priceTokens", strconv.Itoa(i))
}

// promiseOf reads what a token promises.
func (s *Service) promiseOf(content auth.PriceContent) (promise, error) {
	total, err := costing.MulDiv(content.Unit, content.Quantity, money.Whole(1).Nano())
	if err != nil {
		return promise{}, ofHeart(err)
	}
	p := promise{
		productID: content.Product, quantity: money.Nano(content.Quantity), unit: money.Minor(content.Unit), total: total,
		options:  make([]pricing.Option, len(content.Options)),
		leadDays: content.LeadDays, pricedAt: content.AskedAt,
	}
	for i, option := range content.Options {
		p.options[i] = pricing.Option{Code: option.Code, Value: option.Value}
	}
	p.lines, err = s.promisedLines(content.Lines)
	return p, err
}

// tellRefusal turns a refusal into faults, an expired token with what the same would cost now.
func (s *Service) tellRefusal(ctx context.Context, customerID string, err error) error {
	var refused *refusal
	if !errors.As(err, &refused) {
		return err
	}
	faults := refused.faults
	if len(refused.expired) == 0 {
		return faults
	}
	c, err := s.client.Customer.Get(ctx, customerID)
	if err != nil {
		return err
	}
	quotes, err := s.Quotes(ctx, []*ent.Customer{c}, nil)
	if err != nil {
		return err
	}
	for _, one := range refused.expired {
		p, err := s.promiseOf(one.content)
		if err != nil {
			return err
		}
		today, err := quotes.price(c, p.productID, p.quantity, p.options, &p.leadDays)
		var what string
		switch told := fault.Of(err); {
		case told != nil:
			what = "today it cannot be had: " + told.Message
		case err != nil:
			return err
		default:
			what = fmt.Sprintf("today it is %s %s", s.currency.Format(today.Unit), s.currency.Code())
		}
		faults.Add(tokenFault(fault.PriceExpired, one.field, "%s %s for one unit was promised until %s; %s",
			s.currency.Format(p.unit), s.currency.Code(), one.content.ValidUntil.Format(time.RFC3339), what))
	}
	return faults
}

// totalOf sums the lines' totals.
func totalOf(promises []promise) (money.Amount, error) {
	totals := make([]money.Amount, len(promises))
	for i, p := range promises {
		totals[i] = p.total
	}
	total, err := money.Sum(totals...)
	return total, ofHeart(err)
}

// keptLines are the parts of a promise that offer and order lines keep as JSON.
type keptLines struct{ lines, options json.RawMessage }

func (p promise) asJSON() (keptLines, error) {
	lines, err := json.Marshal(p.lines)
	if err != nil {
		return keptLines{}, err
	}
	options, err := json.Marshal(p.options)
	return keptLines{lines, options}, err
}

// promiseOfLine reads back what an offer's line promises.
func promiseOfLine(line *ent.OfferLine) (promise, error) {
	p := promise{
		productID: line.ProductID, quantity: line.Quantity, unit: line.Unit, total: line.Total,
		leadDays: line.LeadDays, pricedAt: line.PricedAt,
	}
	if err := json.Unmarshal(line.PriceLines, &p.lines); err != nil {
		return promise{}, fmt.Errorf("service: price lines of %s: %w", line.ID, err)
	}
	if err := json.Unmarshal(line.Options, &p.options); err != nil {
		return promise{}, fmt.Errorf("service: options of %s: %w", line.ID, err)
	}
	return p, nil
}
