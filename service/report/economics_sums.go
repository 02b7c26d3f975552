package report

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// The sums of a report are made by the database, in one reading of the contacts. Measured on PostgreSQL with 1.5 million
// contacts in no order: reading the whole table in parallel takes half as long as reading an index that has all the
// columns, whose rows must each be looked up in the table's map of what is visible to all; and such an index would make
// every credit write to all indexes of its contact. So there is none.

// contactSums are sums over some contacts.
type contactSums struct {
	Contacts       int
	Minutes        money.Decimal
	Cost, Realised money.Amount
}

// contactGroup is the contacts that agree in every dimension; key has a text for each.
type contactGroup struct {
	key []string
	contactSums
}

// breakdown is how contacts are told apart.
type breakdown struct {
	from, to time.Time // the time asked for, cut to the years in which there can be contacts
	by       []service.ContactDimension
	months   []month
	columns  string // an expression for each dimension, named d0, d1 and so on, each followed by a comma
	args     []any  // of the columns
}

// dimensionColumns are the dimensions that stand in the rows, of a contact c.
var dimensionColumns = map[service.ContactDimension]string{
	service.ContactDimensionKind:      "c.kind",
	service.ContactDimensionChannel:   "c.channel",
	service.ContactDimensionDirection: "c.direction",
	service.ContactDimensionStaff:     "coalesce(c.staff_id, '')",
	service.ContactDimensionStage:     "c.stage",
	service.ContactDimensionSegment:   "coalesce(c.segment, '')",
}

// The years of all contacts and orders: what is told of others is refused when it is written.
var (
	firstYear = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	lastYear  = time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 1)
)

// plus adds sums up, or gives money.ErrOverflow.
func (a contactSums) plus(b contactSums) (contactSums, error) {
	minutes, err1 := money.Minor(a.Minutes.Nano()).Plus(money.Minor(b.Minutes.Nano()))
	cost, err2 := a.Cost.Plus(b.Cost)
	realised, err3 := a.Realised.Plus(b.Realised)
	return contactSums{a.Contacts + b.Contacts, money.Nano(minutes.Minor()), cost, realised}, cmp.Or(err1, err2, err3)
}

// breakDown prepares to tell the contacts of a time apart by dimensions, each named once.
func (s *Service) breakDown(ctx context.Context, tx *store.Tx, from, to time.Time, by []service.ContactDimension) (*breakdown, error) {
	b := &breakdown{from: from.UTC(), to: to.UTC(), by: by}
	if b.from.Before(firstYear) {
		b.from = firstYear
	}
	if b.to.After(lastYear) {
		b.to = lastYear
	}
	for i, one := range by {
		column := dimensionColumns[one]
		if one == service.ContactDimensionMonth {
			first, last, err := s.firstAndLastContact(ctx, tx, b)
			if err != nil {
				return nil, err
			}
			b.months = monthsOf(first, last, s.Settings().Zone)
			column, b.args = placeOfMonth(b.months, "c.at")
		}
		b.columns += column + " AS d" + strconv.Itoa(i) + ", "
	}
	return b, nil
}

// firstAndLastContact gives the times of the first and the last contact of a time, both zero where there is none.
func (s *Service) firstAndLastContact(ctx context.Context, tx *store.Tx, b *breakdown) (first, last time.Time, err error) {
	const within = " FROM contacts WHERE at >= ? AND at < ?)"
	return first, last, store.Each(ctx, tx, "SELECT (SELECT min(at)"+within+", (SELECT max(at)"+within, []any{b.from, b.to, b.from, b.to}, func(scan store.ScanFunc) error {
		var low, high store.Time
		err := scan(&low, &high)
		first, last = low.Time, high.Time
		return err
	})
}

