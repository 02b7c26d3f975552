package assortment

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/product"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// read reads the customers and products that agreements name, and the agreements that these have.
func (w *agreementChunk) read(ctx context.Context, records []Agreement) error {
	w.customers, w.external, w.emails = map[string]*ent.Customer{}, map[string]string{}, map[string]string{}
	w.products, w.byID, w.byPair = map[string]*ent.Product{}, map[string]*Agreement{}, map[pair][]*Agreement{}
	ids, externals, emails, skus, own := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for n := range records {
		r := &records[n]
		skus[r.SKU], own[r.ID], w.given[r.ID] = true, true, true
		switch {
		case r.CustomerID != "":
			ids[r.CustomerID] = true
		case r.Customer != "":
			externals[r.Customer] = true
		case r.Email != "":
			emails[input.EmailKey(r.Email)] = true
		}
	}
	named := func(column, twin, kind string, keys map[string]bool, to map[string]string) error { // of possible duplicates the first comes last
		read := func(scan store.ScanFunc) error {
			var key, customerID string
			err := scan(&key, &customerID)
			to[key], ids[customerID] = customerID, true
			return err
		}
		// First what customers have of those who were merged into them: what is on a row goes before.
		err := store.EachByIDs(ctx, w.tx, "SELECT value_key, customer_id FROM customer_identities WHERE kind = ? AND value_key IN @ids ORDER BY id DESC", []any{kind}, keysOf(keys), read)
		if err != nil {
			return err
		}
		query := "SELECT " + column + ", id FROM customers WHERE deleted_at IS NULL AND " + column + " IN @ids ORDER BY " + twin + " DESC"
		return store.EachByIDs(ctx, w.tx, query, nil, keysOf(keys), read)
	}
	if err := named("external_id", "external_twin", "EXTERNAL_ID", externals, w.external); err != nil {
		return err
	}
	if err := named("email_key", "email_twin", "EMAIL", emails, w.emails); err != nil {
		return err
	}
	kept, err := service.KeptAmong(ctx, w.tx, keysOf(ids))
	if err != nil {
		return err
	}
	for _, one := range kept {
		ids[one] = true
	}
	if err := w.readNamed(ctx, keysOf(ids), keysOf(skus)); err != nil {
		return err
	}
	for merged, one := range kept {
		w.customers[merged] = w.customers[one]
	}
	add := func(a *Agreement) {
		if w.byID[a.ID] == nil {
			of := pair{a.CustomerID, a.productID}
			w.byID[a.ID], w.byPair[of] = a, append(w.byPair[of], a)
		}
	}
	if err := readAgreements(ctx, w.tx, "a.customer_id IN @ids", keysOf(w.customers), add); err != nil {
		return err
	}
	return readAgreements(ctx, w.tx, "a.id IN @ids", keysOf(own), add)
}

// readNamed reads customers by id and products by sku.
func (w *agreementChunk) readNamed(ctx context.Context, ids, skus []string) error {
	for some := range chunksOf(ids) {
		rows, err := w.tx.Customer.Query().Where(customer.IDIn(some...)).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			w.customers[row.ID] = row
		}
	}
	for some := range chunksOf(skus) {
		rows, err := w.tx.Product.Query().Where(product.SkuIn(some...)).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			w.products[row.Sku] = row
		}
	}
	return nil
}

// readAgreements reads agreements by a condition over ids, with all of their ends.
func readAgreements(ctx context.Context, tx *store.Tx, where string, ids []string, each func(*Agreement)) error {
	byID := map[string]*Agreement{}
	var inOrder []*Agreement
	err := store.EachByIDs(ctx, tx, selectAgreements+where+" ORDER BY a.id", nil, ids, scanAgreement(func(a *Agreement) {
		inOrder, byID[a.ID] = append(inOrder, a), a
	}))
	if err != nil {
		return err
	}
	if err := readEnds(ctx, tx, byID); err != nil {
		return err
	}
	for _, a := range inOrder {
		each(a)
	}
	return nil
}

const selectAgreements = `SELECT a.id, a.customer_id, c.external_id, a.product_id, p.sku, a.unit, a.minimum_quantity, a.valid_from, a.valid_to, a.override_floor_reason,
	a.state, a.recorded_at, a.proposed_at, a.decided_at, a.decline_reason FROM price_agreements a JOIN customers c ON c.id = a.customer_id JOIN products p ON p.id = a.product_id WHERE `

func scanAgreement(each func(*Agreement)) func(scan store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		a := &Agreement{}
		var minimum money.Decimal
		var state string
		err := scan(&a.ID, &a.CustomerID, store.OrZero(&a.Customer), &a.productID, &a.SKU, &a.Unit, &minimum, store.UTC(&a.ValidFrom), store.UTC(&a.ValidTo), store.OrZero(&a.Reason),
			&state, store.UTC(&a.RecordedAt), store.UTC(&a.ProposedAt), store.UTC(&a.DecidedAt), store.OrZero(&a.DeclineReason))
		if !minimum.IsZero() {
			a.MinimumQuantity = &minimum
		}
		a.State = schema.AgreementState(state)
		each(a)
		return err
	}
}

