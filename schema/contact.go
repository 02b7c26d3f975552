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

// Contact is one communication with a customer, either way, with what it cost and what it earned.
type Contact struct{ ent.Schema }

// Mixin of Contact.
func (Contact) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Contact.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer contacted."),
		field.Enum("kind").GoType(ContactKind("")).Annotations(open(), shownAs("ContactKind")).
			Comment("The occasion of the contact."),
		field.Enum("direction").GoType(Direction("")).Annotations(open(), shownAs("Direction")).
			Comment("Who addressed whom."),
		field.Enum("channel").GoType(Channel("")).Annotations(open(), shownAs("Channel")).
			Comment("The way the contact went."),
		field.Time("at").Annotations(open(), orderedAs("AT", "By the time of the contact.")).
			Comment("When the contact took place."),
		decimal("minutes", "The working time spent on the contact, in minutes; rounded to 9 places.", open()),
		field.Int64("exact_seconds").GoType(money.Decimal{}).Optional().Nillable().Annotations(hidden()).
			Comment("The working time in seconds, where minutes do not give it exactly; null where they do."),
		field.String("staff_id").Optional().Nillable().Annotations(hidden()).
			Comment("The user who took part; of several the first."),
		field.JSON("participants", []Participant{}).Optional().Annotations(hidden()).
			Comment("The people of ours who took part, each with their own time, if they were several; null if not."),
		field.String("subject").Optional().Nillable().MaxLen(2000).
			Annotations(open()).Comment("What the contact was about, in a line; null if nothing was noted."),
		field.Text("notes").Optional().Nillable().MaxLen(80000).
			Annotations(open()).Comment("Free text about the contact; null if nothing was noted."),
		field.String("about_id").Optional().Nillable().Annotations(hidden()).
			Comment("The customer whom a recommendation is about."),
		field.String("permission_id").Optional().Nillable().Annotations(hidden()).
			Comment("The permission under which the contact was made."),
		field.Enum("purpose").GoType(Purpose("")).Optional().Nillable().Annotations(hidden()).
			Comment("The purpose of an outbound contact."),
		field.Enum("stage").GoType(Stage("")).Annotations(hidden()).
			Comment("The customer's stage at the moment of the contact."),
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Annotations(hidden()).
			Comment("The customer's segment at the moment of the contact."),
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(hidden()).
			Comment("The id of the contact in the system that it was imported from."),
		innerAmount("expense", "Money spent on this contact alone."),
		amount("cost", "What the contact consumed: the sum of its cost lines.", scope("costs").orOwnContact()),
		field.JSON("cost_lines", json.RawMessage{}).Annotations(hidden()).
			Comment("A list of costing.Line; the amounts sum to cost."),
		field.Bool("uncosted").Default(false).Annotations(hidden()).
			Comment("Whether a rate is missing: the contact is costed when the rate arrives."),
		innerAmount("realised", "The sum of the contact's credits."),
		field.Time("recorded_at").Immutable().Annotations(hidden()).
			Comment("When the contact was recorded."),
		field.String("order_id").Optional().Nillable().Annotations(hidden()).
			Comment("The order that the contact was about."),
		field.String("awaited_order_id").Optional().Nillable().Annotations(hidden()).
			Comment("The id of the order that the contact was about, by a file that was imported before that of the order."),
		field.String("offer_id").Optional().Nillable().Annotations(hidden()).
			Comment("The offer that the contact was about."),
		field.String("campaign_id").Optional().Nillable().Annotations(hidden()).
			Comment("The campaign that caused the contact."),
		field.String("source").Optional().Nillable().MaxLen(400).Annotations(scope("staff")).
			Comment("Where the contact came from, as it was recorded: a free code; null if nothing was said, or only its campaign says so."),
		field.Int64("advertising").GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden(), entsql.Default("0")).
			Comment("The part of cost that is spend of the campaign: the sum of the lines of ADVERTISING."),
		field.Time("corrected_at").Optional().Nillable().Annotations(scope("staff")).
			Comment("When the contact was last corrected in something that you see; null if it never was."),
		field.Time("voided_at").Optional().Nillable().Annotations(open()).
			Comment("When the contact was voided; null if it stands. One that is voided has never been, for the books and for every figure; its cost is the one that it had."),
		field.String("voided_by").Optional().Nillable().MaxLen(400).Annotations(scope("staff")).
			Comment("Who voided the contact: the e-mail of a user, or \"system\"; null if it stands."),
		field.String("void_reason").Optional().Nillable().MaxLen(8000).Annotations(scope("staff")).
			Comment("Why the contact was voided; null if it stands."),
	}
}

