package check_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// TestMergesTasksAndPeriods breaks what merges, tasks, bookings and spends say, each by one row, and mends it.
func TestMergesTasksAndPeriods(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin, saw := w.As(schema.RoleAdmin), "saw"
		kept, merged, other := w.Customer("Anna"), w.Customer("Anna P."), w.Customer("Boris")
		segment := schema.FastCheap
		for _, one := range []string{kept.ID, other.ID} {
			_, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: one, ExpectedVersion: 1, Segment: graphql.OmittableOf(&segment)})
			w.Must(err)
		}
		due := w.Now().Add(time.Hour)
		task := func() string {
			made, _, err := w.Tasks.CreateTask(admin, service.CreateTaskInput{CustomerID: kept.ID, Title: "Call back", DueAt: &due})
			w.Must(err)
			return made.ID
		}
		call := func(customerID string, taskID *string) string {
			made, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: customerID, Kind: schema.InfoCall, Direction: schema.Outbound, Channel: schema.ByPhone, TaskID: taskID})
			w.Must(err)
			return made.ID
		}
		open, done := task(), task()
		own, theirs := call(kept.ID, &done), call(other.ID, nil)
		m, err := w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: kept.ID, MergeID: merged.ID})
		w.Must(err)
		day := schema.DateOf(apptest.Start)
		campaign, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: "radio", Name: "Radio", Source: "radio", From: day - 9})
		w.Must(err)
		from := day - 5
		spend, err := w.Campaigns.RecordSpend(w.System(), service.RecordSpendInput{CampaignID: campaign.ID, Day: &from, Amount: apptest.Roubles("10")})
		w.Must(err)
		w.Insert("bookings", map[string]any{"id": w.IDs.Make("bkg"), "resource": saw, "day": 1, "units": 1_000_000_000, "booked_at": w.Now(), "freed_at": w.Now().Add(time.Hour), "hold": "a hold", "held_for": kept.ID})
		booking := w.Rows("SELECT id FROM bookings")[0]
		w.As(schema.RoleSales)
		users := w.Rows("SELECT id FROM users ORDER BY role") // ADMIN and SALES
		handed, err := w.Teams.HandOverCustomers(admin, service.HandOverCustomersInput{FromUserID: users[0], ToUserID: users[1], Reason: "a test"})
		w.Must(err)
		expect := func() []string {
			found, err := w.Check.Laws(w.System())
			w.Must(err)
			var all []string
			for _, one := range found {
				all = append(all, one.String())
			}
			return all
		}
		if found := expect(); len(found) > 0 {
			t.Fatalf("before anything is broken: %v", found)
		}
		run := func(query string, args ...any) {
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		for _, one := range []struct{ name, table, row, column, broken, wrong string }{
			{"merged into nobody", "customers", merged.ID, "merged_into_id", "NULL", "the merges say"},
			{"merged into another", "customers", merged.ID, "merged_into_id", "'" + other.ID + "'", "the merges say"},
			{"merged without a merge", "customers", other.ID, "merged_into_id", "'" + kept.ID + "'", "the merges say"},
			{"merged and not deleted", "customers", merged.ID, "deleted_at", "NULL", "the merges say"},
			{"a merge that is undone", "customer_merges", m.ID, "undone_at", "at", "the merges say"},
			{"a task of the merged one", "tasks", open, "customer_id", "'" + merged.ID + "'", "merged into another"},
			{"a contact of the merged one", "contacts", theirs, "customer_id", "'" + merged.ID + "'", "merged into another"},
			{"done by another's contact", "tasks", done, "contact_id", "'" + theirs + "'", "of another customer"},
			{"done by a voided contact", "contacts", own, "voided_at", "at", "that is voided"},
			{"open and done", "tasks", open, "done_at", "created_at", "as its times say"},
			{"done and never", "tasks", done, "done_at", "NULL", "as its times say"},
			{"open and closed", "tasks", open, "closed_by", "'system'", "as its times say"},
			{"cancelled and never", "tasks", open, "state", "'CANCELLED'", "as its times say"},
			{"the first day", "spends", spend.ID, "first_day", "first_day - 1", "not those of its days"},
			{"the last day", "spends", spend.ID, "last_day", "last_day + 1", "not those of its days"},
			{"where it begins", "spends", spend.ID, "begins_at", "recorded_at", "not those of its days"},
			{"the segment of a contact", "contacts", own, "segment", "'FAST_QUALITY'", "at the contact's moment"},
			{"what was handed over", "hand_overs", handed.ID, "total", "total + 1", "does not sum to its total"},
			{"fewer than none handed over", "hand_overs", handed.ID, "tasks", "-1", "does not sum to its total"},
			{"nothing is booked", "bookings", booking, "units", "0", "not positive"},
		} {
			t.Run(one.name, func(t *testing.T) {
				var before any
				w.Transaction(func(ctx context.Context, tx *store.Tx) error {
					return store.Each(ctx, tx, "SELECT "+one.column+" FROM "+one.table+" WHERE id = ?", []any{one.row}, func(scan store.ScanFunc) error { return scan(&before) })
				})
				run("UPDATE "+one.table+" SET "+one.column+" = "+one.broken+" WHERE id = ?", one.row)
				found := strings.Join(expect(), "\n")
				run("UPDATE "+one.table+" SET "+one.column+" = ? WHERE id = ?", before, one.row)
				if !strings.Contains(found, one.wrong) {
					t.Errorf("not found: %q among\n%s", one.wrong, found)
				}
			})
		}
		if found := expect(); len(found) > 0 {
			t.Errorf("after everything was mended: %v", found)
		}
	})
}
