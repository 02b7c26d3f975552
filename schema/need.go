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

// Need is something that customers buy or could buy, from whomever.
type Need struct{ ent.Schema }

// Mixin of Need.
func (Need) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Need.
func (Need) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(400).Annotations(open()).
			Comment("The code by which it is named: a small letter, then small letters, digits and \"_\"; unique."),
		field.String("name").NotEmpty().MaxLen(1200).Annotations(open()).
			Comment("What it is called, for people."),
		field.String("unit").Optional().Nillable().MaxLen(400).Annotations(open()).
			Comment("The unit in which people speak of it, such as \"m\"; null for none."),
		field.Bool("retired").Default(false).Annotations(open()).
			Comment("Whether the need is out of use: what is known of it stays, and nothing more is recorded."),
	}
}

// Indexes of Need.
func (Need) Indexes() []ent.Index { return []ent.Index{index.Fields("code").Unique()} }

// Annotations of Need.
func (Need) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// NeedFact is something that we know of what a customer needs: from whom else they buy it, or for about how much a year. It holds from a moment
// on, until a later one of the same kind holds. Append-only.
type NeedFact struct{ ent.Schema }

// Mixin of NeedFact.
func (NeedFact) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of NeedFact.
func (NeedFact) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.String("need_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The need."),
		field.Enum("kind").GoType(NeedFactKind("")).Immutable().Annotations(open(), shownAs("NeedFactKind")).
			Comment("What is known."),
		field.String("supplier").Optional().Nillable().Immutable().MaxLen(1200).Annotations(open()).
			Comment("Of a SUPPLIER, from whom else they buy it; null where they buy it from nobody else, and of a WALLET."),
		field.Int64("wallet").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Money")).
			Comment("Of a WALLET, for about how much a year they buy it in all, from us and from others, with tax; null of a SUPPLIER."),
		field.Enum("basis").GoType(NeedFactBasis("")).Immutable().Annotations(open(), shownAs("NeedFactBasis")).
			Comment("What the fact rests on."),
		field.String("source").NotEmpty().Immutable().MaxLen(2000).Annotations(open()).
			Comment("Where it comes from, in words."),
		field.String("contact_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(hidden()).
			Comment("The contact in which the customer said it."),
		field.Time("at").Immutable().Annotations(open(), orderedAs("AT", "By the moment from which the fact holds.")).
			Comment("From when it holds."),
		field.Time("recorded_at").Immutable().Annotations(open()).
			Comment("When we learned of it."),
		field.String("recorded_by").Immutable().MaxLen(400).Annotations(open()).
			Comment("Who recorded it: the e-mail of a user, or \"system\"."),
	}
}

// Edges of NeedFact.
func (NeedFact) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
		edge.To("need", Need.Type).Field("need_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The need."),
		edge.To("contact", Contact.Type).Field("contact_id").Unique().Immutable().
			Annotations(rows()).Comment("The contact in which the customer said it; null if none is known."),
	}
}

// Indexes of NeedFact.
func (NeedFact) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("need_id", "kind", "customer_id"),
		index.Fields("contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
	}
}

// Annotations of NeedFact.
func (NeedFact) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
