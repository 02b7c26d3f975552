package sale

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// newOrder is what an order is made of.
type newOrder struct {
	id, customerID      string
	externalID, offerID *string
	at                  time.Time
	promises            []quote.Promise
}

// PlaceOrder places an order of promised prices and books the capacity that it needs, in one transaction with its
// cost. at is when the customer ordered; it may lie in the past, but does not lengthen a price token's life.
//
// Faults: INVALID, PRICE_EXPIRED with today's price, or LIMIT_EXCEEDED on priceTokens; NOT_FOUND on customerId;
// ALREADY_EXISTS on id or externalId.
func (s *Service) PlaceOrder(ctx context.Context, in service.PlaceOrderInput) (*ent.Order, error) {
	var faults fault.List
	orderID, fail := s.NewID(id.Order, in.ID)
	faults.Add(fail)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	externalID, fail := input.OptionalText("externalId", in.ExternalID, 200)
	faults.Add(fail)
	at, fail := s.Moment("at", in.At)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	promises, refused := s.quote.Redeem(in.CustomerID, in.PriceTokens)
	made, err := s.Write(ctx, service.Verb{Name: "placeOrder", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		if _, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID); err != nil {
			return "", err
		}
		if refused != nil { // only now: a request that was done before is not refused when it comes again
			return "", refused
		}
		o, err := s.makeOrder(ctx, tx, newOrder{id: orderID, customerID: in.CustomerID, externalID: externalID, at: at, promises: promises})
		if err != nil {
			return "", orderTaken(err)
		}
		return o.ID, nil
	})
	if err != nil {
		return nil, s.quote.TellRefusal(ctx, in.CustomerID, err)
	}
	return s.Client.Order.Get(ctx, made)
}

// makeOrder writes an order with its lines, bookings and cost. The customer is locked.
func (s *Service) makeOrder(ctx context.Context, tx *store.Tx, n newOrder) (*ent.Order, error) {
	total, err := quote.TotalOf(n.promises)
	if err != nil {
		return nil, err
	}
	lead := 0
	for _, p := range n.promises {
		lead = max(lead, p.LeadDays)
	}
	settings, now := s.Settings(), s.Now()
	day := settings.Day(n.at)
	dueAt := n.at.In(settings.Zone).AddDate(0, 0, lead).UTC()
	o, err := tx.Order.Create().SetID(n.id).SetCustomerID(n.customerID).SetNillableExternalID(n.externalID).SetNillableOfferID(n.offerID).
		SetStatus(schema.OrderPlaced).SetAt(n.at).SetDay(day).SetDueAt(dueAt).SetTotal(total).SetCreatedAt(now).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]*ent.OrderLineCreate, len(n.promises))
	for i, p := range n.promises {
		kept, err := p.AsJSON()
		if err != nil {
			return nil, err
		}
		lines[i] = tx.OrderLine.Create().SetID(s.IDs.Make(id.OrderLine)).SetOrderID(o.ID).SetPosition(i).SetProductID(p.ProductID).
			SetQuantity(p.Quantity).SetUnit(p.Unit).SetTotal(p.Total).SetPriceLines(kept.Lines).SetOptions(kept.Options).SetLeadDays(p.LeadDays)
	}
	if err := tx.OrderLine.CreateBulk(lines...).Exec(ctx); err != nil {
		return nil, err
	}
	if err := s.rates.CostOrder(ctx, tx, o.ID); err != nil {
		return nil, err
	}
	if err := s.Audit(ctx, tx, "order.place", o.ID, map[string]any{"customer": n.customerID, "total": total, "lines": len(lines), "offer": n.offerID}); err != nil {
		return nil, err
	}
	if err := s.CustomerChanged(ctx, tx, n.customerID); err != nil {
		return nil, err
	}
	// Last, so that orders wait for each other's capacity no longer than they must.
	return o, s.rates.BookCapacity(ctx, tx, o.ID, n.promises, n.at, day+lead)
}

// orderTaken names the field of an order that another has.
func orderTaken(err error) error {
	if !store.IsUnique(err) {
		return err
	}
	for _, column := range store.UniqueColumns(err) {
		switch column {
		case order.FieldExternalID:
			return fault.New(fault.AlreadyExists, "externalId", "another order has this external id")
		case order.FieldID:
			return fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
	}
	return err
}

// lockOrder loads an order that the actor may see, with its customer's row held to the transaction's end: whatever
// changes an order goes through here first. An order outlives its customer: the books go on after a deletion.
func (s *Service) lockOrder(ctx context.Context, tx *store.Tx, orderID string, expectedVersion *int) (*ent.Order, error) {
	seen, err := tx.Order.Get(ctx, orderID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("id", "order")
	}
	if err != nil {
		return nil, err
	}
	owner := tx.Customer.Query().Where(customer.ID(seen.CustomerID))
	store.ForUpdate(tx, owner)
	if _, err := owner.OnlyID(ctx); err != nil {
		return nil, err
	}
	o, err := tx.Order.Get(ctx, orderID) // again, now that nobody else changes it
	if err != nil {
		return nil, err
	}
	return o, service.ExpectVersion(expectedVersion, o.Version)
}

// wrongOrder says that an order is not in a state to do this.
func wrongOrder(o *ent.Order, to string) error {
	return fault.New(fault.WrongState, "id", "an order that is %s cannot be %s", o.Status, to)
}

// CompleteOrder completes an order: from now on its margin is in the books and credited to the contacts that earned
// it. at is when it was completed. Faults: WRONG_STATE unless it is PLACED; INVALID where at is before the order.
func (s *Service) CompleteOrder(ctx context.Context, in service.CompleteOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	at, fail := s.Moment("at", in.At)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "completeOrder", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		switch {
		case o.Status != schema.OrderPlaced:
			return wrongOrder(o, "completed")
		case at.Before(o.At):
			return fault.Invalidf("at", "before the order itself, which is of %s", o.At.Format(time.RFC3339))
		}
		if err := tx.Order.UpdateOne(o).SetStatus(schema.OrderCompleted).SetCompletedAt(at).SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "order.complete", o.ID, map[string]any{"at": at})
	})
}

// CancelOrder cancels an order that is not completed, and frees its capacity. Fault: WRONG_STATE unless it is PLACED.
func (s *Service) CancelOrder(ctx context.Context, in service.CancelOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	reason, fail := input.Text("reason", in.Reason, 2000)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "cancelOrder"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		if o.Status != schema.OrderPlaced {
			return wrongOrder(o, "cancelled")
		}
		now := s.Now()
		if err := tx.Order.UpdateOne(o).SetStatus(schema.OrderCancelled).SetCancelledAt(now).SetCancelReason(reason).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		if err := s.rates.FreeCapacity(ctx, tx, o.ID); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "order.cancel", o.ID, map[string]any{"reason": reason})
	})
}

// changeOrder runs a change of one order in its transaction, settles the books of its customer after it, and gives
// the order as it is then.
func (s *Service) changeOrder(ctx context.Context, v service.Verb, orderID string, expectedVersion *int, change func(context.Context, *store.Tx, *ent.Order) error) (*ent.Order, error) {
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		o, err := s.lockOrder(ctx, tx, orderID, expectedVersion)
		if err != nil {
			return "", err
		}
		if err := change(ctx, tx, o); err != nil {
			return "", err
		}
		return o.ID, s.books.Settle(ctx, tx, o.CustomerID, "", o.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Order.Get(ctx, orderID)
}
