package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// PriceRule changes a price where its condition holds. Its terms are never changed: it is retired and another takes its place.
type PriceRule struct{ ent.Schema }

// Mixin of PriceRule.
func (PriceRule) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of PriceRule.
func (PriceRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(1200),
		field.Text("condition").NotEmpty().MaxLen(16000).Immutable(),
		field.Int64("percent").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(shownAs("Decimal")),
		field.Int64("amount").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(shownAs("Money")),
		field.Int64("price").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(shownAs("Money")),
		field.Int64("cap").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(shownAs("Money")), // the most that percent changes a unit's price by
		field.Int("priority").Default(0).Immutable(),
		field.Bool("exclusive").Default(false).Immutable(),
		field.Time("valid_from").Optional().Nillable().Immutable(),
		field.Time("valid_to").Optional().Nillable().Immutable(),
		field.Bool("active").Default(true),
		field.Time("recorded_at").Immutable(),
		field.Time("retired_at").Optional().Nillable().Annotations(hidden()),
	}
}

// PriceAgreement is a customer's own price for a product. Append-only: the last recorded that covers a moment and quantity holds.
type PriceAgreement struct{ ent.Schema }

// Mixin of PriceAgreement.
func (PriceAgreement) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of PriceAgreement.
func (PriceAgreement) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()),
		field.String("product_id").Immutable().Annotations(hidden()),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(shownAs("Money")),
		field.Int64("minimum_quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(shownAs("Decimal")),
		field.Time("valid_from").Immutable(),
		field.Time("valid_to").Optional().Nillable().Immutable(),
		field.String("override_floor_reason").Optional().Nillable().MaxLen(8000).Immutable(),
		field.String("agreed_by").MaxLen(40).Immutable().Annotations(hidden()),
		field.Time("recorded_at").Immutable(),
	}
}

// Edges of PriceAgreement.
func (PriceAgreement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
	}
}

// Indexes of PriceAgreement.
func (PriceAgreement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "product_id", "valid_from"),
	}
}
