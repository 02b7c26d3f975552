package customers_test

import (
	"context"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/stagechange"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func text(s string) *string { return &s }

// Everything that is wrong with an input is reported together, by field.
func TestFaultsOfCreateCustomer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		tomorrow := schema.DateOf(w.Clock.Now()) + 1
		_, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{
			ID: text("con_01jd0000000000000000000001"), Name: " ", Email: text("anna"), Phone: text("12"), OwnerID: text(anna + "x"), ReferredByID: text(anna),
			Measurements: []any{1}, Wallet: &service.MoneyInput{Amount: "-1.00", CurrencyCode: "RUB"}, Birthday: &tomorrow,
		})
		want := "INVALID id, INVALID name, INVALID email, INVALID phone, INVALID ownerId, INVALID referredById, INVALID measurements, INVALID wallet.amount, INVALID birthday"
		if got := apptest.Faults(err); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

func TestWhoMayBeOwner(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.As(schema.RoleSales)
		w.As(schema.RoleManager)
		users, err := w.Client.User.Query().All(w.System())
		w.Must(err)
		ids := map[schema.Role]string{}
		for _, u := range users {
			ids[u.Role] = u.ID
		}
		for _, c := range []struct {
			name  string
			role  schema.Role
			owner string
			want  string
		}{
			{"a manager names anybody", schema.RoleManager, ids[schema.RoleSales], ""},
			{"a seller names themselves", schema.RoleSales, ids[schema.RoleSales], ""},
			{"a seller names another", schema.RoleSales, ids[schema.RoleManager], "FORBIDDEN ownerId"},
			{"nobody has the id", schema.RoleManager, "usr_01jd0000000000000000000009", "NOT_FOUND ownerId"},
		} {
			_, err := w.Customers.CreateCustomer(w.As(c.role), service.CreateCustomerInput{Name: c.name, OwnerID: &c.owner})
			if got := apptest.Faults(err); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// The e-mail and the external id of a deleted customer are free, and they are found no more.
func TestDeleteCustomer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		in := service.CreateCustomerInput{Name: "Анна", Email: text("anna@example.com"), ExternalID: text("crm-1")}
		c, err := w.Customers.CreateCustomer(w.System(), in)
		w.Must(err)
		if _, err := w.Customers.CreateCustomer(w.System(), in); !fault.Is(err, fault.AlreadyExists) {
			t.Errorf("taken: %v", err)
		}
		old := c.Version + 1
		if _, err := w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: c.ID, Reason: "asked", ExpectedVersion: &old}); apptest.Faults(err) == "" {
			t.Error("deleted at another version")
		}
		gone, err := w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: c.ID, Reason: "asked", ExpectedVersion: &c.Version})
		w.Must(err)
		if gone.DeletedAt == nil || len(w.Rows("SELECT term FROM search_terms")) != 0 {
			t.Errorf("deleted at %v", gone.DeletedAt)
		}
		if found, err := w.Customers.Customer(w.System(), nil, text("crm-1")); found != nil || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
		if _, err := w.Customers.CreateCustomer(w.System(), in); err != nil {
			t.Errorf("not free: %v", err)
		}
	})
}

// A stage that staff decides is recorded with the reason, and only a change is.
func TestStageByHand(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.Customer("Анна")
		loyal := schema.Loyal
		update := func(version int, reason *string) int {
			t.Helper()
			after, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: version, Stage: &loyal, StageReason: reason})
			w.Must(err)
			return after.Version
		}
		version := update(c.Version, text("knows us well"))
		if update(version, text("the same")) != version {
			t.Error("the same stage is a new version")
		}
		changes, err := w.Client.StageChange.Query().Where(stagechange.CustomerID(c.ID)).All(w.System())
		w.Must(err)
		if len(changes) != 1 || changes[0].ToStage != schema.Loyal || changes[0].Reason != "overruled: knows us well" {
			t.Errorf("got %v, want one change to LOYAL that names its reason", changes)
		}
	})
}

// A referral counts the margins of all whom a customer led to, each once, and only of those whom the viewer sees.
func TestReferralValues(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		first := w.Customer("Анна")
		seller := w.As(schema.RoleSales)
		w.As(schema.RoleManager)
		manager, err := w.Client.User.Query().Where(user.RoleEQ(schema.RoleManager)).OnlyID(w.System())
		w.Must(err)
		referred := func(by string, margin int64, owner *string) string {
			t.Helper()
			c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Somebody", ReferredByID: &by, OwnerID: owner})
			w.Must(err)
			w.Must(w.Client.Customer.UpdateOneID(c.ID).SetMargin(money.Minor(margin)).Exec(w.System()))
			return c.ID
		}
		second := referred(first.ID, 100, nil)
		referred(first.ID, 1, &manager)
		referred(referred(second, 20, nil), 3, nil)
		other := w.Customer("Nobody's referrer")
		for name, c := range map[string]struct {
			ctx  context.Context
			want int64
		}{"the system": {w.System(), 124}, "a seller who does not see all": {seller, 123}} {
			values, err := w.Customers.ReferralValues(c.ctx, []*ent.Customer{first, other})
			if err != nil || values[first].Minor() != c.want || values[other].Minor() != 0 {
				t.Errorf("%s: %v and %v, %v", name, values[first], values[other], err)
			}
		}
	})
}
