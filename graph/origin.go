package graph

import (
	"entgo.io/ent/dialect/sql"

	"kopeck/ent/campaign"
	"kopeck/ent/contact"
	"kopeck/schema"
)

// The filters by where customers come from, which package campaigns finds for one customer: what was stated or, without that, what the first
// inbound contact says.

// fromCampaign is the condition on customers that a campaign brought them, by their origin.
func fromCampaign(campaignID string) func(*sql.Selector) {
	return fromWhere(func(t *sql.SelectTable) *sql.Predicate { return sql.EQ(t.C("campaign_id"), campaignID) },
		func(s *sql.Selector) *sql.Predicate { return sql.EQ(s.C("campaign_id"), campaignID) })
}

// fromSource is the condition on customers that they come from a source, by their origin.
func fromSource(source string) func(*sql.Selector) {
	return fromWhere(func(t *sql.SelectTable) *sql.Predicate { return isFrom(t.Dialect(), t.C, source) },
		func(s *sql.Selector) *sql.Predicate { return isFrom(s.Dialect(), s.C, source) })
}

// contactsFrom is the condition on contacts that they came from a source, as they or their campaigns say; nil is that nothing is known.
func contactsFrom(source *string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if source == nil {
			s.Where(sql.And(sql.IsNull(s.C("source")), sql.IsNull(s.C("campaign_id"))))
			return
		}
		s.Where(isFrom(s.Dialect(), s.C, *source))
	}
}

// isFrom is the condition that a row states a source, or has a campaign of it and states none.
func isFrom(dialect string, column func(string) string, source string) *sql.Predicate {
	b := sql.Dialect(dialect)
	g := b.Table(campaign.Table).As("source_campaigns")
	of := b.Select(g.C("id")).From(g).Where(sql.EQ(g.C("source"), source))
	return sql.Or(sql.EQ(column("source"), source), sql.And(sql.IsNull(column("source")), sql.In(column("campaign_id"), of)))
}

// fromWhere is the condition that a customer states something or, stating nothing, has a first inbound contact that does.
func fromWhere(contactSays func(*sql.SelectTable) *sql.Predicate, stated func(*sql.Selector) *sql.Predicate) func(*sql.Selector) {
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		k, e := b.Table(contact.Table).As("origin_contacts"), b.Table(contact.Table).As("earlier_contacts")
		earlier := b.Select(e.C("id")).From(e).Where(sql.And(sql.ColumnsEQ(e.C("customer_id"), k.C("customer_id")), isInbound(e),
			sql.Or(sql.ColumnsLT(e.C("at"), k.C("at")), sql.And(sql.ColumnsEQ(e.C("at"), k.C("at")), sql.ColumnsLT(e.C("id"), k.C("id"))))))
		first := b.Select(k.C("customer_id")).From(k).Where(sql.And(isInbound(k), contactSays(k), sql.NotExists(earlier)))
		s.Where(sql.Or(stated(s), sql.And(sql.IsNull(s.C("campaign_id")), sql.IsNull(s.C("source")), sql.In(s.C("id"), first))))
	}
}

// isInbound is the condition that a contact is inbound and stands.
func isInbound(t *sql.SelectTable) *sql.Predicate {
	return sql.And(sql.EQ(t.C("direction"), string(schema.Inbound)), sql.IsNull(t.C("voided_at")))
}
