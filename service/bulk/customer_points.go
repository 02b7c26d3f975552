package bulk

import (
	"context"
	"slices"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/service/input"
)

// The contact points, addresses and tags of customers in files: see package customers.

// reach is what is known of the rows by which customers are reached.
type reach struct {
	owners map[string]string // whose the contact points and addresses are, by their ids
}

// readReach reads the contact points, addresses and tags of the customers that exist, and whose the ids are that a file gives.
func (c *chunk) readReach(ctx context.Context, stored storedCustomers, records []customers.Record) (*reach, error) {
	known := make([]*customers.Record, 0, len(stored.byID))
	for _, p := range stored.byID {
		known = append(known, p)
	}
	if err := c.addReach(ctx, known); err != nil {
		return nil, err
	}
	var points, addresses []string
	for _, r := range records {
		for _, one := range slices.Concat(r.Phones, r.Emails) {
			points = append(points, one.ID)
		}
		for _, one := range r.Addresses {
			addresses = append(addresses, one.ID)
		}
	}
	owners, err := c.ownersOf(ctx, points, addresses)
	return &reach{owners}, err
}

// merge puts into a record what the customer has after the import, with the ids of what is new, and returns the columns that differ.
func (k *reach) merge(newID func(prefix string) string, existing, given *customers.Record) []string {
	differ := slices.Concat(given.MergePoints(existing), given.MergeAddresses(existing), given.MergeTags(existing))
	claim := func(prefix string, to *string) {
		if owner := k.owners[*to]; *to == "" || owner != "" && owner != given.ID {
			*to = newID(prefix)
		}
		k.owners[*to] = given.ID
	}
	for _, of := range customers.PointTypes {
		list, _ := given.Points(of)
		for n := range *list {
			claim(id.ContactPoint, &(*list)[n].ID)
		}
	}
	for n := range given.Addresses {
		claim(id.Address, &given.Addresses[n].ID)
	}
	return differ
}

// emailKeys returns the keys of all e-mail addresses of a record.
func emailKeys(r *customers.Record) (keys []string) {
	for _, one := range r.Emails {
		keys = append(keys, input.EmailKey(one.Value))
	}
	if r.EmailKey != nil && !slices.Contains(keys, *r.EmailKey) {
		keys = append(keys, *r.EmailKey)
	}
	return keys
}

// pointRow, addressRow and tagRow are rows of a customer.
type (
	pointRow struct {
		customers.PointFact

		customerID string
		of         schema.ContactPointType
	}
	addressRow struct {
		customers.AddressFact

		customerID string
	}
	tagRow struct{ customerID, tag string }
)

// rowsOf are the rows by which a customer is reached.
func rowsOf(p *customers.Record) (points []pointRow, addresses []addressRow, tags []tagRow) {
	for _, of := range customers.PointTypes {
		list, _ := p.Points(of)
		for _, one := range *list {
			points = append(points, pointRow{one, p.ID, of})
		}
	}
	for _, one := range p.Addresses {
		addresses = append(addresses, addressRow{one, p.ID})
	}
	for _, one := range p.Tags {
		tags = append(tags, tagRow{p.ID, one})
	}
	return points, addresses, tags
}

// insertReach writes the rows by which new customers are reached. Those that orders and contacts name have what is on their rows alone.
func (c *chunk) insertReach(ctx context.Context, made []*customers.Record) error {
	var points []pointRow
	var addresses []addressRow
	var tags []tagRow
	for _, p := range made {
		for _, of := range customers.PointTypes {
			value := *customers.MainPoint(p.Customer, of)
			list, _ := p.Points(of)
			if value == nil || len(*list) > 0 || p.DeletedAt != nil {
				continue
			}
			*list = []customers.PointFact{{ID: c.service.IDs.Make(id.ContactPoint), Value: *value, Kind: schema.PointOther}}
		}
		a, b, d := rowsOf(p)
		points, addresses, tags = append(points, a...), append(addresses, b...), append(tags, d...)
	}
	return c.copyReach(ctx, points, addresses, tags)
}

// changeReach writes what an import changes of the rows by which customers are reached who exist. Of several records of one customer the last says
// what there is.
func (c *chunk) changeReach(ctx context.Context, changed []*customers.Record) error {
	last := map[string]*customers.Record{}
	for _, p := range changed {
		last[p.ID] = p
	}
	var points []pointRow
	var addresses []addressRow
	var tags []tagRow
	var gonePoints, goneAddresses []string
	for _, p := range changed {
		if last[p.ID] != p {
			continue
		}
		oldPoints, oldAddresses, oldTags := rowsOf(c.before[p.ID])
		newPoints, newAddresses, newTags := rowsOf(p)
		for _, row := range oldPoints {
			if !slices.Contains(newPoints, row) {
				gonePoints = append(gonePoints, row.ID)
			}
		}
		for _, row := range newPoints {
			if !slices.Contains(oldPoints, row) {
				points = append(points, row)
			}
		}
		goneAddresses, addresses = changedAddresses(oldAddresses, newAddresses, goneAddresses, addresses)
		for _, row := range oldTags {
			if !slices.Contains(newTags, row) {
				if err := c.removeTag(ctx, row); err != nil {
					return err
				}
			}
		}
		for _, row := range newTags {
			if !slices.Contains(oldTags, row) {
				tags = append(tags, row)
			}
		}
	}
	if err := c.removeReach(ctx, gonePoints, goneAddresses); err != nil {
		return err
	}
	return c.copyReach(ctx, points, addresses, tags)
}

// changedAddresses adds the ids of the addresses that are gone or have changed, and those that are new or have changed.
func changedAddresses(before, after []addressRow, gone []string, fresh []addressRow) ([]string, []addressRow) {
	same := func(a addressRow) func(b addressRow) bool {
		return func(b addressRow) bool {
			return a.ID == b.ID && a.Kind == b.Kind && customers.SameAddress(a.AddressFact, b.AddressFact)
		}
	}
	for _, row := range before {
		if !slices.ContainsFunc(after, same(row)) {
			gone = append(gone, row.ID)
		}
	}
	for _, row := range after {
		if !slices.ContainsFunc(before, same(row)) {
			fresh = append(fresh, row)
		}
	}
	return gone, fresh
}

// insertPointTerms adds the terms by which the further contact points of new customers find them.
func (c *chunk) insertPointTerms(ctx context.Context, made []*customers.Record) error {
	var terms []searchTerm
	for _, p := range made {
		if len(p.Phones)+len(p.Emails) < 2 || p.DeletedAt != nil {
			continue
		}
		own := map[string]bool{}
		for _, term := range customers.SearchTerms(p.Customer) {
			own[term] = true
		}
		for _, term := range customers.SearchTerms(p.Customer, p.Beside()...) {
			if !own[term] {
				terms = append(terms, searchTerm{term, p.ID})
			}
		}
	}
	if len(terms) == 0 {
		return nil
	}
	return c.insertTerms(ctx, terms)
}
