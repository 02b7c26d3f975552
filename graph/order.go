package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/service/report"
)

func (r *Resolver) orders() noun[ent.Order, ent.OrderEdge, ent.OrderConnection] {
	return noun[ent.Order, ent.OrderEdge, ent.OrderConnection]{
		list: list[ent.Order]{"orders", orderID, r.pages}, table: order.Table, sees: r.seesCustomer, customerOf: func(row *ent.Order) string { return row.CustomerID },
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
		connect: func(edges []*ent.OrderEdge, info ent.PageInfo, total int) *ent.OrderConnection {
			return &ent.OrderConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var orderColumns = map[string]column[ent.Order]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Order) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Order) any { return row.UpdatedAt }},
	"AT":         {name: "AT", sql: "at", key: func(row *ent.Order) any { return row.At }},
}

// orderOrder returns the requested order of orders; by default AT ascending.
func orderOrder(o *ent.OrderOrder) (column[ent.Order], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return orderColumns["AT"], schema.Ascending
	}
	return orderColumns[o.Field.String()], o.Direction
}

func (r *Resolver) orderFilter(ctx context.Context, f *service.OrderFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	anyOf(c, "statuses", "status", f.Statuses, nil)
	inRange(c, "at", "at", f.At, nil)
	return r.withFields(ctx, schema.FieldOfOrder, f.Fields, c)
}

// orderLines returns an order's lines in their order.
func (r *Resolver) orderLines(ctx context.Context, o *ent.Order) ([]*ent.OrderLine, error) {
	return batchedList(ctx, o, orderID, func(orders []*ent.Order) (map[string][]*ent.OrderLine, error) {
		lines, err := r.client.OrderLine.Query().Where(orderline.OrderIDIn(idsOf(orders, orderID)...)).
			Order(orderline.ByOrderID(), orderline.ByPosition()).All(ctx)
		return groupBy(lines, func(line *ent.OrderLine) string { return line.OrderID }), err
	})
}

// orderCredits returns which contacts earned an order's margin.
func (r *Resolver) orderCredits(ctx context.Context, o *ent.Order, model *schema.AttributionModel) ([]*books.OrderCredit, error) {
	return batchedList(ctx, o, orderID, func(rows []*ent.Order) (map[string][]*books.OrderCredit, error) {
		return r.app.Books.OrderCredits(ctx, rows, model)
	})
}

// orderCostKnownAt returns an order's cost by the rates known at a moment.
func (r *Resolver) orderCostKnownAt(ctx context.Context, o *ent.Order, at time.Time) (*report.OrderKnown, error) {
	return batched(ctx, o, func(rows []*ent.Order) (map[*ent.Order]*report.OrderKnown, error) {
		return r.app.Report.OrdersKnownAt(ctx, rows, at)
	})
}

// orderDuplicates returns the other orders with the external id of an order.
func (r *Resolver) orderDuplicates(ctx context.Context, o *ent.Order) ([]*ent.Order, error) {
	return batchedList(ctx, o, orderID, func(rows []*ent.Order) (map[string][]*ent.Order, error) {
		return r.app.Sale.PossibleDuplicates(ctx, rows)
	})
}

// marginOf returns the margin of an order; nil if it was cancelled, and has none.
func marginOf(o *ent.Order, of rates.OrderTax) *money.Amount {
	if o.Status == schema.OrderCancelled {
		return nil
	}
	return &of.Margin
}

// orderTaxes returns what of an order is tax, and its margin by that.
func (r *Resolver) orderTaxes(ctx context.Context, o *ent.Order) (rates.OrderTax, error) {
	return batched(ctx, o, func(rows []*ent.Order) (map[*ent.Order]rates.OrderTax, error) {
		byID, err := r.app.Rates.OrderTaxes(ctx, rows)
		all := make(map[*ent.Order]rates.OrderTax, len(rows))
		for _, row := range rows {
			all[row] = byID[row.ID]
		}
		return all, err
	})
}

// netOf returns a total without its tax.
func (r *Resolver) netOf(total, tax money.Amount) (*money.Amount, error) {
	net, err := r.app.Settings().Taxes.Net(total, tax)
	return &net, input.DomainError(err)
}

// grossOf returns a total with its tax.
func (r *Resolver) grossOf(total, tax money.Amount) (*money.Amount, error) {
	gross, err := r.app.Settings().Taxes.Gross(total, tax)
	return &gross, input.DomainError(err)
}

// shareOf returns a share as the API has it; nil for none.
func shareOf(share *money.Decimal) *money.Exact {
	if share == nil {
		return nil
	}
	exact := money.Exact(share.String())
	return &exact
}
