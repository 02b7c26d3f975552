package rates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// contactToCost is a contact as far as its cost is concerned.
type contactToCost struct {
	id, customerID string
	channel        schema.Channel
	staffID        *string
	participants   []schema.Participant // if several people took part
	at             time.Time
	spent          costing.Duration
	expense, cost  money.Amount
	lines          []byte
	uncosted       bool
}

// contactScope is some of the contacts that rates cover: those of a channel, or those of staff members who have the same spans.
type contactScope struct {
	channel string
	staff   []string // ids of users; none where the scope is a channel
	others  bool     // those alone in which several people took part, and one of the staff is not the first
	spans   []span
}

// contactRestating is the restating of contacts under way.
type contactRestating struct {
	added   coverages
	rates   *costing.Rates
	staff   map[string]*Staff
	pending []contactToCost         // that are read and not yet costed, none twice
	more    map[string]money.Amount // what the contacts cost more than before, by customer
	changed int
}

// contactScopes returns the contacts that new rates cover: by channels, and by staff. Within each of the two lists no contact is
// in two scopes.
func contactScopes(added coverages, staff map[string]*Staff) (byChannel, byStaff []contactScope) {
	channels := map[string][]coverage{}
	for key, covered := range added {
		if key.Subject != costing.SubjectStaff {
			channels[key.Code] = append(channels[key.Code], covered...)
		}
	}
	for _, channel := range slices.Sorted(maps.Keys(channels)) {
		byChannel = append(byChannel, contactScope{channel: channel, spans: spansOf(channels[channel])})
	}
	together := map[string]*contactScope{} // staff by their spans
	for _, user := range slices.Sorted(maps.Keys(staff)) {
		var covered []coverage
		for _, code := range staff[user].codes() {
			covered = append(covered, added[costing.RateKey{Subject: costing.SubjectStaff, Code: code}]...)
		}
		spans := spansOf(covered)
		if len(spans) == 0 {
			continue
		}
		key := fmt.Sprint(spans)
		if together[key] == nil {
			together[key] = &contactScope{spans: spans}
		}
		together[key].staff = append(together[key].staff, user)
	}
	for _, key := range slices.Sorted(maps.Keys(together)) {
		for some := range slices.Chunk(together[key].staff, store.IDsPerStatement) {
			byStaff = append(byStaff, contactScope{staff: some, spans: together[key].spans})
		}
	}
	return byChannel, byStaff
}

// restateContacts recomputes the costs of the contacts that rates of staff and channels cover.
func (s *Service) restateContacts(ctx context.Context, tx *store.Tx, added coverages) (int, error) {
	work := contactRestating{added: added, more: map[string]money.Amount{}}
	var err error
	if work.staff, err = s.staff(ctx, tx); err != nil {
		return 0, err
	}
	if work.rates, err = OfContacts(ctx, tx); err != nil {
		return 0, err
	}
	byChannel, byStaff := contactScopes(added, work.staff)
	for _, scopes := range [][]contactScope{byChannel, byStaff} {
		for _, scope := range scopes {
			for _, within := range scope.spans {
				if err := s.restateScope(ctx, tx, &work, scope, within); err != nil {
					return 0, err
				}
			}
		}
		if err := s.restatePending(ctx, tx, &work); err != nil { // a contact may be in a scope of the other list too
			return 0, err
		}
	}
	if err := s.restateOthers(ctx, tx, &work, byStaff); err != nil {
		return 0, err
	}
	return work.changed, s.AddContactCosts(ctx, tx, work.more)
}

// restateOthers restates the contacts of scopes of staff in which they were not the first of several people. One may be in several scopes.
func (s *Service) restateOthers(ctx context.Context, tx *store.Tx, work *contactRestating, byStaff []contactScope) error {
	for _, scope := range byStaff {
		scope.others = true
		for _, within := range scope.spans {
			if err := s.restateScope(ctx, tx, work, scope, within); err != nil {
				return err
			}
		}
		if err := s.restatePending(ctx, tx, work); err != nil {
			return err
		}
	}
	return nil
}

// RestateGrade recomputes the costs of the contacts of a user from a moment on: the grade is another. The transaction has written it.
func (s *Service) RestateGrade(ctx context.Context, tx *store.Tx, userID string, since time.Time) error {
	if err := s.HoldRatesAlone(ctx, tx); err != nil {
		return err
	}
	work := contactRestating{more: map[string]money.Amount{}}
	var err error
	if work.staff, err = s.staff(ctx, tx); err != nil { // all: others may have taken part
		return err
	}
	if work.rates, err = OfContacts(ctx, tx); err != nil {
		return err
	}
	scope := contactScope{staff: []string{userID}, spans: []span{{since, service.EndOfTime}}}
	if err := s.restateScope(ctx, tx, &work, scope, scope.spans[0]); err != nil {
		return err
	}
	if err := s.restatePending(ctx, tx, &work); err != nil {
		return err
	}
	if err := s.restateOthers(ctx, tx, &work, []contactScope{scope}); err != nil {
		return err
	}
	return s.AddContactCosts(ctx, tx, work.more)
}

