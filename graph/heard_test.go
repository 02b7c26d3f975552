package graph

import (
	"context"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
)

// TestWhoHearsOfAChange: of each verb hears who may see something of what it changed, and nobody else.
func TestWhoHearsOfAChange(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx, sales := w.System(), w.As(schema.RoleSales)
		seller, _ := auth.From(sales)
		manager, _ := auth.From(w.As(schema.RoleManager))
		doors, err := w.People.CreatePartner(ctx, service.CreatePartnerInput{Name: "Doors", Scopes: []string{"contacts"}})
		w.Must(err)
		partner := auth.With(t.Context(), auth.Actor{UserID: "a partner", Name: "doors@example.com", Role: schema.RolePartner, PartnerID: doors.ID, Scopes: []string{"contacts"}})
		r := &Resolver{app: w.App, client: w.Client}
		made := func(in service.CreateCustomerInput) string {
			c, err := w.Customers.CreateCustomer(ctx, in)
			w.Must(err)
			return c.ID
		}
		anna, boris := made(service.CreateCustomerInput{Name: "Anna", PartnerID: &doors.ID}), made(service.CreateCustomerInput{Name: "Boris", Email: ptr("boris@example.com")})
		bureau := made(service.CreateCustomerInput{Name: "Bureau", Kind: ptr(schema.Company)})
		secret := made(service.CreateCustomerInput{Name: "Secret", Kind: ptr(schema.Company), OwnerID: &manager.UserID})
		_, _, err = w.Consent.GrantPermission(ctx, service.GrantPermissionInput{CustomerID: anna, Channel: schema.ByEmail, Purpose: schema.PartnerSharing, Level: schema.Personal, Source: "web form", Wording: "May we tell Doors?"})
		w.Must(err)
		for code, forAll := range map[string]bool{"margin": false, "colour": true} {
			_, err := w.OwnFields.DefineField(ctx, service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: code, Label: code, Type: schema.FieldText, ForSales: &forAll, ForPartners: &forAll})
			w.Must(err)
		}
		_, err = w.OwnFields.DefineField(ctx, service.DefineFieldInput{Noun: schema.FieldOfContact, Code: "mood", Label: "mood", Type: schema.FieldText, ForSales: ptr(true), ForPartners: ptr(true)})
		w.Must(err)
		call, err := w.Contacts.RecordContact(ctx, service.RecordContactInput{CustomerID: anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		w.Must(err)
		set := func(of, code string) error {
			_, err := w.OwnFields.SetFields(ctx, service.SetFieldsInput{ID: of, Fields: []*service.FieldValueInput{{Code: code, Value: graphql.OmittableOf(ptr("x"))}}})
			return err
		}
		change := func(of func(in *service.UpdateCustomerInput)) error {
			c, err := w.Client.Customer.Get(ctx, anna)
			w.Must(err)
			in := service.UpdateCustomerInput{ID: anna, ExpectedVersion: c.Version}
			of(&in)
			_, err = w.Customers.UpdateCustomer(ctx, in)
			return err
		}
		correct := func(of func(in *service.CorrectContactInput)) error {
			c, err := w.Client.Contact.Get(ctx, call.ID)
			w.Must(err)
			in := service.CorrectContactInput{ID: call.ID, ExpectedVersion: c.Version, Reason: "a slip"}
			of(&in)
			_, err = w.Contacts.CorrectContact(ctx, in)
			return err
		}
		listeners := map[string]context.Context{"ADMIN": w.As(schema.RoleAdmin), "SALES": sales, "ANALYST": w.As(schema.RoleAnalyst), "PARTNER": partner}
		for name, as := range listeners {
			if _, err := w.Client.Customer.Get(as, anna); err != nil {
				t.Fatalf("%s sees nothing of the customer: %v", name, err)
			}
		}
		changes, cancel := w.CustomerChanges(anna)
		defer cancel()
		for _, c := range []struct {
			what string
			do   func() error
			want string
		}{
			{"a contact", func() error {
				_, err := w.Contacts.RecordContact(ctx, service.RecordContactInput{CustomerID: anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
				return err
			}, "ADMIN ANALYST PARTNER SALES"},
			{"a tag", func() error {
				_, err := w.Points.AddTags(ctx, service.TagsInput{CustomerID: anna, Tags: []string{"vip"}})
				return err
			}, "ADMIN ANALYST SALES"},
			{"a second phone", func() error {
				_, _, err := w.Points.AddContactPoint(ctx, service.AddContactPointInput{CustomerID: anna, Type: schema.PointPhone, Value: "+74950000002", Main: ptr(false)})
				return err
			}, "ADMIN ANALYST PARTNER SALES"}, // the first phone is that of the row
			{"a third phone", func() error {
				_, _, err := w.Points.AddContactPoint(ctx, service.AddContactPointInput{CustomerID: anna, Type: schema.PointPhone, Value: "+74950000003", Main: ptr(false)})
				return err
			}, "ADMIN ANALYST SALES"},
			{"a task", func() error {
				_, _, err := w.Tasks.CreateTask(w.As(schema.RoleAdmin), service.CreateTaskInput{CustomerID: anna, Title: "Call", DueAt: ptr(w.Now().AddDate(0, 0, 1))})
				return err
			}, "ADMIN ANALYST SALES"},
			{"a field for all", func() error { return set(anna, "colour") }, "ADMIN ANALYST PARTNER SALES"},
			{"a field for some", func() error { return set(anna, "margin") }, "ADMIN ANALYST"},
			{"a field of a contact", func() error { return set(call.ID, "mood") }, "ADMIN ANALYST PARTNER SALES"},
			{"the notes of a contact", func() error {
				return correct(func(in *service.CorrectContactInput) { in.Notes = graphql.OmittableOf(ptr("blue")) })
			}, "ADMIN ANALYST PARTNER SALES"},
			{"where a contact came from", func() error {
				return correct(func(in *service.CorrectContactInput) { in.Source = graphql.OmittableOf(ptr("fair")) })
			}, "ADMIN ANALYST SALES"},
			{"the expense of a contact", func() error {
				return correct(func(in *service.CorrectContactInput) { in.Expense = apptest.Roubles("5") })
			}, "ADMIN ANALYST SALES"},
			{"a hidden customer who took part in a contact", func() error {
				return correct(func(in *service.CorrectContactInput) { in.PeopleIds = []string{secret} })
			}, "ADMIN ANALYST"},
			{"another one, who is not hidden", func() error {
				return correct(func(in *service.CorrectContactInput) { in.PeopleIds = []string{secret, boris} })
			}, "ADMIN ANALYST SALES"},
			{"the hidden one no more", func() error {
				return correct(func(in *service.CorrectContactInput) { in.PeopleIds = []string{boris} })
			}, "ADMIN ANALYST"},
			{"a relation", func() error {
				_, err := w.Customers.RelateCustomers(ctx, service.RelateCustomersInput{PersonID: anna, CompanyID: bureau})
				return err
			}, "ADMIN ANALYST SALES"},
			{"a relation with a customer who is hidden", func() error {
				_, err := w.Customers.RelateCustomers(ctx, service.RelateCustomersInput{PersonID: anna, CompanyID: secret})
				return err
			}, "ADMIN ANALYST"},
			{"two who are not the same", func() error {
				_, err := w.Merging.DeclareNotSame(ctx, service.DeclareNotSameInput{FirstID: anna, SecondID: secret})
				return err
			}, "ADMIN ANALYST"},
			{"a referrer", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.ReferredByID = graphql.OmittableOf(&boris) })
			}, "ADMIN ANALYST SALES"},
			{"a referrer who is hidden, and one whom SALES saw", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.ReferredByID = graphql.OmittableOf(&secret) })
			}, "ADMIN ANALYST SALES"},
			{"no referrer any more", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.ReferredByID = graphql.OmittableOf[*string](nil) })
			}, "ADMIN ANALYST"},
			{"what they spend on such things", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.Wallet = graphql.OmittableOf(apptest.Roubles("5000")) })
			}, "ADMIN ANALYST SALES"},
			{"the owner", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.OwnerID = graphql.OmittableOf(&seller.UserID) })
			}, "ADMIN ANALYST SALES"}, // to a partner there are none
			{"a departure of before the last order, which changes no stage", func() error {
				_, err := w.Customers.RecordDeparture(ctx, service.RecordDepartureInput{ID: anna, Reason: "moved", At: ptr(w.Now().AddDate(0, 0, -10))})
				if err != nil {
					return err
				}
				return change(func(in *service.UpdateCustomerInput) { in.Name = ptr("Anna") })
			}, "ADMIN ANALYST PARTNER SALES"}, // of the name alone
			{"the name", func() error {
				return change(func(in *service.UpdateCustomerInput) { in.Name = ptr("Anna B.") })
			}, "ADMIN ANALYST PARTNER SALES"},
			{"the end of a company to which they belong", func() error {
				c, err := w.Client.Customer.Get(ctx, bureau)
				w.Must(err)
				_, err = w.Customers.DeleteCustomer(ctx, service.DeleteCustomerInput{ID: bureau, ExpectedVersion: &c.Version, Reason: "closed"})
				return err
			}, "ADMIN ANALYST SALES"},
			{"the end of a hidden company to which they belong", func() error {
				c, err := w.Client.Customer.Get(ctx, secret)
				w.Must(err)
				_, err = w.Customers.DeleteCustomer(ctx, service.DeleteCustomerInput{ID: secret, ExpectedVersion: &c.Version, Reason: "closed"})
				return err
			}, "ADMIN ANALYST"},
			{"another with the partner's customer", func() error {
				_, err := w.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: anna, MergeID: boris})
				return err
			}, "ADMIN ANALYST PARTNER SALES"}, // who has an e-mail now
		} {
			w.Must(c.do())
			event := <-changes
			var heard []string
			for _, name := range []string{"ADMIN", "ANALYST", "PARTNER", "SALES"} {
				hears, err := r.hears(listeners[name], event)
				w.Must(err)
				if hears {
					heard = append(heard, name)
				}
			}
			if got := strings.Join(heard, " "); got != c.want {
				t.Errorf("of %s, which is %q, hear %s; want %s", c.what, event, got, c.want)
			}
		}
	})
}

