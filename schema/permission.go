package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Permission is what a customer lets us do: channel, purpose and level. It changes by its events alone.
type Permission struct{ ent.Schema }

// Mixin of Permission.
func (Permission) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Permission.
func (Permission) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()),
		field.Enum("channel").GoType(Channel("")).Immutable().Annotations(shownAs("Channel")),
		field.Enum("purpose").GoType(Purpose("")).Immutable().Annotations(shownAs("Purpose")),
		field.Enum("level").GoType(PermissionLevel("")).Annotations(shownAs("PermissionLevel")),
		field.Enum("state").GoType(PermissionState("")).Annotations(inner()), // as of the last event; what it is worth now depends on the clock
		field.Time("granted_at"),
		field.Time("expires_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of Permission.
func (Permission) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
	}
}

// Indexes of Permission.
func (Permission) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "channel", "purpose").Unique().Annotations(entsql.IndexWhere("state IN ('PENDING', 'ACTIVE')")),
		index.Fields("customer_id"),
		index.Fields("state", "expires_at"),
	}
}

// PermissionEvent is one link of a permission's chain: append-only, each with the hash of the one before.
type PermissionEvent struct{ ent.Schema }

// Mixin of PermissionEvent.
func (PermissionEvent) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of PermissionEvent.
func (PermissionEvent) Fields() []ent.Field {
	return []ent.Field{
		field.String("permission_id").Immutable().Annotations(hidden()),
		field.Int("sequence").Immutable().Positive().Annotations(hidden()),
		field.Time("at").Immutable(),
		field.Enum("kind").GoType(PermissionEventKind("")).Immutable().Annotations(shownAs("PermissionEventKind")),
		field.Enum("level").GoType(PermissionLevel("")).Optional().Nillable().Immutable().Annotations(shownAs("PermissionLevel")),
		field.Time("expires_at").Optional().Nillable().Immutable(),
		field.String("actor").MaxLen(400).Immutable(),
		field.String("source").MaxLen(4000).Immutable(),
		field.Text("wording").Optional().Nillable().MaxLen(80000).Immutable(),
		field.String("wording_version").Optional().Nillable().MaxLen(800).Immutable(),
		field.String("address").Optional().Nillable().MaxLen(400).Immutable(),
		field.String("reason").Optional().Nillable().MaxLen(8000).Immutable(),
		field.String("previous_hash").MaxLen(64).Immutable(),
		field.String("hash").MaxLen(64).Immutable(),
	}
}

// Edges of PermissionEvent.
func (PermissionEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("permission", Permission.Type).Field("permission_id").Unique().Required().Immutable().Annotations(hidden()),
	}
}

// Indexes of PermissionEvent.
func (PermissionEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("permission_id", "sequence").Unique(),
		index.Fields("permission_id", "at"),
	}
}

// Annotations of PermissionEvent.
func (PermissionEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{unordered()}
}
