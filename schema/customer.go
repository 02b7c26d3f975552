package schema

import (
	"encoding/json"
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
		field.Enum("kind").GoType(CustomerKind("")).Default(string(Person)).Annotations(open(), shownAs("CustomerKind")).
			Comment("Whether the customer is a person or a company."),
		field.String("name").NotEmpty().MaxLen(1200).
			Annotations(open()).Comment("The name, as people write it."),
		field.String("name_key").MaxLen(800).Annotations(open(), orderedAs("NAME", "By name, regardless of letter case."), inner()).
			Comment("The name folded for ordering, the same on both databases."),
		field.String("email").Optional().Nillable().MaxLen(320).
			Annotations(open()).Comment("The e-mail address; null if unknown."),
		field.String("email_key").Optional().Nillable().MaxLen(320).Annotations(hidden()).
			Comment("The e-mail address folded, its domain in ASCII: addresses that differ in case or in how the domain is written are one."),
		field.String("phone").Optional().Nillable().MaxLen(40).
			Annotations(open()).Comment("The phone number in E.164, with an extension behind \";ext=\": \"+74950001122;ext=15\"; what is no number of any country, such as 112, in its digits; null if unknown."),
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(open(), named("externalId")).
			Comment("The customer's id in another system, unique among the customers that one sees; null if there is none."),
		field.Enum("stage").GoType(Stage("")).Default(string(Stranger)).Annotations(open(), shownAs("Stage")).
			Comment("How far the customer has come with us."),
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Annotations(open(), shownAs("Segment")).
			Comment("The two of fast, quality and cheap that the customer prefers; null if unknown."),
		field.String("owner_id").Optional().Nillable().Annotations(hidden()).
			Comment("The user who looks after the customer."),
		field.String("referred_by_id").Optional().Nillable().Annotations(hidden()).
			Comment("The customer who referred this one."),
		field.String("partner_id").Optional().Nillable().Annotations(hidden()).
			Comment("The partner who brought the customer."),
		field.JSON("measurements", map[string]any{}).Optional().Annotations(open(), shownAs("JSON")).
			Comment("What is known of the customer to make a product theirs: an object of values by code; null if nothing is."),
		field.Time("acquired_at").Optional().Nillable().
			Annotations(open()).Comment("When the customer was won; null if unknown."),
		amount("acquisition_cost", "What it cost to win the customer: as it was stated or, where nothing or 0 was, the lines of ADVERTISING of the contacts up to the first completed order, which are a part of the cost of contacts. See acquisitionCostStated.", scope("costs")),
		field.Int64("wallet").GoType(money.Amount{}).Optional().Nillable().Annotations(scope("staff"), shownAs("Money")).
			Comment("What the customer spends a year, with any supplier, on what we could sell; null if unknown."),
		field.Int("birthday").GoType(Date(0)).Optional().Nillable().Annotations(open(), shownAs("Date")).
			Comment("The day on which the customer was born; null if unknown."),
		field.Text("tax_exempt").Optional().Nillable().MaxLen(4000).Annotations(scope("staff")).
			Comment("Why the customer is exempt from tax now; null if they are not."),
		field.String("campaign_id").Optional().Nillable().Annotations(hidden()).
			Comment("The campaign that brought the customer, as it was stated."),
		field.String("source").Optional().Nillable().MaxLen(400).Annotations(scope("staff")).
			Comment("Where the customer comes from, as it was stated: a free code; null if nothing was. See origin."),
		field.Int("email_twin").Default(0).Annotations(hidden()).
			Comment("0, or of customers with one e-mail, recorded by people who did not see each other's, a number of its own."),
		field.Int("external_twin").Default(0).Annotations(hidden()).
			Comment("The same for the external id."),
		field.Time("departed_at").Optional().Nillable().Annotations(hidden()).
			Comment("When the customer left us, as staff recorded it."),
		field.Time("deleted_at").Optional().Nillable().Annotations(hidden()).
			Comment("When the customer was deleted, or merged into another."),
		field.Time("erased_at").Optional().Nillable().Annotations(hidden()).
			Comment("When what is personal of the customer was erased."),
		field.String("merged_into_id").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The customer who is kept of a merge, and answers for this one."),
		// The statistics that lifetime value is computed from; the transaction that changes an order or a contact keeps them.
		field.Int("order_days").Default(0).NonNegative().Annotations(hidden()).
			Comment("The number of distinct days with a completed order."),
		field.Int("first_order_day").Default(0).Annotations(hidden()).
			Comment("The day of the first completed order."),
		field.Int("last_order_day").Default(0).Annotations(hidden()).
			Comment("The day of the last completed order."),
		innerAmount("margin", "The margin of completed orders and of those given back in full, less refunds."),
		innerAmount("repeat_margin", "The margin without that of the first order day."),
		field.Int64("refunded_margin").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The part of margin that is of orders given back in full: what their goods had cost."),
		field.String("recent_days").Default("").Annotations(hidden(), entsql.Default("")).
			Comment("The completed order days of the last year before the last one, with their margins, as lifetime.Recent has them."),
		innerAmount("contact_cost", "The cost of all contacts."),
		field.Time("last_order_at").Default(never).Annotations(scope("orders"), orderedAs("LAST_ORDER_AT", "By the time of the last completed order; customers without one come as if it were 1970."), inner()).
			Comment("When the last completed order was placed; 1970-01-01 if there is none."),
		field.Int64("lifetime_value").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(scope("staff"), orderedAs("LIFETIME_VALUE", "By the lifetime value as last computed: at the customer's last change, after a fit or in the nightly run. To viewers without the scope costs by the rounded worth of this morning, as they read it in LifetimeValue.total."), inner()).
			Comment("The lifetime value at the last fit or order, by which lists are ordered."),
		// What viewers without the scope costs are shown; written once a day: see package value.
		field.Int64("shown_total").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The lifetime value as it was at the start of the day, rounded; by it lists are ordered for viewers without the scope costs."),
		field.JSON("shown_earnings", json.RawMessage{}).Optional().Annotations(hidden()).
			Comment("What shown_total was computed from; null of a customer who has been recorded since the start of the day."),
	}
}

