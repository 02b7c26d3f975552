package sale

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/store"
)

// newOrder is an order that is to be created.
type newOrder struct {
	id, customerID      string
	externalID, offerID *string
	at                  time.Time
	promises            []quote.Promise
	overrule            string // why the due day is accepted though the free capacity does not suffice; "" where it may not
	field               string // of the input, for DATE_IMPOSSIBLE
}

// PlaceOrder places an order of promised prices, costs it, and books the capacity that it needs, in one transaction. at is when
// the customer ordered; it may be in the past, but does not extend how long price tokens are accepted.
//
// Faults: INVALID by field, also on at for a moment before the prices; INVALID, PRICE_EXPIRED with the price now, LIMIT_EXCEEDED, or
// DATE_IMPOSSIBLE with the first possible day on priceTokens; FORBIDDEN on overruleDateReason; NOT_FOUND on customerId; ALREADY_EXISTS on id or externalId.
func (s *Service) PlaceOrder(ctx context.Context, in service.PlaceOrderInput) (*ent.Order, error) {
	var faults fault.List
	orderID, err := s.NewID(id.Order, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	externalID, err := input.OptionalText("externalId", in.ExternalID, 200)
	faults.Add(err)
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	overrule, err := rates.CheckOverrule(ctx, in.OverruleDateReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	promises, refused := s.quote.Redeem(in.CustomerID, in.PriceTokens)
	made, err := s.WriteUnique(ctx, service.Verb{Name: "placeOrder", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		if refused != nil { // only here: the repetition of a request that succeeded is not refused
			return "", refused
		}
		if err := s.quote.CheckExemption(ctx, tx, c, promises); err != nil {
			return "", err
		}
		at, err := orderedAt(ctx, at, promises)
		if err != nil {
			return "", err
		}
		o, err := s.makeOrder(ctx, tx, newOrder{id: orderID, customerID: c.ID, externalID: externalID, at: at, promises: promises, overrule: overrule, field: "priceTokens"})
		if err != nil {
			return "", service.Race(err, true, uniqueOrder)
		}
		return o.ID, nil
	})
	if err != nil {
		return nil, s.quote.RefusalFaults(ctx, in.CustomerID, err)
	}
	return s.Client.Order.Get(ctx, made)
}

// orderedAt returns when an order was made by what its input says. Nobody orders at prices that they have not heard: a moment before they
// were asked for is INVALID but for whoever has the scope floor, since the capacity of a day that is over is not checked. Before by at most
// [service.ClockSkew] is the moment of the prices: the clock of a phone may be slow.
func orderedAt(ctx context.Context, at time.Time, promises []quote.Promise) (time.Time, error) {
	if actor, _ := auth.From(ctx); actor.Has(auth.ScopeFloor) {
		return at, nil
	}
	for _, p := range promises {
		switch {
		case at.Before(p.PricedAt.Add(-service.ClockSkew)):
			return at, fault.Invalidf("at", "before the prices were asked for, at %s", p.PricedAt.Format(time.RFC3339))
		case at.Before(p.PricedAt):
			at = p.PricedAt
		}
	}
	return at, nil
}

// makeOrder writes an order with its lines, cost and bookings. The customer must be locked.
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
	dueAt := costing.OnDay(n.at, day+lead, settings.Zone)
	twin, err := externalTwin(ctx, tx, n.externalID)
	if err != nil {
		return nil, err
	}
	record := &Record{
		ID: n.id, CustomerID: n.customerID, ExternalID: input.OrZero(n.externalID), Status: schema.OrderPlaced, At: n.at, Day: day, DueAt: dueAt, Total: total,
		CreatedAt: now, UpdatedAt: now, SellerID: input.OrZero(s.sellerOf(ctx)),
	}
	create := tx.Order.Create().SetExternalTwin(twin).SetNillableOfferID(n.offerID)
	if err := fields.Set(create.Mutation(), record); err != nil {
		return nil, err
	}
	o, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]*ent.OrderLineCreate, len(n.promises))
	for i, p := range n.promises {
		lines[i] = tx.OrderLine.Create()
		err := lineFields.Set(lines[i].Mutation(), &LineRecord{
			ID: s.IDs.Make(id.OrderLine), OrderID: o.ID, Position: i, ProductID: p.ProductID, Quantity: p.Quantity, Unit: p.Unit, Total: p.Total,
			PriceLines: p.Lines(), Options: p.Options, LeadDays: p.LeadDays, PricedAt: p.PricedAt,
		})
		if err != nil {
			return nil, err
		}
	}
	if err := tx.OrderLine.CreateBulk(lines...).Exec(ctx); err != nil {
		return nil, err
	}
	made, err := s.rates.CostOrder(ctx, tx, o.ID)
	if err != nil {
		return nil, fault.At(err, n.field)
	}
	if err := s.Audit(ctx, tx, "order.place", o.ID, map[string]any{"customer": n.customerID, "total": total, "lines": len(lines), "offer": n.offerID}); err != nil {
		return nil, err
	}
	if err := s.CustomerChanged(ctx, tx, n.customerID, "Order"); err != nil {
		return nil, err
	}
	// Last, so that orders wait for each other's capacity no longer than necessary.
	return o, s.rates.BookCapacity(ctx, tx, o.ID, made, n.promises, rates.Date{At: n.at, DueDay: day + lead, Overrule: n.overrule, Field: n.field, For: n.customerID})
}

// sellerOf returns the id of the user who places an order, and so sells it; nil if it is none of the staff.
func (s *Service) sellerOf(ctx context.Context) *string {
	actor, _ := auth.From(ctx)
	if s.people.User(actor.UserID) == nil || actor.Role == schema.RolePartner {
		return nil
	}
	return &actor.UserID
}

