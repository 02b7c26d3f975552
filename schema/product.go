package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
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
		field.String("unit").Optional().Nillable().MaxLen(160).Annotations(open()).
			Comment("What one unit of the product is, such as \"piece\" or \"m\"; null if it is not stated."),
		field.String("category").Optional().Nillable().MaxLen(400).Annotations(open()).
			Comment("The category that the product belongs to; null for none."),
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
		index.Fields("category", "sku"),
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
		field.String("tax_code").Optional().Nillable().MaxLen(400).Immutable().
			Comment("The code whose rate of the subject TAX is the share of tax; null if the product is without tax."),
		field.Bool("states_tax_code").Default(false).Immutable().
			Comment("Whether the terms say what the tax code is. Otherwise it is that of the terms before them that say it."),
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
		index.Fields("product_id").Annotations(entsql.IndexWhere("tax_code IS NOT NULL")), // which products have tax at all
	}
}

// Annotations of ListPrice.
func (ListPrice) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
