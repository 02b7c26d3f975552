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
		field.String("sku").NotEmpty().MaxLen(400).Annotations(orderedAs("SKU")),
		field.String("name").NotEmpty().MaxLen(1200),
		field.String("name_key").MaxLen(800).Annotations(orderedAs("NAME"), inner()),
		field.Enum("kind").GoType(ProductKind("")).Default(string(Good)).Annotations(shownAs("ProductKind")),
		field.Bool("active").Default(true),
		field.Int("standard_lead_days").Default(14).NonNegative(),
		field.String("partner_id").Optional().Nillable().Annotations(hidden()), // the partner whose product it is
	}
}

// Edges of Product.
func (Product) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("partner", Partner.Type).Field("partner_id").Unique().Annotations(hidden()),
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
		field.String("product_id").Immutable(),
		field.Int64("amount").GoType(money.Amount{}).Optional().Nillable().Immutable(), // nil: cost-plus
		field.Int64("markup").GoType(money.Decimal{}).DefaultFunc(zero).Immutable(),
		field.Int64("minimum_margin").GoType(money.Decimal{}).DefaultFunc(zero).Immutable(),
		field.Int64("bundle_discount").GoType(money.Decimal{}).Optional().Nillable().Immutable(), // of a bundle that is sold at the sum of its parts less this share
		field.Time("valid_from").Immutable(),
		field.Time("recorded_at").Immutable(),
	}
}

// Edges of ListPrice.
func (ListPrice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
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
		field.String("product_id").Immutable(),
		field.String("option_id").Optional().Nillable().Immutable(),
		field.Int("position").NonNegative(),
		field.String("material").Optional().Nillable().MaxLen(400),
		field.String("resource").Optional().Nillable().MaxLen(400),
		field.String("part_id").Optional().Nillable(),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero),
	}
}

// Edges of Component.
func (Component) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
		edge.To("option", ProductOption.Type).Field("option_id").Unique().Immutable(),
		edge.To("part", Product.Type).Field("part_id").Unique(),
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
		field.String("product_id").Immutable(),
		field.String("code").NotEmpty().MaxLen(400),
		field.String("name").NotEmpty().MaxLen(1200),
		field.Int("position").NonNegative(),
		field.Int64("surcharge").GoType(money.Amount{}).DefaultFunc(noMoney),
		field.Bool("measured").Default(false), // filled by the customer's measurement of its code
		field.Bool("grade").Default(false),    // of a better quality
	}
}

// Edges of ProductOption.
func (ProductOption) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
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
