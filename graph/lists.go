package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/ent/order"
)

// noun is how one noun's rows are read and shown: what the page functions need beside its list.
type noun[T, E, C any] struct {
	list  list[T]
	read  func(ctx context.Context, filter, where, order func(*sql.Selector), limit int) ([]*T, error)
	count func(ctx context.Context, filter func(*sql.Selector)) (int, error)
	edge  func(row *T, cursor ent.Cursor) *E
	show  func(edges []*E, info ent.PageInfo, total int) *C

	// Of lists under a customer: the table, whose a row is, and how many each customer has.
	table      string
	customerOf func(row *T) string
	counts     func(ctx context.Context, filter func(*sql.Selector)) ([]count, error)
}

// count is how many rows a customer has.
type count struct {
	CustomerID string `json:"customer_id"`
	Count      int    `json:"count"`
}

// rows reads one page of all the rows that pass a filter.
func (n noun[T, E, C]) rows(ctx context.Context, w window, by column[T], direction ent.OrderDirection, c *conditions) (*C, error) {
	if c.err != nil {
		return nil, c.err
	}
	r, err := n.list.check(w, by, direction)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(ctx, r, func(where, order func(*sql.Selector), limit int) ([]*T, error) {
		return n.read(ctx, c.where, where, order, limit)
	})
	if err != nil {
		return nil, err
	}
	total := 0
	if selected(ctx, "totalCount") {
		if total, err = n.count(ctx, c.where); err != nil {
			return nil, err
		}
	}
	return n.connection(p, total), nil
}

// under reads one page of the rows of a customer, and of all the customer's siblings with it.
func (n noun[T, E, C]) under(ctx context.Context, parent *ent.Customer, w window, by column[T], direction ent.OrderDirection, c *conditions) (*C, error) {
	if c.err != nil {
		return nil, c.err
	}
	r, err := n.list.check(w, by, direction)
	if err != nil {
		return nil, err
	}
	return forAll(ctx, parent, func(parents []*ent.Customer) (map[*ent.Customer]*C, error) {
		ids := make([]string, len(parents))
		for i, p := range parents {
			ids[i] = p.ID
		}
		pages, err := pagesOf(ctx, r, n.table, "customer_id", ids, n.customerOf, c.where, func(where, order func(*sql.Selector), limit int) ([]*T, error) {
			return n.read(ctx, func(*sql.Selector) {}, where, order, limit)
		})
		if err != nil {
			return nil, err
		}
		totals := map[string]int{}
		if selected(ctx, "totalCount") {
			counts, err := n.counts(ctx, func(s *sql.Selector) {
				c.where(s)
				s.Where(sql.In(s.C("customer_id"), anys(ids)...))
			})
			if err != nil {
				return nil, err
			}
			for _, one := range counts {
				totals[one.CustomerID] = one.Count
			}
		}
		result := make(map[*ent.Customer]*C, len(parents))
		for _, p := range parents {
			result[p] = n.connection(pages[p.ID], totals[p.ID])
		}
		return result, nil
	})
}

func (n noun[T, E, C]) connection(p *page[T], total int) *C {
	edges := make([]*E, len(p.rows))
	for i, row := range p.rows {
		edges[i] = n.edge(row, p.cursors[i])
	}
	return n.show(edges, p.info, total)
}

func anys(ids []string) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}

func (r *Resolver) customers() noun[ent.Customer, ent.CustomerEdge, ent.CustomerConnection] {
	return noun[ent.Customer, ent.CustomerEdge, ent.CustomerConnection]{
		list: customerList.in(r.pages),
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Customer, error) {
			return r.client.Customer.Query().Where(customer.DeletedAtIsNil(), filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Customer.Query().Where(customer.DeletedAtIsNil(), filter).Count(ctx)
		},
		edge: func(row *ent.Customer, c ent.Cursor) *ent.CustomerEdge {
			return &ent.CustomerEdge{Node: row, Cursor: c}
		},
		show: func(edges []*ent.CustomerEdge, info ent.PageInfo, total int) *ent.CustomerConnection {
			return &ent.CustomerConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

func (r *Resolver) contacts() noun[ent.Contact, ent.ContactEdge, ent.ContactConnection] {
	return noun[ent.Contact, ent.ContactEdge, ent.ContactConnection]{
		list: contactList.in(r.pages), table: contact.Table, customerOf: func(row *ent.Contact) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Contact, error) {
			return r.client.Contact.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Contact.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Contact.Query().Where(filter).GroupBy(contact.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Contact, c ent.Cursor) *ent.ContactEdge { return &ent.ContactEdge{Node: row, Cursor: c} },
		show: func(edges []*ent.ContactEdge, info ent.PageInfo, total int) *ent.ContactConnection {
			return &ent.ContactConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

func (r *Resolver) products() noun[ent.Product, ent.ProductEdge, ent.ProductConnection] {
	return noun[ent.Product, ent.ProductEdge, ent.ProductConnection]{
		list: productList.in(r.pages),
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Product, error) {
			return r.client.Product.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Product.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Product, c ent.Cursor) *ent.ProductEdge { return &ent.ProductEdge{Node: row, Cursor: c} },
		show: func(edges []*ent.ProductEdge, info ent.PageInfo, total int) *ent.ProductConnection {
			return &ent.ProductConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

func (r *Resolver) offers() noun[ent.Offer, ent.OfferEdge, ent.OfferConnection] {
	return noun[ent.Offer, ent.OfferEdge, ent.OfferConnection]{
		list: offerList.in(r.pages), table: offer.Table, customerOf: func(row *ent.Offer) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Offer, error) {
			return r.client.Offer.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Offer.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Offer.Query().Where(filter).GroupBy(offer.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Offer, c ent.Cursor) *ent.OfferEdge { return &ent.OfferEdge{Node: row, Cursor: c} },
		show: func(edges []*ent.OfferEdge, info ent.PageInfo, total int) *ent.OfferConnection {
			return &ent.OfferConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

func (r *Resolver) orders() noun[ent.Order, ent.OrderEdge, ent.OrderConnection] {
	return noun[ent.Order, ent.OrderEdge, ent.OrderConnection]{
		list: orderList.in(r.pages), table: order.Table, customerOf: func(row *ent.Order) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Order, error) {
			return r.client.Order.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Order.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Order.Query().Where(filter).GroupBy(order.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Order, c ent.Cursor) *ent.OrderEdge { return &ent.OrderEdge{Node: row, Cursor: c} },
		show: func(edges []*ent.OrderEdge, info ent.PageInfo, total int) *ent.OrderConnection {
			return &ent.OrderConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}
