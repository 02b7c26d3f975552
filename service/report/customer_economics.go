package report

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// ofWallet is the time whose revenue is held against what a customer spends a year.
const ofWallet = 365 * 24 * time.Hour

// longestPayBack is how many months ahead an acquisition cost is expected to be paid back at most.
const longestPayBack = 120

// monthLength is the mean length of a month, 30.4375 days.
const monthLength = 30*24*time.Hour + 10*time.Hour + 30*time.Minute

// economicsSelect sums orders and contacts of customers in a time, revenue in another; a row of contacts is told by a
// count of orders of -1, and its cost stands in the margin's column.
const economicsSelect = `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids)
	SELECT customer_id, sum(CASE WHEN at >= ? AND at < ? THEN 1 ELSE 0 END), sum(CASE WHEN at >= ? AND at < ? THEN total - refunded ELSE 0 END),
		sum(CASE WHEN at >= ? AND at < ? THEN margin ELSE 0 END), sum(CASE WHEN at >= ? AND at < ? THEN total - refunded ELSE 0 END)
	FROM orders WHERE status IN ('COMPLETED', 'REFUNDED') AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id
	UNION ALL SELECT customer_id, -1, count(*), sum(cost), 0 FROM contacts WHERE at >= ? AND at < ? AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id`

// payBackSelect gives, of customers who cost something to win, when margins less contact costs first made up for it.
const payBackSelect = `SELECT run.customer_id, min(run.at) FROM (
		SELECT customer_id, at, sum(value) OVER (PARTITION BY customer_id ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS so_far FROM (
			SELECT customer_id, completed_at AS at, id, margin AS value FROM orders WHERE status IN ('COMPLETED', 'REFUNDED') AND customer_id IN (SELECT id FROM mine)
			UNION ALL SELECT customer_id, at, id, -cost FROM contacts WHERE customer_id IN (SELECT id FROM mine)) AS moves) AS run
	JOIN customers c ON c.id = run.customer_id WHERE run.so_far >= c.acquisition_cost GROUP BY run.customer_id`

// CustomerEconomics are what a customer brought and cost in a time.
type CustomerEconomics struct {
	Revenue               money.Amount
	Margin                money.Amount
	ContactCost           money.Amount
	AcquisitionCost       money.Amount
	Net                   money.Amount
	Orders                int
	Contacts              int
	ShareOfWallet         *money.Decimal
	AcquisitionPaidBackAt *time.Time
	AcquisitionPaysBackAt *time.Time
}

// CustomerEconomicsOf gives what customers brought and cost from a moment on (included) to another (not), without them
// over the whole time; an order counts at the time it was placed, an acquisition at acquired_at, or else when the customer was
// recorded. Two statements for all of them. The customers are rows that the caller may see. INVALID where to lies before from;
// FORBIDDEN for who may not see their orders and contacts.
func (s *Service) CustomerEconomicsOf(ctx context.Context, customers []*ent.Customer, from, to *time.Time) (map[*ent.Customer]*CustomerEconomics, error) {
	actor, _ := auth.From(ctx)
	if actor.May("Order").Read == auth.NoRows || actor.May("Contact").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "orders and contacts are not for the role %s", actor.Role)
	}
	begins, ends := time.Time{}, service.EndOfTime
	if from != nil {
		begins = from.UTC()
	}
	if to != nil {
		ends = to.UTC()
	}
	if ends.Before(begins) {
		return nil, fault.Invalidf("to", "ends before it begins")
	}
	if len(customers) == 0 {
		return nil, nil
	}
	all, byID := make(map[*ent.Customer]*CustomerEconomics, len(customers)), make(map[string]*CustomerEconomics, len(customers))
	ids := make([]string, len(customers))
	for i, c := range customers {
		one := &CustomerEconomics{}
		all[c], byID[c.ID], ids[i] = one, one, c.ID
	}
	spent, err := s.sumEconomics(ctx, byID, ids, begins, ends)
	if err != nil {
		return nil, err
	}
	paid, err := s.paidBack(ctx, ids)
	if err != nil {
		return nil, err
	}
	for c, e := range all {
		if err := s.finishEconomics(c, e, spent[c.ID], paid, begins, ends); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return all, nil
}

