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

// Campaign is what was paid to make people contact us, under one name.
type Campaign struct{ ent.Schema }

// Mixin of Campaign.
func (Campaign) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}, stamped{}} }

// Fields of Campaign.
func (Campaign) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().Immutable().MaxLen(400).Annotations(open(), orderedAs("CODE", "By the code.")).
			Comment("The code by which files and cost lines name it. It never changes."),
		field.String("name").NotEmpty().MaxLen(1200).Annotations(open()).
			Comment("The name, for people."),
		field.String("source").NotEmpty().MaxLen(400).Annotations(open()).
			Comment("Where those come from whom it brings, such as \"search\" or \"exhibition\": a free code, which several campaigns may share."),
		field.Enum("channel").GoType(Channel("")).Optional().Nillable().Annotations(open(), shownAs("Channel")).
			Comment("The channel on which people are to contact us; null if it is not one alone."),
		field.Int("first_day").GoType(Date(0)).Annotations(open(), shownAs("Date"), named("from")).
			Comment("The first day of the campaign."),
		field.Int("last_day").GoType(Date(0)).Optional().Nillable().Annotations(open(), shownAs("Date"), named("to")).
			Comment("The last day of the campaign; null while it has no end."),
		field.Bool("archived").Default(false).Annotations(open()).
			Comment("Whether the campaign is over for us: it stays in reports and with its contacts."),
	}
}

// Indexes of Campaign.
func (Campaign) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code").Unique(),
		index.Fields("created_at", "id"),
		index.Fields("updated_at", "id"),
	}
}

// Annotations of Campaign.
func (Campaign) Annotations() []schema.Annotation { return []schema.Annotation{listed()} }

// Spend is what a campaign cost in a period. Append-only: of several for one campaign and period the last recorded holds.
type Spend struct{ ent.Schema }

// Mixin of Spend.
func (Spend) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Spend.
func (Spend) Fields() []ent.Field {
	return []ent.Field{
		field.String("campaign_id").Immutable().Annotations(hidden()).
			Comment("The campaign."),
		field.Int("first_day").GoType(Date(0)).Immutable().Annotations(open(), shownAs("Date"), named("from")).
			Comment("The first day of the period."),
		field.Int("last_day").GoType(Date(0)).Immutable().Annotations(open(), shownAs("Date"), named("to")).
			Comment("The last day of the period, included."),
		field.Time("begins_at").Immutable().Annotations(hidden()).
			Comment("The moment at which the period begins."),
		field.Time("ends_at").Immutable().Annotations(hidden()).
			Comment("The moment at which the period has ended."),
		field.Int64("amount").GoType(money.Amount{}).DefaultFunc(noMoney).Immutable().Annotations(open(), shownAs("Money")).
			Comment("What was spent. It is 0 where a correction took back all."),
		field.String("reason").Optional().Nillable().MaxLen(8000).Immutable().
			Annotations(open()).Comment("What it was spent on, or why it was corrected; null if nothing was said."),
		field.Bool("correction").Immutable().Default(false).
			Annotations(open()).Comment("Whether it corrects an earlier one of the same campaign and period."),
		field.Time("recorded_at").Immutable().
			Annotations(open()).Comment("When it was recorded."),
		field.String("recorded_by").MaxLen(400).Immutable().
			Annotations(open()).Comment("Who recorded it: the e-mail of a user, or \"system\"."),
	}
}

// Edges of Spend.
func (Spend) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("campaign", Campaign.Type).Field("campaign_id").Unique().Required().Immutable().
			Annotations(rows()).Comment("The campaign."),
	}
}

// Indexes of Spend.
func (Spend) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("campaign_id", "first_day", "last_day", "recorded_at").Unique(),
		index.Fields("campaign_id", "ends_at"),
	}
}

// Annotations of Spend.
func (Spend) Annotations() []schema.Annotation {
	return []schema.Annotation{unordered(), entsql.Table("spends")}
}
