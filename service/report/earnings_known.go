package report

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/service/value"
	"kopeck/store"
)

// EarningsKnownAt returns what customers had earned, by their ids, as it was known at a moment: of the orders that had been recorded as
// completed by then, less the refunds of then, with costs by the rates and grades of which we had learned, less the contacts that
// had been recorded. What is recorded later, about whatever time, changes nothing of it: prices of the past rest on it. The callers may
// see the customers; what of theirs they may not see is part of the earnings too.
func (s *Service) EarningsKnownAt(ctx context.Context, customers []*ent.Customer, at time.Time) (map[string]value.Earnings, error) {
	known := make(map[string]value.Earnings, len(customers))
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		statistics, err := s.statisticsKnownAt(ctx, tx, ids, at)
		if err != nil {
			return err
		}
		contactCosts, err := s.contactCostsKnownAt(ctx, tx, ids, at)
		if err != nil {
			return err
		}
		departures, err := departuresKnownAt(ctx, tx, ids, at)
		if err != nil {
			return err
		}
		for _, c := range customers {
			of := statistics[c.ID]
			e := value.Earnings{
				OrderDays: of.OrderDays, FirstDay: of.FirstDay, LastDay: of.LastDay, Margin: of.Margin, RepeatMargin: of.RepeatMargin,
				RefundedMargin: of.RefundedMargin, Recent: of.Recent, ContactCost: contactCosts[c.ID], AcquisitionCost: c.AcquisitionCost,
			}
			if departed, found := departures[c.ID]; found {
				e.DepartedAt = &departed
			}
			known[c.ID] = e
		}
		return nil
	})
	return known, err
}

// statisticsKnownAt returns the statistics of customers' orders, by customer, as they were known at a moment.
func (s *Service) statisticsKnownAt(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time) (map[string]lifetime.Statistics, error) {
	orders, err := soldKnownOf(ctx, tx, customerIDs, at)
	if err != nil {
		return nil, err
	}
	if err := s.marginsKnownAt(ctx, tx, s.quote.PriceBook().Basis(), orders, at); err != nil {
		return nil, err
	}
	settings, of := s.Settings(), map[string][]lifetime.Order{}
	for _, o := range orders {
		status := lifetime.OrderCompleted
		if o.refunded == o.total && !o.refunded.IsZero() {
			status = lifetime.OrderRefunded
		}
		of[o.CustomerID] = append(of[o.CustomerID], lifetime.Order{Status: status, Day: settings.Day(o.at), At: o.at, CompletedAt: o.CompletedAt, Margin: o.Margin})
	}
	all := make(map[string]lifetime.Statistics, len(of))
	for customerID, sold := range of {
		if all[customerID], err = lifetime.StatisticsOf(sold); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return all, nil
}

// contactCostsKnownAt returns what customers' contacts cost, by customer, as it was known at a moment.
func (s *Service) contactCostsKnownAt(ctx context.Context, tx *store.Tx, customerIDs []string, at time.Time) (map[string]money.Amount, error) {
	sums, dated := map[string]money.Amount{}, s.quote.PriceBook().Basis().Rates
	caused, err := campaignsKnownOf(ctx, tx, customerIDs, at)
	if err != nil {
		return nil, err
	}
	var advertising map[string][]costing.Line
	if len(caused) > 0 {
		if advertising, err = s.campaigns.AdvertisingKnownAt(ctx, tx, at, caused); err != nil {
			return nil, err
		}
	}
	return sums, eachContactKnownOf(ctx, tx, customerIDs, at, func(customerID string, c *knownContact) error {
		codes, people := rates.TookPart(c.staffID, c.participants, s.people.CodesAt(c.at, at))
		in := rates.ContactInput(codes, c.spent, c.channel, c.expense, advertising[c.id], people...)
		cost, err := costing.Contact(in, dated, c.at, at, s.Currency)
		if err != nil {
			return input.DomainError(err)
		}
		sums[customerID], err = sums[customerID].Plus(cost.Total)
		return input.DomainError(err)
	})
}
