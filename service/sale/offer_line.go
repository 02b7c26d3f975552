package sale

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/service/quote"
)

// Repriced is what an offer's line would be priced at now, or why it cannot be.
type Repriced struct {
	Price *quote.Price
	Err   error
}

// Reprice asks for lines of offers, of any customers that the actor may see, what each would cost now: the same
// product, quantity, options and lead time. However many they are it takes two statements, and what the rules ask.
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
			continue // gone meanwhile
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