// sumEconomics fills in what orders and contacts sum to, and gives each customer's revenue of the year before the end.
func (s *Service) sumEconomics(ctx context.Context, byID map[string]*CustomerEconomics, ids []string, begins, ends time.Time) (map[string]money.Amount, error) {
	yearEnds := ends
	if now := s.Now(); yearEnds.After(now) {
		yearEnds = now.Add(time.Microsecond) // the present moment included
	}
	spent := map[string]money.Amount{}
	args := append(store.Args(ids), begins, ends, begins, ends, begins, ends, yearEnds.Add(-ofWallet), yearEnds, begins, ends)
	err := store.Each(ctx, s.Store, strings.Replace(economicsSelect, "@ids", "("+store.Placeholders(len(ids))+")", 1), args, func(scan store.ScanFunc) error {
		var customerID string
		var orders int
		var first, second, year money.Amount
		if err := scan(&customerID, &orders, &first, &second, &year); err != nil {
			return err
		}
		if e := byID[customerID]; orders < 0 {
			e.Contacts, e.ContactCost = int(first.Minor()), second
		} else {
			e.Orders, e.Revenue, e.Margin = orders, first, second
			spent[customerID] = year
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("service: economics of customers: %w", err)
	}
	return spent, nil
}

func (s *Service) paidBack(ctx context.Context, ids []string) (map[string]time.Time, error) {
	paid := map[string]time.Time{}
	query := "WITH mine (id) AS (SELECT id FROM customers WHERE acquisition_cost > 0 AND id IN (" + store.Placeholders(len(ids)) + ")) " + payBackSelect
	err := store.Each(ctx, s.Store, query, store.Args(ids), func(scan store.ScanFunc) error {
		var customerID string
		var at store.Time
		err := scan(&customerID, &at)
		paid[customerID] = at.Time
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("service: acquisition costs paid back: %w", err)
	}
	return paid, nil
}

// finishEconomics fills in what follows from the sums.
func (s *Service) finishEconomics(c *ent.Customer, e *CustomerEconomics, spent money.Amount, paid map[string]time.Time, begins, ends time.Time) error {
	acquired := c.CreatedAt.UTC()
	if c.AcquiredAt != nil {
		acquired = c.AcquiredAt.UTC()
	}
	if !acquired.Before(begins) && acquired.Before(ends) {
		e.AcquisitionCost = c.AcquisitionCost
	}
	net, err := e.Margin.Minus(e.ContactCost)
	if err == nil {
		e.Net, err = net.Minus(e.AcquisitionCost)
	}
	if err != nil {
		return err
	}
	if c.Wallet != nil && c.Wallet.Sign() > 0 {
		share, err := money.DecimalOf(new(big.Rat).Quo(spent.Rat(), c.Wallet.Rat()), 6)
		if err != nil {
			return err
		}
		e.ShareOfWallet = &share
	}
	at, known := paid[c.ID]
	switch {
	case c.AcquisitionCost.Sign() <= 0:
		e.AcquisitionPaidBackAt = &acquired // there was nothing to pay
	case known:
		e.AcquisitionPaidBackAt = &at
	default:
		e.AcquisitionPaysBackAt, err = s.paysBack(value.EarningsOf(c))
	}
	return err
}

// paysBack gives the end of the first month in which expected margins will have made up for what a customer has cost so
// far, nil where there is none within longestPayBack. What is expected is not discounted: the question is when the
// money is back.
func (s *Service) paysBack(e value.Earnings) (*time.Time, error) {
	if e.OrderDays == 0 {
		return nil, nil
	}
	owed, err := e.AcquisitionCost.Plus(e.ContactCost)
	if err == nil {
		owed, err = owed.Minus(e.Margin)
	}
	if err != nil {
		return nil, err
	}
	m, now := s.value.Current(), s.Now()
	margin, err := m.OrderMargin(e)
	if err != nil {
		return nil, err
	}
	x, recency, age := e.Stats(s.Settings().Day(now)).In(m.Counts.TimeUnit())
	orders := make([]float64, longestPayBack)
	m.Counts.MonthlyOrders(orders, x, recency, age)
	for month, n := range orders {
		expected, err := money.FromFloat(n * margin)
		if errors.Is(err, money.ErrOverflow) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if expected.Compare(owed) >= 0 {
			at := now.Add(time.Duration(month+1) * monthLength)
			return &at, nil
		}
	}
	return nil, nil
}
