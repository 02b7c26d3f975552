package revenue

import (
	"context"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/service"
	"kopeck/store"
)

// The reads of this file go past the guard as those of unguarded.go do: who asks may read all orders, products and staff.

// maxUncosted is the maximum number of uncosted orders that a report names.
const maxUncosted = 100

// uncostedOrders returns the orders whose cost lacks a rate among those of which the completion counts, the earliest first.
func (s *Service) uncostedOrders(ctx context.Context, tx *store.Tx, q *question) ([]*ent.Order, error) {
	query := &statement{}
	query.add("SELECT o.id")
	q.addFrom(query, false)
	query.add(" WHERE o.uncosted AND o.completed_at IS NOT NULL AND "+q.moment()+" >= ? AND "+q.moment()+" < ?", q.from, q.to)
	if q.basis == service.SalesBasisOrder {
		query.add(" AND o.status IN " + service.SoldStatuses)
	} else {
		query.add(" AND (o.status IN "+service.SoldStatuses+" OR o.cancelled_at < ? OR o.cancelled_at >= ?)", q.from, q.to)
	}
	q.addFilter(query)
	query.add(" GROUP BY o.id, o.at ORDER BY o.at, o.id LIMIT " + strconv.Itoa(maxUncosted))
	var ids []string
	err := query.each(ctx, tx, func(scan store.ScanFunc) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil || len(ids) == 0 {
		return []*ent.Order{}, err
	}
	return tx.Order.Query().Where(order.IDIn(ids...)).Order(order.ByAt(), order.ByID()).All(auth.System(ctx))
}

// namesSQL are the queries of what people read for the ids of a dimension.
var namesSQL = map[service.SalesDimension]string{
	service.SalesDimensionProduct: "SELECT id, sku, name FROM products",
	service.SalesDimensionStaff:   "SELECT id, '', name FROM users", // also of those who were deleted, whose orders remain
	service.SalesDimensionPartner: "SELECT id, '', name FROM partners",
}

// named is what people read for an id.
type named struct{ sku, name string }

// namesOf returns what people read for the ids of a dimension.
func namesOf(ctx context.Context, tx *store.Tx, of service.SalesDimension) (map[string]named, error) {
	names := map[string]named{}
	return names, store.Each(ctx, tx, namesSQL[of], nil, func(scan store.ScanFunc) error {
		var id string
		var one named
		err := scan(&id, &one.sku, &one.name)
		names[id] = one
		return err
	})
}