// Edges of Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		maybe("owner", User.Type, "owner_id", "The user who looks after the customer; null if nobody does.", rows()),
		edge.To("referrals", Customer.Type).Annotations(hidden()).
			Comment("The customers whom this one referred.").
			From("referred_by").Field("referred_by_id").Unique().
			Annotations(rows()).Comment("The customer who referred this one; null if nobody did."),
		maybe("partner", Partner.Type, "partner_id", "The partner who brought the customer; null if none did. A partner reads null.", rows()),
		maybe("campaign", Campaign.Type, "campaign_id", "The campaign that brought the customer, as it was stated; null if none was. See origin.", rows()),
	}
}

// Indexes of Customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email_key", "email_twin").Unique().Annotations(entsql.IndexWhere("email_key IS NOT NULL AND deleted_at IS NULL")),
		index.Fields("external_id", "external_twin").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("phone").Annotations(entsql.IndexWhere("phone IS NOT NULL")),
		index.Fields("email_twin").Annotations(entsql.IndexWhere("email_twin > 0")),
		index.Fields("external_twin").Annotations(entsql.IndexWhere("external_twin > 0")),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("name_key", "id"),
		index.Fields("last_order_at", "id"),
		index.Fields("lifetime_value", "id"),
		index.Fields("shown_total", "id"),
		index.Fields("owner_id").Annotations(entsql.IndexWhere("owner_id IS NOT NULL")),
		index.Fields("partner_id").Annotations(entsql.IndexWhere("partner_id IS NOT NULL")),
		index.Fields("merged_into_id").Annotations(entsql.IndexWhere("merged_into_id IS NOT NULL")),
		index.Fields("referred_by_id").Annotations(entsql.IndexWhere("referred_by_id IS NOT NULL")),
		index.Fields("campaign_id").Annotations(entsql.IndexWhere("campaign_id IS NOT NULL")),
		index.Fields("source").Annotations(entsql.IndexWhere("source IS NOT NULL")),
		index.Fields("stage", "segment"),
		index.Fields("id").Annotations(entsql.IndexWhere("tax_exempt IS NOT NULL")), // prices know who is exempt
	}
}

// Annotations of Customer.
func (Customer) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}

// SearchTerm is one text by whose beginning a customer is found: a word of the name, the e-mail, a tail of the phone number.
type SearchTerm struct{ ent.Schema }

// Mixin of SearchTerm.
func (SearchTerm) Mixin() []ent.Mixin { return []ent.Mixin{} }

// Fields of SearchTerm.
func (SearchTerm) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).
			Comment("The customer found."),
		field.String("term").NotEmpty().MaxLen(400).
			Comment("The beginning of a word, an e-mail address or the tail of a phone number."),
	}
}

// Edges of SearchTerm.
func (SearchTerm) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().
			Comment("The customer found."),
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
		field.String("customer_id").Immutable().
			Comment("The customer."),
		field.Enum("from_stage").GoType(Stage("")).Immutable().
			Comment("The stage before."),
		field.Enum("to_stage").GoType(Stage("")).Immutable().
			Comment("The stage after."),
		field.Enum("kind").GoType(StageChangeKind("")).Immutable().
			Comment("What changed the stage."),
		field.Time("at").Immutable().
			Comment("The moment of the fact that changed the stage."),
		field.Time("recorded_at").Immutable().
			Comment("When we learned of it."),
		field.String("reason").Immutable().MaxLen(4000).
			Comment("Why the stage changed."),
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who changed the stage: the e-mail of a user, or \"system\"."),
	}
}

// Edges of StageChange.
func (StageChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Comment("The customer."),
	}
}

// Indexes of StageChange.
func (StageChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "recorded_at"),
	}
}

// Annotations of StageChange.
func (StageChange) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// never is the value of a time that lists are ordered by while nothing has happened yet.
func never() time.Time { return time.Unix(0, 0).UTC() }
