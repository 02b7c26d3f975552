package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ContactPoint is a phone number or an e-mail address of a customer. The one that the row of the customer has too is the main one.
type ContactPoint struct{ ent.Schema }

// Mixin of ContactPoint.
func (ContactPoint) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ContactPoint.
func (ContactPoint) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).
			Comment("The customer."),
		field.Enum("type").GoType(ContactPointType("")).Immutable().
			Comment("What it is."),
		field.String("value").MaxLen(320).
			Comment("The number in E.164, or the address, as on the row of a customer."),
		field.String("value_key").MaxLen(320).
			Comment("The text by which it is compared: of an e-mail address its key, of a number the number."),
		field.Enum("kind").GoType(ContactPointKind("")).Default(string(PointOther)).
			Comment("Where it reaches the customer."),
		field.Time("created_at").Immutable().
			Comment("When it was recorded."),
	}
}

// Edges of ContactPoint.
func (ContactPoint) Edges() []ent.Edge { return []ent.Edge{ofCustomer()} }

// Indexes of ContactPoint.
func (ContactPoint) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id"),
		index.Fields("type", "value_key"),
	}
}

// Annotations of ContactPoint.
func (ContactPoint) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// Address is a place where a customer is, or where something is to be sent.
type Address struct{ ent.Schema }

// Mixin of Address.
func (Address) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Address.
func (Address) Fields() []ent.Field {
	part := func(name string, most int, comment string) ent.Field {
		return field.String(name).Optional().Nillable().MaxLen(4 * most).Comment(comment)
	}
	return []ent.Field{
		field.String("customer_id").MaxLen(40).
			Comment("The customer."),
		field.Enum("kind").GoType(AddressKind("")).Default(string(AddressOther)).
			Comment("What the address is for."),
		part("country", 2, "The country: its code in ISO 3166, such as RU."),
		part("region", 100, "The region, state or province."),
		part("city", 100, "The city, town or village."),
		part("street", 300, "The street with the house, and all that is needed to find the door."),
		part("postal_code", 20, "The postal code."),
		field.Time("created_at").Immutable().
			Comment("When it was recorded."),
	}
}

// Edges of Address.
func (Address) Edges() []ent.Edge { return []ent.Edge{ofCustomer()} }

// Indexes of Address.
func (Address) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id"),
	}
}

// Annotations of Address.
func (Address) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// CustomerTag is a short word that staff have put on a customer.
type CustomerTag struct{ ent.Schema }

// Mixin of CustomerTag.
func (CustomerTag) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CustomerTag.
func (CustomerTag) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).
			Comment("The customer."),
		field.String("tag").NotEmpty().Immutable().MaxLen(200).
			Comment("The word, as people write it."),
		field.String("tag_key").NotEmpty().Immutable().MaxLen(400).
			Comment("The word folded: words that differ in letter case are one."),
		field.Time("created_at").Immutable().
			Comment("When it was put on the customer."),
	}
}

// Edges of CustomerTag.
func (CustomerTag) Edges() []ent.Edge { return []ent.Edge{ofCustomer()} }

// Indexes of CustomerTag.
func (CustomerTag) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id"),
		index.Fields("tag_key", "customer_id"),
	}
}

// Annotations of CustomerTag.
func (CustomerTag) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// ofCustomer is the customer to whom a hidden row belongs.
func ofCustomer() ent.Edge {
	return edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().
		Comment("The customer.")
}
