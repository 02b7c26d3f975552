package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/ent/wording"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func wordingID(row *ent.Wording) string { return row.ID }

func (r *Resolver) wordings() noun[ent.Wording, ent.WordingEdge, ent.WordingConnection] {
	return noun[ent.Wording, ent.WordingEdge, ent.WordingConnection]{
		list: list[ent.Wording]{"wordings", wordingID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Wording, error) {
			return r.client.Wording.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Wording.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Wording, c ent.Cursor) *ent.WordingEdge { return &ent.WordingEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.WordingEdge, info ent.PageInfo, total int) *ent.WordingConnection {
			return &ent.WordingConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var wordingColumns = map[string]column[ent.Wording]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Wording) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Wording) any { return row.UpdatedAt }},
	"CODE":       {name: "CODE", sql: "code", key: func(row *ent.Wording) any { return row.Code }},
}

// wordingOrder returns the requested order of wordings; by default CODE ascending.
func wordingOrder(o *ent.WordingOrder) (column[ent.Wording], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return wordingColumns["CODE"], schema.Ascending
	}
	return wordingColumns[o.Field.String()], o.Direction
}

func wordingFilter(f *service.WordingFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equals(c, wording.FieldCode, given(c, "code", f.Code, nil))
	equals(c, wording.FieldLanguage, given(c, "language", f.Language, nil))
	if at := given(c, "shownAt", f.ShownAt, nil); at != nil {
		c.all = append(c.all, func(s *sql.Selector) {
			retired := s.C(wording.FieldRetiredAt)
			s.Where(sql.And(sql.LTE(s.C(wording.FieldValidFrom), at.UTC()), sql.Or(sql.IsNull(retired), sql.GT(retired, at.UTC()))))
		})
	}
	return c
}

// keptWording returns the wording that was shown when an event took place.
func (r *Resolver) keptWording(ctx context.Context, e *ent.PermissionEvent) (*ent.Wording, error) {
	return referenced(ctx, e, func(row *ent.PermissionEvent) string { return deref(row.WordingID) }, wordingID, func(ids []string) ([]*ent.Wording, error) {
		return r.client.Wording.Query().Where(wording.IDIn(ids...)).All(ctx)
	})
}

// consentLog is the list of the events of all permissions.
func (r *Resolver) consentLog() noun[ent.PermissionEvent, ent.PermissionEventEdge, ent.PermissionEventConnection] {
	return noun[ent.PermissionEvent, ent.PermissionEventEdge, ent.PermissionEventConnection]{
		list: list[ent.PermissionEvent]{"consentLog", func(row *ent.PermissionEvent) string { return row.ID }, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.PermissionEvent, error) {
			return r.client.PermissionEvent.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.PermissionEvent.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.PermissionEvent, c ent.Cursor) *ent.PermissionEventEdge {
			return &ent.PermissionEventEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.PermissionEventEdge, info ent.PageInfo, total int) *ent.PermissionEventConnection {
			return &ent.PermissionEventConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var consentLogColumns = map[string]column[ent.PermissionEvent]{
	"AT": {name: "AT", sql: "at", key: func(row *ent.PermissionEvent) any { return row.At }},
}

// consentLogOrder returns the requested order of events; by default AT ascending.
func consentLogOrder(o *ent.PermissionEventOrder) (column[ent.PermissionEvent], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return consentLogColumns["AT"], schema.Ascending
	}
	return consentLogColumns[o.Field.String()], o.Direction
}

func (r *Resolver) consentLogFilter(f *service.ConsentLogFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	hasID(c, "customerId", id.Customer, f.CustomerID, nil, func(customerID string) condition {
		return func(s *sql.Selector) {
			of := sql.Dialect(s.Dialect()).Table(permission.Table).As("of_customer")
			s.Where(sql.In(s.C(permissionevent.FieldPermissionID), sql.Dialect(s.Dialect()).Select(of.C(permission.FieldID)).From(of).
				Where(sql.EQ(of.C(permission.FieldCustomerID), r.app.Kept(customerID)))))
		}
	})
	anyOf(c, "kinds", permissionevent.FieldKind, f.Kinds, nil)
	inRange(c, "at", permissionevent.FieldAt, f.At, nil)
	equalsID(c, "wordingId", permissionevent.FieldWordingID, id.Wording, f.WordingID, isNull(permissionevent.FieldWordingID))
	equals(c, permissionevent.FieldActor, given(c, "actor", f.Actor, nil))
	return c
}
