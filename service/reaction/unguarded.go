package reaction

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/store"
)

// The reads of this file go past the guard. What a change of a rate cost is a sum over the orders of all customers. Who asks may read all of
// these rows: the API's field reactionTimes has the directive @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER, ANALYST)
// reads all rows by auth/rules.go.

// told is a price that was told and kept.
type told struct {
	at                     time.Time
	productID, agreementID string // agreementID is "" where no agreement applied
}

// orderLine is a line of an order whose cost follows from rates.
type orderLine struct {
	told

	orderID   string
	orderedAt time.Time
	quantity  money.Decimal
	options   []costing.Chosen
	leadDays  int
}

// agreement is a price that was agreed with a customer.
type agreement struct {
	id, productID string
	recordedAt    time.Time
}

// since is what was told and agreed since a moment.
type since struct {
	lines      []orderLine
	offers     []told
	agreements []agreement
}

// maxTold is how many lines of orders, and of offers, are read for one answer.
const maxTold = 100_000

// readSince reads on one snapshot the lines of orders that were placed from a moment on, those of offers that were priced, and the
// agreements that were recorded: of some products, or of all for nil. Of a line without the moment of its price, which was imported, it is
// that of the order. Orders that are cancelled, or whose cost an import stated, have lost nothing by a rate. Fault: LIMIT_EXCEEDED on from.
func readSince(ctx context.Context, from *store.Store, moment time.Time, products []string) (all since, err error) {
	err = from.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		all = since{}
		of := func(column string) (string, []any, error) {
			if products == nil {
				return "", nil, nil
			}
			list, err := store.List(tx, products)
			return " AND " + store.Among(tx, column), []any{list}, err
		}
		among, args, err := of("l.product_id")
		if err != nil {
			return err
		}
		err = store.Each(ctx, tx, `SELECT o.id, o.at, l.product_id, l.quantity, l.options, l.lead_days, l.priced_at, l.price_lines FROM orders o JOIN order_lines l ON l.order_id = o.id
			WHERE o.at >= ? AND o.status <> 'CANCELLED' AND NOT o.stated_cost`+among+` ORDER BY o.at, l.id LIMIT ?`, append(append([]any{moment}, args...), maxTold+1), func(scan store.ScanFunc) error {
			var line orderLine
			var options, prices []byte
			var priced store.Time
			if err := scan(&line.orderID, store.UTC(&line.orderedAt), &line.productID, &line.quantity, &options, &line.leadDays, &priced, &prices); err != nil {
				return err
			}
			if line.at = priced.Time; line.at.IsZero() {
				line.at = line.orderedAt
			}
			if err := json.Unmarshal(options, &line.options); err != nil {
				return err
			}
			line.agreementID, err = agreementOf(prices)
			all.lines = append(all.lines, line)
			return err
		})
		if err != nil {
			return err
		}
		err = store.Each(ctx, tx, `SELECT l.priced_at, l.product_id, l.price_lines FROM offer_lines l WHERE l.priced_at >= ?`+among+` ORDER BY l.priced_at, l.id LIMIT ?`,
			append(append([]any{moment}, args...), maxTold+1), func(scan store.ScanFunc) error {
				var one told
				var prices []byte
				if err := scan(store.UTC(&one.at), &one.productID, &prices); err != nil {
					return err
				}
				var err error
				one.agreementID, err = agreementOf(prices)
				all.offers = append(all.offers, one)
				return err
			})
		if err != nil {
			return err
		}
		return store.Each(ctx, tx, "SELECT id, product_id, recorded_at FROM price_agreements l WHERE recorded_at >= ? AND state = 'AGREED'"+among, append([]any{moment}, args...), func(scan store.ScanFunc) error {
			var one agreement
			err := scan(&one.id, &one.productID, store.UTC(&one.recordedAt))
			all.agreements = append(all.agreements, one)
			return err
		})
	})
	if err == nil && (len(all.lines) > maxTold || len(all.offers) > maxTold) {
		return all, fault.New(fault.LimitExceeded, "from", "more than %d lines of orders or offers since the first change of the page: ask for later or fewer changes", maxTold)
	}
	return all, err
}

// agreementOf returns the id of the agreement that a waterfall rests on; "" for none.
func agreementOf(prices []byte) (string, error) {
	var lines []pricing.Line
	if err := json.Unmarshal(prices, &lines); err != nil {
		return "", err
	}
	for _, one := range lines {
		if one.Kind == pricing.AgreementLine {
			return one.RefID, nil
		}
	}
	return "", nil
}
