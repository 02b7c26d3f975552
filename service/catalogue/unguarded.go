package catalogue

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/listprice"
	"kopeck/ent/product"
	"kopeck/id"
	"kopeck/pricing"
	"kopeck/store"
)

// The functions of this file read and write past the guard. Their comments say why they may.

// termsAt reads the price terms of a product that hold at a moment, of those recorded by another. No role may read terms, since they
// have the least margin; the callers return no more of them than the list price, or keep them in other terms. The error is ent's where
// there are none.
func termsAt(ctx context.Context, from *ent.ListPriceClient, productID string, at, recordedBy time.Time) (*ent.ListPrice, error) {
	return from.Query().Where(listprice.ProductID(productID), listprice.ValidFromLTE(at), listprice.RecordedAtLTE(recordedBy)).
		Order(listprice.ByValidFrom(store.Descending), listprice.ByRecordedAt(store.Descending), listprice.ByID(store.Descending)).
		First(auth.System(ctx))
}

// writeTerms writes price terms. No role writes them directly: the caller has written the product's row through the guard.
func (s *Service) writeTerms(ctx context.Context, tx *store.Tx, terms pricing.Terms, now time.Time) error {
	return tx.ListPrice.Create().SetID(s.IDs.Make(id.ListPrice)).SetProductID(terms.ProductID).SetNillableAmount(terms.Amount).
		SetMarkup(terms.Markup).SetNillableBundleDiscount(terms.BundleDiscount).SetMinimumMargin(terms.MinimumMargin).SetNillableTaxCode(terms.TaxCode).SetStatesTaxCode(terms.StatesTaxCode).
		SetValidFrom(terms.ValidFrom).SetRecordedAt(now).Exec(auth.System(ctx))
}

// writeComponents writes what a product and its options are made of. No role writes components directly: the caller has written the
// product's row through the guard.
func writeComponents(ctx context.Context, tx *store.Tx, components []*ent.ComponentCreate) error {
	return tx.Component.CreateBulk(components...).Exec(auth.System(ctx))
}

// recipesBut reads what all products but one are made of. Nobody reads components directly: the caller only looks for cycles.
func (s *Service) recipesBut(ctx context.Context, tx *store.Tx, productID string) (*costing.Catalogue, error) {
	products, err := tx.Product.Query().Where(product.IDNEQ(productID)).All(auth.System(ctx))
	if err != nil {
		return nil, err
	}
	return s.quote.ReadCatalogue(auth.System(ctx), tx, products)
}

// basisOf reads what products are made of and their rates. Nobody reads components directly: the caller has written the product through
// the guard, or writes a definition that recipes use.
func (s *Service) basisOf(ctx context.Context, tx *store.Tx) (costing.Basis, error) {
	products, err := tx.Product.Query().All(auth.System(ctx))
	if err != nil {
		return costing.Basis{}, err
	}
	return s.quote.ReadBasis(auth.System(ctx), tx, products)
}

// setByEntry returns what an entry of the audit says of a recipe that was set. Who repeats a request gets its answer, also if they may not
// read the audit.
func setByEntry(ctx context.Context, client *ent.Client, entry string) (set recipeSet, err error) {
	kept, err := client.AuditEntry.Get(auth.System(ctx), entry)
	if err != nil {
		return set, err
	}
	return set, json.Unmarshal(kept.Detail, &set)
}

// partnerName reads the name of the partner of a product that the actor changes. Partners have no rows of their own for any role.
func partnerName(ctx context.Context, tx *store.Tx, partnerID string) (string, error) {
	partner, err := tx.Partner.Get(auth.System(ctx), partnerID)
	if err != nil {
		return "", err
	}
	return partner.Name, nil
}

// Write writes rows of recipes. It is for an import, which works as the system.
func (rows *RecipeRows) Write(ctx context.Context, b *store.Bulk) error {
	if err := store.CopyRows(ctx, b, "recipes", recipeColumns, rows.recipes); err != nil {
		return err
	}
	if err := store.CopyRows(ctx, b, "product_options", optionColumns, rows.options); err != nil {
		return err
	}
	return store.CopyRows(ctx, b, "components", componentColumns, rows.components)
}
