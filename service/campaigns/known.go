package campaigns

import (
	"context"
	"maps"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// AdvertisingKnownAt returns the lines of ADVERTISING that contacts had by what was known at a moment, by contact: by the spend that had been
// recorded by then, over the contacts as they were known then. They are those of some campaigns; nil is all.
func (s *Service) AdvertisingKnownAt(ctx context.Context, from store.Reader, at time.Time, campaignIDs []string) (map[string][]costing.Line, error) {
	parts, _, err := spreadAt(ctx, from, at, campaignIDs)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	lines := make(map[string][]costing.Line, len(parts))
	for contactID, of := range parts {
		var err error
		if lines[contactID], _, err = costing.AdvertisingLines(of, s.Currency); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return lines, nil
}

// spreadAt spreads all that is spent on campaigns, as it was known at a moment; nil is all campaigns. It returns the parts of each contact, and
// what is left over by campaign.
func spreadAt(ctx context.Context, from store.Reader, at time.Time, campaignIDs []string) (parts map[string][]costing.Part, left map[string][]costing.Spend, err error) {
	spends, err := standing(ctx, from, someOf(campaignIDs, at))
	if err != nil || len(spends) == 0 {
		return nil, nil, err
	}
	codes, err := codesOf(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	caused, err := causedAt(ctx, from, at, campaignIDs)
	if err != nil {
		return nil, nil, err
	}
	parts, left = map[string][]costing.Part{}, map[string][]costing.Spend{}
	for low, high := 0, 0; low < len(spends); low = high {
		campaignID := spends[low].campaignID
		for high < len(spends) && spends[high].campaignID == campaignID {
			high++
		}
		of, unspread := costing.SpreadSpend(costed(codes[campaignID], spends[low:high]), caused[campaignID])
		maps.Copy(parts, of)
		left[campaignID] = unspread
	}
	return parts, left, nil
}

// Reckoned is what a line of ADVERTISING was reckoned from.
type Reckoned struct {
	Campaign string // its code
	Name     string
	Label    string // of the line
	Spend    money.Amount
	Contacts int // over which the spend is spread
	Place    int // of the contact among them, from 1
	Part     money.Amount
}

// Reckon returns what the lines of ADVERTISING of a contact are reckoned from, in their order. The caller may see costs.
func (s *Service) Reckon(ctx context.Context, c *ent.Contact) ([]Reckoned, error) {
	if c.CampaignID == nil || c.VoidedAt != nil {
		return nil, nil
	}
	campaign, err := s.Campaign(ctx, c.CampaignID, nil)
	if err != nil || campaign == nil {
		return nil, err
	}
	parts, _, err := spreadAt(ctx, s.Store, service.EndOfTime, []string{*c.CampaignID})
	var all []Reckoned
	for _, p := range parts[c.ID] {
		all = append(all, Reckoned{campaign.Code, campaign.Name, p.Spend.Label, p.Spend.Amount, p.Contacts, p.Place + 1, p.Amount})
	}
	return all, err
}

// Wrong is something about a campaign that breaks a law.
type Wrong struct {
	Subject       string // a contact or, where the whole is not the sum, a campaign
	Stored, Wants money.Amount
}

// Verify compares what contacts have of the spend of campaigns with what spreading all spend from the raw rows gives, and gives each that has
// something else. Together with what caused no contact the parts are all that was spent.
func Verify(ctx context.Context, from store.Reader, wrong func(Wrong)) error {
	parts, left, err := spreadAt(ctx, from, service.EndOfTime, nil)
	if err != nil {
		return err
	}
	spread := map[string]money.Amount{} // by campaign
	err = eachAdvertised(ctx, from, func(contactID, campaignID string, stored money.Amount) error {
		amounts := make([]money.Amount, len(parts[contactID]))
		for i, p := range parts[contactID] {
			amounts[i] = p.Amount
		}
		wants, err := money.Sum(amounts...)
		if err != nil {
			return err
		}
		if stored != wants {
			wrong(Wrong{contactID, stored, wants})
		}
		if campaignID != "" {
			spread[campaignID], err = spread[campaignID].Plus(stored)
		}
		return err
	})
	if err != nil {
		return err
	}
	spends, err := standing(ctx, from, someOf(nil, service.EndOfTime))
	if err != nil {
		return err
	}
	spent := map[string]money.Amount{}
	for _, one := range spends {
		if spent[one.campaignID], err = spent[one.campaignID].Plus(one.amount); err != nil {
			return err
		}
	}
	for _, one := range sortedKeys(spent) {
		whole := spread[one]
		for _, unspread := range left[one] {
			if whole, err = whole.Plus(unspread.Amount); err != nil {
				return err
			}
		}
		if whole != spent[one] {
			wrong(Wrong{one, whole, spent[one]})
		}
	}
	return nil
}
