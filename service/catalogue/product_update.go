package catalogue

import (
	"context"
	"strconv"

	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/store"
)

// productUpdate is the audit action of a new version of a product.
const productUpdate = "product.update"

// UpdateProduct renames a product, takes it off the catalogue or puts it back on, or changes whose it is, its unit, its category or its
// standard lead time, which a price rests on and which holds from now on. Changes of different fields merge; others are a VERSION_CONFLICT.
func (s *Service) UpdateProduct(ctx context.Context, in service.UpdateProductInput) (*ent.Product, error) {
	changes, err := checkUpdate(in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ID, s.updateProduct(ctx, tx, in, changes)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ID)
}

// updateProduct updates a product in a transaction.
func (s *Service) updateProduct(ctx context.Context, tx *store.Tx, in service.UpdateProductInput, changes *productChanges) error {
	p, err := s.lockProduct(ctx, tx, "id", in.ID)
	if err != nil {
		return err
	}
	now := &Record{Product: p}
	if p.PartnerID != nil && in.Partner != nil {
		if now.Partner, err = partnerName(ctx, tx, *p.PartnerID); err != nil {
			return err
		}
	}
	merge := service.Update{Action: productUpdate, Subject: p.ID, Expected: in.ExpectedVersion, Version: p.Version}
	merge.Current, merge.Updated = changes.Values(now)
	changed, err := s.Merge(ctx, tx, merge)
	if err != nil || len(changed) == 0 {
		return err
	}
	return s.changeProduct(ctx, tx, p, changes, changed)
}

// productChanges are what an update changes of a product.
type productChanges = field.Changes[Record, service.CreateProductInput, service.UpdateProductInput]

// checkUpdate returns what an update sets, checked.
func checkUpdate(in service.UpdateProductInput) (*productChanges, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Product, in.ID))
	changes, err := fields.Update(&in, &Record{Product: &ent.Product{}})
	faults.Add(err)
	return changes, faults.Or()
}

// changeProduct writes the changes of a product as a new version, and its history.
func (s *Service) changeProduct(ctx context.Context, tx *store.Tx, p *ent.Product, changes *productChanges, changed map[string]service.Change) error {
	changes.To.PartnerID = p.PartnerID
	if _, ok := changed["partner"]; ok {
		var err error
		if changes.To.PartnerID, err = s.supplier(ctx, tx, changes.To.Partner); err != nil {
			return err
		}
	}
	row := *p
	after := &Record{Product: &row}
	changes.Apply(after)
	update := tx.Product.UpdateOne(p).AddVersion(1).SetUpdatedAt(s.Now())
	if err := changes.Put(update.Mutation(), after); err != nil {
		return err
	}
	if after.StandardLeadDays != p.StandardLeadDays {
		before, days := strconv.Itoa(p.StandardLeadDays), strconv.Itoa(after.StandardLeadDays)
		if _, err := s.ChangeDated(ctx, tx, schema.DatedLeadDays, p.ID, &before, &days, p.CreatedAt, s.Now()); err != nil {
			return err
		}
	}
	saved, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, productUpdate, saved.ID, service.VersionChange{Version: saved.Version, Fields: changed}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// lockProduct loads a product and holds its row until the transaction ends. NOT_FOUND on the field.
func (s *Service) lockProduct(ctx context.Context, tx *store.Tx, field, productID string) (*ent.Product, error) {
	query := tx.Product.Query().Where(product.ID(productID))
	store.ForUpdate(tx, query)
	p, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "product")
	}
	return p, err
}
