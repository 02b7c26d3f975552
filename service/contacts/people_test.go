package contacts_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// TestPeopleOfAContact: customers take part in a contact with another, whose cost it stays.
func TestPeopleOfAContact(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, anna, boris, clara := s.System(), s.Customers["Anna"], s.Customers["Boris"], s.Customers["Clara"]
		names := func(c *ent.Contact) (all []string) {
			took, err := s.App.Contacts.People(ctx, []*ent.Contact{c})
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range took[c.ID] {
				all = append(all, one.Name)
			}
			slices.Sort(all)
			return all
		}
		in := service.RecordContactInput{CustomerID: s.Customers["Dora"], Kind: schema.Meeting, Direction: schema.Inbound, Channel: schema.ByPhone, PeopleIds: []string{boris, anna}}
		cost := func(customerID string) int64 {
			c, err := s.Client.Customer.Get(ctx, customerID)
			if err != nil {
				t.Fatal(err)
			}
			return c.ContactCost.Minor()
		}
		before := cost(anna)
		made, err := s.App.Contacts.RecordContact(ctx, in)
		if err != nil || !slices.Equal(names(made), []string{"Anna", "Boris"}) {
			t.Fatalf("%v, %v", names(made), err)
		}
		if cost(anna) != before || cost(s.Customers["Dora"]) != 500 {
			t.Errorf("Anna's contacts cost %d after %d, and Dora's %d", cost(anna), before, cost(s.Customers["Dora"]))
		}
		c, err := s.App.Contacts.CorrectContact(ctx, correct(made.ID, func(in *service.CorrectContactInput) { in.PeopleIds = []string{clara, anna} }))
		if err != nil || c.Version != 2 || !slices.Equal(names(c), []string{"Anna", "Clara"}) {
			t.Fatalf("%v, %v", names(c), err)
		}
		all, err := s.App.Contacts.Corrections(ctx, []*ent.Contact{c})
		if err != nil || len(all[c.ID]) != 1 || len(all[c.ID][0].Fields) != 1 || all[c.ID][0].Fields[0].Name != "peopleIds" {
			t.Errorf("corrections: %+v, %v", all[c.ID], err)
		}
		for name, one := range map[string]struct {
			people []string
			fails  string
		}{
			"its own customer": {[]string{anna, s.Customers["Dora"]}, "peopleIds.1 INVALID"},
			"twice":            {[]string{anna, anna}, "peopleIds.1 INVALID"},
			"nobody":           {[]string{"cus_01jd3x5m8nf4svbj2k7q9w0e1r"}, "peopleIds.0 NOT_FOUND"},
			"no id":            {[]string{"Anna"}, "peopleIds.0 INVALID"},
			"too many":         {make([]string, 51), "peopleIds INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				in.PeopleIds = one.people
				if _, err := s.App.Contacts.RecordContact(ctx, in); codes(err) != one.fails {
					t.Errorf("recorded: %v; want %q", err, one.fails)
				}
				if _, err := s.App.Contacts.CorrectContact(ctx, correct(made.ID, func(in *service.CorrectContactInput) { in.PeopleIds, in.ExpectedVersion = one.people, 2 })); codes(err) != one.fails {
					t.Errorf("corrected: %v; want %q", err, one.fails)
				}
			})
		}
		m, err := s.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: clara, MergeID: anna})
		if err != nil || !slices.Equal(names(c), []string{"Clara"}) {
			t.Errorf("merged: %v, %v", names(c), err)
		}
		if _, _, err := s.Merging.UndoMerge(ctx, service.UndoMergeInput{ID: m.ID}); err != nil || !slices.Equal(names(c), []string{"Anna", "Clara"}) {
			t.Errorf("undone: %v, %v", names(c), err)
		}
		checked(t, s)
	})
}