// restateScope reads the contacts of a scope in a span, and costs them as soon as there are enough of them.
func (s *Service) restateScope(ctx context.Context, tx *store.Tx, work *contactRestating, scope contactScope, within span) error {
	after := position{at: within.from}
	for {
		read, err := contactsOf(ctx, tx, scope, within, after, chunkSize)
		if err != nil {
			return err
		}
		work.pending = append(work.pending, read...)
		if len(work.pending) >= chunkSize {
			if err := s.restatePending(ctx, tx, work); err != nil {
				return err
			}
		}
		if len(read) < chunkSize {
			return nil
		}
		after = position{read[chunkSize-1].at, read[chunkSize-1].id}
	}
}

// restatePending costs the pending contacts, writes those whose cost is different, and adds up what their customers cost more.
func (s *Service) restatePending(ctx context.Context, tx *store.Tx, work *contactRestating) error {
	var changed []contactCost
	var audits service.AuditRows
	var customers []string
	for _, c := range work.pending {
		advertising, err := advertisingOf(c.id, c.lines) // no rate changes what a campaign cost
		if err != nil {
			return err
		}
		codes, people := TookPart(c.staffID, c.participants, func(userID string) []string { return work.staff[userID].CodesAt(c.at) })
		in := ContactInput(codes, c.spent, c.channel, c.expense, advertising, people...)
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
			return fmt.Errorf("rates: cost lines of %s: %w", c.id, err)
		}
		changed = append(changed, contactCost{c.id, cost.Total, lines, uncosted})
		customers = append(customers, c.customerID)
		difference, err := cost.Total.Minus(c.cost)
		if err == nil {
			work.more[c.customerID], err = work.more[c.customerID].Plus(difference)
		}
		if err != nil {
			return input.DomainError(err)
		}
		detail := map[string]any{
			"rates": work.added.covering(c.at, in.RateKeys()...), "cost": service.Change{Old: c.cost, New: cost.Total},
			"lines": service.Change{Old: json.RawMessage(c.lines), New: json.RawMessage(lines)},
		}
		if err := audits.Add(ctx, s.Core, "contact.restate", c.id, detail); err != nil {
			return err
		}
	}
	work.pending = work.pending[:0]
	work.changed += len(changed)
	// Whatever changes a contact's realised value locks its customer first. So does this, or the two could deadlock.
	if err := service.HoldCustomers(ctx, tx, customers...); err != nil {
		return err
	}
	if err := writeContactCosts(ctx, tx, changed); err != nil {
		return err
	}
	return audits.Write(ctx, tx)
}

// advertisingOf returns the lines of ADVERTISING among the stored cost lines of a contact.
func advertisingOf(contactID string, stored []byte) ([]costing.Line, error) {
	var lines []costing.Line
	if err := json.Unmarshal(stored, &lines); err != nil {
		return nil, fmt.Errorf("rates: cost lines of %s: %w", contactID, err)
	}
	advertising, _ := costing.SplitAdvertising(lines)
	return advertising, nil
}

// sameLines reports whether stored cost lines say the same as new ones. The database may have formatted their JSON differently.
func sameLines(stored []byte, lines []costing.Line) bool {
	var before []costing.Line
	return json.Unmarshal(stored, &before) == nil && slices.EqualFunc(before, lines, func(a, b costing.Line) bool {
		return a.Kind == b.Kind && a.Label == b.Label && a.Quantity == b.Quantity && a.Rate == b.Rate && a.Amount == b.Amount && input.SameTime(a.RateValidFrom, b.RateValidFrom)
	})
}

// AddContactCosts adds to what customers' contacts have cost, and brings their lifetime value up to date.
func (s *Service) AddContactCosts(ctx context.Context, tx *store.Tx, more map[string]money.Amount) error {
	maps.DeleteFunc(more, func(_ string, difference money.Amount) bool { return difference.IsZero() })
	now := s.Now()
	for some := range slices.Chunk(slices.Sorted(maps.Keys(more)), store.IDsPerStatement) {
		customers, err := value.HoldCustomers(ctx, tx, some)
		if err != nil {
			return err
		}
		for _, c := range customers {
			if c.ContactCost, err = c.ContactCost.Plus(more[c.ID]); err != nil {
				return input.DomainError(err)
			}
			c.LifetimeValue = s.value.StandingValue(c, now)
		}
		if err := writeCustomerCosts(ctx, tx, customers); err != nil {
			return err
		}
	}
	return nil
}
