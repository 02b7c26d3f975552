package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
)

// noun says how the rows T of a noun are read and made into the edges E of a connection C.
type noun[T, E, C any] struct {
	list    list[T]
	read    func(ctx context.Context, filter, where, order func(*sql.Selector), limit int) ([]*T, error)
	count   func(ctx context.Context, filter func(*sql.Selector)) (int, error)
	edge    func(row *T, cursor ent.Cursor) *E
	connect func(edges []*E, info ent.PageInfo, total int) *C

	// Of nouns with a list for each customer: the table, the id of a row's customer, and the number of rows by customer.
	table      string
	customerOf func(row *T) string
	counts     func(ctx context.Context, filter func(*sql.Selector)) ([]count, error)

	// Of nouns that belong to customers: whether the caller may see a customer.
	sees func(ctx context.Context, customerID string) (bool, error)
}

// count is the number of a customer's rows.
type count struct {
	CustomerID string `json:"customer_id"`
	Count      int    `json:"count"`
}

// page reads one page of all rows that pass a filter.
func (n noun[T, E, C]) page(ctx context.Context, w window, by column[T], direction ent.OrderDirection, c *conditions) (*C, error) {
	if c.err != nil {
		return nil, c.err
	}
	if err := mayOrder(ctx, by.name); err != nil {
		return nil, err
	}
	r, err := n.list.check(w, by, direction)
	if err != nil {
		return nil, err
	}
	// The rows of a customer whom the caller may not see are not looked at: that would take longer than those of nobody.
	if c.customer != nil && n.sees != nil {
		if seen, err := n.sees(ctx, *c.customer); err != nil || !seen {
			return n.nothing(r, err)
		}
	}
	p, err := readPage(ctx, r, func(where, order func(*sql.Selector), limit int) ([]*T, error) {
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

// nothing is a page without rows, or an error.
func (n noun[T, E, C]) nothing(r *reading[T], err error) (*C, error) {
	if err != nil {
		return nil, err
	}
	p, err := r.page(nil)
	if err != nil {
		return nil, err
	}
	return n.connection(p, 0), nil
}

// pageOf reads one page of a customer's rows, together with the pages of the customer's siblings.
func (n noun[T, E, C]) pageOf(ctx context.Context, customer *ent.Customer, w window, by column[T], direction ent.OrderDirection, c *conditions) (*C, error) {
	if c.err != nil {
		return nil, c.err
	}
	if err := mayOrder(ctx, by.name); err != nil {
		return nil, err
	}
	r, err := n.list.check(w, by, direction)
	if err != nil {
		return nil, err
	}
	return batchedByID(ctx, customer, customerID, func(customers []*ent.Customer) (map[string]*C, error) {
		ids := idsOf(customers, customerID)
		pages, err := readPages(ctx, r, n.table, "customer_id", ids, n.customerOf, c.where, func(where, order func(*sql.Selector), limit int) ([]*T, error) {
			return n.read(ctx, func(*sql.Selector) {}, where, order, limit)
		})
		if err != nil {
			return nil, err
		}
		totals, err := n.totals(ctx, ids, c)
		if err != nil {
			return nil, err
		}
		connections := make(map[string]*C, len(ids))
		for _, id := range ids {
			connections[id] = n.connection(pages[id], totals[id])
		}
		return connections, nil
	})
}

// totals returns the number of rows that pass a filter by customer; nothing if totalCount is not selected.
func (n noun[T, E, C]) totals(ctx context.Context, ids []string, c *conditions) (map[string]int, error) {
	if !selected(ctx, "totalCount") {
		return nil, nil
	}
	counts, err := n.counts(ctx, func(s *sql.Selector) {
		c.where(s)
		s.Where(sql.In(s.C("customer_id"), arguments(ids)...))
	})
	if err != nil {
		return nil, err
	}
	totals := make(map[string]int, len(counts))
	for _, one := range counts {
		totals[one.CustomerID] = one.Count
	}
	return totals, nil
}

func (n noun[T, E, C]) connection(p *page[T], total int) *C {
	edges := make([]*E, len(p.rows))
	for i, row := range p.rows {
		edges[i] = n.edge(row, p.cursors[i])
	}
	return n.connect(edges, p.info, total)
}

// arguments converts strings to arguments of a statement.
func arguments[T ~string](values []T) []any {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}
