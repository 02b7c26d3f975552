package points

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/ent/address"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// MaxAddresses is how many addresses a customer has at most. A merge may make it more.
const MaxAddresses = 20

// AddressPayload is the answer of addAddress and updateAddress.
type AddressPayload struct {
	Customer   *ent.Customer
	Address    *ent.Address
	UserErrors []service.UserError
}

// Addresses returns the addresses of customers, by their ids, in the order of recording.
func (s *Service) Addresses(ctx context.Context, of []*ent.Customer) (map[string][]*ent.Address, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	rows, err := s.Client.Address.Query().Where(address.CustomerIDIn(ids...)).Order(address.ByCreatedAt(), address.ByID()).All(ctx)
	all := make(map[string][]*ent.Address, len(of))
	for _, a := range rows {
		all[a.CustomerID] = append(all[a.CustomerID], a)
	}
	return all, err
}

// AddAddress records an address of a customer. Faults: INVALID by field; NOT_FOUND on customerId; ALREADY_EXISTS on id; LIMIT_EXCEEDED on
// customerId; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) AddAddress(ctx context.Context, in service.AddAddressInput) (*ent.Customer, *ent.Address, error) {
	var faults fault.List
	newID, err := s.NewID(id.Address, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	a := &ent.Address{Kind: input.Or(in.Kind, schema.AddressOther), Country: in.Country, Region: in.Region, City: in.City, Street: in.Street, PostalCode: in.PostalCode}
	faults.Add(customers.CheckAddress(a))
	if err := faults.Or(); err != nil {
		return nil, nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "addAddress", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.lockCustomer(ctx, tx, in.CustomerID, in.ExpectedVersion)
		if err != nil {
			return "", err
		}
		n, err := tx.Address.Query().Where(address.CustomerID(c.ID)).Count(ctx)
		if err != nil {
			return "", err
		}
		if n >= MaxAddresses {
			return "", fault.New(fault.LimitExceeded, "customerId", "a customer has at most %d addresses", MaxAddresses)
		}
		err = tx.Address.Create().SetID(newID).SetCustomerID(c.ID).SetKind(a.Kind).SetNillableCountry(a.Country).SetNillableRegion(a.Region).
			SetNillableCity(a.City).SetNillableStreet(a.Street).SetNillablePostalCode(a.PostalCode).SetCreatedAt(s.Now()).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		moved := map[string]service.Change{}
		for name, value := range partsOf(newID, a) {
			moved[name] = service.Change{New: value}
		}
		after := *c
		return newID, s.save(ctx, tx, c, &after, moved)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.answerAddress(ctx, in.CustomerID, made)
}

// partsOf returns the fields of an address by their names in the audit.
func partsOf(addressID string, a *ent.Address) map[string]any {
	name := "addresses." + addressID + "."
	return map[string]any{
		name + "kind": a.Kind, name + "country": a.Country, name + "region": a.Region, name + "city": a.City, name + "street": a.Street, name + "postalCode": a.PostalCode,
	}
}

// UpdateAddress changes the fields given of an address; null clears a field. Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT that names
// the fields that others have changed; FORBIDDEN.
func (s *Service) UpdateAddress(ctx context.Context, in service.UpdateAddressInput) (*ent.Customer, *ent.Address, error) {
	made, err := s.Write(ctx, service.Verb{Name: "updateAddress", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		a, c, err := s.lockAddress(ctx, tx, in.ID)
		if err != nil {
			return "", err
		}
		return c.ID, s.updateAddress(ctx, tx, c, a, in)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.answerAddress(ctx, made, in.ID)
}

// updateAddress merges an update of an address with what others have changed since its version, and writes it.
func (s *Service) updateAddress(ctx context.Context, tx *store.Tx, c *ent.Customer, a *ent.Address, in service.UpdateAddressInput) error {
	to := *a
	to.Kind = input.Or(in.Kind, a.Kind)
	given := map[string]bool{"kind": in.Kind != nil}
	for _, part := range []struct {
		name string
		in   graphql.Omittable[*string]
		to   **string
	}{
		{"country", in.Country, &to.Country},
		{"region", in.Region, &to.Region},
		{"city", in.City, &to.City},
		{"street", in.Street, &to.Street},
		{"postalCode", in.PostalCode, &to.PostalCode},
	} {
		if given[part.name] = part.in.IsSet(); part.in.IsSet() {
			*part.to = part.in.Value()
		}
	}
	if err := customers.CheckAddress(&to); err != nil {
		return err
	}
	merge := service.Update{
		Action: service.CustomerUpdate, Subject: c.ID, Named: c.ID, Expected: in.ExpectedVersion, Version: c.Version,
		Current: partsOf(a.ID, a), Updated: map[string]any{},
	}
	names := map[string]string{}
	for name, value := range partsOf(a.ID, &to) {
		names[name] = name[strings.LastIndexByte(name, '.')+1:]
		if given[names[name]] {
			merge.Updated[name] = value
		}
	}
	moved, err := s.Merge(ctx, tx, merge)
	if err != nil || len(moved) == 0 {
		return ofInput(err, names)
	}
	update := tx.Address.UpdateOne(a).SetKind(to.Kind)
	setPart(to.Country, update.SetCountry, update.ClearCountry)
	setPart(to.Region, update.SetRegion, update.ClearRegion)
	setPart(to.City, update.SetCity, update.ClearCity)
	setPart(to.Street, update.SetStreet, update.ClearStreet)
	setPart(to.PostalCode, update.SetPostalCode, update.ClearPostalCode)
	if err := update.Exec(ctx); err != nil {
		return err
	}
	after := *c
	return s.save(ctx, tx, c, &after, moved)
}

func setPart(value *string, set func(string) *ent.AddressUpdateOne, clear func() *ent.AddressUpdateOne) {
	if value == nil {
		clear()
		return
	}
	set(*value)
}

// RemoveAddress removes an address of a customer. Faults: INVALID and NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) RemoveAddress(ctx context.Context, in service.RemoveAddressInput) (*ent.Customer, error) {
	made, err := s.Write(ctx, service.Verb{Name: "removeAddress", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		a, c, err := s.lockAddress(ctx, tx, in.ID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, c.Version); err != nil {
			return "", err
		}
		if err := tx.Address.DeleteOne(a).Exec(ctx); err != nil {
			return "", err
		}
		moved := map[string]service.Change{}
		for name, value := range partsOf(a.ID, a) {
			moved[name] = service.Change{Old: value}
		}
		after := *c
		return c.ID, s.save(ctx, tx, c, &after, moved)
	})
	if err != nil {
		return nil, err
	}
	return s.seen(ctx, made)
}

// lockAddress loads an address that the actor may see, with its customer, whom it locks. INVALID and NOT_FOUND on id.
func (s *Service) lockAddress(ctx context.Context, tx *store.Tx, addressID string) (*ent.Address, *ent.Customer, error) {
	if err := id.Check("id", id.Address, addressID); err != nil {
		return nil, nil, err
	}
	read := func() (*ent.Address, error) {
		a, err := tx.Address.Query().Where(address.ID(addressID)).Only(ctx)
		if ent.IsNotFound(err) {
			err = fault.NoSuch("id", "address")
		}
		return a, err
	}
	a, err := read()
	if err != nil {
		return nil, nil, err
	}
	c, err := s.holder(ctx, tx, a.CustomerID, "address")
	if err != nil {
		return nil, nil, err
	}
	if a, err = read(); err != nil { // as it is now that nobody else changes it
		return nil, nil, err
	}
	return a, c, service.StillOf(c.ID, a.CustomerID)
}

// answerAddress reads a customer and one of the addresses, nil if it is there no more.
func (s *Service) answerAddress(ctx context.Context, customerID, addressID string) (*ent.Customer, *ent.Address, error) {
	c, err := s.seen(ctx, customerID)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.Client.Address.Query().Where(address.ID(addressID), address.CustomerID(c.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return c, nil, nil
	}
	return c, a, err
}
