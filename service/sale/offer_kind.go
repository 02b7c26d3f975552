package sale

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// checkKindInput checks that an offer says what its kind needs, and nothing that only another has. INVALID by field.
func checkKindInput(in service.CreateOfferInput) (why *string, err error) {
	var faults fault.List
	kind := input.Or(in.Kind, schema.OfferIndividual)
	why, err = input.OptionalText("why", in.Why, 2000)
	faults.Add(err)
	switch {
	case err != nil:
	case kind == schema.OfferWinBack && why == nil:
		faults.Add(fault.Invalidf("why", "want why the customer is to come back"))
	case kind != schema.OfferWinBack && why != nil:
		faults.Add(fault.Invalidf("why", "only an offer of the kind WIN_BACK has it"))
	}
	switch {
	case kind != schema.OfferCrossSell && in.CompletesOrderID != nil:
		faults.Add(fault.Invalidf("completesOrderId", "only an offer of the kind CROSS_SELL has it"))
	case kind != schema.OfferCrossSell && in.CompletesProductID != nil:
		faults.Add(fault.Invalidf("completesProductId", "only an offer of the kind CROSS_SELL has it"))
	case kind == schema.OfferCrossSell && (in.CompletesOrderID == nil) == (in.CompletesProductID == nil):
		faults.Add(fault.Invalidf("completesOrderId", "want the order that the offer completes, or the product in completesProductId"))
	case in.CompletesOrderID != nil:
		faults.Add(id.Check("completesOrderId", id.Order, *in.CompletesOrderID))
	case in.CompletesProductID != nil:
		faults.Add(id.Check("completesProductId", id.Product, *in.CompletesProductID))
	}
	if kind != schema.OfferTender && in.Variants != nil {
		faults.Add(fault.Invalidf("variants", "only an offer of the kind TENDER has them"))
	}
	return why, faults.Or()
}

// checkKind checks that the customer and the products are such as the kind of an offer is for. Faults: WRONG_STATE on kind; NOT_FOUND on
// completesOrderId and completesProductId; INVALID on priceTokens.
func (s *Service) checkKind(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.CreateOfferInput, promises []quote.Promise) error {
	switch input.Or(in.Kind, schema.OfferIndividual) {
	case schema.OfferWinBack:
		if c.Stage != schema.Former {
			return fault.New(fault.WrongState, "kind", "the customer is %s: only one who is %s can be won back", c.Stage, schema.Former)
		}
	case schema.OfferOfTheMonth:
		return s.checkMonthly(ctx, tx, promises)
	case schema.OfferCrossSell:
		return checkCompletes(ctx, tx, c, in)
	}
	return nil
}

// checkMonthly checks that a line of an offer is of the product of this month.
func (s *Service) checkMonthly(ctx context.Context, tx *store.Tx, promises []quote.Promise) error {
	month := s.thisMonth().Format(monthLayout)
	chosen, err := productOf(ctx, tx.Client(), month)
	switch {
	case err != nil:
		return err
	case chosen == nil:
		return fault.New(fault.WrongState, "kind", "no product was chosen for %s: see setProductOfTheMonth", month)
	case !slices.ContainsFunc(promises, func(p quote.Promise) bool { return p.ProductID == chosen.ProductID }):
		return fault.Invalidf("priceTokens", "want a price of the product of the month %s, %s", month, chosen.ProductID)
	}
	return nil
}

// checkCompletes checks that what a CROSS_SELL completes was bought by the customer.
func checkCompletes(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.CreateOfferInput) error {
	theirs := tx.Order.Query().Where(order.CustomerID(c.ID), order.StatusNEQ(schema.OrderCancelled))
	if in.CompletesOrderID != nil {
		ok, err := theirs.Where(order.ID(*in.CompletesOrderID)).Exist(ctx)
		if err != nil || ok {
			return err
		}
		return fault.NoSuch("completesOrderId", "order of this customer that is not cancelled")
	}
	orders, err := theirs.IDs(ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(orders, 500) { // a statement has a limited number of parameters
		ok, err := tx.OrderLine.Query().Where(orderline.ProductID(*in.CompletesProductID), orderline.OrderIDIn(some...)).Exist(ctx)
		if err != nil || ok {
			return err
		}
	}
	return fault.NoSuch("completesProductId", "product that this customer has bought")
}
