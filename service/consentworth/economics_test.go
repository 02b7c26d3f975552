package consentworth_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consentworth"
	"kopeck/store"
)

// world is a company whose customers permit it things.
type world struct {
	*apptest.World

	begin time.Time
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, &world{w, w.Now()}) })
}

func (w *world) on(day int) { w.Clock.Advance(w.begin.AddDate(0, 0, day).Sub(w.Now())) }

func (w *world) grant(customerID string, level schema.PermissionLevel, source, version string, expires *time.Time) string {
	w.T.Helper()
	p, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
		CustomerID: customerID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: level, Source: source, Wording: "Yes.", WordingVersion: &version, ExpiresAt: expires,
	})
	w.Must(err)
	return p.ID
}

func (w *world) revoke(permissionID string) {
	w.T.Helper()
	_, err := w.Consent.RevokePermission(w.System(), service.RevokePermissionInput{ID: permissionID, Source: "a call"})
	w.Must(err)
}

// write records an e-mail under the permission, with what it costs and realised.
func (w *world) write(customerID, cost, realised string) string {
	w.T.Helper()
	purpose := schema.Marketing
	c, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{
		CustomerID: customerID, Kind: schema.Email, Direction: schema.Outbound, Channel: schema.ByEmail, Purpose: &purpose, Expense: apptest.Roubles(cost),
	})
	w.Must(err)
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		return tx.Contact.UpdateOneID(c.ID).SetRealised(amount(realised)).Exec(ctx)
	})
	return c.ID
}

func amount(text string) money.Amount {
	a, err := money.Round(money.MustDecimal(text + "00").Rat())
	if err != nil {
		panic(err)
	}
	return a
}

func (w *world) ask(from, to int, by ...service.PermissionDimension) *consentworth.PermissionEconomics {
	w.T.Helper()
	e, err := w.ConsentWorth.PermissionEconomics(w.System(), w.begin.AddDate(0, 0, from), w.begin.AddDate(0, 0, to), by)
	w.Must(err)
	return e
}

func shown(r *consentworth.PermissionEconomicsRow) string {
	minor := func(a *money.Amount) string {
		if a == nil {
			return "none"
		}
		return fmt.Sprint(a.Minor())
	}
	return fmt.Sprintf("%s: %d for %s, %d contacts %d-%d=%d, %s a month; %d revoked for %s: %s",
		strings.Join(r.Key, " "), r.Permissions, r.Months, r.Contacts, r.Realised.Minor(), r.Cost.Minor(), r.Net.Minor(), minor(r.NetPerMonth), r.Revoked, r.MonthsRevoked, minor(r.Forgone))
}

