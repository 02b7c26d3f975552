package value

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// What a viewer without the scope costs is shown of a customer's worth is the worth at the start of the day, rounded. Whoever can
// change what a customer is worth by known amounts learns from each look where the rounded figure lies, and there is one look a day.
// customers.shown_earnings has the earnings of that moment, and customers.shown_total the rounded value by which lists are ordered and
// percentiles are computed for such viewers. Both are written once a day ([Service.ShowNext]) and by an import ([Service.ShowCustomers]);
// after a fit shown_total is computed anew of the same earnings. A customer who was recorded since has none: what their recorder entered
// of them is not shown before tomorrow.
//
// Conditions of price rules ask for the same rounded worth, whoever asks for the price: by prices nobody finds more than they are shown.
// So that a price of the past stays the same, it is known of each moment when a customer had been shown last: [Service.RulesWorth].

// shownEarnings is the form of [Earnings] in customers.shown_earnings. A departure changes notes alone.
type shownEarnings struct {
	OrderDays       int          `json:"orderDays"`
	FirstDay        int          `json:"firstDay"`
	LastDay         int          `json:"lastDay"`
	Margin          money.Amount `json:"margin"`
	RepeatMargin    money.Amount `json:"repeatMargin"`
	RefundedMargin  money.Amount `json:"refundedMargin"`
	ContactCost     money.Amount `json:"contactCost"`
	AcquisitionCost money.Amount `json:"acquisitionCost"`
	Recent          string       `json:"recent"`
	Since           *time.Time   `json:"since,omitempty"` // when they were written; nil in those of an earlier version
	Imported        bool         `json:"imported,omitempty"`
}

// shownBy are the earnings that a customer is shown by.
type shownBy struct {
	Earnings

	since    *time.Time // when they were written; nil where that is not known
	imported bool       // they were written by an import, of whose day they are, and not of its start
}

// shownEarningsOf returns the earnings that a customer is shown by: of a customer recorded since the start of the day, those of one
// without any history.
func shownEarningsOf(c *ent.Customer) (shownBy, error) {
	if c.ShownEarnings == nil {
		return shownBy{}, nil
	}
	var e shownEarnings
	if err := json.Unmarshal(c.ShownEarnings, &e); err != nil {
		return shownBy{}, fmt.Errorf("value: shown_earnings of %s: %w", c.ID, err)
	}
	return shownBy{Earnings{
		OrderDays: e.OrderDays, FirstDay: e.FirstDay, LastDay: e.LastDay, Margin: e.Margin, RepeatMargin: e.RepeatMargin,
		RefundedMargin: e.RefundedMargin, ContactCost: e.ContactCost, AcquisitionCost: e.AcquisitionCost, Recent: lifetime.Recent(e.Recent),
	}, e.Since, e.Imported}, nil
}

// shownObservation returns until when the orders of all customers are known, as far as a customer is shown by it: at the start of the day
// or, if an import showed them today, now. Otherwise whoever can place the first order of all customers for long could look twice a day.
func (s *Service) shownObservation(by shownBy) lifetime.Observation {
	settings := s.Settings()
	if by.imported && by.since != nil && settings.Day(*by.since) == settings.Day(s.Now()) {
		return s.Observation()
	}
	return s.morningObservation()
}

// Show replaces the amounts of a customer's present value, and the notes on them, by those that a viewer without the scope costs is shown.
func (s *Service) Show(v *LifetimeValue, c *ent.Customer) error {
	by, err := shownEarningsOf(c)
	if err != nil {
		return err
	}
	e := by.Earnings
	e.DepartedAt = EarningsOf(c).DepartedAt
	was, err := s.ValueSeen(s.model.Load(), e, s.shownObservation(by), v.At, v.HorizonMonths, s.Settings().AnnualDiscountRate)
	if err != nil {
		return input.DomainError(err)
	}
	v.Past, v.Future, v.Total, v.ExpectedOrderMargin = was.Past, was.Future, was.Total, was.ExpectedOrderMargin
	v.outlook, v.coverage, v.shown = was.outlook, was.coverage, true
	v.notes, v.Notes = was.notes, textsOf(was.notes, false)
	v.Of(c, e)
	return nil
}

