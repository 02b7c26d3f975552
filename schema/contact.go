package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Contact is one communication with a customer, either way, with what it cost and earned.
type Contact struct{ ent.Schema }

// Mixin of Contact.
func (Contact) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Contact.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()),
		field.Enum("kind").GoType(ContactKind("")).Annotations(shownAs("ContactKind")),
		field.Enum("direction").GoType(Direction("")).Annotations(shownAs("Direction")),
		field.Enum("channel").GoType(Channel("")).Annotations(shownAs("Channel")),
		field.Time("at").Annotations(orderedAs("AT")),
		decimal("minutes"),
		field.String("staff_id").Optional().Nillable().Annotations(hidden()),
		field.String("subject").Optional().Nillable().MaxLen(2000),
		field.Text("notes").Optional().Nillable().MaxLen(80000),
		field.String("about_id").Optional().Nillable().Annotations(hidden()),
		field.String("permission_id").Optional().Nillable().Annotations(hidden()),
		field.Enum("purpose").GoType(Purpose("")).Optional().Nillable().Annotations(hidden()),
		field.Enum("stage").GoType(Stage("")).Annotations(hidden()),                           // the customer's stage at that moment
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Annotations(hidden()), // and the segment, as it was known when the contact was recorded
		field.String("external_id").Optional().Nillable().MaxLen(800).Annotations(hidden()),
		innerAmount("expense"),
		amount("cost"),
		field.JSON("cost_lines", json.RawMessage{}).Annotations(hidden()), // a list of costing.Line, summing to cost
		field.Bool("uncosted").Default(false).Annotations(hidden()),       // a rate is missing: costed when it arrives
		innerAmount("realised"), // the credits' sum
		field.Time("recorded_at").Immutable().Annotations(hidden()),
	}
}

// Edges of Contact.
func (Contact) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable(),
		maybe("staff", User.Type, "staff_id"),
		maybe("about", Customer.Type, "about_id"),
		maybe("permission", Permission.Type, "permission_id"),
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
		index.Fields("external_id").Unique().Annotations(entsql.IndexWhere("external_id IS NOT NULL")),
	}
}

// Annotations of Contact.
func (Contact) Annotations() []schema.Annotation {
	return []schema.Annotation{listed()}
}
