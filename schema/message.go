package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Message is a message to a customer that leaves, or left, through the outbox. It is written in the transaction of what causes it, and handed over
// to the provider later.
type Message struct{ ent.Schema }

// Mixin of Message.
func (Message) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// MessageHeader is a header of a message beside those that every message has.
type MessageHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Fields of Message.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.Enum("channel").GoType(Channel("")).Immutable().Annotations(open(), shownAs("Channel")).
			Comment("The channel by which it goes."),
		field.Enum("purpose").GoType(Purpose("")).Immutable().Annotations(open(), shownAs("Purpose")).
			Comment("The purpose of the contact."),
		field.Enum("level").GoType(PermissionLevel("")).Optional().Nillable().Immutable().Annotations(open(), shownAs("PermissionLevel")).
			Comment("The level of permission that it needs beyond what its purpose needs; null for none."),
		field.String("recipient").MaxLen(320).Annotations(open()).
			Comment("The address that it goes to, as it was when the message was made; empty once the customer is deleted."),
		field.Text("subject").MaxLen(4000).Annotations(open()).
			Comment("The subject; empty once the customer is deleted."),
		field.Text("text").MaxLen(1 << 20).Annotations(open()).
			Comment("The text; empty once the customer is deleted."),
		field.Text("html").Optional().Nillable().MaxLen(1 << 20).Annotations(open()).
			Comment("The text in HTML; null for none, and once the customer is deleted."),
		field.JSON("headers", []MessageHeader{}).Optional().Annotations(hidden()).
			Comment("Headers beside those that every message has."),
		field.String("header_id").MaxLen(400).Immutable().Annotations(open()).
			Comment("The Message-ID, which is the same in every attempt."),
		field.Enum("state").GoType(MessageState("")).Annotations(open(), shownAs("MessageState")).
			Comment("Where the message stands."),
		field.String("reason").Optional().Nillable().MaxLen(8000).Annotations(open()).
			Comment("Why it was stopped, given up, or not accepted in the last attempt; null if it was neither."),
		field.Time("due_at").Annotations(open(), orderedAs("DUE_AT", "By the moment from which it is handed over.")).
			Comment("From when on it is handed over, or was."),
		field.Time("sent_at").Optional().Nillable().Annotations(open()).
			Comment("When it was handed over to the provider; null before."),
		field.Int("tries").Default(0).Annotations(hidden()).
			Comment("How many attempts there were since it was queued, or queued again."),
		field.String("leased_by").Optional().Nillable().MaxLen(100).Annotations(hidden()).
			Comment("The worker that hands it over."),
		field.Time("leased_until").Optional().Nillable().Annotations(hidden()).
			Comment("Until when nobody else hands it over."),
		field.Time("leaving_since").Optional().Nillable().Annotations(hidden()).
			Comment("When it was found to be permitted in the attempt that is under way; null if none is. See service/consent, which lets a revocation wait for it."),
		field.String("permission_id").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The permission by which it is handed over."),
		field.String("staff_id").Optional().Nillable().MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The user by whose act it was made."),
		field.String("contact_id").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The contact that it is in the books."),
		field.String("offer_id").Optional().Nillable().MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The offer that it is about."),
		field.String("created_by").Immutable().MaxLen(400).
			Annotations(open()).Comment("Who caused the message: the e-mail of a user, or \"system\"."),
	}
}

// Edges of Message.
func (Message) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
		maybe("contact", Contact.Type, "contact_id", "The contact that it is in the books; null before it was handed over.", rows()),
		edge.To("offer", Offer.Type).Field("offer_id").Unique().Immutable().
			Annotations(rows()).Comment("The offer that it is about; null for none."),
	}
}

// Indexes of Message.
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "created_at", "id"),
		index.Fields("state", "due_at", "id"),
		index.Fields("due_at", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
		index.Fields("offer_id").Annotations(entsql.IndexWhere("offer_id IS NOT NULL")),
	}
}

// Annotations of Message.
func (Message) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }

// MessageAttempt is an attempt to hand over a message.
type MessageAttempt struct{ ent.Schema }

// Mixin of MessageAttempt.
func (MessageAttempt) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of MessageAttempt.
func (MessageAttempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("message_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The message."),
		field.Int("number").Immutable().Positive().Annotations(open()).
			Comment("The number of the attempt, from 1."),
		field.Time("at").Immutable().Annotations(open()).
			Comment("When it began."),
		field.Time("ended_at").Optional().Nillable().Annotations(open()).
			Comment("When it ended; null while it is under way, and if the process that made it ended before."),
		field.Enum("outcome").GoType(MessageAttemptOutcome("")).Annotations(open(), shownAs("MessageAttemptOutcome")).
			Comment("How it ended; UNKNOWN while it is under way."),
		field.Int("code").Optional().Nillable().Annotations(open()).
			Comment("The code of the provider's answer, such as 250 or 550 by SMTP; null without an answer."),
		field.String("answer").Optional().Nillable().MaxLen(4000).Annotations(open()).
			Comment("What the provider answered, or why there was no answer; null if nothing is known."),
	}
}

// Edges of MessageAttempt.
func (MessageAttempt) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("message", Message.Type).Field("message_id").Unique().Required().Immutable().Annotations(hidden()).
			Comment("The message."),
	}
}

// Indexes of MessageAttempt.
func (MessageAttempt) Indexes() []ent.Index {
	return []ent.Index{index.Fields("message_id", "number").Unique()}
}

// Annotations of MessageAttempt.
func (MessageAttempt) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// MessagePause says that no messages are handed over by a channel, or by any.
type MessagePause struct{ ent.Schema }

// Mixin of MessagePause.
func (MessagePause) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of MessagePause.
func (MessagePause) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("channel").GoType(Channel("")).Optional().Nillable().Immutable().Annotations(open(), shownAs("Channel")).
			Comment("The channel; null for all."),
		field.Time("since").Immutable().Annotations(open()).
			Comment("Since when."),
		field.String("by").Immutable().MaxLen(400).Annotations(open()).
			Comment("Who has paused it: the e-mail of a user, or \"system\"."),
		field.String("reason").Optional().Nillable().Immutable().MaxLen(4000).Annotations(open()).
			Comment("Why; null if no reason was stated."),
	}
}

// Annotations of MessagePause.
func (MessagePause) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }
