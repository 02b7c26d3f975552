package books_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// change changes a setting, dated some hours ago.
func (w *world) change(name string, value string, hours int) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM settings WHERE id = ?", name); err != nil {
			return err
		}
		if err := tx.InsertRows(ctx, "settings", []string{"id", "value", "updated_at"}, [][]any{{name, value, hoursAgo(hours)}}); err != nil {
			return err
		}
		return w.RecordDated(ctx, tx, schema.DatedSetting, name, &value, hoursAgo(hours))
	})
	must(w, w.Refresh(w.system(), service.SnapshotSettings))
}

// TestSettingsOfTheCompletion: a change of the look-back window holds for orders completed from then on, also for what is recorded
// late; no order is left under a rule that did not hold.
func TestSettingsOfTheCompletion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		customer := w.customer()
		var call string
		w.write(func(ctx context.Context, tx *store.Tx) error {
			one, err := w.touched(ctx, tx, customer, contact{kind: schema.InfoCall, at: hoursAgo(24 * 80)})
			call = one.ID
			return err
		})
		w.change("lookBackDays", "30", 24*10)
		before := w.bought(customer, hoursAgo(24*20), 100) // recorded after the change, and completed before it
		after := w.bought(customer, hoursAgo(24*5), 1000)
		earned := func() money.Amount {
			row, err := w.Client.Contact.Get(w.system(), call)
			must(t, err)
			return row.Realised
		}
		if got := earned(); got != money.Minor(100) {
			t.Errorf("the call of 80 days ago earned %v of %s and %s; want 100 of the first", got, before, after)
		}
		late := today.Add(-24 * 70 * time.Hour)
		w.write(func(ctx context.Context, tx *store.Tx) error {
			one, err := w.touched(ctx, tx, customer, contact{kind: schema.Meeting, at: late})
			if err != nil {
				return err
			}
			c, err := tx.Customer.Get(ctx, customer)
			if err != nil {
				return err
			}
			return w.Books.SettleContact(ctx, tx, c, nil, one)
		})
		if got := earned(); got != money.Minor(50) {
			t.Errorf("beside a meeting of 70 days ago, recorded late, the call earned %v; want half of 100", got)
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			wrong, err := w.Books.WrongCredits(ctx, tx, []string{customer})
			if len(wrong) != 0 {
				t.Errorf("credited by other settings: %v", wrong)
			}
			return err
		})
		w.change("lookBackDays", "90", 24*6) // as if it had been changed back before the second order, which nobody credited anew
		w.write(func(ctx context.Context, tx *store.Tx) error {
			wrong, err := w.Books.WrongCredits(ctx, tx, []string{customer})
			if len(wrong) != 1 || wrong[0].ID != after {
				t.Errorf("credited by other settings: %v; want %s", wrong, after)
			}
			return err
		})
		w.write(func(ctx context.Context, tx *store.Tx) error { // as an upgrade does
			if err := w.Books.RestateOld(ctx, tx, []string{customer}); err != nil {
				return err
			}
			wrong, err := w.Books.WrongCredits(ctx, tx, []string{customer})
			if len(wrong) != 0 {
				t.Errorf("after the upgrade: %v", wrong)
			}
			return err
		})
	})
}

// TestModelOfTheCompletion: a change of the model holds for orders completed from then on; one that was completed before and is recorded
// after the change is credited by the model that held.
func TestModelOfTheCompletion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		customer := w.customer()
		var calls [2]string
		for i, at := range []time.Time{hoursAgo(24 * 40), hoursAgo(24 * 30)} {
			w.write(func(ctx context.Context, tx *store.Tx) error {
				one, err := w.touched(ctx, tx, customer, contact{kind: schema.InfoCall, at: at})
				calls[i] = one.ID
				return err
			})
		}
		w.change("attributionModel", `"LAST"`, 24*10)
		w.bought(customer, hoursAgo(24*20), 100)
		w.bought(customer, hoursAgo(24*5), 1000)
		for i, want := range []int64{50, 1050} {
			row, err := w.Client.Contact.Get(w.system(), calls[i])
			must(t, err)
			if row.Realised != money.Minor(want) {
				t.Errorf("call %d earned %v; want %d", i+1, row.Realised, want)
			}
		}
	})
}

