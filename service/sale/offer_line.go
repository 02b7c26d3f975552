package sale

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/service/quote"
)

// Repriced is the price of an offer's line now, or why it has none.
type Repriced struct {
	Price *quote.Price
	Err   error
}

// Reprice returns the prices that lines of offers would have now, for the same products, quantities, options and lead times.
// However many lines there are, it takes two statements and those of the facts that price rules ask for. A line whose customer
// the actor may not see is left out.
func (s *Service) Reprice(ctx context.Context, lines []*ent.OfferLine) (map[*ent.OfferLine]Repriced, error) {
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.OfferID
	}
	offers, err := s.Client.Offer.Query().Where(offer.IDIn(distinct(ids)...)).All(ctx)
	if err != nil {
		return nil, err
	}
	customerOf := make(map[string]string, len(offers)) // by offer
	ids = ids[:0]
	for _, o := range offers {
		customerOf[o.ID] = o.CustomerID
		ids = append(ids, o.CustomerID)
	}
	customers, err := s.Client.Customer.Query().Where(customer.IDIn(distinct(ids)...)).All(ctx)
	if err != nil {
		return nil, err
	}
	quotes, err := s.quote.Quotes(ctx, customers, nil)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.Customer, len(customers))
	for _, c := range customers {
		byID[c.ID] = c
	}
	repriced := make(map[*ent.OfferLine]Repriced, len(lines))
	for _, line := range lines {
		c := byID[customerOf[line.OfferID]]
		if c == nil {
			continue
		}
		p, err := quote.PromiseOfLine(line)
		if err != nil {
			return nil, err
		}
		price, err := quotes.PriceOf(c, p.ProductID, p.Quantity, p.Options, &p.LeadDays)
		repriced[line] = Repriced{price, err}
	}
	return repriced, nil
}

func distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }
