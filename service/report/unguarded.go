package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/user"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// The reads of this file, on contacts, orders and staff, go past the guard. A report sums over the rows of all customers; row by row
// through the guard it would take minutes. Who asks may read all of these rows: the API's fields contactEconomics and staffEconomics
// have the directive @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER, ANALYST) reads all rows by auth/rules.go. SALES and
// PARTNER never have it. The command line asks as the system.
//
// The sums are made by the database, in one scan of the contacts. Measured on PostgreSQL with 1.5 million contacts, unordered:
// reading the whole table in parallel takes half as long as reading an index that has all the columns, whose rows must each be
// looked up in the table's visibility map; and such an index would make every credit write to all indexes of its contact. So
// there is none.

// dimensionColumns are the dimensions that stand in the rows, of a contact c.
var dimensionColumns = map[service.ContactDimension]string{
	service.ContactDimensionKind:      "c.kind",
	service.ContactDimensionChannel:   "c.channel",
	service.ContactDimensionDirection: "c.direction",
	service.ContactDimensionStaff:     "coalesce(c.staff_id, '')",
	service.ContactDimensionStage:     "c.stage",
	service.ContactDimensionSegment:   "coalesce(c.segment, '')",
}

// knownColumns are those of them that may be restated, as they were known at a moment, the one parameter.
var knownColumns = map[service.ContactDimension]string{
	service.ContactDimensionStage:   "coalesce((SELECT r.stage" + restatedAfter + ", c.stage)",
	service.ContactDimensionSegment: "coalesce((SELECT coalesce(r.segment, '')" + restatedAfter + ", c.segment, '')",
}

const restatedAfter = " FROM contact_restatements r WHERE r.contact_id = c.id AND r.recorded_at > ? ORDER BY r.recorded_at, r.id LIMIT 1)"

// columns returns an expression for each dimension of a contact c, named d0, d1 and so on, each followed by a comma; and its
// parameters.
func (b *breakdown) columns() (columns string, args []any) {
	for i, one := range b.by {
		column := dimensionColumns[one]
		switch known := knownColumns[one]; {
		case one == service.ContactDimensionMonth:
			place, months := PlaceOf(b.months, "c.at")
			column, args = place, append(args, months...)
		case known != "" && !b.knownAt.IsZero():
			column, args = known, append(args, b.knownAt)
		}
		columns += column + " AS d" + strconv.Itoa(i) + ", "
	}
	return columns, args
}

// into returns where the dimensions' columns are scanned to.
func (b *breakdown) into(values []string) []any {
	cells := make([]any, len(b.by))
	for i := range cells {
		cells[i] = &values[i]
	}
	return cells
}

// PlaceOf returns an SQL expression for the place among some months, or other spans, of the one that a column's time lies in, and its
// parameters. It compares as often as a binary search does.
func PlaceOf(months []Span, column string) (expression string, args []any) {
	var between func(low, high int) string
	between = func(low, high int) string {
		if high-low <= 1 {
			return strconv.Itoa(low)
		}
		middle := (low + high) / 2
		args = append(args, months[middle].Begin)
		return "CASE WHEN " + column + " < ? THEN " + between(low, middle) + " ELSE " + between(middle, high) + " END"
	}
	return between(0, len(months)), args
}

// firstAndLastContact returns the times of the first and the last contact of a period, both zero where there is none: of all that there are
// and were, also before corrections.
func firstAndLastContact(ctx context.Context, tx *store.Tx, from, to time.Time) (first, last time.Time, err error) {
	const within = " WHERE at >= ? AND at < ?"
	const query = "SELECT (SELECT min(at) FROM contacts" + within + "), (SELECT max(at) FROM contacts" + within + ") UNION ALL SELECT min(at), max(at) FROM contact_corrections" + within
	return first, last, store.Each(ctx, tx, query, []any{from, to, from, to, from, to}, func(scan store.ScanFunc) error {
		var low, high store.Time
		err := scan(&low, &high)
		if first.IsZero() || !low.IsZero() && low.Before(first) {
			first = low.Time
		}
		if high.After(last) {
			last = high.Time
		}
		return err
	})
}

