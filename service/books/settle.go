package books

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/store"
)

// nightlyBatch is how many customers are settled in one transaction: few, so that none waits long.
const nightlyBatch = 500

// Settle updates all that is derived from a customer's facts: the credits of orders, what contacts
// realised, the customer's statistics and what they are worth, and the stage. Whatever changes an order, a refund, a
// permission or a departure calls it at its end, in its own transaction, which holds the customer. The
// result depends on the facts alone, not on the order in which they came.
//
// orders are the ids of the orders that were changed; a verb that changed one names it, so that a customer
// of a hundred thousand orders costs no more than one of two. With none named it looks for those whose credits do not
// sum to their margin. reason goes with a change of stage. For a new contact [Service.SettleContact] does less work.
func (s *Service) Settle(ctx context.Context, tx *store.Tx, customerID, reason string, orders ...string) error {
	due, err := ordersToCredit(ctx, tx, customerID, orders)
	if err != nil {
		return err
	}
	if err := s.Credit(ctx, tx, due); err != nil {
		return err
	}
	if err := s.SettleCustomers(ctx, tx, []string{customerID}, reason); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, customerID)
}

// SettleCustomers updates the statistics, values and stages of customers whose orders are credited. The transaction holds the
// customers.
func (s *Service) SettleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, reason string) error {
	customers, err := value.ReadCustomers(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	statistics, err := s.value.StatisticsOf(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	alive, err := s.value.WriteStatistics(ctx, tx, customers, statistics)
	if err != nil {
		return err
	}
	due, err := s.movesDue(ctx, tx, customers, statistics, alive, reason)
	if err != nil {
		return err
	}
	return s.moveAll(ctx, tx, due)
}

// SettleContact credits the orders that a new contact may have earned of, and adds its cost to what the customer
// has cost. The transaction holds the customer and, for a recommendation, the customer that it is about. Only orders
// whose look-back window covers the contact are read.
func (s *Service) SettleContact(ctx context.Context, tx *store.Tx, c *ent.Customer, contact *ent.Contact) error {
	due, err := ordersAfter(ctx, tx, contact, s.AttributionSettings().Window)
	if err != nil {
		return err
	}
	if contact.AboutID != nil {
		first, err := FirstOrders(ctx, tx, []string{*contact.AboutID}, service.EndOfTime)
		if err != nil {
			return err
		}
		recommended, err := SoldByIDs(ctx, tx, []string{first[*contact.AboutID]})
		if err != nil {
			return err
		}
		due = append(due, slices.DeleteFunc(recommended, func(o SoldOrder) bool { return o.CompletedAt.Before(contact.At) })...)
	}
	if err := s.Credit(ctx, tx, due); err != nil {
		return err
	}
	if c.ContactCost, err = c.ContactCost.Plus(contact.Cost); err != nil {
		return err
	}
	c.LifetimeValue = s.value.StandingValue(c, s.Now())
	return writeContactCost(ctx, tx, c)
}

// SettleAll updates what time alone changes, for every customer who has ordered: the stage, which falls
// with the probability to be alive, and the value that lists are ordered by.
func (s *Service) SettleAll(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	for after := ""; ; {
		ids, err := s.Client.Customer.Query().Where(customer.IDGT(after), customer.OrderDaysGT(0), customer.DeletedAtIsNil()).
			Order(customer.ByID()).Limit(nightlyBatch).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			held := tx.Customer.Query().Where(customer.IDIn(ids...)).Order(customer.ByID())
			store.ForUpdate(tx, held)
			if _, err := held.IDs(ctx); err != nil {
				return err
			}
			return s.SettleCustomers(ctx, tx, ids, "time went by")
		})
		if err != nil {
			return err
		}
	}
}
