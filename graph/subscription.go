package graph

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/fault"
)

// customerChanged sends a customer after every change that the viewer may see, for as long as they listen.
func (r *Resolver) customerChanged(ctx context.Context, customerID string) (<-chan *ent.Customer, error) {
	c, err := r.service.Customers.Customer(ctx, &customerID, nil)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.NoSuch("id", "customer")
	}
	changes, cancel := r.service.CustomerChanges(customerID)
	return send(ctx, changes, cancel, func(string) (*ent.Customer, error) { return r.service.Customers.Customer(ctx, &customerID, nil) }), nil
}

// send reads a row anew for each signal and sends it, until the listener leaves. What can no longer be seen is not
// sent.
func send[T any](ctx context.Context, signals <-chan string, cancel func(), read func(signal string) (*T, error)) <-chan *T {
	rows := make(chan *T)
	go func() {
		defer close(rows)
		defer cancel()
		for {
			select {
			case <-ctx.Done():
				return
			case signal, open := <-signals:
				if !open {
					return
				}
				row, err := read(signal)
				if err != nil || row == nil {
					continue
				}
				select {
				case rows <- row:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return rows
}

// contactRecorded sends every contact that is recorded and that the viewer may see.
func (r *Resolver) contactRecorded(ctx context.Context, customerID *string) (<-chan *ent.Contact, error) {
	if customerID != nil {
		c, err := r.service.Customers.Customer(ctx, customerID, nil)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, fault.NoSuch("customerId", "customer")
		}
	}
	if actor, ok := auth.From(ctx); !ok || actor.May("Contact").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "contacts are not for you")
	}
	recorded, cancel := r.service.ContactsRecorded(deref(customerID))
	return send(ctx, recorded, cancel, func(contactID string) (*ent.Contact, error) {
		return r.client.Contact.Query().Where(contact.ID(contactID)).Only(ctx)
	}), nil
}
