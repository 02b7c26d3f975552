package contacts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
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

// TestTheStageOfAContact: a contact has the stage that the facts up to its moment make, whenever they and it were recorded.
func TestTheStageOfAContact(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.Customer("Anna")
		ago := func(hours int) time.Time { return apptest.Start.Add(-time.Duration(hours) * time.Hour) }
		at := func(hours int) *ent.Contact {
			t.Helper()
			moment := ago(hours)
			contact, err := w.Contacts.RecordContact(w.System(), call(c.ID, func(in *service.RecordContactInput) { in.At = &moment }))
			w.Must(err)
			return contact
		}
		first := at(10)
		left := ago(20)
		_, err := w.Customers.RecordDeparture(w.System(), service.RecordDepartureInput{ID: c.ID, Reason: "moved", At: &left})
		w.Must(err)
		earlier := ago(40) // recorded later, and of before
		_, err = w.Customers.RecordDeparture(w.System(), service.RecordDepartureInput{ID: c.ID, Reason: "a break", At: &earlier})
		w.Must(err)
		for _, one := range []struct {
			contact *ent.Contact
			want    schema.Stage
		}{{first, schema.Former}, {at(15), schema.Former}, {at(30), schema.Former}, {at(50), schema.Stranger}} {
			if now, err := w.Client.Contact.Get(w.System(), one.contact.ID); err != nil || now.Stage != one.want {
				t.Errorf("at %s: %s, %v; want %s", now.At, now.Stage, err, one.want)
			}
		}
		if found, err := w.Check.Laws(w.System()); err != nil || len(found) != 0 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// TestTheSegmentOfAContact: a contact has the segment of its moment, whenever it is recorded; the first that is known has held before.
func TestTheSegmentOfAContact(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.Customer("Anna")
		at := func(hours int) *ent.Contact {
			t.Helper()
			moment := apptest.Start.Add(time.Duration(hours) * time.Hour)
			contact, err := w.Contacts.RecordContact(w.System(), call(c.ID, func(in *service.RecordContactInput) { in.At = &moment }))
			w.Must(err)
			return contact
		}
		set := func(segment schema.Segment) {
			t.Helper()
			now, err := w.Client.Customer.Get(w.System(), c.ID)
			w.Must(err)
			_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: now.Version, Segment: graphql.OmittableOf(&segment)})
			w.Must(err)
		}
		before := at(-10)
		w.Clock.Advance(time.Hour)
		set(schema.FastCheap)
		w.Clock.Advance(time.Hour)
		set(schema.FastQuality)
		w.Clock.Advance(10 * time.Hour)
		for _, one := range []struct {
			contact *ent.Contact
			want    schema.Segment
		}{{before, schema.FastCheap}, {at(-5), schema.FastCheap}, {at(1), schema.FastCheap}, {at(2), schema.FastQuality}, {at(12), schema.FastQuality}} {
			if now, err := w.Client.Contact.Get(w.System(), one.contact.ID); err != nil || now.Segment == nil || *now.Segment != one.want {
				t.Errorf("at %s: %v, %v; want %s", now.At, now.Segment, err, one.want)
			}
		}
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
