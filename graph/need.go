package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/need"
	"kopeck/ent/needfact"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func needID(row *ent.Need) string { return row.ID }

func needFactID(row *ent.NeedFact) string { return row.ID }

// stillThere leaves out the facts of customers who are deleted: of them nothing is told.
var stillThere = needfact.HasCustomerWith(customer.DeletedAtIsNil())

func (r *Resolver) needFacts() noun[ent.NeedFact, ent.NeedFactEdge, ent.NeedFactConnection] {
	return noun[ent.NeedFact, ent.NeedFactEdge, ent.NeedFactConnection]{
		list: list[ent.NeedFact]{"needFacts", needFactID, r.pages}, table: needfact.Table, sees: r.seesCustomer, customerOf: func(row *ent.NeedFact) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.NeedFact, error) {
			return r.client.NeedFact.Query().Where(stillThere, filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.NeedFact.Query().Where(stillThere, filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.NeedFact.Query().Where(stillThere, filter).GroupBy(needfact.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.NeedFact, c ent.Cursor) *ent.NeedFactEdge {
			return &ent.NeedFactEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.NeedFactEdge, info ent.PageInfo, total int) *ent.NeedFactConnection {
			return &ent.NeedFactConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var needFactColumns = map[string]column[ent.NeedFact]{
	"AT": {name: "AT", sql: "at", key: func(row *ent.NeedFact) any { return row.At }},
}

// needFactOrder returns the requested order of facts; by default AT ascending.
func needFactOrder(o *ent.NeedFactOrder) (column[ent.NeedFact], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return needFactColumns["AT"], schema.Ascending
	}
	return needFactColumns[o.Field.String()], o.Direction
}

func needFactFilter(f *service.NeedFactFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equalsID(c, "needId", needfact.FieldNeedID, id.Need, f.NeedID, nil)
	anyOf(c, "kinds", needfact.FieldKind, f.Kinds, nil)
	inRange(c, "at", needfact.FieldAt, f.At, nil)
	return c
}

func (r *Resolver) needsByID(ctx context.Context) func(ids []string) ([]*ent.Need, error) {
	return func(ids []string) ([]*ent.Need, error) {
		return r.client.Need.Query().Where(need.IDIn(ids...)).All(ctx)
	}
}
