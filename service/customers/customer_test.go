package customers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/stagechange"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
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

// A stage that staff decides needs its reason.
func TestStageByHandNeedsAReason(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.Customer("Анна")
		loyal, stranger := schema.Loyal, schema.Stranger
		for name, in := range map[string]service.UpdateCustomerInput{
			"no reason":                      {Stage: &loyal},
			"an empty reason":                {Stage: &loyal, StageReason: text("  ")},
			"no reason for what it is":       {Stage: &stranger},
			"no reason beside another field": {Stage: &loyal, Name: text("Анна Б.")},
		} {
			in.ID, in.ExpectedVersion = c.ID, c.Version
			if _, err := w.Customers.UpdateCustomer(w.System(), in); !strings.HasPrefix(apptest.Faults(err), "INVALID stageReason") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if now, err := w.Client.Customer.Get(w.System(), c.ID); err != nil || now.Version != c.Version || now.Stage != schema.Stranger {
			t.Errorf("%v, %v", now, err)
		}
	})
}

// Who referred a customer can be changed and taken back, but never in a circle.
func TestReferredByIsChanged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		people := map[string]*ent.Customer{}
		for _, name := range []string{"A", "B", "C"} {
			people[name] = w.Customer(name)
		}
		refer := func(who string, by *string) error {
			c, err := w.Client.Customer.Get(w.System(), people[who].ID)
			w.Must(err)
			_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, ReferredByID: graphql.OmittableOf(by)})
			return err
		}
		w.Must(refer("B", &people["A"].ID))
		w.Must(refer("C", &people["B"].ID))
		unknown := "cus_01jd0000000000000000000009"
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"themselves":     {refer("A", &people["A"].ID), "INVALID referredById"},
			"a short circle": {refer("A", &people["B"].ID), "INVALID referredById"},
			"a long circle":  {refer("A", &people["C"].ID), "INVALID referredById"},
			"nobody known":   {refer("A", &unknown), "NOT_FOUND referredById"},
		} {
			if got := apptest.Faults(c.err); got != c.want {
				t.Errorf("%s: %q; want %q", name, got, c.want)
			}
		}
		w.Must(refer("B", nil))
		w.Must(refer("A", &people["C"].ID)) // no circle any more
		if rows := w.Rows("SELECT name FROM customers WHERE referred_by_id IS NOT NULL ORDER BY name"); strings.Join(rows, "") != "AC" {
			t.Errorf("referred: %q", rows)
		}
	})
}

// A circle that leads through a customer whom the actor may not see is written: refusing it would tell of that one. Whoever sees all
// of it is refused.
func TestCirclesThroughHiddenCustomers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sales := w.As(schema.RoleSales)
		a, b, hidden := w.Customer("A"), w.Customer("B"), w.Customer("Hidden")
		owner, _ := auth.From(w.As(schema.RoleManager))
		refer := func(ctx context.Context, who, by string) error {
			c, err := w.Client.Customer.Get(w.System(), who)
			w.Must(err)
			_, err = w.Customers.UpdateCustomer(ctx, service.UpdateCustomerInput{ID: who, ExpectedVersion: c.Version, ReferredByID: graphql.OmittableOf(&by)})
			return err
		}
		w.Must(refer(w.System(), hidden.ID, b.ID))
		w.Must(refer(w.System(), a.ID, hidden.ID))
		if got := apptest.Faults(refer(sales, b.ID, a.ID)); got != "INVALID referredById" {
			t.Errorf("a circle of customers whom the seller sees: %q", got)
		}
		_, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: hidden.ID, ExpectedVersion: hidden.Version + 1, OwnerID: graphql.OmittableOf(&owner.UserID)})
		w.Must(err)
		if got := apptest.Faults(refer(w.As(schema.RoleAdmin), b.ID, a.ID)); got != "INVALID referredById" {
			t.Errorf("a circle of customers whom the administrator sees: %q", got)
		}
		w.Must(refer(sales, b.ID, a.ID))
		values, err := w.Customers.ReferralValues(w.System(), []*ent.Customer{a, b, hidden})
		if err != nil || len(values) != 3 {
			t.Errorf("what customers in a circle brought: %v, %v", values, err)
		}
	})
}

