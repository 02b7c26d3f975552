package catalogue

import (
	"context"
	"errors"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// always is the moment from which price terms hold if none is given.
var always = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ListPrice gives the list price of one unit of a product at a moment, as it was known then; of a cost-plus product its
// full cost and markup. It comes from memory, but where a rate or a measurement is missing that a list price does not need. WRONG_STATE
// where there was no price, or a rate is missing that it needs. FORBIDDEN for a moment
// ahead without the scope costs, but where a list price is set. Without the scope costs it is in whole price steps, as lines of prices are.
func (s *Service) ListPrice(ctx context.Context, productID string, at *time.Time) (money.Amount, error) {
	amount, err := s.listPrice(ctx, productID, at)
	if actor, _ := auth.From(ctx); err != nil || actor.Has(auth.ScopeCosts) {
		return amount, err
	}
	amount, err = pricing.RoundTo(s.Settings().PriceStep, amount)
	return amount, input.DomainError(err)
}

func (s *Service) listPrice(ctx context.Context, productID string, at *time.Time) (money.Amount, error) {
	moment, fail := s.quote.UpToAYear(ctx, "at", at)
	if fail != nil {
		return money.Amount{}, fail
	}
	if err := s.quote.CheckAhead(ctx, "at", moment); err != nil { // a price that is set tells of no rate
		terms, failed := termsAt(ctx, s.Client.ListPrice, productID, moment, moment)
		if failed == nil && terms.Amount != nil {
			return *terms.Amount, nil
		}
		return money.Amount{}, err
	}
	answer, err := s.quote.PriceBook().Price(pricing.Question{ProductID: productID, Quantity: money.Whole(1), At: moment})
	var missing *pricing.MissingRateError
	var unmeasured *costing.MeasurementError
	if !errors.As(err, &missing) && !errors.As(err, &unmeasured) {
		return answer.List, quote.PriceFaultFor(ctx, err)
	}
	terms, failed := termsAt(ctx, s.Client.ListPrice, productID, moment, moment)
	if failed == nil && terms.Amount != nil {
		return *terms.Amount, nil
	}
	return money.Amount{}, quote.PriceFaultFor(ctx, err)
}

// checkTerms checks price terms: a list price, a markup or a bundle's discount, at most one of them, the least margin and the tax code.
func (s *Service) checkTerms(faults *fault.List, listPrice *service.MoneyInput, markup, bundleDiscount, minimumMargin *money.Exact, taxCode *string) pricing.Terms {
	var terms pricing.Terms
	if taxCode != nil {
		code, fail := input.Text("taxCode", *taxCode, 100)
		faults.Add(fail)
		terms.TaxCode, terms.StatesTaxCode = &code, true
	}
	if listPrice != nil {
		amount, fail := s.Amount("listPrice", listPrice)
		faults.Add(fail)
		terms.Amount = &amount
		if markup != nil {
			faults.Add(fault.Invalidf("markup", "want listPrice or markup, not both"))
		}
	}
	if bundleDiscount != nil {
		discount, fail := input.Decimal("bundleDiscount", *bundleDiscount, "0", "0.999999999")
		faults.Add(fail)
		terms.BundleDiscount = &discount
		if listPrice != nil || markup != nil {
			faults.Add(fault.Invalidf("bundleDiscount", "want a listPrice, a markup or a bundleDiscount"))
		}
	}
	for _, share := range []struct {
		field     string
		in        *money.Exact
		low, high string
		to        *money.Decimal
	}{{"markup", markup, "-1", "1000", &terms.Markup}, {"minimumMargin", minimumMargin, "0", "0.999999999", &terms.MinimumMargin}} {
		if share.in != nil {
			var fail error
			*share.to, fail = input.Decimal(share.field, *share.in, share.low, share.high)
			faults.Add(fail)
		}
	}
	return terms
}

// SetListPrice records price terms from a moment on, by default now. What is not given stays as it would have been at
// that moment: a new list price keeps the least margin, a new least margin keeps the price. Nothing is overwritten: a price
// as of a moment before this was recorded stays what it was.
func (s *Service) SetListPrice(ctx context.Context, in service.SetListPriceInput) (*ent.Product, error) {
	terms, err := s.checkSetListPrice(in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "setListPrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ProductID, s.setTerms(ctx, tx, in, terms)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ProductID)
}

func (s *Service) checkSetListPrice(in service.SetListPriceInput) (pricing.Terms, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	terms := s.checkTerms(&faults, in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin, in.TaxCode.Value())
	terms.StatesTaxCode = in.TaxCode.IsSet()
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	if in.ListPrice == nil && in.Markup == nil && in.BundleDiscount == nil && in.MinimumMargin == nil && !in.TaxCode.IsSet() {
		faults.Add(fault.Invalidf("listPrice", "want a listPrice, a markup, a minimumMargin or a taxCode"))
	}
	return terms, faults.Or()
}

// setTerms records checked price terms in a transaction, which may be run again.
func (s *Service) setTerms(ctx context.Context, tx *store.Tx, in service.SetListPriceInput, terms pricing.Terms) error {
	if in.TaxCode.IsSet() {
		if err := s.rates.HoldRatesAlone(ctx, tx); err != nil {
			return err
		}
	}
	p, err := s.lockProduct(ctx, tx, "productId", in.ProductID)
	if err != nil {
		return err
	}
	if in.BundleDiscount != nil && p.Kind != schema.Bundle {
		return fault.Invalidf("bundleDiscount", "only a BUNDLE has a discount, and %s is none", p.Sku)
	}
	now := s.Now()
	terms.ProductID, terms.ValidFrom = p.ID, input.Or(in.ValidFrom, now).UTC().Truncate(time.Microsecond)
	if err := tx.Product.UpdateOne(p).SetUpdatedAt(now).Exec(ctx); err != nil { // the guard refuses who may not change products
		return err
	}
	kept, err := keptTerms(ctx, tx, terms, in)
	if err != nil {
		return err
	}
	if err := s.writeTerms(ctx, tx, kept, now); err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "product.terms", p.ID, kept); err != nil {
		return err
	}
	if in.TaxCode.IsSet() {
		if err := s.restateTaxCode(ctx, tx, kept); err != nil {
			return err
		}
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// keptTerms fills what the input leaves out with what holds at that moment, but for the tax code: terms that do not state it have that of the
// terms before them, also if it is recorded later.
func keptTerms(ctx context.Context, tx *store.Tx, terms pricing.Terms, in service.SetListPriceInput) (pricing.Terms, error) {
	before, err := termsAt(ctx, tx.ListPrice, terms.ProductID, terms.ValidFrom, service.EndOfTime)
	switch {
	case ent.IsNotFound(err) && in.ListPrice == nil && in.Markup == nil && in.BundleDiscount == nil:
		return terms, fault.Invalidf("listPrice", "there is no price at that moment whose least margin or tax code could change")
	case ent.IsNotFound(err):
		return terms, nil
	case err != nil:
		return terms, err
	}
	if in.MinimumMargin == nil {
		terms.MinimumMargin = before.MinimumMargin
	}
	if in.ListPrice == nil && in.Markup == nil && in.BundleDiscount == nil {
		terms.Amount, terms.Markup, terms.BundleDiscount = before.Amount, before.Markup, before.BundleDiscount
	}
	return terms, nil
}

// restateTaxCode restates the orders that terms give another tax: those that were completed from their moment on.
func (s *Service) restateTaxCode(ctx context.Context, tx *store.Tx, terms pricing.Terms) error {
	if terms.ValidFrom.After(s.Now()) {
		return nil
	}
	_, err := s.rates.RestateTaxCode(ctx, tx, terms.ProductID, terms.TaxCode, terms.ValidFrom)
	return err
}

// TaxCode gives the tax code of a product now, from memory; nil if it is without tax.
func (s *Service) TaxCode(productID string) *string {
	now := s.Now()
	terms := s.quote.PriceBook().TermsAt(productID, now, now)
	if terms == nil {
		return nil
	}
	return terms.TaxCode
}

// maxTerms is how many price terms one answer holds.
const maxTerms = 1000

// PriceTerms gives the price terms of a product that hold at a moment, by what was known at another; both are now by default, and nil is
// none. It comes from memory. INVALID by field.
func (s *Service) PriceTerms(ctx context.Context, productID string, at, knownAt *time.Time) (*pricing.Terms, error) {
	var faults fault.List
	faults.Add(input.CheckDate("at", at))
	known, err := s.KnownMoment(ctx, "knownAt", knownAt)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.quote.PriceBook().TermsAt(productID, input.Or(at, s.Now()), known), nil
}

// PriceTermsHistory gives all price terms of a product, the latest validFrom and of those the last recorded first, at most 1,000.
func (s *Service) PriceTermsHistory(productID string) []*pricing.Terms {
	terms := s.quote.PriceBook().Terms(productID)
	all := make([]*pricing.Terms, 0, len(terms))
	for i := len(terms) - 1; i >= 0 && len(all) < maxTerms; i-- {
		all = append(all, &terms[i])
	}
	return all
}
