package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CustomerLink is a link by which a customer opens their own page without signing in.
type CustomerLink struct{ ent.Schema }

// Mixin of CustomerLink.
func (CustomerLink) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CustomerLink.
func (CustomerLink) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.Time("created_at").Immutable().Annotations(open(), named("createdAt")).
			Comment("When it was made."),
		field.String("created_by").Immutable().MaxLen(400).Annotations(open(), named("createdBy")).
			Comment("Who made it: the e-mail of a user, or \"system\"."),
		field.Time("expires_at").Immutable().Annotations(open(), named("expiresAt")).
			Comment("When it ends by itself."),
		field.Time("ended_at").Optional().Nillable().Annotations(open(), named("endedAt")).
			Comment("When it was ended: revoked, or replaced by another; null if it was not."),
		field.String("ended_by").Optional().Nillable().MaxLen(400).Annotations(open(), named("endedBy")).
			Comment("Who ended it; null if nobody did."),
		field.String("end_reason").Optional().Nillable().MaxLen(4000).Annotations(open(), named("endReason")).
			Comment("Why it was ended; null if it was not."),
	}
}

// Edges of CustomerLink.
func (CustomerLink) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
	}
}

// Indexes of CustomerLink.
func (CustomerLink) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "created_at", "id")}
}

// Annotations of CustomerLink.
func (CustomerLink) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// LinkCode is a code that was sent to an address of a customer, so that whoever has a link can show that they read what is sent there. The code
// itself is kept nowhere: see Code of package auth.
type LinkCode struct{ ent.Schema }

// Mixin of LinkCode.
func (LinkCode) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of LinkCode.
func (LinkCode) Fields() []ent.Field {
	return []ent.Field{
		field.String("link_id").MaxLen(40).Immutable().
			Comment("The link whose page asked for it."),
		field.String("customer_id").MaxLen(40).Immutable().
			Comment("The customer."),
		field.String("message_id").MaxLen(40).Immutable().
			Comment("The message that it is sent by."),
		field.Time("created_at").Immutable().
			Comment("When it was asked for."),
		field.Time("expires_at").Immutable().
			Comment("Until when it is accepted."),
		field.Int("tries").Default(0).
			Comment("How many codes were entered for it."),
		field.Time("used_at").Optional().Nillable().
			Comment("When the right one was entered; null if it was not."),
	}
}

// Indexes of LinkCode.
func (LinkCode) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "created_at"),
		index.Fields("link_id", "created_at"),
		index.Fields("message_id").Unique(),
	}
}

// Annotations of LinkCode.
func (LinkCode) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
