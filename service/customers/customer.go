package customers

import (
	"context"
	"encoding/json"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Details are what a caller says of a person, before and after it was checked.
type Details struct {
	Name, Email, Phone, ExternalID *string
	Measurements                   any
	Fields                         map[string]any // the measurements, checked
	wallet                         *money.Amount  // checked
}

// Customer gives a customer by id or by external id, exactly one of them; nil where there is none to be seen.
func (s *Service) Customer(ctx context.Context, customerID, externalID *string) (*ent.Customer, error) {
	query := s.Client.Customer.Query().Where(customer.DeletedAtIsNil())
	switch {
	case (customerID == nil) == (externalID == nil):
		return nil, fault.Invalidf("id", "want exactly one of id and externalId")
	case customerID != nil:
		if err := id.Check("id", id.Customer, *customerID); err != nil {
			return nil, err
		}
		query.Where(customer.ID(*customerID))
	default:
		query.Where(customer.ExternalID(*externalID))
	}
	c, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return c, err
}

// CreateCustomer records a person or company. It gives ALREADY_EXISTS for an id, e-mail or external id that
// is taken, and INVALID, NOT_FOUND or FORBIDDEN by field.
func (s *Service) CreateCustomer(ctx context.Context, in service.CreateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	newID, err := s.NewID(id.Customer, in.ID)
	faults.Add(err)
	d := s.CheckDetails(&faults, Details{Name: &in.Name, Email: in.Email, Phone: in.Phone, ExternalID: in.ExternalID, Measurements: in.Measurements})
	cost, err := s.Amount("acquisitionCost", in.AcquisitionCost)
	faults.Add(err)
	wallet, err := s.walletOf(in.Wallet)
	faults.Add(err)
	faults.Add(input.CheckDate("acquiredAt", in.AcquiredAt))
	for field, one := range map[string]*string{"ownerId": in.OwnerID, "referredById": in.ReferredByID} {
		if one != nil {
			faults.Add(id.Check(field, map[string]string{"ownerId": id.User, "referredById": id.Customer}[field], *one))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, failed := s.Write(ctx, service.Verb{Name: "createCustomer", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.checkOwner(ctx, in.OwnerID); err != nil {
			return "", err
		}
		if in.ReferredByID != nil {
			if _, err := s.LockCustomer(ctx, tx, "referredById", *in.ReferredByID); err != nil {
				return "", err
			}
		}
		now := s.Now()
		create := tx.Customer.Create().SetID(newID).SetName(*d.Name).SetNameKey(input.NameKey(*d.Name)).
			SetKind(input.Or(in.Kind, schema.Person)).SetStage(input.Or(in.Stage, schema.Stranger)).SetNillableSegment(in.Segment).
			SetNillableEmail(d.Email).SetNillableEmailKey(input.KeyOf(d.Email)).SetNillablePhone(d.Phone).SetNillableExternalID(d.ExternalID).
			SetNillableOwnerID(in.OwnerID).SetNillableReferredByID(in.ReferredByID).SetMeasurements(d.Fields).
			SetAcquisitionCost(cost).SetNillableWallet(wallet).SetNillableAcquiredAt(in.AcquiredAt).SetCreatedAt(now).SetUpdatedAt(now)
		if actor, _ := auth.From(ctx); actor.PartnerID != "" {
			create.SetPartnerID(actor.PartnerID)
		}
		c, err := create.Save(ctx)
		if err != nil {
			return "", service.Taken(err, in.ID != nil, uniqueColumns...)
		}
		if stage := c.Stage; stage != schema.Stranger {
			if err := s.RecordStageChange(ctx, tx, c.ID, schema.Stranger, stage, "as recorded", now); err != nil {
				return "", err
			}
		}
		if err := s.writeTerms(ctx, tx, c); err != nil {
			return "", err
		}
		return c.ID, s.books.Settle(ctx, tx, c.ID, "")
	})
	if failed != nil {
		return nil, failed
	}
	return s.Client.Customer.Get(ctx, made)
}

// walletOf checks what a customer spends a year, nil where it is not known.
func (s *Service) walletOf(in *service.MoneyInput) (*money.Amount, error) {
	if in == nil {
		return nil, nil
	}
	wallet, err := s.Amount("wallet", in)
	return &wallet, err
}

// CheckDetails checks what a caller gives about a person, and adds what is wrong to faults.
func (s *Service) CheckDetails(faults *fault.List, d Details) Details {
	if d.Name != nil {
		name, err := input.Text("name", *d.Name, 200)
		faults.Add(err)
		d.Name = &name
	}
	var err error
	if d.Email != nil && *d.Email != "" {
		var address string
		address, err = input.Email("email", *d.Email)
		faults.Add(err)
		d.Email = &address
	} else {
		d.Email = nil
	}
	if d.Phone, err = input.OptionalText("phone", d.Phone, 40); err == nil && d.Phone != nil && len(PhoneDigits(*d.Phone)) < 3 {
		err = fault.Invalidf("phone", "not a phone number: want at least three digits")
	}
	faults.Add(err)
	d.ExternalID, err = input.OptionalText("externalId", d.ExternalID, 100)
	faults.Add(err)
	d.Fields, err = measurements(d.Measurements)
	faults.Add(err)
	return d
}

// measurements checks what is known of a person to make a product theirs: an object of at most 64 KiB.
func measurements(given any) (map[string]any, error) {
	if given == nil {
		return nil, nil
	}
	fields, ok := given.(map[string]any)
	if !ok {
		return nil, fault.Invalidf("measurements", "want an object of names and values")
	}
	text, err := json.Marshal(fields)
	if err != nil || len(text) > 64<<10 {
		return nil, fault.Invalidf("measurements", "want at most 64 KiB of JSON")
	}
	// As it will be read back: json.Number becomes a plain number.
	fields = nil
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fault.Invalidf("measurements", "not JSON")
	}
	return fields, nil
}

// checkOwner tells whether the actor may make a user the owner: SALES may name only themselves.
func (s *Service) checkOwner(ctx context.Context, ownerID *string) error {
	if ownerID == nil {
		return nil
	}
	if err := id.Check("ownerId", id.User, *ownerID); err != nil {
		return err
	}
	if u := s.people.User(*ownerID); u == nil || !u.Active {
		return fault.NoSuch("ownerId", "active user")
	}
	if actor, _ := auth.From(ctx); actor.Role == schema.RoleSales && !actor.IsSystem() && actor.UserID != *ownerID {
		return fault.New(fault.Forbidden, "ownerId", "you may only take customers yourself")
	}
	return nil
}

// DeleteCustomer takes a customer off every list. The books keep what happened, the e-mail is free again.
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
		if err := service.ExpectVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		c, err = tx.Customer.UpdateOne(c).SetDeletedAt(s.Now()).SetUpdatedAt(s.Now()).AddVersion(1).Save(ctx)
		if err != nil {
			return "", err
		}
		if err := s.writeTerms(ctx, tx, c); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "customer.delete", c.ID, map[string]any{"reason": reason}); err != nil {
			return "", err
		}
		return c.ID, s.CustomerChanged(ctx, tx, c.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, in.ID)
}

// RecordDeparture records that a customer has left us: FORMER until the next order.
func (s *Service) RecordDeparture(ctx context.Context, in service.RecordDepartureInput) (*ent.Customer, error) {
	var faults fault.List
	reason, fail := input.Text("reason", in.Reason, 1000)
	faults.Add(fail)
	at, fail := s.Moment("at", in.At)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "recordDeparture"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := service.ExpectVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		if err := tx.Customer.UpdateOne(c).SetDepartedAt(at).Exec(ctx); err != nil {
			return "", err
		}
		return c.ID, s.books.Settle(ctx, tx, c.ID, "departure: "+reason)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, in.ID)
}
