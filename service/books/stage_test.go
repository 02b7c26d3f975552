package books_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/ent/stagechange"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/stage"
	"kopeck/store"
)

// permitted adds an event of a permission of a customer.
func (w *world) permitted(ctx context.Context, tx *store.Tx, customer string, kind schema.PermissionEventKind, at time.Time) error {
	id := w.id("per")
	err := tx.InsertRows(ctx, "permissions", []string{"id", "channel", "purpose", "level", "state", "granted_at", "customer_id"},
		[][]any{{id, "PHONE", "MARKETING", "PERSONAL", "ACTIVE", at, customer}})
	if err != nil {
		return err
	}
	return tx.InsertRows(ctx, "permission_events", []string{"id", "sequence", "at", "kind", "actor", "source", "previous_hash", "hash", "permission_id"},
		[][]any{{w.id("pev"), 1, at, string(kind), "test", "test", "", id, id}})
}

// TestStageFollowsFromFacts settles customers of whom different facts are stored. The rule itself is tested in package stage.
func TestStageFollowsFromFacts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		type facts func(ctx context.Context, tx *store.Tx, customer string) error
		all := func(several ...facts) facts {
			return func(ctx context.Context, tx *store.Tx, customer string) error {
				for _, one := range several {
					if err := one(ctx, tx, customer); err != nil {
						return err
					}
				}
				return nil
			}
		}
		permission := func(kind schema.PermissionEventKind) facts {
			return func(ctx context.Context, tx *store.Tx, customer string) error {
				return w.permitted(ctx, tx, customer, kind, hoursAgo(100))
			}
		}
		bought := func(hours ...int) facts {
			return func(ctx context.Context, tx *store.Tx, customer string) error {
				for _, n := range hours {
					if _, err := w.placed(ctx, tx, customer, order{schema.OrderCompleted, hoursAgo(n), hoursAgo(n), 100}); err != nil {
						return err
					}
				}
				return nil
			}
		}
		left := func(ctx context.Context, tx *store.Tx, customer string) error {
			return tx.Customer.UpdateOneID(customer).SetDepartedAt(hoursAgo(50)).Exec(ctx)
		}
		recent := w.customer() // somebody bought just now: the observed end is today, whatever is placed before
		w.write(func(ctx context.Context, tx *store.Tx) error {
			if err := bought(1)(ctx, tx, recent); err != nil {
				return err
			}
			return w.Books.Settle(ctx, tx, recent, books.Occasion{Reason: "settled"})
		})
		overruled := func(ctx context.Context, tx *store.Tx, customer string) error {
			if err := tx.Customer.UpdateOneID(customer).SetStage(schema.Loyal).Exec(ctx); err != nil {
				return err
			}
			return w.RecordStageChange(ctx, tx, customer, schema.Stranger, schema.Loyal, schema.StageOverruled, stage.ReasonOverruled+"a good friend", hoursAgo(60))
		}
		recorded := func(ctx context.Context, tx *store.Tx, customer string) error {
			if err := tx.Customer.UpdateOneID(customer).SetStage(schema.Buyer).Exec(ctx); err != nil {
				return err
			}
			return w.RecordStageChange(ctx, tx, customer, schema.Stranger, schema.Buyer, schema.StageRecorded, stage.ReasonRecorded, hoursAgo(1000))
		}
		for name, c := range map[string]struct {
			facts  facts
			want   schema.Stage
			reason string // of the last change; "" if there is none to be
		}{
			"nothing":                             {all(), schema.Stranger, ""},
			"a permission that is not active yet": {permission(schema.EventRequested), schema.Stranger, ""},
			"a permission":                        {permission(schema.EventGranted), schema.Friend, "gave a permission; settled"},
			"a confirmed permission":              {permission(schema.EventConfirmed), schema.Friend, "gave a permission; settled"},
			"an order":                            {all(permission(schema.EventGranted), bought(50)), schema.Buyer, "1 order days"},
			"three order days":                    {bought(24, 48, 72), schema.Loyal, "3 order days"},
			"an order of long ago":                {bought(24*1000, 24*1001, 24*1002, 24*1003), schema.Former, "alive with"},
			"a departure":                         {all(bought(100), left), schema.Former, "left us; settled"},
			"an order after the departure":        {all(left, bought(40)), schema.Buyer, "1 order days"},
			"staff decided so":                    {overruled, schema.Loyal, stage.ReasonOverruled},
			"an order after what staff decided":   {all(overruled, bought(30)), schema.Buyer, "1 order days"},
			"recorded as a customer":              {all(recorded, permission(schema.EventGranted)), schema.Buyer, stage.ReasonRecorded},
		} {
			t.Run(name, func(t *testing.T) {
				customer := w.customer()
				w.write(func(ctx context.Context, tx *store.Tx) error {
					if err := c.facts(ctx, tx, customer); err != nil {
						return err
					}
					return w.Books.Settle(ctx, tx, customer, books.Occasion{Reason: "settled"})
				})
				row, err := w.Client.Customer.Get(w.system(), customer)
				must(t, err)
				changes, err := w.Client.StageChange.Query().Where(stagechange.CustomerID(customer)).Order(stagechange.ByRecordedAt(), stagechange.ByID()).All(w.system())
				must(t, err)
				last := ""
				if len(changes) > 0 {
					last = changes[len(changes)-1].Reason
				}
				if row.Stage != c.want || !strings.HasPrefix(last, c.reason) || c.reason == "" && last != "" {
					t.Errorf("the stage is %s, the last reason %q; want %s and %q", row.Stage, last, c.want, c.reason)
				}
				versions := row.Version
				w.write(func(ctx context.Context, tx *store.Tx) error {
					return w.Books.Settle(ctx, tx, customer, books.Occasion{Reason: "settled"})
				})
				if row, err = w.Client.Customer.Get(w.system(), customer); err != nil || row.Version != versions {
					t.Errorf("settling a second time made the version %d of %d, %v", row.Version, versions, err)
				}
			})
		}
	})
}

// TestStageOfSettings: the thresholds are the installation's.
func TestStageOfSettings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := stage.Facts{OrderDays: 4, ProbabilityAlive: 0.5}
		for name, c := range map[string]struct {
			setting string
			value   any
			want    schema.Stage
		}{
			"by default":          {"loyalOrderDays", 3, schema.Buyer},
			"a lower probability": {"loyalProbability", 0.5, schema.Loyal},
			"more order days":     {"loyalOrderDays", 5, schema.Buyer},
			"former sooner":       {"formerProbability", 0.6, schema.Former},
		} {
			t.Run(name, func(t *testing.T) {
				for name, value := range map[string]any{"loyalOrderDays": 3, "loyalProbability": 0.8, "formerProbability": 0.1, c.setting: c.value} {
					_, err := w.ChangeSetting(w.system(), service.ChangeSettingInput{Name: name, Value: value})
					must(t, err)
				}
				w.write(func(ctx context.Context, tx *store.Tx) error {
					rules, err := w.Books.StageRules(ctx, tx, w.Now())
					if is, _, reason := stage.Of(f, rules.Limits(w.Now())); schema.Stage(is) != c.want {
						t.Errorf("%s (%s), want %s", is, reason, c.want)
					}
					return err
				})
			})
		}
	})
}
