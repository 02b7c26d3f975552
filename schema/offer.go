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

// Offer is a proposal made for one customer.
type Offer struct{ ent.Schema }

// Mixin of Offer.
func (Offer) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Offer.
func (Offer) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer to whom the offer is made."),
		field.Enum("kind").GoType(OfferKind("")).Immutable().Annotations(open(), shownAs("OfferKind")).
			Comment("Why the offer is made."),
		field.Enum("status").GoType(OfferStatus("")).Annotations(inner()).
			Comment("The status as stored; an unanswered offer is EXPIRED by the clock."),
		amount("total", "The sum of the lines' totals.", open()),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money"), entsql.Default("0")).
			Comment("The tax of the lines, as it was when their prices were asked for. The tax of the order is that of its shipment."),
		field.Time("expires_at").Annotations(open(), orderedAs("EXPIRES_AT", "By the time of expiry.")).
			Comment("Until when the customer can accept the offer at these prices."),
		field.Time("sent_at").Optional().Nillable().
			Annotations(open()).Comment("When the offer was sent, or its message was queued; null for a draft."),
		field.Time("viewed_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer looked at the offer; null if that is not recorded."),
		field.Time("decided_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer accepted or declined the offer; null if neither."),
		field.String("decline_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the offer was declined; null if it was not."),
		field.String("contact_id").Optional().Nillable().Annotations(hidden()).
			Comment("The contact by which the offer was sent."),
		field.String("order_id").Optional().Nillable().Annotations(hidden()).
			Comment("The order made when the offer was accepted."),
	}
}

// Edges of Offer.
func (Offer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer to whom the offer is made."),
		maybe("contact", Contact.Type, "contact_id", "The contact by which the offer was sent; null for a draft, and while the message has not left.", rows()),
		maybe("order", Order.Type, "order_id", "The order made when the offer was accepted; null before.", rows()),
	}
}

// Indexes of Offer.
func (Offer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "created_at", "id"),
		index.Fields("created_at", "id"),
		index.Fields("expires_at", "id"),
		index.Fields("contact_id"),
		index.Fields("order_id"),
	}
}

// Annotations of Offer.
func (Offer) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }

// OfferLine is a product at a promised price.
type OfferLine struct{ ent.Schema }

// Mixin of OfferLine.
func (OfferLine) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of OfferLine.
func (OfferLine) Fields() []ent.Field {
	return []ent.Field{
		field.String("offer_id").Immutable().Annotations(hidden()).
			Comment("The offer."),
		field.Int("position").Immutable().Annotations(hidden()).
			Comment("The place of the line in the offer, from 0."),
		field.String("product_id").Immutable().Annotations(hidden()).
			Comment("The product."),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("The quantity in units of the product."),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("The promised price of one unit."),
		field.Int64("total").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("The promised price of the whole quantity."),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money"), entsql.Default("0")).
			Comment("The tax of the total, as it was when the price was asked for."),
		field.JSON("price_lines", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("A list of pricing.Line, from the list price to the unit price."),
		field.JSON("options", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("The options chosen and the measurements filled in."),
		field.Int("lead_days").Immutable().Annotations(hidden()).
			Comment("The lead time priced for, in days."),
		field.Time("priced_at").Immutable().Annotations(hidden()).
			Comment("The moment of the price."),
	}
}

// Edges of OfferLine.
func (OfferLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("offer", Offer.Type).Field("offer_id").Unique().Required().Immutable().Annotations(hidden()).
			Comment("The offer."),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The product."),
	}
}

// Indexes of OfferLine.
func (OfferLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("offer_id", "position").Unique(),
		index.Fields("product_id"),
	}
}