// TestPermissionEconomics: Anna's permission is raised and then revoked, Boris's stays.
func TestPermissionEconomics(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, boris := w.Customer("Anna").ID, w.Customer("Boris").ID
		w.grant(anna, schema.BrandTrust, "form", "1", nil)
		w.grant(boris, schema.BrandTrust, "form", "1", nil)
		w.on(1)
		w.write(anna, "1", "10")
		w.on(5)
		w.write(boris, "1", "3")
		voided := w.write(boris, "100", "0")
		_, err := w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: voided, Reason: "never was"})
		w.Must(err)
		w.on(10)
		permission := w.grant(anna, schema.Personal, "call", "2", nil)
		w.on(12)
		w.write(anna, "2", "32")
		w.on(20)
		w.revoke(permission)
		w.on(40)
		level, channel, source, wording := service.PermissionDimensionLevel, service.PermissionDimensionChannel, service.PermissionDimensionSource, service.PermissionDimensionWording
		for _, c := range []struct {
			from, to int
			by       []service.PermissionDimension
			want     string
		}{
			{0, 30, nil, ": 2 for 1.642744, 3 contacts 4500-400=4100, 2496 a month; 1 revoked for 0.328549: 820"},
			{0, 30, []service.PermissionDimension{level}, `BRAND_TRUST: 2 for 1.314195, 2 contacts 1300-200=1100, 837 a month; 0 revoked for 0: 0
				PERSONAL: 1 for 0.328549, 1 contacts 3200-200=3000, 9131 a month; 1 revoked for 0.328549: 3000`},
			{0, 30, []service.PermissionDimension{source, wording, channel}, `call 2 EMAIL: 1 for 0.328549, 1 contacts 3200-200=3000, 9131 a month; 1 revoked for 0.328549: 3000
				form 1 EMAIL: 2 for 1.314195, 2 contacts 1300-200=1100, 837 a month; 0 revoked for 0: 0`},
			{11, 15, []service.PermissionDimension{level}, `BRAND_TRUST: 1 for 0.13142, 0 contacts 0-0=0, 0 a month; 0 revoked for 0: 0
				PERSONAL: 1 for 0.13142, 1 contacts 3200-200=3000, 22828 a month; 0 revoked for 0: 0`},
			{21, 30, nil, ": 1 for 0.295694, 0 contacts 0-0=0, 0 a month; 0 revoked for 0: 0"},
			{-20, -10, nil, ": 0 for 0, 0 contacts 0-0=0, none a month; 0 revoked for 0: none"},
			{-20, -10, []service.PermissionDimension{level}, ""},
			{30, 90, []service.PermissionDimension{level}, "BRAND_TRUST: 1 for 0.328549, 0 contacts 0-0=0, 0 a month; 0 revoked for 0: 0"},
		} {
			e := w.ask(c.from, c.to, c.by...)
			var rows []string
			for _, row := range e.Rows {
				rows = append(rows, shown(row))
			}
			var want []string
			for line := range strings.SplitSeq(c.want, "\n") {
				if line = strings.TrimLeft(line, "\t"); line != "" {
					want = append(want, line)
				}
			}
			if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
				t.Errorf("from %d to %d by %v:\n%s\nwant\n%s", c.from, c.to, c.by, got, strings.Join(want, "\n"))
			}
		}
		e := w.ask(0, 30, level)
		if got, want := shown(e.Total), ": 2 for 1.642744, 3 contacts 4500-400=4100, 2496 a month; 1 revoked for 0.328549: 820"; got != want {
			t.Errorf("the total is %s, want %s", got, want)
		}
		if len(e.Raises) != 1 {
			t.Fatalf("%d raises", len(e.Raises))
		}
		r := e.Raises[0]
		if got := fmt.Sprint(r.Channel, r.Purpose, r.From, r.To, r.Permissions, r.Before.Minor(), r.After.Minor(), r.Difference.Minor(), r.Low, r.High); got != "EMAILMARKETINGBRAND_TRUSTPERSONAL1 2739 9131 6392 <nil> <nil>" {
			t.Errorf("the raise is %s", got)
		}
		csv, err := e.Sheet(w.Currency).CSV()
		if want := "level,permissions,months,contacts,cost,realised,net,net_per_month,revoked,months_revoked,forgone,currency\nBRAND_TRUST,2,1.314195,2,2.00,13.00,11.00,8.37,0,0,0.00,RUB\n"; err != nil || !strings.HasPrefix(csv, want) {
			t.Errorf("%v: %s, want %s", err, csv, want)
		}
	})
}

// TestWhatIsLostEnds where the permission would have expired, and where the customer permits the same again.
func TestWhatIsLostEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, boris := w.Customer("Anna").ID, w.Customer("Boris").ID
		first := w.grant(anna, schema.Personal, "form", "1", nil)
		end := w.begin.AddDate(0, 0, 15)
		second := w.grant(boris, schema.Personal, "form", "1", &end)
		w.on(10)
		w.revoke(first)
		w.revoke(second)
		w.on(12)
		w.grant(anna, schema.Personal, "shop", "1", nil)
		w.on(30)
		e := w.ask(0, 30, service.PermissionDimensionSource)
		if got, want := shown(e.Rows[0]), "form: 2 for 0.657098, 0 contacts 0-0=0, 0 a month; 2 revoked for 0.229984: 0"; got != want { // 2 and 5 days
			t.Errorf("%s, want %s", got, want)
		}
		if e.Total.Permissions != 3 || e.Total.Revoked != 2 {
			t.Errorf("the total is %s", shown(e.Total))
		}
	})
}

func TestWhatIsAskedWrongly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		level := service.PermissionDimensionLevel
		for _, c := range []struct {
			days int
			by   []service.PermissionDimension
			want string
		}{{-1, nil, "INVALID to"}, {1, []service.PermissionDimension{level, level}, "INVALID by"}, {1, []service.PermissionDimension{"COLOUR"}, "INVALID by"}} {
			_, err := w.ConsentWorth.PermissionEconomics(w.System(), w.begin, w.begin.AddDate(0, 0, c.days), c.by)
			if !fault.Is(err, fault.Invalid) || apptest.Faults(err) != c.want {
				t.Errorf("%v: %s, want %s", c, apptest.Faults(err), c.want)
			}
		}
	})
}
