package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Setting is one of the installation's settings: its name and its value as JSON.
type Setting struct{ ent.Schema }

// Mixin of Setting.
func (Setting) Mixin() []ent.Mixin { return []ent.Mixin{} }

// Fields of Setting.
func (Setting) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().NotEmpty().MaxLen(400).
			Comment("The name of the setting."),
		field.JSON("value", json.RawMessage{}).
			Comment("The value as JSON."),
		field.Time("updated_at").
			Comment("When the setting was last changed."),
	}
}

// Annotations of Setting.
func (Setting) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// IdempotencyKey is what a request with an idempotency key did, so that the same request is carried out once.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey.
func (IdempotencyKey) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who sent the request."),
		field.String("key").Immutable().NotEmpty().MaxLen(4 * 255).
			Comment("The key that the client chose, of at most 255 characters: MaxLen counts bytes."),
		field.String("operation").Immutable().MaxLen(400).
			Comment("The name of the operation."),
		field.String("body_hash").Immutable().MaxLen(64).
			Comment("The SHA-256 of the request, in hexadecimal."),
		field.String("result_id").MaxLen(40).
			Comment("The id of what the request made or changed."),
		field.Time("created_at").Immutable().
			Comment("When the request was first carried out."),
	}
}

// Indexes of IdempotencyKey.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("actor", "key").Unique(),
		index.Fields("created_at"),
	}
}

// Annotations of IdempotencyKey.
func (IdempotencyKey) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// AuditEntry says who changed what, from what to what, and why. Append-only.
type AuditEntry struct{ ent.Schema }

// Mixin of AuditEntry.
func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of AuditEntry.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Immutable().
			Comment("When the change was made."),
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who made it: the e-mail of a user, or \"system\"."),
		field.String("action").Immutable().MaxLen(400).
			Comment("What was done."),
		field.String("subject").Immutable().MaxLen(400).
			Comment("The id of what was changed."),
		field.JSON("detail", json.RawMessage{}).Immutable().
			Comment("From what to what, and why, as JSON."),
	}
}

// Indexes of AuditEntry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject", "at"),
		index.Fields("at", "id"),
	}
}

// Annotations of AuditEntry.
func (AuditEntry) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