// wholeTable gives what makes SQLite read the contacts from first to last, as PostgreSQL decides by itself, where the
// time has two fifths of all contacts' in it: by the index it would look for each in another place, three times as long.
func (s *Service) wholeTable(ctx context.Context, tx *store.Tx, b *breakdown) (string, error) {
	if s.Store.Dialect() != dialect.SQLite {
		return "", nil
	}
	all := &breakdown{from: firstYear, to: lastYear}
	first, last, err := s.firstAndLastContact(ctx, tx, all)
	if err != nil {
		return "", err
	}
	from, to := b.from, b.to
	if from.Before(first) {
		from = first
	}
	if to.After(last) {
		to = last
	}
	if 5*to.Sub(from).Seconds() < 2*last.Sub(first).Seconds() {
		return "", nil
	}
	return " NOT INDEXED", nil
}

// target gives where the columns of the dimensions are read into, and what makes a key of that.
func (b *breakdown) target() (columns []any, key func() []string) {
	texts := make([]string, len(b.by))
	for i := range texts {
		columns = append(columns, &texts[i])
	}
	return columns, func() []string {
		found := slices.Clone(texts)
		if at := slices.Index(b.by, service.ContactDimensionMonth); at >= 0 {
			place, err := strconv.Atoi(texts[at])
			if err == nil && place < len(b.months) {
				found[at] = b.months[place].name
			}
		}
		return found
	}
}

// sumContacts gives the sums of the groups that there are, in no order; without dimensions always one.
// LIMIT_EXCEEDED for too many.
func (s *Service) sumContacts(ctx context.Context, tx *store.Tx, b *breakdown) ([]*contactGroup, error) {
	whole, err := s.wholeTable(ctx, tx, b)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(b.by)) // of the dimensions' columns
	for i := range names {
		names[i] = "d" + strconv.Itoa(i)
	}
	query := "SELECT " + strings.Join(append(names, "count(*), sum(minutes), sum(cost), sum(realised)"), ", ") +
		" FROM (SELECT " + b.columns + "c.minutes, c.cost, c.realised FROM contacts c" + whole + " WHERE c.at >= ? AND c.at < ?"
	if s.Store.Dialect() == dialect.Postgres {
		// Left to itself PostgreSQL expects as many months as there are moments, and does not sum up in parallel. This keeps the
		// inner query for itself; without the quotes it would be no constant, and nothing parallel under it.
		query += " OFFSET '0'"
	}
	query += ") AS r"
	args := append(slices.Clone(b.args), b.from, b.to)
	if len(names) > 0 {
		query += " GROUP BY " + strings.Join(names, ", ")
	}
	all := !limited(ctx)
	if !all {
		query += " LIMIT " + strconv.Itoa(mostEconomicsRows+1)
	}
	groups := []*contactGroup{}
	columns, key := b.target()
	err = store.Each(ctx, tx, query, args, func(scan store.ScanFunc) error {
		g := &contactGroup{}
		err := scan(append(columns, &g.Contacts, &g.Minutes, &g.Cost, &g.Realised)...)
		g.key = key()
		groups = append(groups, g)
		return err
	})
	if err == nil && !all && len(groups) > mostEconomicsRows {
		err = fault.New(fault.LimitExceeded, "by", "more than %d rows: ask by fewer dimensions, or for a shorter time", mostEconomicsRows)
	}
	return groups, err
}

// limited tells whether a report is somebody's who asks through the API, and not the command line's.
func limited(ctx context.Context) bool {
	actor, ok := auth.From(ctx)
	return !ok || !actor.IsSystem()
}

// forReport prepares a transaction for reading much. PostgreSQL is to plan for the very time that is asked for: a plan
// for any time, which it makes of a statement that comes often, expects next to nothing to lie in it. Compiling takes
// longer than it saves. Who asks without a deadline waits as long as it takes.
func (s *Service) forReport(ctx context.Context, tx *store.Tx) error {
	if s.Store.Dialect() != dialect.Postgres {
		return nil
	}
	query := "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true)"
	if _, hurried := ctx.Deadline(); !hurried {
		query += ", set_config('statement_timeout', '0', true)"
	}
	return store.Each(ctx, tx, query, nil, func(func(...any) error) error { return nil })
}

// ofReport makes a fault of sums that are too large, whoever noticed.
func ofReport(err error) error {
	if store.IsOverflow(err) {
		err = money.ErrOverflow
	}
	return input.DomainError(err)
}
