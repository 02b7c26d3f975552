package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Permission is what a customer lets us do: channel, purpose and level. It changes only by its events.
type Permission struct{ ent.Schema }

// Mixin of Permission.
func (Permission) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Permission.
func (Permission) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer who gave the permission."),
		field.String("sealed_for").Optional().Nillable().MaxLen(40).Annotations(scope("staff"), named("sealedFor")).
			Comment("The id of the customer with which the hashes of the events are computed, where that is another than the customer's: one who was merged into the customer. Null where it is the customer's."),
		field.Enum("channel").GoType(Channel("")).Immutable().Annotations(open(), shownAs("Channel")).
			Comment("The channel that may be used."),
		field.Enum("purpose").GoType(Purpose("")).Immutable().Annotations(open(), shownAs("Purpose")).
			Comment("The purpose that it may be used for."),
		field.Enum("level").GoType(PermissionLevel("")).Annotations(open(), shownAs("PermissionLevel")).
			Comment("How far the permission goes."),
		field.Enum("state").GoType(PermissionState("")).Annotations(inner()).
			Comment("The state at the last event; the state now depends on the clock as well."),
		field.Time("granted_at").
			Annotations(open()).Comment("When the permission was granted or requested."),
		field.Time("expires_at").Optional().Nillable().
			Annotations(open()).Comment("When the permission ends by itself; null if it does not."),
		field.Time("revoked_at").Optional().Nillable().
			Annotations(open()).Comment("When the permission was revoked; null if it was not."),
	}
}

// Edges of Permission.
func (Permission) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer who gave the permission."),
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
		field.String("permission_id").Immutable().Annotations(hidden()).
			Comment("The permission."),
		field.Int("sequence").Immutable().Positive().Annotations(hidden()).
			Comment("The place of the event in the permission's chain, from 1."),
		field.Time("at").Immutable().
			Annotations(open(), orderedAs("AT", "By the time of the event.")).Comment("When the event took place."),
		field.Enum("kind").GoType(PermissionEventKind("")).Immutable().Annotations(open(), shownAs("PermissionEventKind")).
			Comment("What happened to the permission."),
		field.Enum("level").GoType(PermissionLevel("")).Optional().Nillable().Immutable().Annotations(open(), shownAs("PermissionLevel")).
			Comment("The level from this event on; null if the event states none."),
		field.Time("expires_at").Optional().Nillable().Immutable().
			Annotations(open()).Comment("When the permission ends by itself from this event on; null if it does not."),
		field.String("actor").MaxLen(400).Immutable().
			Annotations(open()).Comment("Who recorded the event: the e-mail of a user, or \"system\"."),
		field.String("source").MaxLen(4000).Immutable().
			Annotations(open()).Comment("Where the event came from, such as a web form or a call; of the events of a merge which one, as far as the viewer sees all customers."),
		field.Text("wording").Optional().Nillable().MaxLen(80000).Immutable().
			Annotations(open()).Comment("The exact text that the customer agreed to; null if the event has none."),
		field.String("wording_version").Optional().Nillable().MaxLen(800).Immutable().
			Annotations(open()).Comment("The version of that text; null if none was stated."),
		field.String("wording_id").Optional().Nillable().MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The wording that was shown; null if none is kept of the text."),
		field.String("language").Optional().Nillable().MaxLen(140).Immutable().
			Annotations(open()).Comment("The language of that text: a BCP 47 tag, such as \"ru\"; null if none was stated."),
		field.String("bundled_with").Optional().Nillable().MaxLen(8000).Immutable().
			Annotations(open(), named("bundledWith")).Comment("What else the customer agreed to by the same text, or the text that it was a part of; null if the consent stood alone."),
		field.Time("given_at").Optional().Nillable().Immutable().
			Annotations(open(), named("givenAt")).Comment("When the customer agreed, where that was before the event was recorded; null if it was then."),
		field.String("address").Optional().Nillable().MaxLen(400).Immutable().
			Annotations(open()).Comment("The IP address or other evidence of where the customer agreed; null if none was stated."),
		field.String("reason").Optional().Nillable().MaxLen(8000).Immutable().
			Annotations(open()).Comment("Why, as stated; null if no reason was."),
		field.String("previous_hash").MaxLen(64).Immutable().
			Annotations(open()).Comment("The hash of the event before; 64 zeros for the first. Empty to a PARTNER."),
		field.String("hash").MaxLen(64).Immutable().
			Annotations(open()).Comment("The SHA-256 of this event and previousHash, in hexadecimal. Empty to a PARTNER."),
		field.String("erased_hash").Optional().Nillable().MaxLen(64).Annotations(scope("staff"), named("erasedHash")).
			Comment("The SHA-256 of what is left of this event with its hash, in hexadecimal, once what was personal in it is erased: package consentlog says how it is computed. Null while it is whole."),
	}
}

// Edges of PermissionEvent.
func (PermissionEvent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("permission", Permission.Type).Field("permission_id").Unique().Required().Immutable().Annotations(rows()).
			Comment("The permission."),
	}
}

// Indexes of PermissionEvent.
func (PermissionEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("permission_id", "sequence").Unique(),
		index.Fields("permission_id", "at"),
		index.Fields("at", "id"),
		index.Fields("wording_id", "at").Annotations(entsql.IndexWhere("wording_id IS NOT NULL")),
	}
}

// Annotations of PermissionEvent.
func (PermissionEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}
