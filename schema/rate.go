package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Rate is a dated price of something the company spends. Append-only: of several for one moment the last recorded holds.
type Rate struct{ ent.Schema }

// Mixin of Rate.
func (Rate) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Rate.
func (Rate) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("subject").GoType(RateSubject("")).Immutable().Annotations(shownAs("RateSubject")),
		field.String("code").NotEmpty().MaxLen(320).Immutable(),
		field.String("unit").NotEmpty().MaxLen(40).Immutable(),
		field.Int64("amount").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(shownAs("Decimal")), // of the currency, not of its minor unit
		field.String("currency_code").MaxLen(3).Immutable().Annotations(shownAs("CurrencyCode")),
		field.Time("valid_from").Immutable(),
		field.Time("recorded_at").Immutable(),
		field.Int64("capacity_per_day").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(shownAs("Decimal")),
		field.Int64("fixed_share").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(shownAs("Decimal")),
	}
}

// Indexes of Rate.
func (Rate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject", "code", "valid_from", "recorded_at"),
	}
}

// Booking is the capacity that an order takes of a resource on a day, and when it was freed again.
type Booking struct{ ent.Schema }

// Mixin of Booking.
func (Booking) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Booking.
func (Booking) Fields() []ent.Field {
	return []ent.Field{
		field.String("resource").NotEmpty().MaxLen(400).Immutable(),
		field.Int("day").Immutable(),
		field.Int64("units").GoType(money.Decimal{}).DefaultFunc(zero).Immutable(),
		field.String("order_id").Immutable(),
		field.Time("booked_at").Immutable(),
		field.Time("freed_at").Optional().Nillable(),
	}
}

// Edges of Booking.
func (Booking) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Required().Immutable(),
	}
}

// Indexes of Booking.
func (Booking) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("resource", "day"),
		index.Fields("order_id"),
	}
}

// Annotations of Booking.
func (Booking) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
