package check_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// broken runs a statement and returns what the laws find of a row then.
func broken(w *apptest.World, row, statement string, args ...any) string {
	w.T.Helper()
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
	all, err := w.Check.Laws(w.System())
	w.Must(err)
	var found []string
	for _, one := range all {
		if one.Subject == row {
			found = append(found, one.Wrong)
		}
	}
	return strings.Join(found, "; ")
}

// TestBookingsAreVerified: what open orders have booked is what their recipes need, and a cancelled one has no day from the day of its
// cancellation on; the days before were worked.
func TestBookingsAreVerified(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		saw, one, correction := "saw", money.Exact("1"), true
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: saw, Amount: "1", Unit: "hour", CapacityPerDay: &one, ValidFrom: apptest.Start.AddDate(-1, 0, 0), Correction: &correction})
		w.Must(err)
		product := w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("100"), Components: []*service.ComponentInput{{Resource: &saw, Quantity: "1"}}})
		customer := w.Customer("Anna")
		place := func() string {
			lead := 10
			price, err := w.Quote.Price(w.System(), customer, product, money.Whole(3), nil, &lead, nil)
			w.Must(err)
			token, err := w.Quote.PriceToken(price)
			w.Must(err)
			o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
			w.Must(err)
			return o.ID
		}
		expect := func(when, row, got, want string) {
			t.Helper()
			if !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("%s, of %s is found %q, want %q", when, row, got, want)
			}
		}
		open, cancelled, completed := place(), place(), place()
		expect("placed", "all", strings.Join(lawsOf(w), "\n"), "")
		expect("more is booked", open, broken(w, open, "UPDATE bookings SET units = units + 1000000000 WHERE order_id = ?", open), "6 of saw is booked, by the recipes known now the order needs 3")
		expect("less is booked", open, broken(w, open, "UPDATE bookings SET units = units - 1500000000 WHERE order_id = ?", open), "1.5 of saw is booked")
		expect("mended", open, broken(w, open, "UPDATE bookings SET units = 1000000000 WHERE order_id = ?", open), "")
		expect("freed", open, broken(w, open, "UPDATE bookings SET freed_at = booked_at WHERE order_id = ?", open), "0 of saw is booked")
		expect("mended", open, broken(w, open, "UPDATE bookings SET freed_at = NULL WHERE order_id = ?", open), "")

		_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: completed})
		w.Must(err)
		w.Clock.Advance(4 * 24 * time.Hour) // the first order's days are over, of the second one there is one
		for _, order := range []string{cancelled, completed} {
			_, err = w.Sale.CancelOrder(w.System(), service.CancelOrderInput{ID: order, Reason: "a test"})
			w.Must(err)
		}
		taken := func(order string) string {
			return strings.Join(w.Rows("SELECT count(*) FROM bookings WHERE order_id = ? AND freed_at IS NULL", order), "")
		}
		if worked, ahead := taken(cancelled), taken(completed); worked == "0" || worked == "3" || ahead != "0" {
			t.Errorf("of two orders that are cancelled %s and %s days are taken", worked, ahead)
		}
		expect("cancelled", "all", strings.Join(lawsOf(w), "\n"), "")
		expect("a day ahead is taken", cancelled, broken(w, cancelled, "UPDATE bookings SET freed_at = NULL WHERE order_id = ?", cancelled), "still takes capacity on 2026-06-")
	})
}

// lawsOf returns what breaks the laws.
func lawsOf(w *apptest.World) (all []string) {
	found, err := w.Check.Laws(w.System())
	w.Must(err)
	for _, one := range found {
		all = append(all, one.String())
	}
	return all
}

// TestWhatIsPendingIsNotWrong: contacts whose stages follow from where the observed end of the orders was are restated by the nightly run, and are
// no finding until then. A stage that no observed end makes is one.
func TestWhatIsPendingIsNotWrong(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		product := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("100")})
		customer := w.Customer("Anna")
		days := func(n int) time.Time { return apptest.Start.AddDate(0, 0, -n) }
		for n := 130; n >= 100; n -= 5 {
			price, err := w.Quote.Price(w.System(), customer, product, money.Whole(1), nil, nil, nil)
			w.Must(err)
			token, err := w.Quote.PriceToken(price)
			w.Must(err)
			at := days(n)
			o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}, At: &at})
			w.Must(err)
			_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o.ID, At: &at})
			w.Must(err)
		}
		until := func(n int) {
			_, err := w.ChangeSetting(w.As(schema.RoleAdmin), service.ChangeSettingInput{Name: "ordersKnownUntil", Value: days(n).Format(time.DateOnly)})
			w.Must(err)
		}
		until(98)
		at := days(1)
		call, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: customer.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at})
		w.Must(err)
		expect := func(when string, findings, pending int) {
			t.Helper()
			found, waiting, err := w.Check.Verify(w.System())
			if w.Must(err); len(found) != findings || waiting != pending {
				t.Errorf("%s: %d pending and %v; want %d and %d findings", when, waiting, found, pending, findings)
			}
		}
		night := func() {
			w.Value.WaitSettled(w.System())
			w.Must(w.Books.SettleAll(w.System()))
		}
		spoil := func(stage schema.Stage) {
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE contacts SET stage = ? WHERE id = ?", string(stage), call.ID)
				return err
			})
		}
		was := w.Rows("SELECT stage FROM contacts WHERE id = ?", call.ID)[0]
		expect("before the first night", 0, 0)
		night()
		expect("after it", 0, 0)
		for n := 92; n > 0; n -= 6 { // by a week at once all would be settled at once
			until(n)
		}
		expect("the end has moved", 0, 1)
		spoil(schema.Friend)
		expect("no end makes a friend of them", 1, 0)
		spoil(schema.Stage(was))
		night()
		expect("restated", 0, 0)
		spoil(schema.Stage(was))
		expect("nothing has moved", 1, 0)
	})
}
