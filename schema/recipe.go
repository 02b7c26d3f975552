package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Recipe is what one unit of a product is made of from a moment on, with the options that can be chosen. Append-only: of several for
// one moment the last recorded holds.
type Recipe struct{ ent.Schema }

// Mixin of Recipe.
func (Recipe) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Recipe.
func (Recipe) Fields() []ent.Field {
	return []ent.Field{
		field.String("product_id").Immutable().
			Comment("The product."),
		field.Time("valid_from").Immutable().
			Comment("From when the recipe holds."),
		field.Time("recorded_at").Immutable().
			Comment("When the recipe was recorded."),
		field.String("recorded_by").Immutable().MaxLen(400).
			Comment("Who recorded it: the e-mail of a user, or \"system\"."),
		field.Text("reason").Optional().Nillable().Immutable().
			Comment("Why it was recorded; null if no reason was given."),
	}
}

// Edges of Recipe.
func (Recipe) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Comment("The product."),
	}
}

// Indexes of Recipe.
func (Recipe) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "valid_from", "recorded_at"),
	}
}

// Annotations of Recipe.
func (Recipe) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Component is what one unit of a product, or of one of its options, is made of: a material, a resource or another product.
type Component struct{ ent.Schema }

// Mixin of Component.
func (Component) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Component.
func (Component) Fields() []ent.Field {
	return []ent.Field{
		field.String("product_id").Immutable().
			Comment("The product."),
		field.String("recipe_id").Immutable().
			Comment("The recipe that the component belongs to."),
		field.String("option_id").Optional().Nillable().Immutable().
			Comment("The option that the component belongs to; null if it belongs to the product itself."),
		field.Int("position").NonNegative().
			Comment("The place of the component in the recipe, from 0."),
		field.String("material").Optional().Nillable().MaxLen(400).
			Comment("The code of the material, if it is one."),
		field.String("resource").Optional().Nillable().MaxLen(400).
			Comment("The code of the resource, if it is one."),
		field.String("part_id").Optional().Nillable().
			Comment("The product that is a part of this one, if it is one."),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).
			Comment("The quantity for one unit; 0 where a formula gives it."),
		field.Text("formula").Optional().Nillable().MaxLen(8000).
			Comment("The formula over measurements that gives the quantity; null for one that is given as a number."),
	}
}

// Edges of Component.
func (Component) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Comment("The product."),
		edge.To("recipe", Recipe.Type).Field("recipe_id").Unique().Required().Immutable().
			Comment("The recipe that the component belongs to."),
		edge.To("option", ProductOption.Type).Field("option_id").Unique().Immutable().
			Comment("The option that the component belongs to."),
		edge.To("part", Product.Type).Field("part_id").Unique().
			Comment("The product that is a part of this one."),
	}
}

// Indexes of Component.
func (Component) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id"),
		index.Fields("recipe_id", "position"),
		index.Fields("material"),
		index.Fields("resource"),
		index.Fields("part_id"),
	}
}

// Annotations of Component.
func (Component) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// ProductOption is a choice that changes what a product is made of, and may cost a surcharge.
type ProductOption struct{ ent.Schema }

// Mixin of ProductOption.
func (ProductOption) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ProductOption.
func (ProductOption) Fields() []ent.Field {
	return []ent.Field{
		field.String("product_id").Immutable().
			Comment("The product."),
		field.String("recipe_id").Immutable().
			Comment("The recipe that the option belongs to."),
		field.String("code").NotEmpty().MaxLen(400).
			Comment("The code by which the option is chosen."),
		field.String("name").NotEmpty().MaxLen(1200).
			Comment("The name of the option."),
		field.Int("position").NonNegative().
			Comment("The place of the option in the product's list, from 0."),
		field.Int64("surcharge").GoType(money.Amount{}).DefaultFunc(noMoney).
			Comment("What the option adds to the price of a unit."),
		field.Bool("measured").Default(false).
			Comment("Whether the customer's measurement of the same code fills the option in."),
		field.Bool("grade").Default(false).
			Comment("Whether the option is a better quality."),
	}
}

// Edges of ProductOption.
func (ProductOption) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Comment("The product."),
		edge.To("recipe", Recipe.Type).Field("recipe_id").Unique().Required().Immutable().
			Comment("The recipe that the option belongs to."),
	}
}

// Indexes of ProductOption.
func (ProductOption) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("recipe_id", "code").Unique(),
		index.Fields("product_id"),
	}
}

// Annotations of ProductOption.
func (ProductOption) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
