package customers

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/campaign"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

// Customer returns a customer by id or by external id, exactly one of them; nil if there is none that the viewer may see.
func (s *Service) Customer(ctx context.Context, customerID, externalID *string) (*ent.Customer, error) {
	query := s.Client.Customer.Query().Where(customer.DeletedAtIsNil())
	switch {
	case (customerID == nil) == (externalID == nil):
		return nil, fault.Invalidf("id", "want exactly one of id and externalId")
	case customerID != nil:
		if err := id.Check("id", id.Customer, *customerID); err != nil {
			return nil, err
		}
		query.Where(customer.ID(s.Kept(*customerID)))
	default:
		query.Where(customer.ExternalID(*externalID))
	}
	c, err := query.Order(customer.ByExternalTwin(), customer.ByID()).First(ctx) // of possible duplicates the first
	if actor, _ := auth.From(ctx); ent.IsNotFound(err) && externalID != nil && actor.Role != schema.RolePartner {
		return s.byOtherExternalID(ctx, *externalID)
	}
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return c, err
}

// CreateCustomer records a person or company. The error is ALREADY_EXISTS for an id, e-mail or external id that is taken, and
// INVALID, NOT_FOUND or FORBIDDEN by field.
func (s *Service) CreateCustomer(ctx context.Context, in service.CreateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	newID, err := s.NewID(id.Customer, in.ID)
	faults.Add(err)
	row := &Record{Customer: &ent.Customer{}}
	for _, f := range fields {
		if f.create != nil {
			faults.Add(f.create(s, &in, row))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.WriteUnique(ctx, service.Verb{Name: "createCustomer", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.checkOwner(ctx, row.OwnerID); err != nil {
			return "", err
		}
		if err := s.checkPartner(row.PartnerID); err != nil {
			return "", err
		}
		if err := checkCampaign(ctx, tx, row.CampaignID); err != nil {
			return "", err
		}
		if row.ReferredByID != nil {
			referrer, err := s.LockCustomer(ctx, tx, "referredById", *row.ReferredByID)
			if err != nil {
				return "", err
			}
			row.ReferredByID = &referrer.ID
		}
		c, err := s.create(ctx, tx, newID, row)
		if err != nil {
			return "", service.Race(err, in.ID != nil, uniqueColumns...)
		}
		if c.Stage != schema.Stranger {
			if err := s.RecordStageChange(ctx, tx, c.ID, schema.Stranger, c.Stage, schema.StageRecorded, stage.ReasonRecorded, c.CreatedAt); err != nil {
				return "", err
			}
		}
		if err := s.WriteTerms(ctx, tx, c); err != nil {
			return "", err
		}
		if c.TaxExempt != nil { // prices know it
			if err := s.SnapshotChanged(ctx, tx, service.SnapshotBook); err != nil {
				return "", err
			}
		}
		return c.ID, s.books.Settle(ctx, tx, c.ID, books.Occasion{})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, s.Kept(made))
}

// create writes the row of a new customer.
func (s *Service) create(ctx context.Context, tx *store.Tx, newID string, row *Record) (*ent.Customer, error) {
	now := s.Now()
	create := tx.Customer.Create().SetID(newID).SetCreatedAt(now).SetUpdatedAt(now)
	for _, f := range fields {
		if f.create != nil {
			if err := f.put(create.Mutation(), row); err != nil {
				return nil, err
			}
		}
	}
	if err := s.twinsOf(ctx, tx, create.Mutation(), row, nil); err != nil {
		return nil, err
	}
	if actor, _ := auth.From(ctx); actor.PartnerID != "" {
		create.SetPartnerID(actor.PartnerID)
	}
	return create.Save(ctx)
}

// checkCampaign checks that the actor may see a campaign. NOT_FOUND on campaignId.
func checkCampaign(ctx context.Context, tx *store.Tx, campaignID *string) error {
	if campaignID == nil {
		return nil
	}
	found, err := tx.Campaign.Query().Where(campaign.ID(*campaignID)).Exist(ctx)
	if err == nil && !found {
		err = fault.NoSuch("campaignId", "campaign")
	}
	return err
}

// checkOwner checks that the actor may make a user the owner: SALES may name only themselves.
func (s *Service) checkOwner(ctx context.Context, ownerID *string) error {
	if ownerID == nil {
		return nil
	}
	if u := s.people.User(*ownerID); u == nil || !u.Active {
		return fault.NoSuch("ownerId", "active user")
	}
	return CheckTakes(ctx, "ownerId", *ownerID)
}

// CheckTakes checks that the actor may make a user the owner of a customer who had another: SALES only themselves. FORBIDDEN on a field.
func CheckTakes(ctx context.Context, field, ownerID string) error {
	if actor, _ := auth.From(ctx); actor.Role == schema.RoleSales && !actor.IsSystem() && actor.UserID != ownerID {
		return fault.New(fault.Forbidden, field, "you may only take customers yourself")
	}
	return nil
}

// DeleteCustomer removes a customer from every list, erases the contact points, addresses and tags, what messages say, the relations, and what the customer has and
// had in the installation's own fields, cancels the open tasks, and frees the capacity that is held for prices of theirs. The books keep what happened, and the e-mail can be used for another customer.
// WRONG_STATE on id while a merge into them can be undone: what is erased could not go back to whom it belongs.
func (s *Service) DeleteCustomer(ctx context.Context, in service.DeleteCustomerInput) (*ent.Customer, error) {
	reason, fail := input.Text("reason", in.Reason, 1000)
	if fail != nil {
		return nil, fail
	}
	_, err := s.Write(ctx, service.Verb{Name: "deleteCustomer"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		return c.ID, s.Delete(ctx, tx, c, "id", reason)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, s.Kept(in.ID))
}

// checkMerges returns WRONG_STATE on a field while a merge into a customer can be undone.
func (s *Service) checkMerges(ctx context.Context, tx *store.Tx, field, customerID string) error {
	mergeID, at, err := lastMergeInto(ctx, tx, customerID)
	if err != nil || mergeID == "" {
		return err
	}
	until := at.Add(service.Days(service.MergeUndoableDays))
	if s.Now().After(until) {
		return nil
	}
	return fault.New(fault.WrongState, field, "another customer was merged into this one by %s, which can be undone until %s: undo it first, or delete the customer after that",
		mergeID, until.UTC().Format(time.RFC3339))
}

// RecordDeparture records that a customer has left us: FORMER until the next order.
func (s *Service) RecordDeparture(ctx context.Context, in service.RecordDepartureInput) (*ent.Customer, error) {
	var faults fault.List
	reason, fail := input.Text("reason", in.Reason, 1000)
	faults.Add(fail)
	at, fail := s.PastMoment("at", in.At)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "recordDeparture"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		if err := s.RecordDated(ctx, tx, schema.DatedDeparture, c.ID, &reason, at); err != nil {
			return "", err
		}
		if c.DepartedAt == nil || at.After(*c.DepartedAt) { // an earlier one that is recorded later does not replace it
			if err := tx.Customer.UpdateOne(c).SetDepartedAt(at).Exec(ctx); err != nil {
				return "", err
			}
		}
		return c.ID, s.books.Settle(ctx, tx, c.ID, books.Occasion{Reason: "departure: " + reason, Since: at})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, s.Kept(in.ID))
}
