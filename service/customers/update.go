package customers

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

// UpdateCustomer changes the fields given; null clears a field that may be empty. An update made on an older version is merged
// where nobody else changed the same fields, and is a VERSION_CONFLICT that names them where somebody did.
func (s *Service) UpdateCustomer(ctx context.Context, in service.UpdateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	asked := in
	if in.ReferredByID.IsSet() {
		in.ReferredByID = graphql.OmittableOf(s.KeptOf(in.ReferredByID.Value()))
	}
	changes, err := s.changesOf(&in)
	faults.Add(err)
	reason, err := input.OptionalText("stageReason", in.StageReason, 1000)
	faults.Add(err)
	if err == nil && in.Stage != nil && reason == nil {
		faults.Add(fault.Invalidf("stageReason", "want the reason why the stage is overruled"))
	}
	exemptFrom, err := s.exemptFrom(ctx, in)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.WriteUnique(ctx, service.Verb{Name: "updateCustomer", Key: in.IdempotencyKey, Body: asked}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.holdTax(ctx, tx, in); err != nil {
			return "", err
		}
		c, err := s.holdReferral(ctx, tx, in.ID, in.ReferredByID.Value())
		if err != nil {
			return "", err
		}
		if err := s.checkNamed(ctx, tx, c, in); err != nil {
			return "", err
		}
		changes, err := keepHiddenReferrer(ctx, tx, c, changes)
		if err != nil {
			return "", err
		}
		merge := service.Update{
			Action: service.CustomerUpdate, Subject: c.ID, Named: in.ID, Expected: in.ExpectedVersion, Version: c.Version,
			Current: map[string]any{}, Updated: map[string]any{},
		}
		for _, one := range changes {
			name := one.field.Input
			merge.Current[name], merge.Updated[name] = one.field.history(s, &Record{Customer: c}), one.history
		}
		moved, err := s.Merge(ctx, tx, merge)
		if err == nil && len(moved) == 0 && in.TaxExempt.IsSet() && in.TaxExemptFrom == nil {
			err = s.repeatExemption(ctx, tx, c, exemptFrom)
		}
		if err != nil || len(moved) == 0 && in.TaxExemptFrom == nil { // what holds since another moment is recorded even if it holds now
			return c.ID, err
		}
		effective := slices.DeleteFunc(slices.Clone(changes), func(one *change) bool {
			_, isMoved := moved[one.field.Input]
			return !isMoved
		})
		if !in.TaxExempt.IsSet() {
			return c.ID, s.applyChanges(ctx, tx, c, effective, moved, input.OrZero(reason), nil)
		}
		return c.ID, s.applyChanges(ctx, tx, c, effective, moved, input.OrZero(reason), &exemptFrom)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, s.Kept(in.ID))
}

// checkNamed checks the owner, the partner and the campaign that an update of a customer names. SALES make nobody the owner of theirs alone:
// all see whom nobody owns.
func (s *Service) checkNamed(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.UpdateCustomerInput) error {
	if in.OwnerID.IsSet() && in.OwnerID.Value() == nil && c.OwnerID != nil {
		if err := CheckTakes(ctx, "ownerId", *c.OwnerID); err != nil {
			return err
		}
	}
	if err := s.checkOwner(ctx, in.OwnerID.Value()); err != nil {
		return err
	}
	if err := s.checkPartner(in.PartnerID.Value()); err != nil {
		return err
	}
	return checkCampaign(ctx, tx, in.CampaignID.Value())
}

// changesOf reads the fields that an update changes.
func (s *Service) changesOf(in *service.UpdateCustomerInput) ([]*change, error) {
	var faults fault.List
	var changes []*change
	for _, f := range fields {
		if f.update == nil {
			continue
		}
		one, err := f.update(s, in)
		faults.Add(err)
		if one != nil {
			changes = append(changes, one)
		}
	}
	return changes, faults.Or()
}

// applyChanges writes the changes of a customer as a new version, and what follows from them. exemptFrom is from when the exemption from tax
// among them holds; nil for none.
func (s *Service) applyChanges(ctx context.Context, tx *store.Tx, c *ent.Customer, changes []*change, moved map[string]service.Change, reason string, exemptFrom *time.Time) error {
	changed := *c
	row := &Record{Customer: &changed}
	update := tx.Customer.UpdateOne(c).AddVersion(1).SetUpdatedAt(s.Now())
	for _, one := range changes {
		one.put(row)
		if err := one.field.put(update.Mutation(), row); err != nil {
			return err
		}
	}
	if err := s.twinsOf(ctx, tx, update.Mutation(), row, &Record{Customer: c}); err != nil {
		return err
	}
	if row.Stage != c.Stage {
		if err := s.RecordStageChange(ctx, tx, c.ID, c.Stage, row.Stage, schema.StageOverruled, stage.ReasonOverruled+reason, time.Time{}); err != nil {
			return err
		}
	}
	var exempt *string
	if exemptFrom != nil {
		var err error
		if exempt, err = s.changeExemption(ctx, tx, c, update, moved, *exemptFrom); err != nil {
			return err
		}
	}
	if err := s.books.ChangeSegment(ctx, tx, c.ID, c.Segment, row.Segment, c.CreatedAt); err != nil {
		return err
	}
	after, err := update.Save(ctx)
	if err != nil {
		return service.Race(err, false, uniqueColumns...)
	}
	if err := s.replaceMain(ctx, tx, c, after); err != nil {
		return err
	}
	if err := s.WriteTerms(ctx, tx, after); err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, service.CustomerUpdate, c.ID, service.VersionChange{Version: after.Version, Fields: moved}); err != nil {
		return err
	}
	if exemptFrom != nil {
		if err := s.rates.RestateExemption(ctx, tx, c.ID, exempt, *exemptFrom); err != nil {
			return err
		}
	}
	heard := service.ChangedFields(moved)
	if exemptFrom != nil { // of the past, while the row stays
		heard = append(heard, "taxExemptions")
	}
	return s.CustomerChanged(ctx, tx, c.ID, heard...)
}
