package bulk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/bulk"
	"kopeck/service/contacts"
	"kopeck/service/customers"
)

const (
	anna, ivan = "cus_01jd0000000000000000000001", "cus_01jd0000000000000000000002"
	olga       = "cus_01jd0000000000000000000003"
)

// person is a record of a customer.
func person(change func(r *customers.Record)) customers.Record {
	r := customers.NewRecord()
	r.Name = "Анна"
	change(&r)
	return r
}

// run imports something and returns what was done with each record, and the error.
func run(w *apptest.World, options bulk.Import, do func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error)) (outcomes []bulk.Outcome, reasons string, err error) {
	w.T.Helper()
	var verdicts []bulk.Verdict
	failed := w.Bulk.Import(w.T.Context(), func(ctx context.Context, i *bulk.Import) error {
		i.Check, i.AllOrNothing, i.KnownCustomers, i.Update = options.Check, options.AllOrNothing, options.KnownCustomers, options.Update
		verdicts, err = do(ctx, i)
		return nil
	})
	w.Must(failed)
	for _, v := range verdicts {
		outcomes = append(outcomes, v.Outcome)
		reasons += v.Reason + "\n"
	}
	return outcomes, reasons, err
}

func bring(w *apptest.World, options bulk.Import, records ...customers.Record) (outcomes []bulk.Outcome, reasons string, err error) {
	w.T.Helper()
	return run(w, options, func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) { return i.Customers(ctx, records) })
}

func wants(t *testing.T, what string, got []bulk.Outcome, want ...bulk.Outcome) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func named(w *apptest.World, id string) *ent.Customer {
	w.T.Helper()
	c, err := w.Client.Customer.Get(w.System(), id)
	w.Must(err)
	return c
}

// A customer is added once, changed only with Update, and keeps what the file does not have.
func TestCustomersAreAddedPresentOrUpdated(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, phone := "Anna@Example.com", "+7 900 123-45-67"
		whole := person(func(r *customers.Record) { r.ID, r.Email, r.Phone = anna, &email, &phone })
		got, _, _ := bring(w, bulk.Import{Check: true}, whole)
		wants(t, "a check", got, bulk.Added)
		if n := len(w.Rows("SELECT id FROM customers")); n != 0 {
			t.Errorf("the check wrote %d customers", n)
		}
		got, _, _ = bring(w, bulk.Import{}, whole)
		wants(t, "the first time", got, bulk.Added)
		got, _, _ = bring(w, bulk.Import{}, whole)
		wants(t, "again", got, bulk.Present)

		renamed := person(func(r *customers.Record) {
			r.Email, r.Name = &email, "Анна Петровна"
			r.Has = func(column string) bool { return column == "name" || column == "email" }
		})
		got, reasons, _ := bring(w, bulk.Import{}, renamed)
		if wants(t, "another name", got, bulk.Rejected); !strings.Contains(reasons, "with another name; --update changes it") {
			t.Error(reasons)
		}
		got, _, _ = bring(w, bulk.Import{Update: true}, renamed)
		wants(t, "another name, with Update", got, bulk.Updated)
		if c := named(w, anna); c.Name != "Анна Петровна" || c.NameKey != "анна петровна" || c.Phone == nil || c.Version != 2 {
			t.Errorf("the customer is %v", c)
		}
		if terms := w.Rows("SELECT term FROM search_terms WHERE term = 'петровна'"); len(terms) != 1 {
			t.Errorf("found by the new name: %q", terms)
		}
	})
}

// One rejected record of a call that wants all or nothing undoes the others.
func TestAllOrNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		good, bad := person(func(r *customers.Record) { r.ID = anna }), person(func(r *customers.Record) { r.ID, r.Name = ivan, " " })
		got, reasons, err := bring(w, bulk.Import{AllOrNothing: true}, good, bad)
		wants(t, "all or nothing", got, bulk.Added, bulk.Rejected)
		if !errors.Is(err, bulk.ErrRejected) || !strings.Contains(reasons, "name: must not be empty") || len(w.Rows("SELECT id FROM customers")) != 0 {
			t.Errorf("got %v, %s, want the whole import rejected for an empty name, and no customer", err, reasons)
		}
		if got, _, err = bring(w, bulk.Import{}, good, bad); err != nil || len(w.Rows("SELECT id FROM customers")) != 1 {
			t.Errorf("the good one: %v, %v", got, err)
		}
	})
}

