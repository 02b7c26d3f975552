package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/team"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

func (r *Resolver) teams() noun[ent.Team, ent.TeamEdge, ent.TeamConnection] {
	return noun[ent.Team, ent.TeamEdge, ent.TeamConnection]{
		list: list[ent.Team]{"teams", teamID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Team, error) {
			return r.client.Team.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Team.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Team, c ent.Cursor) *ent.TeamEdge { return &ent.TeamEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.TeamEdge, info ent.PageInfo, total int) *ent.TeamConnection {
			return &ent.TeamConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var teamColumns = map[string]column[ent.Team]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Team) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Team) any { return row.UpdatedAt }},
	"NAME":       {name: "NAME", sql: "name_key", key: func(row *ent.Team) any { return row.NameKey }},
}

// teamOrder returns the requested order of teams; by default NAME ascending.
func teamOrder(o *ent.TeamOrder) (column[ent.Team], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return teamColumns["NAME"], schema.Ascending
	}
	return teamColumns[o.Field.String()], o.Direction
}

// teamFilter filters teams, among others by who is in them now.
func (r *Resolver) teamFilter(f *service.TeamFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equalsID(c, "leadId", "lead_id", id.User, f.LeadID, isNull("lead_id"))
	member := given(c, "userId", f.UserID, nil)
	if member == nil {
		return c
	}
	if err := id.Check("userId", id.User, *member); err != nil {
		c.fail(fault.At(err, "filter"))
		return c
	}
	theirs := idsOf(r.app.People.TeamsOf(*member), teamID)
	c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.In(s.C(team.FieldID), arguments(theirs)...)) })
	return c
}

// members returns who is in a team at a moment, by default now.
func (r *Resolver) members(t *ent.Team, at *time.Time) ([]*ent.TeamMembership, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	return append([]*ent.TeamMembership{}, r.app.People.Members(t.ID, input.Or(at, r.app.Now()))...), nil
}
