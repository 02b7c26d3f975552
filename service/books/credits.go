package books

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/ent"
	"kopeck/ent/credit"
	"kopeck/ent/order"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ContactValue is what a contact earned; its expectation and credits are asked for one by one.
type ContactValue struct {
	Contact  *ent.Contact
	Realised money.Amount
	Net      money.Amount
}

// Roundness returns whose contact it is: how its amounts are rounded for viewers who may not see them exactly follows from it. It is
// the same for all contacts of a customer, whose order may be credited to many of them equally.
func (v *ContactValue) Roundness() (of string, greatest money.Amount) {
	return "contacts of " + v.Contact.CustomerID, money.Amount{}
}

// Credit is what one contact earned of one order.
type Credit struct {
	OrderID string
	Amount  money.Amount
	Share   money.Decimal
	Shown   money.Amount // the amount at the start of the day; nothing under another model than that of the books
}

// OrderCredit is what one order earned for one contact; ContactID is "" for what no contact earned.
type OrderCredit struct {
	ContactID string
	Amount    money.Amount
	Share     money.Decimal
}

// OrderCredits returns, for each of some orders by its id, who earned its margin: as the books have it, or under
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
	var toDivide []SoldOrder
	for _, o := range sold {
		if model != nil && attribution.Model(*model) != o.Model {
			toDivide = append(toDivide, o)
			continue
		}
		credits := stored[o.ID]
		if len(credits) == 0 {
			credits = []*OrderCredit{{Amount: o.unattributed, Share: money.Whole(1)}}
		}
		if sum, err := creditSum(credits); err != nil || sum != o.Margin {
			toDivide = append(toDivide, o) // somebody changed the order since its row was read: as it was then
			continue
		}
		all[o.ID] = credits
	}
	divisions, err := s.Divide(ctx, s.Store, toDivide, Crediting{model, service.EndOfTime})
	if err != nil {
		return nil, err
	}
	for _, d := range divisions {
		all[d.Order.ID] = d.orderCredits()
	}
	return all, nil
}

// orderCredits returns the credits of a sold order; what no contact earned is a credit of nobody.
func (d Division) orderCredits() (credits []*OrderCredit) {
	if len(d.Credits) == 0 {
		return []*OrderCredit{{Amount: d.Order.Margin, Share: money.Whole(1)}}
	}
	for _, c := range d.Credits {
		if !isNothing(c) {
			credits = append(credits, &OrderCredit{c.ContactID, c.Amount, c.Share})
		}
	}
	return credits
}

// storedCredits returns the credits of orders that the caller may see, by order.
func (s *Service) storedCredits(ctx context.Context, orders []SoldOrder) (map[string][]*OrderCredit, error) {
	stored := map[string][]*OrderCredit{}
	for some := range slices.Chunk(orderIDs(orders), store.IDsPerStatement) {
		rows, err := s.Client.Credit.Query().Where(credit.OrderIDIn(some...)).Order(credit.ByOrderID(), credit.ByPosition()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("books: credits of orders: %w", err)
		}
		for _, c := range rows {
			stored[c.OrderID] = append(stored[c.OrderID], &OrderCredit{c.ContactID, c.Amount, c.Share})
		}
	}
	return stored, nil
}

func creditSum(credits []*OrderCredit) (sum money.Amount, err error) {
	for _, c := range credits {
		if sum, err = sum.Plus(c.Amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// ContactCredits returns, for each of some contacts by its id, what it earned of which orders that the caller may see, the
// oldest order first: as the books have it, or under another model.
func (s *Service) ContactCredits(ctx context.Context, contacts []*ent.Contact, model *schema.AttributionModel) (map[string][]*Credit, error) {
	earned, err := s.storedOrUnder(ctx, contacts, model)
	if err != nil {
		return nil, err
	}
	return earned, s.onlyVisible(ctx, earned)
}

// storedOrUnder returns the credits of contacts: as the books have them or, with a model, under that.
func (s *Service) storedOrUnder(ctx context.Context, contacts []*ent.Contact, model *schema.AttributionModel) (map[string][]*Credit, error) {
	if model != nil {
		return s.creditsUnder(ctx, contacts, model)
	}
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	earned := map[string][]*Credit{}
	for some := range slices.Chunk(ids, store.IDsPerStatement) {
		rows, err := s.Client.Credit.Query().Where(credit.ContactIDIn(some...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("books: credits of contacts: %w", err)
		}
		for _, c := range rows {
			earned[c.ContactID] = append(earned[c.ContactID], &Credit{c.OrderID, c.Amount, c.Share, c.ShownAmount})
		}
	}
	return earned, nil
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
			return fmt.Errorf("books: orders of credits: %w", err)
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

// creditsUnder divides the margins of every order that some contacts may have earned of under a model, and returns what these
// contacts earn.
func (s *Service) creditsUnder(ctx context.Context, contacts []*ent.Contact, model *schema.AttributionModel) (map[string][]*Credit, error) {
	how := Crediting{model, service.EndOfTime}
	var from, to time.Time
	asked, own, about := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, c := range contacts {
		asked[c.ID], own[c.CustomerID] = true, true
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
	var orders orderSet
	sold, err := SoldBetween(ctx, s.Store, slices.Sorted(maps.Keys(own)), from, to.Add(s.MaxWindow()))
	if err != nil {
		return nil, err
	}
	orders.add(sold)
	first, err := FirstOrders(ctx, s.Store, slices.Sorted(maps.Keys(about)), how.RecordedBy)
	if err != nil {
		return nil, err
	}
	if sold, err = SoldByIDs(ctx, s.Store, slices.Sorted(maps.Values(first))); err != nil {
		return nil, err
	}
	orders.add(sold)
	divisions, err := s.Divide(ctx, s.Store, orders.all, how)
	if err != nil {
		return nil, err
	}
	earned := map[string][]*Credit{}
	for _, d := range divisions {
		for _, c := range d.Credits {
			if asked[c.ContactID] && !isNothing(c) {
				earned[c.ContactID] = append(earned[c.ContactID], &Credit{OrderID: d.Order.ID, Amount: c.Amount, Share: c.Share})
			}
		}
	}
	return earned, nil
}
