package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CustomerMerge says that two customers are one person: the merged one's id answers with the kept one until the merge is undone.
type CustomerMerge struct{ ent.Schema }

// Mixin of CustomerMerge.
func (CustomerMerge) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CustomerMerge.
func (CustomerMerge) Fields() []ent.Field {
	return []ent.Field{
		field.String("kept_id").Immutable().
			Comment("The customer who is kept."),
		field.String("merged_id").Immutable().
			Comment("The customer who was merged into the kept one. The row keeps the values that it had."),
		field.Time("at").Immutable().
			Comment("When they were merged."),
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who merged them: the e-mail of a user, or \"system\"."),
		field.String("reason").Optional().Nillable().Immutable().MaxLen(8000).
			Comment("Why, as stated."),
		field.JSON("before", json.RawMessage{}).Immutable().
			Comment("The values of the kept customer that the merge changed, before and after it."),
		field.Time("undone_at").Optional().Nillable().
			Comment("When the merge was undone."),
		field.String("undone_by").Optional().Nillable().MaxLen(400).
			Comment("Who undid it."),
		field.String("undo_reason").Optional().Nillable().MaxLen(8000).
			Comment("Why it was undone, as stated."),
	}
}

// Edges of CustomerMerge.
func (CustomerMerge) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("kept", Customer.Type).Field("kept_id").Unique().Required().Immutable().
			Comment("The customer who is kept."),
		edge.To("merged", Customer.Type).Field("merged_id").Unique().Required().Immutable().
			Comment("The customer who was merged into the kept one."),
	}
}

// Indexes of CustomerMerge.
func (CustomerMerge) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kept_id", "at"),
		index.Fields("merged_id").Unique().Annotations(entsql.IndexWhere("undone_at IS NULL")),
	}
}

// Annotations of CustomerMerge.
func (CustomerMerge) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// MergedRow is a row that belonged to one of two merged customers in one of its columns: undoing the merge gives it back.
type MergedRow struct{ ent.Schema }

// Mixin of MergedRow.
func (MergedRow) Mixin() []ent.Mixin { return []ent.Mixin{} }

// Fields of MergedRow.
func (MergedRow) Fields() []ent.Field {
	return []ent.Field{
		field.String("merge_id").Immutable().MaxLen(40).
			Comment("The merge."),
		field.String("place").Immutable().MaxLen(100).
			Comment("The table and the column, with a point between."),
		field.String("row_id").Immutable().MaxLen(40).
			Comment("The id of the row."),
		field.String("belongs_to").Immutable().MaxLen(40).
			Comment("The customer to whom the row goes back."),
	}
}

// Edges of MergedRow.
func (MergedRow) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("merge", CustomerMerge.Type).Field("merge_id").Unique().Required().Immutable().
			Comment("The merge."),
	}
}

// Indexes of MergedRow.
func (MergedRow) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("merge_id", "place", "row_id").Unique(),
	}
}

// Annotations of MergedRow.
func (MergedRow) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// CustomerIdentity is a name, an e-mail address, a phone number or an external id of a customer beside those of the row, from a merge: the
// customer is found by it.
type CustomerIdentity struct{ ent.Schema }

// Mixin of CustomerIdentity.
func (CustomerIdentity) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CustomerIdentity.
func (CustomerIdentity) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").
			Comment("The customer."),
		field.Enum("kind").Values("NAME", "EMAIL", "PHONE", "EXTERNAL_ID").Immutable().
			Comment("What it is."),
		field.String("value").Immutable().MaxLen(1200).
			Comment("The text as it was on the row of the customer."),
		field.String("value_key").Immutable().MaxLen(1200).
			Comment("The text by which it is compared: of an e-mail address its key, of others the text itself."),
		field.String("merge_id").Immutable().MaxLen(40).
			Comment("The merge that it came with."),
	}
}

// Edges of CustomerIdentity.
func (CustomerIdentity) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().
			Comment("The customer."),
		edge.To("merge", CustomerMerge.Type).Field("merge_id").Unique().Required().Immutable().
			Comment("The merge that it came with."),
	}
}

// Indexes of CustomerIdentity.
func (CustomerIdentity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id"),
		index.Fields("kind", "value_key"),
		index.Fields("merge_id"),
	}
}

// Annotations of CustomerIdentity.
func (CustomerIdentity) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }

// DuplicateDecision says that two customers who look like one are two: they are no possible duplicates until it is revoked.
type DuplicateDecision struct{ ent.Schema }

// Mixin of DuplicateDecision.
func (DuplicateDecision) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of DuplicateDecision.
func (DuplicateDecision) Fields() []ent.Field {
	return []ent.Field{
		field.String("first_id").Immutable().
			Comment("The customer with the smaller id."),
		field.String("second_id").Immutable().
			Comment("The customer with the greater id."),
		field.Time("at").Immutable().
			Comment("When it was decided."),
		field.String("actor").Immutable().MaxLen(400).
			Comment("Who decided it: the e-mail of a user, or \"system\"."),
		field.String("reason").Optional().Nillable().Immutable().MaxLen(8000).
			Comment("Why, as stated."),
		field.Time("revoked_at").Optional().Nillable().
			Comment("When the decision was revoked."),
		field.String("revoked_by").Optional().Nillable().MaxLen(400).
			Comment("Who revoked it."),
	}
}

// Edges of DuplicateDecision.
func (DuplicateDecision) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("first", Customer.Type).Field("first_id").Unique().Required().Immutable().
			Comment("The customer with the smaller id."),
		edge.To("second", Customer.Type).Field("second_id").Unique().Required().Immutable().
			Comment("The customer with the greater id."),
	}
}

// Indexes of DuplicateDecision.
func (DuplicateDecision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("first_id", "second_id").Unique().Annotations(entsql.IndexWhere("revoked_at IS NULL")),
		index.Fields("second_id"),
	}
}

// Annotations of DuplicateDecision.
func (DuplicateDecision) Annotations() []schema.Annotation { return []schema.Annotation{hidden()} }
