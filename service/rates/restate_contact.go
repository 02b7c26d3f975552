package rates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// contactToCost is a contact as far as its cost is concerned.
type contactToCost struct {
	id, customerID, channel string
	staffID                 *string
	at                      time.Time
	minutes                 money.Decimal
	expense, cost           money.Amount
	lines                   []byte
	uncosted                bool
}

// contactScope is some of the contacts that rates cover: those of a channel, or of staff members with the same spans.
type contactScope struct {
	condition string
	args      []any
	spans     []span
}

// recosting is the restating of contacts under way.
type recosting struct {
	news    byKey
	rates   *costing.Rates
	codes   map[string][]string     // of STAFF rates, by user
	pending []contactToCost         // read and not yet costed, none twice
	more    map[string]money.Amount // by customer, what the contacts cost more than before
	changed int
}

// StaffCodes are the codes by which a staff member's rate is looked for: the e-mail, folded, then the grade.
func StaffCodes(u *ent.User) []string {
	codes := []string{u.EmailKey}
	if u.Grade != nil {
		codes = append(codes, *u.Grade)
	}
	return codes
}

// contactScopes gives the contacts that new rates cover: by channels, and by staff. Within each of the two no contact is in two scopes.
func contactScopes(rates byKey, codes map[string][]string) [2][]contactScope {
	channels, staff := map[string][]coverage{}, map[string][]coverage{}
	for key, covered := range rates {
		if key.Subject != costing.SubjectStaff {
			channels[key.Code] = append(channels[key.Code], covered...)
		}
	}
	alike := map[string][]string{} // users by their spans
	for _, user := range slices.Sorted(maps.Keys(codes)) {
		for _, code := range codes[user] {
			staff[user] = append(staff[user], rates[costing.RateKey{Subject: costing.SubjectStaff, Code: code}]...)
		}
		if len(staff[user]) > 0 {
			key := fmt.Sprint(spansOf(staff[user]))
			alike[key] = append(alike[key], user)
		}
	}
	var scopes [2][]contactScope
	for _, channel := range slices.Sorted(maps.Keys(channels)) {
		scopes[0] = append(scopes[0], contactScope{"channel = ?", []any{channel}, spansOf(channels[channel])})
	}
	for _, key := range slices.Sorted(maps.Keys(alike)) {
		for some := range slices.Chunk(alike[key], store.IDsPerStatement) {
			scopes[1] = append(scopes[1], contactScope{"staff_id IN (" + store.Placeholders(len(some)) + ")", store.Args(some), spansOf(staff[some[0]])})
		}
	}
	return scopes
}

// restateContacts costs the contacts anew that rates of staff and channels cover.
func (s *Service) restateContacts(ctx context.Context, tx *store.Tx, news byKey) (int, error) {
	work := recosting{news: news, more: map[string]money.Amount{}}
	var err error
	if work.codes, err = s.codesOfStaff(ctx, tx); err != nil {
		return 0, err
	}
	var rates []costing.Rate
	err = store.Each(ctx, tx, RateColumns+"WHERE subject IN ('STAFF', 'CHANNEL_FEE', 'CHANNEL_MINUTE')", nil, func(scan store.ScanFunc) error {
		one, err := ScanRate(scan)
		rates = append(rates, one)
		return err
	})
	if err != nil {
		return 0, err
	}
	work.rates = costing.NewRates(rates)
	for _, scopes := range contactScopes(news, work.codes) {
		for _, scope := range scopes {
			for _, stretch := range scope.spans {
				if err := s.restateScope(ctx, tx, &work, scope, stretch); err != nil {
					return 0, err
				}
			}
		}
		if err := s.recostContacts(ctx, tx, &work); err != nil {
			return 0, err
		}
	}
	return work.changed, s.addContactCosts(ctx, tx, work.more)
}

// restateScope reads the contacts of a scope in a span, and costs them as soon as there are enough of them.
func (s *Service) restateScope(ctx context.Context, tx *store.Tx, work *recosting, scope contactScope, stretch span) error {
	query := "SELECT id, customer_id, channel, staff_id, at, minutes, expense, cost, cost_lines, uncosted FROM contacts WHERE " + scope.condition +
		" AND at >= ? AND at < ? AND (at > ? OR id > ?) ORDER BY at, id LIMIT ?"
	from, last := stretch.from, ""
	for {
		before := len(work.pending)
		err := store.Each(ctx, tx, query, append(slices.Clone(scope.args), from, stretch.until, from, last, batch), func(scan store.ScanFunc) error {
			var c contactToCost
			err := scan(&c.id, &c.customerID, &c.channel, &c.staffID, &c.at, &c.minutes, &c.expense, &c.cost, &c.lines, &c.uncosted)
			c.at = c.at.UTC()
			work.pending = append(work.pending, c)
			return err
		})
		if err != nil {
			return err
		}
		read := work.pending[before:]
		full := len(read) == batch
		if full {
			from, last = read[batch-1].at, read[batch-1].id
		}
		if len(work.pending) >= batch {
			if err := s.recostContacts(ctx, tx, work); err != nil {
				return err
			}
		}
		if !full {
			return nil
		}
	}
}

