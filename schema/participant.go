package schema

import (
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"kopeck/money"
)

// Participant is one of several people of ours who took part in a contact, with their own time.
type Participant struct {
	UserID  string         `json:"userId"`
	Minutes money.Decimal  `json:"minutes"`
	Seconds *money.Decimal `json:"seconds,omitempty"` // the time where minutes do not give it exactly
}

// Timed reports whether they took any time: their part of the cost has a line then.
func (p Participant) Timed() bool {
	if p.Seconds != nil {
		return p.Seconds.Sign() > 0
	}
	return p.Minutes.Sign() > 0
}

// TookPart reports whether a user took part in a contact: as the only one of ours, whom staffID names, or as one of several.
func TookPart(userID string, staffID *string, participants []Participant) bool {
	if staffID != nil && *staffID == userID {
		return true
	}
	return slices.ContainsFunc(participants, func(p Participant) bool { return p.UserID == userID })
}

// ContactParticipant is that a user took part in a contact in which several people of ours did: by it the contacts of a user are found. What
// is true stands in the contact itself, by which the rows are written anew.
type ContactParticipant struct{ ent.Schema }

// Mixin of ContactParticipant.
func (ContactParticipant) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ContactParticipant.
func (ContactParticipant) Fields() []ent.Field {
	return []ent.Field{
		field.String("contact_id").Immutable().
			Comment("The contact."),
		field.String("user_id").Immutable().
			Comment("The user who took part."),
		field.Int64("minutes").GoType(money.Decimal{}).Immutable().
			Comment("The user's time, in minutes; rounded to 9 places."),
	}
}

// Indexes of ContactParticipant.
func (ContactParticipant) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("contact_id", "user_id").Unique(),
		index.Fields("user_id", "contact_id"),
	}
}

// Annotations of ContactParticipant.
func (ContactParticipant) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// ContactPerson is that a customer took part in a contact with another one, such as a person in one with their company.
type ContactPerson struct{ ent.Schema }

// Mixin of ContactPerson.
func (ContactPerson) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ContactPerson.
func (ContactPerson) Fields() []ent.Field {
	return []ent.Field{
		field.String("contact_id").Immutable().
			Comment("The contact."),
		field.String("customer_id").
			Comment("The customer who took part."),
	}
}

// Indexes of ContactPerson.
func (ContactPerson) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("contact_id"),
		index.Fields("customer_id"),
	}
}

// Annotations of ContactPerson.
func (ContactPerson) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
