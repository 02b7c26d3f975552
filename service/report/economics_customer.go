package report

import (
	"context"
	"errors"
	"math/big"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
)

// ofWallet is the time whose revenue is compared with what a customer spends in a year.
const ofWallet = 365 * 24 * time.Hour

// maxPayBack is the maximum number of months ahead in which an acquisition cost is expected to be paid back.
const maxPayBack = 120

// CustomerEconomics are what a customer brought and cost in a period.
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

// CustomerEconomicsOf returns what customers brought and cost from a moment on (included) to another (not); without them,
// over the whole time. An order counts at the time it was placed, an acquisition at acquired_at, or else when the customer was
// recorded. It takes three statements for all of them. The customers are rows that the caller may see. INVALID where to lies before
// from; FORBIDDEN for a role that may not see their orders and contacts.
func (s *Service) CustomerEconomicsOf(ctx context.Context, customers []*ent.Customer, from, to *time.Time) (map[*ent.Customer]*CustomerEconomics, error) {
	actor, _ := auth.From(ctx)
	if actor.May("Order").Read == auth.NoRows || actor.May("Contact").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "orders and contacts are not for the role %s", actor.Role)
	}
	begin, end := input.OrZero(from).UTC(), input.Or(to, service.EndOfTime).UTC()
	if err := CheckPeriod(begin, end); err != nil {
		return nil, err
	}
	if len(customers) == 0 {
		return nil, nil
	}
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	yearEnd := end
	if now := s.Now(); yearEnd.After(now) {
		yearEnd = now.Add(time.Microsecond) // the present moment included
	}
	sums, err := sumsOfCustomers(ctx, s.Store, ids, begin, end, yearEnd)
	if err != nil {
		return nil, err
	}
	costs, err := s.campaigns.AcquisitionCosts(ctx, customers)
	if err != nil {
		return nil, err
	}
	paid, err := paidBackAt(ctx, s.Store, costly(customers, costs))
	if err != nil {
		return nil, err
	}
	all := make(map[*ent.Customer]*CustomerEconomics, len(customers))
	for _, c := range customers {
		e, err := economicsOf(c, sums[c.ID], costs[c], begin, end)
		if err != nil {
			return nil, input.DomainError(err)
		}
		at, known := paid[c.ID]
		switch {
		case costs[c].Sign() <= 0:
			at = acquiredAt(c) // there was nothing to pay
			e.AcquisitionPaidBackAt = &at
		case known:
			e.AcquisitionPaidBackAt = &at
		default:
			if e.AcquisitionPaysBackAt, err = s.paysBack(value.EarningsOf(c)); err != nil {
				return nil, input.DomainError(err)
			}
		}
		all[c] = e
	}
	return all, nil
}

// costly returns the ids of the customers whom it cost something to win.
func costly(customers []*ent.Customer, costs map[*ent.Customer]money.Amount) (ids []string) {
	for _, c := range customers {
		if costs[c].Sign() > 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// acquiredAt returns when a customer was won.
func acquiredAt(c *ent.Customer) time.Time { return input.Or(c.AcquiredAt, c.CreatedAt).UTC() }

// economicsOf makes a customer's economics of the sums of a period, but for when the acquisition is paid back.
// What it cost to win them is subtracted only where it was stated: else it is a part of what their contacts cost.
func economicsOf(c *ent.Customer, sums customerSums, cost money.Amount, begin, end time.Time) (*CustomerEconomics, error) {
	e := &CustomerEconomics{Revenue: sums.revenue, Margin: sums.margin, ContactCost: sums.contactCost, Orders: sums.orders, Contacts: sums.contacts}
	var stated money.Amount
	if acquired := acquiredAt(c); !acquired.Before(begin) && acquired.Before(end) {
		e.AcquisitionCost, stated = cost, c.AcquisitionCost
	}
	var err error
	if e.Net, err = lifetime.Past(e.Margin, e.ContactCost, stated); err != nil {
		return nil, err
	}
	if c.Wallet == nil || c.Wallet.Sign() <= 0 {
		return e, nil
	}
	share, err := money.DecimalOf(new(big.Rat).Quo(sums.yearRevenue.Rat(), c.Wallet.Rat()), 6)
	if err != nil {
		return nil, err
	}
	e.ShareOfWallet = &share
	return e, nil
}

// paysBack returns the end of the first month in which expected margins will have made up for what a customer has cost so
// far; nil where there is none within maxPayBack. What is expected is not discounted: the question is when the
// money is back.
func (s *Service) paysBack(e value.Earnings) (*time.Time, error) {
	if e.OrderDays == 0 {
		return nil, nil
	}
	past, err := lifetime.Past(e.Margin, e.ContactCost, e.AcquisitionCost)
	if err != nil {
		return nil, err
	}
	owed, err := past.Neg()
	if err != nil {
		return nil, err
	}
	m, now := s.value.Current(), s.Now()
	day, from := s.value.ObservedEnd(now)
	if e = e.Until(day); e.OrderDays == 0 {
		return nil, nil
	}
	margin, err := m.OrderMargin(e, day)
	if err != nil {
		return nil, err
	}
	x, recency, age := e.Stats(day).In(m.Counts.TimeUnit())
	orders := make([]float64, maxPayBack)
	m.CountsOf(e, day).MonthlyOrders(orders, x, recency, age)
	for month, n := range orders {
		expected, err := money.FromFloat(n * margin)
		if errors.Is(err, money.ErrOverflow) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if expected.Compare(owed) >= 0 {
			at := from.Add(time.Duration(month+1) * monthLength)
			return &at, nil
		}
	}
	return nil, nil
}
