package catalogue

import (
	"context"
	"strconv"
	"strings"

	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// productUpdate is the audit action of a new version of a product.
const productUpdate = "product.update"

// productChange is a checked update of a product; nil is what the update leaves as it is.
type productChange struct {
	name    *string
	active  *bool
	partner *string // the name; "" for no partner

	unit, category *string // "" for none
	leadDays       *int
}

// productField is a field that an update may change. Conflicts, the audit log and the written row are made from the table.
type productField struct {
	name    string // of the input
	current func(p *ent.Product, partner string) any
	updated func(c *productChange) (value any, isGiven bool)
	set     func(c *productChange, partnerID *string, update *ent.ProductUpdateOne)
}

var productFields = []productField{
	{
		"name",
		func(p *ent.Product, _ string) any { return p.Name },
		func(c *productChange) (any, bool) { return input.Given(c.name) },
		func(c *productChange, _ *string, update *ent.ProductUpdateOne) {
			update.SetName(*c.name).SetNameKey(input.NameKey(*c.name))
		},
	},
	{
		"active",
		func(p *ent.Product, _ string) any { return p.Active },
		func(c *productChange) (any, bool) { return input.Given(c.active) },
		func(c *productChange, _ *string, update *ent.ProductUpdateOne) { update.SetActive(*c.active) },
	},
	{
		"partner",
		func(_ *ent.Product, partner string) any { return partner },
		func(c *productChange) (any, bool) { return input.Given(c.partner) },
		func(_ *productChange, partnerID *string, update *ent.ProductUpdateOne) {
			update.ClearPartnerID()
			if partnerID != nil {
				update.SetPartnerID(*partnerID)
			}
		},
	},
	{
		"unit",
		func(p *ent.Product, _ string) any { return input.OrZero(p.Unit) },
		func(c *productChange) (any, bool) { return input.Given(c.unit) },
		func(c *productChange, _ *string, update *ent.ProductUpdateOne) {
			if *c.unit == "" {
				update.ClearUnit()
			} else {
				update.SetUnit(*c.unit)
			}
		},
	},
	{
		"category",
		func(p *ent.Product, _ string) any { return input.OrZero(p.Category) },
		func(c *productChange) (any, bool) { return input.Given(c.category) },
		func(c *productChange, _ *string, update *ent.ProductUpdateOne) {
			if *c.category == "" {
				update.ClearCategory()
			} else {
				update.SetCategory(*c.category)
			}
		},
	},
	{
		"standardLeadDays",
		func(p *ent.Product, _ string) any { return p.StandardLeadDays },
		func(c *productChange) (any, bool) { return input.Given(c.leadDays) },
		func(c *productChange, _ *string, update *ent.ProductUpdateOne) {
			update.SetStandardLeadDays(*c.leadDays)
		},
	},
}

// UpdateProduct renames a product, takes it off the catalogue or puts it back on, or changes whose it is, its unit, its category or its
// standard lead time, which a price rests on and which holds from now on. Changes of different fields merge; others are a VERSION_CONFLICT.
func (s *Service) UpdateProduct(ctx context.Context, in service.UpdateProductInput) (*ent.Product, error) {
	change, err := checkUpdate(in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, err := s.lockProduct(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		partner := ""
		if p.PartnerID != nil && in.Partner != nil {
			if partner, err = partnerName(ctx, tx, *p.PartnerID); err != nil {
				return "", err
			}
		}
		merge := service.Update{
			Action: productUpdate, Subject: p.ID, Expected: in.ExpectedVersion, Version: p.Version,
			Current: map[string]any{}, Updated: map[string]any{},
		}
		for _, f := range productFields {
			merge.Current[f.name] = f.current(p, partner)
			if value, isGiven := f.updated(change); isGiven {
				merge.Updated[f.name] = value
			}
		}
		changes, err := s.Merge(ctx, tx, merge)
		if err != nil || len(changes) == 0 {
			return p.ID, err
		}
		return p.ID, s.changeProduct(ctx, tx, p, change, changes)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ID)
}

// checkUpdate returns what an update sets, checked.
func checkUpdate(in service.UpdateProductInput) (*productChange, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Product, in.ID))
	change := &productChange{active: in.Active}
	if in.Name != nil {
		name, err := input.Text("name", *in.Name, 300)
		faults.Add(err)
		change.name = &name
	}
	if in.Partner != nil {
		name, err := strings.TrimSpace(*in.Partner), error(nil)
		if name != "" {
			name, err = input.Text("partner", name, 200)
		}
		faults.Add(err)
		change.partner = &name
	}
	for _, text := range []struct {
		field string
		in    *string
		most  int
		to    **string
	}{{"unit", in.Unit, 40, &change.unit}, {"category", in.Category, 100, &change.category}} {
		if text.in == nil {
			continue
		}
		value := input.OrZero(optionalText(&faults, text.field, text.in, text.most))
		*text.to = &value
	}
	if change.leadDays = in.StandardLeadDays; change.leadDays != nil {
		faults.Add(checkLeadDays(*change.leadDays))
	}
	return change, faults.Or()
}

// changeProduct writes the changes of a product as a new version, and its history.
func (s *Service) changeProduct(ctx context.Context, tx *store.Tx, p *ent.Product, change *productChange, changes map[string]service.Change) error {
	var partnerID *string
	if _, ok := changes["partner"]; ok {
		var err error
		if partnerID, err = s.supplier(ctx, tx, *change.partner); err != nil {
			return err
		}
	}
	update := tx.Product.UpdateOne(p).AddVersion(1).SetUpdatedAt(s.Now())
	for _, f := range productFields {
		if _, ok := changes[f.name]; ok {
			f.set(change, partnerID, update)
		}
	}
	if _, ok := changes["standardLeadDays"]; ok {
		before, after := strconv.Itoa(p.StandardLeadDays), strconv.Itoa(*change.leadDays)
		if _, err := s.ChangeDated(ctx, tx, schema.DatedLeadDays, p.ID, &before, &after, p.CreatedAt, s.Now()); err != nil {
			return err
		}
	}
	if change.name != nil {
		update.SetSearchKey(input.ProductKey(p.Sku, *change.name))
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
