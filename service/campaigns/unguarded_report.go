package campaigns

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// The functions of this file read past the guard: reports of campaigns, and what was known of them, are of the whole company. Who may see them is
// for their callers to decide: the fields of the API are closed by the scope costs, with which a role reads all rows.

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// someOf are the spends of some campaigns, nil for all, as known at a moment.
func someOf(campaignIDs []string, knownAt time.Time) choice {
	if campaignIDs == nil {
		return choice{condition: "1 = 1", knownAt: knownAt}
	}
	return choice{condition: "campaign_id IN (" + store.Placeholders(len(campaignIDs)) + ")", args: store.Args(campaignIDs), knownAt: knownAt}
}

// codesOf reads the codes of all campaigns.
func codesOf(ctx context.Context, from store.Reader) (map[string]string, error) {
	codes := map[string]string{}
	return codes, store.Each(ctx, from, "SELECT id, code FROM campaigns", nil, func(scan store.ScanFunc) error {
		var one, code string
		err := scan(&one, &code)
		codes[one] = code
		return err
	})
}

// causedAt reads the inbound contacts of campaigns as they were known at a moment, by campaign, moment and id.
func causedAt(ctx context.Context, from store.Reader, at time.Time, campaignIDs []string) (map[string][]costing.Caused, error) {
	contacts, args := books.ContactsKnownAt(at)
	of := someOf(campaignIDs, time.Time{})
	caused := map[string][]costing.Caused{}
	query := "SELECT campaign_id, id, at FROM " + contacts + " AS k WHERE direction = 'INBOUND' AND campaign_id IS NOT NULL AND " + of.condition + " ORDER BY campaign_id, at, id"
	return caused, store.Each(ctx, from, query, append(args, of.args...), func(scan store.ScanFunc) error {
		var campaignID string
		var c costing.Caused
		err := scan(&campaignID, &c.ID, store.UTC(&c.At))
		caused[campaignID] = append(caused[campaignID], c)
		return err
	})
}

// eachAdvertised gives the contacts that stand and have a campaign or something of its spend.
func eachAdvertised(ctx context.Context, from store.Reader, each func(contactID, campaignID string, advertising money.Amount) error) error {
	const query = "SELECT id, campaign_id, advertising FROM contacts WHERE voided_at IS NULL AND (campaign_id IS NOT NULL OR advertising <> 0) ORDER BY id"
	return store.Each(ctx, from, query, nil, func(scan store.ScanFunc) error {
		var contactID, campaignID string
		var advertising money.Amount
		if err := scan(&contactID, store.OrZero(&campaignID), &advertising); err != nil {
			return err
		}
		return each(contactID, campaignID, advertising)
	})
}

// firstInbound reads what the first inbound contacts of customers say of where they come from, of those that say something.
func firstInbound(ctx context.Context, from store.Reader, customerIDs []string, said map[string]named) error {
	const query = `SELECT customer_id, id, campaign_id, source FROM (SELECT customer_id, id, campaign_id, source, row_number() OVER (PARTITION BY customer_id ORDER BY at, id) AS place
		FROM contacts WHERE direction = 'INBOUND' AND voided_at IS NULL AND customer_id IN @ids) AS r WHERE place = 1 AND (campaign_id IS NOT NULL OR source IS NOT NULL)`
	return store.EachByIDs(ctx, from, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var one named
		err := scan(&customerID, &one.contactID, &one.campaignID, &one.source)
		said[customerID] = one
		return err
	})
}

// BookedAcquisition returns what the books say that it cost to win customers: the lines of ADVERTISING of their contacts up to the first completed
// order, of those who have some.
func BookedAcquisition(ctx context.Context, from store.Reader, customerIDs []string) (map[string]money.Amount, error) {
	booked := map[string]money.Amount{}
	const query = `SELECT k.customer_id, sum(k.advertising) FROM contacts k WHERE k.advertising <> 0 AND k.voided_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = k.customer_id AND o.status = 'COMPLETED' AND o.at < k.at) AND k.customer_id IN @ids GROUP BY k.customer_id`
	return booked, store.EachByIDs(ctx, from, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var amount money.Amount
		err := scan(&customerID, &amount)
		booked[customerID] = amount
		return err
	})
}

// unspread reads the spends of campaigns that have no contact in their period.
func unspread(ctx context.Context, from store.Reader, campaignIDs []string) ([]stored, error) {
	of := someOf(campaignIDs, time.Time{})
	of.holding = ` AND amount > 0 AND NOT EXISTS (SELECT 1 FROM contacts k
		WHERE k.campaign_id = r.campaign_id AND k.direction = 'INBOUND' AND k.voided_at IS NULL AND k.at >= r.begins_at AND k.at < r.ends_at)`
	return standing(ctx, from, of)
}