// contactGroups sums up the contacts of a breakdown by its dimensions; without dimensions there is always one group. Where there are
// more groups than the limit (0 is none) it returns one more. whole asks the database to read the whole table.
func contactGroups(ctx context.Context, tx *store.Tx, b *breakdown, whole bool, limit int) ([]*contactGroup, error) {
	names := make([]string, len(b.by)) // of the dimensions' columns
	for i := range names {
		names[i] = "d" + strconv.Itoa(i)
	}
	columns, args := b.columns()
	contacts := "contacts c"
	if whole {
		contacts += store.FullScanHint(tx)
	}
	query := "SELECT " + strings.Join(append(names, "count(*), sum(minutes), sum(cost), sum(realised)"), ", ") +
		" FROM (SELECT " + columns + "c.minutes, c.cost, c.realised FROM " + contacts + " WHERE c.voided_at IS NULL AND c.at >= ? AND c.at < ?" + store.SeparatePlan(tx) + ") AS r"
	if len(names) > 0 {
		query += " GROUP BY " + strings.Join(names, ", ")
	}
	if limit > 0 {
		query += " LIMIT " + strconv.Itoa(limit+1)
	}
	groups := []*contactGroup{}
	values := make([]string, len(b.by))
	return groups, store.Each(ctx, tx, query, append(args, b.from, b.to), func(scan store.ScanFunc) error {
		g := &contactGroup{}
		err := scan(append(b.into(values), &g.Contacts, &g.Minutes, &g.Cost, &g.Realised)...)
		g.key = b.key(values)
		groups = append(groups, g)
		return err
	})
}

// eachContact gives each contact of a breakdown with some customers, with its values of the dimensions, which are valid until the
// function returns.
func eachContact(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, each func(contact string, values []string) error) error {
	query, args, scanned := b.contacts(each)
	return store.Each(ctx, tx, query+"customer_id > ? AND c.customer_id <= ?", append(args, within.low, within.high), scanned)
}

// eachContactOf is eachContact of the contacts with some ids.
func eachContactOf(ctx context.Context, tx *store.Tx, b *breakdown, ids []string, each func(contact string, values []string) error) error {
	query, args, scanned := b.contacts(each)
	return store.EachByIDs(ctx, tx, query+"id IN @ids", args, ids, scanned)
}

// contacts returns the beginning of a query for contacts c of the breakdown, its parameters, and what scans a row of it.
func (b *breakdown) contacts(each func(contact string, values []string) error) (query string, args []any, scanned func(store.ScanFunc) error) {
	columns, args := b.columns()
	var contact string
	values := make([]string, len(b.by))
	cells := append(b.into(values), &contact)
	return "SELECT " + columns + "c.id FROM contacts c WHERE c.voided_at IS NULL AND c.at >= ? AND c.at < ? AND c.", append(args, b.from, b.to), func(scan store.ScanFunc) error {
		if err := scan(cells...); err != nil {
			return err
		}
		return each(contact, values)
	}
}

// knownContact is a contact as far as its cost depends on it.
type knownContact struct {
	id      string
	values  []string // of the dimensions
	spent   costing.Duration
	channel schema.Channel
	expense money.Amount
	staffID *string
	at      time.Time

	participants []schema.Participant // if several people took part
}

// eachKnownContact gives each contact of a breakdown with some customers as it was known at a moment. The contact is valid
// until the function returns.
func eachKnownContact(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, recorded time.Time, each func(*knownContact) error) error {
	query, args, scanned := b.knownContacts(recorded, each)
	return store.Each(ctx, tx, query+"customer_id > ? AND c.customer_id <= ?", append(args, within.low, within.high), scanned)
}

// eachKnownContactOf is eachKnownContact of the contacts with some ids.
func eachKnownContactOf(ctx context.Context, tx *store.Tx, b *breakdown, ids []string, recorded time.Time, each func(*knownContact) error) error {
	query, args, scanned := b.knownContacts(recorded, each)
	return store.EachByIDs(ctx, tx, query+"id IN @ids", args, ids, scanned)
}

// knownContacts is contacts as they were known at a moment.
func (b *breakdown) knownContacts(recorded time.Time, each func(*knownContact) error) (query string, args []any, scanned func(store.ScanFunc) error) {
	columns, args := b.columns()
	c := &knownContact{values: make([]string, len(b.by))}
	cells := append(b.into(c.values), &c.id, &c.spent.Minutes, &c.spent.Seconds, &c.channel, &c.expense, &c.staffID, store.FromJSON{To: &c.participants}, &c.at)
	contacts, known := books.ContactsKnownAt(recorded)
	query = "SELECT " + columns + "c.id, c.minutes, c.exact_seconds, c.channel, c.expense, c.staff_id, c.participants, c.at FROM " + contacts + " AS c WHERE c.at >= ? AND c.at < ? AND c."
	return query, append(append(args, known...), b.from, b.to), func(scan store.ScanFunc) error {
		c.participants = nil // which a contact without any leaves alone
		if err := scan(cells...); err != nil {
			return err
		}
		c.at = c.at.UTC()
		return each(c)
	}
}

