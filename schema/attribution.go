package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AttributionFit is what MARKOV or SHAPLEY learned from all journeys at one time. Append-only: an order is credited by
// the same fit for ever.
type AttributionFit struct{ ent.Schema }

// Mixin of AttributionFit.
func (AttributionFit) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of AttributionFit.
func (AttributionFit) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("model").GoType(AttributionModel("")).Immutable().Annotations(shownAs("AttributionModel")),
		field.Time("fitted_at").Immutable(),
		field.JSON("fit", json.RawMessage{}).Immutable().Annotations(hidden()), // an attribution.Fit
	}
}

// Indexes of AttributionFit.
func (AttributionFit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("model", "fitted_at"),
	}
}