// sumContacts fills in the number of contacts of campaigns in a time, and what they have of spend.
func sumContacts(ctx context.Context, from store.Reader, reports map[string]*CampaignReport, ids []string, within span) error {
	const query = `SELECT campaign_id, count(*), sum(advertising) FROM contacts
		WHERE direction = 'INBOUND' AND voided_at IS NULL AND at >= ? AND at < ? AND campaign_id IN @ids GROUP BY campaign_id`
	return store.EachByIDs(ctx, from, query, []any{within.from, within.until}, ids, func(scan store.ScanFunc) error {
		var campaignID string
		var r CampaignReport
		err := scan(&campaignID, &r.Contacts, &r.Spend)
		reports[campaignID].Contacts, reports[campaignID].Spend = r.Contacts, r.Spend
		return err
	})
}

// broughtSQL begins a statement on the customers whom campaigns brought in a time, by their origin, and on their orders: those who were deleted as
// well, and of merged ones who is kept alone. A merged one has no contacts. Each of its parts is read once.
var broughtSQL = `WITH brought (campaign_id, customer_id) AS MATERIALIZED (
	SELECT k.campaign_id, k.customer_id FROM contacts k JOIN customers c ON c.id = k.customer_id
		WHERE k.campaign_id IN @ids AND k.direction = 'INBOUND' AND k.voided_at IS NULL AND k.at >= ? AND k.at < ? AND c.campaign_id IS NULL AND c.source IS NULL
		AND NOT EXISTS (SELECT 1 FROM contacts e WHERE e.customer_id = k.customer_id AND e.direction = 'INBOUND' AND e.voided_at IS NULL AND (e.at < k.at OR e.at = k.at AND e.id < k.id))
	UNION ALL SELECT c.campaign_id, c.id FROM customers c WHERE c.campaign_id IN @ids AND c.merged_into_id IS NULL AND coalesce(c.acquired_at, c.created_at) >= ? AND coalesce(c.acquired_at, c.created_at) < ?),
	sold AS MATERIALIZED (SELECT b.campaign_id, o.id, o.status, o.completed_at, o.margin, o.cost FROM brought b JOIN orders o ON o.customer_id = b.customer_id WHERE o.status IN ` + service.SoldStatuses + ") "

// What a row of sumBrought is of.
const (
	ofCustomers = iota
	ofOrders
	ofPaidBack
)

// sumBrought fills in the customers whom campaigns brought in a time, those who have ordered, what all are worth, their orders, and when the
// margins of these first covered what was spent. What an order brought without tax, less refunds, is its margin and its cost.
func sumBrought(ctx context.Context, from store.Reader, reports map[string]*CampaignReport, ids []string, within span) error {
	named, bounds := store.Args(ids), []any{within.from, within.until}
	args := slices.Concat(named, bounds, named, bounds)
	query := strings.ReplaceAll(broughtSQL, "@ids", "("+store.Placeholders(len(ids))+")") +
		`SELECT b.campaign_id, 0, count(*), sum(CASE WHEN c.order_days > 0 THEN 1 ELSE 0 END), sum(c.lifetime_value), CAST(NULL AS timestamptz) FROM brought b JOIN customers c ON c.id = b.customer_id GROUP BY b.campaign_id
		UNION ALL SELECT campaign_id, 1, sum(CASE WHEN status = 'COMPLETED' THEN 1 ELSE 0 END), sum(margin + cost), sum(margin), NULL FROM sold GROUP BY campaign_id`
	var spent int
	for _, one := range ids {
		if reports[one].Spend.Sign() > 0 {
			args, spent = append(args, one, reports[one].Spend), spent+1
		}
	}
	if spent > 0 {
		query += ` UNION ALL SELECT campaign_id, 2, 0, 0, 0, min(completed_at) FROM (
				SELECT campaign_id, completed_at, sum(margin) OVER (PARTITION BY campaign_id ORDER BY completed_at, id ROWS UNBOUNDED PRECEDING) AS so_far FROM sold) AS run
			WHERE so_far >= CASE campaign_id` + strings.Repeat(" WHEN ? THEN CAST(? AS bigint)", spent) + " END GROUP BY campaign_id"
	}
	return store.Each(ctx, from, query, args, func(scan store.ScanFunc) error {
		var campaignID string
		var of, count int
		var first, second money.Amount
		var at store.Time
		if err := scan(&campaignID, &of, &count, &first, &second, &at); err != nil {
			return err
		}
		r := reports[campaignID]
		switch of {
		case ofCustomers:
			r.Customers, r.Won, r.Value = count, int(first.Minor()), second
		case ofOrders:
			r.Orders, r.Revenue, r.Margin = count, first, second
		case ofPaidBack:
			moment := at.UTC()
			r.PaidBackAt = &moment
		}
		return nil
	})
}