// externalTwin returns the number that tells an order's external id from the same of orders that the actor may not see. An external id of
// one that the actor sees is ALREADY_EXISTS.
func externalTwin(ctx context.Context, tx *store.Tx, externalID *string) (int, error) {
	if externalID == nil {
		return 0, nil
	}
	twins, err := twins(ctx, tx, *externalID)
	if err != nil {
		return 0, err
	}
	return service.NextTwin(uniqueOrder, twins, func(ids []string) (bool, error) {
		return tx.Order.Query().Where(order.IDIn(ids...)).Exist(ctx)
	})
}

// PossibleDuplicates returns the other orders that have the external id of one of some orders, by that id, as far as the caller may see
// them.
func (s *Service) PossibleDuplicates(ctx context.Context, of []*ent.Order) (map[string][]*ent.Order, error) {
	var externals []string
	for _, o := range of {
		if o.ExternalID != nil {
			externals = append(externals, *o.ExternalID)
		}
	}
	found := map[string][]*ent.Order{}
	if len(externals) == 0 {
		return found, nil
	}
	same, err := s.Client.Order.Query().Where(order.ExternalIDIn(externals...)).Order(order.ByExternalTwin()).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range of {
		for _, other := range same {
			if o.ExternalID != nil && other.ID != o.ID && *other.ExternalID == *o.ExternalID {
				found[o.ID] = append(found[o.ID], other)
			}
		}
	}
	return found, nil
}

// uniqueOrder is the column of an order whose values are unique.
var uniqueOrder = service.UniqueColumn{Column: order.FieldExternalID, Field: "externalId", Message: "another order has this external id"}

// lockOrder loads an order that the actor may see, with its customer locked. Every change of an order begins with it. The
// customer may be deleted: the orders stay in the books.
func (s *Service) lockOrder(ctx context.Context, tx *store.Tx, orderID string, expectedVersion *int) (*ent.Order, error) {
	seen, err := tx.Order.Get(ctx, orderID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("id", "order")
	}
	if err != nil {
		return nil, err
	}
	if err := service.HoldCustomers(ctx, tx, seen.CustomerID); err != nil {
		return nil, err
	}
	o, err := tx.Order.Get(ctx, orderID) // read once more, now that nobody else can change it
	if err != nil {
		return nil, err
	}
	if err := service.StillOf(seen.CustomerID, o.CustomerID); err != nil {
		return nil, err
	}
	return o, service.CheckVersion(expectedVersion, o.Version)
}

// wrongOrder returns WRONG_STATE for an order with a status in which this cannot be done.
func wrongOrder(o *ent.Order, to string) error {
	return fault.New(fault.WrongState, "id", "an order that is %s cannot be %s", o.Status, to)
}

// CompleteOrder completes an order: its margin enters the books and is credited to contacts. at is when it was completed.
// Faults: WRONG_STATE unless the order is PLACED; INVALID, also on at for a moment before the order; NOT_FOUND;
// VERSION_CONFLICT.
func (s *Service) CompleteOrder(ctx context.Context, in service.CompleteOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "completeOrder", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		switch {
		case o.Status != schema.OrderPlaced:
			return wrongOrder(o, "completed")
		case at.Before(o.At):
			return fault.Invalidf("at", "before the order, which was placed at %s", o.At.Format(time.RFC3339))
		}
		if err := tx.Order.UpdateOne(o).SetStatus(schema.OrderCompleted).SetCompletedAt(at).SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		if err := s.rates.TaxOrder(ctx, tx, o.ID); err != nil { // the share of tax is that of this moment
			return err
		}
		return s.Audit(ctx, tx, "order.complete", o.ID, map[string]any{"at": at})
	})
}

// CancelOrder cancels an order and frees its capacity from today on. One that is completed, and of which nothing was given back, is taken out of the
// books with its margin: it has never been. Faults: WRONG_STATE unless the order is PLACED or COMPLETED, and where money was given
// back; INVALID; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) CancelOrder(ctx context.Context, in service.CancelOrderInput) (*ent.Order, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Order, in.ID))
	reason, err := input.Text("reason", in.Reason, 2000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "cancelOrder"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		switch {
		case o.Status != schema.OrderPlaced && o.Status != schema.OrderCompleted:
			return wrongOrder(o, "cancelled")
		case !o.Refunded.IsZero():
			return fault.New(fault.WrongState, "id", "an order of which money was given back cannot be cancelled: refund what is left of it, with goodsReturned")
		}
		now := s.Now()
		if o.Status == schema.OrderPlaced {
			if err := s.rates.TaxOrder(ctx, tx, o.ID); err != nil { // it stays as it is now
				return err
			}
		}
		if err := tx.Order.UpdateOne(o).SetStatus(schema.OrderCancelled).SetMargin(money.Amount{}).SetCancelledAt(now).SetCancelReason(reason).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		if err := s.rates.FreeCapacity(ctx, tx, o.ID, now); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "order.cancel", o.ID, map[string]any{"reason": reason})
	})
}

// changeOrder changes an order in a transaction, settles the customer's books after it, and returns the order after that.
func (s *Service) changeOrder(ctx context.Context, v service.Verb, orderID string, expectedVersion *int, change func(context.Context, *store.Tx, *ent.Order) error) (*ent.Order, error) {
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil { // tax is a rate
			return "", err
		}
		o, err := s.lockOrder(ctx, tx, orderID, expectedVersion)
		if err != nil {
			return "", err
		}
		if err := change(ctx, tx, o); err != nil {
			return "", err
		}
		if err := books.MarkPlain(ctx, tx, []string{o.ID}); err != nil {
			return "", err
		}
		return o.ID, s.books.Settle(ctx, tx, o.CustomerID, books.Occasion{}, o.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Order.Get(ctx, orderID)
}
