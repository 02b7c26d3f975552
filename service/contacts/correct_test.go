package contacts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/contacts"
)

// correct is a correction of a contact, at its first version.
func correct(contactID string, change func(*service.CorrectContactInput)) service.CorrectContactInput {
	in := service.CorrectContactInput{ID: contactID, ExpectedVersion: 1, Reason: "misheard"}
	if change != nil {
		change(&in)
	}
	return in
}

// codes are the paths and codes of faults.
func codes(err error) string {
	var all []string
	for _, one := range fault.All(err) {
		all = append(all, strings.TrimSpace(strings.Join(one.Path, ".")+" "+string(one.Code)))
	}
	return strings.Join(all, ", ")
}

func eachShop(t *testing.T, test func(t *testing.T, s *apptest.Shop)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		test(t, apptest.NewShop(t, url))
	})
}

func ptr[T any](v T) *T { return &v }

// TestWhatMayBeCorrected: a contact as a correction makes it is checked as one that is recorded so.
func TestWhatMayBeCorrected(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		nobody := s.IDs.Make(id.User)
		for name, c := range map[string]struct {
			contact string
			change  func(*service.CorrectContactInput)
			fails   string
		}{
			"minutes and seconds": {"Anna's call", func(in *service.CorrectContactInput) {
				in.Minutes, in.Seconds = ptr(money.Exact("1")), ptr(money.Exact("1"))
			}, "seconds INVALID"},
			"more than a day":               {"Anna's call", func(in *service.CorrectContactInput) { in.Minutes = ptr(money.Exact("1441")) }, "minutes INVALID"},
			"in the future":                 {"Anna's call", func(in *service.CorrectContactInput) { in.At = ptr(s.Now().Add(time.Hour)) }, "at INVALID"},
			"no such staff":                 {"Anna's call", func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf(&nobody) }, "staffId NOT_FOUND"},
			"no reason":                     {"Anna's call", func(in *service.CorrectContactInput) { in.Reason = " " }, "reason INVALID"},
			"a version to come":             {"Anna's call", func(in *service.CorrectContactInput) { in.ExpectedVersion, in.Notes = 7, graphql.OmittableOf(ptr("n")) }, "expectedVersion INVALID"},
			"about somebody":                {"Anna's call", func(in *service.CorrectContactInput) { in.AboutID = graphql.OmittableOf(ptr(s.Customers["Boris"])) }, "aboutId INVALID"},
			"a recommendation that is none": {"Anna's recommendation", func(in *service.CorrectContactInput) { in.Kind = ptr(schema.InfoCall) }, "aboutId INVALID"},
			"it sells without a permission": {"Anna's call", func(in *service.CorrectContactInput) {
				in.Direction, in.Kind, in.Purpose = ptr(schema.Outbound), ptr(schema.TargetCall), graphql.OmittableOf(ptr(schema.Marketing))
			}, "channel PERMISSION_MISSING"},
			"it sells and has no purpose": {"Anna's call", func(in *service.CorrectContactInput) {
				in.Direction, in.Kind = ptr(schema.Outbound), ptr(schema.TargetCall)
			}, "purpose INVALID"},
			"before the permission":                  {"Clara's e-mail", func(in *service.CorrectContactInput) { in.At = ptr(apptest.Day(time.October, 24)) }, "channel PERMISSION_MISSING"},
			"an order of another customer":           {"Anna's call", func(in *service.CorrectContactInput) { in.OrderID = graphql.OmittableOf(ptr(s.Orders["Boris"])) }, "orderId NOT_FOUND"},
			"no order":                               {"Anna's call", func(in *service.CorrectContactInput) { in.OrderID = graphql.OmittableOf(ptr("x")) }, "orderId INVALID"},
			"an offer that does not exist":           {"Anna's call", func(in *service.CorrectContactInput) { in.OfferID = graphql.OmittableOf(ptr(s.IDs.Make(id.Offer))) }, "offerId NOT_FOUND"},
			"what it already says changes nothing":   {"Anna's call", func(in *service.CorrectContactInput) { in.Kind = ptr(schema.InfoCall) }, ""},
			"the notes of what sold with permission": {"Clara's e-mail", func(in *service.CorrectContactInput) { in.Notes = graphql.OmittableOf(ptr("n")) }, ""},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := s.App.Contacts.CorrectContact(s.System(), correct(s.Contacts[c.contact], c.change)); codes(err) != c.fails || (err == nil) != (c.fails == "") {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		if _, err := s.App.Contacts.CorrectContact(s.System(), correct(s.IDs.Make(id.Contact), nil)); codes(err) != "id NOT_FOUND" {
			t.Errorf("a contact that does not exist: %v", err)
		}
	})
}

