// Package schema is the model by hand: for every noun its Ent type and, beside it, its verbs in SDL.
//
// It imports nothing generated; guards and hooks are hung on the client when it is built (package auth).
// Money and decimals are whole numbers in the database (package money), times UTC to the microsecond,
// MaxLen counts bytes and is four times what the service takes in characters;
// ids TypeIDs (package id), days the number of days since 1970-01-01 in the installation's time zone.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"kopeck/money"
)

// identified gives a noun its id.
type identified struct{ ent.Schema }

// Mixin is the list a noun embeds: an id.
func (identified) Fields() []ent.Field {
	return []ent.Field{field.String("id").Immutable().NotEmpty().MaxLen(40)}
}

// versioned gives a noun the version that its updates are made on.
type versioned struct{ ent.Schema }

// Fields of a versioned noun.
func (versioned) Fields() []ent.Field {
	return []ent.Field{field.Int("version").Default(1).Positive()}
}

// stamped gives a noun the times of its making and of its last change; the service sets them by its clock.
type stamped struct{ ent.Schema }

// Fields of a stamped noun.
func (stamped) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable().Annotations(orderedAs("CREATED_AT")),
		field.Time("updated_at").Annotations(orderedAs("UPDATED_AT")),
	}
}

// amount is a field of money, shown as Money.
func amount(name string) ent.Field {
	return field.Int64(name).GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(shownAs("Money"))
}

// innerAmount is a field of money that the API does not show as it is.
func innerAmount(name string) ent.Field {
	return field.Int64(name).GoType(money.Amount{}).DefaultFunc(noMoney).Annotations(hidden())
}

func noMoney() money.Amount { return money.Amount{} }

// decimal is a field of an exact decimal, shown as Decimal.
func decimal(name string) ent.Field {
	return field.Int64(name).GoType(money.Decimal{}).DefaultFunc(zero).Annotations(shownAs("Decimal"))
}

func zero() money.Decimal { return money.Decimal{} }

// maybe gives a noun an edge to another that may be absent, kept in a column, that the API shows under its name.
func maybe(name string, to any, column string) ent.Edge {
	return edge.To(name, to).Field(column).Unique()
}
