package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// DeclineReason is a reason for which customers decline offers. The key never changes, so that what was declined for it can be counted.
type DeclineReason struct{ ent.Schema }

// Mixin of DeclineReason.
func (DeclineReason) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of DeclineReason.
func (DeclineReason) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").NotEmpty().Immutable().Unique().MaxLen(160).Annotations(open(), orderedAs("KEY", "By the key.")).
			Comment("The key by which declineOffer names the reason."),
		field.String("name_en").NotEmpty().MaxLen(800).Annotations(hidden()).
			Comment("The name in English."),
		field.String("name_ru").NotEmpty().MaxLen(800).Annotations(hidden()).
			Comment("The name in Russian."),
		field.Time("retired_at").Optional().Nillable().Annotations(open()).
			Comment("Since when no offer can be declined for this reason; null while one can. Offers that were declined for it keep it."),
	}
}

// Indexes of DeclineReason.
func (DeclineReason) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
	}
}

// Annotations of DeclineReason.
func (DeclineReason) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
