package expectation

import (
	"context"
	"time"

	"kopeck/money"
	"kopeck/store"
)

// The read of this file goes past the guard: a report counts the expected prices of all customers, which whoever has the scope costs reads by
// auth/rules.go. The API's field has the directive @scope(name: "costs").

// answer is an expected price with a line of an offer that may answer it.
type answer struct {
	expected           string // its id
	product, segment   string
	unit               money.Amount
	at                 time.Time
	upon               bool   // the customer said it upon the offer
	line               string // its id; "" where there is none
	offered            money.Amount
	status             string
	createdAt, expires time.Time
}

// eachAnswer reads the expected prices of a time that are not voided, by moment, each with all lines of sent offers that may answer it, the first
// first.
func eachAnswer(ctx context.Context, from store.Reader, begin, end time.Time, each func(answer) error) error {
	const query = `SELECT e.id, e.product_id, coalesce(e.segment, ''), e.unit, e.at, e.offer_id IS NOT NULL, l.id, l.unit, CASE WHEN o.status = 'ACCEPTED' AND l.variant <> o.variant THEN 'DECLINED' ELSE o.status END, o.created_at, o.expires_at
		FROM expected_prices e LEFT JOIN (offers o JOIN offer_lines l ON l.offer_id = o.id)
			ON o.customer_id = e.customer_id AND l.product_id = e.product_id AND o.sent_at IS NOT NULL AND (o.id = e.offer_id OR e.offer_id IS NULL AND o.created_at >= e.at)
		WHERE e.voided_at IS NULL AND e.at >= ? AND e.at < ? ORDER BY e.at, e.id, o.created_at, o.id, l.position`
	return store.Each(ctx, from, query, []any{begin, end}, func(scan store.ScanFunc) error {
		var a answer
		var line, status *string
		var offered *int64
		var created, expires *time.Time
		if err := scan(&a.expected, &a.product, &a.segment, &a.unit, &a.at, &a.upon, &line, &offered, &status, &created, &expires); err != nil {
			return err
		}
		if line != nil {
			a.line, a.offered, a.status, a.createdAt, a.expires = *line, money.Minor(*offered), *status, *created, *expires
		}
		return each(a)
	})
}
