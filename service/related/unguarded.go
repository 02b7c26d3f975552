package related

import (
	"context"
	"maps"
	"slices"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// The functions of this package that read and write past the guard: the command line works as the system.

// readTogether is how many records are read at a time, which an export has in memory.
const readTogether = 1000

// bypassGuard returns the context in which all rows are read and written.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// keysOf lists the keys of a map, sorted.
func keysOf[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// compact sorts texts and leaves out empty ones and those that are there twice.
func compact(texts []string) []string {
	texts = slices.Compact(slices.Sorted(slices.Values(texts)))
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

// customersBy finds customers by their external ids or e-mails: what is on a customer's row goes before what they have of those who were merged into
// them, and of possible duplicates the first goes before the others.
func (c *chunk) customersBy(ctx context.Context, kind string, keys []string, to map[string]string) error {
	read := func(scan store.ScanFunc) error {
		var key, customerID string
		err := scan(&key, &customerID)
		to[key] = customerID
		return err
	}
	keys = compact(keys)
	err := store.EachByIDs(ctx, c.tx, "SELECT value_key, customer_id FROM customer_identities WHERE kind = ? AND value_key IN @ids ORDER BY id DESC", []any{kind}, keys, read)
	if err != nil {
		return err
	}
	query := "SELECT external_id, id FROM customers WHERE deleted_at IS NULL AND external_id IN @ids ORDER BY external_twin DESC"
	if kind == "EMAIL" {
		query = "SELECT email_key, id FROM customers WHERE deleted_at IS NULL AND email_key IN @ids ORDER BY email_twin DESC"
	}
	return store.EachByIDs(ctx, c.tx, query, nil, keys, read)
}

// customersHeld reads customers who are not deleted by their ids and, in a transaction, holds them.
func (c *chunk) customersHeld(ctx context.Context, ids []string, to map[string]*ent.Customer) error {
	query := "SELECT id, kind, segment FROM customers WHERE deleted_at IS NULL AND id IN @ids ORDER BY id"
	if c.bulk != nil {
		query += store.ForUpdateClause(c.tx)
	}
	return store.EachByIDs(ctx, c.tx, query, nil, ids, func(scan store.ScanFunc) error {
		one := &ent.Customer{}
		var segment string
		err := scan(&one.ID, &one.Kind, store.OrZero(&segment))
		one.Segment = (*schema.Segment)(input.NonEmpty(segment))
		to[one.ID] = one
		return err
	})
}

const relationSQL = "SELECT r.id, r.version, r.person_id, r.group_id, r.role, r.valid_from, r.valid_to, r.created_at, r.updated_at FROM customer_relations r WHERE "

// read reads the relations of the customers whom records name, and those whose ids they name.
func (w *relationChunk) read(ctx context.Context, records []Relation) error {
	var own []string
	for n := range records {
		own = append(own, records[n].ID)
	}
	people := map[string]bool{}
	for _, one := range w.people.byID {
		people[one.ID] = true
	}
	read := func(scan store.ScanFunc) error {
		r := &customers.CustomerRelation{Person: &ent.Customer{}, Company: &ent.Customer{}}
		err := scan(&r.ID, &r.Version, &r.Person.ID, &r.Company.ID, &r.Role, &r.From, &r.To, store.UTC(&r.CreatedAt), store.UTC(&r.UpdatedAt))
		w.add(r)
		return err
	}
	for _, one := range []struct {
		column string
		ids    []string
	}{{"r.person_id", keysOf(people)}, {"r.group_id", keysOf(people)}, {"r.id", compact(own)}} {
		if err := store.EachByIDs(ctx, w.tx, relationSQL+one.column+" IN @ids ORDER BY r.valid_from, r.id", nil, one.ids, read); err != nil {
			return err
		}
	}
	return nil
}

// write writes relations that are made and those that are changed.
func (w *relationChunk) write(ctx context.Context) error {
	day := func(d *schema.Date) any {
		if d == nil {
			return nil
		}
		return int64(*d)
	}
	rows := make([][]any, len(w.made))
	for n, r := range w.made {
		rows[n] = []any{r.ID, r.Version, r.Person.ID, r.Company.ID, r.Role, int64(r.From), day(r.To), r.CreatedAt, r.UpdatedAt}
	}
	columns := []string{"id", "version", "person_id", "group_id", "role", "valid_from", "valid_to", "created_at", "updated_at"}
	if err := w.tx.InsertRows(ctx, "customer_relations", columns, rows); err != nil {
		return err
	}
	for _, r := range w.changed {
		const update = "UPDATE customer_relations SET version = ?, role = ?, valid_from = ?, valid_to = ?, updated_at = ? WHERE id = ?"
		if _, err := w.tx.Exec(ctx, update, r.Version, r.Role, int64(r.From), day(r.To), r.UpdatedAt, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// exportedRelations reads relations behind an id, in the order of their ids. Of those of two who were merged nothing is shown.
func exportedRelations(ctx context.Context, tx *store.Tx, after string) (all []*Relation, err error) {
	const query = `SELECT r.id, r.person_id, p.external_id, r.group_id, g.external_id, r.role, r.valid_from, r.valid_to, r.created_at
		FROM customer_relations r JOIN customers p ON p.id = r.person_id JOIN customers g ON g.id = r.group_id
		WHERE r.id > ? AND r.person_id <> r.group_id AND p.deleted_at IS NULL AND g.deleted_at IS NULL ORDER BY r.id LIMIT ?`
	return all, store.Each(ctx, tx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		r := &Relation{From: new(schema.Date)}
		err := scan(&r.ID, &r.PersonID, store.OrZero(&r.Person), &r.CompanyID, store.OrZero(&r.Company), store.OrZero(&r.Role), r.From, &r.To, store.UTC(&r.CreatedAt))
		all = append(all, r)
		return err
	})
}

// comparedPrice are what an expected price of a file is compared with.
var comparedPrice = expectedPriceFields.Keys("id", "customer_id", "product_id", "unit", "at", "voided_at")

// read reads what expected prices name, and those that the customers have.
func (w *expectedChunk) read(ctx context.Context, records []ExpectedPrice) error {
	var own, skus, contactIDs, externals, offers []string
	for n := range records {
		p := &records[n]
		own, skus, contactIDs, externals, offers = append(own, p.ID), append(skus, p.SKU), append(contactIDs, p.ContactID), append(externals, p.Contact), append(offers, p.OfferID)
	}
	people := map[string]bool{}
	for _, one := range w.people.byID {
		people[one.ID] = true
	}
	w.products, w.contacts, w.external, w.offers, w.lines = map[string]string{}, map[string]saidIn{}, map[string]string{}, map[string]string{}, map[string]bool{}
	err := store.EachByIDs(ctx, w.tx, "SELECT sku, id FROM products WHERE sku IN @ids", nil, compact(skus), func(scan store.ScanFunc) error {
		var sku, productID string
		err := scan(&sku, &productID)
		w.products[sku] = productID
		return err
	})
	if err != nil {
		return err
	}
	said := func(scan store.ScanFunc) error {
		var one saidIn
		err := scan(&one.id, store.OrZero(&one.external), &one.customerID, store.UTC(&one.at), &one.voided)
		w.contacts[one.id], w.external[one.external] = one, one.id
		return err
	}
	const contacts = "SELECT id, external_id, customer_id, at, voided_at IS NOT NULL FROM contacts WHERE "
	if err := store.EachByIDs(ctx, w.tx, contacts+"id IN @ids", nil, compact(contactIDs), said); err != nil {
		return err
	}
	if err := store.EachByIDs(ctx, w.tx, contacts+"external_id IN @ids", nil, compact(externals), said); err != nil {
		return err
	}
	delete(w.external, "")
	const offered = "SELECT o.id, o.customer_id, l.product_id FROM offers o JOIN offer_lines l ON l.offer_id = o.id WHERE o.id IN @ids"
	if err := store.EachByIDs(ctx, w.tx, offered, nil, compact(offers), func(scan store.ScanFunc) error {
		var offerID, customerID, productID string
		err := scan(&offerID, &customerID, &productID)
		w.offers[offerID], w.lines[offerID+productID] = customerID, true
		return err
	}); err != nil {
		return err
	}
	if w.segments, err = w.service.DatedOf(ctx, w.tx, schema.DatedSegment, keysOf(people)...); err != nil {
		return err
	}
	there := func(scan store.ScanFunc) error {
		p := &ExpectedPrice{}
		err := store.ScanRow(scan, comparedPrice, p)
		w.add(p)
		return err
	}
	query := "SELECT " + store.ResultNames(comparedPrice) + " FROM expected_prices WHERE "
	if err := store.EachByIDs(ctx, w.tx, query+"customer_id IN @ids ORDER BY id", nil, keysOf(people), there); err != nil {
		return err
	}
	return store.EachByIDs(ctx, w.tx, query+"id IN @ids", nil, compact(own), there)
}

// priceColumns are the columns of expected prices.
var priceColumns = append(expectedPriceFields.Columns(), store.Column[*ExpectedPrice]{Name: "updated_at", Value: func(p *ExpectedPrice) any { return p.CreatedAt }})

// insert writes new expected prices.
func (w *expectedChunk) insert(ctx context.Context) error {
	return store.CopyRows(ctx, w.bulk, "expected_prices", priceColumns, w.made)
}

// priceResults are what an expected price is exported from.
var priceResults = expectedPriceFields.Results("e.")

// exportedPrices reads expected prices behind an id, in the order of their ids.
func exportedPrices(ctx context.Context, tx *store.Tx, after string) (all []*ExpectedPrice, err error) {
	query := "SELECT " + store.ResultNames(priceResults) + `, c.external_id, p.sku, t.external_id
		FROM expected_prices e JOIN customers c ON c.id = e.customer_id JOIN products p ON p.id = e.product_id LEFT JOIN contacts t ON t.id = e.contact_id WHERE e.id > ? ORDER BY e.id LIMIT ?`
	return all, store.Each(ctx, tx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		p := &ExpectedPrice{}
		to := make([]any, 0, len(priceResults)+3)
		for _, result := range priceResults {
			to = append(to, result.To(p))
		}
		err := scan(append(to, store.OrZero(&p.Customer), &p.SKU, store.OrZero(&p.Contact))...)
		all = append(all, p)
		return err
	})
}
