package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func handOverID(row *ent.HandOver) string { return row.ID }

func (r *Resolver) handOvers() noun[ent.HandOver, ent.HandOverEdge, ent.HandOverConnection] {
	return noun[ent.HandOver, ent.HandOverEdge, ent.HandOverConnection]{
		list: list[ent.HandOver]{"handOvers", handOverID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.HandOver, error) {
			return r.client.HandOver.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.HandOver.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.HandOver, c ent.Cursor) *ent.HandOverEdge {
			return &ent.HandOverEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.HandOverEdge, info ent.PageInfo, total int) *ent.HandOverConnection {
			return &ent.HandOverConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var handOverColumns = map[string]column[ent.HandOver]{
	"AT": {name: "AT", sql: "at", key: func(row *ent.HandOver) any { return row.At }},
}

// handOverOrder returns the requested order of what was handed over; by default AT ascending.
func handOverOrder(o *ent.HandOverOrder) (column[ent.HandOver], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return handOverColumns["AT"], schema.Ascending
	}
	return handOverColumns[o.Field.String()], o.Direction
}

func handOverFilter(f *service.HandOverFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equalsID(c, "fromUserId", "from_user_id", id.User, f.FromUserID, nil)
	equalsID(c, "toUserId", "to_user_id", id.User, f.ToUserID, nil)
	inRange(c, "at", "at", f.At, nil)
	return c
}
