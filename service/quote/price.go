package quote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
)

// Quotes answer prices for some customers at one moment: what is asked of a database is asked when they are made,
// so that each price comes from memory.
type Quotes struct {
	service *Service
	book    *book
	prices  *pricing.Book
	facts   map[string]pricing.Customer
	now     bool // not of the past
	at      time.Time
	until   time.Time

	supposed bool // see Price
}

// PriceOption is an option of a price, or a measurement.
type PriceOption struct {
	pricing.Option

	Measured bool
}

// The steps of a price by their numbers in price tokens, from 1 on. A number is never given to another step: tokens
// that are out in the world keep their meaning.
var stepNumbers = []pricing.LineKind{
	"", pricing.ListLine, pricing.AgreementLine, pricing.RuleLine, pricing.LeadTimeLine, pricing.FloorLine, pricing.RoundingLine,
}

// stepLabels are what a step is called where a token, which has no room for labels, does not tell more.
var stepLabels = map[pricing.LineKind]string{
	pricing.ListLine: "list price", pricing.AgreementLine: "agreed price", pricing.RuleLine: "price rule",
	pricing.LeadTimeLine: "lead time", pricing.FloorLine: "floor: marginal cost + minimum margin", pricing.RoundingLine: "rounded",
}

// Quotes prepares prices at a moment, now unless told. Of a past moment it takes what was known then; of a future
// one, up to a year ahead, what is known now. Where no rule speaks of permissions, and the moment is now, it
// makes no statement. INVALID on "at".
func (s *Service) Quotes(ctx context.Context, customers []*ent.Customer, at *time.Time) (*Quotes, error) {
	return s.quotesOf(ctx, s.book.Load(), customers, at)
}

func (s *Service) quotesOf(ctx context.Context, b *book, customers []*ent.Customer, at *time.Time) (*Quotes, error) {
	now := s.Now()
	moment, fail := s.UpToAYear("at", at)
	if fail != nil {
		return nil, fail
	}
	q := &Quotes{service: s, book: b, at: moment, now: !moment.Before(now), until: now.Add(s.Settings().PriceLife)}
	if !q.now {
		q.until = moment.Add(s.Settings().PriceLife)
	}
	var err error
	if q.prices, err = s.pricesAt(ctx, b, moment); err != nil {
		return nil, err
	}
	q.facts, err = s.facts(ctx, q.book, customers, moment, !q.now)
	return q, err
}

// UpToAYear checks a moment for which something is asked: in the past, or up to a year ahead. Absent is now.
func (s *Service) UpToAYear(field string, in *time.Time) (time.Time, error) {
	now := s.Now()
	switch {
	case in == nil:
		return now, nil
	case in.After(now.AddDate(1, 0, 0)):
		return now, fault.Invalidf(field, "more than a year ahead")
	case in.Year() < 1900:
		return now, fault.Invalidf(field, "before the year 1900")
	case in.After(now) && in.Before(now.Add(5*time.Minute)): // phones' clocks run ahead a little
		return now, nil
	}
	return in.UTC().Truncate(time.Microsecond), nil
}

// Price answers what a customer pays for a product at a moment, now unless told, and why. nil lead days are the
// product's own. Errors: NOT_FOUND, INVALID by field; WRONG_STATE for a product that is off the catalogue or has no
// price then, and where a rate is missing, naming it.
func (s *Service) Price(ctx context.Context, c *ent.Customer, productID string, quantity money.Decimal, options []pricing.Option, leadDays *int, at *time.Time) (*Price, error) {
	q, err := s.Quotes(ctx, []*ent.Customer{c}, at)
	if err != nil {
		return nil, err
	}
	return q.PriceOf(c, productID, quantity, options, leadDays)
}

// Price is Service.Price for one of the customers, as the API asks.
func (q *Quotes) Price(c *ent.Customer, productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int) (*Price, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, productID))
	units, fail := input.Quantity("quantity", amount)
	faults.Add(fail)
	chosen, fail := ChosenOptions(options)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return q.PriceOf(c, productID, units, chosen, leadDays)
}

// PriceOf is Service.Price for one of the customers.
func (q *Quotes) PriceOf(c *ent.Customer, productID string, units money.Decimal, options []pricing.Option, leadDays *int) (*Price, error) {
	product := q.book.products[productID]
	switch {
	case product == nil:
		return nil, fault.NoSuch("productId", "product")
	case q.now && !product.Active:
		return nil, fault.New(fault.WrongState, "productId", "%s is off the catalogue", product.Sku)
	}
	customer, ok := q.facts[c.ID]
	if !ok {
		return nil, fmt.Errorf("service: no facts of %s for a price", c.ID)
	}
	question := pricing.Question{Customer: customer, ProductID: productID, Quantity: units, Options: options, LeadDays: leadDays, At: q.at}
	answer, err := q.prices.Price(question)
	if err != nil {
		return nil, OfPrice(err)
	}
	return q.answered(question, answer), nil
}

// answered is an answer of the book as the API has it.
func (q *Quotes) answered(question pricing.Question, answer pricing.Answer) *Price {
	return &Price{
		ProductID: question.ProductID, CustomerID: question.Customer.ID, Quantity: question.Quantity, Unit: answer.Unit, Total: answer.Total, List: answer.List,
		Lines: answer.Lines, Floor: answer.Floor, Cost: &answer.Cost, Margin: answer.Margin,
		At: q.at, ValidUntil: q.until, LeadDays: answer.LeadDays,
		from: q, question: question, options: answer.Options, rejected: answer.Rejected, supposed: q.supposed,
	}
}

