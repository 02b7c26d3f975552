package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AttributionFit is what MARKOV or SHAPLEY learned from all journeys up to a moment. Append-only: an order keeps the fit
// that it was first credited by.
type AttributionFit struct{ ent.Schema }

// Mixin of AttributionFit.
func (AttributionFit) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of AttributionFit.
func (AttributionFit) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("model").GoType(AttributionModel("")).Immutable().Annotations(open(), shownAs("AttributionModel")).
			Comment("The attribution model fitted: MARKOV or SHAPLEY."),
		field.Time("fitted_at").Immutable().
			Annotations(open()).Comment("When the fit was made."),
		field.JSON("fit", json.RawMessage{}).Immutable().Annotations(hidden()).
			Comment("The fit in full: an attribution.Fit."),
	}
}

// Indexes of AttributionFit.
func (AttributionFit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("model", "fitted_at"),
	}
}
