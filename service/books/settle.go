package books

import (
	"context"

	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/store"
)

// Settle brings all that is derived from a customer's facts up to date: the credits of orders, what contacts
// realised, the customer's statistics and what they are worth, and the stage. Whatever changes an order, a refund, a
// permission or a departure calls it at its end, in its own transaction, which holds the customer (lockCustomer). The
// result depends on the facts alone, not on the order in which they came.
//
// orders are the ids of the orders that were changed; a verb that changed one names it, so that a customer
// of a hundred thousand orders costs no more than one of two. With none named those are looked for whose credits do not
// sum to their margin. reason goes with a change of stage. New contacts have a shorter way: see settleContact.
func (s *Service) Settle(ctx context.Context, tx *store.Tx, customerID, reason string, orders ...string) error {
	due, err := s.ordersToCredit(ctx, tx, customerID, orders)
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

// SettleCustomers brings the statistics and stages of customers up to date, whose orders are credited.
func (s *Service) SettleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, reason string) error {
	var customers []*ent.Customer
	err := store.EachByIDs(ctx, tx, "SELECT "+value.CustomerColumns+" FROM customers WHERE id IN @ids ORDER BY id", nil, customerIDs, func(scan store.ScanFunc) error {
		c, err := value.ScanCustomer(scan)
		customers = append(customers, c)
		return err
	})
	if err != nil {
		return err
	}
	of, err := s.value.StatisticsOf(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	alive, err := s.value.WriteStatistics(ctx, tx, customers, of)
	if err != nil {
		return err
	}
	due, err := s.movesDue(ctx, tx, customers, of, alive, reason)
	if err != nil {
		return err
	}
	return s.moveAll(ctx, tx, due)
}

// SettleContact credits the orders that a new contact may have earned of, and adds its cost to what the customer
// has cost. The transaction holds the customer and, for a recommendation, the customer that it is about. Only orders
// whose look-back window covers the contact are read.
func (s *Service) SettleContact(ctx context.Context, tx *store.Tx, c *ent.Customer, contact *ent.Contact) error {
	settings := s.AttributionSettings()
	due := []SoldOrder{}
	add := func(scan store.ScanFunc) error {
		o, err := ScanSold(scan)
		due = append(due, o)
		return err
	}
	err := store.Each(ctx, tx, SoldOrders+"o.customer_id = ? AND o.status IN ('COMPLETED', 'REFUNDED') AND o.at <= ? AND o.completed_at >= ? AND o.completed_at <= ?", []any{contact.CustomerID, contact.At.Add(settings.Window), contact.At, contact.At.Add(settings.Window)}, add)
	if err != nil {
		return err
	}
	if contact.AboutID != nil {
		first, err := s.FirstOrders(ctx, tx, []string{*contact.AboutID}, service.EndOfTime)
		if err != nil {
			return err
		}
		if err := store.Each(ctx, tx, SoldOrders+"o.id = ? AND o.completed_at >= ?", []any{first[*contact.AboutID], contact.At}, add); err != nil {
			return err
		}
	}
	if err := s.Credit(ctx, tx, due); err != nil {
		return err
	}
	if c.ContactCost, err = c.ContactCost.Plus(contact.Cost); err != nil {
		return err
	}
	c.LifetimeValue = s.value.StandingValue(c, s.Now())
	_, err = tx.Exec(ctx, "UPDATE customers SET contact_cost = ?, lifetime_value = ? WHERE id = ?", c.ContactCost, c.LifetimeValue, c.ID)
	return err
}