// A referrer whom the actor may not see is nobody to them: they are no conflict, and give way.
func TestHiddenReferrerIsNoConflict(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sales := w.As(schema.RoleSales)
		owner, _ := auth.From(w.As(schema.RoleManager))
		a, b, c := w.Customer("A"), w.Customer("B"), w.Customer("C")
		hidden, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Hidden", OwnerID: &owner.UserID})
		w.Must(err)
		refer := func(ctx context.Context, by string, expected int) error {
			_, err := w.Customers.UpdateCustomer(ctx, service.UpdateCustomerInput{ID: a.ID, ExpectedVersion: expected, ReferredByID: graphql.OmittableOf(&by)})
			return err
		}
		w.Must(refer(w.System(), hidden.ID, 1))
		w.Must(refer(sales, b.ID, 1)) // version 3: to them nobody had changed it
		w.Must(refer(w.System(), hidden.ID, 3))
		w.Must(refer(sales, c.ID, 2)) // who was hidden at version 2 is again
		w.Must(refer(w.System(), b.ID, 5))
		err = refer(sales, c.ID, 4) // by then nobody, to them; now they see B
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.VersionConflict {
			t.Fatal(err)
		}
		if fields := f.Detail.(*fault.Conflict).Fields; len(fields) != 1 || fields[0].Base != nil || fields[0].Theirs != any(b.ID) {
			t.Errorf("the conflict is %+v", fields)
		}
	})
}

// A recommendation brings a customer as a referral does, unless it came after their first order. Circles of recommendations end.
func TestReferralValueOfRecommendations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		people := map[string]*ent.Customer{}
		for _, name := range []string{"A", "B", "C", "D", "E"} {
			people[name] = w.Customer(name)
		}
		ago := func(hours int) time.Time { return apptest.Start.Add(-time.Duration(hours) * time.Hour) }
		recommend := func(who, whom string, at time.Time) {
			t.Helper()
			_, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{
				CustomerID: people[who].ID, AboutID: &people[whom].ID, Kind: schema.Recommendation, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at,
			})
			w.Must(err)
		}
		buy := func(who, id string, margin int64, at time.Time) {
			w.Insert("orders", map[string]any{
				"id": id, "created_at": at, "updated_at": at, "customer_id": people[who].ID, "status": "COMPLETED", "at": at, "day": w.Settings().Day(at),
				"total": margin, "refunded": 0, "cost": 0, "margin": margin, "unattributed": 0, "completed_at": at,
			})
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				return w.Books.Settle(ctx, tx, people[who].ID, books.Occasion{}, id)
			})
		}
		recommend("A", "B", ago(90))
		buy("B", "ord_1", 4_000_00, ago(80))
		buy("B", "ord_2", 3_000_00, ago(10))
		w.Must(w.Client.Customer.UpdateOneID(people["C"].ID).SetReferredByID(people["B"].ID).Exec(w.System()))
		buy("C", "ord_3", 2_110_64, ago(5))
		recommend("D", "B", ago(20)) // who had ordered already
		recommend("C", "A", ago(4))  // a circle: A brought C
		recommend("E", "A", ago(3))
		all := make([]*ent.Customer, 0, len(people))
		for _, c := range people {
			all = append(all, c)
		}
		values, err := w.Customers.ReferralValues(w.System(), all)
		w.Must(err)
		for name, want := range map[string]int64{"A": 9_110_64, "B": 2_110_64, "C": 7_000_00, "D": 0, "E": 9_110_64} {
			if got := values[people[name]].Minor(); got != want {
				t.Errorf("%s: %d; want %d", name, got, want)
			}
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