// TestCorrectedFacts corrects every fact of Anna's call of 10 September: it is costed and credited as if it had been recorded so, and what was
// known before is known as of then.
func TestCorrectedFacts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, before := s.System(), s.Now()
		economics := func(at *time.Time) string {
			t.Helper()
			e, err := s.Report.ContactEconomics(ctx, apptest.Day(time.January, 1), apptest.Day(time.December, 1),
				[]service.ContactDimension{service.ContactDimensionKind, service.ContactDimensionStaff, service.ContactDimensionStage, service.ContactDimensionMonth}, nil, at)
			if err != nil {
				t.Fatal(err)
			}
			csv, err := e.Sheet(s.Currency).CSV()
			if err != nil {
				t.Fatal(err)
			}
			return csv
		}
		then := economics(nil)
		s.Advance(time.Hour)
		corrected, err := s.App.Contacts.CorrectContact(ctx, correct(s.Contacts["Anna's call"], func(in *service.CorrectContactInput) {
			in.Kind, in.Channel, in.At, in.Seconds = ptr(schema.Meeting), ptr(schema.ByMessenger), ptr(apptest.Day(time.October, 19)), ptr(money.Exact("61"))
			in.StaffID, in.Expense = graphql.OmittableOf(ptr(s.Users["Igor"])), apptest.Roubles("7.50")
			in.Subject, in.Notes, in.OrderID = graphql.OmittableOf(ptr("cloth")), graphql.OmittableOf(ptr("n")), graphql.OmittableOf(ptr(s.Orders["Anna"]))
		}))
		if err != nil {
			t.Fatal(err)
		}
		// 61 seconds at 1200.00 an hour, 2.00 by messenger and 7.50: no order of Anna's came after it.
		if corrected.Cost.Minor() != 2033+200+750 || !corrected.Realised.IsZero() || corrected.Version != 2 || corrected.CorrectedAt == nil || corrected.Stage != schema.Buyer {
			t.Errorf("corrected to %+v", corrected)
		}
		order, err := s.Client.Order.Get(ctx, s.Orders["Anna"])
		if err != nil {
			t.Fatal(err)
		}
		credits, err := s.Books.OrderCredits(ctx, []*ent.Order{order}, nil)
		if err != nil || len(credits[order.ID]) != 1 || credits[order.ID][0].ContactID != s.Contacts["Anna's message"] || credits[order.ID][0].Amount.Minor() != 84000 {
			t.Errorf("Anna's order is credited to %+v, %v", credits[order.ID], err)
		}
		if known := economics(&before); known != then {
			t.Errorf("as known before the correction:\n%s\nwant\n%s", known, then)
		}
		after := economics(nil)
		s.Advance(time.Hour)
		moment := s.Now()
		s.Advance(time.Hour)
		if _, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: s.Contacts["Anna's message"], Reason: "another Anna"}); err != nil {
			t.Fatal(err)
		}
		if known := economics(&moment); known != after {
			t.Errorf("as known between the correction and the void:\n%s\nwant\n%s", known, after)
		}
		if known := economics(&before); known != then {
			t.Errorf("as known before both:\n%s\nwant\n%s", known, then)
		}
		costs, err := s.Report.ContactsKnownAt(ctx, []*ent.Contact{corrected}, before)
		if err != nil || costs[corrected] == nil || costs[corrected].Total.Minor() != 20500 {
			t.Errorf("the call cost %+v as known before, %v; want 205.00", costs[corrected], err)
		}
		if order, err = s.Client.Order.Get(ctx, s.Orders["Anna"]); err != nil || order.Unattributed != order.Margin {
			t.Errorf("with no contact before it Anna's order has %v unattributed of %v, %v", order.Unattributed, order.Margin, err)
		}
		if found, err := s.Check.Laws(ctx); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
	})
}

// TestVoided: what is voided has never been, stays readable, and is neither corrected nor voided again.
func TestVoided(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx := s.System()
		recommendation := s.Contacts["Anna's recommendation"]
		void := service.VoidContactInput{ID: recommendation, Reason: "it was a Clara", IdempotencyKey: ptr("void-1")}
		for range 2 { // the same request repeated
			c, err := s.App.Contacts.VoidContact(ctx, void)
			if err != nil {
				t.Fatal(err)
			}
			if c.VoidedAt == nil || *c.VoidReason != "it was a Clara" || *c.VoidedBy != "system" || !c.Realised.IsZero() || c.Cost.Minor() != 500 {
				t.Errorf("voided: %+v", c)
			}
		}
		order, err := s.Client.Order.Get(ctx, s.Orders["Boris"])
		if err != nil {
			t.Fatal(err)
		}
		credits, err := s.Books.OrderCredits(ctx, []*ent.Order{order}, nil)
		if err != nil || len(credits[order.ID]) != 1 || credits[order.ID][0].ContactID != s.Contacts["Boris's call"] || credits[order.ID][0].Amount != order.Margin {
			t.Errorf("Boris's order is credited to %+v, %v", credits[order.ID], err)
		}
		anna, err := s.Client.Customer.Get(ctx, s.Customers["Anna"])
		if err != nil || anna.ContactCost.Minor() != 20700 {
			t.Errorf("Anna's contacts cost %v, %v; want 207.00", anna.ContactCost, err)
		}
		if _, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: recommendation, Reason: "again"}); codes(err) != "id WRONG_STATE" {
			t.Errorf("voided twice: %v", err)
		}
		if _, err := s.App.Contacts.CorrectContact(ctx, correct(recommendation, func(in *service.CorrectContactInput) { in.Kind = ptr(schema.Review) })); codes(err) != "id WRONG_STATE" {
			t.Errorf("corrected when voided: %v", err)
		}
		if _, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: s.Contacts["Anna's call"], Reason: "r", ExpectedVersion: ptr(2)}); codes(err) != "expectedVersion VERSION_CONFLICT" {
			t.Errorf("at another version: %v", err)
		}
		if _, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: s.Contacts["Clara's e-mail"], Reason: "never sent"}); err != nil {
			t.Fatal(err)
		}
		values, err := s.Consent.PermissionValues(ctx, []string{s.Permissions["Clara"]})
		if err != nil || values[s.Permissions["Clara"]].Contacts != 0 {
			t.Errorf("the permission is worth %+v, %v", values[s.Permissions["Clara"]], err)
		}
		if found, err := s.Check.Laws(ctx); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
	})
}

