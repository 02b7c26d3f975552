package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PersonalDataRequest is what a customer has asked of us by a right of theirs, with the day by which it is to be answered.
type PersonalDataRequest struct{ ent.Schema }

// Mixin of PersonalDataRequest.
func (PersonalDataRequest) Mixin() []ent.Mixin {
	return []ent.Mixin{identified{}, versioned{}, stamped{}}
}

// Fields of PersonalDataRequest.
func (PersonalDataRequest) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.Enum("kind").GoType(PersonalDataRequestKind("")).Immutable().Annotations(open(), shownAs("PersonalDataRequestKind")).
			Comment("What they ask."),
		field.Enum("state").GoType(PersonalDataRequestState("")).Annotations(open(), shownAs("PersonalDataRequestState")).
			Comment("Where it stands."),
		field.Time("asked_at").Immutable().Annotations(open(), named("askedAt")).
			Comment("When they asked."),
		field.Time("due_at").Immutable().Annotations(open(), named("dueAt"), orderedAs("DUE_AT", "By the moment by which it is to be answered.")).
			Comment("By when it is to be answered: the end of the day that follows from the setting requestDeadline."),
		field.String("source").Immutable().MaxLen(2000).Annotations(open()).
			Comment("Where they asked, such as a letter or their own page."),
		field.Text("text").Optional().Nillable().MaxLen(40000).Annotations(open()).
			Comment("What they said; null if nothing is kept of it."),
		field.String("recorded_by").Immutable().MaxLen(400).Annotations(open(), named("recordedBy")).
			Comment("Who recorded it: the e-mail of a user, \"the customer\", or \"system\"."),
		field.Time("closed_at").Optional().Nillable().Annotations(open(), named("closedAt")).
			Comment("When it was done or refused; null while it is open."),
		field.String("closed_by").Optional().Nillable().MaxLen(400).Annotations(open(), named("closedBy")).
			Comment("Who closed it; null while it is open."),
		field.Text("report").Optional().Nillable().MaxLen(200000).Annotations(open()).
			Comment("What was done, or why nothing was; null while it is open."),
	}
}

// Edges of PersonalDataRequest.
func (PersonalDataRequest) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
	}
}

// Indexes of PersonalDataRequest.
func (PersonalDataRequest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "created_at", "id"),
		index.Fields("state", "due_at", "id"),
		index.Fields("due_at", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
	}
}

// Annotations of PersonalDataRequest.
func (PersonalDataRequest) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
