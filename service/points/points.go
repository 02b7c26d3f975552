package points

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/contactpoint"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// MaxPoints is how many phone numbers a customer has at most, and how many e-mail addresses. A merge may make it more.
const MaxPoints = 20

// ContactPointPayload is the answer of addContactPoint and updateContactPoint.
type ContactPointPayload struct {
	Customer     *ent.Customer
	ContactPoint *customers.ContactPoint
	UserErrors   []service.UserError
}

// fieldsOf is the name of a contact point in the audit; its fields are behind it.
func fieldsOf(pointID string) string { return "contactPoints." + pointID + "." }

// valueOf checks a phone number or an e-mail address, and returns the form in which it is kept. INVALID on value.
func (s *Service) valueOf(of schema.ContactPointType, value string) (string, error) {
	if of == schema.PointEmail {
		return input.Email("value", value)
	}
	text, err := input.Text("value", value, 60)
	if err != nil {
		return "", err
	}
	return input.Phone("value", text, s.Settings().PhoneRegion)
}

// pointsOf reads the contact points of a customer, the oldest first.
func pointsOf(ctx context.Context, tx *store.Tx, customerID string) ([]*ent.ContactPoint, error) {
	rows, err := tx.ContactPoint.Query().Where(contactpoint.CustomerID(customerID)).All(ctx)
	slices.SortFunc(rows, customers.OlderPoint)
	return rows, err
}

// checkFree returns ALREADY_EXISTS on value for a phone number or an e-mail address that the customer has, and for an e-mail address of another
// customer whom the actor may see.
func (s *Service) checkFree(ctx context.Context, tx *store.Tx, c *ent.Customer, theirs []*ent.ContactPoint, of schema.ContactPointType, key string) error {
	if slices.ContainsFunc(theirs, func(p *ent.ContactPoint) bool { return p.Type == of && p.ValueKey == key }) {
		return fault.New(fault.AlreadyExists, "value", "the customer has this one already")
	}
	if of == schema.PointEmail {
		return s.customers.EmailTaken(ctx, tx, "value", key, c.ID)
	}
	return nil
}

