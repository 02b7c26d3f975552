package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Product is what we sell: a good, a service or a bundle.
type Product struct{ ent.Schema }

// Mixin of Product.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.String("sku").NotEmpty().MaxLen(400).Annotations(open(), orderedAs("SKU", "By the product code.")).
			Comment("The stock-keeping unit: the product's own code, unique."),
		field.String("name").NotEmpty().MaxLen(1200).
			Annotations(open()).Comment("The name of the product."),
		field.String("name_key").MaxLen(800).Annotations(open(), orderedAs("NAME", "By name, regardless of letter case."), inner()).
			Comment("The name folded for ordering, the same on both databases."),
		field.Text("search_key").Default("").Annotations(hidden()).
			Comment("The code and the name as they are searched by, each after a space; \"\" until they are rekeyed."),
		field.Enum("kind").GoType(ProductKind("")).Default(string(Good)).Annotations(open(), shownAs("ProductKind")).
			Comment("Whether the product is a good, a service or a bundle."),
		field.Bool("active").Default(true).
			Annotations(open()).Comment("Whether the product is in the catalogue."),
		field.Int("standard_lead_days").Default(14).NonNegative().
			Annotations(open()).Comment("The usual lead time in days; a shorter or longer one has its own price."),
		field.String("partner_id").Optional().Nillable().Annotations(hidden()).
			Comment("The partner whose product it is."),
	}
}

// Edges of Product.
func (Product) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("partner", Partner.Type).Field("partner_id").Unique().Annotations(hidden()).
			Comment("The partner whose product it is."),
	}
}

// Indexes of Product.
func (Product) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sku").Unique(),
		index.Fields("name_key", "id"),
	}
}

// Annotations of Product.
func (Product) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}

// ListPrice is the dated price terms of a product: a list price or a markup on full cost, and the least margin. Append-only.
type ListPrice struct{ ent.Schema }

// Mixin of ListPrice.
func (ListPrice) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ListPrice.
func (ListPrice) Fields() []ent.Field {
	return []ent.Field{
		field.String("product_id").Immutable().
			Comment("The product."),
		field.Int64("amount").GoType(money.Amount{}).Optional().Nillable().Immutable().
			Comment("The list price of one unit; null if the product is cost-plus."),
		field.Int64("markup").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().
			Comment("The share added to full cost if there is no list price."),
		field.Int64("minimum_margin").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().
			Comment("The share of the price that must remain after cost."),
		field.Int64("bundle_discount").GoType(money.Decimal{}).Optional().Nillable().Immutable().
			Comment("The share taken off the sum of the parts' list prices, of a bundle without a list price of its own."),
		field.Time("valid_from").Immutable().
			Comment("From when the terms hold."),
		field.Time("recorded_at").Immutable().
			Comment("When the terms were recorded."),
	}
}

// Edges of ListPrice.
func (ListPrice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Comment("The product."),
	}
}

// Indexes of ListPrice.
func (ListPrice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "valid_from", "recorded_at"),
	}
}

// Annotations of ListPrice.
func (ListPrice) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Component is what one unit of a product, or of one of its options, is made of: a material, a resource or another product.
type Component struct{ ent.Schema }

// Mixin of Component.
func (Component) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Component.
func (Component) Fields() []ent.Field {
	return []ent.Field{
		field.String("product_id").Immutable().
			Comment("The product."),
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
			Comment("The quantity for one unit."),
	}
}

// Edges of Component.
func (Component) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Comment("The product."),
		edge.To("option", ProductOption.Type).Field("option_id").Unique().Immutable().
			Comment("The option that the component belongs to."),
		edge.To("part", Product.Type).Field("part_id").Unique().
			Comment("The product that is a part of this one."),
	}
}

// Indexes of Component.
func (Component) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "position"),
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
	}
}

// Indexes of ProductOption.
func (ProductOption) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "code").Unique(),
	}
}

// Annotations of ProductOption.
func (ProductOption) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