// codesOfStaff gives every user's codes of STAFF rates.
func (s *Service) codesOfStaff(ctx context.Context, tx *store.Tx) (map[string][]string, error) {
	codes := map[string][]string{}
	err := store.Each(ctx, tx, "SELECT id, email_key, grade FROM users", nil, func(scan store.ScanFunc) error {
		u := &ent.User{}
		err := scan(&u.ID, &u.EmailKey, &u.Grade)
		codes[u.ID] = StaffCodes(u)
		return err
	})
	return codes, err
}

// recostContacts costs the pending contacts anew, writes those that change, and notes what their customers cost more.
func (s *Service) recostContacts(ctx context.Context, tx *store.Tx, work *recosting) error {
	var rows [][]any
	var audits service.AuditRows
	var customers []string
	for _, c := range work.pending {
		in := costing.ContactInput{Minutes: c.minutes, Channel: c.channel, Expense: c.expense}
		keys := []costing.RateKey{{Subject: costing.SubjectChannelFee, Code: c.channel}, {Subject: costing.SubjectChannelMinute, Code: c.channel}}
		if c.staffID != nil {
			in.StaffCodes = work.codes[*c.staffID]
			for _, code := range in.StaffCodes {
				keys = append(keys, costing.RateKey{Subject: costing.SubjectStaff, Code: code})
			}
		}
		cost, err := costing.Contact(in, work.rates, c.at, service.EndOfTime, s.Currency)
		if err != nil {
			return input.DomainError(err)
		}
		uncosted := len(cost.Missing) > 0
		if cost.Total == c.cost && uncosted == c.uncosted && sameLines(c.lines, cost.Lines) {
			continue
		}
		lines, err := json.Marshal(cost.Lines)
		if err != nil {
			return fmt.Errorf("service: cost lines of %s: %w", c.id, err)
		}
		rows = append(rows, []any{c.id, cost.Total, string(lines), uncosted})
		customers = append(customers, c.customerID)
		difference, err := cost.Total.Minus(c.cost)
		if err != nil {
			return input.DomainError(err)
		}
		if work.more[c.customerID], err = work.more[c.customerID].Plus(difference); err != nil {
			return input.DomainError(err)
		}
		detail := map[string]any{"rates": work.news.covering(c.at, keys...), "cost": service.Change{Old: c.cost, New: cost.Total}, "lines": service.Change{Old: json.RawMessage(c.lines), New: json.RawMessage(lines)}}
		if err := audits.Add(ctx, s.Core, "contact.restate", c.id, detail); err != nil {
			return err
		}
	}
	work.pending = work.pending[:0]
	work.changed += len(rows)
	// Whoever changes what a contact realised holds its customer first: so do we, and nobody waits in a circle.
	if err := s.lockCustomers(ctx, tx, customers); err != nil {
		return err
	}
	err := tx.UpdateRows(ctx, "contacts", "cost = v.column2, cost_lines = v.column3, uncosted = v.column4, version = version + 1", []store.ColumnType{store.IntColumn, store.JSONColumn, store.BoolColumn}, rows)
	if err != nil {
		return err
	}
	return audits.Write(ctx, tx)
}

// sameLines tells whether stored cost lines say the same as new ones: the database may have put their JSON differently.
func sameLines(stored []byte, lines []costing.Line) bool {
	var before []costing.Line
	return json.Unmarshal(stored, &before) == nil && slices.EqualFunc(before, lines, func(a, b costing.Line) bool {
		return a.Kind == b.Kind && a.Label == b.Label && a.Quantity == b.Quantity && a.Rate == b.Rate && a.Amount == b.Amount && input.SameTime(a.RateValidFrom, b.RateValidFrom)
	})
}

// addContactCosts adds to what customers' contacts have cost, and brings their standing value up to date.
func (s *Service) addContactCosts(ctx context.Context, tx *store.Tx, more map[string]money.Amount) error {
	maps.DeleteFunc(more, func(_ string, difference money.Amount) bool { return difference.IsZero() })
	now := s.Now()
	for some := range slices.Chunk(slices.Sorted(maps.Keys(more)), store.IDsPerStatement) {
		customers, err := s.holdCustomers(ctx, tx, some)
		if err != nil {
			return err
		}
		var rows [][]any
		for _, c := range customers {
			if c.ContactCost, err = c.ContactCost.Plus(more[c.ID]); err != nil {
				return input.DomainError(err)
			}
			rows = append(rows, []any{c.ID, c.ContactCost, s.value.StandingValue(c, now)})
		}
		if err := tx.UpdateRows(ctx, "customers", "contact_cost = v.column2, lifetime_value = v.column3", []store.ColumnType{store.IntColumn, store.IntColumn}, rows); err != nil {
			return err
		}
	}
	return nil
}

// lockCustomers holds customers' rows to the transaction's end, in the order of their ids.
func (s *Service) lockCustomers(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	ids := slices.Clone(customerIDs)
	slices.Sort(ids)
	return store.EachByIDs(ctx, tx, "SELECT id FROM customers WHERE id IN @ids ORDER BY id"+store.ForUpdateClause(tx), nil, slices.Compact(ids), func(scan store.ScanFunc) error {
		var one string
		return scan(&one)
	})
}

// holdCustomers reads customers, and holds their rows to the transaction's end, in the order of their ids.
func (s *Service) holdCustomers(ctx context.Context, tx *store.Tx, customerIDs []string) ([]*ent.Customer, error) {
	return value.HoldCustomers(ctx, tx, customerIDs)
}
