package contacts

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/offer"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// RecordContact records a contact, costs it by the rates of its moment and credits it with the orders that it
// belongs to, in one transaction. An outbound contact with a purpose that needs a permission is refused unless one
// held at its moment. A missing rate does not keep it from being recorded.
//
// Faults: INVALID by field; NOT_FOUND on customerId, aboutId, staffId, participants, orderId, offerId or campaignId; PERMISSION_MISSING on channel;
// ALREADY_EXISTS on id; NOT_FOUND and WRONG_STATE on taskId; FORBIDDEN for a role that records no contacts, and on staffId or participants where SALES
// record for somebody else.
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
		siblings, err := s.campaigns.Hold(ctx, tx, n.moment()...)
		if err != nil {
			return "", err
		}
		c, err := s.lockCustomers(ctx, tx, &n, siblings)
		if err != nil {
			return "", err
		}
		if err := s.checkLinks(ctx, tx, &Record{}, &n); err != nil {
			return "", err
		}
		// Now, or a little ahead of our clock, which counts as now: what holds at the commit decides.
		if err := s.permit(ctx, tx, &n, in.At == nil || in.At.Truncate(time.Microsecond).After(n.At)); err != nil {
			return "", err
		}
		var done *ent.Task
		if in.TaskID != nil {
			if done, err = s.tasks.Open(ctx, tx, c.ID, *in.TaskID); err != nil {
				return "", err
			}
		}
		contact, err := s.AddContact(ctx, tx, c, n)
		if store.IsUnique(err) && in.ID != nil {
			return "", fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
		if err != nil || done == nil {
			return idOf(contact), err
		}
		return contact.ID, s.tasks.CompleteBy(ctx, tx, done, contact)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Contact.Get(ctx, made)
}

// idOf returns the id of a contact, "" for none.
func idOf(c *ent.Contact) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// lockCustomers locks the customer of a contact, which it returns, the one that the contact is about, and those of other contacts that cost
// less by it. It puts into the record the ids of those who answer for them. INVALID on aboutId where both are one.
func (s *Service) lockCustomers(ctx context.Context, tx *store.Tx, n *Record, siblings []string) (*ent.Customer, error) {
	if n.AboutID != "" || len(siblings) > 0 || len(n.PeopleIDs) > 0 {
		if err := service.HoldCustomers(ctx, tx, slices.Concat(siblings, n.PeopleIDs, []string{n.CustomerID, n.AboutID})...); err != nil {
			return nil, err
		}
	}
	if n.AboutID != "" {
		about, err := s.LockCustomer(ctx, tx, "aboutId", n.AboutID)
		if err != nil {
			return nil, err
		}
		n.AboutID = about.ID
	}
	c, err := s.LockCustomer(ctx, tx, "customerId", n.CustomerID)
	if err != nil {
		return nil, err
	}
	n.CustomerID = c.ID
	if err := s.lockPeople(ctx, tx, n, nil); err != nil {
		return nil, err
	}
	return c, checkAbout("aboutId", n.Kind, n.CustomerID, n.AboutID)
}

// AddContact writes a contact of a customer, with its cost, the stage and the segment that the customer had then, and what the contact earned. The
// transaction holds the rates, the campaign that caused it, and the customer. The caller has decided whether the contact is permitted.
func (s *Service) AddContact(ctx context.Context, tx *store.Tx, c *ent.Customer, n Record) (*ent.Contact, error) {
	if err := s.derive(ctx, tx, c, &n); err != nil {
		return nil, err
	}
	n.RecordedAt = s.Now()
	create := tx.Contact.Create()
	if err := Fields().Set(create.Mutation(), &n); err != nil {
		return nil, err
	}
	contact, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := indexParticipants(ctx, tx, s.IDs.Make, contact.ID, n.Participants, false); err != nil {
		return nil, err
	}
	if err := writePeople(ctx, tx, s.IDs.Make, contact.ID, nil, n.PeopleIDs); err != nil {
		return nil, err
	}
	if err := s.books.SettleContact(ctx, tx, c, nil, contact); err != nil {
		return nil, err
	}
	if err := s.campaigns.Spread(ctx, tx, contact.ID, n.moment()...); err != nil {
		return nil, err
	}
	if err := s.ContactRecorded(ctx, tx, contact.ID, c.ID); err != nil {
		return nil, err
	}
	return contact, s.CustomerChanged(ctx, tx, c.ID, "Contact")
}

// derive fills in what follows from the facts of a contact: the stage and the segment that its customer had at its moment, and its cost.
func (s *Service) derive(ctx context.Context, tx *store.Tx, c *ent.Customer, n *Record) (err error) {
	if n.Stage, err = s.books.StageAt(ctx, tx, c, n.At); err != nil {
		return err
	}
	segments, err := s.DatedOf(ctx, tx, schema.DatedSegment, c.ID)
	if err != nil {
		return err
	}
	segment := schema.Segment(input.OrZero(segments[c.ID].At(n.At, service.EndOfTime, (*string)(c.Segment))))
	n.Segment = &segment
	codes, people, err := s.rates.TookPart(ctx, tx, input.NonEmpty(n.StaffID), n.Participants, n.At)
	if err != nil {
		return err
	}
	cost, err := s.rates.CostContact(ctx, tx, rates.ContactInput(codes, n.spent(), n.Channel, n.Expense, nil, people...), n.At)
	if err != nil {
		return err
	}
	n.Cost, n.CostLines, n.Uncosted = cost.Total, cost.Lines, len(cost.Missing) > 0
	n.Advertising = money.Amount{} // it is spread when the contact is written
	return nil
}

// checkLinks checks that the order and the offer that a contact is newly about are the customer's, and that the actor may see them and the
// campaign. NOT_FOUND on orderId, offerId or campaignId.
func (s *Service) checkLinks(ctx context.Context, tx *store.Tx, before, after *Record) error {
	if after.CampaignID != "" && after.CampaignID != before.CampaignID {
		if err := s.campaigns.Exists(ctx, tx, "campaignId", after.CampaignID); err != nil {
			return err
		}
	}
	if after.OrderID != "" && after.OrderID != before.OrderID {
		isTheirs, err := tx.Order.Query().Where(order.ID(after.OrderID), order.CustomerID(after.CustomerID)).Exist(ctx)
		if err != nil {
			return err
		}
		if !isTheirs {
			return fault.NoSuch("orderId", "order of this customer")
		}
	}
	if after.OfferID == "" || after.OfferID == before.OfferID {
		return nil
	}
	isTheirs, err := tx.Offer.Query().Where(offer.ID(after.OfferID), offer.CustomerID(after.CustomerID)).Exist(ctx)
	if err != nil || isTheirs {
		return err
	}
	return fault.NoSuch("offerId", "offer to this customer")
}
