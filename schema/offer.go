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
		amount("total", "The sum of the lines' totals; of a TENDER those of the accepted variant, before that of the first.", open()),
		field.Int64("tax").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(open(), shownAs("Money"), entsql.Default("0")).
			Comment("The tax of the lines, as it was when their prices were asked for. The tax of the order is that of its shipment."),
		field.Int("variant").Default(0).Annotations(inner()).
			Comment("The number of the variant that total and tax are of; 0 for an offer without variants."),
		field.JSON("variant_names", []string{}).Optional().Immutable().Annotations(hidden()).
			Comment("The names of the variants of a TENDER, in the order of their numbers from 1."),
		field.String("why").Optional().Nillable().Immutable().MaxLen(8000).Annotations(scope("staff")).
			Comment("Why a customer who has left is to come back, of an offer of the kind WIN_BACK; null if nobody said."),
		field.Time("expires_at").Annotations(open(), orderedAs("EXPIRES_AT", "By the time of expiry.")).
			Comment("Until when the customer can accept the offer at these prices."),
		field.Time("sent_at").Optional().Nillable().
			Annotations(open()).Comment("When the offer was sent, or its message was queued; null for a draft."),
		field.Time("viewed_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer looked at the offer; null if that is not recorded."),
		field.Time("decided_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer accepted or declined the offer; null if neither."),
		field.String("decline_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the offer was declined, in the customer's words; null if it was not, and where the key says all."),
		field.String("decline_key").Optional().Nillable().MaxLen(160).
			Annotations(open()).Comment("The key of the reason of declineReasons for which the offer was declined; null if it was not, and for one that was declined before there was the list."),
		field.Time("countered_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer last named a price of their own; null if they did not. Their prices are expectedPrices."),
		field.String("contact_id").Optional().Nillable().Annotations(hidden()).
			Comment("The contact by which the offer was sent."),
		field.String("completes_order_id").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The order that a CROSS_SELL completes."),
		field.String("completes_product_id").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The product, bought by the customer before, that a CROSS_SELL completes."),
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
		edge.To("completes_order", Order.Type).Field("completes_order_id").Unique().Immutable().
			Annotations(rows()).Comment("The order that an offer of the kind CROSS_SELL completes; null if it names a product, and for other kinds."),
		edge.To("completes_product", Product.Type).Field("completes_product_id").Unique().Immutable().
			Annotations(rows()).Comment("The product that an offer of the kind CROSS_SELL completes; null if it names an order, and for other kinds."),
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
		index.Fields("completes_order_id").Annotations(entsql.IndexWhere("completes_order_id IS NOT NULL")),
		index.Fields("completes_product_id").Annotations(entsql.IndexWhere("completes_product_id IS NOT NULL")),
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
		field.Int("variant").Default(0).Immutable().Annotations(hidden()).
			Comment("The number of the variant of a TENDER that the line is in; 0 for an offer without variants."),
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
		field.JSON("used_data", []string{}).Optional().Immutable().Annotations(hidden()).
			Comment("What of the customer the price used when the offer was made: see pricing.Book.UsedData."),
		field.Bool("is_personal").Default(false).Immutable().Annotations(hidden()).
			Comment("Whether that made the price a personal one."),
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
