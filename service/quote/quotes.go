package quote

import (
	"context"
	"fmt"
	"sync"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
)

// Quotes answer prices for some customers at one moment: what is asked of a database is asked when they are created,
// so that each price comes from memory.
type Quotes struct {
	service *Service
	book    *book
	prices  *pricing.Book
	facts   map[string]pricing.Customer
	now     bool // not of the past
	at      time.Time
	until   time.Time

	costs    bool     // they are asked by somebody with the scope costs
	supposed bool     // see Price
	holders  sync.Map // by the key of a price: the book without what it holds
}

// pricesFor returns the book for what was answered to a question: what the same customer holds by the same price is free to it.
func (q *Quotes) pricesFor(question pricing.Question, answer pricing.Answer) *pricing.Book {
	bookings := q.prices.Basis().Bookings
	if !bookings.HeldFor(question.Customer.ID, q.at) {
		return q.prices
	}
	key := holdKey(question.Customer.ID, question.ProductID, question.Quantity, answer.Options)
	if known, ok := q.holders.Load(key); ok {
		return known.(*pricing.Book)
	}
	prices, _ := q.holders.LoadOrStore(key, q.prices.WithBookings(bookings.WithoutHold(key)))
	return prices.(*pricing.Book)
}

// Quotes prepares prices at a moment, by default now. Of a past moment it takes what was known then; of a future
// one, up to a year ahead, what is known now. Where no rule mentions permissions, and the moment is now, it
// makes no statement. INVALID on "at", FORBIDDEN on it by CheckAhead.
func (s *Service) Quotes(ctx context.Context, customers []*ent.Customer, at *time.Time) (*Quotes, error) {
	return s.quotesOf(ctx, nil, customers, at)
}

// quotesOf is Quotes by a book; nil is that of the moment.
func (s *Service) quotesOf(ctx context.Context, b *book, customers []*ent.Customer, at *time.Time) (*Quotes, error) {
	now := s.Now()
	moment, err := s.UpToAYear(ctx, "at", at)
	if err != nil {
		return nil, err
	}
	if err := s.CheckAhead(ctx, "at", moment); err != nil {
		return nil, err
	}
	if b == nil {
		b = s.book.Load() // after the moment is settled
	}
	q := &Quotes{service: s, book: b, at: moment, now: !moment.Before(now), until: now.Add(s.Settings().PriceLife), costs: seesCosts(ctx)}
	if !q.now { // nobody is promised a price of the past now
		q.until = moment
	}
	if q.prices, err = s.pricesAt(ctx, b, moment); err != nil {
		return nil, err
	}
	q.facts, err = s.facts(ctx, q.book, customers, moment, !q.now)
	return q, err
}

// Price returns what a customer pays for a product at a moment, by default now, and why. nil lead days are the
// product's own. Errors: NOT_FOUND, INVALID by field; WRONG_STATE for a product that is off the catalogue or has no
// price then, and where a rate is missing, naming it to those who have the scope costs.
func (s *Service) Price(ctx context.Context, c *ent.Customer, productID string, quantity money.Decimal, options []pricing.Option, leadDays *int, at *time.Time) (*Price, error) {
	q, err := s.Quotes(ctx, []*ent.Customer{c}, at)
	if err != nil {
		return nil, err
	}
	return q.PriceOf(c, productID, quantity, options, leadDays)
}

// Price returns the price for one of the customers that the Quotes were created for, by the arguments of the API.
func (q *Quotes) Price(c *ent.Customer, productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int) (*Price, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, productID))
	units, err := input.Quantity("quantity", amount)
	faults.Add(err)
	chosen, err := ChosenOptions(options)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return q.PriceOf(c, productID, units, chosen, leadDays)
}

// PriceOf returns the price for one of the customers that the Quotes were created for.
func (q *Quotes) PriceOf(c *ent.Customer, productID string, units money.Decimal, options []pricing.Option, leadDays *int) (*Price, error) {
	if product := q.book.products[productID]; product != nil && q.now && !product.Active {
		return nil, fault.New(fault.WrongState, "productId", "%s is off the catalogue", product.Sku)
	}
	return q.priceOf(c, productID, units, options, leadDays)
}

// priceOf is PriceOf for a product that may be off the catalogue by now.
func (q *Quotes) priceOf(c *ent.Customer, productID string, units money.Decimal, options []pricing.Option, leadDays *int) (*Price, error) {
	if q.book.products[productID] == nil {
		return nil, fault.NoSuch("productId", "product")
	}
	if units.Compare(pricing.MaxQuantity) > 0 {
		return nil, fault.Invalidf("quantity", "want at most %s", pricing.MaxQuantity)
	}
	customer, ok := q.facts[c.ID]
	if !ok {
		return nil, fmt.Errorf("quote: no facts of %s for a price", c.ID)
	}
	question := pricing.Question{Customer: customer, ProductID: productID, Quantity: units, Options: options, LeadDays: leadDays, At: q.at}
	answer, err := q.prices.Price(question)
	if err != nil {
		return nil, priceFaultFor(q.costs, err)
	}
	prices := q.pricesFor(question, answer)
	if prices != q.prices {
		if answer, err = prices.Price(question); err != nil {
			return nil, PriceFault(err)
		}
	}
	return q.answered(prices, question, answer), nil
}

// answered returns an answer of the book as the API has it.
func (q *Quotes) answered(prices *pricing.Book, question pricing.Question, answer pricing.Answer) *Price {
	price := &Price{
		ProductID: question.ProductID, CustomerID: question.Customer.ID, Quantity: question.Quantity, Unit: answer.Unit, Total: answer.Total, list: answer.List,
		Lines: answer.Lines, Floor: answer.Floor, Cost: &answer.Cost, Margin: answer.Margin,
		TaxShare: answer.TaxShare, Net: answer.Net, Tax: answer.Tax, Gross: answer.Gross,
		At: q.at, ValidUntil: q.until, LeadDays: answer.LeadDays,
		from: q, prices: prices, question: question, options: answer.Options, rejected: answer.Rejected, supposed: q.supposed,
	}
	if answer.TaxCode != "" {
		price.TaxCode = &answer.TaxCode
	}
	return price
}

// Catalogue returns the active products, by sku.
func (q *Quotes) Catalogue() []*ent.Product {
	active := make([]*ent.Product, 0, len(q.book.bySKU))
	for _, p := range q.book.bySKU {
		if p.Active {
			active = append(active, p)
		}
	}
	return active
}