// TestHiddenPeople: who may not see some of the customers who took part neither sees them nor takes them away.
func TestHiddenPeople(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx, sales := w.System(), w.As(schema.RoleSales)
		w.As(schema.RoleManager)
		boss, seller := w.Rows("SELECT id FROM users WHERE email_key = 'manager@example.com'")[0], w.Rows("SELECT id FROM users WHERE email_key = 'sales@example.com'")[0]
		with, free := w.Customer("with"), w.Customer("free")
		theirs, err := w.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "theirs", OwnerID: &boss})
		w.Must(err)
		made, err := w.Contacts.RecordContact(ctx, call(with.ID, func(in *service.RecordContactInput) {
			in.StaffID, in.PeopleIds = &seller, []string{free.ID, theirs.ID}
		}))
		w.Must(err)
		took, err := w.Contacts.People(sales, []*ent.Contact{made})
		if err != nil || len(took[made.ID]) != 1 || took[made.ID][0].ID != free.ID {
			t.Errorf("SALES see %v, %v", took, err)
		}
		if _, err := w.Contacts.CorrectContact(sales, correct(made.ID, func(in *service.CorrectContactInput) { in.PeopleIds = []string{theirs.ID} })); codes(err) != "peopleIds.0 NOT_FOUND" {
			t.Errorf("one whom they do not see: %v", err)
		}
		if _, err := w.Contacts.CorrectContact(sales, correct(made.ID, func(in *service.CorrectContactInput) { in.PeopleIds = []string{free.ID, theirs.ID} })); codes(err) != "peopleIds.1 NOT_FOUND" {
			t.Errorf("all who took part, of whom they do not see one: %v", err)
		}
		if _, err := w.Contacts.CorrectContact(sales, correct(made.ID, func(in *service.CorrectContactInput) { in.PeopleIds = []string{} })); err != nil {
			t.Error(err)
		}
		if took, err = w.Contacts.People(ctx, []*ent.Contact{made}); err != nil || len(took[made.ID]) != 1 || took[made.ID][0].ID != theirs.ID {
			t.Errorf("%v, %v are left", took, err)
		}
		all, err := w.Contacts.Corrections(sales, []*ent.Contact{made})
		if err != nil || len(all[made.ID]) != 1 || all[made.ID][0].Fields[0].New != nil {
			t.Errorf("SALES read %+v, %v", all[made.ID][0].Fields[0], err)
		}
		_, err = w.Contacts.CorrectContact(ctx, correct(made.ID, func(in *service.CorrectContactInput) { in.ExpectedVersion, in.PeopleIds = 2, []string{} }))
		w.Must(err)
		for who, want := range map[context.Context]int{sales: 1, ctx: 2} { // one of a hidden customer alone is none to who does not see them
			if all, err = w.Contacts.Corrections(who, []*ent.Contact{made}); err != nil || len(all[made.ID]) != want {
				t.Errorf("%d corrections, %v; want %d", len(all[made.ID]), err, want)
			}
		}
	})
}

// TestPeopleOfJoinedContacts: who of theirs took part in either of two contacts that are one took part in it, which is one more version.
func TestPeopleOfJoinedContacts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx := w.System()
		with, first, second := w.Customer("with"), w.Customer("first"), w.Customer("second")
		told := func(people ...string) string {
			w.Clock.Advance(time.Minute)
			made, err := w.Contacts.RecordContact(ctx, call(with.ID, func(in *service.RecordContactInput) { in.PeopleIds = people }))
			w.Must(err)
			return made.ID
		}
		for name, c := range map[string]struct {
			kept, other []string
			version     int
			want        string
		}{
			"of both":   {[]string{first.ID}, []string{second.ID, first.ID}, 2, "first second"},
			"the other": {nil, []string{second.ID}, 2, "second"},
			"the kept":  {[]string{second.ID}, nil, 1, "second"},
			"nobody":    {nil, nil, 1, ""},
		} {
			w.Clock.Advance(24 * time.Hour)
			id, other := told(c.kept...), told(c.other...)
			kept, err := w.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: id, OtherID: other})
			w.Must(err)
			took, err := w.Contacts.People(ctx, []*ent.Contact{kept})
			w.Must(err)
			var names []string
			for _, one := range took[id] {
				names = append(names, one.Name)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != c.want || kept.Version != c.version {
				t.Errorf("%s: %q took part, and the version is %d; want %q and %d", name, got, kept.Version, c.want, c.version)
			}
		}
	})
}
