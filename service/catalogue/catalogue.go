package catalogue

import (
	"context"
	"errors"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/listprice"
	"kopeck/ent/productoption"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
)

// Costs answer what products cost at one moment; what is asked of a database is asked when they are made.
type Costs struct {
	basis       costing.Basis
	at, knownAt time.Time
}

// ListPrice gives the list price of one unit of a product at a moment, as it was known then; of a cost-plus product its
// full cost and markup. It comes from memory, but where a rate is missing that a list price does not need. WRONG_STATE
// where there was no price, or a rate is missing that it needs.
func (s *Service) ListPrice(ctx context.Context, productID string, at *time.Time) (money.Amount, error) {
	moment, fail := s.quote.UpToAYear("at", at)
	if fail != nil {
		return money.Amount{}, fail
	}
	answer, err := s.quote.PriceBook().Price(pricing.Question{ProductID: productID, Quantity: money.Whole(1), At: moment})
	var missing *pricing.MissingRateError
	if !errors.As(err, &missing) {
		return answer.List, quote.OfPrice(err)
	}
	terms, failed := s.Client.ListPrice.Query().
		Where(listprice.ProductID(productID), listprice.ValidFromLTE(moment), listprice.RecordedAtLTE(moment)).
		Order(listprice.ByValidFrom(service.Descending), listprice.ByRecordedAt(service.Descending), listprice.ByID(service.Descending)).First(auth.System(ctx))
	if failed == nil && terms.Amount != nil {
		return *terms.Amount, nil
	}
	return money.Amount{}, quote.OfPrice(err)
}

// Costs prepares costs at a moment, up to a year ahead, by what was known at another: both now unless told. Of a
// moment whose bookings are in memory it makes no statement.
func (s *Service) Costs(ctx context.Context, at, knownAt *time.Time) (*Costs, error) {
	var faults fault.List
	moment, fail := s.quote.UpToAYear("at", at)
	faults.Add(fail)
	known, fail := s.Moment("knownAt", knownAt)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	book, err := s.quote.PriceBookAt(ctx, moment)
	if err != nil {
		return nil, err
	}
	return &Costs{basis: book.Basis(), at: moment, knownAt: known}, nil
}

// Of gives what one unit of a product costs when so many are made. A missing rate is a line that says so. INVALID
// by field, NOT_FOUND.
func (c *Costs) Of(productID string, amount *money.Exact, options []*service.OptionInput, leadDays *int) (*costing.ProductCost, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, productID))
	units, fail := input.Quantity("quantity", amount)
	faults.Add(fail)
	chosen, fail := quote.ChosenOptions(options)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	cost, err := c.basis.Cost(costing.ProductQuestion{
		ProductID: productID, Quantity: units, Chosen: chosen, LeadDays: leadDays, At: c.at, KnownAt: c.knownAt,
	})
	return &cost, quote.OfPrice(err)
}

// ProductOptions gives a product's options, from memory.
func (s *Service) ProductOptions(ctx context.Context, productID string) ([]*ent.ProductOption, error) {
	p, ok := s.quote.PriceBook().Basis().Catalogue.Product(productID)
	if !ok { // made by another process a moment ago
		return s.Client.ProductOption.Query().Where(productoption.ProductID(productID)).Order(productoption.ByPosition()).All(ctx)
	}
	options := make([]*ent.ProductOption, len(p.Options))
	for i, o := range p.Options {
		options[i] = &ent.ProductOption{ProductID: productID, Code: o.Code, Name: o.Name, Position: i, Surcharge: o.Surcharge, Measured: o.Measured, Grade: o.Grade}
	}
	return options, nil
}
