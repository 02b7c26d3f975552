package quote_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

var levels = []schema.PermissionLevel{schema.Situation, schema.BrandTrust, schema.Personal, schema.Points, schema.Intravenous}

// permission is a permission as it is drawn.
type permission struct {
	id     string
	events []consentlog.Event
}

func hoursAgo(hours int) time.Time { return apptest.Start.Add(-time.Duration(hours) * time.Hour) }

func drawPermission(t *rapid.T, w *apptest.World) permission {
	p := permission{id: w.IDs.Make(id.Permission)}
	hours := rapid.IntRange(10, 30).Draw(t, "begun")
	for n := range rapid.IntRange(1, 5).Draw(t, "events") {
		kind := rapid.SampledFrom([]consentlog.Kind{consentlog.Requested, consentlog.Granted, consentlog.Raised, consentlog.Lowered, consentlog.Revoked, consentlog.Expired}).Draw(t, "kind")
		e := consentlog.Event{ID: w.IDs.Make(id.Event), Sequence: n + 1, At: hoursAgo(hours), Kind: kind}
		if kind != consentlog.Revoked && kind != consentlog.Expired {
			level := string(rapid.SampledFrom(levels).Draw(t, "level"))
			e.Level = &level
			if rapid.Bool().Draw(t, "ends") {
				end := e.At.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "lasts")) * time.Hour)
				e.ExpiresAt = &end
			}
		}
		p.events = append(p.events, e)
		hours -= rapid.IntRange(1, 5).Draw(t, "later")
		if hours < 0 {
			break
		}
	}
	return p
}

// rankAt is the rank of the highest level that held at a moment.
func rankAt(permissions []permission, at time.Time) int {
	rank := 0
	for _, p := range permissions {
		known := slices.DeleteFunc(slices.Clone(p.events), func(e consentlog.Event) bool { return e.At.After(at) })
		standing := consentlog.Replay(known)
		if standing.State.At(at, standing.ExpiresAt) == consentlog.StateActive {
			rank = max(rank, schema.PermissionLevel(standing.Level).Rank())
		}
	}
	return rank
}

// insert writes permissions as package consent does: the row says what the events make of it.
func insert(w *apptest.World, customer string, permissions []permission) {
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		for _, table := range []string{"permission_events", "permissions"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		var rows, events [][]any
		for i, p := range permissions {
			standing := consentlog.Replay(p.events)
			rows = append(rows, []any{p.id, schema.Channel("").Values()[i], "MARKETING", standing.Level, string(standing.State), p.events[0].At, standing.ExpiresAt, customer})
			for _, e := range p.events {
				events = append(events, []any{e.ID, e.Sequence, e.At, string(e.Kind), e.Level, e.ExpiresAt, "a test", "a test", "", e.ID, p.id})
			}
		}
		if err := tx.InsertRows(ctx, "permissions", []string{"id", "channel", "purpose", "level", "state", "granted_at", "expires_at", "customer_id"}, rows); err != nil {
			return err
		}
		return tx.InsertRows(ctx, "permission_events", []string{"id", "sequence", "at", "kind", "level", "expires_at", "actor", "source", "previous_hash", "hash", "permission_id"}, events)
	})
}

// TestPermissionsOfPrices: of now and of any past moment, rules are given the highest level that package consentlog says was
// active. The present one is read from the permissions' rows, a past one from their events.
func TestPermissionsOfPrices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer, err := w.Client.Customer.Get(w.System(), w.CustomerID())
		w.Must(err)
		rapid.Check(t, func(t *rapid.T) {
			permissions := make([]permission, rapid.IntRange(0, 3).Draw(t, "permissions"))
			for i := range permissions {
				permissions[i] = drawPermission(t, w)
			}
			insert(w, customer.ID, permissions)
			for _, past := range []bool{false, true} {
				at := apptest.Start
				if past {
					at = hoursAgo(rapid.IntRange(0, 30).Draw(t, "asked"))
				}
				facts, err := w.Quote.AllFacts(w.System(), []*ent.Customer{customer, customer}, at, past)
				if err != nil {
					t.Fatal(err)
				}
				got, want := facts[customer.ID], rankAt(permissions, at)
				if got.PermissionRank != want || schema.PermissionLevel(got.PermissionLevel).Rank() != want {
					t.Fatalf("at %s, past %t: rank %d of %q; want %d", at, past, got.PermissionRank, got.PermissionLevel, want)
				}
			}
		})
	})
}

// TestStagesOfPrices: a past moment has the stage from before the first change after it, over random changes of two customers.
func TestStagesOfPrices(t *testing.T) {
	type change struct {
		customer int
		from     schema.Stage
		at       time.Time
		id       string
	}
	stages := []schema.Stage{schema.Stranger, schema.Friend, schema.Buyer, schema.Loyal, schema.Former}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customers := make([]*ent.Customer, 2)
		for i := range customers {
			var err error
			customers[i], err = w.Client.Customer.Get(w.System(), w.CustomerID())
			w.Must(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			var changes []change
			var rows [][]any
			for range rapid.IntRange(0, 8).Draw(t, "changes") {
				c := change{rapid.IntRange(0, 1).Draw(t, "customer"), rapid.SampledFrom(stages).Draw(t, "from"), hoursAgo(rapid.IntRange(1, 20).Draw(t, "hours")), w.IDs.Make(id.StageChange)}
				changes = append(changes, c)
				rows = append(rows, []any{c.id, customers[c.customer].ID, string(c.from), "LOYAL", "ORDER", c.at.Add(-time.Hour), c.at, "a test", "a test"})
			}
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, "DELETE FROM stage_changes"); err != nil {
					return err
				}
				return tx.InsertRows(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "kind", "at", "recorded_at", "reason", "actor"}, rows)
			})
			at := hoursAgo(rapid.IntRange(0, 22).Draw(t, "asked"))
			facts, err := w.Quote.AllFacts(w.System(), customers, at, true)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
			for i, c := range customers {
				want := string(c.Stage)
				if n := slices.IndexFunc(changes, func(one change) bool { return one.customer == i && one.at.After(at) }); n >= 0 {
					want = string(changes[n].from)
				}
				if got := facts[c.ID].Stage; got != want {
					t.Fatalf("customer %d at %s: %s; want %s", i, at, got, want)
				}
			}
		})
	})
}

// TestFactsAreReadWhereRulesMentionThem: prices of now take no statement unless a rule mentions permissions.
func TestFactsAreReadWhereRulesMentionThem(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer, err := w.Client.Customer.Get(w.System(), w.CustomerID())
		w.Must(err)
		for _, c := range []struct {
			rule       string
			statements int
		}{{"quantity > 1", 0}, {"lifetimeValue > 1.0", 0}, {`customer.stage == "LOYAL"`, 0}, {"permissionRank > 1", 1}} {
			addRule(w, service.CreatePriceRuleInput{Condition: c.rule})
			statements := w.Statements(func() {
				_, err := w.Quote.Quotes(w.System(), []*ent.Customer{customer}, nil)
				w.Must(err)
			})
			if len(statements) != c.statements {
				t.Errorf("with the rule %s: %d statements; want %d", c.rule, len(statements), c.statements)
			}
		}
	})
}
