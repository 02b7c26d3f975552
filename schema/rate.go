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

// Rate is a dated price of something the company spends. Append-only: of several for one validFrom the last recorded holds.
type Rate struct{ ent.Schema }

// Mixin of Rate.
func (Rate) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Rate.
func (Rate) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("subject").GoType(RateSubject("")).Immutable().Annotations(open(), shownAs("RateSubject")).
			Comment("What kind of thing the rate is the price of."),
		field.String("code").NotEmpty().MaxLen(320).Immutable().
			Annotations(open()).Comment("Which thing of that kind: a user's e-mail or grade, a channel, the code of a material or resource, the name of an overhead."),
		field.String("unit").NotEmpty().MaxLen(40).Immutable().
			Annotations(open()).Comment("The unit that the amount is for, such as hour, kg or m."),
		field.Int64("amount").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("The price of one unit in the currency's major unit; it may be finer than the minor unit."),
		field.String("currency_code").MaxLen(3).Immutable().Annotations(open(), shownAs("CurrencyCode")).
			Comment("The installation's currency."),
		field.Time("valid_from").Immutable().
			Annotations(open()).Comment("From when the rate holds."),
		field.Time("recorded_at").Immutable().
			Annotations(open()).Comment("When the rate was recorded."),
		field.Int64("capacity_per_day").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("Of a RESOURCE: the practical capacity in units a day; null if unknown and for other subjects."),
		field.Int64("fixed_share").GoType(money.Decimal{}).Optional().Nillable().Immutable().Annotations(open(), shownAs("Decimal")).
			Comment("Of a RESOURCE: the share of the rate that is spent even when the resource is idle; null for other subjects."),
	}
}

// Indexes of Rate.
func (Rate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject", "code", "valid_from", "recorded_at"),
	}
}

// Booking is the capacity that an order takes of a resource on a day, and when it was freed.
type Booking struct{ ent.Schema }

// Mixin of Booking.
func (Booking) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Booking.
func (Booking) Fields() []ent.Field {
	return []ent.Field{
		field.String("resource").NotEmpty().MaxLen(400).Immutable().
			Comment("The code of the resource."),
		field.Int("day").Immutable().
			Comment("The calendar day."),
		field.Int64("units").GoType(money.Decimal{}).DefaultFunc(zero).Immutable().
			Comment("The capacity taken, in units of the resource."),
		field.String("order_id").Optional().Nillable().Immutable().
			Comment("The order that takes it; null for a hold."),
		field.String("hold").Optional().Nillable().MaxLen(64).Immutable().
			Comment("The digest of the price that holds it until freed_at; null for an order."),
		field.String("held_for").Optional().Nillable().MaxLen(40).Immutable().
			Comment("The customer for whom it is held; null for an order."),
		field.String("held_by").Optional().Nillable().MaxLen(40).Immutable().
			Comment("The user who holds it; null for an order, and for the system."),
		field.Time("booked_at").Immutable().
			Comment("When the capacity was booked."),
		field.Time("freed_at").Optional().Nillable().
			Comment("When the capacity was freed, of a hold also when it will be; null while an order has it."),
		field.String("taken_by").Optional().Nillable().MaxLen(40).
			Comment("The order that took over what a colleague of its seller held, until it gives that up; null otherwise."),
		field.Time("held_until").Optional().Nillable().
			Comment("When what was taken over would have been free; null unless taken_by is set."),
	}
}

// Edges of Booking.
func (Booking) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("order", Order.Type).Field("order_id").Unique().Immutable().
			Comment("The order that takes the capacity."),
	}
}

// Indexes of Booking.
func (Booking) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("resource", "day"),
		index.Fields("order_id"),
		index.Fields("hold").Annotations(entsql.IndexWhere("hold IS NOT NULL")),
		index.Fields("held_by", "freed_at").Annotations(entsql.IndexWhere("hold IS NOT NULL")),
		index.Fields("taken_by").Annotations(entsql.IndexWhere("taken_by IS NOT NULL")),
	}
}

// Annotations of Booking.
func (Booking) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
