package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Wording is a text by which customers are asked for a permission, as it is shown to them. Its text never changes: a new version is a
// wording of its own.
type Wording struct{ ent.Schema }

// Mixin of Wording.
func (Wording) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, stamped{}} }

// Fields of Wording.
func (Wording) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(400).Annotations(open(), orderedAs("CODE", "By the code.")).
			Comment("The code that all versions of a text in all languages have."),
		field.String("language").NotEmpty().Immutable().MaxLen(140).Annotations(open()).
			Comment("The language of the text: a BCP 47 tag, such as \"ru\"."),
		field.String("version").NotEmpty().Immutable().MaxLen(400).Annotations(open()).
			Comment("The version of the text; unique among those of its code and language."),
		field.Text("text").NotEmpty().Immutable().MaxLen(80000).Annotations(open()).
			Comment("The exact text that is shown."),
		field.JSON("channels", []Channel{}).Immutable().Annotations(open(), shownAs("[Channel!]")).
			Comment("The channels that the text asks for, at least one."),
		field.JSON("purposes", []Purpose{}).Immutable().Annotations(open(), shownAs("[Purpose!]")).
			Comment("The purposes that the text asks for, at least one."),
		field.String("part_of").Optional().Nillable().Immutable().MaxLen(2000).Annotations(open(), named("partOf")).
			Comment("The text that it is a part of, such as terms of sale; null if it stands alone."),
		field.Time("valid_from").Immutable().Annotations(open(), named("validFrom")).
			Comment("From when the text is shown."),
		field.String("created_by").Immutable().MaxLen(400).Annotations(open(), named("createdBy")).
			Comment("Who recorded it: the e-mail of a user, or \"system\"."),
		field.Time("retired_at").Optional().Nillable().Annotations(open(), named("retiredAt")).
			Comment("From when on it is no longer shown; null while no end is known. Permissions that were given by it stay."),
		field.String("retired_by").Optional().Nillable().MaxLen(400).Annotations(open(), named("retiredBy")).
			Comment("Who retired it; null if nobody did."),
		field.String("retire_reason").Optional().Nillable().MaxLen(8000).Annotations(open(), named("retireReason")).
			Comment("Why it was retired; null if it was not."),
	}
}

// Indexes of Wording.
func (Wording) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code", "language", "version").Unique(),
		index.Fields("code", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
	}
}

// Annotations of Wording.
func (Wording) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
