package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ProductOfTheMonth is the choice of a product for a month. A choice is never changed: a later one for the same month takes its place.
type ProductOfTheMonth struct{ ent.Schema }

// Mixin of ProductOfTheMonth.
func (ProductOfTheMonth) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, stamped{}} }

// Fields of ProductOfTheMonth.
func (ProductOfTheMonth) Fields() []ent.Field {
	return []ent.Field{
		field.String("month").NotEmpty().Immutable().MaxLen(7).Annotations(open(), orderedAs("MONTH", "By the month.")).
			Comment("The month in the installation's time zone, such as \"2026-12\"."),
		field.String("product_id").Immutable().Annotations(hidden()).
			Comment("The product."),
		field.String("chosen_by").Immutable().MaxLen(400).Annotations(open()).
			Comment("Who chose it: the e-mail of a user, or \"system\"."),
	}
}

// Edges of ProductOfTheMonth.
func (ProductOfTheMonth) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The product."),
	}
}

// Indexes of ProductOfTheMonth.
func (ProductOfTheMonth) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("month", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("product_id"),
	}
}

// Annotations of ProductOfTheMonth.
func (ProductOfTheMonth) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
