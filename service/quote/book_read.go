package quote

import (
	"context"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/ent/datedvalue"
	"kopeck/ent/pricerule"
	"kopeck/ent/product"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// The functions of this file read with the context's actor. Snapshots are read by the system.

// readBook reads the price book. previous may be nil.
func (s *Service) readBook(ctx context.Context, tx *store.Tx, previous *book) (*book, error) {
	settings := s.Settings()
	b := &book{products: map[string]*ent.Product{}, ruleByID: map[string]*ent.PriceRule{}, readAt: s.Now()}
	var err error
	if b.bySKU, err = tx.Product.Query().Order(product.BySku()).All(ctx); err != nil {
		return nil, err
	}
	for _, p := range b.bySKU {
		b.products[p.ID] = p
	}
	if b.rules, err = tx.PriceRule.Query().Order(pricerule.ByPriority(store.Descending), pricerule.ByRecordedAt(), pricerule.ByID()).All(ctx); err != nil {
		return nil, err
	}
	source := pricing.Source{Step: settings.PriceStep}
	if previous != nil {
		source.Previous = previous.prices
	}
	for _, r := range b.rules {
		b.ruleByID[r.ID] = r
		source.Rules = append(source.Rules, ruleOf(r))
	}
	if source.Terms, err = readTerms(ctx, tx); err != nil {
		return nil, err
	}
	if source.Agreements, err = readAgreements(ctx, tx); err != nil {
		return nil, err
	}
	b.firstDay = settings.Day(b.readAt) - 1
	if source.Basis, err = s.ReadBasis(ctx, tx, b.bySKU); err != nil {
		return nil, err
	}
	if source.Basis.Bookings, err = readBookings(ctx, tx, b.firstDay, lastDay); err != nil {
		return nil, err
	}
	if source.Fields, err = s.productFields(ctx, tx); err != nil {
		return nil, err
	}
	b.prices = pricing.NewBook(source)
	return b, nil
}

// ReadBasis reads what full costs come from: all but the bookings, which only marginal costs depend on. The context's actor must
// be one who may read rates.
func (s *Service) ReadBasis(ctx context.Context, tx *store.Tx, products []*ent.Product) (costing.Basis, error) {
	catalogue, err := s.ReadCatalogue(ctx, tx, products)
	if err != nil {
		return costing.Basis{}, err
	}
	rates, err := readRates(ctx, tx)
	if err != nil {
		return costing.Basis{}, err
	}
	taxes, err := s.TaxesOf(ctx, tx, nil, nil)
	if err != nil {
		return costing.Basis{}, err
	}
	settings := s.Settings()
	return costing.Basis{
		Catalogue: catalogue, Rates: rates, Taxes: taxes, Calendar: settings.Calendar, Load: settings.Load, Currency: s.Currency, Zone: settings.Zone,
	}, nil
}

// readRates reads every rate ever recorded.
func readRates(ctx context.Context, tx *store.Tx) (*costing.Rates, error) {
	rows, err := tx.Rate.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	rates := make([]costing.Rate, len(rows))
	for i, r := range rows {
		rates[i] = rateOf(r)
	}
	return costing.NewRates(rates), nil
}

func rateOf(r *ent.Rate) costing.Rate {
	return costing.Rate{
		ID: r.ID, Subject: string(r.Subject), Code: r.Code, Unit: r.Unit, Amount: r.Amount, ValidFrom: r.ValidFrom,
		RecordedAt: r.RecordedAt, CapacityPerDay: r.CapacityPerDay, FixedShare: r.FixedShare,
	}
}

func readBookings(ctx context.Context, tx *store.Tx, firstDay, lastDay int) (*costing.Bookings, error) {
	rows, err := tx.Booking.Query().Where(booking.DayGTE(firstDay), booking.DayLTE(lastDay)).All(ctx)
	if err != nil {
		return nil, err
	}
	bookings := make([]costing.Booking, len(rows))
	for i, b := range rows {
		bookings[i] = costing.Booking{Resource: b.Resource, Day: b.Day, Units: b.Units, BookedAt: b.BookedAt, FreedAt: b.FreedAt, HeldFor: input.OrZero(b.HeldFor), Hold: input.OrZero(b.Hold)}
	}
	return costing.NewBookings(bookings), nil
}

func readTerms(ctx context.Context, tx *store.Tx) ([]pricing.Terms, error) {
	rows, err := tx.ListPrice.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	terms := make([]pricing.Terms, len(rows))
	for i, t := range rows {
		terms[i] = pricing.Terms{
			ID: t.ID, ProductID: t.ProductID, Amount: t.Amount, Markup: t.Markup, BundleDiscount: t.BundleDiscount, MinimumMargin: t.MinimumMargin, TaxCode: t.TaxCode, StatesTaxCode: t.StatesTaxCode,
			ValidFrom: t.ValidFrom, RecordedAt: t.RecordedAt,
		}
	}
	return terms, nil
}

// readAgreements reads all agreements and proposals, with all their ends.
func readAgreements(ctx context.Context, tx *store.Tx) ([]pricing.Agreement, error) {
	rows, err := tx.PriceAgreement.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	recorded, err := tx.DatedValue.Query().Where(datedvalue.NameEQ(schema.DatedEnd)).Order(datedvalue.ByRecordedAt(), datedvalue.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	ends := map[string][]pricing.End{} // by agreement
	for _, end := range recorded {
		ends[end.Subject] = append(ends[end.Subject], pricing.End{At: end.ValidFrom, RecordedAt: end.RecordedAt})
	}
	agreements := make([]pricing.Agreement, len(rows))
	for i, a := range rows {
		agreements[i] = pricing.Agreement{
			ID: a.ID, CustomerID: a.CustomerID, ProductID: a.ProductID, Unit: a.Unit, MinimumQuantity: a.MinimumQuantity,
			ValidFrom: a.ValidFrom, ValidTo: a.ValidTo, OverrideReason: input.OrZero(a.OverrideFloorReason), Measurements: a.ExcusedMeasurements, RecordedAt: a.RecordedAt,
			ProposedAt: a.ProposedAt, DecidedAt: a.DecidedAt, Declined: a.State == schema.AgreementDeclined,
			Ends: ends[a.ID],
		}
	}
	return agreements, nil
}

func ruleOf(r *ent.PriceRule) pricing.Rule {
	return pricing.Rule{
		ID: r.ID, Name: r.Name, Condition: r.Condition, Percent: r.Percent, Cap: r.Cap, Amount: r.Amount, Price: r.Price,
		Priority: r.Priority, Exclusive: r.Exclusive, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
		RecordedAt: r.RecordedAt, RetiredAt: r.RetiredAt,
	}
}
