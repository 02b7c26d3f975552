package customers

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// exemptFrom returns from when an update of a customer's exemption from tax holds. INVALID on taxExemptFrom; FORBIDDEN there for the past
// without the scope floor, since it restates what is booked. A moment in the past by at most [service.ClockSkew] is now without the scope.
func (s *Service) exemptFrom(ctx context.Context, in service.UpdateCustomerInput) (time.Time, error) {
	from, err := s.PastMoment("taxExemptFrom", in.TaxExemptFrom)
	if err != nil || in.TaxExemptFrom == nil {
		return from, err
	}
	if !in.TaxExempt.IsSet() {
		return from, fault.Invalidf("taxExemptFrom", "want taxExempt, which it dates")
	}
	if actor, _ := auth.From(ctx); actor.Has(auth.ScopeFloor) {
		return from, nil
	}
	now := s.Now()
	if from.Before(now.Add(-service.ClockSkew)) {
		return from, fault.New(fault.Forbidden, "taxExemptFrom", "an exemption for the past restates what is booked: it takes the scope floor; leave the moment out, and the exemption holds from now on")
	}
	return now, nil
}

// holdTax holds the rates for an update that changes a customer's exemption, before it holds the customer.
func (s *Service) holdTax(ctx context.Context, tx *store.Tx, in service.UpdateCustomerInput) error {
	if !in.TaxExempt.IsSet() {
		return nil
	}
	return s.rates.HoldRates(ctx, tx)
}

// changeExemption records from when a customer is exempt from tax, or no longer, by the field that moved or, if it did not move, by its
// present value, and returns that. It sets what holds now: what is recorded late does not end what was recorded for a later moment.
func (s *Service) changeExemption(ctx context.Context, tx *store.Tx, c *ent.Customer, update *ent.CustomerUpdateOne, moved map[string]service.Change, from time.Time) (reason *string, err error) {
	reason = c.TaxExempt
	if to, ok := update.Mutation().TaxExempt(); ok {
		reason = &to
	} else if update.Mutation().TaxExemptCleared() {
		reason = nil
	}
	dated, err := s.ChangeDated(ctx, tx, schema.DatedTaxExempt, c.ID, c.TaxExempt, reason, c.CreatedAt, from)
	if err != nil {
		return nil, err
	}
	now := dated.At(s.Now(), service.EndOfTime, c.TaxExempt)
	if c.TaxExempt != nil && now == nil {
		if err := s.mayEndExemption(ctx, tx, c.ID); err != nil {
			return nil, err
		}
	}
	if update.Mutation().ResetTaxExempt(); now != nil {
		update.Mutation().SetTaxExempt(*now)
	} else {
		update.Mutation().ClearTaxExempt()
	}
	if delete(moved, taxExemptField); !service.SameJSON(c.TaxExempt, now) {
		moved[taxExemptField] = service.Change{Old: c.TaxExempt, New: now}
	}
	if err := s.Audit(ctx, tx, "customer.exemption", c.ID, map[string]any{"reason": reason, "from": from}); err != nil {
		return nil, err
	}
	return reason, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// mayEndExemption returns FORBIDDEN on taxExempt without the scope floor if open orders were placed without tax because the customer is exempt:
// their prices stay, and what is left of them after tax may be below the floor.
func (s *Service) mayEndExemption(ctx context.Context, tx *store.Tx, customerID string) error {
	if actor, _ := auth.From(ctx); actor.Has(auth.ScopeFloor) {
		return nil
	}
	placed, err := s.rates.PlacedExempt(ctx, tx, customerID)
	if err != nil || !placed {
		return err
	}
	return fault.New(fault.Forbidden, "taxExempt", "open orders were placed without tax because of this exemption: it takes the scope floor to end it before they are completed or cancelled")
}

// repeatExemption records that the present exemption of a customer, or that there is none, holds from now on. Nothing of the customer changes by
// it, but an exemption, or its end, that is recorded later for a moment before does not outlast it.
func (s *Service) repeatExemption(ctx context.Context, tx *store.Tx, c *ent.Customer, from time.Time) error {
	if _, err := s.ChangeDated(ctx, tx, schema.DatedTaxExempt, c.ID, c.TaxExempt, c.TaxExempt, c.CreatedAt, from); err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "customer.exemption", c.ID, map[string]any{"reason": c.TaxExempt, "from": from}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// taxExemptField is the name of the exemption in inputs and in the audit.
const taxExemptField = "taxExempt"

// TaxExemptions gives when customers have been exempt from tax, and no longer, by their ids: the latest moment first and, of several for one, the last recorded.
// The first has held since ever; what was never recorded to have changed is what the customer was created with. The caller may see the customers.
func (s *Service) TaxExemptions(ctx context.Context, customers []*ent.Customer) (map[string][]*service.TaxExemption, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	dated, err := s.DatedOf(ctx, s.Store, schema.DatedTaxExempt, ids...)
	all := make(map[string][]*service.TaxExemption, len(customers))
	for _, c := range customers {
		if c.DeletedAt != nil && c.MergedIntoID == nil {
			continue
		}
		values := dated[c.ID]
		first := values.First()
		if first == nil && c.TaxExempt != nil {
			all[c.ID] = []*service.TaxExemption{{Reason: c.TaxExempt, From: c.CreatedAt, RecordedAt: c.CreatedAt}}
		}
		for _, one := range slices.Backward(values) {
			switch shown := (&service.TaxExemption{Reason: one.Value, From: one.ValidFrom, RecordedAt: one.RecordedAt}); {
			case one != first:
				shown.By = &one.Actor
				all[c.ID] = append(all[c.ID], shown)
			case one.Value != nil: // who created the customer is not kept with it
				all[c.ID] = append(all[c.ID], shown)
			}
		}
	}
	return all, err
}
