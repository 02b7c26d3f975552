package report

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// contactSums are sums over some contacts.
type contactSums struct {
	Contacts       int
	Minutes        money.Decimal
	Cost, Realised money.Amount
}

// plus adds sums, or returns money.ErrOverflow.
func (a contactSums) plus(b contactSums) (contactSums, error) {
	minutes, err1 := money.Minor(a.Minutes.Nano()).Plus(money.Minor(b.Minutes.Nano()))
	cost, err2 := a.Cost.Plus(b.Cost)
	realised, err3 := a.Realised.Plus(b.Realised)
	return contactSums{a.Contacts + b.Contacts, money.Nano(minutes.Minor()), cost, realised}, cmp.Or(err1, err2, err3)
}

// contactGroup is the contacts that agree in every dimension; key has a text for each.
type contactGroup struct {
	key []string
	contactSums
}

// breakdown says which contacts a report is about and how they are grouped.
type breakdown struct {
	from, to time.Time // the period asked for, within the years in which there can be contacts
	by       []service.ContactDimension
	knownAt  time.Time // stages and segments are those known at this moment; zero is now
	months   []Span    // those of the contacts, where the months are a dimension
}

// FirstYear and LastYear are the bounds of the years of all contacts and orders: other times are refused when they are written.
var (
	FirstYear = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	LastYear  = time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 1)
)

// breakDown prepares to group the contacts of a period by dimensions, each named once.
func (s *Service) breakDown(ctx context.Context, tx *store.Tx, from, to time.Time, by []service.ContactDimension) (*breakdown, error) {
	b := &breakdown{from: from.UTC(), to: to.UTC(), by: by}
	if b.from.Before(FirstYear) {
		b.from = FirstYear
	}
	if b.to.After(LastYear) {
		b.to = LastYear
	}
	if slices.Contains(by, service.ContactDimensionMonth) {
		first, last, err := firstAndLastContact(ctx, tx, b.from, b.to)
		if err != nil {
			return nil, err
		}
		b.months = MonthsOf(first, last, s.Settings().Zone)
	}
	return b, nil
}

// key makes a group's key of the dimensions' values: of a month its name for its place among the months.
func (b *breakdown) key(values []string) []string {
	key := slices.Clone(values)
	if at := slices.Index(b.by, service.ContactDimensionMonth); at >= 0 {
		place, err := strconv.Atoi(values[at])
		if err == nil && place < len(b.months) {
			key[at] = b.months[place].Name
		}
	}
	return key
}

// sumContacts returns the sums of the groups that there are, in no order; without dimensions always one group.
// LIMIT_EXCEEDED for too many.
func (s *Service) sumContacts(ctx context.Context, tx *store.Tx, b *breakdown) ([]*contactGroup, error) {
	whole, err := b.mostContacts(ctx, tx)
	if err != nil {
		return nil, err
	}
	limit := RowLimit(ctx)
	groups, err := contactGroups(ctx, tx, b, whole, limit)
	return groups, cmp.Or(err, CheckRows(len(groups), limit))
}

// mostContacts reports whether the database is to read the whole table of contacts, where it asks for that: if two fifths of the
// time of all contacts lie in the period. By the index it would look each contact up in another place, which takes three times as
// long.
func (b *breakdown) mostContacts(ctx context.Context, tx *store.Tx) (bool, error) {
	if store.FullScanHint(tx) == "" {
		return false, nil
	}
	first, last, err := firstAndLastContact(ctx, tx, FirstYear, LastYear)
	if err != nil {
		return false, err
	}
	from, to := b.from, b.to
	if from.Before(first) {
		from = first
	}
	if to.After(last) {
		to = last
	}
	return 5*to.Sub(from).Seconds() >= 2*last.Sub(first).Seconds(), nil
}
