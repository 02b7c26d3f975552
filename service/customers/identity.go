package customers

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Identity is a name, an e-mail address, a phone number or an external id that a customer has beside those of the row: it is searched, and
// imports match it. It comes with a merge, or is a contact point that is not the main one.
type Identity struct {
	CustomerID string
	Kind       service.DuplicateReason // what it is
	Value      string                  // as it was on the row of the customer
	Key        string                  // by which it is compared
}

// asCustomer returns a customer who has nothing but the identity.
func (i Identity) asCustomer() *ent.Customer {
	c := &ent.Customer{}
	switch i.Kind {
	case service.DuplicateReasonName:
		c.Name = i.Value
	case service.DuplicateReasonEmail:
		c.Email, c.EmailKey = &i.Value, &i.Key
	case service.DuplicateReasonPhone:
		c.Phone = &i.Value
	case service.DuplicateReasonExternalID:
		c.ExternalID = &i.Value
	}
	return c
}

// IdentitiesIn returns what the row of a customer has that tells people apart, and the name.
func IdentitiesIn(c *ent.Customer) []Identity {
	all := []Identity{{c.ID, service.DuplicateReasonName, c.Name, c.Name}}
	for kind, value := range map[service.DuplicateReason]*string{
		service.DuplicateReasonEmail: c.Email, service.DuplicateReasonPhone: c.Phone, service.DuplicateReasonExternalID: c.ExternalID,
	} {
		if value == nil {
			continue
		}
		key := *value
		if kind == service.DuplicateReasonEmail {
			key = input.EmailKey(key)
		}
		all = append(all, Identity{c.ID, kind, *value, key})
	}
	return all
}

// IdentitiesOf returns what customers have beside their rows, by the customers' ids.
func IdentitiesOf(ctx context.Context, from store.Reader, customerIDs ...string) (map[string][]Identity, error) {
	all := map[string][]Identity{}
	return all, identitiesWhere(ctx, from, "b.customer_id IN @ids", nil, customerIDs, func(one Identity) {
		all[one.CustomerID] = append(all[one.CustomerID], one)
	})
}

// IdentitiesBy gives what customers who are not deleted have beside their rows of one kind and with some keys, in the order in which they got it.
func IdentitiesBy(ctx context.Context, from store.Reader, kind service.DuplicateReason, keys []string, each func(Identity)) error {
	return identitiesWhere(ctx, from, "b.kind = ? AND b.value_key IN @ids", []any{string(kind)}, keys, each)
}

// byOtherExternalID returns the customer who has an external id beside that of the row, nil if the viewer sees none.
func (s *Service) byOtherExternalID(ctx context.Context, externalID string) (found *ent.Customer, err error) {
	var ids []string
	err = IdentitiesBy(ctx, s.Store, service.DuplicateReasonExternalID, []string{externalID}, func(one Identity) { ids = append(ids, one.CustomerID) })
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found, err = s.Client.Customer.Query().Where(customer.IDIn(ids...), customer.DeletedAtIsNil()).Order(customer.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}
