package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// MeasurementDefinition is what can be measured to make a product: formulas of recipes use it by its code, and what is measured lies
// within its range.
type MeasurementDefinition struct{ ent.Schema }

// Mixin of MeasurementDefinition.
func (MeasurementDefinition) Mixin() []ent.Mixin {
	return []ent.Mixin{identified{}, versioned{}, stamped{}}
}

// Fields of MeasurementDefinition.
func (MeasurementDefinition) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(100).Annotations(open()).
			Comment("The code by which formulas, price questions and customers' measurements name it: a letter, then letters, digits and \"_\"."),
		field.String("name").NotEmpty().MaxLen(1200).Annotations(open()).
			Comment("The name, for people."),
		field.String("unit").NotEmpty().MaxLen(160).Annotations(open()).
			Comment("The unit that it is measured in, such as \"m\"."),
		field.Int64("least").GoType(money.Decimal{}).DefaultFunc(zero).Annotations(open(), shownAs("Decimal")).
			Comment("The least that can be measured, included."),
		field.Int64("most").GoType(money.Decimal{}).DefaultFunc(zero).Annotations(open(), shownAs("Decimal")).
			Comment("The most that can be measured, included."),
	}
}

// Indexes of MeasurementDefinition.
func (MeasurementDefinition) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique(),
	}
}

// Annotations of MeasurementDefinition.
func (MeasurementDefinition) Annotations() []schema.Annotation {
	return []schema.Annotation{unordered()}
}
