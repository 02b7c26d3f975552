package disclosure

import (
	"context"
	"slices"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/quote"
)

// priorDays is the number of days before a reduction of which the lowest price counts.
const priorDays = 30

// PriorPrice is the price before a reduction of a product's public price.
type PriorPrice struct {
	pricing.Prior

	Reduction *money.Decimal // nil where the price is not lower than the prior one
}

// PriorPrice returns the price before the reduction of a product that is in force at a moment, by default now; nil for none: see
// [pricing.PriorPrice]. A reduction that began more than a year before is none: it is the price. At a moment without a public price, because
// it had no terms or a rate or a measurement is missing, the product was not offered.
//
// Faults: NOT_FOUND on productId; INVALID on at; FORBIDDEN on at for a moment ahead without the scope costs.
func (s *Service) PriorPrice(ctx context.Context, productID string, at *time.Time) (*PriorPrice, error) {
	if err := id.Check("productId", id.Product, productID); err != nil {
		return nil, err
	}
	moment, err := s.quote.UpToAYear(ctx, "at", at)
	if err != nil {
		return nil, err
	}
	if err := s.quote.CheckAhead(ctx, "at", moment); err != nil {
		return nil, err
	}
	if s.quote.Product(productID) == nil {
		return nil, fault.NoSuch("productId", "product")
	}
	zone := s.Settings().Zone
	before := func(began time.Time) time.Time { return began.In(zone).AddDate(0, 0, -priorDays) }
	since := moment.In(zone).AddDate(-1, 0, 0)
	book, err := s.quote.PublicBook(ctx, before(since), moment)
	if err != nil {
		return nil, err
	}
	prices := map[*service.Settings]*pricing.Book{}
	price := func(at time.Time) (money.Amount, bool, error) {
		then := s.SettingsAt(at)
		if prices[then] == nil {
			prices[then] = quote.AsSet(book, then, s.Settings())
		}
		amount, err := prices[then].PublicPrice(productID, at)
		if quote.IsUnpriced(err) {
			return money.Amount{}, false, nil
		}
		return amount, err == nil, quote.PriceFault(err)
	}
	turns := append(book.PublicTurns(productID, before(since), moment), s.Settings().Turns(before(since), moment)...)
	slices.SortFunc(turns, time.Time.Compare)
	found, err := pricing.PriorPrice(price, turns, since, moment, before)
	if err != nil || found == nil {
		return nil, err
	}
	prior := &PriorPrice{Prior: *found}
	if share, ok := found.Share(); ok {
		prior.Reduction = &share
	}
	return prior, nil
}
