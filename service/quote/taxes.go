package quote

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// TaxesOf returns which tax is part of what is sold of products to customers, as the transaction sees it; of all where nil is given.
func (s *Service) TaxesOf(ctx context.Context, tx *store.Tx, products, customers []string) (*costing.Taxes, error) {
	codes, err := taxCodes(ctx, tx, products)
	if err != nil {
		return nil, err
	}
	exempt := exemptions{}
	if len(codes) > 0 { // whoever pays no tax is not exempt from any
		if exempt.now, err = exemptNow(ctx, tx, customers); err != nil {
			return nil, err
		}
		if customers == nil {
			exempt.dated, err = s.AllDated(ctx, tx, schema.DatedTaxExempt)
		} else {
			exempt.dated, err = s.DatedOf(ctx, tx, schema.DatedTaxExempt, customers...)
		}
		if err != nil {
			return nil, err
		}
	}
	return costing.NewTaxes(s.Settings().Taxes, codes, exempt.at), nil
}

// exemptions are the customers who are or have been exempt from tax.
type exemptions struct {
	now   map[string]*string // the reasons
	dated map[string]service.Dated
}

func (e exemptions) at(customerID string, at, knownAt time.Time) bool {
	return e.dated[customerID].At(at, knownAt, e.now[customerID]) != nil
}

// exemptionEnded returns the places of the promises to a customer that were made without tax, which is part of the price of what was
// promised: the customer was exempt then. Nil where they are now too, and where prices do not include tax, as then it changes nothing of
// what is promised without it.
func (s *Service) exemptionEnded(ctx context.Context, tx *store.Tx, c *ent.Customer, promises []Promise) (places []int, err error) {
	mode := s.Settings().Taxes
	var products []string
	for _, p := range promises {
		if p.Tax.IsZero() && !p.Total.IsZero() {
			products = append(products, p.ProductID)
		}
	}
	if c.TaxExempt != nil || mode == costing.TaxOnTop || len(products) == 0 {
		return nil, nil
	}
	taxes, err := s.TaxesOf(ctx, tx, products, []string{c.ID})
	if err != nil {
		return nil, err
	}
	rates := s.book.Load().prices.Basis().Rates
	for i, p := range promises {
		share := taxes.ShareOf(rates, p.ProductID, c.ID, p.PricedAt, p.PricedAt)
		if !p.Tax.IsZero() || share.Missing {
			continue
		}
		tax, err := costing.LineTax(p.Total, share.Share, mode)
		if err != nil {
			return nil, input.DomainError(err)
		}
		if !tax.IsZero() {
			places = append(places, i)
		}
	}
	return places, nil
}
