package contacts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// TestAboutSomebodyHidden: Olga recommended Boris, who is Igor's now. To her the contact is about nobody: nothing tells her that it is not,
// and what she does with it leaves Boris's books alone, until it is no recommendation any more.
func TestAboutSomebodyHidden(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		system := s.System()
		olga := auth.With(t.Context(), auth.Actor{UserID: s.Users["Olga"], Name: "Olga@shop.example", Role: schema.RoleSales})
		boris, recommendation := s.Customers["Boris"], s.Contacts["Anna's recommendation"]
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.App.Contacts.CorrectContact(system, correct(recommendation, func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf(new(s.Users["Olga"])) }))
		must(err)
		hide := service.UpdateCustomerInput{ID: boris, OwnerID: graphql.OmittableOf(new(s.Users["Igor"]))}
		c, err := s.Client.Customer.Get(system, boris)
		must(err)
		hide.ExpectedVersion = c.Version
		_, err = s.App.Customers.UpdateCustomer(system, hide)
		must(err)
		credited := func() string {
			t.Helper()
			order, err := s.Client.Order.Get(system, s.Orders["Boris"])
			must(err)
			credits, err := s.Books.OrderCredits(system, []*ent.Order{order}, nil)
			must(err)
			var all []string
			for _, one := range credits[order.ID] {
				all = append(all, one.ContactID)
			}
			return strings.Join(all, " ")
		}
		before := credited()

		kept, err := s.App.Contacts.CorrectContact(olga, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 2, Reason: "r", AboutID: graphql.OmittableOf[*string](nil)})
		if err != nil || kept.Version != 2 || credited() != before {
			t.Errorf("about nobody: %+v, %v, and Boris's order is credited to %s, before to %s", kept, err, credited(), before)
		}
		_, err = s.App.Contacts.CorrectContact(olga, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 2, Reason: "r", AboutID: graphql.OmittableOf(&boris)})
		if codes(err) != "aboutId NOT_FOUND" {
			t.Errorf("about Boris, by his id: %v", err)
		}
		_, err = s.App.Contacts.CorrectContact(olga, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 1, Reason: "r", AboutID: graphql.OmittableOf(new(s.Customers["Dora"])), StaffID: graphql.OmittableOf(new(s.Users["Olga"]))})
		must(err) // nobody else has changed whom it is about
		_, err = s.App.Contacts.CorrectContact(system, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 3, Reason: "r", AboutID: graphql.OmittableOf(&boris)})
		must(err)
		_, err = s.App.Contacts.CorrectContact(olga, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 3, Reason: "r", AboutID: graphql.OmittableOf(new(s.Customers["Clara"]))})
		var f *fault.Error
		if codes(err) != "expectedVersion VERSION_CONFLICT" || !errors.As(err, &f) || f.Detail.(*fault.Conflict).Fields[0].Theirs != nil {
			t.Errorf("a conflict over Boris: %v %+v", err, f.Detail)
		}
		c4, err := s.Client.Contact.Get(olga, recommendation)
		must(err)
		corrections, err := s.App.Contacts.Corrections(olga, []*ent.Contact{c4})
		must(err)
		for _, one := range corrections[recommendation] {
			for _, change := range one.Fields {
				if change.Old == any(boris) || change.New == any(boris) {
					t.Errorf("corrections show Boris: %+v", change)
				}
			}
		}
		if credited() != before {
			t.Errorf("Boris's order is credited to %s, before to %s", credited(), before)
		}
		call, err := s.App.Contacts.CorrectContact(olga, service.CorrectContactInput{ID: recommendation, ExpectedVersion: 4, Reason: "it was a question", Kind: new(schema.InfoCall)})
		if err != nil || call.AboutID != nil || credited() == before {
			t.Errorf("no recommendation any more: %+v, %v, and Boris's order is credited to %s", call, err, credited())
		}
		if found, err := s.Check.Laws(system); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
	})
}

