package assortment

import (
	"context"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/catalogue"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// The functions of this package that read and write past the guard: the command line works as the system.

// bypassGuard returns the context in which all rows are read and written.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// productResults are the results that products are read from.
var productResults = append(catalogue.Fields().Results("p."), store.Result[catalogue.Record]{Name: "p.version", To: func(r *catalogue.Record) any { return &r.Version }})

const fromProducts = " FROM products p LEFT JOIN partners q ON q.id = p.partner_id WHERE "

// scanProduct returns what reads a product and gives it to a function.
func scanProduct(each func(p *Product)) func(scan store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		p := &Product{Record: catalogue.Record{Product: &ent.Product{}}}
		err := store.ScanRow(scan, productResults, &p.Record)
		p.CreatedAt = p.CreatedAt.UTC()
		each(p)
		return err
	}
}

// read reads the products that records name by sku or id, with their price terms and lead times.
func (w *productChunk) read(ctx context.Context, records []Product) error {
	w.bySKU, w.byID = map[string]*Product{}, map[string]*Product{}
	var skus, ids []string
	for n := range records {
		skus = append(skus, records[n].Sku)
		if records[n].ID != "" {
			ids = append(ids, records[n].ID)
		}
	}
	add := scanProduct(func(p *Product) {
		if w.byID[p.ID] == nil {
			w.bySKU[p.Sku], w.byID[p.ID] = p, p
		}
	})
	query := "SELECT " + store.ResultNames(productResults) + fromProducts
	if err := store.EachByIDs(ctx, w.tx, query+"p.sku IN @ids", nil, skus, add); err != nil {
		return err
	}
	if err := store.EachByIDs(ctx, w.tx, query+"p.id IN @ids", nil, ids, add); err != nil {
		return err
	}
	return readTerms(ctx, w.tx, w.byID)
}

// hold keeps products from being changed by others until the transaction ends.
func (w *productChunk) hold(ctx context.Context, ids []string) error {
	return store.EachByIDs(ctx, w.tx, "SELECT id FROM products WHERE id IN @ids ORDER BY id"+store.ForUpdateClause(w.bulk), nil, ids, func(scan store.ScanFunc) error {
		var productID string
		return scan(&productID)
	})
}

// readTerms reads the price terms and the lead times of products, in the order in which they hold.
func readTerms(ctx context.Context, tx *store.Tx, products map[string]*Product) error {
	ids := keysOf(products)
	query := "SELECT product_id, " + store.ResultNames(termResults) + " FROM list_prices WHERE product_id IN @ids ORDER BY product_id, valid_from, recorded_at, id"
	codes := map[string]string{} // that hold, by product: terms that do not state one have it from those before them
	err := store.EachByIDs(ctx, tx, query, nil, ids, func(scan store.ScanFunc) error {
		var productID string
		var t Terms
		to := []any{&productID}
		for _, result := range termResults {
			to = append(to, result.To(&t))
		}
		if err := scan(to...); err != nil {
			return err
		}
		if input.OrZero(t.StatesTaxCode) {
			codes[productID] = t.TaxCode
		}
		t.TaxCode = codes[productID]
		p := products[productID]
		p.Terms = append(p.Terms, t.whole())
		return nil
	})
	if err != nil {
		return err
	}
	query = "SELECT subject, value, valid_from, recorded_at FROM dated_values WHERE name = ? AND subject IN @ids ORDER BY subject, recorded_at, id"
	return store.EachByIDs(ctx, tx, query, []any{string(schema.DatedLeadDays)}, ids, func(scan store.ScanFunc) error {
		var productID, days string
		var l Lead
		if err := scan(&productID, &days, store.UTC(&l.ValidFrom), store.UTC(&l.RecordedAt)); err != nil {
			return err
		}
		var err error
		l.Days, err = strconv.Atoi(days)
		products[productID].Leads = append(products[productID].Leads, l)
		return err
	})
}

var termResults = append(termFields.Results(""), lastTermFields.Results("")...)

// exportedProducts reads products behind a sku, in the order of their skus.
func exportedProducts(ctx context.Context, tx *store.Tx, after string) ([]*Product, error) {
	var products []*Product
	byID := map[string]*Product{}
	query := "SELECT " + store.ResultNames(productResults) + fromProducts + "p.sku > ? ORDER BY p.sku LIMIT ?"
	err := store.Each(ctx, tx, query, []any{after, readTogether}, scanProduct(func(p *Product) {
		products = append(products, p)
		byID[p.ID] = p
	}))
	if err != nil {
		return nil, err
	}
	if err := readTerms(ctx, tx, byID); err != nil {
		return nil, err
	}
	own, err := ownfields.Exported(ctx, tx, keysOf(byID))
	for _, p := range products {
		p.OwnFields = own[p.ID]
	}
	return products, err
}

// The columns of price terms and lead times.
var (
	termColumns = []store.Column[pricing.Terms]{
		{Name: "id", Value: func(t pricing.Terms) any { return t.ID }},
		{Name: "product_id", Value: func(t pricing.Terms) any { return t.ProductID }},
		{Name: "amount", Value: func(t pricing.Terms) any { return minorOf(t.Amount) }, Optional: true},
		{Name: "markup", Value: func(t pricing.Terms) any { return t.Markup.Nano() }},
		{Name: "bundle_discount", Value: func(t pricing.Terms) any { return nanoOf(t.BundleDiscount) }, Optional: true},
		{Name: "minimum_margin", Value: func(t pricing.Terms) any { return t.MinimumMargin.Nano() }},
		{Name: "tax_code", Value: func(t pricing.Terms) any { return textOf(input.OrZero(t.TaxCode)) }, Optional: true},
		{Name: "states_tax_code", Value: func(t pricing.Terms) any { return t.StatesTaxCode }},
		{Name: "valid_from", Value: func(t pricing.Terms) any { return t.ValidFrom }},
		{Name: "recorded_at", Value: func(t pricing.Terms) any { return t.RecordedAt }},
	}
	leadColumns = []store.Column[leadRow]{
		{Name: "id", Value: func(l leadRow) any { return l.id }},
		{Name: "name", Value: func(leadRow) any { return string(schema.DatedLeadDays) }},
		{Name: "subject", Value: func(l leadRow) any { return l.productID }},
		{Name: "value", Value: func(l leadRow) any { return strconv.Itoa(l.Days) }},
		{Name: "valid_from", Value: func(l leadRow) any { return l.ValidFrom }},
		{Name: "recorded_at", Value: func(l leadRow) any { return l.RecordedAt }},
		{Name: "actor", Value: func(leadRow) any { return "system" }},
	}
)

// insertProducts writes products with their price terms and lead times.
func (w *productChunk) insertProducts(ctx context.Context, products []*catalogue.Record, terms []pricing.Terms, leads []leadRow) error {
	if err := store.CopyRows(ctx, w.bulk, "products", catalogue.Columns(), products); err != nil {
		return err
	}
	if err := store.CopyRows(ctx, w.bulk, "list_prices", termColumns, terms); err != nil {
		return err
	}
	return store.CopyRows(ctx, w.bulk, "dated_values", leadColumns, leads)
}
