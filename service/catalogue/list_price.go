package catalogue

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/listprice"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// always is the moment from which price terms hold that have no beginning.
var always = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// checkTerms reads price terms: a list price or a markup, not both.
func (s *Service) checkTerms(faults *fault.List, listPrice *service.MoneyInput, markup, bundleDiscount, minimumMargin *money.Exact) pricing.Terms {
	var terms pricing.Terms
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

// storeTerms writes price terms. Whether the caller may is for the row of the product to say.
func (s *Service) storeTerms(ctx context.Context, tx *store.Tx, terms pricing.Terms, now time.Time) error {
	return tx.ListPrice.Create().SetID(s.IDs.Make(id.ListPrice)).SetProductID(terms.ProductID).SetNillableAmount(terms.Amount).
		SetMarkup(terms.Markup).SetNillableBundleDiscount(terms.BundleDiscount).SetMinimumMargin(terms.MinimumMargin).SetValidFrom(terms.ValidFrom).SetRecordedAt(now).Exec(auth.System(ctx))
}

// SetListPrice records price terms from a moment on, now unless told. What is not given stays as it would have been at
// that moment: a new list price keeps the least margin, a new least margin the price. Nothing is overwritten: a price
// asked as of a moment before this was recorded stays what it was.
func (s *Service) SetListPrice(ctx context.Context, in service.SetListPriceInput) (*ent.Product, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	terms := s.checkTerms(&faults, in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin)
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	if in.ListPrice == nil && in.Markup == nil && in.BundleDiscount == nil && in.MinimumMargin == nil {
		faults.Add(fault.Invalidf("listPrice", "want a listPrice, a markup or a minimumMargin"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "setListPrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, err := s.lockProduct(ctx, tx, "productId", in.ProductID)
		if err != nil {
			return "", err
		}
		if in.BundleDiscount != nil && p.Kind != schema.Bundle {
			return "", fault.Invalidf("bundleDiscount", "%s is no bundle", p.Sku)
		}
		now := s.Now()
		terms.ProductID, terms.ValidFrom = p.ID, input.Or(in.ValidFrom, now).UTC().Truncate(time.Microsecond)
		if err := tx.Product.UpdateOne(p).SetUpdatedAt(now).Exec(ctx); err != nil { // refused to who may not change products
			return "", err
		}
		kept, err := keptTerms(ctx, tx, terms, in)
		if err != nil {
			return "", err
		}
		if err := s.storeTerms(ctx, tx, kept, now); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "product.terms", p.ID, kept); err != nil {
			return "", err
		}
		return p.ID, s.Touch(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ProductID)
}

// keptTerms fills what the input leaves out with what held at that moment.
func keptTerms(ctx context.Context, tx *store.Tx, terms pricing.Terms, in service.SetListPriceInput) (pricing.Terms, error) {
	before, err := tx.ListPrice.Query().Where(listprice.ProductID(terms.ProductID), listprice.ValidFromLTE(terms.ValidFrom)).
		Order(listprice.ByValidFrom(service.Descending), listprice.ByRecordedAt(service.Descending), listprice.ByID(service.Descending)).First(auth.System(ctx))
	switch {
	case ent.IsNotFound(err) && in.ListPrice == nil && in.Markup == nil && in.BundleDiscount == nil:
		return terms, fault.Invalidf("listPrice", "there is no price at that moment whose least margin could change")
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
