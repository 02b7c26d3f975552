package books

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// touches are the contacts of one customer, and the recommendations about them, by time.
type touches struct {
	own, recommended []attribution.Touch
	first            string // the customer's first completed order; known where there are recommendations
}

// touchesOf are touches by customer.
type touchesOf map[string]*touches

// of returns the touches of a customer, which are added if they are absent.
func (all touchesOf) of(customer string) *touches {
	if all[customer] == nil {
		all[customer] = &touches{}
	}
	return all[customer]
}

// stateSeparator stands between kind and channel in the name of a state.
const stateSeparator = " "

// stateOf names the state of a contact, which fits are about.
func stateOf(kind, channel string) string { return kind + stateSeparator + channel }

// before returns the contacts that an order is credited to: the customer's own in the window before its completion and, if it is
// the first completed order, the recommendations before it, however old.
func (t *touches) before(o SoldOrder, window time.Duration) []attribution.Touch {
	if t == nil {
		return nil
	}
	from, _ := slices.BinarySearchFunc(t.own, o.CompletedAt.Add(-window), func(one attribution.Touch, at time.Time) int { return one.At.Compare(at) })
	var found []attribution.Touch
	for _, one := range t.own[from:] {
		if one.At.After(o.CompletedAt) {
			break
		}
		found = append(found, one)
	}
	if t.first == o.ID {
		for _, one := range t.recommended {
			if !one.At.After(o.CompletedAt) {
				found = append(found, one)
			}
		}
	}
	return found
}

// readTouches reads what orders may be credited to, as far as it had been recorded by a moment: service.EndOfTime for all.
func readTouches(ctx context.Context, db store.Reader, orders []SoldOrder, window time.Duration, recorded time.Time) (touchesOf, error) {
	found := touchesOf{}
	var from, to time.Time
	for _, o := range orders {
		if !o.Sold {
			continue
		}
		found.of(o.CustomerID)
		if from.IsZero() || o.CompletedAt.Before(from) {
			from = o.CompletedAt
		}
		if o.CompletedAt.After(to) {
			to = o.CompletedAt
		}
	}
	ids := slices.Sorted(maps.Keys(found))
	if err := found.readOwn(ctx, db, ids, from.Add(-window), to, recorded); err != nil {
		return nil, err
	}
	if err := found.readRecommendations(ctx, db, ids, recorded); err != nil {
		return nil, err
	}
	for _, t := range found {
		slices.SortFunc(t.own, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
	}
	return found, nil
}

// readRecommendations reads the recommendations about customers and, for those who have any, the first completed order, as
// far as they had been recorded by a moment.
func (all touchesOf) readRecommendations(ctx context.Context, db store.Reader, customerIDs []string, recorded time.Time) error {
	if err := all.readAbout(ctx, db, customerIDs, recorded); err != nil {
		return err
	}
	var recommended []string
	for customer, t := range all {
		if len(t.recommended) > 0 {
			recommended = append(recommended, customer)
		}
	}
	slices.Sort(recommended)
	first, err := FirstOrders(ctx, db, recommended, recorded)
	for customer, orderID := range first {
		all[customer].first = orderID
	}
	return err
}

// ordersToCredit returns the orders named and those that their change moves: if there are
// recommendations of the customer, the first completed order and the orders that recommendations were credited with. With none
// named it looks for the customer's orders whose credits do not sum to their margin.
func ordersToCredit(ctx context.Context, tx *store.Tx, customerID string, named []string) ([]SoldOrder, error) {
	var due orderSet
	var orders []SoldOrder
	var err error
	if len(named) > 0 {
		orders, err = ordersOfCustomer(ctx, tx, customerID, named)
	} else {
		orders, err = unsettledOrders(ctx, tx, customerID)
	}
	if err != nil {
		return nil, err
	}
	due.add(orders)
	known := touchesOf{}
	t := known.of(customerID)
	if err := known.readRecommendations(ctx, tx, []string{customerID}, service.EndOfTime); err != nil || len(t.recommended) == 0 {
		return due.all, err
	}
	if orders, err = SoldByIDs(ctx, tx, []string{t.first}); err != nil {
		return nil, err
	}
	due.add(orders)
	contacts := make([]string, len(t.recommended))
	for i, one := range t.recommended {
		contacts[i] = one.ContactID
	}
	if orders, err = ordersCreditedTo(ctx, tx, customerID, contacts); err != nil {
		return nil, err
	}
	due.add(orders)
	return due.all, nil
}

// recommendation begins the states of recommendations.
const recommendation = string(schema.Recommendation) + stateSeparator