// Who referred customers is filled in when all exist, and never closes a circle.
func TestReferralsHaveNoCircle(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		referrer := ivan
		first := person(func(r *customers.Record) { r.ID, r.ReferredByID = anna, &referrer })
		got, _, _ := bring(w, bulk.Import{}, first, person(func(r *customers.Record) { r.ID = ivan }), person(func(r *customers.Record) { r.ID = olga }))
		wants(t, "three customers", got, bulk.Added, bulk.Added, bulk.Added)
		if c := named(w, anna); c.ReferredByID != nil {
			t.Errorf("referred by %s, who was not there yet", *c.ReferredByID)
		}
		var unknown, circular int
		_, _, err := run(w, bulk.Import{}, func(ctx context.Context, i *bulk.Import) (_ []bulk.Verdict, err error) {
			unknown, circular, err = i.ReferredBy(ctx, [][2]string{{anna, ivan}, {ivan, olga}, {olga, anna}, {olga, "cus_01jd0000000000000000000009"}})
			return nil, err
		})
		if err != nil || unknown != 1 || circular != 1 {
			t.Errorf("%d unknown, %d in a circle, %v", unknown, circular, err)
		}
		if rows := w.Rows("SELECT id, referred_by_id FROM customers WHERE referred_by_id IS NOT NULL ORDER BY id"); len(rows) != 2 {
			t.Errorf("referred: %q", rows)
		}
	})
}

// Orders and contacts make the customers whom they name by an external id, or are rejected, and settle the books.
func TestOrdersAndContactsMakeTheirCustomers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		at := apptest.Start.Add(-24 * time.Hour)
		order := bulk.OrderRecord{
			ExternalID: "shop-1", CustomerExternalID: "crm-1", Status: schema.OrderCompleted, At: at, CompletedAt: at, Total: money.Minor(100), Cost: money.Minor(40), StatedCost: true,
		}
		orders := func(o bulk.OrderRecord, options bulk.Import) ([]bulk.Outcome, string, error) {
			return run(w, options, func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) {
				return i.Orders(ctx, []bulk.OrderRecord{o})
			})
		}
		got, reasons, _ := orders(order, bulk.Import{KnownCustomers: true})
		if wants(t, "of an unknown customer", got, bulk.Rejected); !strings.Contains(reasons, `unknown customer "crm-1"`) {
			t.Error(reasons)
		}
		got, _, _ = orders(order, bulk.Import{})
		wants(t, "with its customer", got, bulk.Added)
		got, _, _ = orders(order, bulk.Import{})
		wants(t, "again", got, bulk.Present)
		order.Cost = money.Minor(41)
		if got, reasons, _ = orders(order, bulk.Import{}); !strings.Contains(reasons, "another cost") {
			t.Errorf("got %v %s, want a rejection because of another cost", got, reasons)
		}
		got, _, _ = run(w, bulk.Import{}, func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) {
			return i.Contacts(ctx, []contacts.Record{{
				ExternalID: "call-1", CustomerExternalID: "crm-1", Kind: schema.TargetCall, Direction: schema.Outbound, Channel: schema.ByPhone, At: at.Add(-time.Hour), Minutes: money.Whole(3), Staff: "olga@example.com",
			}})
		})
		wants(t, "a contact", got, bulk.Added)
		if rows := w.Rows("SELECT order_days, margin, stage FROM customers"); len(rows) != 1 || !strings.HasPrefix(rows[0], "1") || !strings.Contains(rows[0], "60") {
			t.Errorf("the customer: %q", rows)
		}
		if rows := w.Rows("SELECT sum(amount) FROM credits"); len(rows) != 1 || rows[0] != "60" {
			t.Errorf("credited: %q", rows)
		}
		if rows := w.Rows("SELECT email FROM users WHERE NOT active"); len(rows) != 1 || rows[0] != "olga@example.com" {
			t.Errorf("staff: %q", rows)
		}
		findings, err := w.Check.Laws(w.System())
		if err != nil || len(findings) > 0 {
			t.Errorf("the books: %v, %v", findings, err)
		}
	})
}

