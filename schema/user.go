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
		field.String("email").NotEmpty().MaxLen(320).
			Annotations(open()).Comment("The e-mail address by which the user signs in."),
		field.String("email_key").NotEmpty().MaxLen(320).Annotations(hidden()).
			Comment("The e-mail address in lower case, unique."),
		field.String("name").NotEmpty().MaxLen(1200).
			Annotations(open()).Comment("The user's name."),
		field.Enum("role").GoType(Role("")).Annotations(open(), shownAs("Role")).
			Comment("What the user may see and do."),
		field.Bool("active").Default(true).
			Annotations(open()).Comment("Whether the user can sign in."),
		field.String("grade").Optional().Nillable().MaxLen(400).
			Annotations(scope("costs")).Comment("The code of a STAFF rate that several users share; null if the user has a rate of their own or none."),
		field.String("password_hash").Optional().Nillable().Sensitive().Annotations(hidden()).
			Comment("The Argon2id hash of the password; null if the user cannot sign in by one."),
		field.String("partner_id").Optional().Nillable().Annotations(hidden()).
			Comment("The partner whose client this user is."),
		field.Time("deleted_at").Optional().Nillable().Annotations(hidden()).
			Comment("When the user was deleted."),
	}
}

// Edges of User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		maybe("partner", Partner.Type, "partner_id", "The partner whose client this user is; null for people of ours.", rows()),
	}
}

// Indexes of User.
func (User) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email_key").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("grade"),
	}
}

// SignInAttempts is how many attempts to sign in are left for an account, for an address or for both together. The id is a hash
// of what is counted.
type SignInAttempts struct{ ent.Schema }

// Mixin of SignInAttempts.
func (SignInAttempts) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of SignInAttempts.
func (SignInAttempts) Fields() []ent.Field {
	return []ent.Field{
		field.Time("full_at").
			Comment("When all attempts are there again."),
	}
}

// Indexes of SignInAttempts.
func (SignInAttempts) Indexes() []ent.Index { return []ent.Index{index.Fields("full_at")} }

// Annotations of SignInAttempts.
func (SignInAttempts) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// RefreshSession is one refresh token of a family. Using it issues the next one; using it again later ends the family.
type RefreshSession struct{ ent.Schema }

// Mixin of RefreshSession.
func (RefreshSession) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of RefreshSession.
func (RefreshSession) Fields() []ent.Field {
	return []ent.Field{
		field.String("family").Immutable().MaxLen(40).
			Comment("The family: the tokens that came of one sign-in."),
		field.String("user_id").Immutable().
			Comment("The user."),
		field.String("token_hash").Unique().Immutable().MaxLen(64).
			Comment("The SHA-256 of the refresh token, in hexadecimal."),
		field.Time("created_at").Immutable().
			Comment("When the token was issued."),
		field.Time("expires_at").Immutable().
			Comment("When the token expires."),
		field.Time("used_at").Optional().Nillable().
			Comment("When the token was used; null before."),
		field.Time("revoked_at").Optional().Nillable().
			Comment("When the family ended; null before."),
	}
}

// Edges of RefreshSession.
func (RefreshSession) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Field("user_id").Unique().Required().Immutable().
			Comment("The user."),
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

// Partner is a company that brings customers. Its client sees those who allow it, within the scopes that it was given.
type Partner struct{ ent.Schema }

// Mixin of Partner.
func (Partner) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Partner.
func (Partner) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(1200).
			Annotations(open()).Comment("The name of the partner, unique regardless of letter case."),
		field.Bool("active").Default(true).
			Annotations(open()).Comment("Whether the partner's client has access."),
		field.JSON("scopes", []string{}).Optional().
			Annotations(open()).Comment("The scopes that the partner's client was given."),
	}
}

// Indexes of Partner.
func (Partner) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
	}
}

// Annotations of Partner.
func (Partner) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
