package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Customer is any person or company we may deal with, from stranger to former.
type Customer struct{ ent.Schema }

// Mixin of Customer.
func (Customer) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(CustomerKind("")).Default(string(Person)).Annotations(shownAs("CustomerKind")),
		field.String("name").NotEmpty().MaxLen(1200),
		field.String("name_key").MaxLen(800).Annotations(orderedAs("NAME"), inner()), // folded for ordering, the same on both databases
		field.String("email").Optional().Nillable().MaxLen(320),
		field.String("email_key").Optional().Nillable().MaxLen(320).Annotations(hidden()), // lower case: e-mails differing in case are one
		field.String("phone").Optional().Nillable().MaxLen(40),
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(named("externalId")),
		field.Enum("stage").GoType(Stage("")).Default(string(Stranger)).Annotations(shownAs("Stage")),
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Annotations(shownAs("Segment")),
		field.String("owner_id").Optional().Nillable().Annotations(hidden()),
		field.String("referred_by_id").Optional().Nillable().Annotations(hidden()),
		field.String("partner_id").Optional().Nillable().Annotations(hidden()), // the partner who brought the customer
		field.JSON("measurements", map[string]any{}).Optional().Annotations(shownAs("JSON")),
		field.Time("acquired_at").Optional().Nillable(),
		amount("acquisition_cost"),
		field.Int64("wallet").GoType(money.Amount{}).Optional().Nillable().Annotations(shownAs("Money")), // spent a year on what we could sell, with whomever
		field.Time("departed_at").Optional().Nillable().Annotations(hidden()),
		field.Time("deleted_at").Optional().Nillable().Annotations(hidden()),
		// What lifetime value is reckoned from, kept by the transaction that changes an order or a contact.
		field.Int("order_days").Default(0).NonNegative().Annotations(hidden()), // distinct days with a completed order
		field.Int("first_order_day").Default(0).Annotations(hidden()),
		field.Int("last_order_day").Default(0).Annotations(hidden()),
		innerAmount("margin"),        // of completed orders, refunds taken off
		innerAmount("repeat_margin"), // the same without the first order day
		innerAmount("contact_cost"),
		field.Time("last_order_at").Default(never).Annotations(orderedAs("LAST_ORDER_AT"), inner()),                                 // 1970-01-01 where there is none
		field.Int64("lifetime_value").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(orderedAs("LIFETIME_VALUE"), inner()), // as of the last fit or order; what lists are ordered by
	}
}

// Edges of Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		maybe("owner", User.Type, "owner_id"),
		edge.To("referrals", Customer.Type).Annotations(hidden()).From("referred_by").Field("referred_by_id").Unique(),
		edge.To("partner", Partner.Type).Field("partner_id").Unique().Annotations(hidden()),
	}
}

// Indexes of Customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email_key").Unique().Annotations(entsql.IndexWhere("email_key IS NOT NULL AND deleted_at IS NULL")),
		index.Fields("external_id").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("name_key", "id"),
		index.Fields("last_order_at", "id"),
		index.Fields("lifetime_value", "id"),
		index.Fields("owner_id").Annotations(entsql.IndexWhere("owner_id IS NOT NULL")),
		index.Fields("partner_id").Annotations(entsql.IndexWhere("partner_id IS NOT NULL")),
		index.Fields("referred_by_id").Annotations(entsql.IndexWhere("referred_by_id IS NOT NULL")),
		index.Fields("stage", "segment"),
	}
}

// Annotations of Customer.
func (Customer) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}

// SearchTerm is one beginning under which a customer is found: a word of the name, the e-mail, a tail of the phone number.
type SearchTerm struct{ ent.Schema }

// Mixin of SearchTerm.
func (SearchTerm) Mixin() []ent.Mixin { return []ent.Mixin{} }

// Fields of SearchTerm.
func (SearchTerm) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40),
		field.String("term").NotEmpty().MaxLen(400),
	}
}

// Edges of SearchTerm.
func (SearchTerm) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required(),
	}
}

// Indexes of SearchTerm.
func (SearchTerm) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("term", "customer_id").Unique(),
		index.Fields("customer_id"),
	}
}

// Annotations of SearchTerm.
func (SearchTerm) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// StageChange is a move of a customer from one stage to another, with its reason; never changed afterwards.
type StageChange struct{ ent.Schema }

// Mixin of StageChange.
func (StageChange) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of StageChange.
func (StageChange) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable(),
		field.Enum("from_stage").GoType(Stage("")).Immutable(),
		field.Enum("to_stage").GoType(Stage("")).Immutable(),
		field.Time("at").Immutable(),
		field.String("reason").Immutable().MaxLen(4000),
		field.String("actor").Immutable().MaxLen(400),
	}
}

// Edges of StageChange.
func (StageChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
	}
}

// Indexes of StageChange.
func (StageChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at"),
	}
}

// Annotations of StageChange.
func (StageChange) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// never stands in a time that lists are ordered by where nothing has happened yet.
func never() time.Time { return time.Unix(0, 0).UTC() }
