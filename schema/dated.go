package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// DatedValue is a value that holds from a moment on, of something that a figure rests on: a user's grade, a customer's segment,
// departure or exemption from tax, the standard lead time of a product, the needs that a product serves, the definition of a measurement, the end of an agreement,
// what is in a field of the installation's own, a setting; or that customers' worth was shown to those who may not see it exactly. Append-only: a correction is another row for the same moment.
type DatedValue struct{ ent.Schema }

// Mixin of DatedValue.
func (DatedValue) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of DatedValue.
func (DatedValue) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("name").GoType(DatedName("")).Immutable().
			Comment("What the value is."),
		field.String("subject").Immutable().MaxLen(400).
			Comment("Whose it is: the id of a user, customer, product, measurement, agreement or entry of a field, the name of a setting, or a day."),
		field.Text("value").Optional().Nillable().Immutable().
			Comment("The value, of a setting as JSON; null for none."),
		field.Time("valid_from").Immutable().
			Comment("From when it holds."),
		field.Time("recorded_at").Immutable().
			Comment("When we learned of it."),
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who recorded it: the e-mail of a user, or \"system\"."),
	}
}

// Indexes of DatedValue.
func (DatedValue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name", "subject", "valid_from"),
	}
}

// Annotations of DatedValue.
func (DatedValue) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// ContactRestatement is what a contact's stage and segment were until they were restated, because a fact was recorded late. A report as
// known at a moment before reads it. Append-only.
type ContactRestatement struct{ ent.Schema }

// Mixin of ContactRestatement.
func (ContactRestatement) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ContactRestatement.
func (ContactRestatement) Fields() []ent.Field {
	return []ent.Field{
		field.String("contact_id").Immutable().
			Comment("The contact that was restated."),
		field.Enum("stage").GoType(Stage("")).Immutable().
			Comment("Its stage before."),
		field.Enum("segment").GoType(Segment("")).Optional().Nillable().Immutable().
			Comment("Its segment before; null if it was not known."),
		field.Time("recorded_at").Immutable().
			Comment("When it was restated."),
	}
}

// Indexes of ContactRestatement.
func (ContactRestatement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("contact_id", "recorded_at"),
	}
}

// Annotations of ContactRestatement.
func (ContactRestatement) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// DatedName names what a DatedValue is. It is not part of the API.
type DatedName string

// The values that are dated.
const (
	DatedGrade     DatedName = "grade"     // of a user
	DatedSegment   DatedName = "segment"   // of a customer
	DatedDeparture DatedName = "departure" // of a customer; the value is the reason
	DatedSetting   DatedName = "setting"
	DatedLeadDays  DatedName = "lead_days"   // of a product: its standard lead time
	DatedMeasure   DatedName = "measurement" // a definition, as JSON
	DatedEnd       DatedName = "end"         // of an agreement; the value is the reason, and the last recorded holds
	DatedShown     DatedName = "shown"       // of a customer: an import showed their worth; there is no value
	DatedShownDay  DatedName = "shown_day"   // of a day: the worth of the customers after one id up to another was shown; the value is both ids
	DatedTaxExempt DatedName = "tax_exempt"  // of a customer; the value is the reason, null while they are not exempt
	DatedField     DatedName = "field"       // of an entry of a field of the installation's own
	DatedNeeds     DatedName = "needs"       // of a product: the needs that it serves with their shares, as JSON
)

// Values lists the names.
func (DatedName) Values() []string {
	return texts(DatedGrade, DatedSegment, DatedDeparture, DatedSetting, DatedLeadDays, DatedMeasure, DatedEnd, DatedShown, DatedShownDay, DatedTaxExempt, DatedField, DatedNeeds)
}
