package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/catalogue"
)

func (r *Resolver) products() noun[ent.Product, ent.ProductEdge, ent.ProductConnection] {
	return noun[ent.Product, ent.ProductEdge, ent.ProductConnection]{
		list: list[ent.Product]{"products", productID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Product, error) {
			return r.client.Product.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Product.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Product, c ent.Cursor) *ent.ProductEdge { return &ent.ProductEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.ProductEdge, info ent.PageInfo, total int) *ent.ProductConnection {
			return &ent.ProductConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var productColumns = map[string]column[ent.Product]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Product) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Product) any { return row.UpdatedAt }},
	"SKU":        {name: "SKU", sql: "sku", key: func(row *ent.Product) any { return row.Sku }},
	"NAME":       {name: "NAME", sql: "name_key", key: func(row *ent.Product) any { return row.NameKey }},
}

// productOrder returns the requested order of products; by default SKU ascending.
func productOrder(o *ent.ProductOrder) (column[ent.Product], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return productColumns["SKU"], schema.Ascending
	}
	return productColumns[o.Field.String()], o.Direction
}

func (r *Resolver) productFilter(ctx context.Context, f *service.ProductFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	anyOf(c, "kinds", "kind", f.Kinds, nil)
	equals(c, "active", given(c, "active", f.Active, nil))
	equals(c, "category", given(c, "category", f.Category, isNull("category")))
	if search := given(c, "search", f.Search, nil); search != nil {
		found, err := catalogue.Search(*search)
		if err != nil {
			c.fail(err)
		} else {
			c.all = append(c.all, found)
		}
	}
	return r.withFields(ctx, schema.FieldOfProduct, f.Fields, c)
}

// cost returns the cost of one unit of a product. What the costs of a moment depend on is read once for all siblings.
func (r *Resolver) cost(ctx context.Context, p *ent.Product, quantity *money.Exact, options []*service.OptionInput, leadDays *int, at, knownAt *time.Time) (*costing.ProductCost, error) {
	costs, err := batchedOnce(ctx, p, func([]*ent.Product) (*catalogue.Costs, error) {
		return r.app.Catalogue.Costs(ctx, at, knownAt)
	})
	if err != nil {
		return nil, err
	}
	return costs.Of(p.ID, quantity, options, leadDays)
}

// whereUsed reads a page of the products that use something, by sku, from memory.
func (r *Resolver) whereUsed(ctx context.Context, material, resource, productID *string, at, knownAt *time.Time, w window) (*catalogue.WhereUsed, error) {
	uses := list[catalogue.Use]{"whereUsed", func(u *catalogue.Use) string { return u.Product.ID }, r.pages}
	reading, err := uses.check(w, column[catalogue.Use]{name: "SKU", key: func(u *catalogue.Use) any { return u.Product.Sku }}, schema.Ascending)
	if err != nil {
		return nil, err
	}
	all, err := r.app.Catalogue.WhereUsed(ctx, material, resource, productID, at, knownAt)
	if err != nil {
		return nil, err
	}
	page, err := reading.pageInMemory(all, func(u *catalogue.Use, after *position) bool {
		key, _ := after.key.(string)
		return u.Product.Sku > key
	})
	if err != nil {
		return nil, err
	}
	return &catalogue.WhereUsed{Total: len(all), Rows: page.rows, PageInfo: &page.info}, nil
}
