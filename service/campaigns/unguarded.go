package campaigns

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// The functions of this file read and write past the guard: spend is spread over all contacts that a campaign caused, whoever records one of
// them, and what they cost is derived, so that no role writes it.

// stored is a spend that holds.
type stored struct {
	campaignID   string
	first, last  schema.Date
	begins, ends time.Time
	amount       money.Amount
}

// period names the days of a spend, for people and in cost lines.
func (r stored) period() string {
	if r.first == r.last {
		return r.first.String()
	}
	return r.first.String() + ".." + r.last.String()
}

// choice is a condition on spends, with its arguments.
type choice struct {
	condition string
	args      []any
	knownAt   time.Time // zero: now
	holding   string    // of those that hold, as r
}

func allOf(campaignID string) choice {
	return choice{condition: "campaign_id = ?", args: []any{campaignID}}
}

// overlapping are the spends of a campaign some of whose time lies between two moments.
func overlapping(campaignID string, from, until time.Time) choice {
	return choice{condition: "campaign_id = ? AND ends_at > ? AND begins_at < ?", args: []any{campaignID, from, until}}
}

// standing reads the spends that hold, of several for one period the last recorded, by campaign and period.
func standing(ctx context.Context, from store.Reader, of choice) (all []stored, err error) {
	condition, args := of.condition, of.args
	if !of.knownAt.IsZero() && of.knownAt.Before(service.EndOfTime) {
		condition, args = condition+" AND recorded_at <= ?", append(args, of.knownAt)
	}
	query := `SELECT campaign_id, first_day, last_day, begins_at, ends_at, amount FROM (SELECT s.id, s.campaign_id, s.first_day, s.last_day, s.begins_at, s.ends_at, s.amount, s.recorded_at, row_number() OVER (PARTITION BY campaign_id, first_day, last_day ORDER BY recorded_at DESC, id DESC) AS place
		FROM spends s WHERE ` + condition + ") AS r WHERE place = 1" + of.holding + " ORDER BY campaign_id, first_day, last_day"
	return all, store.Each(ctx, from, query, args, func(scan store.ScanFunc) error {
		var r stored
		err := scan(&r.campaignID, &r.first, &r.last, store.UTC(&r.begins), store.UTC(&r.ends), &r.amount)
		all = append(all, r)
		return err
	})
}

// spendsIn reads the code of a campaign and its spends in a time.
func spendsIn(ctx context.Context, from store.Reader, campaignID string, within span) (code string, spends []stored, err error) {
	if spends, err = standing(ctx, from, overlapping(campaignID, within.from, within.until)); err != nil || len(spends) == 0 {
		return "", nil, err
	}
	return code, spends, store.Each(ctx, from, "SELECT code FROM campaigns WHERE id = ?", []any{campaignID}, func(scan store.ScanFunc) error { return scan(&code) })
}

// costed are spends as the domain layer takes them.
func costed(code string, spends []stored) []costing.Spend {
	all := make([]costing.Spend, len(spends))
	for i, one := range spends {
		all[i] = costing.Spend{Label: code + " " + one.period(), From: one.begins, Until: one.ends, Amount: one.amount}
	}
	return all
}

// causedSQL is the condition on contacts that spend is spread over them.
const causedSQL = "direction = 'INBOUND' AND voided_at IS NULL AND campaign_id = ?"

// causedIn reads the contacts of a time over which spend of a campaign is spread, by moment and id.
func causedIn(ctx context.Context, from store.Reader, campaignID string, within span) (all []costing.Caused, err error) {
	query := "SELECT id, at FROM contacts WHERE " + causedSQL + " AND at >= ? AND at < ? ORDER BY at, id"
	return all, store.Each(ctx, from, query, []any{campaignID, within.from, within.until}, func(scan store.ScanFunc) error {
		var c costing.Caused
		err := scan(&c.ID, store.UTC(&c.At))
		all = append(all, c)
		return err
	})
}

// campaignsOf returns the campaigns that caused contacts of customers, in the order of their ids.
func campaignsOf(ctx context.Context, from store.Reader, customerIDs []string) (all []string, err error) {
	const query = "SELECT DISTINCT campaign_id FROM contacts WHERE campaign_id IS NOT NULL AND customer_id IN @ids"
	err = store.EachByIDs(ctx, from, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	})
	slices.Sort(all)
	return slices.Compact(all), err
}

// customersIn reads the customers of those contacts.
func customersIn(ctx context.Context, from store.Reader, campaignID string, within span) (all []string, err error) {
	query := "SELECT DISTINCT customer_id FROM contacts WHERE " + causedSQL + " AND at >= ? AND at < ?"
	return all, store.Each(ctx, from, query, []any{campaignID, within.from, within.until}, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	})
}

// position is a place in the order of contacts, which is by at and id.
type position struct {
	at time.Time
	id string
}