// TestStagesFollowFactsInAnyOrder records random facts of a customer in two orders, by the verbs' way and by an import's: the stages
// of the contacts are the same, and those that the facts make.
func TestStagesFollowFactsInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			type fact struct {
				what string
				at   time.Time
			}
			var facts []fact
			for range rapid.IntRange(1, 7).Draw(t, "facts") {
				facts = append(facts, fact{rapid.SampledFrom([]string{"order", "order", "refunded", "contact", "contact", "departure"}).Draw(t, "fact"), hoursAgo(24 * rapid.IntRange(1, 300).Draw(t, "days"))})
			}
			record := func(facts []fact, imported bool) (stages []string) {
				customer := w.customer()
				w.write(func(ctx context.Context, tx *store.Tx) error {
					for _, f := range facts {
						why, orders := books.Occasion{Since: f.at}, []string(nil)
						switch f.what {
						case "order", "refunded":
							status := schema.OrderCompleted
							if f.what == "refunded" {
								status = schema.OrderRefunded
							}
							id, err := w.placed(ctx, tx, customer, order{status, f.at, f.at, 100})
							if err != nil {
								return err
							}
							why, orders = books.Occasion{}, []string{id}
						case "departure":
							reason := "left"
							if err := w.RecordDated(ctx, tx, schema.DatedDeparture, customer, &reason, f.at); err != nil {
								return err
							}
							c, err := tx.Customer.Get(ctx, customer)
							if err != nil {
								return err
							}
							if c.DepartedAt == nil || f.at.After(*c.DepartedAt) {
								if err := tx.Customer.UpdateOneID(customer).SetDepartedAt(f.at).Exec(ctx); err != nil {
									return err
								}
							}
						case "contact":
							c, err := tx.Customer.Get(ctx, customer)
							if err != nil {
								return err
							}
							is, err := w.Books.StageAt(ctx, tx, c, f.at)
							if err != nil {
								return err
							}
							one, err := w.touched(ctx, tx, customer, contact{kind: schema.InfoCall, at: f.at})
							if err != nil {
								return err
							}
							if imported {
								continue
							}
							if err := tx.Contact.UpdateOneID(one.ID).SetStage(is).Exec(ctx); err != nil {
								return err
							}
						}
						if !imported {
							if err := w.Books.Settle(ctx, tx, customer, why, orders...); err != nil {
								return err
							}
						}
					}
					if imported {
						if err := w.Books.SettleImported(ctx, tx, []string{customer}); err != nil {
							return err
						}
					}
					wrong, pending, err := w.Books.WrongStages(ctx, tx, []string{customer})
					if len(wrong)+pending != 0 {
						t.Fatalf("not the stages that the facts make: %v and %d", wrong, pending)
					}
					return err
				})
				stages = w.rows("SELECT stage FROM contacts WHERE customer_id = ? ORDER BY at, id", customer)
				return append(stages, w.rows("SELECT stage FROM customers WHERE id = ?", customer)...)
			}
			want := record(facts, false)
			recorded := slices.Clone(facts)
			slices.Reverse(recorded)
			for name, got := range map[string][]string{"recorded backwards": record(recorded, false), "imported": record(facts, true)} {
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %v; want %v", name, got, want)
				}
			}
		})
	})
}

// rows returns the one column of a query.
func (w *world) rows(query string, args ...any) (all []string) {
	w.Helper()
	must(w, store.Each(w.system(), w.Store, query, args, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	}))
	return all
}

// TestARecommendationThatEarnsNothing stands before the only contact of an order, which earns all, and no longer when an order that
// was completed before is recorded: the credits are what they would be if it had been recorded in time.
func TestARecommendationThatEarnsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.change("attributionModel", `"LAST"`, 24*1000)
		friend, buyer := w.customer(), w.customer()
		w.spoke(friend, contact{kind: schema.Recommendation, at: hoursAgo(24 * 50), about: buyer})
		w.spoke(buyer, contact{kind: schema.InfoCall, at: hoursAgo(24 * 10)})
		w.bought(buyer, hoursAgo(24*5), 100)
		w.bought(buyer, hoursAgo(24*20), 100) // the first
		w.write(func(ctx context.Context, tx *store.Tx) error {
			wrong, err := w.Books.WrongCredits(ctx, tx, []string{buyer})
			if len(wrong) != 0 {
				t.Errorf("credited in the order of telling: %v", wrong)
			}
			return err
		})
	})
}
