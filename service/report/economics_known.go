package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// knownBooks is a report in the making of what the books said at a moment, before later corrections, refunds and late
// contacts and orders. It goes from customer to customer, some at a time, in bounded memory: contacts that had been recorded by
// then, at the rates of then, and the margins of then of the orders that had been completed by then, credited anew.
type knownBooks struct {
	*Service
	*breakdown
	at           time.Time
	model        *schema.AttributionModel // nil: each order's own
	basis        costing.Basis
	limit        int // of groups
	groups       map[string]*contactGroup
	unattributed money.Amount // of orders placed in the breakdown's time
}

// knownOrder is an order as the books had it at a moment.
type knownOrder struct {
	books.SoldOrder
	at                    time.Time
	total, refunded, cost money.Amount
	stated                bool // the cost came with an import, and is no rate's to change
}

const knownOrders = `SELECT o.id, o.customer_id, o.status, o.completed_at, o.credit_model, o.credit_fit, o.at, o.total, o.cost, o.stated_cost FROM orders o WHERE `

// sumKnown gives the sums of the groups that there were, in no order, and what was unattributed; without dimensions always
// one group. LIMIT_EXCEEDED for too many.
func (s *Service) sumKnown(ctx context.Context, tx *store.Tx, b *breakdown, model *schema.AttributionModel, at time.Time) ([]*contactGroup, money.Amount, error) {
	k := &knownBooks{Service: s, breakdown: b, at: at, model: model, basis: s.quote.PriceBook().Basis(), limit: mostEconomicsRows, groups: map[string]*contactGroup{}}
	if !limited(ctx) {
		k.limit = 1 << 40
	}
	if len(b.by) == 0 {
		k.group([]string{})
	}
	if err := s.byIndex(ctx, tx); err != nil {
		return nil, k.unattributed, err
	}
	for low := ""; ; {
		high, err := s.books.CustomerAfter(ctx, tx, low)
		if err != nil {
			return nil, k.unattributed, err
		}
		if high == "" {
			break
		}
		earned, err := k.earned(ctx, tx, low, high)
		if err == nil {
			err = k.addContacts(ctx, tx, low, high, earned)
		}
		if err != nil {
			return nil, k.unattributed, err
		}
		low = high
	}
	groups := make([]*contactGroup, 0, len(k.groups))
	for _, g := range k.groups {
		groups = append(groups, g)
	}
	return groups, k.unattributed, nil
}

func (k *knownBooks) group(key []string) *contactGroup {
	name := joined(key)
	if k.groups[name] == nil {
		k.groups[name] = &contactGroup{key: key}
	}
	return k.groups[name]
}

// earned gives, by contact, what it had earned of the orders of some customers, and adds up what was unattributed.
func (k *knownBooks) earned(ctx context.Context, tx *store.Tx, low, high string) (map[string]money.Amount, error) {
	settings := k.books.AttributionSettings()
	orders, err := k.orders(ctx, tx, low, high, settings)
	if err != nil {
		return nil, err
	}
	if err := k.marginsKnownAt(ctx, tx, k.basis, orders, k.at); err != nil {
		return nil, err
	}
	sold := make([]books.SoldOrder, len(orders))
	for i, o := range orders {
		sold[i] = o.SoldOrder
	}
	divisions, err := k.books.Divide(ctx, tx, sold, books.Crediting{Model: k.model, Settings: settings, RecordedBy: k.at})
	if err != nil {
		return nil, err
	}
	for i, o := range orders {
		if len(divisions[i].Credits) == 0 && !o.at.Before(k.from) && o.at.Before(k.to) {
			if k.unattributed, err = k.unattributed.Plus(o.Margin); err != nil {
				return nil, err
			}
		}
	}
	return books.Earned(divisions)
}

// orders gives the orders of some customers that had been completed by then and were placed in the breakdown's time, or may
// have been earned by contacts in it.
func (k *knownBooks) orders(ctx context.Context, tx *store.Tx, low, high string, settings attribution.Settings) ([]*knownOrder, error) {
	var orders []*knownOrder
	seen := map[string]bool{}
	add := func(scan store.ScanFunc) error {
		o, err := scanKnown(scan)
		if err == nil && !seen[o.ID] {
			seen[o.ID] = true
			orders = append(orders, o)
		}
		return err
	}
	args := append(books.SoldBy(k.at), low, high, k.from, k.to, k.from, k.to.Add(settings.Window))
	err := store.Each(ctx, tx, knownOrders+books.SoldByThen+" AND o.customer_id > ? AND o.customer_id <= ? AND (o.at >= ? AND o.at < ? OR o.completed_at >= ? AND o.completed_at < ?)", args, add)
	if err != nil {
		return nil, err
	}
	recommended, err := k.customersOfReport(ctx, tx, "about_id", k.breakdown, low, high)
	if err != nil {
		return nil, err
	}
	first, err := books.FirstOrders(ctx, tx, recommended, k.at)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(first))
	for _, one := range first {
		ids = append(ids, one)
	}
	slices.Sort(ids)
	return orders, store.EachByIDs(ctx, tx, knownOrders+"o.id IN @ids", nil, ids, add)
}

