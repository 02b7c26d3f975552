// Package schema is the hand-written model: for every noun its Ent type and, beside it, its verbs in SDL.
//
// It imports nothing generated; guards and hooks are attached to the client when it is built (package auth).
// The doc comments of its types and constants and the Comments of its fields and edges are the descriptions
// in graph/ent.graphql.
//
// In the database money and decimals are whole numbers (package money), times are UTC to the microsecond, ids are
// TypeIDs (package id), and days are counted from 1970-01-01 in the installation's time zone. MaxLen counts bytes: it
// is four times the number of characters that the service accepts.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"kopeck/money"
)

// identified gives a noun its id.
type identified struct{ ent.Schema }

// Fields of an identified noun.
func (identified) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().NotEmpty().MaxLen(40).
			Annotations(open()).Comment("The id: a TypeID, that is a prefix that names the type and a UUIDv7."),
	}
}

// versioned gives a noun the version that an update states as its base.
type versioned struct{ ent.Schema }

// Fields of a versioned noun.
func (versioned) Fields() []ent.Field {
	return []ent.Field{
		field.Int("version").Default(1).Positive().
			Annotations(open()).Comment("The version of the record: 1 at first, one more with every change that is made to it; a figure that is restated is none. An update states it as expectedVersion."),
	}
}

// stamped gives a noun the times of its creation and of its last change; the service sets them by its clock.
type stamped struct{ ent.Schema }

// Fields of a stamped noun.
func (stamped) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable().Annotations(open(), orderedAs("CREATED_AT", "By the time of creation.")).
			Comment("When the record was created."),
		field.Time("updated_at").Annotations(open(), orderedAs("UPDATED_AT", "By the time of the last change.")).
			Comment("When the record was last changed."),
	}
}

// amount is a field of money, shown as Money by a rule.
func amount(name, comment string, rule api) ent.Field {
	return field.Int64(name).GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(rule, shownAs("Money")).Comment(comment)
}

// innerAmount is a field of money that the API does not show.
func innerAmount(name, comment string) ent.Field {
	return field.Int64(name).GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden()).Comment(comment)
}

func noMoney() money.Amount { return money.Amount{} }

// decimal is a field of an exact decimal, shown as Decimal by a rule.
func decimal(name, comment string, rule api) ent.Field {
	return field.Int64(name).GoType(money.Decimal{}).DefaultFunc(zero).Annotations(rule, shownAs("Decimal")).Comment(comment)
}

func zero() money.Decimal { return money.Decimal{} }

// maybe is an edge to at most one other noun, kept in a column, that the API shows under its name by a rule.
func maybe(name string, to any, column, comment string, rule api) ent.Edge {
	return edge.To(name, to).Field(column).Unique().Annotations(rule).Comment(comment)
}
