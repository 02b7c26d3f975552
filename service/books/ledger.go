package books

import (
	"context"
	"maps"
	"slices"

	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// The books credit the margin of every sold order to contacts. Sold is what is COMPLETED or, given back in
// full, REFUNDED.
//
// The contacts of an order are the customer's own in the look-back window before the order's completion and, for
// the customer's first completed order, every RECOMMENDATION about the customer made before it, whoever made it.
// The model is the one that was set when the order was first credited, with the fit that it had then, and both stay with the
// order; the window and the half-life are those that were set for the moment of its completion. Everything else follows from the
// facts alone, so every order in which they arrive ends in the same books.

// storedCredit is a row of credits.
type storedCredit struct {
	id, orderID, contactID string
	position               int
	amount                 money.Amount
	share                  money.Decimal
}

// creditChanges are what crediting changes.
type creditChanges struct {
	orders        []creditedOrder
	changed, made []storedCredit
	gone          []string                // ids of credits
	realised      map[string]money.Amount // by contact, what it gains or loses
}

// creditedOrder is what crediting writes to an order. The method stays as it was if there is one.
type creditedOrder struct {
	id           string
	unattributed money.Amount
	method       method
}

// Credit updates the credits and the unattributed part of orders, and what their contacts have realised. The orders' customers
// must be held by the transaction. Only what changes is written.
func (s *Service) Credit(ctx context.Context, tx *store.Tx, orders []SoldOrder) error {
	if len(orders) == 0 {
		return nil
	}
	divisions, err := s.Divide(ctx, tx, orders, Crediting{RecordedBy: service.EndOfTime})
	if err != nil {
		return err
	}
	stored, err := creditsOfOrders(ctx, tx, orderIDs(orders))
	if err != nil {
		return err
	}
	changes := creditChanges{realised: map[string]money.Amount{}}
	for _, d := range divisions {
		if err := changes.add(s.IDs, d, stored[d.Order.ID]); err != nil {
			return err
		}
	}
	s.BooksChanged(ctx, tx)
	return changes.write(ctx, tx)
}

// add compares an order's division with the credits that are stored, by contact.
func (c *creditChanges) add(ids *id.Maker, d Division, stored map[string]storedCredit) error {
	o, unattributed := d.Order, money.Amount{}
	if o.Sold && len(d.Credits) == 0 {
		unattributed = o.Margin
	}
	if unattributed != o.unattributed || o.Sold && o.Model == "" {
		c.orders = append(c.orders, creditedOrder{o.ID, unattributed, d.method})
	}
	position := -1 // among those that earn something: a recommendation that earns nothing comes and goes without a trace
	for _, wanted := range d.Credits {
		if isNothing(wanted) {
			continue
		}
		position++
		before, known := stored[wanted.ContactID]
		delete(stored, wanted.ContactID)
		now := storedCredit{before.id, o.ID, wanted.ContactID, position, wanted.Amount, wanted.Share}
		switch {
		case !known:
			now.id = ids.Make(id.Credit)
			c.made = append(c.made, now)
		case now != before:
			c.changed = append(c.changed, now)
		}
		if err := c.gain(wanted.ContactID, wanted.Amount, before.amount); err != nil {
			return err
		}
	}
	for _, contact := range slices.Sorted(maps.Keys(stored)) {
		c.gone = append(c.gone, stored[contact].id)
		if err := c.gain(contact, money.Amount{}, stored[contact].amount); err != nil {
			return err
		}
	}
	return nil
}

// gain adds to what a contact gains the difference of what it earns of an order and what it earned before.
func (c *creditChanges) gain(contact string, now, before money.Amount) error {
	more, err := now.Minus(before)
	if err != nil {
		return err
	}
	c.realised[contact], err = c.realised[contact].Plus(more)
	return err
}
