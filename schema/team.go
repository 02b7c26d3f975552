package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Team is people of ours who share customers.
type Team struct{ ent.Schema }

// Mixin of Team.
func (Team) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Team.
func (Team) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(800).
			Annotations(open()).Comment("The name of the team, unique regardless of letter case."),
		field.String("name_key").MaxLen(800).Unique().Annotations(open(), orderedAs("NAME", "By name, regardless of letter case."), inner()).
			Comment("The name folded for ordering, the same on both databases, unique."),
		field.String("lead_id").Optional().Nillable().Annotations(hidden()).
			Comment("The member who leads the team."),
	}
}

// Edges of Team.
func (Team) Edges() []ent.Edge {
	return []ent.Edge{
		maybe("lead", User.Type, "lead_id", "The member who leads the team; null if nobody does.", rows()),
	}
}

// Indexes of Team.
func (Team) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("lead_id"),
	}
}

// Annotations of Team.
func (Team) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }

// TeamMembership is that a user is in a team from a moment on, until another.
type TeamMembership struct{ ent.Schema }

// Mixin of TeamMembership.
func (TeamMembership) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of TeamMembership.
func (TeamMembership) Fields() []ent.Field {
	return []ent.Field{
		field.String("team_id").Immutable().
			Comment("The team."),
		field.String("user_id").Immutable().
			Comment("The member."),
		field.Time("valid_from").Immutable().
			Comment("From when the user is a member."),
		field.Time("valid_to").Optional().Nillable().
			Comment("From when the user is no longer one; null while that is not known."),
		field.Time("recorded_at").Immutable().
			Comment("When the membership was recorded."),
	}
}

// Edges of TeamMembership.
func (TeamMembership) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("team", Team.Type).Field("team_id").Unique().Required().Immutable().
			Comment("The team."),
		edge.To("user", User.Type).Field("user_id").Unique().Required().Immutable().
			Comment("The member."),
	}
}

// Indexes of TeamMembership.
func (TeamMembership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "user_id", "valid_from"),
		index.Fields("user_id"),
	}
}

// Annotations of TeamMembership.
func (TeamMembership) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// HandOver is that customers went from one user to another in one step, and what they were worth at that moment. Append-only.
type HandOver struct{ ent.Schema }

// Mixin of HandOver.
func (HandOver) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of HandOver.
func (HandOver) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Immutable().Annotations(open(), orderedAs("AT", "By the time at which the customers were handed over.")).
			Comment("When the customers were handed over."),
		field.String("from_user_id").Immutable().Annotations(hidden()).
			Comment("The user who had the customers."),
		field.String("to_user_id").Immutable().Annotations(hidden()).
			Comment("The user who got them."),
		field.String("by").Immutable().MaxLen(400).
			Annotations(open()).Comment("Who handed them over: the e-mail of a user, or \"system\"."),
		field.String("reason").Immutable().MaxLen(4000).
			Annotations(open()).Comment("Why they were handed over."),
		field.JSON("filter", json.RawMessage{}).Optional().Immutable().Annotations(hidden()).
			Comment("Which customers of the user; null for all."),
		field.Int("customers").Immutable().NonNegative().
			Annotations(open()).Comment("The number of customers."),
		field.Int("offers").Immutable().NonNegative().
			Annotations(open()).Comment("The number of their open offers, which went with them."),
		field.Int("tasks").Immutable().Default(0).NonNegative().
			Annotations(open()).Comment("The number of open tasks that went with them."),
		amount("past", "What the customers had been worth: the sum of LifetimeValue.past.", scope("costs")),
		amount("future", "What they were expected to earn within twelve months: the sum of LifetimeValue.future.", scope("costs")),
		amount("total", "The sum of past and future.", scope("costs")),
		amount("year_margin", "The margin of their orders of the year before, less refunds.", scope("costs")),
	}
}

// Edges of HandOver.
func (HandOver) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("from_user", User.Type).Field("from_user_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The user who had the customers."),
		edge.To("to_user", User.Type).Field("to_user_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The user who got them."),
	}
}

// Indexes of HandOver.
func (HandOver) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("at", "id"),
		index.Fields("from_user_id"),
		index.Fields("to_user_id"),
	}
}

// Annotations of HandOver.
func (HandOver) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
