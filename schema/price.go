package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// PriceRule is a rule that changes a price if its condition holds. Its terms are never changed: it is retired, and another
// rule takes its place.
type PriceRule struct{ ent.Schema }

// Mixin of PriceRule.
func (PriceRule) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of PriceRule.
func (PriceRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(1200).
			Annotations(open()).Comment("The name of the rule, shown in the lines of prices."),
		field.Text("condition").NotEmpty().MaxLen(16000).Immutable().
			Annotations(open()).Comment("The condition under which the rule applies, in CEL."),
		field.Int64("percent").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("The percentage by which the rule changes the running price: \"-5\" takes a twentieth off. Null if it changes by amount or sets a price."),
		field.Int64("amount").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Money")).
			Comment("The amount by which the rule changes the running price of a unit; null if it changes by percent or sets a price."),
		field.Int64("price").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Money")).
			Comment("The price of a unit that the rule sets; null if it changes the running price."),
		field.Int64("cap").GoType(money.Amount{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Money")).
			Comment("The most by which percent changes the price of a unit, up or down; null if there is no limit."),
		field.Int("priority").Default(0).Immutable().
			Annotations(open()).Comment("Rules apply in the order of their priority, the highest first; of equal ones the older first."),
		field.Bool("exclusive").Default(false).Immutable().
			Annotations(open()).Comment("Whether no further rule applies after this one."),
		field.Time("valid_from").Optional().Nillable().Immutable().
			Annotations(open()).Comment("From when the rule applies, included; null if from the beginning."),
		field.Time("valid_to").Optional().Nillable().Immutable().
			Annotations(open()).Comment("Until when the rule applies, excluded; null if without end."),
		field.Bool("active").Default(true).
			Annotations(open()).Comment("Whether the rule is in force; false after it was retired."),
		field.Time("recorded_at").Immutable().
			Annotations(open()).Comment("When the rule was recorded."),
		field.Time("retired_at").Optional().Nillable().Annotations(hidden()).
			Comment("When the rule was retired."),
	}
}

// PriceAgreement is a customer's own price for a product. Its price and its time never change, but it can be ended: of those that
// cover a moment and a quantity the one with the greatest minimum quantity holds, then the last recorded. One that is proposed
// holds once it is approved.
type PriceAgreement struct{ ent.Schema }

// Mixin of PriceAgreement.
func (PriceAgreement) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of PriceAgreement.
func (PriceAgreement) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").Immutable().Annotations(hidden()).
			Comment("The customer who pays the price."),
		field.String("product_id").Immutable().Annotations(hidden()).
			Comment("The product."),
		field.Int64("unit").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("The agreed price of one unit."),
		field.Int64("minimum_quantity").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("The smallest quantity for which the price holds; 0 for any."),
		field.Time("valid_from").Immutable().
			Annotations(open()).Comment("From when the price holds, included."),
		field.Time("valid_to").Optional().Nillable().Immutable().
			Annotations(open()).Comment("Until when the price holds, excluded; null if without end."),
		field.String("override_floor_reason").Optional().Nillable().MaxLen(8000).
			Annotations(scope("costs")).Comment("Why the price may be below the floor; null if no reason was given."),
		field.JSON("excused_measurements", map[string]any{}).Optional().Annotations(hidden()).
			Comment("What was measured of the customer when a price with an overrideFloorReason was agreed or approved: the floor by these is excused. Null where nothing was known, or without a reason."),
		field.String("agreed_by").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The user who agreed or proposed the price."),
		field.Time("recorded_at").Annotations(open(), orderedAs("RECORDED_AT", "By the time of recording.")).
			Comment("When the agreement was recorded: from then on it is known, and prices may follow it. Of a proposal, when it was proposed, and once it is approved when that was."),
		field.Enum("state").GoType(AgreementState("")).Default(string(AgreementAgreed)).Annotations(inner()).
			Comment("The state as stored; an agreement is ENDED by the clock."),
		field.Time("proposed_at").Optional().Nillable().Immutable().
			Annotations(open()).Comment("When the price was proposed; null if it was agreed at once."),
		field.Time("decided_at").Optional().Nillable().
			Annotations(open()).Comment("When the proposal was approved or declined; null before, and if there was none."),
		field.String("decided_by").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The user who approved or declined the proposal."),
		field.String("decline_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the proposal was declined; null if it was not."),
		field.Time("ended_at").Optional().Nillable().
			Annotations(open()).Comment("From when the price holds no longer, because it was ended, as known now; null if it was not. Prices as of a moment before we learned of it do not follow it."),
		field.String("end_reason").Optional().Nillable().MaxLen(8000).
			Annotations(open()).Comment("Why the price was ended; null if it was not."),
		field.String("ended_by").Optional().Nillable().MaxLen(40).Annotations(hidden()).
			Comment("The user who ended the price."),
	}
}

// Edges of PriceAgreement.
func (PriceAgreement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer who pays the price."),
		edge.To("product", Product.Type).Field("product_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The product."),
	}
}

// Indexes of PriceAgreement.
func (PriceAgreement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "product_id", "valid_from"),
		index.Fields("recorded_at", "id"),
		index.Fields("state", "recorded_at").Annotations(entsql.IndexWhere("state <> 'AGREED'")),
	}
}

// Annotations of PriceAgreement.
func (PriceAgreement) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
