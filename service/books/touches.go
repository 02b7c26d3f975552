package books

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/service"
	"kopeck/store"
)

// touches are the contacts of one customer, and the recommendations about them, by time.
type touches struct {
	own, recommended []attribution.Touch
	first            string // the customer's first completed order; known where there are recommendations
}

// Before gives the contacts that an order is credited to.
func (t *touches) Before(o SoldOrder, settings attribution.Settings) []attribution.Touch {
	if t == nil {
		return nil
	}
	from, _ := slices.BinarySearchFunc(t.own, o.CompletedAt.Add(-settings.Window), func(one attribution.Touch, at time.Time) int { return one.At.Compare(at) })
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

func scanTouch(scan store.ScanFunc) (customer string, touch attribution.Touch, err error) {
	var kind, channel string
	err = scan(&customer, &touch.ContactID, &touch.At, &kind, &channel)
	touch.At, touch.State = touch.At.UTC(), stateOf(kind, channel)
	return customer, touch, err
}

// ReadTouches reads what orders may be credited to, as far as it had been recorded by a moment: forEver for all.
func (s *Service) ReadTouches(ctx context.Context, db store.Reader, orders []SoldOrder, settings attribution.Settings, by time.Time) (map[string]*touches, error) {
	found := map[string]*touches{}
	var from, to time.Time
	for _, o := range orders {
		if !o.Sold {
			continue
		}
		found[o.CustomerID] = &touches{}
		if from.IsZero() || o.CompletedAt.Before(from) {
			from = o.CompletedAt
		}
		if o.CompletedAt.After(to) {
			to = o.CompletedAt
		}
	}
	ids := slices.Sorted(maps.Keys(found))
	recorded, args := recordedBy(by)
	err := store.EachByIDs(ctx, db, "SELECT customer_id, id, at, kind, channel FROM contacts WHERE "+recorded+"at >= ? AND at <= ? AND customer_id IN @ids", append(args, from.Add(-settings.Window), to), ids, func(scan store.ScanFunc) error {
		customer, one, err := scanTouch(scan)
		if err == nil {
			found[customer].own = append(found[customer].own, one)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.readRecommendations(ctx, db, ids, found, by); err != nil {
		return nil, err
	}
	for _, t := range found {
		slices.SortFunc(t.own, func(a, b attribution.Touch) int { return a.At.Compare(b.At) })
	}
	return found, nil
}

// recordedBy is the condition that a contact had been recorded by a moment, with its arguments: none forEver, so that an index
// alone has what is asked.
func recordedBy(by time.Time) (string, []any) {
	if by.Before(service.EndOfTime) {
		return "recorded_at <= ? AND ", []any{by}
	}
	return "", nil
}

// readRecommendations reads the recommendations about customers and, of those who have any, the first completed order, as
// far as they had been recorded by a moment.
func (s *Service) readRecommendations(ctx context.Context, db store.Reader, customerIDs []string, found map[string]*touches, by time.Time) error {
	recorded, args := recordedBy(by)
	err := store.EachByIDs(ctx, db, "SELECT about_id, id, at, kind, channel FROM contacts WHERE "+recorded+"kind = 'RECOMMENDATION' AND about_id IN @ids", args, customerIDs, func(scan store.ScanFunc) error {
		customer, one, err := scanTouch(scan)
		if err == nil {
			found[customer].recommended = append(found[customer].recommended, one)
		}
		return err
	})
	if err != nil {
		return err
	}
	var recommended []string
	for customer, t := range found {
		if len(t.recommended) > 0 {
			recommended = append(recommended, customer)
		}
	}
	slices.Sort(recommended)
	first, err := s.FirstOrders(ctx, db, recommended, by)
	for customer, orderID := range first {
		found[customer].first = orderID
	}
	return err
}

// FirstOrders gives the ids of customers' first completed orders, as they were known at a moment: forEver for what they are.
// What had been given back whole is none.
func (s *Service) FirstOrders(ctx context.Context, db store.Reader, customerIDs []string, by time.Time) (map[string]string, error) {
	first := map[string]string{}
	condition, args := "o.status = 'COMPLETED'", []any(nil)
	if by.Before(service.EndOfTime) {
		condition = SoldByThen + " AND (o.status = 'COMPLETED' OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.at > ?))"
		args = append(SoldBy(by), by)
	}
	return first, store.EachByIDs(ctx, db, `SELECT f.customer_id, f.id FROM (SELECT o.customer_id, o.id, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.completed_at, o.id) AS place
		FROM orders o WHERE `+condition+` AND o.customer_id IN @ids) AS f WHERE f.place = 1`, args, customerIDs, func(scan store.ScanFunc) error {
		var customer, orderID string
		err := scan(&customer, &orderID)
		first[customer] = orderID
		return err
	})
}
