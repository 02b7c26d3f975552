package service_test

import (
	"context"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

func TestChangeSetting(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		change := func(role schema.Role, name string, value any) error {
			_, err := w.ChangeSetting(w.Actor(role), service.ChangeSettingInput{Name: name, Value: value})
			return err
		}
		for name, c := range map[string]struct {
			err  error
			want fault.Code
		}{
			"an unknown name":                {change(schema.RoleAdmin, "colour", 1), fault.NotFound},
			"the currency, which is stored":  {change(schema.RoleAdmin, "currency", "EUR"), fault.NotFound},
			"a value that it cannot have":    {change(schema.RoleAdmin, "lookBackDays", 0), fault.Invalid},
			"a role that may not write them": {change(schema.RoleManager, "lookBackDays", 30), fault.Forbidden},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: %v; want %s", name, c.err, c.want)
			}
		}
		if days := w.Settings().LookBackDays; days != 90 {
			t.Errorf("%d days after requests that were refused", days)
		}
		version := w.BooksVersion()
		for _, days := range []int{30, 60} {
			if err := change(schema.RoleAdmin, "lookBackDays", days); err != nil {
				t.Fatal(err)
			}
			if got := w.Settings().LookBackDays; got != days {
				t.Errorf("%d days when the verb has returned; want %d", got, days)
			}
		}
		if w.BooksVersion() == version {
			t.Error("what is computed from the books would not be computed again")
		}
	})
}

func TestTimeZoneIsFixedByOrders(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		change := func(zone string) error {
			_, err := w.ChangeSetting(w.Actor(schema.RoleAdmin), service.ChangeSettingInput{Name: "timeZone", Value: zone})
			return err
		}
		if err := change("Europe/Moscow"); err != nil || w.Settings().Zone.String() != "Europe/Moscow" {
			t.Fatalf("without orders: %v, %v", err, w.Settings().Zone)
		}
		c := w.Customer("Anna")
		if err := w.Store.Write(auth.System(t.Context()), func(ctx context.Context, tx *store.Tx) error {
			return tx.Order.Create().SetID(w.IDs.Make("ord")).SetCustomerID(c.ID).SetStatus(schema.OrderPlaced).SetAt(apptest.Start).SetDay(0).
				SetDueAt(apptest.Start.Add(time.Hour)).SetCreatedAt(apptest.Start).SetUpdatedAt(apptest.Start).Exec(ctx)
		}); err != nil {
			t.Fatal(err)
		}
		if err := change("Asia/Kolkata"); !fault.Is(err, fault.WrongState) || w.Settings().Zone.String() != "Europe/Moscow" {
			t.Errorf("with an order: %v, %v", err, w.Settings().Zone)
		}
	})
}

func TestListSettings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for role, may := range map[schema.Role]bool{
			schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleSales: true, schema.RoleAnalyst: true, schema.RolePartner: false,
		} {
			if all, err := w.ListSettings(w.Actor(role)); may != (err == nil && len(all) > 0) || !may && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %d settings, %v", role, len(all), err)
			}
		}
		if _, err := w.ListSettings(t.Context()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody has signed in: %v", err)
		}
	})
}
