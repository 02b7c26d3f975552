package quote

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/schema"
	"kopeck/service"
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
