package report

import (
	"context"
	"time"

	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/store"
)

// What customers had earned is the same for whoever asks a price that rests on it, also if they may not see the orders and contacts.

// soldKnownOf returns the orders of customers that were known at a moment to be completed.
func soldKnownOf(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time) (orders []*order, err error) {
	condition, args := books.CompletedBy(at)
	return orders, store.EachByIDs(ctx, tx, ordersSQL+condition+" AND o.customer_id IN @ids", args, customerIDs, addTo(&orders))
}

// eachContactKnownOf gives each contact of customers as it was known at a moment. It is valid until the function returns.
func eachContactKnownOf(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time, each func(customerID string, c *knownContact) error) error {
	contacts, args := books.ContactsKnownAt(at)
	query := "SELECT customer_id, id, minutes, exact_seconds, channel, expense, staff_id, participants, at FROM " + contacts + " AS k WHERE customer_id IN @ids"
	return store.EachByIDs(ctx, tx, query, args, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		c := &knownContact{}
		if err := scan(&customerID, &c.id, &c.spent.Minutes, &c.spent.Seconds, &c.channel, &c.expense, &c.staffID, store.FromJSON{To: &c.participants}, &c.at); err != nil {
			return err
		}
		c.at = c.at.UTC()
		return each(customerID, c)
	})
}

// campaignsKnownOf returns the campaigns that had caused contacts of customers, as it was known at a moment.
func campaignsKnownOf(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time) (campaignIDs []string, err error) {
	contacts, args := books.ContactsKnownAt(at)
	query := "SELECT DISTINCT campaign_id FROM " + contacts + " AS k WHERE campaign_id IS NOT NULL AND customer_id IN @ids"
	seen := map[string]bool{}
	err = store.EachByIDs(ctx, tx, query, args, customerIDs, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		if !seen[one] {
			seen[one], campaignIDs = true, append(campaignIDs, one)
		}
		return err
	})
	return campaignIDs, err
}

// departuresKnownAt returns when customers had left, by customer, as it was known at a moment.
func departuresKnownAt(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time) (map[string]time.Time, error) {
	departed := map[string]time.Time{}
	const query = "SELECT subject, valid_from FROM dated_values WHERE name = ? AND recorded_at <= ? AND subject IN @ids ORDER BY valid_from"
	return departed, store.EachByIDs(ctx, tx, query, []any{string(schema.DatedDeparture), at}, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var when store.Time
		err := scan(&customerID, &when)
		departed[customerID] = when.Time
		return err
	})
}
