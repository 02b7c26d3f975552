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

// Order is what a customer bought. When it completes, its margin (total less refunds and full cost) is credited to contacts.
type Order struct{ ent.Schema }

// Mixin of Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer who ordered."),
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(open(), named("externalId")).
			Comment("The order's id in another system; null if there is none. Of the orders that one sees, only those placed by people who did not see each other's share one."),
		field.Int("external_twin").Default(0).Annotations(hidden()).
			Comment("0, or of orders with one external id, placed by people who did not see each other's, a number of its own."),
		field.Enum("status").GoType(OrderStatus("")).Annotations(open(), shownAs("OrderStatus")).
			Comment("Where the order stands."),
		field.Time("at").Annotations(open(), orderedAs("AT", "By the time of the order.")).
			Comment("When the customer ordered."),
		field.Int("day").Annotations(hidden()).
			Comment("The calendar day of at, in the installation's time zone."),
		amount("total", "The sum of the lines' totals, before refunds.", open()),
		amount("refunded", "What was given back so far.", open()),
		innerAmount("cost", "The full cost of the order, less that of what came back to stock."),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The tax of the lines: of the moment of completion or, before that, of when the order was last written."),
		field.Int64("refunded_tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The tax of what was given back."),
		field.Bool("stated_cost").Default(false).Annotations(hidden()).
			Comment("Whether the cost came with an import: no rate restates it."),
		field.Bool("uncosted").Default(false).Annotations(hidden()).
			Comment("Whether a rate is missing: the order is costed when the rate arrives."),
		innerAmount("margin", "The total less refunds and cost, without tax; 0 of an order that is cancelled."),
		innerAmount("unattributed", "The part of a completed order's margin that no contact earned."),
		field.Enum("credit_model").GoType(AttributionModel("")).Optional().Nillable().Annotations(hidden()).
			Comment("The attribution model by which the margin is credited."),
		field.String("credit_fit").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The attribution fit whose weights MARKOV or SHAPLEY credits by; null for the prior's."),
		field.Time("due_at").Optional().Nillable().
			Annotations(open()).Comment("When the order is due; null if no day was agreed."),
		field.Time("completed_at").Optional().Nillable().
			Annotations(open()).Comment("When the order was completed; null before."),
		field.Time("cancelled_at").Optional().Nillable().
			Annotations(open()).Comment("When the order was cancelled; null if it was not."),
		field.String("cancel_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the order was cancelled; null if it was not."),
		field.String("offer_id").Optional().Nillable().Annotations(hidden()).
			Comment("The offer that the order came of."),
		field.String("seller_id").Optional().Nillable().Annotations(hidden()).
			Comment("The user who placed the order; null of one that was imported or that none of the staff placed."),
		field.Bool("plain").Default(false).Annotations(hidden()).
			Comment("Whether the order is completed, nothing was given back of it, no rate of its cost is missing, and it has lines: reports sum up the lines without reading the order."),
	}
}

// Edges of Order.
func (Order) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer who ordered."),
		maybe("seller", User.Type, "seller_id", "Who of the staff placed the order, and so sold it; null of one that was imported, or that a partner or nobody placed.", rows()),
	}
}

// Indexes of Order.
func (Order) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("customer_id", "completed_at"),
		index.Fields("at", "id", "unattributed"),                                                // lists are ordered by the first two, reports sum the third
		index.Fields("completed_at").Annotations(entsql.IndexWhere("completed_at IS NOT NULL")), // reports as booked
		index.Fields("cancelled_at").Annotations(entsql.IndexWhere("cancelled_at IS NOT NULL")),
		index.Fields("id").Annotations(entsql.IndexWhere("status = 'COMPLETED' AND refunded = 0 AND NOT plain")), // those unchanged of which reports read the order
		// Reports read those to which something happened from this index alone.
		index.Fields("id").StorageKey("order_not_plain").Annotations(entsql.IndexWhere("completed_at IS NOT NULL AND NOT plain"),
			entsql.IncludeColumns("customer_id", "seller_id", "at", "completed_at", "cancelled_at", "status", "uncosted", "stated_cost", "total", "refunded", "tax", "cost")),
		index.Fields("offer_id").Annotations(entsql.IndexWhere("offer_id IS NOT NULL")),
		index.Fields("external_id", "external_twin").Unique().Annotations(entsql.IndexWhere("external_id IS NOT NULL")),
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
		field.String("order_id").Immutable().Annotations(hidden()).
			Comment("The order."),
		field.Int("position").Immutable().Annotations(hidden()).
			Comment("The place of the line in the order, from 0."),
		field.String("product_id").Immutable().Annotations(hidden()).
			Comment("The product."),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("The quantity in units of the product."),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("The price of one unit."),
		field.Int64("total").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("The price of the whole quantity."),
		innerAmount("cost", "The full cost of the quantity, with what came back to stock."),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The tax of the total, with that of what was given back."),
		field.Int64("stated_tax").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(hidden(), entsql.Default("0")).
			Comment("The tax that an import gave, which the line has while its product has had no tax code; 0 of a line that was not imported."),
		field.JSON("price_lines", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("A list of pricing.Line, from the list price to the unit price."),
		field.JSON("options", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("The options chosen and the measurements filled in."),
		field.Int("lead_days").Immutable().Annotations(open()).
			Comment("The lead time priced for, in days."),
		field.Time("priced_at").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The moment of the price; null of a line that was imported, and of one from before this was kept."),
		field.Int64("returned").GoType(money.Decimal{}).DefaultFunc(zero).Annotations(hidden(), entsql.Default("0")).
			Comment("How much of the quantity came back to stock. The cost is that of the whole quantity."),
		field.Time("sold_at").Optional().Nillable().Annotations(hidden()).
			Comment("The moment of the order if that is plain; null otherwise."),
		field.Time("booked_at").Optional().Nillable().Annotations(hidden()).
			Comment("When the order was completed if it is plain; null otherwise."),
		field.Bool("repeats").Default(false).Annotations(hidden()).
			Comment("Whether the order is plain and an earlier line of it has the same product."),
		field.String("first_product_id").Optional().Nillable().Annotations(hidden()).
			Comment("Of a plain order, the product of its first line; null of that line itself, and of other orders."),
	}
}