// Edges of Contact.
func (Contact) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer contacted."),
		maybe("staff", User.Type, "staff_id", "The user who took part, of several the first; null if none is known.", rows()),
		maybe("about", Customer.Type, "about_id", "The customer whom a RECOMMENDATION is about; null for other contacts.", rows()),
		maybe("permission", Permission.Type, "permission_id", "The permission under which an outbound contact was made; null if it needed none.", rows()),
		maybe("order", Order.Type, "order_id", "The order that the contact was about; null for none.", rows()),
		maybe("offer", Offer.Type, "offer_id", "The offer that the contact was about; null for none.", rows()),
		maybe("campaign", Campaign.Type, "campaign_id", "The campaign that caused the contact; null for none.", rows()),
	}
}

// Indexes of Contact.
func (Contact) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("at", "id"),
		index.Fields("staff_id", "at"),
		index.Fields("channel", "at"),
		index.Fields("about_id").Annotations(entsql.IndexWhere("about_id IS NOT NULL")),
		index.Fields("permission_id").Annotations(entsql.IndexWhere("permission_id IS NOT NULL")),
		index.Fields("order_id").Annotations(entsql.IndexWhere("order_id IS NOT NULL")),
		index.Fields("awaited_order_id").Annotations(entsql.IndexWhere("awaited_order_id IS NOT NULL")),
		index.Fields("offer_id").Annotations(entsql.IndexWhere("offer_id IS NOT NULL")),
		index.Fields("external_id").Unique().Annotations(entsql.IndexWhere("external_id IS NOT NULL")),
		index.Fields("campaign_id", "at", "id").Annotations(entsql.IndexWhere("campaign_id IS NOT NULL")),
		index.Fields("source", "at").Annotations(entsql.IndexWhere("source IS NOT NULL")),
		// What it cost to win customers, and where they come from, is read from these indexes alone.
		index.Fields("customer_id").Annotations(entsql.IndexWhere("advertising <> 0"), entsql.IncludeColumns("at", "advertising", "voided_at")),
		index.Fields("customer_id", "at", "id").StorageKey("contact_inbound").Annotations(entsql.IndexWhere("direction = 'INBOUND' AND voided_at IS NULL"), entsql.IncludeColumns("campaign_id", "source")),
	}
}

// Annotations of Contact.
func (Contact) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}

// ContactCorrection is what the facts of a contact were until they were corrected. What was known at a moment before is read from it.
// Append-only.
type ContactCorrection struct{ ent.Schema }

// Mixin of ContactCorrection.
func (ContactCorrection) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ContactCorrection.
func (ContactCorrection) Fields() []ent.Field {
	return []ent.Field{
		field.String("contact_id").Immutable().
			Comment("The contact that was corrected."),
		field.Time("known_from").Immutable().
			Comment("Since when the facts had been known: when the contact was recorded, or corrected before."),
		field.Time("recorded_at").Immutable().
			Comment("When they were corrected."),
		field.Enum("kind").GoType(ContactKind("")).Immutable().
			Comment("The occasion of the contact."),
		field.Enum("direction").GoType(Direction("")).Immutable().
			Comment("Who addressed whom."),
		field.Enum("channel").GoType(Channel("")).Immutable().
			Comment("The way the contact went."),
		field.Time("at").Immutable().
			Comment("When the contact took place."),
		field.Int64("minutes").GoType(money.Decimal{}).Immutable().
			Comment("The working time, in minutes."),
		field.Int64("exact_seconds").GoType(money.Decimal{}).Optional().Nillable().Immutable().
			Comment("The working time in seconds, where minutes do not give it exactly."),
		field.String("staff_id").Optional().Nillable().Immutable().
			Comment("The user who took part; of several the first."),
		field.JSON("participants", []Participant{}).Optional().Immutable().
			Comment("The people of ours who took part, if they were several."),
		field.String("about_id").Optional().Nillable().Immutable().
			Comment("The customer whom a recommendation is about."),
		field.Int64("expense").GoType(money.Amount{}).Immutable().
			Comment("Money spent on the contact alone."),
		field.String("campaign_id").Optional().Nillable().Immutable().
			Comment("The campaign that caused the contact."),
	}
}

// Indexes of ContactCorrection.
func (ContactCorrection) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("contact_id", "recorded_at"),
		index.Fields("recorded_at"),
	}
}

// Annotations of ContactCorrection.
func (ContactCorrection) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
