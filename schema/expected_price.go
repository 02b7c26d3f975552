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

// ExpectedPrice is what a customer thought a fair price of a product before they were named ours.
type ExpectedPrice struct{ ent.Schema }

// Mixin of ExpectedPrice.
func (ExpectedPrice) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, stamped{}} }

// Fields of ExpectedPrice.
func (ExpectedPrice) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.String("product_id").Immutable().Annotations(hidden()).
			Comment("The product."),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("What they thought a fair price of one unit of the product, with tax where our prices are named with it."),
		field.Time("at").Immutable().Annotations(open(), orderedAs("AT", "By the moment at which the customer thought so.")).
			Comment("When they thought so."),
		field.String("contact_id").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The contact in which they said it."),
		field.String("offer_id").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The offer upon which they said it."),
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("The customer's segment when it was recorded."),
		field.String("recorded_by").Immutable().MaxLen(400).
			Annotations(open()).Comment("Who recorded it: the e-mail of a user, or \"system\"."),
		field.Time("voided_at").Optional().Nillable().
			Annotations(open()).Comment("When it was voided; null if it was not."),
		field.String("void_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why it was voided; null if it was not."),
	}
}

// Edges of ExpectedPrice.
func (ExpectedPrice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The product."),
		edge.To("contact", Contact.Type).Field("contact_id").Unique().Immutable().
			Annotations(rows()).Comment("The contact in which the customer said it; null if none is known."),
		edge.To("offer", Offer.Type).Field("offer_id").Unique().Immutable().
			Annotations(rows()).Comment("The offer upon which the customer said it; null if there was none."),
	}
}

// Indexes of ExpectedPrice.
func (ExpectedPrice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("at", "id"),
		index.Fields("contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
		index.Fields("offer_id").Annotations(entsql.IndexWhere("offer_id IS NOT NULL")),
	}
}

// Annotations of ExpectedPrice.
func (ExpectedPrice) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
