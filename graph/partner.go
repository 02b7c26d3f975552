package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/partner"
	"kopeck/schema"
	"kopeck/service"
)

func (r *Resolver) partners() noun[ent.Partner, ent.PartnerEdge, ent.PartnerConnection] {
	return noun[ent.Partner, ent.PartnerEdge, ent.PartnerConnection]{
		list: list[ent.Partner]{"partners", partnerID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Partner, error) {
			return r.client.Partner.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Partner.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Partner, c ent.Cursor) *ent.PartnerEdge { return &ent.PartnerEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.PartnerEdge, info ent.PageInfo, total int) *ent.PartnerConnection {
			return &ent.PartnerConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var partnerColumns = map[string]column[ent.Partner]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Partner) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Partner) any { return row.UpdatedAt }},
}

// partnerOrder returns the requested order of partners; by default CREATED_AT ascending.
func partnerOrder(o *ent.PartnerOrder) (column[ent.Partner], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return partnerColumns["CREATED_AT"], schema.Ascending
	}
	return partnerColumns[o.Field.String()], o.Direction
}

func (r *Resolver) partnerFilter(f *service.PartnerFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equals(c, partner.FieldActive, given(c, "active", f.Active, nil))
	if name := given(c, "name", f.Name, nil); name != nil {
		theirs := r.app.People.PartnersNamed(*name)
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.In(s.C(partner.FieldID), arguments(theirs)...)) })
	}
	return c
}