// readEnds reads all ends of agreements, in the order of their recording.
func readEnds(ctx context.Context, tx *store.Tx, agreements map[string]*Agreement) error {
	query := "SELECT subject, value, valid_from, recorded_at FROM dated_values WHERE name = ? AND subject IN @ids ORDER BY subject, recorded_at, id"
	return store.EachByIDs(ctx, tx, query, []any{string(schema.DatedEnd)}, keysOf(agreements), func(scan store.ScanFunc) error {
		var agreementID string
		var end End
		err := scan(&agreementID, store.OrZero(&end.Reason), store.UTC(&end.At), store.UTC(&end.RecordedAt))
		agreements[agreementID].Ends = append(agreements[agreementID].Ends, end)
		return err
	})
}

// exportedAgreements reads agreements behind an id, in the order of their ids.
func exportedAgreements(ctx context.Context, tx *store.Tx, after string) ([]*Agreement, error) {
	var all []*Agreement
	byID := map[string]*Agreement{}
	err := store.Each(ctx, tx, selectAgreements+"a.id > ? ORDER BY a.id LIMIT ?", []any{after, readTogether}, scanAgreement(func(a *Agreement) {
		all, byID[a.ID] = append(all, a), a
	}))
	if err != nil {
		return nil, err
	}
	return all, readEnds(ctx, tx, byID)
}

// The columns of agreements and their ends.
var (
	agreementColumns = []store.Column[*Agreement]{
		{Name: "id", Value: func(a *Agreement) any { return a.ID }},
		{Name: "customer_id", Value: func(a *Agreement) any { return a.CustomerID }},
		{Name: "product_id", Value: func(a *Agreement) any { return a.productID }},
		{Name: "unit", Value: func(a *Agreement) any { return a.Unit.Minor() }},
		{Name: "minimum_quantity", Value: func(a *Agreement) any { return input.OrZero(a.MinimumQuantity).Nano() }},
		{Name: "valid_from", Value: func(a *Agreement) any { return a.ValidFrom }},
		{Name: "valid_to", Value: func(a *Agreement) any { return timeOf(a.ValidTo) }, Optional: true},
		{Name: "override_floor_reason", Value: func(a *Agreement) any { return textOf(a.Reason) }, Optional: true},
		{Name: "excused_measurements", Value: func(a *Agreement) any {
			if a.measured == nil {
				return nil
			}
			return store.JSON{Of: a.measured}
		}, Optional: true},
		{Name: "agreed_by", Value: func(*Agreement) any { return "" }},
		{Name: "recorded_at", Value: func(a *Agreement) any { return a.RecordedAt }},
		{Name: "state", Value: func(a *Agreement) any { return string(a.State) }},
		{Name: "proposed_at", Value: func(a *Agreement) any { return timeOf(a.ProposedAt) }, Optional: true},
		{Name: "decided_at", Value: func(a *Agreement) any { return timeOf(a.DecidedAt) }, Optional: true},
		{Name: "decline_reason", Value: func(a *Agreement) any { return textOf(a.DeclineReason) }, Optional: true},
		{Name: "ended_at", Value: func(a *Agreement) any { return timeOf(input.OrZero(a.last()).At) }, Optional: true},
		{Name: "end_reason", Value: func(a *Agreement) any { return textOf(input.OrZero(a.last()).Reason) }, Optional: true},
	}
	endColumns = []store.Column[endRow]{
		{Name: "id", Value: func(e endRow) any { return e.id }},
		{Name: "name", Value: func(endRow) any { return string(schema.DatedEnd) }},
		{Name: "subject", Value: func(e endRow) any { return e.agreementID }},
		{Name: "value", Value: func(e endRow) any { return textOf(e.Reason) }, Optional: true},
		{Name: "valid_from", Value: func(e endRow) any { return e.At }},
		{Name: "recorded_at", Value: func(e endRow) any { return e.RecordedAt }},
		{Name: "actor", Value: func(endRow) any { return "system" }},
	}
)

func timeOf(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// insert writes agreements with their ends.
func (w *agreementChunk) insert(ctx context.Context) error {
	for _, a := range w.made {
		if a.Reason != "" { // a file does not say what was measured when the price was agreed
			a.measured = w.customers[a.CustomerID].Measurements
		}
	}
	if err := store.CopyRows(ctx, w.bulk, "price_agreements", agreementColumns, w.made); err != nil {
		return err
	}
	return store.CopyRows(ctx, w.bulk, "dated_values", endColumns, w.ends())
}