// TestMergedCustomerIsHeard: who listens by the id of a customer who is merged hears of the kept one from then on, and after the undo of them.
func TestMergedCustomerIsHeard(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx, kept, merged := w.System(), w.Customer("Kept").ID, w.Customer("Merged").ID
		r := &Resolver{app: w.App, client: w.Client}
		heard, err := r.customerChanged(ctx, merged)
		w.Must(err)
		m, err := w.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: kept, MergeID: merged})
		w.Must(err)
		if one := <-heard; one.ID != kept {
			t.Errorf("of the merge is heard by %s, want %s", one.ID, kept)
		}
		_, _, err = w.Merging.UndoMerge(ctx, service.UndoMergeInput{ID: m.ID})
		w.Must(err)
		for one := range heard { // the merge may be told by both ids
			if one.ID == merged {
				break
			}
		}
	})
}

// An event that may have been lost is heard by all, and what no rule knows by nobody.
func TestWhatIsHeard(t *testing.T) {
	r := &Resolver{}
	for event, want := range map[string]bool{"*": true, "unknown": false, "name": true, "Nothing": false, "unknown+name": false, "unknown,name": true} {
		got, err := r.hears(auth.With(t.Context(), auth.Actor{Role: schema.RoleSales}), event)
		if err != nil || got != want {
			t.Errorf("%q is heard: %t, %v; want %t", event, got, err, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }
