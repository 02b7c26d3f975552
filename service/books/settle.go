package books

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/store"
)

// nightlyBatch is how many customers are settled in one transaction: few, so that none waits long.
const nightlyBatch = 500

// Occasion is why customers are settled.
type Occasion struct {
	Reason string    // goes with a change of stage, after what the facts say; "" for none
	Since  time.Time // the moment of a fact that is new and no order; zero if there is none

	imported bool
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
	if err := s.settleCustomers(ctx, tx, []string{customerID}, why); err != nil {
		return err
	}
	if since := why.since(due); !since.IsZero() {
		if err := s.RestateStages(ctx, tx, []string{customerID}, since); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, customerID)
}

// SettleCustomers updates the statistics, values and stages of customers whose orders are credited. The transaction holds the
// customers. reason goes with a change of stage.
func (s *Service) SettleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, reason string) error {
	return s.settleCustomers(ctx, tx, customerIDs, Occasion{Reason: reason})
}

func (s *Service) settleCustomers(ctx context.Context, tx *store.Tx, customerIDs []string, why Occasion) error {
	customers, err := value.ReadCustomers(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	statistics, err := s.value.StatisticsOf(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	alive, err := s.value.WriteStatistics(ctx, tx, customers, statistics, why.imported)
	if err != nil {
		return err
	}
	due, err := s.movesDue(ctx, tx, customers, statistics, alive, why)
	if err != nil {
		return err
	}
	return s.moveAll(ctx, tx, due)
}

// SettleContact credits the orders that a new contact may have earned of, and adds its cost to what the customer
// has cost. The transaction holds the customer and, for a recommendation, the customer that it is about. Only orders
// whose look-back window covers the contact are read.
func (s *Service) SettleContact(ctx context.Context, tx *store.Tx, c *ent.Customer, contact *ent.Contact) error {
	due, err := ordersAfter(ctx, tx, contact, s.LongestWindow())
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

// restateAll brings the stages of contacts and the credits of orders in line with what held at their moments. Nothing changes here,
// unless they were written by a release in which the settings and facts of the day of writing counted.
func (s *Service) restateAll(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	if err := s.RestateStages(ctx, tx, customerIDs, time.Time{}); err != nil || !s.Settings().CreditingChanged() {
		return err
	}
	wrong, err := s.WrongCredits(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	return s.Credit(ctx, tx, wrong)
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
			if err := service.HoldCustomers(ctx, tx, ids...); err != nil {
				return err
			}
			if err := s.SettleCustomers(ctx, tx, ids, "time went by"); err != nil {
				return err
			}
			return s.restateAll(ctx, tx, ids)
		})
		if err != nil {
			return err
		}
	}
}
