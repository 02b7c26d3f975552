package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CustomerRelation is that a person belongs to a company or a household from a day on, until another.
type CustomerRelation struct{ ent.Schema }

// Mixin of CustomerRelation.
func (CustomerRelation) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CustomerRelation.
func (CustomerRelation) Fields() []ent.Field {
	return []ent.Field{
		field.String("person_id").
			Comment("The person."),
		field.String("group_id").
			Comment("The company or household."),
		field.String("role").Optional().Nillable().MaxLen(800).
			Comment("What the person is there, such as their title."),
		field.Int("valid_from").GoType(Date(0)).
			Comment("The first day."),
		field.Int("valid_to").GoType(Date(0)).Optional().Nillable().
			Comment("The last day; null while it has none."),
		field.Int("version").Default(1).Positive().
			Comment("The version, which a change states as its base."),
		field.Time("created_at").Immutable().
			Comment("When the relation was recorded."),
		field.Time("updated_at").
			Comment("When it was last changed."),
	}
}

// Indexes of CustomerRelation.
func (CustomerRelation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id"),
		index.Fields("group_id"),
	}
}

// Annotations of CustomerRelation.
func (CustomerRelation) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
