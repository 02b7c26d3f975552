package contacts_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// call is a contact with a customer, by phone and inbound.
func call(customer string, change func(*service.RecordContactInput)) service.RecordContactInput {
	in := service.RecordContactInput{CustomerID: customer, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone}
	if change != nil {
		change(&in)
	}
	return in
}

func TestWhatAContactMayBe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer, other, nobody := w.CustomerID(), w.CustomerID(), w.IDs.Make(id.User)
		later := apptest.Start.Add(time.Hour)
		minutes := func(text money.Exact) func(*service.RecordContactInput) {
			return func(in *service.RecordContactInput) { in.Minutes = &text }
		}
		marketing := schema.Marketing
		for name, c := range map[string]struct {
			change func(*service.RecordContactInput)
			fails  string // the field and the code
		}{
			"a call":                      {nil, ""},
			"a day":                       {minutes("1440"), ""},
			"more than a day":             {minutes("1440.1"), "minutes INVALID"},
			"less than nothing":           {minutes("-1"), "minutes INVALID"},
			"in the future":               {func(in *service.RecordContactInput) { in.At = &later }, "at INVALID"},
			"no such customer":            {func(in *service.RecordContactInput) { in.CustomerID = w.IDs.Make(id.Customer) }, "customerId NOT_FOUND"},
			"not the id of a customer":    {func(in *service.RecordContactInput) { in.CustomerID = "x" }, "customerId INVALID"},
			"no such staff":               {func(in *service.RecordContactInput) { in.StaffID = &nobody }, "staffId NOT_FOUND"},
			"a call about somebody":       {func(in *service.RecordContactInput) { in.AboutID = &other }, "aboutId INVALID"},
			"a recommendation":            {func(in *service.RecordContactInput) { in.Kind, in.AboutID = schema.Recommendation, &other }, ""},
			"a recommendation of oneself": {func(in *service.RecordContactInput) { in.Kind, in.AboutID = schema.Recommendation, &customer }, "aboutId INVALID"},
			"about nobody":                {func(in *service.RecordContactInput) { in.Kind, in.AboutID = schema.Recommendation, &nobody }, "aboutId INVALID"},
			"it sells and has no purpose": {func(in *service.RecordContactInput) { in.Kind, in.Direction = schema.TargetCall, schema.Outbound }, "purpose INVALID"},
			"inbound it needs none":       {func(in *service.RecordContactInput) { in.Kind = schema.TargetCall }, ""},
			"it sells without a permission": {func(in *service.RecordContactInput) {
				in.Kind, in.Direction, in.Purpose = schema.TargetCall, schema.Outbound, &marketing
			}, "channel PERMISSION_MISSING"},
			"another currency": {func(in *service.RecordContactInput) {
				in.Expense = &service.MoneyInput{Amount: "1", CurrencyCode: "USD"}
			}, "expense.currencyCode INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.Contacts.RecordContact(w.System(), call(customer, c.change))
				var got []string
				for _, one := range fault.All(err) {
					got = append(got, strings.Join(one.Path, ".")+" "+string(one.Code))
				}
				if strings.Join(got, ", ") != c.fails || (err == nil) != (c.fails == "") {
					t.Errorf("%v (%q); want %q", err, got, c.fails)
				}
			})
		}
	})
}

// TestWhoTookPart: the actor, unless another is named; SALES name only themselves; nobody for the system.
func TestWhoTookPart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer := w.CustomerID()
		sales, manager := w.As(schema.RoleSales), w.As(schema.RoleManager)
		named := func(email string) *string { return &w.Rows("SELECT id FROM users WHERE email_key = ?", email)[0] }
		for name, c := range map[string]struct {
			as    context.Context
			named *string
			staff string
			fails fault.Code
		}{
			"the system":                  {w.System(), nil, "", ""},
			"the system names somebody":   {w.System(), named("sales@example.com"), "sales@example.com", ""},
			"SALES":                       {sales, nil, "sales@example.com", ""},
			"SALES name themselves":       {sales, named("sales@example.com"), "sales@example.com", ""},
			"SALES name another":          {sales, named("manager@example.com"), "", fault.Forbidden},
			"a manager names another":     {manager, named("sales@example.com"), "sales@example.com", ""},
			"an analyst records no calls": {w.As(schema.RoleAnalyst), nil, "", fault.Forbidden},
		} {
			t.Run(name, func(t *testing.T) {
				contact, err := w.Contacts.RecordContact(c.as, call(customer, func(in *service.RecordContactInput) { in.StaffID = c.named }))
				if c.fails != "" {
					if all := fault.All(err); len(all) != 1 || all[0].Code != c.fails {
						t.Errorf("%v; want %s", err, c.fails)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case c.staff == "" && contact.StaffID != nil, c.staff != "" && (contact.StaffID == nil || *contact.StaffID != *named(c.staff)):
					t.Errorf("staff %v; want %q", contact.StaffID, c.staff)
				}
			})
		}
	})
}

