package campaigns

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
	"kopeck/store"
)

// Spend of a period is spread over all inbound contacts of the campaign in it, so that a contact that comes, moves or is voided changes the cost
// of the others. All of it happens in the transaction of the change, which holds the campaign: what is spread depends on the facts alone, in
// whatever order they come.
//
// The order of locks is: the rates, campaigns in the order of their ids, customers in the order of theirs.

// chunkSize is how many contacts are restated together.
const chunkSize = 2000

// Moment is a moment at which an inbound contact of a campaign was or is.
type Moment struct {
	CampaignID string
	At         time.Time
}

// span is a period of time; until is not in it.
type span struct{ from, until time.Time }

// with joins a span with another; a zero span is none.
func (s span) with(from, until time.Time) span {
	if s.from.IsZero() && s.until.IsZero() {
		return span{from, until}
	}
	if from.Before(s.from) {
		s.from = from
	}
	if until.After(s.until) {
		s.until = until
	}
	return s
}

func (s span) isZero() bool { return s.from.IsZero() && s.until.IsZero() }

// lockOf is held alone by whatever changes what is spent on a campaign or over which contacts it is spread.
func lockOf(campaignID string) store.LockKey { return store.LockOn("campaign", campaignID) }

// MomentOf is the moment of a contact, if it is one over which spend is spread.
func MomentOf(campaignID *string, direction schema.Direction, at time.Time) []Moment {
	if campaignID == nil || *campaignID == "" || direction != schema.Inbound {
		return nil
	}
	return []Moment{{*campaignID, at.UTC()}}
}

// Hold holds the campaigns of contacts that change, and returns the customers of the other contacts whose cost changes with them: the caller
// holds them together with its own. The transaction holds the rates and no customer.
func (s *Service) Hold(ctx context.Context, tx *store.Tx, moved ...Moment) (customerIDs []string, err error) {
	by := byCampaign(moved)
	ids := slices.Sorted(maps.Keys(by))
	if err := s.hold(ctx, tx, ids...); err != nil {
		return nil, err
	}
	for _, campaignID := range ids {
		reach, err := reachOf(ctx, tx, campaignID, by[campaignID])
		if err != nil {
			return nil, err
		}
		if reach.isZero() {
			continue
		}
		of, err := customersIn(ctx, tx, campaignID, reach)
		if err != nil {
			return nil, err
		}
		customerIDs = append(customerIDs, of...)
	}
	return customerIDs, nil
}

func (s *Service) hold(ctx context.Context, tx *store.Tx, sorted ...string) error {
	for _, campaignID := range sorted {
		if err := tx.Lock(ctx, lockOf(campaignID), false); err != nil {
			return err
		}
	}
	return nil
}

// HoldOf holds the campaigns that caused contacts of some customers, whose contacts change customers: whoever restates these contacts finds
// them with the customer whom they hold. The transaction holds the rates and no customer.
func (s *Service) HoldOf(ctx context.Context, tx *store.Tx, customerIDs ...string) error {
	ids, err := campaignsOf(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	return s.hold(ctx, tx, ids...)
}

// HoldForSpend holds the rates and campaigns whose spend is recorded.
func (s *Service) HoldForSpend(ctx context.Context, tx *store.Tx, campaignIDs ...string) error {
	if err := s.rates.HoldRates(ctx, tx); err != nil {
		return err
	}
	slices.Sort(campaignIDs)
	return s.hold(ctx, tx, slices.Compact(campaignIDs)...)
}

// byCampaign is the span of the moments of each campaign.
func byCampaign(moved []Moment) map[string]span {
	by := map[string]span{}
	for _, m := range moved {
		by[m.CampaignID] = by[m.CampaignID].with(m.At, m.At)
	}
	return by
}

// reachOf is the time of the contacts whose cost changes when one comes, goes or moves within a span: that of the spends that cover some of it.
func reachOf(ctx context.Context, tx *store.Tx, campaignID string, moved span) (reach span, err error) {
	spends, err := standing(ctx, tx, overlapping(campaignID, moved.from, moved.until.Add(time.Microsecond)))
	for _, one := range spends {
		if !one.amount.IsZero() {
			reach = reach.with(one.begins, one.ends)
		}
	}
	return reach, err
}

// Spread spreads spend anew after contacts were recorded, changed or voided, as the transaction has written. It holds their campaigns (see
// [Service.Hold]). cause is the contact, or what else the audit names.
func (s *Service) Spread(ctx context.Context, tx *store.Tx, cause string, moved ...Moment) error {
	by := byCampaign(moved)
	for _, campaignID := range slices.Sorted(maps.Keys(by)) {
		reach, err := reachOf(ctx, tx, campaignID, by[campaignID])
		if err != nil {
			return err
		}
		if reach.isZero() {
			continue
		}
		n, err := s.respread(ctx, tx, campaignID, reach, nil)
		if err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, "campaign.spread", campaignID, map[string]any{"cause": cause, "from": reach.from, "until": reach.until, "contacts": n}); err != nil {
			return err
		}
	}
	return nil
}

