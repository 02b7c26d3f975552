package catalogue

import (
	"context"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/productoption"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// CreateProduct adds a product to the catalogue with its components, options and first price terms: a list price, or a
// markup on full cost (0 where neither is given). ALREADY_EXISTS for an id or sku that is taken, NOT_FOUND for a
// part that is not there and for a material or resource that has no rate of any time, INVALID by field.
func (s *Service) CreateProduct(ctx context.Context, in service.CreateProductInput) (*ent.Product, error) {
	p, err := s.checkProduct(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil { // no range of a measurement changes meanwhile
			return "", err
		}
		now := s.Now()
		p.CreatedAt, p.UpdatedAt = now, now
		if p.PartnerID, err = s.supplier(ctx, tx, p.Partner); err != nil {
			return "", err
		}
		create := tx.Product.Create()
		if err := fields.Set(create.Mutation(), &p.Record); err != nil {
			return "", err
		}
		if err := create.Exec(ctx); err != nil {
			return "", takenProduct(err, in.ID != nil)
		}
		parts, err := s.checkRecipe(ctx, tx, p.ID, p.newRecipe)
		if err != nil {
			return "", err
		}
		if err := s.checkNesting(ctx, tx, p, parts); err != nil {
			return "", err
		}
		if err := s.writeTerms(ctx, tx, p.terms, now); err != nil {
			return "", err
		}
		first := costing.Recipe{ID: s.IDs.Make(id.Recipe), ProductID: p.ID, ValidFrom: always, RecordedAt: now}
		if err := s.writeRecipe(ctx, tx, first, p.newRecipe, parts); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "product.create", p.ID, map[string]any{"sku": p.Sku}); err != nil {
			return "", err
		}
		return p.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, made)
}

func takenProduct(err error, madeByClient bool) error {
	if store.IsUnique(err) && slices.Contains(store.UniqueColumns(err), "sku") {
		return fault.New(fault.AlreadyExists, "sku", "another product has this sku")
	}
	return service.UniqueFault(err, madeByClient)
}

// ProductOptions gives the options of a product that can be chosen now, from memory.
func (s *Service) ProductOptions(ctx context.Context, productID string) ([]*ent.ProductOption, error) {
	now := s.Now()
	p, ok := s.quote.PriceBook().Basis().Catalogue.Product(productID, now, now)
	if !ok { // made by another process a moment ago
		return s.Client.ProductOption.Query().Where(productoption.ProductID(productID)).Order(productoption.ByPosition()).All(ctx)
	}
	options := make([]*ent.ProductOption, len(p.Options))
	for i, o := range p.Options {
		options[i] = &ent.ProductOption{ProductID: productID, Code: o.Code, Name: o.Name, Position: i, Surcharge: o.Surcharge, Measured: o.Measured, Grade: o.Grade}
	}
	return options, nil
}
