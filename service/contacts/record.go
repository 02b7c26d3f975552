package contacts

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// RecordContact records a contact, costs it by the rates of its moment and credits it with the orders that it
// belongs to, in one transaction. An outbound contact with a purpose that needs a permission is refused unless one
// held at its moment. A missing rate does not keep it from being recorded.
//
// Faults: INVALID by field; NOT_FOUND on customerId, aboutId or staffId; PERMISSION_MISSING on channel; ALREADY_EXISTS on
// id; FORBIDDEN for a role that records no contacts, and on staffId where SALES record for somebody else.
func (s *Service) RecordContact(ctx context.Context, in service.RecordContactInput) (*ent.Contact, error) {
	n, err := s.checkContact(ctx, in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "recordContact", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		n := n // the transaction may be retried
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		c, err := s.lockCustomers(ctx, tx, n)
		if err != nil {
			return "", err
		}
		if n.Direction == schema.Outbound && n.Purpose != "" {
			at := &n.At
			if in.At == nil || in.At.Truncate(time.Microsecond).After(n.At) {
				at = nil // now, or a little ahead of our clock, which counts as now: what holds at the commit decides
			}
			d, err := s.consent.Decide(ctx, tx, c.ID, n.Channel, n.Purpose, nil, at)
			if err != nil {
				return "", err
			}
			if !d.Allowed {
				return "", consent.MissingPermission(d, n.Channel, n.Purpose)
			}
			if d.CurrentLevel != nil {
				n.PermissionID = d.Permission.ID
			}
		}
		contact, err := s.AddContact(ctx, tx, c, n)
		if store.IsUnique(err) && in.ID != nil {
			return "", fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
		if err != nil {
			return "", err
		}
		return contact.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Contact.Get(ctx, made)
}

// lockCustomers locks the customer of a contact, which it returns, and the one that the contact is about.
func (s *Service) lockCustomers(ctx context.Context, tx *store.Tx, n Record) (*ent.Customer, error) {
	if n.AboutID != "" {
		if err := service.HoldCustomers(ctx, tx, n.CustomerID, n.AboutID); err != nil {
			return nil, err
		}
		if _, err := s.LockCustomer(ctx, tx, "aboutId", n.AboutID); err != nil {
			return nil, err
		}
	}
	return s.LockCustomer(ctx, tx, "customerId", n.CustomerID)
}

// AddContact writes a contact of a customer, with its cost, the stage and the segment that the customer had then, and what the contact earned. The
// transaction holds the rates and the customer. The caller has decided whether the contact is permitted.
func (s *Service) AddContact(ctx context.Context, tx *store.Tx, c *ent.Customer, n Record) (*ent.Contact, error) {
	stage, err := s.books.StageAt(ctx, tx, c, n.At)
	if err != nil {
		return nil, err
	}
	codes, err := s.rates.StaffCodes(ctx, tx, input.NonEmpty(n.StaffID), n.At)
	if err != nil {
		return nil, err
	}
	segments, err := s.DatedOf(ctx, tx, schema.DatedSegment, c.ID)
	if err != nil {
		return nil, err
	}
	segment := schema.Segment(input.OrZero(segments[c.ID].At(n.At, service.EndOfTime, (*string)(c.Segment))))
	cost, err := s.rates.CostContact(ctx, tx, rates.ContactInput(codes, n.spent(), n.Channel, n.Expense), n.At)
	if err != nil {
		return nil, err
	}
	n.Stage, n.Segment, n.Cost, n.CostLines, n.Uncosted, n.RecordedAt = stage, &segment, cost.Total, cost.Lines, len(cost.Missing) > 0, s.Now()
	create := tx.Contact.Create()
	if err := Fields().Set(create.Mutation(), &n); err != nil {
		return nil, err
	}
	contact, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.books.SettleContact(ctx, tx, c, contact); err != nil {
		return nil, err
	}
	if err := s.ContactRecorded(ctx, tx, contact.ID, c.ID); err != nil {
		return nil, err
	}
	return contact, s.CustomerChanged(ctx, tx, c.ID)
}