// TestCorrectionsMerge: corrections of different fields merge, of the same field they conflict, and each is remembered.
func TestCorrectionsMerge(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, call := s.System(), s.Contacts["Anna's call"]
		for _, in := range []service.CorrectContactInput{
			correct(call, func(in *service.CorrectContactInput) {
				in.Minutes, in.Reason = ptr(money.Exact("12")), "listened to it"
			}),
			correct(call, func(in *service.CorrectContactInput) { in.Expense = apptest.Roubles("3") }),
		} {
			if _, err := s.App.Contacts.CorrectContact(ctx, in); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.App.Contacts.CorrectContact(ctx, correct(call, func(in *service.CorrectContactInput) { in.Minutes = ptr(money.Exact("13")) }))
		if codes(err) != "expectedVersion VERSION_CONFLICT" {
			t.Errorf("the minutes corrected by two: %v", err)
		}
		c, err := s.Client.Contact.Get(ctx, call)
		if err != nil || c.Version != 3 || c.Minutes.String() != "12" || c.Expense.Minor() != 300 || c.Cost.Minor() != 24000+500+300 {
			t.Fatalf("merged into %+v, %v", c, err)
		}
		all, err := s.App.Contacts.Corrections(ctx, []*ent.Contact{c})
		if err != nil || len(all[call]) != 2 {
			t.Fatalf("remembered %+v, %v", all[call], err)
		}
		first, second := all[call][0], all[call][1]
		if first.Reason != "listened to it" || first.By != "system" || first.Voided || len(first.Fields) != 1 || *first.Fields[0] != (contacts.ContactFieldChange{Name: "minutes", Old: "10", New: "12"}) {
			t.Errorf("the first: %+v", first)
		}
		if len(second.Fields) != 1 || *second.Fields[0] != (contacts.ContactFieldChange{Name: "expense", Old: "0.00 RUB", New: "3.00 RUB"}) {
			t.Errorf("the second: %+v", second)
		}
	})
}

// TestWhoCorrects: whoever may record a contact; SALES those in which they took part.
func TestWhoCorrects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sales, manager := w.As(schema.RoleSales), w.As(schema.RoleManager)
		customer := w.CustomerID()
		record := func(ctx context.Context) string {
			t.Helper()
			c, err := w.Contacts.RecordContact(ctx, call(customer, nil))
			w.Must(err)
			return c.ID
		}
		theirs, ours := record(manager), record(sales)
		for name, c := range map[string]struct {
			as      context.Context
			contact string
			fails   string
		}{
			"SALES of another":   {sales, theirs, "id FORBIDDEN"},
			"SALES of their own": {sales, ours, ""},
			"a manager":          {manager, ours, ""},
			"an analyst":         {w.As(schema.RoleAnalyst), ours, "FORBIDDEN"},
		} {
			t.Run(name, func(t *testing.T) {
				now, err := w.Client.Contact.Get(w.System(), c.contact)
				w.Must(err)
				text := "by " + name
				in := correct(c.contact, func(in *service.CorrectContactInput) {
					in.ExpectedVersion, in.Notes = now.Version, graphql.OmittableOf(&text)
				})
				if _, err := w.Contacts.CorrectContact(c.as, in); codes(err) != c.fails || (err == nil) != (c.fails == "") {
					t.Errorf("corrected: %v; want %q", err, c.fails)
				}
				if c.fails != "" {
					if _, err := w.Contacts.VoidContact(c.as, service.VoidContactInput{ID: c.contact, Reason: "r"}); codes(err) != c.fails {
						t.Errorf("voided: %v; want %q", err, c.fails)
					}
				}
			})
		}
		for _, name := range []*string{nil, ptr(w.Rows("SELECT id FROM users WHERE email_key = 'manager@example.com'")[0])} {
			in := correct(ours, func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf(name) })
			if _, err := w.Contacts.CorrectContact(sales, in); codes(err) != "staffId FORBIDDEN" {
				t.Errorf("SALES give their contact to %v: %v", name, err)
			}
		}
	})
}