// TestTheCostOfAContact: by the rates of its moment, and not by those of now; a missing rate does not keep it from being recorded.
func TestTheCostOfAContact(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer := w.CustomerID()
		sales := w.As(schema.RoleSales)
		w.Rate(schema.RateStaff, "sales@example.com", "600", "hour", apptest.Start.Add(-2*time.Hour))
		w.Rate(schema.RateStaff, "sales@example.com", "1200", "hour", apptest.Start.Add(-time.Hour))
		w.Rate(schema.RateChannelFee, "PHONE", "0.5", "contact", apptest.Start.Add(-2*time.Hour))
		w.Rate(schema.RateChannelMinute, "PHONE", "0.015", "minute", apptest.Start.Add(-2*time.Hour))
		for name, c := range map[string]struct {
			hours    int
			minutes  money.Exact
			expense  string
			cost     int64
			uncosted bool
		}{
			"now":                 {0, "3", "1", 6000 + 50 + 4 + 100, false}, // 4.5 kopecks round to 4
			"by the rates before": {-1, "3", "0", 6000 + 50 + 4, false},
			"an hour earlier":     {-2, "3", "0", 3000 + 50 + 4, false},
			"without time":        {0, "0", "0", 50, false},
			"before all rates":    {-3, "3", "7", 700, true},
		} {
			t.Run(name, func(t *testing.T) {
				at := apptest.Start.Add(time.Duration(c.hours) * time.Hour)
				contact, err := w.Contacts.RecordContact(sales, call(customer, func(in *service.RecordContactInput) {
					in.At, in.Minutes, in.Expense = &at, &c.minutes, apptest.Roubles(c.expense)
				}))
				if err != nil {
					t.Fatal(err)
				}
				if contact.Cost.Minor() != c.cost || contact.Uncosted != c.uncosted {
					t.Errorf("cost %d, uncosted %t; want %d, %t: %s", contact.Cost.Minor(), contact.Uncosted, c.cost, c.uncosted, contact.CostLines)
				}
			})
		}
	})
}

// TestTheStageOfAContact compares the query of a past stage with the changes themselves, over random changes: it is the stage after
// the last change up to the moment, or the one before the first.
func TestTheStageOfAContact(t *testing.T) {
	type change struct {
		from, to schema.Stage
		at       time.Time
		id       string
	}
	stages := []schema.Stage{schema.Stranger, schema.Friend, schema.Buyer, schema.Loyal, schema.Former}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer := w.CustomerID()
		ago := func(t *rapid.T) time.Time {
			return apptest.Start.Add(-time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
		}
		rapid.Check(t, func(t *rapid.T) {
			var changes []change
			for range rapid.IntRange(0, 6).Draw(t, "changes") {
				changes = append(changes, change{rapid.SampledFrom(stages).Draw(t, "from"), rapid.SampledFrom(stages).Draw(t, "to"), ago(t), w.IDs.Make(id.StageChange)})
			}
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.Exec(ctx, "DELETE FROM stage_changes"); err != nil {
					return err
				}
				rows := make([][]any, len(changes))
				for i, c := range changes {
					rows[i] = []any{c.id, customer, string(c.from), string(c.to), c.at, "a test", "a test"}
				}
				return tx.InsertRows(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, rows)
			})
			at := ago(t)
			slices.SortFunc(changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
			want := schema.Stranger // which the customer is
			if len(changes) > 0 {
				want = changes[0].from
			}
			for _, c := range changes {
				if !c.at.After(at) {
					want = c.to
				}
			}
			contact, err := w.Contacts.RecordContact(w.System(), call(customer, func(in *service.RecordContactInput) { in.At = &at }))
			if err != nil {
				t.Fatal(err)
			}
			if contact.Stage != want {
				t.Fatalf("stage %s; want %s", contact.Stage, want)
			}
		})
	})
}

// TestAnIDThatIsTaken: an id that a client chose can be used once, but the same request can be repeated with its key.
func TestAnIDThatIsTaken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer := w.CustomerID()
		contactID, key := w.IDs.Make(id.Contact), "key"
		in := call(customer, func(in *service.RecordContactInput) { in.ID, in.IdempotencyKey = &contactID, &key })
		for range 2 {
			contact, err := w.Contacts.RecordContact(w.System(), in)
			w.Must(err)
			if contact.ID != contactID {
				t.Errorf("%s; want %s", contact.ID, contactID)
			}
		}
		in.IdempotencyKey = nil
		if _, err := w.Contacts.RecordContact(w.System(), in); !fault.Is(err, fault.AlreadyExists) {
			t.Errorf("got %v, want ALREADY_EXISTS", err)
		}
	})
}
