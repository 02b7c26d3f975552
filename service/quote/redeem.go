package quote

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
	"kopeck/service/input"
)

// mostLines is how many priced lines an offer or order takes.
const mostLines = 250

// Promise is a product at a price that a customer was promised: what a line of an offer or order is made of.
type Promise struct {
	ProductID string
	Quantity  money.Decimal
	Unit      money.Amount
	Total     money.Amount   // unit x quantity, rounded once, half to even
	lines     []pricing.Line // from list to unit; they sum to unit
	Options   []pricing.Option
	LeadDays  int
	PricedAt  time.Time // the moment that the price is of
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

// keptLines are the parts of a promise that offer and order lines keep as JSON.
type keptLines struct{ Lines, Options json.RawMessage }

// Error implements error.
func (r *refusal) Error() string { return "a price token is not honoured" }

// Redeem turns price tokens into promises of exactly their prices, whatever has happened to rates, rules and
// agreements since (design, law 3). A token is honoured as long as the service's own clock is before its end: the
// moment that a caller gives for an order does not lengthen it, or nothing would ever expire. Who needs a longer
// promise makes an offer. The error is a fault, or a *refusal.
func (s *Service) Redeem(customerID string, tokens []string) ([]Promise, error) {
	switch {
	case len(tokens) == 0:
		return nil, fault.Invalidf("priceTokens", "nothing to sell: an offer or order without lines")
	case len(tokens) > mostLines:
		return nil, fault.New(fault.LimitExceeded, "priceTokens", "want at most %d lines", mostLines)
	}
	promises := make([]Promise, len(tokens))
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
func (s *Service) promiseOf(content auth.PriceContent) (Promise, error) {
	total, err := costing.LineTotal(money.Minor(content.Unit), money.Nano(content.Quantity))
	if err != nil {
		return Promise{}, input.DomainError(err)
	}
	p := Promise{
		ProductID: content.Product, Quantity: money.Nano(content.Quantity), Unit: money.Minor(content.Unit), Total: total,
		Options:  make([]pricing.Option, len(content.Options)),
		LeadDays: content.LeadDays, PricedAt: content.AskedAt,
	}
	for i, option := range content.Options {
		p.Options[i] = pricing.Option{Code: option.Code, Value: option.Value}
	}
	p.lines, err = s.promisedLines(content.Lines)
	return p, err
}

// TellRefusal turns a refusal into faults, an expired token with what the same would cost now.
func (s *Service) TellRefusal(ctx context.Context, customerID string, err error) error {
	var refused *refusal
	if !errors.As(err, &refused) {
		return err
	}
	faults := refused.faults
	if len(refused.expired) == 0 {
		return faults
	}
	c, err := s.Client.Customer.Get(ctx, customerID)
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
		today, err := quotes.PriceOf(c, p.ProductID, p.Quantity, p.Options, &p.LeadDays)
		var what string
		switch told := fault.Of(err); {
		case told != nil:
			what = "today it cannot be had: " + told.Message
		case err != nil:
			return err
		default:
			what = fmt.Sprintf("today it is %s %s", s.Currency.Format(today.Unit), s.Currency.Code())
		}
		faults.Add(tokenFault(fault.PriceExpired, one.field, "%s %s for one unit was promised until %s; %s",
			s.Currency.Format(p.Unit), s.Currency.Code(), one.content.ValidUntil.Format(time.RFC3339), what))
	}
	return faults
}

// TotalOf sums the lines' totals.
func TotalOf(promises []Promise) (money.Amount, error) {
	totals := make([]money.Amount, len(promises))
	for i, p := range promises {
		totals[i] = p.Total
	}
	total, err := money.Sum(totals...)
	return total, input.DomainError(err)
}

// AsJSON gives what offer and order lines keep of the promise.
func (p Promise) AsJSON() (keptLines, error) {
	lines, err := json.Marshal(p.lines)
	if err != nil {
		return keptLines{}, err
	}
	options, err := json.Marshal(p.Options)
	return keptLines{lines, options}, err
}

// PromiseOfLine reads back what an offer's line promises.
func PromiseOfLine(line *ent.OfferLine) (Promise, error) {
	p := Promise{
		ProductID: line.ProductID, Quantity: line.Quantity, Unit: line.Unit, Total: line.Total,
		LeadDays: line.LeadDays, PricedAt: line.PricedAt,
	}
	if err := json.Unmarshal(line.PriceLines, &p.lines); err != nil {
		return Promise{}, fmt.Errorf("service: price lines of %s: %w", line.ID, err)
	}
	if err := json.Unmarshal(line.Options, &p.Options); err != nil {
		return Promise{}, fmt.Errorf("service: options of %s: %w", line.ID, err)
	}
	return p, nil
}