// AddContactPoint records a phone number or an e-mail address of a customer. The first of a type becomes the main one.
//
// Faults: INVALID by field; NOT_FOUND on customerId; ALREADY_EXISTS on id and value; LIMIT_EXCEEDED on type; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) AddContactPoint(ctx context.Context, in service.AddContactPointInput) (*ent.Customer, *customers.ContactPoint, error) {
	var faults fault.List
	newID, err := s.NewID(id.ContactPoint, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	value, err := s.valueOf(in.Type, in.Value)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, nil, err
	}
	made, err := s.WriteUnique(ctx, service.Verb{Name: "addContactPoint", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.lockCustomer(ctx, tx, in.CustomerID, in.ExpectedVersion)
		if err != nil {
			return "", err
		}
		theirs, err := pointsOf(ctx, tx, c.ID)
		if err != nil {
			return "", err
		}
		key := customers.PointKey(in.Type, value)
		if err := s.checkFree(ctx, tx, c, theirs, in.Type, key); err != nil {
			return "", err
		}
		ofType := slices.DeleteFunc(slices.Clone(theirs), func(p *ent.ContactPoint) bool { return p.Type != in.Type })
		if len(ofType) >= MaxPoints {
			return "", fault.New(fault.LimitExceeded, "type", "a customer has at most %d of them", MaxPoints)
		}
		p, err := tx.ContactPoint.Create().SetID(newID).SetCustomerID(c.ID).SetType(in.Type).SetValue(value).SetValueKey(key).
			SetKind(input.Or(in.Kind, schema.PointOther)).SetCreatedAt(s.Now()).Save(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		after := *c
		if to := customers.MainPoint(&after, in.Type); *to == nil || input.OrZero(in.Main) {
			*to = &value
		}
		moved := map[string]service.Change{fieldsOf(p.ID) + "value": {New: value}, fieldsOf(p.ID) + "kind": {New: p.Kind}}
		return p.ID, s.save(ctx, tx, c, &after, moved)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.answer(ctx, in.CustomerID, made)
}

// UpdateContactPoint changes the fields given of a contact point.
//
// Faults: INVALID by field; NOT_FOUND on id; ALREADY_EXISTS on value; VERSION_CONFLICT that names the fields that others have changed; FORBIDDEN.
func (s *Service) UpdateContactPoint(ctx context.Context, in service.UpdateContactPointInput) (*ent.Customer, *customers.ContactPoint, error) {
	if in.Main != nil && !*in.Main {
		return nil, nil, fault.Invalidf("main", "want true: to make another one the main one, update that one")
	}
	made, err := s.WriteUnique(ctx, service.Verb{Name: "updateContactPoint", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, c, err := s.lockPoint(ctx, tx, in.ID)
		if err != nil {
			return "", err
		}
		return c.ID, s.updatePoint(ctx, tx, c, p, in)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.answer(ctx, made, in.ID)
}

// updatePoint merges an update of a contact point with what others have changed since its version, and writes it.
func (s *Service) updatePoint(ctx context.Context, tx *store.Tx, c *ent.Customer, p *ent.ContactPoint, in service.UpdateContactPointInput) error {
	mainField := "phone"
	if p.Type == schema.PointEmail {
		mainField = "email"
	}
	name, after := fieldsOf(p.ID), *c
	main := customers.MainPoint(&after, p.Type)
	merge := service.Update{
		Action: service.CustomerUpdate, Subject: c.ID, Named: c.ID, Expected: in.ExpectedVersion, Version: c.Version,
		Current: map[string]any{name + "value": p.Value, name + "kind": p.Kind, mainField: *main}, Updated: map[string]any{},
	}
	value := p.Value
	if in.Value != nil {
		var err error
		if value, err = s.valueOf(p.Type, *in.Value); err != nil {
			return err
		}
		merge.Updated[name+"value"] = value
	}
	if in.Kind != nil {
		merge.Updated[name+"kind"] = *in.Kind
	}
	names := map[string]string{name + "value": "value", name + "kind": "kind", mainField: "main"}
	isMain := customers.IsMain(c, p)
	if input.OrZero(in.Main) || isMain && in.Value != nil {
		merge.Updated[mainField] = value
	}
	if isMain { // updateCustomer may have changed it
		names[mainField] = "value"
	}
	moved, err := s.Merge(ctx, tx, merge)
	if err != nil || len(moved) == 0 {
		return ofInput(err, names)
	}
	if input.OrZero(in.Main) || isMain {
		*main = &value
	}
	key := customers.PointKey(p.Type, value)
	if key != p.ValueKey {
		theirs, err := pointsOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := s.checkFree(ctx, tx, c, theirs, p.Type, key); err != nil {
			return err
		}
	}
	if err := tx.ContactPoint.UpdateOne(p).SetValue(value).SetValueKey(key).SetNillableKind(in.Kind).Exec(ctx); err != nil {
		return err
	}
	return s.save(ctx, tx, c, &after, moved)
}

// RemoveContactPoint removes a contact point, and what a merge has kept of the same number or address. Of the main one the oldest of the others
// takes the place. Faults: INVALID and NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) RemoveContactPoint(ctx context.Context, in service.RemoveContactPointInput) (*ent.Customer, error) {
	made, err := s.WriteUnique(ctx, service.Verb{Name: "removeContactPoint", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, c, err := s.lockPoint(ctx, tx, in.ID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		if err := tx.ContactPoint.DeleteOne(p).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.customers.ForgetIdentity(ctx, tx, c.ID, p); err != nil {
			return "", err
		}
		after := *c
		if customers.IsMain(c, p) {
			rest, err := pointsOf(ctx, tx, c.ID)
			if err != nil {
				return "", err
			}
			next := customers.MainPoint(&after, p.Type)
			*next = nil
			if at := slices.IndexFunc(rest, func(other *ent.ContactPoint) bool { return other.Type == p.Type }); at >= 0 {
				*next = &rest[at].Value
			}
		}
		moved := map[string]service.Change{fieldsOf(p.ID) + "value": {Old: p.Value}, fieldsOf(p.ID) + "kind": {Old: p.Kind}}
		return c.ID, s.save(ctx, tx, c, &after, moved)
	})
	if err != nil {
		return nil, err
	}
	return s.seen(ctx, made)
}

// lockPoint loads a contact point that the actor may see, with its customer, whom it locks. INVALID and NOT_FOUND on id.
func (s *Service) lockPoint(ctx context.Context, tx *store.Tx, pointID string) (*ent.ContactPoint, *ent.Customer, error) {
	if err := id.Check("id", id.ContactPoint, pointID); err != nil {
		return nil, nil, err
	}
	read := func() (*ent.ContactPoint, error) {
		p, err := tx.ContactPoint.Query().Where(contactpoint.ID(pointID)).Only(ctx)
		if ent.IsNotFound(err) {
			err = fault.NoSuch("id", "contact point")
		}
		return p, err
	}
	p, err := read()
	if err != nil {
		return nil, nil, err
	}
	c, err := s.holder(ctx, tx, p.CustomerID, "contact point")
	if err != nil {
		return nil, nil, err
	}
	if p, err = read(); err != nil { // as it is now that nobody else changes it
		return nil, nil, err
	}
	return p, c, service.StillOf(c.ID, p.CustomerID)
}

// answer reads a customer and one of the contact points, nil if it is there no more.
func (s *Service) answer(ctx context.Context, customerID, pointID string) (*ent.Customer, *customers.ContactPoint, error) {
	c, err := s.seen(ctx, customerID)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.Client.ContactPoint.Query().Where(contactpoint.ID(pointID), contactpoint.CustomerID(c.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return c, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return c, &customers.ContactPoint{ContactPoint: p, Main: customers.IsMain(c, p)}, nil
}

// seen returns the customer of a verb's answer. NOT_FOUND where a request that is repeated finds them deleted, or hidden since.
func (s *Service) seen(ctx context.Context, customerID string) (*ent.Customer, error) {
	c, err := s.Client.Customer.Get(ctx, s.Kept(customerID))
	if err == nil && c.DeletedAt != nil {
		return nil, fault.NoSuch("customerId", "customer")
	}
	return c, err
}