// Options are what the price is for.
func (p *Price) Options() []*PriceOption {
	all := make([]*PriceOption, len(p.options))
	for i, o := range p.options {
		all[i] = &PriceOption{o, !slices.Contains(p.question.Options, o)}
	}
	return all
}

// Rejected are the rules that did not apply, and why. Rules that are only supposed are none of them.
func (p *Price) Rejected() []RejectedRule {
	all := make([]RejectedRule, 0, len(p.rejected))
	for _, r := range p.rejected {
		if !p.supposed || p.from.book.ruleByID[r.RuleID] != nil {
			all = append(all, RejectedRule{r.RuleID, r.Reason, p.from.prices, &p.question})
		}
	}
	return all
}

// Catalogue is the active products, by sku.
func (q *Quotes) Catalogue() []*ent.Product {
	active := make([]*ent.Product, 0, len(q.book.bySKU))
	for _, p := range q.book.bySKU {
		if p.Active {
			active = append(active, p)
		}
	}
	return active
}

// Product gives a product by id from memory, nil for none.
func (s *Service) Product(productID string) *ent.Product { return s.book.Load().products[productID] }

// PriceRule gives a price rule by id from memory, nil for none.
func (s *Service) PriceRule(ruleID string) *ent.PriceRule { return s.book.Load().ruleByID[ruleID] }

// OfPrice turns an error of the pure packages about a price into a fault.
func OfPrice(err error) error {
	var missing *pricing.MissingRateError
	var cycle *costing.CycleError
	var measurement *pricing.MeasurementError
	switch {
	case errors.As(err, &measurement):
		return fault.Invalidf(measurement.Code, "%v", err).At("options")
	case errors.As(err, &missing), errors.As(err, &cycle), errors.Is(err, costing.ErrTooDeep),
		errors.Is(err, pricing.ErrNoTerms), errors.Is(err, pricing.ErrNoMargin):
		return fault.New(fault.WrongState, "productId", "%v", err)
	case errors.Is(err, costing.ErrUnknownProduct):
		return fault.NoSuch("productId", "product")
	}
	return input.DomainError(err)
}

// ChosenOptions reads the options of a question; whether the product has them is for the price to say.
func ChosenOptions(in []*service.OptionInput) ([]pricing.Option, error) {
	if len(in) > 50 {
		return nil, fault.New(fault.LimitExceeded, "options", "want at most 50 options")
	}
	var chosen []pricing.Option
	for i, o := range in {
		if fail := input.CheckText("value", o.Value, 100); fail != nil {
			return nil, fault.At(fail, "options", fmt.Sprint(i))
		}
		chosen = append(chosen, pricing.Option{Code: o.Code, Value: o.Value})
	}
	return chosen, nil
}

// PriceToken signs a price: whoever holds the token gets it until ValidUntil. A price of the past has the token that
// it had then, which may have expired since. It gives WRONG_STATE for a price of the future, which is a forecast and no
// promise, and for a product that is off the catalogue.
func (s *Service) PriceToken(p *Price) (string, error) {
	if p.supposed {
		return "", fault.New(fault.WrongState, "token", "a price that is only supposed is not promised: it has no token")
	}
	if p.At.After(s.Now()) {
		return "", fault.New(fault.WrongState, "at", "a price of the future is a forecast and not promised: it has no token")
	}
	if product := s.Product(p.ProductID); product == nil || !product.Active {
		return "", fault.New(fault.WrongState, "productId", "the product is off the catalogue: its price is not promised")
	}
	content := auth.PriceContent{
		Customer: p.CustomerID, Product: p.ProductID, Quantity: p.Quantity.Nano(), Unit: p.Unit.Minor(), List: p.List.Minor(),
		LeadDays: p.LeadDays, AskedAt: p.At, ValidUntil: p.ValidUntil,
	}
	for _, o := range p.options {
		content.Options = append(content.Options, auth.PriceOption{Code: o.Code, Value: o.Value})
	}
	for _, line := range p.Lines {
		content.Lines = append(content.Lines, auth.PriceLine{Kind: uint8(slices.Index(stepNumbers, line.Kind)), Amount: line.Amount.Minor(), Ref: line.RefID})
	}
	return s.prices.Sign(content)
}

// promisedLines gives the waterfall of a verified price token back, with each rule's name.
func (s *Service) promisedLines(lines []auth.PriceLine) ([]pricing.Line, error) {
	all := make([]pricing.Line, len(lines))
	for i, line := range lines {
		if line.Kind == 0 || int(line.Kind) >= len(stepNumbers) {
			return nil, fmt.Errorf("service: a price token with a step of number %d", line.Kind)
		}
		kind := stepNumbers[line.Kind]
		all[i] = pricing.Line{Kind: kind, Label: stepLabels[kind], Amount: money.Minor(line.Amount), RefID: line.Ref}
		if rule := s.PriceRule(line.Ref); rule != nil {
			all[i].Label = rule.Name
		}
	}
	return all, nil
}
