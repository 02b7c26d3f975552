package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// LifetimeModel is a fitted model of how often customers order, when they leave and what an order leaves over.
type LifetimeModel struct{ ent.Schema }

// Mixin of LifetimeModel.
func (LifetimeModel) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of LifetimeModel.
func (LifetimeModel) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(LifetimeModelKind("")).Immutable().Annotations(shownAs("LifetimeModelKind")),
		field.Enum("time_unit").GoType(TimeUnit("")).Immutable().Annotations(shownAs("TimeUnit")),
		field.JSON("parameters", map[string]any{}).Immutable().Annotations(shownAs("JSON")),
		field.Float("log_likelihood").Immutable(),
		field.Int("customers").Immutable(),
		field.Bool("converged").Immutable(),
		field.Int("iterations").Immutable(),
		field.Float("gradient_norm").Immutable(),
		field.Bool("active"),
		field.Time("fitted_at").Immutable(),
		field.Time("calibration_end").Optional().Nillable().Immutable(),
		field.JSON("report", json.RawMessage{}).Immutable().Annotations(hidden()), // the fit in full: lifetime.Report
		field.JSON("back_test", json.RawMessage{}).Optional().Immutable().Annotations(hidden()),
	}
}

// Indexes of LifetimeModel.
func (LifetimeModel) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("active").Unique().Annotations(entsql.IndexWhere("active")),
		index.Fields("fitted_at"),
	}
}