// shownTotal returns what customers.shown_total is to be: the rounded value of the shown earnings over the default horizon.
func (s *Service) shownTotal(m *Model, c *ent.Customer) (money.Amount, error) {
	by, err := shownEarningsOf(c)
	if err != nil {
		return money.Amount{}, err
	}
	return s.roundedTotal(m, c, by.Earnings, s.shownObservation(by), s.Now(), s.Settings().AnnualDiscountRate)
}

// roundedTotal returns the rounded value of earnings of a customer over the default horizon, at most what a column can hold.
func (s *Service) roundedTotal(m *Model, c *ent.Customer, e Earnings, seen lifetime.Observation, at time.Time, rate money.Decimal) (money.Amount, error) {
	v, err := s.ValueSeen(m, e, seen, at, LifetimeHorizon, rate)
	if errors.Is(err, money.ErrOverflow) {
		return money.Minor(math.MaxInt64), nil
	}
	if err != nil {
		return money.Amount{}, err
	}
	v.Of(c, e)
	total, err := s.Round(v.Total, v)
	if errors.Is(err, money.ErrOverflow) {
		return v.Total, nil
	}
	return total, err
}

// show puts on a customer what is shown from now on, by an import or not, and reports whether it is something else than before.
func (s *Service) show(m *Model, c *ent.Customer, imported bool) (changed bool, err error) {
	is := EarningsOf(c)
	is.DepartedAt = nil
	was, err := shownEarningsOf(c)
	if err != nil {
		return false, err
	}
	if c.ShownEarnings == nil || was.Earnings != is {
		changed = true
		since := s.Now().UTC().Truncate(time.Microsecond)
		c.ShownEarnings, err = json.Marshal(shownEarnings{
			is.OrderDays, is.FirstDay, is.LastDay, is.Margin, is.RepeatMargin, is.RefundedMargin, is.ContactCost, is.AcquisitionCost, string(is.Recent), &since, imported,
		})
		if err != nil {
			return false, err
		}
	}
	total, err := s.shownTotal(m, c)
	changed = changed || total != c.ShownTotal
	c.ShownTotal = total
	return changed, err
}

// ShowMade puts on a customer who is imported with all orders what is shown of them. The transaction that writes them tells it by
// [Service.RecordShown].
func (s *Service) ShowMade(c *ent.Customer) error {
	_, err := s.show(s.model.Load(), c, true)
	return err
}

// RecordShown records that some customers, who have earned or cost something, were shown by an import.
func (s *Service) RecordShown(ctx context.Context, tx *store.Tx, customers []*ent.Customer) error {
	actor, _ := auth.From(ctx)
	now := s.Now()
	rows := make([][]any, 0, len(customers))
	for _, c := range customers {
		if is := EarningsOf(c); is != (Earnings{DepartedAt: is.DepartedAt}) {
			rows = append(rows, []any{s.IDs.Make(id.DatedValue), string(schema.DatedShown), c.ID, now, now, actor.Name})
		}
	}
	return writeShowings(ctx, tx, rows)
}

// ShowNext shows the customers after an id by their present earnings, in the order of their ids, and returns the last one's id and
// whether there may be more. It holds their rows until the transaction ends.
func (s *Service) ShowNext(ctx context.Context, tx *store.Tx, day int, after string) (last string, more bool, err error) {
	m, customers, err := s.holdToValue(ctx, tx, after)
	if err != nil || len(customers) == 0 {
		return after, false, err
	}
	if _, err := s.showAll(ctx, tx, m, customers, false); err != nil {
		return after, false, err
	}
	last = customers[len(customers)-1].ID
	who := after + " " + last
	return last, len(customers) == refreshBatch, s.RecordDated(ctx, tx, schema.DatedShownDay, schema.Date(day).String(), &who, s.Now())
}

// ShowCustomers shows customers whom the transaction holds by their present earnings: an import does.
func (s *Service) ShowCustomers(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	customers, err := ReadCustomers(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	changed, err := s.showAll(ctx, tx, s.model.Load(), customers, true)
	if err != nil {
		return err
	}
	return s.RecordShown(ctx, tx, changed)
}

// showAll returns the customers of whom something else is shown than before, by an import or not.
func (s *Service) showAll(ctx context.Context, tx *store.Tx, m *Model, customers []*ent.Customer, imported bool) (changed []*ent.Customer, err error) {
	for _, c := range customers {
		is, err := s.show(m, c, imported)
		if err != nil {
			return nil, err
		}
		if is {
			changed = append(changed, c)
		}
	}
	return changed, writeShown(ctx, tx, changed)
}
