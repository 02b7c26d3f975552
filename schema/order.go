package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Order is what a customer bought. Its margin, total less refunds and full cost, is credited to contacts when it completes.
type Order struct{ ent.Schema }

// Mixin of Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()),
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(named("externalId")),
		field.Enum("status").GoType(OrderStatus("")).Annotations(shownAs("OrderStatus")),
		field.Time("at").Annotations(orderedAs("AT")),
		field.Int("day").Annotations(hidden()), // of at, in the installation's time zone
		amount("total"),
		amount("refunded"),
		innerAmount("cost"),
		field.Bool("stated_cost").Default(false).Annotations(hidden()), // the cost came with an import: no rate restates it
		field.Bool("uncosted").Default(false).Annotations(hidden()),    // a rate is missing: costed when it arrives
		innerAmount("margin"),                                          // total - refunded - cost
		innerAmount("unattributed"),                                    // what of the margin of a completed order no contact earned
		field.Enum("credit_model").GoType(AttributionModel("")).Optional().Nillable().Annotations(hidden()),
		field.String("credit_fit").Optional().Nillable().MaxLen(40).Annotations(hidden()), // whose weights MARKOV or SHAPLEY credits by; without one the prior's
		field.Time("due_at").Optional().Nillable(),
		field.Time("completed_at").Optional().Nillable(),
		field.Time("cancelled_at").Optional().Nillable(),
		field.String("cancel_reason").Optional().Nillable().MaxLen(8000),
		field.String("offer_id").Optional().Nillable().Annotations(hidden()),
	}
}

// Edges of Order.
func (Order) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
	}
}

// Indexes of Order.
func (Order) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("at", "id", "unattributed"), // lists are ordered by the first two, reports sum the third
		index.Fields("offer_id").Annotations(entsql.IndexWhere("offer_id IS NOT NULL")),
		index.Fields("external_id").Unique().Annotations(entsql.IndexWhere("external_id IS NOT NULL")),
	}
}

// Annotations of Order.
func (Order) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }

// OrderLine is a product of an order at the price that was promised.
type OrderLine struct{ ent.Schema }

// Mixin of OrderLine.
func (OrderLine) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of OrderLine.
func (OrderLine) Fields() []ent.Field {
	return []ent.Field{
		field.String("order_id").Immutable().Annotations(hidden()),
		field.Int("position").Immutable().Annotations(hidden()),
		field.String("product_id").Immutable().Annotations(hidden()),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(shownAs("Decimal")),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(shownAs("Money")),
		field.Int64("total").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(shownAs("Money")),
		innerAmount("cost"),
		field.JSON("price_lines", json.RawMessage{}).Immutable().Annotations(hidden()),
		field.JSON("options", json.RawMessage{}).Immutable().Annotations(hidden()),
		field.Int("lead_days").Immutable().Annotations(hidden()),
	}
}

// Edges of OrderLine.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable().Annotations(hidden()),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
	}
}

// Indexes of OrderLine.
func (OrderLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id", "position").Unique(),
		index.Fields("product_id"),
	}
}

// Refund is money given back for an order, with its reason. Append-only.
type Refund struct{ ent.Schema }

// Mixin of Refund.
func (Refund) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Refund.
func (Refund) Fields() []ent.Field {
	return []ent.Field{
		field.String("order_id").Immutable(),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable(),
		field.String("reason").MaxLen(8000).Immutable(),
		field.Time("at").Immutable(),
		field.String("actor").MaxLen(400).Immutable(),
	}
}

// Edges of Refund.
func (Refund) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable(),
	}
}

// Indexes of Refund.
func (Refund) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id"),
	}
}

// Annotations of Refund.
func (Refund) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Credit is the part of an order's margin that a contact earned. With the order's unattributed part they sum to its margin.
type Credit struct{ ent.Schema }

// Mixin of Credit.
func (Credit) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Credit.
func (Credit) Fields() []ent.Field {
	return []ent.Field{
		field.String("order_id").Immutable(),
		field.String("contact_id").Immutable(),
		field.Int("position").NonNegative(),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney),
		field.Int64("share").GoType(money.Decimal{}).DefaultFunc(zero),
	}
}

// Edges of Credit.
func (Credit) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable(),
		edge.To("contact", Contact.Type).Field("contact_id").Unique().Required().Immutable(),
	}
}

// Indexes of Credit.
func (Credit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id", "contact_id").Unique(),
		index.Fields("contact_id"),
	}
}

// Annotations of Credit.
func (Credit) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