// addContacts adds the contacts with some customers, what they had cost and, of whatever contacts, what they had earned.
func (k *knownBooks) addContacts(ctx context.Context, tx *store.Tx, low, high string, earned map[string]money.Amount) error {
	columns, key := k.target()
	var contact string
	var staff *string
	var at time.Time
	var minutes money.Decimal
	var channel schema.Channel
	var expense money.Amount
	query := "SELECT " + k.columns + "c.id, c.minutes, c.channel, c.expense, c.staff_id, c.at FROM contacts c WHERE c.recorded_at <= ? AND c.at >= ? AND c.at < ? AND c."
	args := append(slices.Clone(k.args), k.at, k.from, k.to)
	cells := append(slices.Clone(columns), &contact, &minutes, &channel, &expense, &staff, &at)
	own := func(scan store.ScanFunc) error {
		if err := scan(cells...); err != nil {
			return err
		}
		in := rates.ContactInput(k.people.User(input.OrZero(staff)), minutes, channel, expense)
		cost, err := costing.Contact(in, k.basis.Rates, at.UTC(), k.at, k.Currency)
		if err != nil {
			return err
		}
		g := k.group(key())
		if len(k.groups) > k.limit {
			return fault.New(fault.LimitExceeded, "by", "more than %d rows: ask by fewer dimensions, or for a shorter time", mostEconomicsRows)
		}
		g.contactSums, err = g.plus(contactSums{1, minutes, cost.Total, earned[contact]})
		delete(earned, contact)
		return err
	}
	if err := store.Each(ctx, tx, query+"customer_id > ? AND c.customer_id <= ?", append(slices.Clone(args), low, high), own); err != nil {
		return err
	}
	var rest []string // contacts with others, who recommended these customers
	for one := range earned {
		rest = append(rest, one)
	}
	slices.Sort(rest)
	return store.EachByIDs(ctx, tx, query+"id IN @ids", args, rest, func(scan store.ScanFunc) error {
		if err := scan(cells...); err != nil {
			return err
		}
		g := k.group(key())
		var err error
		g.Realised, err = g.Realised.Plus(earned[contact])
		return err
	})
}

func scanKnown(scan store.ScanFunc) (*knownOrder, error) {
	o := &knownOrder{SoldOrder: books.SoldOrder{Sold: true}}
	var model, fit *string
	err := scan(&o.ID, &o.CustomerID, &o.Status, &o.CompletedAt, &model, &fit, &o.at, &o.total, &o.cost, &o.stated)
	o.CompletedAt, o.at, o.Model, o.Fit = o.CompletedAt.UTC(), o.at.UTC(), attribution.Model(input.OrZero(model)), input.OrZero(fit)
	return o, err
}

// marginsKnownAt puts into orders what had been given back of them by a moment, what they cost by the rates that had been
// recorded by then, and their margins of then.
func (s *Service) marginsKnownAt(ctx context.Context, db store.Reader, basis costing.Basis, orders []*knownOrder, at time.Time) error {
	byID := make(map[string]*knownOrder, len(orders))
	var ids, costed []string
	for _, o := range orders {
		byID[o.ID], ids = o, append(ids, o.ID)
		if !o.stated {
			costed = append(costed, o.ID)
		}
	}
	slices.Sort(ids)
	err := store.EachByIDs(ctx, db, "SELECT order_id, amount FROM refunds WHERE at <= ? AND order_id IN @ids", []any{at}, ids, func(scan store.ScanFunc) error {
		var orderID string
		var amount money.Amount
		if err := scan(&orderID, &amount); err != nil {
			return err
		}
		var err error
		byID[orderID].refunded, err = byID[orderID].refunded.Plus(amount)
		return err
	})
	if err != nil {
		return fmt.Errorf("service: refunds known: %w", err)
	}
	slices.Sort(costed)
	costs, err := s.rates.OrderCosts(ctx, db, basis, costed, at)
	if err != nil {
		return err
	}
	for orderID, cost := range costs {
		byID[orderID].cost = cost
	}
	for _, o := range orders {
		if o.Margin, err = costing.OrderMargin(o.total, o.refunded, o.cost); err != nil {
			return input.DomainError(err)
		}
	}
	return nil
}
