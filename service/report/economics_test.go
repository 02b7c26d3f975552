package report_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/report"
)

// TestReports asks all reports of a small company on each database. The figures are computed by hand: see apptest.NewShop. Making the
// company takes most of the time, and no report changes it.
func TestReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := apptest.NewShop(t, url)
		for _, one := range []struct {
			name string
			test func(t *testing.T, s *apptest.Shop)
		}{
			{"contact economics", contactEconomics},
			{"staff economics", staffEconomics},
			{"what was known", whatWasKnown},
			{"customer economics", customerEconomics},
			{"customer file", customerFile},
			{"customer base", customerBase},
			{"acquisition sources", acquisitionSources},
			{"value at risk", valueAtRisk},
			{"expected months", expectedMonths},
			{"prospects", prospects},
			{"refused", refused},
		} {
			t.Run(one.name, func(t *testing.T) { one.test(t, s) })
		}
	})
}

var (
	begin = apptest.Day(time.September, 1)
	end   = apptest.Day(time.December, 1)
)

func ptr[T any](v T) *T { return &v }

// rowsOf shows the rows of a report, sorted (their own order is by ids, which are drawn): key, contacts, minutes, cost, realised, net and return on cost.
func rowsOf(s *apptest.Shop, rows []*report.ContactEconomicsRow) []string {
	var shown []string
	for _, r := range rows {
		ratio := "none"
		if r.ReturnOnCost != nil {
			ratio = r.ReturnOnCost.String()
		}
		shown = append(shown, fmt.Sprint(r.Labels, " ", r.Contacts, " ", r.Minutes, " ", s.Currency.Format(r.Cost), " ", s.Currency.Format(r.Realised), " ", s.Currency.Format(r.Net), " ", ratio))
	}
	slices.Sort(shown)
	return shown
}

