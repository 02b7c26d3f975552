package campaigns

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/campaign"
	"kopeck/ent/contact"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// A customer comes from where it was stated, by campaign and source or, where neither was, from where the first inbound contact says. That one is
// found whenever it is asked for, among the contacts as they are known now: a contact that is told late, corrected or voided changes it without
// another step.

// CustomerOrigin is where a customer comes from: see the API.
type CustomerOrigin struct {
	Campaign  *ent.Campaign // nil for none
	Source    *string
	Stated    bool
	ContactID string // "" where it was stated
}

// named is what a customer or a contact says of where it comes from.
type named struct {
	contactID          string
	campaignID, source *string
}

// Origins returns where customers come from, nil where nothing is known. The caller may see the customers.
func (s *Service) Origins(ctx context.Context, customers []*ent.Customer) (map[*ent.Customer]*CustomerOrigin, error) {
	said := make(map[string]named, len(customers))
	var unstated []string
	for _, c := range customers {
		if c.CampaignID != nil || c.Source != nil {
			said[c.ID] = named{campaignID: c.CampaignID, source: c.Source}
		} else {
			unstated = append(unstated, c.ID)
		}
	}
	if err := firstInbound(ctx, s.Store, unstated, said); err != nil {
		return nil, err
	}
	var ids []string
	for _, one := range said {
		if one.campaignID != nil {
			ids = append(ids, *one.campaignID)
		}
	}
	rows, err := s.Client.Campaign.Query().Where(campaign.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.Campaign, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	all := make(map[*ent.Customer]*CustomerOrigin, len(customers))
	for _, c := range customers {
		one, known := said[c.ID]
		if !known {
			continue
		}
		from := &CustomerOrigin{Campaign: byID[input.OrZero(one.campaignID)], Source: one.source, Stated: one.contactID == "", ContactID: one.contactID}
		if from.Source == nil && from.Campaign != nil {
			from.Source = &from.Campaign.Source
		}
		all[c] = from
	}
	return all, nil
}

// AcquisitionCosts returns what it cost to win customers: what was stated or, where that is 0, the lines of ADVERTISING of their contacts up to the
// first completed order. The caller may see the customers, and costs.
func (s *Service) AcquisitionCosts(ctx context.Context, customers []*ent.Customer) (map[*ent.Customer]money.Amount, error) {
	var unstated []string
	for _, c := range customers {
		if c.AcquisitionCost.IsZero() {
			unstated = append(unstated, c.ID)
		}
	}
	booked, err := BookedAcquisition(ctx, s.Store, unstated)
	all := make(map[*ent.Customer]money.Amount, len(customers))
	for _, c := range customers {
		if all[c] = c.AcquisitionCost; c.AcquisitionCost.IsZero() {
			all[c] = booked[c.ID]
		}
	}
	return all, err
}

// FromCampaign is the condition on customers that a campaign brought them, by their origin.
func FromCampaign(campaignID string) func(*sql.Selector) {
	return fromWhere(func(t *sql.SelectTable) *sql.Predicate { return sql.EQ(t.C("campaign_id"), campaignID) },
		func(s *sql.Selector) *sql.Predicate { return sql.EQ(s.C("campaign_id"), campaignID) })
}

// FromSource is the condition on customers that they come from a source, by their origin.
func FromSource(source string) func(*sql.Selector) {
	return fromWhere(func(t *sql.SelectTable) *sql.Predicate { return isFrom(t.Dialect(), t.C, source) },
		func(s *sql.Selector) *sql.Predicate { return isFrom(s.Dialect(), s.C, source) })
}

// ContactsFrom is the condition on contacts that they came from a source, as they or their campaigns say; nil is that nothing is known.
func ContactsFrom(source *string) func(*sql.Selector) {
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
		earlier := b.Select(e.C("id")).From(e).Where(sql.And(sql.ColumnsEQ(e.C("customer_id"), k.C("customer_id")), counts(e),
			sql.Or(sql.ColumnsLT(e.C("at"), k.C("at")), sql.And(sql.ColumnsEQ(e.C("at"), k.C("at")), sql.ColumnsLT(e.C("id"), k.C("id"))))))
		first := b.Select(k.C("customer_id")).From(k).Where(sql.And(counts(k), contactSays(k), sql.NotExists(earlier)))
		s.Where(sql.Or(stated(s), sql.And(sql.IsNull(s.C("campaign_id")), sql.IsNull(s.C("source")), sql.In(s.C("id"), first))))
	}
}

// counts is the condition that a contact is inbound and stands.
func counts(t *sql.SelectTable) *sql.Predicate {
	return sql.And(sql.EQ(t.C("direction"), string(schema.Inbound)), sql.IsNull(t.C("voided_at")))
}
