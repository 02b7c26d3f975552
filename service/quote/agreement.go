package quote

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// AgreePrice agrees a customer's own price for a product, from a quantity and a moment on. Below today's floor it is
// BELOW_FLOOR, unless a reason is written: that takes the scope floor, else it is FORBIDDEN, also above the floor,
// since a price with a reason stays when the floor rises. Without a reason a rising floor raises the price.
func (s *Service) AgreePrice(ctx context.Context, in service.AgreePriceInput) (*ent.PriceAgreement, error) {
	agreement, err := s.checkAgreement(in)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	if agreement.OverrideReason != "" && !actor.Has(auth.ScopeFloor) {
		return nil, fault.New(fault.Forbidden, "overrideFloorReason", "you may not agree a price under the floor")
	}
	made, err := s.Write(ctx, service.Verb{Name: "agreePrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if _, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID); err != nil {
			return "", err
		}
		product, err := tx.Product.Get(ctx, in.ProductID)
		switch {
		case ent.IsNotFound(err):
			return "", fault.NoSuch("productId", "product")
		case err != nil:
			return "", err
		case !product.Active:
			return "", fault.New(fault.WrongState, "productId", "%s is off the catalogue", product.Sku)
		}
		floor, err := s.book.Load().prices.Floor(in.ProductID, agreement.MinimumQuantity, nil, nil, s.Now())
		if err != nil {
			return "", PriceFault(err)
		}
		if agreement.Unit.Compare(floor) < 0 && agreement.OverrideReason == "" {
			return "", belowFloor(floor)
		}
		err = tx.PriceAgreement.Create().SetID(agreement.ID).SetCustomerID(in.CustomerID).SetProductID(in.ProductID).
			SetUnit(agreement.Unit).SetMinimumQuantity(agreement.MinimumQuantity).SetValidFrom(agreement.ValidFrom).SetNillableValidTo(agreement.ValidTo).
			SetNillableOverrideFloorReason(input.NonEmpty(agreement.OverrideReason)).SetAgreedBy(actor.UserID).SetRecordedAt(s.Now()).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		detail := map[string]any{
			"customer": in.CustomerID, "product": in.ProductID, "unit": agreement.Unit, "floor": floor, "reason": agreement.OverrideReason,
		}
		if err := s.Audit(ctx, tx, "price.agree", agreement.ID, detail); err != nil {
			return "", err
		}
		if err := s.CustomerChanged(ctx, tx, in.CustomerID); err != nil {
			return "", err
		}
		return agreement.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PriceAgreement.Get(ctx, made)
}

func (s *Service) checkAgreement(in service.AgreePriceInput) (pricing.Agreement, error) {
	var faults fault.List
	a := pricing.Agreement{CustomerID: in.CustomerID, ProductID: in.ProductID, ValidFrom: s.Now(), ValidTo: inMicroseconds(in.ValidTo)}
	var err error
	a.ID, err = s.NewID(id.Agreement, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	a.Unit, err = s.Amount("unit", in.Unit)
	faults.Add(err)
	a.MinimumQuantity, err = input.Quantity("minimumQuantity", in.MinimumQuantity)
	faults.Add(err)
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	faults.Add(input.CheckDate("validTo", in.ValidTo))
	if in.ValidFrom != nil {
		a.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
	}
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
	f := fault.New(fault.BelowFloor, "unit", "this is under the floor: state overrideFloorReason if it is to hold all the same")
	f.Detail = floor
	return f
}