// TestHiddenAboutOfJoinedContacts: of two contacts that are one the kept one's customer whom it is about wins, unless the actor may not see them
// and sees the other's: as if it were about nobody.
func TestHiddenAboutOfJoinedContacts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		system := s.System()
		olga := auth.With(t.Context(), auth.Actor{UserID: s.Users["Olga"], Name: "Olga@shop.example", Role: schema.RoleSales})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		boris, err := s.Client.Customer.Get(system, s.Customers["Boris"])
		must(err)
		_, err = s.App.Customers.UpdateCustomer(system, service.UpdateCustomerInput{ID: boris.ID, ExpectedVersion: boris.Version, OwnerID: graphql.OmittableOf(new(s.Users["Igor"]))})
		must(err)
		day := apptest.Day(time.November, 2)
		told := func(about string) string {
			t.Helper()
			day = day.Add(time.Minute)
			made, err := s.App.Contacts.RecordContact(system, service.RecordContactInput{
				CustomerID: s.Customers["Anna"], Kind: schema.Recommendation, Direction: schema.Inbound, Channel: schema.ByPhone, At: new(day), StaffID: new(s.Users["Olga"]), AboutID: new(s.Customers[about]),
			})
			must(err)
			return made.ID
		}
		for name, c := range map[string]struct {
			actor             context.Context
			kept, other, want string
		}{
			"hidden, seen":     {olga, "Boris", "Clara", "Clara"},
			"seen, hidden":     {olga, "Clara", "Boris", "Clara"},
			"both are seen":    {olga, "Clara", "Dora", "Clara"},
			"both are hidden":  {olga, "Boris", "Boris", "Boris"},
			"to who sees both": {system, "Boris", "Clara", "Boris"},
		} {
			day = day.AddDate(0, 0, 1)
			kept, err := s.App.Contacts.JoinContacts(c.actor, service.JoinContactsInput{ID: told(c.kept), OtherID: told(c.other)})
			must(err)
			if now, err := s.Client.Contact.Get(system, kept.ID); err != nil || now.AboutID == nil || *now.AboutID != s.Customers[c.want] {
				t.Errorf("%s: %v, %v; want it to be about %s", name, now.AboutID, err, c.want)
			}
		}
		checked(t, s)
	})
}

// TestCostOfAnother: Igor is named in a call of Olga's. He sees what it costs now, and not what it cost when it was hers.
func TestCostOfAnother(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		igor := auth.With(t.Context(), auth.Actor{UserID: s.Users["Igor"], Name: "Igor@shop.example", Role: schema.RoleSales})
		call := s.Contacts["Anna's call"]
		_, err := s.App.Contacts.CorrectContact(s.System(), correct(call, func(in *service.CorrectContactInput) { in.Expense = apptest.Roubles("123.45") }))
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(time.Minute)
		hers := s.Now()
		s.Advance(time.Minute)
		c, err := s.App.Contacts.CorrectContact(s.System(), service.CorrectContactInput{ID: call, ExpectedVersion: 2, Reason: "r", StaffID: graphql.OmittableOf(new(s.Users["Igor"])), Expense: apptest.Roubles("10")})
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(time.Minute)
		for at, want := range map[time.Time]bool{hers: false, s.Now(): true} {
			costs, err := s.Report.ContactsKnownAt(igor, []*ent.Contact{c}, at)
			if err != nil || (costs[c] != nil) != want {
				t.Errorf("at %s Igor sees %+v, %v", at, costs[c], err)
			}
		}
		corrections, err := s.App.Contacts.Corrections(igor, []*ent.Contact{c})
		if err != nil {
			t.Fatal(err)
		}
		var seen []any
		for _, one := range corrections[call] {
			for _, change := range one.Fields {
				if change.Name == "expense" {
					seen = append(seen, change.Old, change.New)
				}
			}
		}
		if !slices.Equal(seen, []any{nil, nil, nil, "10.00 RUB"}) {
			t.Errorf("Igor sees the expenses %v, want the last alone", seen)
		}
	})
}
