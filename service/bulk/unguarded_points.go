package bulk

import (
	"context"
	"maps"
	"time"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/store"
)

// addReach fills in the contact points, addresses and tags of customers.
func (c *chunk) addReach(ctx context.Context, of []*customers.Record) error {
	byID := make(map[string]*customers.Record, len(of))
	ids := make([]string, len(of))
	for n, p := range of {
		ids[n], byID[p.ID] = p.ID, p
	}
	const points = "SELECT customer_id, id, type, value, kind, created_at FROM contact_points WHERE"
	err := c.look(ctx, points, "customer_id", " ORDER BY customer_id, created_at, id", ids, func(scan store.ScanFunc) error {
		var customerID, kind, of string
		var one customers.PointFact
		err := scan(&customerID, &one.ID, &of, &one.Value, &kind, store.UTC(&one.CreatedAt))
		one.Kind = schema.ContactPointKind(kind)
		list, _ := byID[customerID].Points(schema.ContactPointType(of))
		*list = append(*list, one)
		return err
	})
	if err != nil {
		return err
	}
	const addresses = "SELECT customer_id, id, kind, country, region, city, street, postal_code, created_at FROM addresses WHERE"
	err = c.look(ctx, addresses, "customer_id", " ORDER BY customer_id, created_at, id", ids, func(scan store.ScanFunc) error {
		var customerID, kind string
		var one customers.AddressFact
		err := scan(&customerID, &one.ID, &kind, &one.Country, &one.Region, &one.City, &one.Street, &one.PostalCode, store.UTC(&one.CreatedAt))
		one.Kind = schema.AddressKind(kind)
		byID[customerID].Addresses = append(byID[customerID].Addresses, one)
		return err
	})
	if err != nil {
		return err
	}
	const tags = "SELECT customer_id, tag FROM customer_tags WHERE"
	return c.look(ctx, tags, "customer_id", " ORDER BY customer_id, tag_key, id", ids, func(scan store.ScanFunc) error {
		var customerID, tag string
		err := scan(&customerID, &tag)
		byID[customerID].Tags = append(byID[customerID].Tags, tag)
		return err
	})
}

// ownersOf returns the customers of those contact points and addresses that there are, by the ids of these.
func (c *chunk) ownersOf(ctx context.Context, points, addresses []string) (map[string]string, error) {
	owners, err := c.lookUp(ctx, "SELECT id, customer_id FROM contact_points WHERE", "id", points)
	if err != nil {
		return nil, err
	}
	more, err := c.lookUp(ctx, "SELECT id, customer_id FROM addresses WHERE", "id", addresses)
	maps.Copy(owners, more)
	return owners, err
}

// copyReach writes rows by which customers are reached.
func (c *chunk) copyReach(ctx context.Context, points []pointRow, addresses []addressRow, tags []tagRow) error {
	now := c.service.Now()
	since := func(at time.Time) any {
		if at.IsZero() {
			return now
		}
		return at
	}
	text := func(value *string) any {
		if value == nil {
			return nil
		}
		return *value
	}
	if len(points) > 0 {
		if err := store.CopyRows(ctx, c.bulk, "contact_points", []store.Column[pointRow]{
			{Name: "id", Value: func(p pointRow) any { return p.ID }},
			{Name: "customer_id", Value: func(p pointRow) any { return p.customerID }},
			{Name: "type", Value: func(p pointRow) any { return string(p.of) }},
			{Name: "value", Value: func(p pointRow) any { return p.Value }},
			{Name: "value_key", Value: func(p pointRow) any { return customers.PointKey(p.of, p.Value) }},
			{Name: "kind", Value: func(p pointRow) any { return string(p.Kind) }},
			{Name: "created_at", Value: func(p pointRow) any { return since(p.CreatedAt) }},
		}, points); err != nil {
			return err
		}
	}
	if len(addresses) > 0 {
		if err := store.CopyRows(ctx, c.bulk, "addresses", []store.Column[addressRow]{
			{Name: "id", Value: func(a addressRow) any { return a.ID }},
			{Name: "customer_id", Value: func(a addressRow) any { return a.customerID }},
			{Name: "kind", Value: func(a addressRow) any { return string(a.Kind) }},
			{Name: "country", Value: func(a addressRow) any { return text(a.Country) }, Optional: true},
			{Name: "region", Value: func(a addressRow) any { return text(a.Region) }, Optional: true},
			{Name: "city", Value: func(a addressRow) any { return text(a.City) }, Optional: true},
			{Name: "street", Value: func(a addressRow) any { return text(a.Street) }, Optional: true},
			{Name: "postal_code", Value: func(a addressRow) any { return text(a.PostalCode) }, Optional: true},
			{Name: "created_at", Value: func(a addressRow) any { return since(a.CreatedAt) }},
		}, addresses); err != nil {
			return err
		}
	}
	if len(tags) == 0 {
		return nil
	}
	return store.CopyRows(ctx, c.bulk, "customer_tags", []store.Column[tagRow]{
		{Name: "id", Value: func(tagRow) any { return c.service.IDs.Make(id.CustomerTag) }},
		{Name: "customer_id", Value: func(t tagRow) any { return t.customerID }},
		{Name: "tag", Value: func(t tagRow) any { return t.tag }},
		{Name: "tag_key", Value: func(t tagRow) any { return customers.TagKey(t.tag) }},
		{Name: "created_at", Value: func(tagRow) any { return now }},
	}, tags)
}

// removeReach removes contact points and addresses by their ids.
func (c *chunk) removeReach(ctx context.Context, points, addresses []string) error {
	for table, ids := range map[string][]string{"contact_points": points, "addresses": addresses} {
		for _, one := range ids {
			if _, err := c.bulk.Exec(ctx, "DELETE FROM "+table+" WHERE id = ?", one); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeTag takes a tag off a customer.
func (c *chunk) removeTag(ctx context.Context, t tagRow) error {
	_, err := c.bulk.Exec(ctx, "DELETE FROM customer_tags WHERE customer_id = ? AND tag_key = ?", t.customerID, customers.TagKey(t.tag))
	return err
}
