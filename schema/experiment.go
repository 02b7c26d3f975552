package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// ExperimentArm is a part of the customers of an experiment, who are treated alike.
type ExperimentArm struct {
	Code  string        `json:"code"`
	Share money.Decimal `json:"share"`
}

// Experiment is a comparison of what comes of treating customers in different ways, who are parted by chance.
type Experiment struct{ ent.Schema }

// Mixin of Experiment.
func (Experiment) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Experiment.
func (Experiment) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(400).Annotations(open()).
			Comment("The code by which it is named: a small letter, then small letters, digits and \"_\"; unique."),
		field.String("name").NotEmpty().Immutable().MaxLen(1200).Annotations(open()).
			Comment("What it is called, for people."),
		field.JSON("arms", []ExperimentArm{}).Immutable().Annotations(open(), shownAs("[ExperimentArm!]")).
			Comment("The arms with the shares of the customers that each gets, which sum to 1. The first is the one that others are compared with."),
		field.String("salt").Immutable().MaxLen(100).Annotations(hidden()).
			Comment("What the hash begins with by which customers are assigned, so that nobody outside can tell their arm."),
		field.Time("ended_at").Optional().Nillable().Annotations(open()).
			Comment("When it ended: nobody is exposed from then on, and what customers bring later is not counted; null before."),
		field.String("end_reason").Optional().Nillable().MaxLen(8000).Annotations(open()).
			Comment("Why it was ended; null before."),
	}
}

// Indexes of Experiment.
func (Experiment) Indexes() []ent.Index { return []ent.Index{index.Fields("code").Unique()} }

// Annotations of Experiment.
func (Experiment) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// Exposure is that a customer came into an experiment, with the arm that they were assigned to. Append-only.
type Exposure struct{ ent.Schema }

// Mixin of Exposure.
func (Exposure) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Exposure.
func (Exposure) Fields() []ent.Field {
	return []ent.Field{
		field.String("experiment_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The experiment."),
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.String("arm").MaxLen(400).Immutable().Annotations(open()).
			Comment("The code of the arm. It stays, whatever was done with the customer."),
		field.Time("at").Immutable().Annotations(open()).
			Comment("When they came into it: what they bring is counted from then on."),
		field.String("recorded_by").Immutable().MaxLen(400).Annotations(open()).
			Comment("Who exposed them: the e-mail of a user, or \"system\"."),
	}
}

// Edges of Exposure.
func (Exposure) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("experiment", Experiment.Type).Field("experiment_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The experiment."),
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
	}
}

// Indexes of Exposure.
func (Exposure) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("experiment_id", "customer_id").Unique(),
		index.Fields("customer_id", "at"),
	}
}

// Annotations of Exposure.
func (Exposure) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }
