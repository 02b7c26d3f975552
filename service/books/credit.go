package books

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// mostOffenders is how many orders a ledger check names.
const mostOffenders = 100

// ContactValue is what a contact earned; its expectation and credits are asked for one by one.
type ContactValue struct {
	Contact  *ent.Contact
	Realised money.Amount
	Net      money.Amount
}

// Credit is what one contact earned of one order.
type Credit struct {
	OrderID string
	Amount  money.Amount
	Share   money.Decimal
}

// OrderCredit is what one order earned for one contact; ContactID is "" for what no contact earned.
type OrderCredit struct {
	ContactID string
	Amount    money.Amount
	Share     money.Decimal
}

// LedgerCheck is the verdict of closed books: Difference is Margin - Credited - Unattributed.
type LedgerCheck struct {
	Balanced     bool
	Orders       int
	Margin       money.Amount
	Credited     money.Amount
	Unattributed money.Amount
	Difference   money.Amount
	Offenders    []string
}

// SoldOf is an order's row as far as its credits are concerned.
func SoldOf(o *ent.Order) SoldOrder {
	return SoldOrder{
		ID: o.ID, CustomerID: o.CustomerID, Sold: o.CompletedAt != nil && (o.Status == schema.OrderCompleted || o.Status == schema.OrderRefunded),
		CompletedAt: input.OrZero(o.CompletedAt).UTC(), Margin: o.Margin, unattributed: o.Unattributed, Model: attribution.Model(input.OrZero(o.CreditModel)),
		Fit: input.OrZero(o.CreditFit), Status: string(o.Status),
	}
}

// OrderCredits tells, for each of some orders by its id, who earned its margin: as the books have it, or under
// another model, which changes nothing that is stored. The credits sum to the row's margin exactly; what no contact earned is
// a credit of nobody. An order that is not sold has none.
func (s *Service) OrderCredits(ctx context.Context, orders []*ent.Order, model *schema.AttributionModel) (map[string][]*OrderCredit, error) {
	all := make(map[string][]*OrderCredit, len(orders))
	sold := make([]SoldOrder, 0, len(orders))
	for _, o := range orders {
		if one := SoldOf(o); one.Sold {
			sold = append(sold, one)
		}
	}
	stored, err := s.storedCredits(ctx, sold)
	if err != nil {
		return nil, err
	}
	var anew []SoldOrder
	for _, o := range sold {
		if model != nil && attribution.Model(*model) != o.Model {
			anew = append(anew, o)
			continue
		}
		credits := stored[o.ID]
		if len(credits) == 0 {
			credits = []*OrderCredit{{Amount: o.unattributed, Share: money.Whole(1)}}
		}
		if sum, err := creditSum(credits); err != nil || sum != o.Margin {
			anew = append(anew, o) // somebody changed the order since its row was read: as it was then
			continue
		}
		all[o.ID] = credits
	}
	settings := s.AttributionSettings()
	touched, err := s.ReadTouches(ctx, s.Store, anew, settings, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	for _, o := range anew {
		by, err := s.CreditingAs(ctx, s.Store, o, model, settings)
		if err != nil {
			return nil, err
		}
		credits, err := by.Split(o, touched[o.CustomerID].Before(o, settings))
		if err != nil {
			return nil, err
		}
		for _, c := range credits {
			if !c.Amount.IsZero() || !c.Share.IsZero() {
				all[o.ID] = append(all[o.ID], &OrderCredit{c.ContactID, c.Amount, c.Share})
			}
		}
		if len(credits) == 0 {
			all[o.ID] = []*OrderCredit{{Amount: o.Margin, Share: money.Whole(1)}}
		}
	}
	return all, nil
}

func (s *Service) storedCredits(ctx context.Context, orders []SoldOrder) (map[string][]*OrderCredit, error) {
	stored := map[string][]*OrderCredit{}
	return stored, store.EachByIDs(ctx, s.Store, "SELECT order_id, contact_id, amount, share FROM credits WHERE order_id IN @ids ORDER BY order_id, position", nil, orderIDs(orders), func(scan store.ScanFunc) error {
		var orderID string
		c := &OrderCredit{}
		err := scan(&orderID, &c.ContactID, &c.Amount, &c.Share)
		stored[orderID] = append(stored[orderID], c)
		return err
	})
}

func creditSum(credits []*OrderCredit) (sum money.Amount, err error) {
	for _, c := range credits {
		if sum, err = sum.Plus(c.Amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// ContactCredits tells, for each of some contacts by its id, what it earned of which orders that the caller may see, the
// oldest order first: as the books have it, or under another model.
func (s *Service) ContactCredits(ctx context.Context, contacts []*ent.Contact, model *schema.AttributionModel) (map[string][]*Credit, error) {
	asked := map[string]bool{}
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i], asked[c.ID] = c.ID, true
	}
	earned := map[string][]*Credit{} // by contact
	var err error
	if model == nil {
		err = store.EachByIDs(ctx, s.Store, "SELECT contact_id, order_id, amount, share FROM credits WHERE contact_id IN @ids", nil, ids, func(scan store.ScanFunc) error {
			var contact string
			c := &Credit{}
			err := scan(&contact, &c.OrderID, &c.Amount, &c.Share)
			earned[contact] = append(earned[contact], c)
			return err
		})
	} else {
		err = s.creditsUnder(ctx, contacts, model, func(contact string, c *Credit) {
			if asked[contact] {
				earned[contact] = append(earned[contact], c)
			}
		})
	}
	if err != nil {
		return nil, err
	}
	return earned, s.onlyVisible(ctx, earned)
}

// onlyVisible leaves out the credits of orders that the caller may not see, and puts the rest in order.
func (s *Service) onlyVisible(ctx context.Context, earned map[string][]*Credit) error {
	var ids []string
	for _, credits := range earned {
		for _, c := range credits {
			ids = append(ids, c.OrderID)
		}
	}
	slices.Sort(ids)
	completed := map[string]time.Time{}
	for some := range slices.Chunk(slices.Compact(ids), store.IDsPerStatement) {
		orders, err := s.Client.Order.Query().Where(order.IDIn(some...)).All(ctx)
		if err != nil {
			return fmt.Errorf("service: orders of credits: %w", err)
		}
		for _, o := range orders {
			completed[o.ID] = input.OrZero(o.CompletedAt)
		}
	}
	for contact, credits := range earned {
		credits = slices.DeleteFunc(credits, func(c *Credit) bool { _, visible := completed[c.OrderID]; return !visible })
		slices.SortFunc(credits, func(a, b *Credit) int {
			return cmp.Or(completed[a.OrderID].Compare(completed[b.OrderID]), cmp.Compare(a.OrderID, b.OrderID))
		})
		earned[contact] = credits
	}
	return nil
}

// creditsUnder credits every order that some contacts may have earned of under a model, and tells each credit.
func (s *Service) creditsUnder(ctx context.Context, contacts []*ent.Contact, model *schema.AttributionModel, tell func(contact string, c *Credit)) error {
	settings := s.AttributionSettings()
	orders := map[string]SoldOrder{}
	add := func(scan store.ScanFunc) error {
		o, err := ScanSold(scan)
		orders[o.ID] = o
		return err
	}
	var from, to time.Time
	own, about := map[string]bool{}, map[string]bool{}
	for i, c := range contacts {
		own[c.CustomerID] = true
		if c.AboutID != nil {
			about[*c.AboutID] = true
		}
		if i == 0 || c.At.Before(from) {
			from = c.At
		}
		if c.At.After(to) {
			to = c.At
		}
	}
	err := store.EachByIDs(ctx, s.Store, SoldOrders+"o.status IN ('COMPLETED', 'REFUNDED') AND o.completed_at >= ? AND o.completed_at <= ? AND o.customer_id IN @ids", []any{from, to.Add(settings.Window)}, slices.Sorted(maps.Keys(own)), add)
	if err != nil {
		return err
	}
	first, err := s.FirstOrders(ctx, s.Store, slices.Sorted(maps.Keys(about)), service.EndOfTime)
	if err != nil {
		return err
	}
	if err := store.EachByIDs(ctx, s.Store, SoldOrders+"o.id IN @ids", nil, slices.Sorted(maps.Values(first)), add); err != nil {
		return err
	}
	all := make([]SoldOrder, 0, len(orders))
	for _, o := range orders {
		all = append(all, o)
	}
	touched, err := s.ReadTouches(ctx, s.Store, all, settings, service.EndOfTime)
	if err != nil {
		return err
	}
	for _, o := range all {
		by, err := s.CreditingAs(ctx, s.Store, o, model, settings)
		if err != nil {
			return err
		}
		credits, err := by.Split(o, touched[o.CustomerID].Before(o, settings))
		if err != nil {
			return err
		}
		for _, c := range credits {
			if !c.Amount.IsZero() || !c.Share.IsZero() {
				tell(c.ContactID, &Credit{o.ID, c.Amount, c.Share})
			}
		}
	}
	return nil
}

// CheckLedger sums the margins of the orders sold, by when they were ordered (from included, to not), and what was
// credited and left unattributed of them, on one snapshot of the database. Offenders are the first 100 orders, by id, that
// do not balance in themselves: two errors that cancel out in the sums are still found.
func (s *Service) CheckLedger(ctx context.Context, from, to *time.Time) (*LedgerCheck, error) {
	if from != nil && to != nil && to.Before(*from) {
		return nil, fault.Invalidf("to", "ends before it begins")
	}
	within, args := "", []any{}
	if from != nil {
		within, args = within+" AND o.at >= ?", append(args, from.UTC())
	}
	if to != nil {
		within, args = within+" AND o.at < ?", append(args, to.UTC())
	}
	check := &LedgerCheck{Offenders: []string{}}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		check.Offenders = []string{}
		err := store.Each(ctx, tx, `SELECT count(*), sum(o.margin), sum(o.unattributed), sum((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id))
			FROM orders o WHERE o.status IN ('COMPLETED', 'REFUNDED')`+within, args, func(scan store.ScanFunc) error {
			return scan(&check.Orders, &check.Margin, &check.Unattributed, &check.Credited)
		})
		if err != nil {
			return err
		}
		return store.Each(ctx, tx, "SELECT o.id FROM orders o WHERE "+Unsettled+within+" ORDER BY o.id LIMIT ?", append(args, mostOffenders), func(scan store.ScanFunc) error {
			var one string
			err := scan(&one)
			check.Offenders = append(check.Offenders, one)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	left, err := check.Margin.Minus(check.Credited)
	if err == nil {
		check.Difference, err = left.Minus(check.Unattributed)
	}
	if errors.Is(err, money.ErrOverflow) {
		return nil, input.DomainError(err)
	}
	check.Balanced = check.Difference.IsZero() && len(check.Offenders) == 0
	return check, err
}
