package catalogue

import (
	"context"
	"strings"

	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// productUpdate is the audit action of a new version of a product.
const productUpdate = "product.update"

// UpdateProduct renames a product, takes it off the catalogue or puts it back on, or changes whose it is. Changes of different fields
// merge; others are a VERSION_CONFLICT.
func (s *Service) UpdateProduct(ctx context.Context, in service.UpdateProductInput) (*ent.Product, error) {
	wanted, err := checkUpdate(in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, err := s.lockProduct(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		current := map[string]any{"name": p.Name, "active": p.Active, "partner": ""}
		if p.PartnerID != nil && in.Partner != nil {
			if current["partner"], err = partnerName(ctx, tx, *p.PartnerID); err != nil {
				return "", err
			}
		}
		if err := s.CheckConflicts(ctx, tx, productUpdate, p.ID, in.ExpectedVersion, p.Version, current, wanted); err != nil {
			return "", err
		}
		changes := map[string]service.Change{}
		for name, to := range wanted {
			if !service.SameJSON(current[name], to) {
				changes[name] = service.Change{Old: current[name], New: to}
			}
		}
		if len(changes) == 0 {
			return p.ID, nil
		}
		return p.ID, s.changeProduct(ctx, tx, p, changes)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ID)
}

// checkUpdate returns what an update sets, by the names of the input's fields. No partner is "".
func checkUpdate(in service.UpdateProductInput) (map[string]any, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Product, in.ID))
	wanted := map[string]any{}
	if in.Name != nil {
		name, fail := input.Text("name", *in.Name, 300)
		faults.Add(fail)
		wanted["name"] = name
	}
	if in.Active != nil {
		wanted["active"] = *in.Active
	}
	if in.Partner != nil {
		name := strings.TrimSpace(*in.Partner)
		if name != "" {
			var fail error
			name, fail = input.Text("partner", name, 200)
			faults.Add(fail)
		}
		wanted["partner"] = name
	}
	return wanted, faults.Or()
}

// changeProduct writes a new version of a product and its history.
func (s *Service) changeProduct(ctx context.Context, tx *store.Tx, p *ent.Product, changes map[string]service.Change) error {
	update := tx.Product.UpdateOne(p).AddVersion(1).SetUpdatedAt(s.Now())
	for field, change := range changes {
		switch to := change.New.(type) {
		case bool:
			update.SetActive(to)
		case string:
			if field == "name" {
				update.SetName(to).SetNameKey(input.NameKey(to))
				continue
			}
			partnerID, err := s.supplier(ctx, tx, to)
			if err != nil {
				return err
			}
			update.ClearPartnerID()
			if partnerID != nil {
				update.SetPartnerID(*partnerID)
			}
		}
	}
	changed, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, productUpdate, changed.ID, service.VersionChange{Version: changed.Version, Fields: changes}); err != nil {
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
