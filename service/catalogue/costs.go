package catalogue

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
)

// Costs answer what products cost at one moment. What is read from the database is read when they are created.
type Costs struct {
	basis       costing.Basis
	at, knownAt time.Time
}

// Costs prepares costs at a moment, up to a year ahead, by what was known at another; both are now by default. Of a
// moment whose bookings are in memory it makes no statement.
func (s *Service) Costs(ctx context.Context, at, knownAt *time.Time) (*Costs, error) {
	var faults fault.List
	moment, fail := s.quote.UpToAYear(ctx, "at", at)
	faults.Add(fail)
	known, fail := s.KnownMoment(ctx, "knownAt", knownAt)
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

// Of returns what one unit of a product costs when amount units are produced. What is not measured is taken as the least that can be. A
// missing rate is a line that says so. INVALID
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
	product, _ := c.basis.Catalogue.Product(productID, c.at, c.knownAt)
	for _, code := range product.Measurements {
		if definition, ok := c.basis.Catalogue.Measurement(code, c.at, c.knownAt); ok && !slices.ContainsFunc(chosen, func(o costing.Chosen) bool { return o.Code == code }) {
			chosen = append(chosen, costing.Chosen{Code: code, Value: definition.Least.String()})
		}
	}
	cost, err := c.basis.Cost(costing.ProductQuestion{
		ProductID: productID, Quantity: units, Chosen: chosen, LeadDays: leadDays, At: c.at, KnownAt: c.knownAt,
	})
	return &cost, quote.PriceFault(err)
}
