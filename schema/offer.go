package schema

import (
	"encoding/json"

	"entgo.io/ent"
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
		field.String("customer_id").Immutable().Annotations(hidden()),
		field.Enum("kind").GoType(OfferKind("")).Immutable().Annotations(shownAs("OfferKind")),
		field.Enum("status").GoType(OfferStatus("")).Annotations(inner()), // an unanswered offer is EXPIRED by the clock
		amount("total"),
		field.Time("expires_at").Annotations(orderedAs("EXPIRES_AT")),
		field.Time("sent_at").Optional().Nillable(),
		field.Time("viewed_at").Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decline_reason").Optional().Nillable().MaxLen(8000),
		field.String("contact_id").Optional().Nillable().Annotations(hidden()),
		field.String("order_id").Optional().Nillable().Annotations(hidden()),
	}
}

// Edges of Offer.
func (Offer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
		maybe("contact", Contact.Type, "contact_id"),
		maybe("order", Order.Type, "order_id"),
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
		field.String("offer_id").Immutable().Annotations(hidden()),
		field.Int("position").Immutable().Annotations(hidden()),
		field.String("product_id").Immutable().Annotations(hidden()),
		field.Int64("quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(shownAs("Decimal")),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(shownAs("Money")),
		field.Int64("total").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(shownAs("Money")),
		field.JSON("price_lines", json.RawMessage{}).Immutable().Annotations(hidden()), // a list of pricing.Line, summing to unit
		field.JSON("options", json.RawMessage{}).Immutable().Annotations(hidden()),
		field.Int("lead_days").Immutable().Annotations(hidden()),
		field.Time("priced_at").Immutable().Annotations(hidden()),
	}
}

// Edges of OfferLine.
func (OfferLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("offer", Offer.Type).Field("offer_id").Unique().Required().Immutable().Annotations(hidden()),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable(),
	}
}

// Indexes of OfferLine.
func (OfferLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("offer_id", "position").Unique(),
		index.Fields("product_id"),
	}
}