// contactedCustomers returns those of some customers who were contacted in the period.
func contactedCustomers(ctx context.Context, tx *store.Tx, b *breakdown, within idRange) ([]string, error) {
	return texts(ctx, tx, "SELECT DISTINCT customer_id FROM contacts WHERE voided_at IS NULL AND customer_id > ? AND customer_id <= ? AND at >= ? AND at < ?", within.low, within.high, b.from, b.to)
}

// recommendedCustomers returns those of some customers whom somebody recommended in the period, as it was known at a moment.
func recommendedCustomers(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, known time.Time) ([]string, error) {
	contacts, args := books.ContactsKnownAt(known)
	query := "SELECT DISTINCT about_id FROM " + contacts + " AS k WHERE about_id > ? AND about_id <= ? AND at >= ? AND at < ? AND kind = 'RECOMMENDATION'"
	return texts(ctx, tx, query, append(args, within.low, within.high, b.from, b.to)...)
}

// knownFacts are the facts of a contact that its cost rests on, as they were before a correction.
type knownFacts struct {
	spent   costing.Duration
	channel schema.Channel
	expense money.Amount
	staffID *string

	participants []schema.Participant

	campaignID *string

	at time.Time
}

// factsKnownAt returns the facts of contacts that were corrected after a moment as they were known at it, by contact. The caller may see the
// contacts.
func factsKnownAt(ctx context.Context, from store.Reader, contactIDs []string, at time.Time) (map[string]knownFacts, error) {
	all := map[string]knownFacts{}
	const query = "SELECT contact_id, minutes, exact_seconds, channel, expense, staff_id, participants, campaign_id, at FROM contact_corrections WHERE known_from <= ? AND recorded_at > ? AND contact_id IN @ids"
	return all, store.EachByIDs(ctx, from, query, []any{at, at}, contactIDs, func(scan store.ScanFunc) error {
		var contactID string
		var f knownFacts
		err := scan(&contactID, &f.spent.Minutes, &f.spent.Seconds, &f.channel, &f.expense, &f.staffID, store.FromJSON{To: &f.participants}, &f.campaignID, store.UTC(&f.at))
		all[contactID] = f
		return err
	})
}

// texts returns the one column of a query.
func texts(ctx context.Context, tx *store.Tx, query string, args ...any) (all []string, err error) {
	return all, store.Each(ctx, tx, query, args, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	})
}

// ordersSQL begins a query that addTo scans; a condition on orders o follows.
const ordersSQL = `SELECT o.id, o.customer_id, o.status, o.completed_at, o.credit_model, o.credit_fit, o.at, o.total, o.tax, o.cost, o.stated_cost FROM orders o WHERE `

// addTo returns a function that scans a sold order and appends it.
func addTo(orders *[]*order) func(store.ScanFunc) error {
	return func(scan store.ScanFunc) error {
		o := &order{SoldOrder: books.SoldOrder{Sold: true}}
		var model, fit *string
		err := scan(&o.ID, &o.CustomerID, &o.Status, &o.CompletedAt, &model, &fit, &o.at, &o.total, &o.tax, &o.cost, &o.statedCost)
		o.CompletedAt, o.at, o.Model, o.Fit = o.CompletedAt.UTC(), o.at.UTC(), attribution.Model(input.OrZero(model)), input.OrZero(fit)
		*orders = append(*orders, o)
		return err
	}
}

// ordersByID returns sold orders by their ids.
func ordersByID(ctx context.Context, tx *store.Tx, ids []string) (orders []*order, err error) {
	return orders, store.EachByIDs(ctx, tx, ordersSQL+"o.id IN @ids", nil, ids, addTo(&orders))
}

// unattributedIn returns what no contact earned of the orders that were placed in a period. Of an order that is not sold that is
// nothing (the law of closed books), and the index by moment has all that is wanted.
func unattributedIn(ctx context.Context, tx *store.Tx, from, to time.Time) (sum money.Amount, err error) {
	return sum, store.Each(ctx, tx, "SELECT sum(unattributed) FROM orders WHERE at >= ? AND at < ?", []any{from, to}, func(scan store.ScanFunc) error {
		return scan(&sum)
	})
}

// staffNames returns the names of all users, by id: also of those who were deleted, whose contacts remain.
func staffNames(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	users, err := allStaff(ctx, tx)
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return names, err
}

// allStaff returns all users by name, also those who were deleted.
func allStaff(ctx context.Context, tx *store.Tx) ([]*ent.User, error) {
	users, err := tx.User.Query().Order(user.ByName(), user.ByID()).All(auth.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("report: the staff: %w", err)
	}
	return users, nil
}
