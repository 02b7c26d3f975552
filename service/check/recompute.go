package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/customers"
	"kopeck/store"
)

// What the domain layer computes is computed again by it, row by row, and compared with what is stored.

// decoded decodes JSON and reports whether it could be read.
func decoded[T any](text []byte) (value T, ok bool) {
	err := json.Unmarshal(text, &value)
	return value, err == nil
}

var (
	costLinesUnreadable = &rule{lawBooks, "the cost lines cannot be read"}
	timeWithoutRate     = &rule{lawFigures, "the time of %s has a cost, and no rate holds for them or their grade at the contact's moment"}
	timeOfOthers        = &rule{lawBooks, "the lines of STAFF_TIME are not those of the people who took part"}
	firstOfSeveral      = &rule{lawBooks, "the staff is not the first of the people who took part, or the time not the longest of theirs"}
	foundByOthers       = &rule{lawStates, "the contact is found by other people of ours than took part in it"}
	costLinesSum        = &rule{lawBooks, "the cost is %s, its lines sum to %s"}
	advertisingSum      = &rule{lawBooks, "the part of the campaign's spend is %s, the lines of ADVERTISING sum to %s"}
	spendSpread         = &rule{lawBooks, "what contacts have of the campaign's spend is %s, spreading it gives %s"}
)

// staff is a user as far as the rates of their time are found.
type staff struct {
	emailKey string
	grade    *string // now
	grades   service.Dated
}