func contactEconomics(t *testing.T, s *apptest.Shop) {
	first, last := schema.AttributeFirst, schema.AttributeLast
	for _, c := range []struct {
		name         string
		from, to     time.Time
		by           []service.ContactDimension
		model        *schema.AttributionModel
		known        *time.Time
		rows         []string
		total        string // as a row
		unattributed string
	}{
		{
			name: "whole", from: begin, to: end, unattributed: "300.00",
			rows: []string{"[] 5 16 338.00 1300.00 962.00 2.846154"}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
		{
			name: "by channel", from: begin, to: end, by: []service.ContactDimension{"CHANNEL"}, unattributed: "300.00",
			rows: []string{
				"[EMAIL] 1 0 1.00 0.00 -1.00 -1",
				"[MESSENGER] 1 0 2.00 420.00 418.00 209",
				"[PHONE] 3 16 335.00 880.00 545.00 1.626866",
			}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
		{
			name: "by staff and month", from: begin, to: end, by: []service.ContactDimension{"STAFF", "MONTH"}, unattributed: "300.00",
			rows: []string{
				"[ 2026-09] 1 0 2.00 420.00 418.00 209",
				"[ 2026-10] 2 0 6.00 230.00 224.00 37.333333",
				"[Igor 2026-10] 1 6 125.00 230.00 105.00 0.84",
				"[Olga 2026-09] 1 10 205.00 420.00 215.00 1.04878",
			}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
		{
			name: "by segment and direction", from: begin, to: end, by: []service.ContactDimension{"SEGMENT", "DIRECTION"}, unattributed: "300.00",
			rows: []string{
				"[ INBOUND] 1 6 125.00 230.00 105.00 0.84",
				"[ OUTBOUND] 1 0 1.00 0.00 -1.00 -1",
				"[QUALITY_CHEAP INBOUND] 3 10 212.00 1070.00 858.00 4.04717",
			}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
		{
			name: "October", from: apptest.Day(time.October, 1), to: apptest.Day(time.November, 1), unattributed: "0.00",
			rows: []string{"[] 3 6 131.00 460.00 329.00 2.51145"}, total: "[] 3 6 131.00 460.00 329.00 2.51145",
		},
		{
			name: "before everything", from: begin.AddDate(-1, 0, 0), to: begin, by: []service.ContactDimension{"KIND"}, unattributed: "0.00",
			rows: nil, total: "[] 0 0 0.00 0.00 0.00 none",
		},
		{
			name: "under FIRST", from: begin, to: end, by: []service.ContactDimension{"KIND"}, model: &first, unattributed: "300.00",
			rows: []string{ // Anna's call has her whole order; her recommendation of Boris has his
				"[EMAIL] 1 0 1.00 0.00 -1.00 -1",
				"[INFO_CALL] 2 16 330.00 840.00 510.00 1.545455",
				"[MESSAGE] 1 0 2.00 0.00 -2.00 -1",
				"[RECOMMENDATION] 1 0 5.00 460.00 455.00 91",
			}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
		{
			name: "under LAST, October", from: apptest.Day(time.October, 1), to: end, by: []service.ContactDimension{"KIND"}, model: &last, unattributed: "0.00",
			rows: []string{
				"[EMAIL] 1 0 1.00 0.00 -1.00 -1",
				"[INFO_CALL] 1 6 125.00 460.00 335.00 2.68",
				"[RECOMMENDATION] 1 0 5.00 0.00 -5.00 -1",
			}, total: "[] 3 6 131.00 460.00 329.00 2.51145",
		},
		{
			name: "known before the refund", from: begin, to: end, by: []service.ContactDimension{"KIND"}, known: ptr(apptest.Day(time.October, 30)), unattributed: "300.00",
			rows: []string{ // margins 900.00 and 600.00
				"[EMAIL] 1 0 1.00 0.00 -1.00 -1",
				"[INFO_CALL] 2 16 330.00 750.00 420.00 1.272727",
				"[MESSAGE] 1 0 2.00 450.00 448.00 224",
				"[RECOMMENDATION] 1 0 5.00 300.00 295.00 59",
			}, total: "[] 5 16 338.00 1500.00 1162.00 3.43787",
		},
		{
			name: "known before the price of cloth was corrected", from: begin, to: end, known: ptr(apptest.Day(time.November, 5)), unattributed: "300.00",
			rows: []string{"[] 5 16 338.00 1400.00 1062.00 3.142012"}, total: "[] 5 16 338.00 1400.00 1062.00 3.142012",
		},
		{
			name: "known before Boris ordered, under LAST", from: begin, to: end, by: []service.ContactDimension{"KIND"}, model: &last, known: ptr(apptest.Day(time.October, 15)), unattributed: "300.00",
			rows: []string{
				"[INFO_CALL] 2 16 330.00 0.00 -330.00 -1",
				"[MESSAGE] 1 0 2.00 900.00 898.00 449",
				"[RECOMMENDATION] 1 0 5.00 0.00 -5.00 -1",
			}, total: "[] 4 16 337.00 900.00 563.00 1.670623",
		},
		{
			name: "known at the beginning", from: begin, to: end, known: &begin, unattributed: "0.00",
			rows: []string{"[] 0 0 0.00 0.00 0.00 none"}, total: "[] 0 0 0.00 0.00 0.00 none",
		},
		{
			name: "known now is what is now", from: begin, to: end, by: []service.ContactDimension{"CHANNEL"}, known: ptr(apptest.Day(time.November, 20)), unattributed: "300.00",
			rows: []string{
				"[EMAIL] 1 0 1.00 0.00 -1.00 -1",
				"[MESSENGER] 1 0 2.00 420.00 418.00 209",
				"[PHONE] 3 16 335.00 880.00 545.00 1.626866",
			}, total: "[] 5 16 338.00 1300.00 962.00 2.846154",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := s.Report.ContactEconomics(s.System(), c.from, c.to, c.by, c.model, c.known)
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(s, e.Rows); !slices.Equal(got, c.rows) {
				t.Errorf("rows %q, want %q", got, c.rows)
			}
			if got := rowsOf(s, []*report.ContactEconomicsRow{e.Total})[0]; got != c.total {
				t.Errorf("total %s, want %s", got, c.total)
			}
			if got := s.Currency.Format(e.Unattributed); got != c.unattributed {
				t.Errorf("unattributed %s, want %s", got, c.unattributed)
			}
		})
	}
}

// refused are the questions that are not answered.
func refused(t *testing.T, s *apptest.Shop) {
	ctx := s.System()
	for _, c := range []struct {
		name string
		ask  func() error
		want string // the code and the field
	}{
		{"contacts of a period that ends before it begins", func() error {
			_, err := s.Report.ContactEconomics(ctx, end, begin, nil, nil, nil)
			return err
		}, "INVALID to"},
		{"staff of such a period", func() error { _, err := s.Report.StaffEconomics(ctx, end, begin); return err }, "INVALID to"},
		{"customers of such a period", func() error { _, err := s.Report.CustomerEconomicsOf(ctx, nil, &end, &begin); return err }, "INVALID to"},
		{"a dimension that does not exist", func() error {
			_, err := s.Report.ContactEconomics(ctx, begin, end, []service.ContactDimension{"COLOUR"}, nil, nil)
			return err
		}, "INVALID by"},
		{"a dimension twice", func() error {
			_, err := s.Report.CustomerBase(ctx, []service.BaseDimension{"STAGE", "STAGE"}, nil, nil)
			return err
		}, "INVALID by"},
		{"books of the future", func() error {
			_, err := s.Report.ContactEconomics(ctx, begin, end, nil, nil, ptr(end))
			return err
		}, "INVALID knownAt"},
		{"no month", func() error { _, err := s.Report.ExpectedMonths(ctx, ptr(0), nil); return err }, "INVALID months"},
		{"121 months", func() error { _, err := s.Report.ExpectedMonths(ctx, ptr(121), nil); return err }, "INVALID months"},
		{"a threshold of 1", func() error { _, err := s.Report.ValueAtRisk(ctx, ptr(1.0), nil); return err }, "INVALID threshold"},
		{"101 customers at risk", func() error { _, err := s.Report.ValueAtRisk(ctx, nil, ptr(101)); return err }, "INVALID first"},
		{"a negative return", func() error {
			_, err := s.Report.AcquisitionSources(ctx, nil, nil, ptr(money.Exact("-1")), nil)
			return err
		}, "INVALID return"},
		{"a horizon of 601 months", func() error { _, err := s.Report.CustomerBase(ctx, nil, ptr(601), nil); return err }, "INVALID horizonMonths"},
		{"economics for a partner who may not see orders", func() error {
			partner := auth.With(t.Context(), auth.Actor{Role: schema.RolePartner, Scopes: []string{"contacts"}})
			_, err := s.Report.CustomerEconomicsOf(partner, nil, nil, nil)
			return err
		}, "FORBIDDEN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := apptest.Faults(c.ask()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func staffEconomics(t *testing.T, s *apptest.Shop) {
	e, err := s.Report.StaffEconomics(s.System(), begin, end)
	if err != nil {
		t.Fatal(err)
	}
	// Olga and Igor had one contact each: they are shown together. Both were calls with a stranger.
	if len(e.Rows) != 0 || e.Others.People != 2 || e.Others.Contacts != 2 {
		t.Fatalf("%d rows, %d others with %d contacts", len(e.Rows), e.Others.People, e.Others.Contacts)
	}
	for _, c := range []struct {
		name, want string
		got        money.Amount
	}{
		{"cost", "330.00", e.Total.Cost},
		{"realised", "650.00", e.Total.Realised},
		{"net", "320.00", e.Total.Net},
		{"expected net", "320.00", e.Total.ExpectedNet},
		{"difference", "0.00", e.Total.Difference},
		{"net per contact", "160.00", *e.Total.NetPerContact},
		{"net per hour", "1200.00", *e.Total.NetPerHour}, // of 16 minutes
	} {
		if got := s.Currency.Format(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func whatWasKnown(t *testing.T, s *apptest.Shop) {
	ctx := s.System()
	orders, err := s.Client.Order.Query().All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                   string
		at                     time.Time
		customer               string
		refunded, cost, margin string // "" where the order was not known
	}{
		{"before the order", apptest.Day(time.October, 1), "Anna", "", "", ""},
		{"before the correction", apptest.Day(time.November, 11), "Anna", "0.00", "600.00", "900.00"},
		{"after the correction", apptest.Day(time.November, 12), "Anna", "0.00", "660.00", "840.00"},
		{"before the refund", apptest.Day(time.October, 31), "Boris", "0.00", "400.00", "600.00"},
		{"after the refund", apptest.Day(time.November, 1), "Boris", "100.00", "400.00", "500.00"},
		{"after both", apptest.Day(time.November, 20), "Boris", "100.00", "440.00", "460.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			known, err := s.Report.OrdersKnownAt(ctx, orders, c.at)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range orders {
				if o.ID != s.Orders[c.customer] {
					continue
				}
				k := known[o]
				switch {
				case c.cost == "" && k == nil:
				case k == nil || c.cost == "":
					t.Errorf("got %v, want an order whose known cost is %v", k, c.cost)
				case s.Currency.Format(k.Refunded) != c.refunded || s.Currency.Format(k.Cost) != c.cost || s.Currency.Format(*k.Margin) != c.margin:
					t.Errorf("%s refunded, cost %s, margin %s", s.Currency.Format(k.Refunded), s.Currency.Format(k.Cost), s.Currency.Format(*k.Margin))
				}
			}
		})
	}
	contacts, err := s.Client.Contact.Query().All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	known, err := s.Report.ContactsKnownAt(ctx, contacts, apptest.Day(time.September, 30))
	if err != nil {
		t.Fatal(err)
	}
	if len(known) != 2 {
		t.Errorf("%d contacts had been recorded by the end of September", len(known))
	}
	for contact, cost := range known {
		var sum money.Amount
		for _, line := range cost.Lines {
			if sum, err = sum.Plus(line.Amount); err != nil {
				t.Fatal(err)
			}
		}
		if contact.ID == s.Contacts["Anna's call"] && (s.Currency.Format(cost.Total) != "205.00" || sum != cost.Total) {
			t.Errorf("Anna's call: %s, its lines %s", s.Currency.Format(cost.Total), s.Currency.Format(sum))
		}
	}
}
