package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// LifetimeModel is a fitted model of how often customers order, when they leave and what margin an order brings.
type LifetimeModel struct{ ent.Schema }

// Mixin of LifetimeModel.
func (LifetimeModel) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of LifetimeModel.
func (LifetimeModel) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(LifetimeModelKind("")).Immutable().Annotations(open(), shownAs("LifetimeModelKind")).
			Comment("The model of how often customers order and when they leave."),
		field.Enum("time_unit").GoType(TimeUnit("")).Immutable().Annotations(open(), shownAs("TimeUnit")).
			Comment("The unit of the model's times."),
		field.JSON("parameters", map[string]any{}).Immutable().Annotations(scope("costs"), shownAs("JSON")).
			Comment("The fitted parameters by name."),
		field.Float("log_likelihood").Immutable().
			Annotations(open()).Comment("The log-likelihood of the data under the fitted parameters."),
		field.Int("customers").Immutable().
			Annotations(scope("costs")).Comment("The number of customers that the model was fitted on."),
		field.Bool("converged").Immutable().
			Annotations(open()).Comment("Whether the fit converged; only then can the model be active."),
		field.Int("iterations").Immutable().
			Annotations(open()).Comment("The number of iterations that the fit took."),
		field.Float("gradient_norm").Immutable().
			Annotations(open()).Comment("The norm of the gradient of the log-likelihood where the fit ended."),
		field.Bool("active").
			Annotations(open()).Comment("Whether lifetime values are computed by this model; at most one is active."),
		field.Time("fitted_at").Immutable().
			Annotations(open()).Comment("When the model was fitted."),
		field.Time("calibration_end").Optional().Nillable().Immutable().
			Annotations(open()).Comment("The end of the orders that the model was fitted on; null if it was fitted on all."),
		field.JSON("report", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("The fit in full: a lifetime.Report."),
		field.JSON("back_test", json.RawMessage{}).Optional().Immutable().Annotations(hidden()).
			Comment("The back-test in full."),
	}
}

// Indexes of LifetimeModel.
func (LifetimeModel) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("active").Unique().Annotations(entsql.IndexWhere("active")),
		index.Fields("fitted_at"),
	}
}
