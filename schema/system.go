package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Setting is one of the installation's choices, by its name, as JSON.
type Setting struct{ ent.Schema }

// Mixin of Setting.
func (Setting) Mixin() []ent.Mixin { return []ent.Mixin{} }

// Fields of Setting.
func (Setting) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().NotEmpty().MaxLen(400),
		field.JSON("value", json.RawMessage{}),
		field.Time("updated_at"),
	}
}

// Annotations of Setting.
func (Setting) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// IdempotencyKey remembers what a request with a key did, so that the same request does it once.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey.
func (IdempotencyKey) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor").Immutable().MaxLen(400),
		field.String("key").Immutable().NotEmpty().MaxLen(255),
		field.String("operation").Immutable().MaxLen(400),
		field.String("body_hash").Immutable().MaxLen(64),
		field.String("result_id").MaxLen(40),
		field.Time("created_at").Immutable(),
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
		field.Time("at").Immutable(),
		field.String("actor").Immutable().MaxLen(400),
		field.String("action").Immutable().MaxLen(400),
		field.String("subject").Immutable().MaxLen(400),
		field.JSON("detail", json.RawMessage{}).Immutable(),
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
