package quote

import (
	"encoding/json"
	"fmt"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service/input"
)

// Promise is a product at a price that a customer was promised: what a line of an offer or order is made of.
type Promise struct {
	ProductID string
	Quantity  money.Decimal
	Unit      money.Amount
	Total     money.Amount   // see costing.LineTotal
	Tax       money.Amount   // of the total, by the share of when it was promised
	lines     []pricing.Line // from list to unit; they sum to unit
	Options   []pricing.Option
	LeadDays  int
	PricedAt  time.Time // the moment that the price is of
	until     time.Time // when its token expires; zero for a promise of an offer
}

// PromiseJSON is what offer and order lines keep of a promise as JSON.
type PromiseJSON struct{ Lines, Options json.RawMessage }

// TotalOf sums the totals of promises. A sum that may not be stated is an overflow.
func TotalOf(promises []Promise) (money.Amount, error) {
	totals := make([]money.Amount, len(promises))
	for i, p := range promises {
		totals[i] = p.Total
	}
	total, err := money.Sum(totals...)
	if err == nil && total.TooLarge() {
		err = money.ErrOverflow
	}
	return total, input.DomainError(err)
}

// TaxOf sums the taxes of promises.
func TaxOf(promises []Promise) (money.Amount, error) {
	taxes := make([]money.Amount, len(promises))
	for i, p := range promises {
		taxes[i] = p.Tax
	}
	tax, err := money.Sum(taxes...)
	return tax, input.DomainError(err)
}

// AsJSON returns what offer and order lines keep of the promise as JSON.
func (p Promise) AsJSON() (PromiseJSON, error) {
	lines, err := json.Marshal(p.lines)
	if err != nil {
		return PromiseJSON{}, err
	}
	options, err := json.Marshal(p.Options)
	return PromiseJSON{lines, options}, err
}

// PromiseOfLine returns what an offer's line promises.
func PromiseOfLine(line *ent.OfferLine) (Promise, error) {
	p := Promise{
		ProductID: line.ProductID, Quantity: line.Quantity, Unit: line.Unit, Total: line.Total, Tax: line.Tax,
		LeadDays: line.LeadDays, PricedAt: line.PricedAt,
	}
	if err := json.Unmarshal(line.PriceLines, &p.lines); err != nil {
		return Promise{}, fmt.Errorf("quote: price lines of %s: %w", line.ID, err)
	}
	if err := json.Unmarshal(line.Options, &p.Options); err != nil {
		return Promise{}, fmt.Errorf("quote: options of %s: %w", line.ID, err)
	}
	return p, nil
}

// UsedOf returns what of a customer a promised price used, and whether that made it personal, by what holds at the moment of the Quotes: see
// [pricing.Book.UsedData].
func (q *Quotes) UsedOf(c *ent.Customer, p Promise) (used []string, decided bool, err error) {
	customer, ok := q.facts[c.ID]
	if !ok {
		return nil, false, fmt.Errorf("quote: no facts of %s for a promise", c.ID)
	}
	question := pricing.Question{Customer: customer, ProductID: p.ProductID, Quantity: p.Quantity, Options: p.Options, LeadDays: &p.LeadDays, At: q.at}
	used, decided, err = q.prices.UsedData(question, pricing.Answer{Lines: p.lines, Options: p.Options})
	return used, decided, input.DomainError(err)
}
