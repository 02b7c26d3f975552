package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/personaldatarequest"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func dataRequestID(row *ent.PersonalDataRequest) string { return row.ID }

func (r *Resolver) dataRequests() noun[ent.PersonalDataRequest, ent.PersonalDataRequestEdge, ent.PersonalDataRequestConnection] {
	return noun[ent.PersonalDataRequest, ent.PersonalDataRequestEdge, ent.PersonalDataRequestConnection]{
		list: list[ent.PersonalDataRequest]{"personalDataRequests", dataRequestID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.PersonalDataRequest, error) {
			return r.client.PersonalDataRequest.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.PersonalDataRequest.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.PersonalDataRequest, c ent.Cursor) *ent.PersonalDataRequestEdge {
			return &ent.PersonalDataRequestEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.PersonalDataRequestEdge, info ent.PageInfo, total int) *ent.PersonalDataRequestConnection {
			return &ent.PersonalDataRequestConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var dataRequestColumns = map[string]column[ent.PersonalDataRequest]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.PersonalDataRequest) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.PersonalDataRequest) any { return row.UpdatedAt }},
	"DUE_AT":     {name: "DUE_AT", sql: "due_at", key: func(row *ent.PersonalDataRequest) any { return row.DueAt }},
}

// dataRequestOrder returns the requested order of requests; by default DUE_AT ascending.
func dataRequestOrder(o *ent.PersonalDataRequestOrder) (column[ent.PersonalDataRequest], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return dataRequestColumns["DUE_AT"], schema.Ascending
	}
	return dataRequestColumns[o.Field.String()], o.Direction
}

func (r *Resolver) dataRequestFilter(f *service.PersonalDataRequestFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	hasID(c, "customerId", id.Customer, f.CustomerID, nil, func(customerID string) condition {
		return func(s *sql.Selector) {
			s.Where(sql.EQ(s.C(personaldatarequest.FieldCustomerID), r.app.Kept(customerID)))
		}
	})
	anyOf(c, "kinds", personaldatarequest.FieldKind, f.Kinds, nil)
	anyOf(c, "states", personaldatarequest.FieldState, f.States, nil)
	inRange(c, "dueAt", personaldatarequest.FieldDueAt, f.DueAt, nil)
	return c
}
