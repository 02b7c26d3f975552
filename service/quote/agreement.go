package quote

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// AgreePrice agrees a customer's own price for a product, from a quantity and a moment on. For who has the scope floor it holds at
// once; below today's floor it is BELOW_FLOOR, unless a reason is written: a price with a reason stays when the floor rises, one
// without is raised with it. For anybody else it is PROPOSED, at any price alike: the answer tells nothing of the floor.
func (s *Service) AgreePrice(ctx context.Context, in service.AgreePriceInput) (*ent.PriceAgreement, error) {
	agreement, err := s.checkAgreement(in)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	made, err := s.Write(ctx, service.Verb{Name: "agreePrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		if err := productOnSale(ctx, tx, in.ProductID); err != nil {
			return "", err
		}
		now := s.Now()
		create := tx.PriceAgreement.Create().SetID(agreement.ID).SetCustomerID(c.ID).SetProductID(in.ProductID).
			SetUnit(agreement.Unit).SetMinimumQuantity(agreement.MinimumQuantity).SetValidFrom(agreement.ValidFrom).SetNillableValidTo(agreement.ValidTo).
			SetNillableOverrideFloorReason(input.NonEmpty(agreement.OverrideReason)).SetAgreedBy(actor.UserID).SetRecordedAt(now)
		detail := map[string]any{"customer": c.ID, "product": in.ProductID, "unit": agreement.Unit, "reason": agreement.OverrideReason}
		action := "price.propose"
		if actor.Has(auth.ScopeFloor) {
			floor, err := s.floorUnder(agreement.Unit, agreement.OverrideReason, c, in.ProductID, agreement.MinimumQuantity)
			if err != nil {
				return "", atUnit(err)
			}
			action, detail["floor"] = "price.agree", floor
			create.SetState(schema.AgreementAgreed)
			if agreement.OverrideReason != "" && c.Measurements != nil {
				create.SetExcusedMeasurements(c.Measurements)
			}
		} else {
			create.SetState(schema.AgreementProposed).SetProposedAt(now)
		}
		if err := create.Exec(ctx); err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		if err := s.Audit(ctx, tx, action, agreement.ID, detail); err != nil {
			return "", err
		}
		if err := s.CustomerChanged(ctx, tx, c.ID, "PriceAgreement"); err != nil {
			return "", err
		}
		return agreement.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PriceAgreement.Get(ctx, made)
}

// mayAgree returns the actor, or FORBIDDEN without the scope floor for what they are doing.
func mayAgree(ctx context.Context, doing string) (auth.Actor, error) {
	actor, _ := auth.From(ctx)
	if !actor.Has(auth.ScopeFloor) {
		return actor, fault.New(fault.Forbidden, "", "%s needs the scope %s", doing, auth.ScopeFloor)
	}
	return actor, nil
}

// productOnSale returns NOT_FOUND or WRONG_STATE unless a product is in the catalogue.
func productOnSale(ctx context.Context, tx *store.Tx, productID string) error {
	product, err := tx.Product.Get(ctx, productID)
	switch {
	case ent.IsNotFound(err):
		return fault.NoSuch("productId", "product")
	case err != nil:
		return err
	case !product.Active:
		return fault.New(fault.WrongState, "productId", "%s is off the catalogue", product.Sku)
	}
	return nil
}

// atUnit puts BELOW_FLOOR at the field of the price; a missing rate is at the product's already.
func atUnit(err error) error {
	if fault.Is(err, fault.BelowFloor) {
		return fault.At(err, "unit")
	}
	return err
}

// floorUnder returns today's floor of a product for a customer at the least quantity of an agreement, with what is known of the customer's measurements; what is not
// is taken as the least that can be. A unit price below it without a reason is BELOW_FLOOR.
func (s *Service) floorUnder(unit money.Amount, reason string, c *ent.Customer, productID string, minimum money.Decimal) (money.Amount, error) {
	prices, now := s.book.Load().prices, s.Now()
	floor, err := prices.Floor(c.ID, productID, pricing.LeastQuantity(minimum), prices.MeasurementsOf(productID, c.Measurements, now), nil, now)
	if err != nil {
		return floor, PriceFault(err)
	}
	if unit.Compare(floor) < 0 && reason == "" {
		return floor, belowFloor(floor)
	}
	return floor, nil
}

func (s *Service) checkAgreement(in service.AgreePriceInput) (pricing.Agreement, error) {
	var faults fault.List
	a := pricing.Agreement{CustomerID: in.CustomerID, ProductID: in.ProductID, ValidTo: inMicroseconds(in.ValidTo)}
	var err error
	a.ID, err = s.NewID(id.Agreement, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	a.Unit, err = s.Amount("unit", in.Unit)
	faults.Add(err)
	if in.MinimumQuantity != nil {
		a.MinimumQuantity, err = input.Decimal("minimumQuantity", *in.MinimumQuantity, "0", "1000000000")
		faults.Add(err)
	}
	a.ValidFrom, err = s.HoldsFrom("validFrom", in.ValidFrom)
	faults.Add(err)
	faults.Add(input.CheckDate("validTo", in.ValidTo))
	reason, err := input.OptionalText("overrideFloorReason", in.OverrideFloorReason, 2000)
	faults.Add(err)
	a.OverrideReason = input.OrZero(reason)
	if err := faults.Or(); err != nil {
		return a, err
	}
	return a, input.DomainError(pricing.CheckAgreement(a))
}

// belowFloor returns the fault of a price under the floor, with the floor as its detail.
func belowFloor(floor money.Amount) error {
	f := fault.New(fault.BelowFloor, "", "this is under the floor: state overrideFloorReason if it is to hold all the same")
	f.Detail = floor
	return f
}