// Edges of OrderLine.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable().Annotations(hidden()).
			Comment("The order."),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The product."),
	}
}

// Indexes of OrderLine.
func (OrderLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id", "position").Unique(),
		index.Fields("product_id"),
		// Reports are summed up from this index alone.
		index.Fields("sold_at").Annotations(entsql.IndexWhere("sold_at IS NOT NULL"), entsql.IncludeColumns("order_id", "position", "product_id", "first_product_id", "booked_at", "repeats", "quantity", "total", "tax", "cost")),
		index.Fields("order_id", "position").StorageKey("orderline_not_plain").Annotations(entsql.IndexWhere("sold_at IS NULL"),
			entsql.IncludeColumns("id", "product_id", "quantity", "total", "tax", "cost")),
	}
}

// Refund is money given back for an order, with its reason. Append-only.
type Refund struct{ ent.Schema }

// Mixin of Refund.
func (Refund) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Refund.
func (Refund) Fields() []ent.Field {
	return []ent.Field{
		field.String("order_id").Immutable().
			Comment("The order."),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().
			Comment("What was given back."),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(entsql.Default("0")).
			Comment("The tax of what was given back. It follows the tax of the order."),
		field.String("reason").MaxLen(8000).Immutable().
			Comment("Why it was given back."),
		field.Time("at").Immutable().
			Comment("When it was given back."),
		field.Time("recorded_at").Immutable().
			Comment("When we learned of it."),
		field.Bool("goods_returned").Default(false).Immutable().
			Comment("Whether the goods came back to stock, with their cost."),
		field.String("actor").MaxLen(400).Immutable().
			Comment("Who gave it back: the e-mail of a user, or \"system\"."),
	}
}

// Edges of Refund.
func (Refund) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable().
			Comment("The order."),
	}
}

// Indexes of Refund.
func (Refund) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id"),
		index.Fields("at"), // reports as booked
	}
}

// Annotations of Refund.
func (Refund) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// RefundLine is the part of a refund that is of one line of the order. Append-only.
type RefundLine struct{ ent.Schema }

// Mixin of RefundLine.
func (RefundLine) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of RefundLine.
func (RefundLine) Fields() []ent.Field {
	return []ent.Field{
		field.String("refund_id").Immutable().
			Comment("The refund."),
		field.String("line_id").Immutable().
			Comment("The line of the order."),
		field.Int("position").Immutable().
			Comment("The place among the refund's lines, from 0."),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().
			Comment("Of how much of the line's quantity the money was given back."),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().
			Comment("What was given back of the line."),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(entsql.Default("0")).
			Comment("The tax of what was given back of the line."),
		field.Bool("stated").Immutable().
			Comment("Whether the amount was given; otherwise it is the quantity's share of the line's total."),
	}
}

// Edges of RefundLine.
func (RefundLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("refund", Refund.Type).Field("refund_id").Unique().Required().Immutable().
			Comment("The refund."),
		edge.To("line", OrderLine.Type).Field("line_id").Unique().Required().Immutable().
			Comment("The line of the order."),
	}
}

// Indexes of RefundLine.
func (RefundLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("refund_id", "line_id").Unique(),
		index.Fields("line_id"),
	}
}

// Annotations of RefundLine.
func (RefundLine) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Credit is the part of an order's margin that a contact earned. An order's credits and its unattributed part sum to its
// margin.
type Credit struct{ ent.Schema }

// Mixin of Credit.
func (Credit) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Credit.
func (Credit) Fields() []ent.Field {
	return []ent.Field{
		field.String("order_id").Immutable().
			Comment("The order."),
		field.String("contact_id").Immutable().
			Comment("The contact."),
		field.Int("position").NonNegative().
			Comment("The place of the credit among the order's credits, from 0."),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney).
			Comment("The part of the order's margin that the contact earned."),
		field.Int64("share").GoType(money.Decimal{}).DefaultFunc(zero).
			Comment("The share of the order's margin, with 6 places."),
		field.Int64("shown_amount").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(entsql.Default("0")).
			Comment("The amount as it was at the start of the day, of which viewers without the scope costs are shown sums, rounded; written once a day."),
	}
}

// Edges of Credit.
func (Credit) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable().
			Comment("The order."),
		edge.To("contact", Contact.Type).Field("contact_id").Unique().Required().Immutable().
			Comment("The contact."),
	}
}

// Indexes of Credit.
func (Credit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_id", "contact_id").Unique(),
		index.Fields("contact_id"),
		index.Fields("id").Annotations(entsql.IndexWhere("shown_amount <> amount")), // what the next day shows anew
	}
}

// Annotations of Credit.
func (Credit) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