// timedBy reads the users, and returns whether there is a rate for the time of one at a moment, by what is known now.
func (s *Service) timedBy(ctx context.Context, tx *store.Tx) (func(userID string, at time.Time) bool, error) {
	from, err := staffRates(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := staffCodes(ctx, tx)
	if err != nil {
		return nil, err
	}
	dated, err := s.AllDated(ctx, tx, schema.DatedGrade)
	for userID, grades := range dated {
		if one := all[userID]; one != nil {
			one.grades = grades
		}
	}
	return func(userID string, at time.Time) bool {
		one := all[userID]
		return one != nil && slices.ContainsFunc(costing.StaffCodes(one.emailKey, one.grades.At(at, service.EndOfTime, one.grade)), func(code string) bool {
			first, found := from[code]
			return found && !first.After(at)
		})
	}, err
}

// checkContacts compares the costs of contacts with the sums of their lines, and looks for time that has a cost and no rate: the next
// restatement would drop it.
func (s *Service) checkContacts(ctx context.Context, tx *store.Tx, f *findings) error {
	timed, err := s.timedBy(ctx, tx)
	if err != nil {
		return err
	}
	several := map[string]map[string]money.Decimal{}
	if err := eachContact(ctx, tx, func(c storedContact) error {
		for _, p := range c.people {
			if several[c.id] == nil {
				several[c.id] = map[string]money.Decimal{}
			}
			several[c.id][p.UserID] = p.Minutes
		}
		lines, ok := decoded[[]costing.Line](c.lines)
		if !ok {
			f.add(costLinesUnreadable, c.id)
			return nil
		}
		var sum, advertising money.Amount
		for _, line := range lines {
			var err error
			if sum, err = sum.Plus(line.Amount); err == nil && line.Kind == costing.Advertising {
				advertising, err = advertising.Plus(line.Amount)
			}
			if err != nil {
				return fmt.Errorf("check: cost lines of %s: %w", c.id, err)
			}
		}
		if advertising != c.advertising {
			f.add(advertisingSum, c.id, s.Currency.Format(c.advertising), s.Currency.Format(advertising))
		}
		if sum != c.cost {
			f.add(costLinesSum, c.id, s.Currency.Format(c.cost), s.Currency.Format(sum))
		}
		s.checkTook(f, c, lines, timed)
		return nil
	}); err != nil {
		return err
	}
	return checkFound(ctx, tx, f, several)
}

// checkTook compares who took part in a contact with its lines of their time, and looks for time that has a cost and no rate.
func (s *Service) checkTook(f *findings, c storedContact, lines []costing.Line, timed func(userID string, at time.Time) bool) {
	isCosted := func(l costing.Line) bool { return l.Kind == costing.StaffTime && l.RateValidFrom != nil }
	if len(c.people) == 0 || c.staffID == "" {
		if c.staffID != "" && slices.ContainsFunc(lines, isCosted) && !timed(c.staffID, c.at) {
			f.add(timeWithoutRate, c.id, c.staffID)
		}
		return
	}
	ofTime := slices.DeleteFunc(slices.Clone(lines), func(l costing.Line) bool { return l.Kind != costing.StaffTime })
	longest := money.Decimal{}
	for _, p := range c.people {
		if p.Minutes.Compare(longest) > 0 {
			longest = p.Minutes
		}
		if !p.Timed() {
			continue
		}
		if len(ofTime) == 0 || ofTime[0].Quantity != p.Minutes && (p.Seconds == nil || ofTime[0].Quantity != *p.Seconds) {
			f.add(timeOfOthers, c.id)
			return
		}
		if isCosted(ofTime[0]) && !timed(p.UserID, c.at) {
			f.add(timeWithoutRate, c.id, p.UserID)
		}
		ofTime = ofTime[1:]
	}
	if len(ofTime) > 0 {
		f.add(timeOfOthers, c.id)
	}
	if c.staffID != c.people[0].UserID || longest != c.minutes {
		f.add(firstOfSeveral, c.id)
	}
}

// checkFound compares by whom contacts are found with who took part in them, if several people did.
func checkFound(ctx context.Context, tx *store.Tx, f *findings, several map[string]map[string]money.Decimal) error {
	found, err := foundBy(ctx, tx)
	if err != nil {
		return err
	}
	for contactID, people := range several {
		if !maps.Equal(people, found[contactID]) {
			f.add(foundByOthers, contactID)
		}
		delete(found, contactID)
	}
	for contactID := range found {
		f.add(foundByOthers, contactID)
	}
	return nil
}

var spendPeriod = &rule{lawStates, "the moments of the spend are not those of its days"}

// checkSpend spreads all spend of campaigns anew, from the raw rows, and compares: over all contacts, with what caused none, the parts are the
// whole. The moments of a period are those of its days in the company's zone.
func (s *Service) checkSpend(ctx context.Context, tx *store.Tx, f *findings) error {
	zone := s.Settings().Zone
	err := eachSpend(ctx, tx, func(spendID string, first, last int, begins, ends time.Time) {
		if last < first || !begins.Equal(costing.StartOfDay(first, zone)) || !ends.Equal(costing.StartOfDay(last+1, zone)) {
			f.add(spendPeriod, spendID)
		}
	})
	if err != nil {
		return err
	}
	return campaigns.Verify(ctx, tx, func(w campaigns.Wrong) {
		f.add(spendSpread, w.Subject, s.Currency.Format(w.Stored), s.Currency.Format(w.Wants))
	})
}

var (
	priceLinesUnreadable = &rule{lawWaterfall, "the price lines cannot be read"}
	priceLinesSum        = &rule{lawWaterfall, "the unit price is %s, its lines sum to %s"}
	lineTotal            = &rule{lawWaterfall, "the total is %s, unit price x quantity is %s"}
)

// checkLines compares the unit prices of offers and orders with the sums of their waterfalls, and the lines' totals with unit
// price x quantity. A line that was imported without a waterfall is not checked: its file gave the total.
func (s *Service) checkLines(ctx context.Context, tx *store.Tx, f *findings) error {
	return eachLine(ctx, tx, func(l storedLine) error {
		steps, ok := decoded[[]pricing.Line](l.steps)
		if !ok {
			f.add(priceLinesUnreadable, l.id)
			return nil
		}
		if len(steps) == 0 {
			return nil
		}
		var sum money.Amount
		for _, step := range steps {
			var err error
			if sum, err = sum.Plus(step.Amount); err != nil {
				return fmt.Errorf("check: price lines of %s: %w", l.id, err)
			}
		}
		if sum != l.unit {
			f.add(priceLinesSum, l.id, s.Currency.Format(l.unit), s.Currency.Format(sum))
			return nil
		}
		if want, err := costing.LineTotal(l.unit, l.quantity); err != nil || want != l.total {
			f.add(lineTotal, l.id, s.Currency.Format(l.total), s.Currency.Format(want))
		}
		return nil
	})
}

// checkCustomers checks the orders, statistics, search terms and contact points of all customers, some at a time.
func (s *Service) checkCustomers(ctx context.Context, tx *store.Tx, f *findings) error {
	for low := ""; ; {
		some, err := customersAfter(ctx, tx, low)
		if err != nil || len(some) == 0 {
			return err
		}
		high := some[len(some)-1].ID
		orders, err := ordersOf(ctx, tx, low, high)
		if err != nil {
			return err
		}
		terms, err := termsOf(ctx, tx, low, high)
		if err != nil {
			return err
		}
		ids := make([]string, len(some))
		for i, c := range some {
			ids[i] = c.ID
		}
		others, err := customers.IdentitiesOf(ctx, tx, ids...)
		if err != nil {
			return err
		}
		points, err := pointsOf(ctx, tx, low, high)
		if err != nil {
			return err
		}
		if err := s.checkDated(ctx, tx, f, some); err != nil {
			return err
		}
		for _, c := range some {
			for _, o := range orders[c.ID] {
				s.checkOrder(f, o)
			}
			checkStatistics(f, c, orders[c.ID])
			checkTerms(f, c, terms[c.ID], others[c.ID])
			checkPoints(f, c, points[c.ID])
		}
		low = high
	}
}

var (
	orderMargin  = &rule{lawBooks, "the margin is %s, total - refunded - cost, without tax, is %s"}
	orderSettled = &rule{lawBooks, "the order's credits and its unattributed part do not sum to its margin"}
	orderDay     = &rule{lawFigures, "the day is %d, in %s it was %d"}
)

// checkOrder checks an order's margin, that the books are closed on it, and its day in the installation's time zone.
func (s *Service) checkOrder(f *findings, o storedOrder) {
	if want, err := costing.OrderMargin(o.Status == lifetime.OrderCancelled, o.sold, s.Settings().Taxes, o.cost); err != nil || want != o.Margin {
		f.add(orderMargin, o.id, s.Currency.Format(o.Margin), s.Currency.Format(want))
	}
	if !settled(o) {
		f.add(orderSettled, o.id)
	}
	settings := s.Settings()
	if want := settings.Day(o.At); want != o.Day {
		f.add(orderDay, o.id, o.Day, settings.Zone, want)
	}
}

// settled reports whether the whole margin of a sold order is credited or unattributed. Of an order that is not sold there is
// nothing to credit.
func settled(o storedOrder) bool {
	if !o.Status.Sold() {
		return o.credits == 0 && o.unattributed.IsZero()
	}
	sum, err := o.credited.Plus(o.unattributed)
	return err == nil && o.model != nil && sum == o.Margin
}

var statistics = &rule{lawFigures, "the statistics are not those of the customer's orders"}

// checkStatistics compares the statistics on a customer's row with those of the orders.
func checkStatistics(f *findings, c *ent.Customer, orders []storedOrder) {
	all := make([]lifetime.Order, len(orders))
	for i, o := range orders {
		all[i] = o.Order
	}
	want, err := lifetime.StatisticsOf(all)
	if err != nil || c.OrderDays != want.OrderDays || c.FirstOrderDay != want.FirstDay || c.LastOrderDay != want.LastDay ||
		c.Margin != want.Margin || c.RepeatMargin != want.RepeatMargin || c.RefundedMargin != want.RefundedMargin || c.RecentDays != string(want.Recent) || !c.LastOrderAt.Equal(want.LastOrderAt) {
		f.add(statistics, c.ID)
	}
}

var searchTerms = &rule{lawSearch, "the search terms are not those of the customer's names, e-mail addresses, phone numbers and external ids"}

// checkTerms compares the stored search terms of a customer with those of the row. A deleted customer has none.
func checkTerms(f *findings, c *ent.Customer, stored []string, others []customers.Identity) {
	var want []string
	if c.DeletedAt == nil {
		want = customers.SearchTerms(c, others...)
	}
	slices.Sort(stored)
	if !slices.Equal(want, stored) {
		f.add(searchTerms, c.ID)
	}
}

var (
	mainPoint = &rule{lawSearch, "the phone number or the e-mail address is not among the contact points"}
	pointKey  = &rule{lawSearch, "the key of the contact point %s is not that of its value"}
)

// checkPoints compares the contact points of a customer with the row, and with their keys.
func checkPoints(f *findings, c *ent.Customer, points []*ent.ContactPoint) {
	for _, of := range customers.PointTypes {
		if c.DeletedAt == nil && *customers.MainPoint(c, of) != nil && !slices.ContainsFunc(points, func(p *ent.ContactPoint) bool { return p.Type == of && customers.IsMain(c, p) }) {
			f.add(mainPoint, c.ID)
		}
	}
	for _, p := range points {
		if p.ValueKey != customers.PointKey(p.Type, p.Value) {
			f.add(pointKey, c.ID, p.ID)
		}
	}
}