// advertised reads the next of those contacts after a position, at most n, with what they cost.
func advertised(ctx context.Context, tx *store.Tx, campaignID string, within span, after position, n int) (all []advertisedContact, err error) {
	query := "SELECT id, customer_id, at, cost, advertising, cost_lines FROM contacts WHERE " + causedSQL + " AND at >= ? AND at < ? AND (at > ? OR id > ?) ORDER BY at, id LIMIT ?"
	return all, store.Each(ctx, tx, query, []any{campaignID, after.at, within.until, after.at, after.id, n}, func(scan store.ScanFunc) error {
		var c advertisedContact
		err := scan(&c.id, &c.customerID, store.UTC(&c.at), &c.cost, &c.advertising, &c.lines)
		all = append(all, c)
		return err
	})
}

func writeAdvertising(ctx context.Context, tx *store.Tx, contacts []advertisedContact) error {
	rows := make([][]any, len(contacts))
	for i, c := range contacts {
		rows[i] = []any{c.id, c.cost, c.advertising, string(c.lines)}
	}
	return tx.UpdateRows(ctx, "contacts", "cost = v.column2, advertising = v.column3, cost_lines = v.column4", []store.ColumnType{store.IntColumn, store.IntColumn, store.JSONColumn}, rows)
}

// insertSpend writes a spend. The client's guard says who may.
func (s *Service) insertSpend(ctx context.Context, tx *store.Tx, r *SpendRecord) error {
	begins, ends := s.moments(*r.First, *r.Last)
	create := tx.Spend.Create().SetID(r.ID).SetCampaignID(r.CampaignID).SetFirstDay(*r.First).SetLastDay(*r.Last).SetBeginsAt(begins).SetEndsAt(ends).
		SetAmount(r.Amount).SetCorrection(r.Correction).SetRecordedAt(r.RecordedAt).SetRecordedBy(r.RecordedBy)
	if r.Reason != "" {
		create.SetReason(r.Reason)
	}
	err := create.Exec(ctx)
	if store.IsUnique(err) {
		return fault.New(fault.AlreadyExists, "id", "this id is taken")
	}
	return err
}

// SpendsOf reads all spends of campaigns, with the campaigns. What is recorded is placed among all that there is.
func (s *Service) SpendsOf(ctx context.Context, from store.Reader, campaignIDs []string) (*RecordedSpends, error) {
	there := &RecordedSpends{of: map[period][]SpendRecord{}, ids: map[string]SpendRecord{}, campaigns: map[string]*ent.Campaign{}}
	query := "SELECT id, first_day, last_day FROM campaigns WHERE id IN @ids"
	err := store.EachByIDs(ctx, from, query, nil, campaignIDs, func(scan store.ScanFunc) error {
		c := &ent.Campaign{}
		err := scan(&c.ID, &c.FirstDay, &c.LastDay)
		there.campaigns[c.ID] = c
		return err
	})
	if err != nil {
		return nil, err
	}
	results := SpendFields().Results("s.")
	query = "SELECT " + store.ResultNames(results) + " FROM spends s JOIN campaigns g ON g.id = s.campaign_id WHERE s.campaign_id IN @ids ORDER BY s.recorded_at, s.id"
	return there, store.EachByIDs(ctx, from, query, nil, campaignIDs, func(scan store.ScanFunc) error {
		var r SpendRecord
		if err := store.ScanRow(scan, results, &r); err != nil {
			return err
		}
		there.of[r.period()] = append(there.of[r.period()], r)
		there.ids[r.ID] = r
		return nil
	})
}

// EachSpend gives every spend ever recorded, by campaign, period and recording. An export is for the operator, who sees everything.
func EachSpend(ctx context.Context, from store.Reader, each func(*SpendRecord) error) error {
	results := SpendFields().Results("s.")
	query := "SELECT " + store.ResultNames(results) + " FROM spends s JOIN campaigns g ON g.id = s.campaign_id ORDER BY g.code, s.first_day, s.last_day, s.recorded_at, s.id"
	return store.Each(ctx, from, query, nil, func(scan store.ScanFunc) error {
		var r SpendRecord
		if err := store.ScanRow(scan, results, &r); err != nil {
			return err
		}
		return each(&r)
	})
}

// ByCodes finds campaigns by their codes. A file names them by these.
func ByCodes(ctx context.Context, from store.Reader, codes []string) (map[string]string, error) {
	ids := map[string]string{}
	return ids, store.EachByIDs(ctx, from, "SELECT code, id FROM campaigns WHERE code IN @ids", nil, codes, func(scan store.ScanFunc) error {
		var code, one string
		err := scan(&code, &one)
		ids[code] = one
		return err
	})
}

// actorName is whom the audit names.
func actorName(ctx context.Context) string {
	actor, _ := auth.From(ctx)
	return actor.Name
}
