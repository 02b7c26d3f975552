package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/declinereason"
	"kopeck/ent/productofthemonth"
	"kopeck/schema"
	"kopeck/service"
)

func declineReasonID(row *ent.DeclineReason) string { return row.ID }

func (r *Resolver) declineReasons() noun[ent.DeclineReason, ent.DeclineReasonEdge, ent.DeclineReasonConnection] {
	return noun[ent.DeclineReason, ent.DeclineReasonEdge, ent.DeclineReasonConnection]{
		list: list[ent.DeclineReason]{"declineReasons", declineReasonID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.DeclineReason, error) {
			return r.client.DeclineReason.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.DeclineReason.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.DeclineReason, c ent.Cursor) *ent.DeclineReasonEdge {
			return &ent.DeclineReasonEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.DeclineReasonEdge, info ent.PageInfo, total int) *ent.DeclineReasonConnection {
			return &ent.DeclineReasonConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var declineReasonColumns = map[string]column[ent.DeclineReason]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.DeclineReason) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.DeclineReason) any { return row.UpdatedAt }},
	"KEY":        {name: "KEY", sql: "key", key: func(row *ent.DeclineReason) any { return row.Key }},
}

// declineReasonOrder returns the requested order of reasons; by default KEY ascending.
func declineReasonOrder(o *ent.DeclineReasonOrder) (column[ent.DeclineReason], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return declineReasonColumns["KEY"], schema.Ascending
	}
	return declineReasonColumns[o.Field.String()], o.Direction
}

func declineReasonFilter(f *service.DeclineReasonFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equals(c, declinereason.FieldKey, given(c, "key", f.Key, nil))
	if retired := given(c, "retired", f.Retired, nil); retired != nil {
		c.all = append(c.all, func(s *sql.Selector) {
			if at := s.C(declinereason.FieldRetiredAt); *retired {
				s.Where(sql.NotNull(at))
			} else {
				s.Where(sql.IsNull(at))
			}
		})
	}
	return c
}

func monthProductID(row *ent.ProductOfTheMonth) string { return row.ID }

func (r *Resolver) productsOfTheMonth() noun[ent.ProductOfTheMonth, ent.ProductOfTheMonthEdge, ent.ProductOfTheMonthConnection] {
	return noun[ent.ProductOfTheMonth, ent.ProductOfTheMonthEdge, ent.ProductOfTheMonthConnection]{
		list: list[ent.ProductOfTheMonth]{"productsOfTheMonth", monthProductID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.ProductOfTheMonth, error) {
			return r.client.ProductOfTheMonth.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.ProductOfTheMonth.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.ProductOfTheMonth, c ent.Cursor) *ent.ProductOfTheMonthEdge {
			return &ent.ProductOfTheMonthEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.ProductOfTheMonthEdge, info ent.PageInfo, total int) *ent.ProductOfTheMonthConnection {
			return &ent.ProductOfTheMonthConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var monthProductColumns = map[string]column[ent.ProductOfTheMonth]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.ProductOfTheMonth) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.ProductOfTheMonth) any { return row.UpdatedAt }},
	"MONTH":      {name: "MONTH", sql: "month", key: func(row *ent.ProductOfTheMonth) any { return row.Month }},
}

// monthProductOrder returns the requested order of choices; by default MONTH ascending.
func monthProductOrder(o *ent.ProductOfTheMonthOrder) (column[ent.ProductOfTheMonth], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return monthProductColumns["MONTH"], schema.Ascending
	}
	return monthProductColumns[o.Field.String()], o.Direction
}

func monthProductFilter(f *service.ProductOfTheMonthFilter) *conditions {
	c := &conditions{}
	if f != nil {
		equals(c, productofthemonth.FieldMonth, given(c, "month", f.Month, nil))
	}
	return c
}
