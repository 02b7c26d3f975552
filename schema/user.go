package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is a person, or a program, that signs in.
type User struct{ ent.Schema }

// Mixin of User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxLen(320),
		field.String("email_key").NotEmpty().MaxLen(320).Annotations(hidden()),
		field.String("name").NotEmpty().MaxLen(1200),
		field.Enum("role").GoType(Role("")).Annotations(shownAs("Role")),
		field.Bool("active").Default(true),
		field.String("grade").Optional().Nillable().MaxLen(400),                               // the code of a STAFF rate that several share
		field.String("password_hash").Optional().Nillable().Sensitive().Annotations(hidden()), // nil: signs in by no password
		field.String("partner_id").Optional().Nillable().Annotations(hidden()),
		field.Time("deleted_at").Optional().Nillable().Annotations(hidden()),
	}
}

// Edges of User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("partner", Partner.Type).Field("partner_id").Unique().Annotations(hidden()),
	}
}

// Indexes of User.
func (User) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email_key").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("grade"),
	}
}

// RefreshSession is one refresh token of a family; using it makes the next one, using it twice ends the family.
type RefreshSession struct{ ent.Schema }

// Mixin of RefreshSession.
func (RefreshSession) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of RefreshSession.
func (RefreshSession) Fields() []ent.Field {
	return []ent.Field{
		field.String("family").Immutable().MaxLen(40),
		field.String("user_id").Immutable(),
		field.String("token_hash").Unique().Immutable().MaxLen(64),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of RefreshSession.
func (RefreshSession) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Field("user_id").Unique().Required().Immutable(),
	}
}

// Indexes of RefreshSession.
func (RefreshSession) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("family"),
		index.Fields("user_id"),
		index.Fields("expires_at"),
		index.Fields("revoked_at"),
	}
}

// Annotations of RefreshSession.
func (RefreshSession) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Partner is a company that brings customers and sees those who allow it, and of them what its client was given.
type Partner struct{ ent.Schema }

// Mixin of Partner.
func (Partner) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, stamped{}} }

// Fields of Partner.
func (Partner) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(1200),
		field.Bool("active").Default(true),
		field.JSON("scopes", []string{}).Optional(),
	}
}

// Annotations of Partner.
func (Partner) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
