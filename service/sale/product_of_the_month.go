package sale

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/ent/productofthemonth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

const (
	monthLayout = "2006-01"
	monthsAhead = 24 // for which a product can be chosen
)

// SetProductOfTheMonth chooses the product of a month; of several choices the last holds. Faults: FORBIDDEN; INVALID on month for one that is
// over or too far ahead; NOT_FOUND on productId; WRONG_STATE on productId for one that is off the catalogue.
func (s *Service) SetProductOfTheMonth(ctx context.Context, in service.SetProductOfTheMonthInput) (*ent.ProductOfTheMonth, error) {
	actor, err := auth.Writer(ctx, "ProductOfTheMonth")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(s.checkComing(in.Month))
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "setProductOfTheMonth", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		p, err := tx.Product.Query().Where(product.ID(in.ProductID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return "", fault.NoSuch("productId", "product")
		case err != nil:
			return "", err
		case !p.Active:
			return "", fault.New(fault.WrongState, "productId", "%s is off the catalogue", p.Sku)
		}
		now, newID := s.Now(), s.IDs.Make(id.OfTheMonth)
		err = tx.ProductOfTheMonth.Create().SetID(newID).SetMonth(in.Month).SetProductID(p.ID).SetChosenBy(actor.Name).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return "", err
		}
		return newID, s.Audit(ctx, tx, "productOfTheMonth.set", newID, map[string]any{"month": in.Month, "product": p.ID})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.ProductOfTheMonth.Get(ctx, made)
}

// ProductOfTheMonth returns the choice that holds for a month, nil for none; "" is the month of now. INVALID on month.
func (s *Service) ProductOfTheMonth(ctx context.Context, month string) (*ent.ProductOfTheMonth, error) {
	if month == "" {
		month = s.thisMonth().Format(monthLayout)
	}
	if _, err := time.Parse(monthLayout, month); err != nil {
		return nil, fault.Invalidf("month", "want a month such as \"2026-12\"")
	}
	return productOf(ctx, s.Client, month)
}

// productOf returns the last choice for a month, nil for none.
func productOf(ctx context.Context, client *ent.Client, month string) (*ent.ProductOfTheMonth, error) {
	chosen, err := client.ProductOfTheMonth.Query().Where(productofthemonth.Month(month)).
		Order(ent.Desc(productofthemonth.FieldCreatedAt, productofthemonth.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return chosen, err
}

// thisMonth is the beginning of the month of now, in the installation's time zone.
func (s *Service) thisMonth() time.Time {
	now := s.Now().In(s.Settings().Zone)
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// checkComing checks a month for which a product is chosen. INVALID on month.
func (s *Service) checkComing(month string) error {
	first := s.thisMonth()
	at, err := time.Parse(monthLayout, month)
	if err != nil || at.Before(first) || at.After(first.AddDate(0, monthsAhead, 0)) {
		return fault.Invalidf("month", "want a month from %s on, at most %d months ahead", first.Format(monthLayout), monthsAhead)
	}
	return nil
}