// WriteSpends writes spends that have their place, spreads them, and audits both. The transaction holds their campaigns.
func (s *Service) WriteSpends(ctx context.Context, tx *store.Tx, records []SpendRecord) error {
	spans := map[string]span{}
	for i := range records {
		r := &records[i]
		if r.RecordedBy == "" {
			r.RecordedBy = actorName(ctx)
		}
		if err := s.insertSpend(ctx, tx, r); err != nil {
			return err
		}
		detail := map[string]any{
			"campaign": r.CampaignID, "from": *r.First, "to": *r.Last, "amount": r.Amount, "correction": r.Correction, "reason": input.NonEmpty(r.Reason),
		}
		if err := s.Audit(ctx, tx, "spend.record", r.ID, detail); err != nil {
			return err
		}
		begins, ends := s.moments(*r.First, *r.Last)
		spans[r.CampaignID] = spans[r.CampaignID].with(begins, ends)
	}
	for _, campaignID := range slices.Sorted(maps.Keys(spans)) {
		var audits service.AuditRows
		if _, err := s.respread(ctx, tx, campaignID, spans[campaignID], &audits); err != nil {
			return err
		}
		if err := audits.Write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// moments are when a period begins and has ended.
func (s *Service) moments(first, last schema.Date) (begins, ends time.Time) {
	settings := s.Settings()
	return settings.StartOfDay(int(first)).UTC(), settings.StartOfDay(int(last) + 1).UTC()
}

// respread brings the lines of ADVERTISING of a campaign's contacts in a time in line with what is spent on it now, and what follows from their
// cost. With audits each contact that changes has an entry. It returns how many changed.
func (s *Service) respread(ctx context.Context, tx *store.Tx, campaignID string, within span, audits *service.AuditRows) (changed int, err error) {
	parts, err := s.partsIn(ctx, tx, campaignID, within)
	if err != nil {
		return 0, err
	}
	more := map[string]money.Amount{}
	after := position{at: within.from}
	for {
		some, err := advertised(ctx, tx, campaignID, within, after, chunkSize)
		if err != nil {
			return 0, err
		}
		n, err := s.restate(ctx, tx, some, parts, more, audits)
		if err != nil {
			return 0, err
		}
		changed += n
		if len(some) < chunkSize {
			return changed, s.rates.AddContactCosts(ctx, tx, more)
		}
		after = position{some[chunkSize-1].at, some[chunkSize-1].id}
	}
}

// partsIn spreads what is spent on a campaign over its contacts in a time.
func (s *Service) partsIn(ctx context.Context, tx *store.Tx, campaignID string, within span) (map[string][]costing.Part, error) {
	code, spends, err := spendsIn(ctx, tx, campaignID, within)
	if err != nil || len(spends) == 0 {
		return nil, err
	}
	whole := within
	for _, one := range spends { // a spend is spread over all its contacts, also over those that do not change
		whole = whole.with(one.begins, one.ends)
	}
	caused, err := causedIn(ctx, tx, campaignID, whole)
	if err != nil {
		return nil, err
	}
	parts, _ := costing.SpreadSpend(costed(code, spends), caused)
	return parts, nil
}

// advertisedContact is a contact as far as its lines of ADVERTISING are concerned.
type advertisedContact struct {
	id, customerID    string
	at                time.Time
	cost, advertising money.Amount
	lines             []byte
}

// restate writes the lines of ADVERTISING of contacts that have others now, and adds up what their customers' contacts cost more.
func (s *Service) restate(ctx context.Context, tx *store.Tx, contacts []advertisedContact, parts map[string][]costing.Part, more map[string]money.Amount, audits *service.AuditRows) (int, error) {
	var changed []advertisedContact
	var customers []string
	for _, c := range contacts {
		var stored []costing.Line
		if err := json.Unmarshal(c.lines, &stored); err != nil {
			return 0, fmt.Errorf("campaigns: cost lines of %s: %w", c.id, err)
		}
		before, others := costing.SplitAdvertising(stored)
		lines, total, err := costing.AdvertisingLines(parts[c.id], s.Currency)
		if err != nil {
			return 0, input.DomainError(err)
		}
		if total == c.advertising && slices.EqualFunc(before, lines, sameLine) {
			continue
		}
		difference, err := total.Minus(c.advertising)
		if err != nil {
			return 0, input.DomainError(err)
		}
		now := advertisedContact{id: c.id, customerID: c.customerID, at: c.at, advertising: total}
		if now.cost, err = c.cost.Plus(difference); err != nil {
			return 0, input.DomainError(err)
		}
		if more[c.customerID], err = more[c.customerID].Plus(difference); err != nil {
			return 0, input.DomainError(err)
		}
		if now.lines, err = json.Marshal(append(others, lines...)); err != nil {
			return 0, fmt.Errorf("campaigns: cost lines of %s: %w", c.id, err)
		}
		if audits != nil {
			detail := map[string]any{"cost": service.Change{Old: c.cost, New: now.cost}, "lines": service.Change{Old: json.RawMessage(c.lines), New: json.RawMessage(now.lines)}}
			if err := audits.Add(ctx, s.Core, "contact.restate", c.id, detail); err != nil {
				return 0, err
			}
		}
		changed, customers = append(changed, now), append(customers, c.customerID)
	}
	if len(changed) == 0 {
		return 0, nil
	}
	if err := service.HoldCustomers(ctx, tx, customers...); err != nil {
		return 0, err
	}
	return len(changed), writeAdvertising(ctx, tx, changed)
}

func sameLine(a, b costing.Line) bool {
	return a.Label == b.Label && a.Amount == b.Amount && input.SameTime(a.RateValidFrom, b.RateValidFrom)
}
