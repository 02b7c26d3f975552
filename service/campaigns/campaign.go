package campaigns

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/campaign"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/store"
)

// campaignUpdate is the audit action of a new version of a campaign.
const campaignUpdate = "campaign.update"

// Campaign gives a campaign by its id or its code, nil where there is none that the caller may see. INVALID unless exactly one is given.
func (s *Service) Campaign(ctx context.Context, campaignID, code *string) (*ent.Campaign, error) {
	query := s.Client.Campaign.Query()
	switch {
	case (campaignID == nil) == (code == nil):
		return nil, fault.Invalidf("", "want either id or code")
	case campaignID != nil:
		query.Where(campaign.ID(*campaignID))
	default:
		query.Where(campaign.Code(*code))
	}
	found, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// CreateCampaign creates a campaign. Faults: INVALID by field; ALREADY_EXISTS on code and id; FORBIDDEN for a role that writes no campaigns.
func (s *Service) CreateCampaign(ctx context.Context, in service.CreateCampaignInput) (*ent.Campaign, error) {
	row := &ent.Campaign{}
	var faults fault.List
	campaignID, err := s.NewID(id.Campaign, in.ID)
	faults.Add(err)
	faults.Add(fields.Create(&in, row))
	if len(faults) == 0 {
		faults.Add(checkDays(row))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createCampaign", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		create := tx.Campaign.Create().SetID(campaignID).SetCreatedAt(now).SetUpdatedAt(now)
		if err := fields.Set(create.Mutation(), row); err != nil {
			return "", err
		}
		if err := create.Exec(ctx); err != nil {
			return "", service.UniqueFault(err, in.ID != nil, service.UniqueColumn{Column: "code", Field: "code", Message: "another campaign has this code"})
		}
		detail := map[string]any{"code": row.Code, "name": row.Name, "source": row.Source, "from": row.FirstDay, "to": row.LastDay}
		return campaignID, s.Audit(ctx, tx, "campaign.create", campaignID, detail)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Campaign.Get(ctx, made)
}

// UpdateCampaign changes a campaign. Changes of different fields merge; others are a VERSION_CONFLICT. Faults: INVALID by field; NOT_FOUND on
// id; WRONG_STATE on from and to for days that leave out spend; FORBIDDEN.
func (s *Service) UpdateCampaign(ctx context.Context, in service.UpdateCampaignInput) (*ent.Campaign, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Campaign, in.ID))
	changes, err := fields.Update(&in, &ent.Campaign{})
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateCampaign", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ID, s.updateCampaign(ctx, tx, in, changes)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Campaign.Get(ctx, in.ID)
}

// updateCampaign changes a campaign in a transaction, which holds it: nothing is spent on it meanwhile.
func (s *Service) updateCampaign(ctx context.Context, tx *store.Tx, in service.UpdateCampaignInput, changes *field.Changes[ent.Campaign, service.CreateCampaignInput, service.UpdateCampaignInput]) error {
	if err := tx.Lock(ctx, lockOf(in.ID), false); err != nil {
		return err
	}
	before, err := campaignOf(ctx, tx, "id", in.ID)
	if err != nil {
		return err
	}
	merge := service.Update{Action: campaignUpdate, Subject: before.ID, Expected: in.ExpectedVersion, Version: before.Version}
	merge.Current, merge.Updated = changes.Values(before)
	changed, err := s.Merge(ctx, tx, merge)
	if err != nil || len(changed) == 0 {
		return err
	}
	after := *before
	changes.Apply(&after)
	if err := checkDays(&after); err != nil {
		return err
	}
	if err := s.checkCovered(ctx, tx, before, &after); err != nil {
		return err
	}
	update := tx.Campaign.UpdateOne(before).AddVersion(1).SetUpdatedAt(s.Now())
	if err := changes.Put(update.Mutation(), &after); err != nil {
		return err
	}
	saved, err := update.Save(ctx)
	if err != nil {
		return err
	}
	return s.AuditVersion(ctx, tx, campaignUpdate, saved.ID, service.VersionChange{Version: saved.Version, Fields: changed})
}

// campaignOf loads a campaign that the actor may see. NOT_FOUND on a field.
func campaignOf(ctx context.Context, tx *store.Tx, field, campaignID string) (*ent.Campaign, error) {
	found, err := tx.Campaign.Query().Where(campaign.ID(campaignID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "campaign")
	}
	return found, err
}

// checkDays checks that a campaign ends after it begins. INVALID on to.
func checkDays(c *ent.Campaign) error {
	if c.LastDay != nil && *c.LastDay < c.FirstDay {
		return fault.Invalidf("to", "want %s or later, which is the first day", c.FirstDay)
	}
	return nil
}

// checkCovered checks that all that is spent on a campaign lies within its days. WRONG_STATE on the day that leaves some out.
func (s *Service) checkCovered(ctx context.Context, tx *store.Tx, before, after *ent.Campaign) error {
	if after.FirstDay <= before.FirstDay && (after.LastDay == nil || before.LastDay != nil && *after.LastDay >= *before.LastDay) {
		return nil
	}
	all, err := standing(ctx, tx, allOf(after.ID))
	if err != nil {
		return err
	}
	var faults fault.List
	for _, one := range all {
		if one.first < after.FirstDay {
			faults.Add(fault.New(fault.WrongState, "from", "there is spend of %s", one.period()))
			break
		}
	}
	for _, one := range all {
		if after.LastDay != nil && one.last > *after.LastDay {
			faults.Add(fault.New(fault.WrongState, "to", "there is spend of %s", one.period()))
			break
		}
	}
	return faults.Or()
}

// Exists reports whether there is a campaign that the actor may see. NOT_FOUND on a field where there is none.
func (s *Service) Exists(ctx context.Context, tx *store.Tx, field, campaignID string) error {
	found, err := tx.Campaign.Query().Where(campaign.ID(campaignID)).Exist(ctx)
	if err == nil && !found {
		err = fault.NoSuch(field, "campaign")
	}
	return err
}
