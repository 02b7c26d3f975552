package catalogue

import (
	"context"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// UpdateProduct renames a product, takes it off the catalogue or back on it, or says whose it is. Disjoint changes merge, others are a
// VERSION_CONFLICT.
func (s *Service) UpdateProduct(ctx context.Context, in service.UpdateProductInput) (*ent.Product, error) {
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
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, err := s.lockProduct(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		current := map[string]any{"name": p.Name, "active": p.Active, "partner": ""}
		if p.PartnerID != nil && in.Partner != nil {
			partner, err := tx.Partner.Get(auth.System(ctx), *p.PartnerID)
			if err != nil {
				return "", err
			}
			current["partner"] = partner.Name
		}
		if err := s.CheckConflicts(ctx, tx, productUpdate, p.ID, in.ExpectedVersion, p.Version, current, wanted); err != nil {
			return "", err
		}
		update, moved := tx.Product.UpdateOne(p).AddVersion(1).SetUpdatedAt(s.Now()), map[string]service.Change{}
		for name, to := range wanted {
			if !service.Same(current[name], to) {
				moved[name] = service.Change{Old: current[name], New: to}
			}
		}
		if name, ok := moved["name"]; ok {
			text, _ := name.New.(string)
			update.SetName(text).SetNameKey(input.NameKey(text))
		}
		if partner, ok := moved["partner"]; ok {
			name, _ := partner.New.(string)
			supplier, err := s.supplier(ctx, tx, name)
			if err != nil {
				return "", err
			}
			update.ClearPartnerID()
			if supplier != nil {
				update.SetPartnerID(*supplier)
			}
		}
		if len(moved) == 0 {
			return p.ID, nil
		}
		p, err = update.SetNillableActive(in.Active).Save(ctx)
		if err != nil {
			return "", err
		}
		if err := s.Remember(ctx, tx, productUpdate, p.ID, service.VersionChange{Version: p.Version, Fields: moved}); err != nil {
			return "", err
		}
		return p.ID, s.Touch(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ID)
}

// lockProduct loads a product and holds its row to the transaction's end.
func (s *Service) lockProduct(ctx context.Context, tx *store.Tx, field, productID string) (*ent.Product, error) {
	query := tx.Product.Query().Where(product.ID(productID))
	store.ForUpdate(tx, query)
	p, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "product")
	}
	return p, err
}

// supplier gives the id of the partner of a name, who is made where there is none; nil for no name.
func (s *Service) supplier(ctx context.Context, tx *store.Tx, name string) (*string, error) {
	if name == "" {
		return nil, nil
	}
	partner, err := s.people.PartnerNamed(ctx, tx, name, nil)
	if err != nil {
		return nil, err
	}
	return &partner.ID, s.Touch(ctx, tx, service.SnapshotPeople)
}

// PartnerName gives the name of a partner by id from memory, nil for none; a partner's client sees no other's.
func (s *Service) PartnerName(ctx context.Context, partnerID *string) *string {
	if partnerID == nil {
		return nil
	}
	if actor, _ := auth.From(ctx); actor.Role == schema.RolePartner && actor.PartnerID != *partnerID {
		return nil
	}
	if partner := s.people.Partner(*partnerID); partner != nil {
		return &partner.Name
	}
	return nil
}
