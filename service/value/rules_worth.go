package value

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
)

// Worth is what a customer was worth as far as price rules ask for it: the rounded total over the default horizon, as everybody who
// may see the price is shown it.
type Worth struct {
	Total money.Amount
	From  time.Time // the start of the day, or the import on that day by which the customer was shown
}

// RulesWorth returns what price rules may ask of customers' worth at a moment, by their ids: the worth of the start of that day, and
// since an import on that day, which shows whom it writes, the worth of then. It is the same for whoever asks: see shown.go. Of a past
// moment, which past says that it is, it is what was known when a customer had been shown last: known returns the earnings known at a
// moment. Of now it makes no statement. The callers may see the customers.
func (s *Service) RulesWorth(ctx context.Context, customers []*ent.Customer, at time.Time, past bool, known func(context.Context, []*ent.Customer, time.Time) (map[string]Earnings, error)) (map[string]Worth, error) {
	m, seen, morning := s.Current(), s.Observation(), s.morningObservation()
	if past {
		var err error
		if m, err = s.ModelAt(ctx, at); err != nil {
			return nil, err
		}
		if seen, err = s.ObservationAt(ctx, at); err != nil {
			return nil, err
		}
		settings := s.Settings()
		if morning, err = s.observationAt(ctx, settings.StartOfDay(settings.Day(at)), at); err != nil {
			return nil, err
		}
	}
	earned, err := s.shownAt(ctx, customers, at, past, known)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Worth, len(customers))
	for _, c := range customers {
		of := earned[c.ID]
		by := morning
		if of.imported {
			by = seen
		}
		total, err := s.roundedTotal(m, c, of.Earnings, by, at, s.SettingsAt(at).AnnualDiscountRate)
		if err != nil {
			return nil, fmt.Errorf("value: the worth of %s: %w", c.ID, err)
		}
		all[c.ID] = Worth{total, of.from}
	}
	return all, nil
}

// earnedBy are earnings and from when they are.
type earnedBy struct {
	Earnings

	from     time.Time
	imported bool // on that day: they are shown as they are observed at the moment
}

// shownAt returns the earnings by which customers were shown at a moment, by their ids.
func (s *Service) shownAt(ctx context.Context, customers []*ent.Customer, at time.Time, past bool, known func(context.Context, []*ent.Customer, time.Time) (map[string]Earnings, error)) (map[string]earnedBy, error) {
	settings := s.Settings()
	today, morning := settings.StartOfDay(settings.Day(s.Now())), settings.StartOfDay(settings.Day(at))
	all := make(map[string]earnedBy, len(customers))
	var earlier []*ent.Customer // who have been shown by other earnings since
	for _, c := range customers {
		by, err := shownEarningsOf(c)
		if err != nil {
			return nil, err
		}
		since := by.since
		switch {
		case c.ShownEarnings == nil:
			all[c.ID] = earnedBy{from: morning}
			continue
		case since == nil:
			since = &today
		}
		if past && at.Before(*since) {
			earlier = append(earlier, c)
			continue
		}
		from := morning
		if since.After(from) {
			from = since.UTC()
		}
		all[c.ID] = earnedBy{by.Earnings, from, by.imported && settings.Day(*since) == settings.Day(at)}
	}
	if len(earlier) == 0 {
		return all, nil
	}
	shown, err := s.lastShown(ctx, earlier, at)
	if err != nil {
		return nil, err
	}
	together := map[shownWhen][]*ent.Customer{}
	for _, c := range earlier {
		when := shown[c.ID]
		if c.CreatedAt.After(when.at) {
			all[c.ID] = earnedBy{from: morning}
			continue
		}
		together[when] = append(together[when], c)
	}
	for when, some := range together {
		then, err := known(ctx, some, when.at)
		if err != nil {
			return nil, err
		}
		from := morning
		isOfDay := settings.Day(when.at) == settings.Day(at)
		if when.at.After(from) && isOfDay {
			from = when.at
		}
		for _, c := range some {
			e := then[c.ID]
			e.DepartedAt = nil
			all[c.ID] = earnedBy{e, from, when.imported && isOfDay}
		}
	}
	return all, nil
}

// shownWhen is when a customer was shown last: by an import, or not.
type shownWhen struct {
	at       time.Time
	imported bool
}

// lastShown returns when customers had been shown last at a moment, by their ids: by an import, or on the day or the one before it.
// Where that was not recorded, as by an earlier version, it is the start of the day.
func (s *Service) lastShown(ctx context.Context, customers []*ent.Customer, at time.Time) (map[string]shownWhen, error) {
	settings := s.Settings()
	day := settings.Day(at)
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	imported, err := importedShowings(ctx, s.Store, ids, at)
	if err != nil {
		return nil, err
	}
	refreshed, err := refreshedShowings(ctx, s.Store, []string{schema.Date(day - 1).String(), schema.Date(day).String()}, at)
	if err != nil {
		return nil, err
	}
	all := make(map[string]shownWhen, len(customers))
	for _, customerID := range ids {
		var when shownWhen
		for _, one := range refreshed {
			if after, last, _ := strings.Cut(one.who, " "); after < customerID && customerID <= last {
				when.at = one.at
			}
		}
		if when.at.IsZero() {
			when.at = settings.StartOfDay(day)
		}
		if later := imported[customerID]; later.After(when.at) {
			when = shownWhen{later, true}
		}
		all[customerID] = when
	}
	return all, nil
}
