package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Task is something that a person of ours must do with a customer by a moment.
type Task struct{ ent.Schema }

// Mixin of Task.
func (Task) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Task.
func (Task) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.String("owner_id").Optional().Nillable().Annotations(hidden()).
			Comment("The user who is to do it."),
		field.String("team_id").Optional().Nillable().Annotations(hidden()).
			Comment("The team of which somebody is to do it."),
		field.String("title").NotEmpty().MaxLen(2000).
			Annotations(open()).Comment("What is to be done, in a line."),
		field.Text("why").Optional().Nillable().MaxLen(80000).
			Annotations(open()).Comment("Why, and what one must know for it; null if nothing was noted."),
		field.Time("due_at").Annotations(open(), orderedAs("DUE_AT", "By the moment by which it is to be done.")).
			Comment("By when it is to be done."),
		field.Enum("kind").GoType(ContactKind("")).Optional().Nillable().Annotations(open(), shownAs("ContactKind")).
			Comment("The occasion of the contact that the task asks for; null if that is not said."),
		field.Enum("channel").GoType(Channel("")).Optional().Nillable().Annotations(open(), shownAs("Channel")).
			Comment("The way that the contact is to go; null if that is not said."),
		field.Enum("purpose").GoType(Purpose("")).Optional().Nillable().Annotations(open(), shownAs("Purpose")).
			Comment("The purpose of the contact; null if that is not said."),
		field.Enum("state").GoType(TaskState("")).Default(string(TaskOpen)).Annotations(open(), shownAs("TaskState")).
			Comment("Whether the task is open, done or cancelled."),
		field.Time("done_at").Optional().Nillable().
			Annotations(open()).Comment("When it was done; null while it is not."),
		field.String("contact_id").Optional().Nillable().Annotations(hidden()).
			Comment("The contact by which it was done."),
		field.Time("cancelled_at").Optional().Nillable().
			Annotations(open()).Comment("When the task was cancelled; null if it was not."),
		field.String("cancel_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the task was cancelled; null if it was not."),
		field.String("closed_by").Optional().Nillable().MaxLen(400).
			Annotations(open()).Comment("Who recorded that it was done, or cancelled it: the e-mail of a user, or \"system\"; null while it is open."),
		field.String("created_by").Immutable().MaxLen(400).
			Annotations(open()).Comment("Who made the task: the e-mail of a user, or \"system\"."),
	}
}

// Edges of Task.
func (Task) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
		maybe("owner", User.Type, "owner_id", "The user who is to do it; null where anybody of the team is.", rows()),
		maybe("team", Team.Type, "team_id", "The team of which somebody is to do it; null where one user is.", rows()),
		maybe("contact", Contact.Type, "contact_id", "The contact by which it was done; null while it is not, or if it was done without one.", rows()),
	}
}

// Indexes of Task.
func (Task) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "due_at", "id"),
		index.Fields("state", "due_at", "id"),
		index.Fields("due_at", "id"),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("owner_id", "state", "due_at"),
		index.Fields("team_id").Annotations(entsql.IndexWhere("team_id IS NOT NULL")),
		index.Fields("contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
	}
}

// Annotations of Task.
func (Task) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
