package graph

import (
	"context"
	"encoding/json"
	"slices"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/campaign"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/report"
)

func (r *Resolver) campaigns() noun[ent.Campaign, ent.CampaignEdge, ent.CampaignConnection] {
	return noun[ent.Campaign, ent.CampaignEdge, ent.CampaignConnection]{
		list: list[ent.Campaign]{"campaigns", campaignID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Campaign, error) {
			return r.client.Campaign.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Campaign.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.Campaign, c ent.Cursor) *ent.CampaignEdge {
			return &ent.CampaignEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.CampaignEdge, info ent.PageInfo, total int) *ent.CampaignConnection {
			return &ent.CampaignConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var campaignColumns = map[string]column[ent.Campaign]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Campaign) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Campaign) any { return row.UpdatedAt }},
	"CODE":       {name: "CODE", sql: "code", key: func(row *ent.Campaign) any { return row.Code }},
}

// campaignOrder returns the requested order of campaigns; by default CODE ascending.
func campaignOrder(o *ent.CampaignOrder) (column[ent.Campaign], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return campaignColumns["CODE"], schema.Ascending
	}
	return campaignColumns[o.Field.String()], o.Direction
}

func campaignFilter(f *service.CampaignFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equals(c, "archived", given(c, "archived", f.Archived, nil))
	equals(c, "source", given(c, "source", f.Source, nil))
	anyOf(c, "channels", "channel", f.Channels, isNull("channel"))
	return c
}

func campaignID(row *ent.Campaign) string { return row.ID }

func (r *Resolver) campaignsByID(ctx context.Context) func(ids []string) ([]*ent.Campaign, error) {
	return func(ids []string) ([]*ent.Campaign, error) {
		return r.client.Campaign.Query().Where(campaign.IDIn(ids...)).All(ctx)
	}
}

// campaignSpends returns what was spent on a campaign.
func (r *Resolver) campaignSpends(ctx context.Context, c *ent.Campaign) ([]*ent.Spend, error) {
	return batchedList(ctx, c, campaignID, func(rows []*ent.Campaign) (map[string][]*ent.Spend, error) {
		return r.app.Campaigns.Spends(ctx, idsOf(rows, campaignID))
	})
}

// campaignReport returns what a campaign cost and brought.
func (r *Resolver) campaignReport(ctx context.Context, c *ent.Campaign, from, to *schema.Date) (*campaigns.CampaignReport, error) {
	return batched(ctx, c, func(rows []*ent.Campaign) (map[*ent.Campaign]*campaigns.CampaignReport, error) {
		return r.app.Campaigns.Reports(ctx, rows, from, to)
	})
}

// origin returns where a customer comes from.
func (r *Resolver) origin(ctx context.Context, c *ent.Customer) (*campaigns.CustomerOrigin, error) {
	return batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*campaigns.CustomerOrigin, error) {
		found, err := r.app.Campaigns.Origins(ctx, rows)
		origins, brought := make([]*campaigns.CustomerOrigin, 0, len(found)), make([]*ent.Campaign, 0, len(found))
		for _, row := range rows {
			if one := found[row]; one != nil {
				if origins = append(origins, one); one.Campaign != nil {
					brought = append(brought, one.Campaign)
				}
			}
		}
		markSiblings(ctx, origins)
		markSiblings(ctx, brought)
		return found, err
	})
}

// acquisitionCost returns what it cost to win a customer.
func (r *Resolver) acquisitionCost(ctx context.Context, c *ent.Customer) (*money.Amount, error) {
	cost, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]money.Amount, error) {
		return r.app.Campaigns.AcquisitionCosts(ctx, rows)
	})
	return &cost, err
}

// What is spent on a campaign can be reckoned from what several contacts of it have, so that whoever takes part in a contact and may not see
// costs sees its cost without the lines of ADVERTISING. So are the wages of those who took part with them: of the time of several people they
// see their own.

// contactCost returns the cost of a contact, as the caller sees it.
func contactCost(ctx context.Context, c *ent.Contact) (money.Amount, error) {
	if actor, _ := auth.From(ctx); actor.Has(auth.ScopeCosts) {
		return c.Cost, nil
	}
	if len(c.Participants) == 0 {
		return c.Cost.Minus(c.Advertising)
	}
	lines := []*costing.Line{}
	if err := json.Unmarshal(c.CostLines, &lines); err != nil {
		return money.Amount{}, err
	}
	return sumOf(costSeen(ctx, c.Participants, lines))
}

// sumOf returns the sum of cost lines.
func sumOf(lines []*costing.Line) (money.Amount, error) {
	amounts := make([]money.Amount, len(lines))
	for i, line := range lines {
		amounts[i] = line.Amount
	}
	return money.Sum(amounts...)
}

// costSeen returns the cost lines of a contact that the caller sees, in which several people took part or none are named.
func costSeen(ctx context.Context, participants []schema.Participant, lines []*costing.Line) []*costing.Line {
	actor, _ := auth.From(ctx)
	if actor.Has(auth.ScopeCosts) {
		return lines
	}
	timed := slices.DeleteFunc(slices.Clone(participants), func(p schema.Participant) bool { return !p.Timed() })
	seen := []*costing.Line{}
	for _, line := range lines {
		isTheirs := true
		if line.Kind == costing.StaffTime && len(participants) > 0 { // a line for each whose time it is, in their order
			isTheirs = len(timed) > 0 && timed[0].UserID == actor.UserID
			timed = timed[min(1, len(timed)):]
		}
		if isTheirs && line.Kind != costing.Advertising {
			seen = append(seen, line)
		}
	}
	return seen
}

// knownSeen returns what a contact cost by what was known at a moment, as the caller sees it.
func knownSeen(ctx context.Context, cost *report.ContactCost) (*report.ContactCost, error) {
	if actor, _ := auth.From(ctx); cost == nil || actor.Has(auth.ScopeCosts) {
		return cost, nil
	}
	seen := &report.ContactCost{KnownAt: cost.KnownAt, Lines: costSeen(ctx, cost.Participants, cost.Lines)}
	var err error
	seen.Total, err = sumOf(seen.Lines)
	return seen, err
}
