package service

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
	"kopeck/store"
)

// lockCustomer loads a customer that the actor may see and holds its row to the transaction's end: whatever
// changes what belongs to a customer goes through here first, so that such changes come one after the other.
// It gives NOT_FOUND on the field for one that is not there, not the actor's, or deleted.
func (s *Service) lockCustomer(ctx context.Context, tx *store.Tx, field, customerID string) (*ent.Customer, error) {
	if err := id.Check(field, id.Customer, customerID); err != nil {
		return nil, err
	}
	query := tx.Customer.Query().Where(customer.ID(customerID), customer.DeletedAtIsNil())
	store.ForUpdate(tx, query)
	c, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "customer")
	}
	return c, err
}

// Customer gives a customer by id or by external id, exactly one of them; nil where there is none to be seen.
func (s *Service) Customer(ctx context.Context, customerID, externalID *string) (*ent.Customer, error) {
	query := s.client.Customer.Query().Where(customer.DeletedAtIsNil())
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

// newID checks an id that a client made, or makes one.
func (s *Service) newID(prefix string, given *string) (string, *fault.Error) {
	if given == nil {
		return s.ids.Make(prefix), nil
	}
	return *given, id.Check("id", prefix, *given)
}

// CreateCustomer records a person or company. It gives ALREADY_EXISTS for an id, e-mail or external id that
// is taken, and INVALID, NOT_FOUND or FORBIDDEN by field.
func (s *Service) CreateCustomer(ctx context.Context, in CreateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	newID, err := s.newID(id.Customer, in.ID)
	faults.Add(err)
	d := s.checkDetails(&faults, details{name: &in.Name, email: in.Email, phone: in.Phone, externalID: in.ExternalID, measurements: in.Measurements})
	cost, err := s.amount("acquisitionCost", in.AcquisitionCost)
	faults.Add(err)
	wallet, err := s.walletOf(in.Wallet)
	faults.Add(err)
	faults.Add(checkDate("acquiredAt", in.AcquiredAt))
	for field, one := range map[string]*string{"ownerId": in.OwnerID, "referredById": in.ReferredByID} {
		if one != nil {
			faults.Add(id.Check(field, map[string]string{"ownerId": id.User, "referredById": id.Customer}[field], *one))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, failed := s.write(ctx, verb{"createCustomer", in.IdempotencyKey, in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.checkOwner(ctx, in.OwnerID); err != nil {
			return "", err
		}
		if in.ReferredByID != nil {
			if _, err := s.lockCustomer(ctx, tx, "referredById", *in.ReferredByID); err != nil {
				return "", err
			}
		}
		now := s.now()
		create := tx.Customer.Create().SetID(newID).SetName(*d.name).SetNameKey(nameKey(*d.name)).
			SetKind(or(in.Kind, schema.Person)).SetStage(or(in.Stage, schema.Stranger)).SetNillableSegment(in.Segment).
			SetNillableEmail(d.email).SetNillableEmailKey(keyOf(d.email)).SetNillablePhone(d.phone).SetNillableExternalID(d.externalID).
			SetNillableOwnerID(in.OwnerID).SetNillableReferredByID(in.ReferredByID).SetMeasurements(d.fields).
			SetAcquisitionCost(cost).SetNillableWallet(wallet).SetNillableAcquiredAt(in.AcquiredAt).SetCreatedAt(now).SetUpdatedAt(now)
		if actor, _ := auth.From(ctx); actor.PartnerID != "" {
			create.SetPartnerID(actor.PartnerID)
		}
		c, err := create.Save(ctx)
		if err != nil {
			return "", taken(err, in.ID != nil)
		}
		if stage := c.Stage; stage != schema.Stranger {
			if err := s.noteStage(ctx, tx, c.ID, schema.Stranger, stage, "as recorded", now); err != nil {
				return "", err
			}
		}
		if err := s.writeTerms(ctx, tx, c); err != nil {
			return "", err
		}
		return c.ID, s.settle(ctx, tx, c.ID, "")
	})
	if failed != nil {
		return nil, failed
	}
	return s.client.Customer.Get(ctx, made)
}

// walletOf checks what a customer spends a year, nil where it is not known.
func (s *Service) walletOf(in *MoneyInput) (*money.Amount, *fault.Error) {
	if in == nil {
		return nil, nil
	}
	wallet, err := s.amount("wallet", in)
	return &wallet, err
}

// details are what a caller says of a person, before and after it was checked.
type details struct {
	name, email, phone, externalID *string
	measurements                   any
	fields                         map[string]any // the measurements, checked
	wallet                         *money.Amount  // checked
}

func (s *Service) checkDetails(faults *fault.List, d details) details {
	if d.name != nil {
		name, err := text("name", *d.name, 200)
		faults.Add(err)
		d.name = &name
	}
	var err *fault.Error
	if d.email != nil && *d.email != "" {
		var address string
		address, err = email("email", *d.email)
		faults.Add(err)
		d.email = &address
	} else {
		d.email = nil
	}
	if d.phone, err = optionalText("phone", d.phone, 40); err == nil && d.phone != nil && len(PhoneDigits(*d.phone)) < 3 {
		err = fault.Invalidf("phone", "not a phone number: want at least three digits")
	}
	faults.Add(err)
	d.externalID, err = optionalText("externalId", d.externalID, 100)
	faults.Add(err)
	d.fields, err = measurements(d.measurements)
	faults.Add(err)
	return d
}

// measurements checks what is known of a person to make a product theirs: an object of at most 64 KiB.
func measurements(given any) (map[string]any, *fault.Error) {
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
	if u := s.User(*ownerID); u == nil || !u.Active {
		return fault.NoSuch("ownerId", "active user")
	}
	if actor, _ := auth.From(ctx); actor.Role == schema.RoleSales && !actor.IsSystem() && actor.UserID != *ownerID {
		return fault.New(fault.Forbidden, "ownerId", "you may only take customers yourself")
	}
	return nil
}

// taken names the field that somebody else has.
func taken(err error, madeByClient bool) error {
	if !store.IsUnique(err) {
		return err
	}
	for _, column := range store.UniqueColumns(err) {
		switch column {
		case "email_key":
			return fault.New(fault.AlreadyExists, "email", "another customer has this e-mail")
		case "external_id":
			return fault.New(fault.AlreadyExists, "externalId", "another customer has this external id")
		case "id":
			if madeByClient {
				return fault.New(fault.AlreadyExists, "id", "this id is taken")
			}
		}
	}
	return err
}

// DeleteCustomer takes a customer off every list. The books keep what happened, the e-mail is free again.
func (s *Service) DeleteCustomer(ctx context.Context, in DeleteCustomerInput) (*ent.Customer, error) {
	reason, fail := text("reason", in.Reason, 1000)
	if fail != nil {
		return nil, fail
	}
	_, err := s.write(ctx, verb{name: "deleteCustomer"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.lockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := expectVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		c, err = tx.Customer.UpdateOne(c).SetDeletedAt(s.now()).SetUpdatedAt(s.now()).AddVersion(1).Save(ctx)
		if err != nil {
			return "", err
		}
		if err := s.writeTerms(ctx, tx, c); err != nil {
			return "", err
		}
		if err := s.audit(ctx, tx, "customer.delete", c.ID, map[string]any{"reason": reason}); err != nil {
			return "", err
		}
		return c.ID, s.changed(ctx, tx, c.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.client.Customer.Get(ctx, in.ID)
}

// RecordDeparture records that a customer has left us: FORMER until the next order.
func (s *Service) RecordDeparture(ctx context.Context, in RecordDepartureInput) (*ent.Customer, error) {
	var faults fault.List
	reason, fail := text("reason", in.Reason, 1000)
	faults.Add(fail)
	at, fail := s.moment("at", in.At)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.write(ctx, verb{name: "recordDeparture"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.lockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := expectVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		if err := tx.Customer.UpdateOne(c).SetDepartedAt(at).Exec(ctx); err != nil {
			return "", err
		}
		return c.ID, s.settle(ctx, tx, c.ID, "departure: "+reason)
	})
	if err != nil {
		return nil, err
	}
	return s.client.Customer.Get(ctx, in.ID)
}

// expectVersion gives VERSION_CONFLICT where a verb was made on another version than the row's. It is for verbs
// that change a row as a whole, such as its status.
func expectVersion(expected *int, current int) error {
	if expected == nil || *expected == current {
		return nil
	}
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "the version is %d now, not %d", current, *expected)
	conflict.Detail = &fault.Conflict{CurrentVersion: current}
	return conflict
}

func or[T any](given *T, standard T) T {
	if given == nil {
		return standard
	}
	return *given
}

func keyOf(address *string) *string {
	if address == nil {
		return nil
	}
	key := emailKey(*address)
	return &key
}