// TestOrdersAndThenAClaim: orders of March and April and a claim of the first of June are all imported today, in any order. The claim
// is a customer's, and the stage is known to have changed in March.
func TestOrdersAndThenAClaim(t *testing.T) {
	march, april, may := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC), time.Date(2026, 5, 31, 9, 0, 0, 0, time.UTC)
	bought := func(external string, at time.Time) bulk.OrderRecord {
		return bulk.OrderRecord{ExternalID: external, CustomerExternalID: "crm-1", Status: schema.OrderCompleted, At: at, CompletedAt: at, Total: money.Minor(100), StatedCost: true}
	}
	orders := func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) {
		return i.Orders(ctx, []bulk.OrderRecord{bought("o1", march), bought("o2", april)})
	}
	claim := func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) {
		return i.Contacts(ctx, []contacts.Record{{ExternalID: "c1", CustomerExternalID: "crm-1", Kind: schema.Claim, Direction: schema.Inbound, Channel: schema.ByPhone, At: may}})
	}
	type step = func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error)
	for name, steps := range map[string][]step{"orders first": {orders, claim}, "the claim first": {claim, orders}} {
		t.Run(name, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				for _, one := range steps {
					if got, reasons, err := run(w, bulk.Import{}, one); err != nil || got[0] != bulk.Added {
						t.Fatalf("%v %s %v", got, reasons, err)
					}
				}
				if rows := w.Rows("SELECT stage FROM contacts"); len(rows) != 1 || rows[0] != "CUSTOMER" {
					t.Errorf("the claim is a %q's", rows)
				}
				changes, err := w.Client.StageChange.Query().All(w.System())
				w.Must(err)
				if len(changes) != 1 || changes[0].Kind != schema.StageImported || !changes[0].At.Equal(march) || !changes[0].RecordedAt.Equal(apptest.Start) {
					t.Errorf("%v", changes)
				}
				if findings, err := w.Check.Laws(w.System()); err != nil || len(findings) > 0 {
					t.Errorf("%v, %v", findings, err)
				}
			})
		})
	}
}

// What is exported is what was imported.
func TestExport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		in := []customers.Record{
			person(func(r *customers.Record) {
				r.ID, r.Owner, r.Partner, r.StageOverruled, r.StageOverruledAt = anna, "olga@example.com", "Двери", "a friend", apptest.Start
				r.PartnerID, r.Stage = new(string), schema.Friend
				*r.PartnerID = "prt_01jd0000000000000000000001"
			}),
			person(func(r *customers.Record) { r.ID = ivan }),
		}
		got, reasons, _ := bring(w, bulk.Import{}, in...)
		if wants(t, "the import", got, bulk.Added, bulk.Added); t.Failed() {
			t.Fatal(reasons)
		}
		var out []customers.Record
		w.Must(w.Bulk.ExportCustomers(t.Context(), func(r *customers.Record) error {
			out = append(out, *r)
			return nil
		}))
		if len(out) != 2 || out[0].ID != anna || out[1].ID != ivan {
			t.Fatalf("exported: %v", out)
		}
		r := out[0]
		if r.Owner != "olga@example.com" || r.Partner != "Двери" || r.StageOverruled != "a friend" || !r.StageOverruledAt.Equal(apptest.Start) || r.Stage != schema.Friend {
			t.Errorf("got %+v, want the owner, the partner and the overruled stage of Anna", r)
		}
		stopped := errors.New("enough")
		if err := w.Bulk.ExportCustomers(t.Context(), func(*customers.Record) error { return stopped }); !errors.Is(err, stopped) {
			t.Errorf("the export ended with %v", err)
		}
	})
}
