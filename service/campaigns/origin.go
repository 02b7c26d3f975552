package campaigns

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/campaign"
	"kopeck/money"
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
