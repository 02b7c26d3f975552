package service

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/store"
)

// AgreePrice agrees a customer's own price for a product, from a quantity and a moment on. Below today's floor it is
// BELOW_FLOOR, unless a reason is written: that takes the scope floor, else it is FORBIDDEN, also above the floor,
// since the reason lets the price stand when the floor rises. Without a reason a floor that rises lifts the price.
func (s *Service) AgreePrice(ctx context.Context, in AgreePriceInput) (*ent.PriceAgreement, error) {
	agreement, err := s.checkAgreement(in)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	if agreement.OverrideReason != "" && !actor.Has(auth.ScopeFloor) {
		return nil, fault.New(fault.Forbidden, "overrideFloorReason", "you may not agree a price under the floor")
	}
	made, err := s.write(ctx, verb{"agreePrice", in.IdempotencyKey, in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if _, err := s.lockCustomer(ctx, tx, "customerId", in.CustomerID); err != nil {
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
		floor, err := s.book.Load().prices.Floor(in.ProductID, agreement.MinimumQuantity, nil, nil, s.now())
		if err != nil {
			return "", ofPrice(err)
		}
		if agreement.Unit.Compare(floor) < 0 && agreement.OverrideReason == "" {
			return "", s.belowFloor(actor, floor)
		}
		err = tx.PriceAgreement.Create().SetID(agreement.ID).SetCustomerID(in.CustomerID).SetProductID(in.ProductID).
			SetUnit(agreement.Unit).SetMinimumQuantity(agreement.MinimumQuantity).SetValidFrom(agreement.ValidFrom).SetNillableValidTo(agreement.ValidTo).
			SetNillableOverrideFloorReason(none(agreement.OverrideReason)).SetAgreedBy(actor.UserID).SetRecordedAt(s.now()).Exec(ctx)
		if err != nil {
			return "", taken(err, in.ID != nil)
		}
		detail := map[string]any{
			"customer": in.CustomerID, "product": in.ProductID, "unit": agreement.Unit, "floor": floor, "reason": agreement.OverrideReason,
		}
		if err := s.audit(ctx, tx, "price.agree", agreement.ID, detail); err != nil {
			return "", err
		}
		if err := s.changed(ctx, tx, in.CustomerID); err != nil {
			return "", err
		}
		return agreement.ID, s.touch(ctx, tx, ofBook)
	})
	if err != nil {
		return nil, err
	}
	return s.client.PriceAgreement.Get(ctx, made)
}

func (s *Service) checkAgreement(in AgreePriceInput) (pricing.Agreement, error) {
	var faults fault.List
	a := pricing.Agreement{CustomerID: in.CustomerID, ProductID: in.ProductID, ValidFrom: s.now(), ValidTo: exactly(in.ValidTo)}
	var fail *fault.Error
	a.ID, fail = s.newID(id.Agreement, in.ID)
	faults.Add(fail)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	a.Unit, fail = s.amount("unit", in.Unit)
	faults.Add(fail)
	a.MinimumQuantity, fail = quantity("minimumQuantity", in.MinimumQuantity)
	faults.Add(fail)
	faults.Add(checkDate("validFrom", in.ValidFrom))
	faults.Add(checkDate("validTo", in.ValidTo))
	if in.ValidFrom != nil {
		a.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
	}
	reason, fail := optionalText("overrideFloorReason", in.OverrideFloorReason, 2000)
	faults.Add(fail)
	a.OverrideReason = deref(reason)
	if err := faults.Or(); err != nil {
		return a, err
	}
	return a, ofHeart(pricing.CheckAgreement(a))
}

// belowFloor says so, and where the floor is to who may know costs.
func (s *Service) belowFloor(actor auth.Actor, floor money.Amount) *fault.Error {
	where := ""
	if actor.Has(auth.ScopeCosts) {
		where = " of " + s.currency.Format(floor) + " " + s.currency.Code()
	}
	return fault.New(fault.BelowFloor, "unit", "this is under the floor%s: that takes a written reason and the right to give one", where)
}

func none(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
