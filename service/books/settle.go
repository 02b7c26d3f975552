package books

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/stage"
	"kopeck/store"
)

// Occasion is why customers are settled.
type Occasion struct {
	Reason string    // goes with a change of stage, after what the facts say; "" for none
	Since  time.Time // the moment of a fact that is new and no order; zero if there is none

	imported bool
	gone     []stage.Order // orders that were completed and are given back in full with it
}

// takes notes the orders that are given back in full among those that were changed, of which some are named.
func (o *Occasion) takes(changed []SoldOrder, named []string) {
	for _, one := range changed {
		if one.Status == string(schema.OrderRefunded) && one.Sold && slices.Contains(named, one.ID) {
			o.gone = append(o.gone, stage.Order{Day: one.Day, CompletedAt: one.CompletedAt})
		}
	}
}

// since is the earliest moment from which on the stages of contacts may be others than they were: that of the new fact, or the
// completion of an order that has changed. Zero: there is none.
func (o Occasion) since(orders []SoldOrder) time.Time {
	since := o.Since
	for _, one := range orders {
		if !one.CompletedAt.IsZero() && (since.IsZero() || one.CompletedAt.Before(since)) {
			since = one.CompletedAt
		}
	}
	return since
}

// Settle updates all that is derived from a customer's facts: the credits of orders, what contacts
// realised, the customer's statistics and what they are worth, and the stage. Whatever changes an order, a refund, a
// permission or a departure calls it at its end, in its own transaction, which holds the customer. The
// result depends on the facts alone, not on the order in which they came.
//
// orders are the ids of the orders that were changed; a verb that changed one names it, so that a customer
// of a hundred thousand orders costs no more than one of two. With none named it looks for those whose credits do not
// sum to their margin. For a new contact [Service.SettleContact] does less work.
func (s *Service) Settle(ctx context.Context, tx *store.Tx, customerID string, why Occasion, orders ...string) error {
	due, err := ordersToCredit(ctx, tx, customerID, orders)
	if err != nil {
		return err
	}
	if err := s.Credit(ctx, tx, due); err != nil {
		return err
	}
	why.takes(due, orders)
	stageChanged, err := s.settleCustomers(ctx, tx, []string{customerID}, why)
	if err != nil {
		return err
	}
	if since := why.since(due); !since.IsZero() {
		if err := s.RestateStages(ctx, tx, []string{customerID}, since); err != nil {
			return err
		}
	}
	switch {
	case len(orders) > 0:
		return s.CustomerChanged(ctx, tx, customerID, "Order")
	case stageChanged:
		return s.CustomerChanged(ctx, tx, customerID, "stage")
	}
	return s.CustomerChanged(ctx, tx, customerID)
}

// SettleCustomers updates the statistics, values and stages of customers whose orders are credited. The transaction holds the
// customers. reason goes with a change of stage.
func (s *Service) SettleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, reason string) error {
	_, err := s.settleCustomers(ctx, tx, customerIDs, Occasion{Reason: reason})
	return err
}

// settleCustomers is SettleCustomers for an occasion. It reports whether a stage has changed.
func (s *Service) settleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, why Occasion) (stageChanged bool, err error) {
	customers, err := value.ReadCustomers(ctx, tx, customerIDs)
	if err != nil {
		return false, err
	}
	statistics, err := s.value.StatisticsOf(ctx, tx, customerIDs)
	if err != nil {
		return false, err
	}
	alive, err := s.value.WriteStatistics(ctx, tx, customers, statistics, why.imported)
	if err != nil {
		return false, err
	}
	due, err := s.dueChanges(ctx, tx, customers, statistics, alive, why)
	if err != nil {
		return false, err
	}
	return len(due) > 0, s.changeStages(ctx, tx, due)
}

// SettleContact credits the orders that a contact may have earned of, as it was before and as it is after a change that the transaction has
// written, and brings what the customer has cost in line with its cost. before is nil for a contact that is new, after for one that is voided.
// The transaction holds the customer and, for a recommendation, the customers that it was and is about. Only orders whose look-back
// window covers the contact are read.
func (s *Service) SettleContact(ctx context.Context, tx *store.Tx, c *ent.Customer, before, after *ent.Contact) (err error) {
	var due orderSet
	for _, contact := range []*ent.Contact{before, after} {
		if contact == nil {
			continue
		}
		orders, err := s.ordersOfContact(ctx, tx, contact)
		if err != nil {
			return err
		}
		due.add(orders)
	}
	if err := s.Credit(ctx, tx, due.all); err != nil {
		return err
	}
	if before != nil {
		if c.ContactCost, err = c.ContactCost.Minus(before.Cost); err != nil {
			return err
		}
	}
	if after != nil {
		if c.ContactCost, err = c.ContactCost.Plus(after.Cost); err != nil {
			return err
		}
	}
	c.LifetimeValue = s.value.StandingValue(c, s.Now())
	return writeContactCost(ctx, tx, c)
}

// ordersOfContact returns the sold orders of which a contact may earn: those of its customer whose look-back window covers it, and the first
// order of whomever it recommended.
func (s *Service) ordersOfContact(ctx context.Context, tx *store.Tx, contact *ent.Contact) ([]SoldOrder, error) {
	due, err := ordersAfter(ctx, tx, contact, s.MaxWindow())
	if err != nil || contact.AboutID == nil {
		return due, err
	}
	first, err := FirstOrders(ctx, tx, []string{*contact.AboutID}, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	recommended, err := SoldByIDs(ctx, tx, []string{first[*contact.AboutID]})
	return append(due, slices.DeleteFunc(recommended, func(o SoldOrder) bool { return o.CompletedAt.Before(contact.At) })...), err
}
