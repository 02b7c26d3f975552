package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// FieldDefinition is a field of the installation's own, beside those that every installation has: what it is of, its type and what it
// may hold.
type FieldDefinition struct{ ent.Schema }

// Mixin of FieldDefinition.
func (FieldDefinition) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of FieldDefinition.
func (FieldDefinition) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("noun").GoType(FieldNoun("")).Immutable().Annotations(open(), shownAs("FieldNoun")).
			Comment("What the field is of."),
		field.String("code").NotEmpty().Immutable().MaxLen(100).Annotations(open()).
			Comment("The code by which rules, filters and files name it: a letter, then letters, digits and \"_\"; unique among the fields of a noun."),
		field.String("label").NotEmpty().MaxLen(1200).Annotations(open()).
			Comment("What it is called, for people."),
		field.Enum("type").GoType(FieldType("")).Annotations(open(), shownAs("FieldType")).
			Comment("What its values are."),
		field.Int64("least").GoType(money.Decimal{}).Optional().Nillable().Annotations(open(), shownAs("Decimal")).
			Comment("Of a NUMBER, the least value, included; null for no limit."),
		field.Int64("most").GoType(money.Decimal{}).Optional().Nillable().Annotations(open(), shownAs("Decimal")).
			Comment("Of a NUMBER, the greatest value, included; null for no limit."),
		field.Int("earliest").GoType(Date(0)).Optional().Nillable().Annotations(open(), shownAs("Date")).
			Comment("Of a DAY, the earliest, included; null for no limit."),
		field.Int("latest").GoType(Date(0)).Optional().Nillable().Annotations(open(), shownAs("Date")).
			Comment("Of a DAY, the latest, included; null for no limit."),
		field.Int("max_length").Optional().Nillable().Annotations(open()).
			Comment("Of a TEXT, how many characters it has at most; null for 500."),
		field.JSON("words", []string{}).Optional().Annotations(open(), shownAs("[String!]")).
			Comment("Of a CHOICE, its words; null of other types."),
		field.Bool("for_sales").Annotations(open()).
			Comment("Whether SALES see the field. ADMIN, MANAGER and ANALYST see all fields."),
		field.Bool("for_partners").Annotations(open()).
			Comment("Whether a PARTNER sees the field."),
		field.Bool("retired").Default(false).Annotations(open()).
			Comment("Whether the field is out of use: what things have in it stays and can be read and filtered by, and nothing is set in it any more."),
	}
}

// Indexes of FieldDefinition.
func (FieldDefinition) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("noun", "code").Unique(),
	}
}

// Annotations of FieldDefinition.
func (FieldDefinition) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// FieldEntry is what a customer, contact, order or product has in a field of the installation's own. What it was at each moment is dated by
// the entry's id: see DatedValue.
type FieldEntry struct{ ent.Schema }

// Mixin of FieldEntry.
func (FieldEntry) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of FieldEntry.
func (FieldEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("definition_id").Immutable().
			Comment("The field."),
		field.String("subject").MaxLen(40).
			Comment("Whose it is: the id of a customer, contact, order or product."),
		field.String("value").Optional().Nillable().MaxLen(2000).
			Comment("The value in its one spelling; null if there is none any more."),
		field.Int64("number").Optional().Nillable().
			Comment("The value of a NUMBER in billionths, of a DAY in days since 1970-01-01; by it ranges are found."),
		field.Time("set_at").
			Comment("Since when it holds."),
	}
}

// Edges of FieldEntry.
func (FieldEntry) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("definition", FieldDefinition.Type).Field("definition_id").Unique().Required().Immutable().
			Comment("The field."),
	}
}

// Indexes of FieldEntry.
func (FieldEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject", "definition_id").Unique(),
		index.Fields("definition_id", "value"),
		index.Fields("definition_id", "number"),
	}
}

// Annotations of FieldEntry.
func (FieldEntry) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
