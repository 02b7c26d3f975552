package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// QuestionText is a question in a language.
type QuestionText struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

// Question is something that customers are asked in order to know more of them.
type Question struct{ ent.Schema }

// Mixin of Question.
func (Question) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Question.
func (Question) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(400).Annotations(open()).
			Comment("The code by which it is named: a small letter, then small letters, digits and \"_\"; unique."),
		field.JSON("texts", []QuestionText{}).Annotations(open(), shownAs("[QuestionText!]")).
			Comment("The question in one language or more, each once."),
		field.Enum("kind").GoType(QuestionKind("")).Immutable().Annotations(open(), shownAs("QuestionKind")).
			Comment("What an answer tells."),
		field.String("need_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(hidden()).
			Comment("Of a SUPPLIER and a WALLET, the need."),
		field.String("definition_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(hidden()).
			Comment("Of a FIELD, the field."),
		field.String("product_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(hidden()).
			Comment("Of an EXPECTED_PRICE, the product."),
		field.Int("pause_days").Default(90).Annotations(open()).
			Comment("For how many days a customer who was asked, and did not answer, is not asked again."),
		field.Bool("retired").Default(false).Annotations(open()).
			Comment("Whether the question is out of use: nobody is asked it any more."),
	}
}

// Edges of Question.
func (Question) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("need", Need.Type).Field("need_id").Unique().Immutable().
			Annotations(rows()).Comment("Of a SUPPLIER and a WALLET, the need; null of others."),
		edge.To("field", FieldDefinition.Type).Field("definition_id").Unique().Immutable().
			Annotations(rows()).Comment("Of a FIELD, the field of customers; null of others."),
		edge.To("product", Product.Type).Field("product_id").Unique().Immutable().
			Annotations(rows()).Comment("Of an EXPECTED_PRICE, the product; null of others."),
	}
}

// Indexes of Question.
func (Question) Indexes() []ent.Index { return []ent.Index{index.Fields("code").Unique()} }

// Annotations of Question.
func (Question) Annotations() []schema.Annotation { return []schema.Annotation{unordered()} }

// AskedQuestion is that a customer was asked a question, and what came of it. What they answered is kept where it belongs. Append-only.
type AskedQuestion struct{ ent.Schema }

// Mixin of AskedQuestion.
func (AskedQuestion) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of AskedQuestion.
func (AskedQuestion) Fields() []ent.Field {
	return []ent.Field{
		field.String("customer_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The customer."),
		field.String("question_id").MaxLen(40).Immutable().Annotations(hidden()).
			Comment("The question."),
		field.Enum("outcome").GoType(QuestionOutcome("")).Immutable().Annotations(open(), shownAs("QuestionOutcome")).
			Comment("What came of it."),
		field.String("contact_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(hidden()).
			Comment("The contact in which they were asked."),
		field.Time("at").Immutable().Annotations(open(), orderedAs("AT", "By the moment at which the customer was asked.")).
			Comment("When they were asked."),
		field.Time("recorded_at").Immutable().Annotations(open()).
			Comment("When we learned of it."),
		field.String("recorded_by").Immutable().MaxLen(400).Annotations(open()).
			Comment("Who recorded it: the e-mail of a user, or \"system\"."),
	}
}

// Edges of AskedQuestion.
func (AskedQuestion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The customer."),
		edge.To("question", Question.Type).Field("question_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The question."),
		edge.To("contact", Contact.Type).Field("contact_id").Unique().Immutable().
			Annotations(rows()).Comment("The contact in which they were asked; null if none is known."),
	}
}

// Indexes of AskedQuestion.
func (AskedQuestion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "at", "id"),
		index.Fields("question_id", "customer_id"),
		index.Fields("contact_id").Annotations(entsql.IndexWhere("contact_id IS NOT NULL")),
	}
}

// Annotations of AskedQuestion.
func (AskedQuestion) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }
