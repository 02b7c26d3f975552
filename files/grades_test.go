package files_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// A file of contacts carries the grades of staff with their dates: a restatement in the database into which it was imported costs the
// visits as in the one from which it came (issue 13, B.1).
func TestGradesGoWithTheContacts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		from, to := newWorld(t, url), newWorld(t, dbtest.SQLite(t))
		ctx := auth.System(t.Context())
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		rate := func(w *world, subject schema.RateSubject, code, amount, unit string, since time.Time) {
			t.Helper()
			_, err := w.service.Rates.SetRate(ctx, service.SetRateInput{Subject: subject, Code: code, Amount: money.Exact(amount), Unit: unit, ValidFrom: since})
			must(err)
		}
		began := today.AddDate(-1, 0, 0)
		rate(from, schema.RateStaff, "fitter", "11.50", "minute", began)
		rate(from, schema.RateStaff, "master", "21.00", "minute", began)
		rate(from, schema.RateChannelFee, "VISIT", "312.50", "contact", began)
		rate(from, schema.RateChannelMinute, "VISIT", "0", "minute", began)
		fitter, master := "fitter", "master"
		ivan, err := from.service.People.CreateUser(ctx, service.CreateUserInput{Email: "ivan@example.com", Name: "Ivan", Password: "Шторы на окно 7", Role: schema.RoleSales, Grade: &fitter})
		must(err)
		c, err := from.service.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "Anna"})
		must(err)
		purpose, minutes, day := schema.Service, money.Exact("95"), today.AddDate(0, 0, -15)
		for _, at := range []time.Time{day, day.AddDate(0, 0, 12)} {
			if at.After(day) {
				since := day.AddDate(0, 0, 10)
				_, err = from.service.People.UpdateUser(ctx, service.UpdateUserInput{ID: ivan.ID, ExpectedVersion: ivan.Version, Grade: graphql.OmittableOf(&master), GradeFrom: &since})
				must(err)
			}
			_, err = from.service.Contacts.RecordContact(ctx, service.RecordContactInput{
				CustomerID: c.ID, Kind: schema.Visit, Direction: schema.Outbound, Channel: schema.ByVisit, At: &at, Minutes: &minutes, StaffID: &ivan.ID, Purpose: &purpose,
				Expense: &service.MoneyInput{Amount: "150.00", CurrencyCode: "RUB"},
			})
			must(err)
		}
		for _, kind := range []option.Kind{option.Rates, option.Customers, option.Contacts} {
			if r := to.bring(from.export(kind), option.Options{Kind: kind}); r.Rejected+r.Present != 0 {
				t.Fatalf("%s: %s", kind, r)
			}
			if kind != option.Rates && to.export(kind) != from.export(kind) {
				t.Errorf("%s are\n%s\nwant\n%s", kind, to.export(kind), from.export(kind))
			}
		}
		rate(to, schema.RateChannelFee, "VISIT", "313.50", "contact", began.AddDate(0, 1, 0)) // restates
		const costs = "SELECT cost FROM contacts ORDER BY at LIMIT 1"
		if n := to.number(costs); n != 1556_00 {
			t.Errorf("the fitter's visit costs %d after a restatement, want 155600", n)
		}
		if n := to.number(costs + " OFFSET 1"); n != 95*21_00+313_50+150_00 {
			t.Errorf("the master's visit costs %d after a restatement", n)
		}
		to.closed()

		// Without the grades the next restatement would drop the time: check says so.
		lost := newWorld(t, dbtest.SQLite(t))
		for _, kind := range []option.Kind{option.Rates, option.Customers, option.Contacts} {
			lost.bring(from.export(kind), option.Options{Kind: kind})
		}
		must(lost.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "DELETE FROM dated_values"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE users SET grade = NULL")
			return err
		}))
		found, err := lost.service.Check.Laws(t.Context())
		must(err)
		if len(found) != 2 || !strings.Contains(found[0].Wrong, "no rate holds") {
			t.Errorf("check finds %v, want the time of both visits", found)
		}
	})
}
