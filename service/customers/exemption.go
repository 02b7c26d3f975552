package customers

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// exemptFrom returns from when an update of a customer's exemption from tax holds. INVALID on taxExemptFrom.
func (s *Service) exemptFrom(in service.UpdateCustomerInput) (time.Time, error) {
	from, err := s.PastMoment("taxExemptFrom", in.TaxExemptFrom)
	if err == nil && in.TaxExemptFrom != nil && !in.TaxExempt.IsSet() {
		err = fault.Invalidf("taxExemptFrom", "want taxExempt, which it dates")
	}
	return from, err
}

// holdTax holds the rates for an update that changes a customer's exemption, before it holds the customer.
func (s *Service) holdTax(ctx context.Context, tx *store.Tx, in service.UpdateCustomerInput) error {
	if !in.TaxExempt.IsSet() {
		return nil
	}
	return s.rates.HoldRates(ctx, tx)
}

// changeExemption records from when a customer is exempt from tax, or no longer, by the field that moved or, if it did not move, by its
// present value. It sets what holds now: what is recorded late does not end what was recorded for a later moment.
func (s *Service) changeExemption(ctx context.Context, tx *store.Tx, c *ent.Customer, update *ent.CustomerUpdateOne, moved map[string]service.Change, from time.Time) error {
	reason := c.TaxExempt
	if to, ok := update.Mutation().TaxExempt(); ok {
		reason = &to
	} else if update.Mutation().TaxExemptCleared() {
		reason = nil
	}
	dated, err := s.ChangeDated(ctx, tx, schema.DatedTaxExempt, c.ID, c.TaxExempt, reason, c.CreatedAt, from)
	if err != nil {
		return err
	}
	now := dated.At(s.Now(), service.EndOfTime, c.TaxExempt)
	if update.Mutation().ResetTaxExempt(); now != nil {
		update.Mutation().SetTaxExempt(*now)
	} else {
		update.Mutation().ClearTaxExempt()
	}
	if delete(moved, taxExemptField); !service.SameJSON(c.TaxExempt, now) {
		moved[taxExemptField] = service.Change{Old: c.TaxExempt, New: now}
	}
	if err := s.Audit(ctx, tx, "customer.exemption", c.ID, map[string]any{"reason": reason, "from": from}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// taxExemptField is the name of the exemption in inputs and in the audit.
const taxExemptField = "taxExempt"
