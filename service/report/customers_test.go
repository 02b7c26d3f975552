package report_test

import (
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
)

func customerEconomics(t *testing.T, s *apptest.Shop) {
	customers, err := s.Client.Customer.Query().All(s.System())
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*ent.Customer{}
	for _, c := range customers {
		byID[c.ID] = c
	}
	anna := byID[s.Customers["Anna"]]
	wallet := money.Minor(6000_00)
	anna.Wallet = &wallet
	october := apptest.Day(time.October, 1)
	for _, c := range []struct {
		name, customer    string
		from, to          *time.Time
		orders, contacts  int
		revenue, margin   string
		contactCost, cost string // of contacts, of acquisition
		net               string
	}{
		{"Anna", "Anna", nil, nil, 1, 3, "1500.00", "840.00", "212.00", "100.00", "528.00"},
		{"Anna since October", "Anna", &october, nil, 1, 1, "1500.00", "840.00", "5.00", "0.00", "835.00"},
		{"Anna until October", "Anna", nil, &october, 0, 2, "0.00", "0.00", "207.00", "100.00", "-307.00"},
		{"Boris", "Boris", nil, nil, 1, 1, "900.00", "460.00", "125.00", "0.00", "335.00"},
		{"Clara, whose order was cancelled", "Clara", nil, nil, 0, 1, "0.00", "0.00", "1.00", "0.00", "-1.00"},
		{"Dora, without a contact", "Dora", nil, nil, 1, 0, "500.00", "300.00", "0.00", "0.00", "300.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := s.Report.CustomerEconomicsOf(s.System(), customers, c.from, c.to)
			if err != nil {
				t.Fatal(err)
			}
			e := all[byID[s.Customers[c.customer]]]
			if e.Orders != c.orders || e.Contacts != c.contacts {
				t.Errorf("%d orders, %d contacts", e.Orders, e.Contacts)
			}
			got := []string{s.Currency.Format(e.Revenue), s.Currency.Format(e.Margin), s.Currency.Format(e.ContactCost), s.Currency.Format(e.AcquisitionCost), s.Currency.Format(e.Net)}
			if want := []string{c.revenue, c.margin, c.contactCost, c.cost, c.net}; !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
	all, err := s.Report.CustomerEconomicsOf(s.System(), customers, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("paid back by the first order", func(t *testing.T) {
		e := all[anna]
		if e.AcquisitionPaidBackAt == nil || !e.AcquisitionPaidBackAt.Equal(apptest.Day(time.October, 6)) || e.AcquisitionPaysBackAt != nil {
			t.Errorf("got %v, %v, want paid back on 6 October, and so no forecast", e.AcquisitionPaidBackAt, e.AcquisitionPaysBackAt)
		}
	})
	t.Run("nothing to pay back", func(t *testing.T) {
		if e := all[byID[s.Customers["Boris"]]]; e.AcquisitionPaidBackAt == nil || !e.AcquisitionPaidBackAt.Equal(begin) {
			t.Errorf("got %v, want paid back at the beginning", e.AcquisitionPaidBackAt)
		}
	})
	t.Run("share of wallet", func(t *testing.T) {
		if e := all[anna]; e.ShareOfWallet == nil || e.ShareOfWallet.String() != "0.25" {
			t.Errorf("1500.00 of 6000.00: %v", e.ShareOfWallet)
		}
		if e := all[byID[s.Customers["Boris"]]]; e.ShareOfWallet != nil {
			t.Errorf("of no wallet: %v", e.ShareOfWallet)
		}
	})
}

func customerFile(t *testing.T, s *apptest.Shop) {
	s.Exec("UPDATE customers SET name = '=1+1' WHERE id = ?", s.Customers["Dora"])
	defer s.Exec("UPDATE customers SET name = 'Dora' WHERE id = ?", s.Customers["Dora"])
	var text strings.Builder
	if err := s.Report.WriteCustomerEconomics(s.System(), nil, nil, &text); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 5 || rows[0][0] != "customer" || rows[0][16] != "currency" {
		t.Fatalf("got %q, want a heading and 4 customers, with their currency", rows)
	}
	for _, row := range rows[1:] {
		switch row[0] {
		case s.Customers["Anna"]:
			want := []string{s.Customers["Anna"], "", "Anna", "CUSTOMER", "QUALITY_CHEAP", "1", "3", "1500.00", "840.00", "212.00", "100.00", "528.00", "", "2026-10-06T09:00:00Z", "", "460.00", "RUB"}
			if !slices.Equal(row, want) {
				t.Errorf("%q, want %q", row, want)
			}
		case s.Customers["Dora"]:
			if row[2] != "'=1+1" {
				t.Errorf("a name that looks like a formula: %q", row[2])
			}
		}
	}
}

func customerBase(t *testing.T, s *apptest.Shop) {
	b, err := s.Report.CustomerBase(s.System(), []service.BaseDimension{"SOURCE", "STAGE"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	past := map[string]string{}
	for _, r := range b.Rows {
		past[strings.Join(r.Key, " ")] = s.Currency.Format(r.Past)
	}
	want := map[string]string{" CUSTOMER": "828.00", " FRIEND": "-1.00", "REFERRAL CUSTOMER": "335.00"} // Anna and Dora, Clara, Boris
	if len(past) != len(want) {
		t.Errorf("got %v, want the 3 rows of the base", past)
	}
	for key, amount := range want {
		if past[key] != amount {
			t.Errorf("%q: %s, want %s", key, past[key], amount)
		}
	}
	if b.Total.Customers != 4 || s.Currency.Format(b.Total.Past) != "1162.00" || s.Currency.Format(b.Total.Lowest) != "-1.00" {
		t.Errorf("%d customers, %s, the lowest %s", b.Total.Customers, s.Currency.Format(b.Total.Past), s.Currency.Format(b.Total.Lowest))
	}
	sum, err := money.Sum(b.Total.Past, b.Total.Future)
	if err != nil || sum != b.Total.Total {
		t.Errorf("past %v + future %v is not the total %v", b.Total.Past, b.Total.Future, b.Total.Total)
	}
	acquired, err := s.Report.CustomerBase(s.System(), []service.BaseDimension{"ACQUIRED"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var months []string
	for _, r := range acquired.Rows {
		months = append(months, r.Key[0])
	}
	// Nobody's acquired_at is known: the month is that of the first order, and Clara has none.
	if !slices.Equal(months, []string{"", "2026-09", "2026-10"}) {
		t.Errorf("got %q, want the months of acquisition \"\", 2026-09 and 2026-10", months)
	}
}

func acquisitionSources(t *testing.T, s *apptest.Shop) {
	r, err := s.Report.AcquisitionSources(s.System(), nil, nil, ptr(money.Exact("0.5")), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 2 || r.Rows[0].Source != "" || r.Rows[1].Source != "REFERRAL" {
		t.Fatalf("got %+v, want the sources \"\" and REFERRAL", r.Rows)
	}
	own := r.Rows[0] // Anna, Clara, Dora
	if own.Customers != 3 || own.Won != 2 || s.Currency.Format(own.Cost) != "100.00" || s.Currency.Format(own.Earned) != "927.00" || !own.PaidBack || own.PaysBackIn != nil {
		t.Errorf("got %+v, want 3 customers, 2 won, cost 100.00, earned 927.00, paid back", own)
	}
	worth := float64(own.Earned.Minor() + own.Expected.Minor())
	if spend := float64(own.MostToSpend.Minor()); math.Abs(spend-worth/1.5/2) > 0.5 {
		t.Errorf("the most to spend is %v of a worth of %v", spend, worth)
	}
	if net, err := money.Sum(own.Earned, own.Expected, money.Minor(-100_00)); err != nil || net != own.Net {
		t.Errorf("net %v, want %v", own.Net, net)
	}
}

func valueAtRisk(t *testing.T, s *apptest.Shop) {
	anna := s.Customers["Anna"]
	// As if Anna had ordered on three days until the sixth of October: every day without an order makes it less probable that she
	// is still a customer. Of somebody with one order day the model cannot say that.
	s.Exec("UPDATE customers SET order_days = 3, first_order_day = first_order_day - 20 WHERE id = ?", anna)
	defer s.Exec("UPDATE customers SET order_days = 1, first_order_day = first_order_day + 20 WHERE id = ?", anna)
	c, err := s.App.Customers.Customer(s.System(), &anna, nil)
	if err != nil {
		t.Fatal(err)
	}
	alive := s.Value.ProbabilityAlive(c, s.Now())
	for _, one := range []struct {
		name      string
		threshold float64
		first     int
		rows      int // of one customer at risk, or of none
		customers int
	}{
		{"falls below the threshold until the month ends", alive - 1e-6, 20, 1, 1},
		{"is counted without a row", alive - 1e-6, 0, 0, 1},
		{"is below it already", alive + 1e-6, 20, 0, 0},
		{"stays above it", alive / 2, 20, 0, 0},
	} {
		t.Run(one.name, func(t *testing.T) {
			r, err := s.Report.ValueAtRisk(s.System(), &one.threshold, &one.first)
			if err != nil {
				t.Fatal(err)
			}
			if r.Customers != one.customers || len(r.Rows) != one.rows || len(r.AtRisk()) != one.rows || !r.Until.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
				t.Fatalf("%d customers, %d rows, until %s", r.Customers, len(r.Rows), r.Until)
			}
			for _, row := range r.Rows {
				if row.Customer.ID != anna || row.ProbabilityAlive != alive || row.ProbabilityAliveThen >= one.threshold || row.Value != r.Value {
					t.Errorf("%s: %v, then %v, worth %v of %v", row.Customer.Name, row.ProbabilityAlive, row.ProbabilityAliveThen, row.Value, r.Value)
				}
			}
		})
	}
}

func expectedMonths(t *testing.T, s *apptest.Shop) {
	e, err := s.Report.ExpectedMonths(s.System(), ptr(3), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Rows) != 3 || !e.Rows[0].From.Equal(s.Now()) || !e.Rows[1].From.Equal(e.Rows[0].To) {
		t.Fatalf("got %+v, want 3 months, one after the other from now", e.Rows)
	}
	for _, r := range e.Rows {
		if !(r.OrdersLow <= r.Orders && r.Orders <= r.OrdersHigh && r.Orders > 0 && r.MarginLow.Compare(r.Margin) <= 0 && r.Margin.Compare(r.MarginHigh) <= 0) {
			t.Errorf("got %+v, want positive orders and a margin, each within its bounds", r)
		}
	}
	// The orders of a year are those that the customers' own values expect.
	base, err := s.Report.CustomerBase(s.System(), nil, ptr(3), nil)
	if err != nil {
		t.Fatal(err)
	}
	if sum := e.Rows[0].Orders + e.Rows[1].Orders + e.Rows[2].Orders; math.Abs(sum-base.Total.ExpectedOrders) > 1e-9 {
		t.Errorf("%v orders, the customers' own values say %v", sum, base.Total.ExpectedOrders)
	}
}

func prospects(t *testing.T, s *apptest.Shop) {
	p, err := s.Report.Prospects(s.System())
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) *ent.Customer {
		c, err := s.App.Customers.Customer(s.System(), ptr(s.Customers[name]), nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if one, err := p.Of(read("Anna"), nil, nil); one != nil || err != nil {
		t.Errorf("Anna has ordered: %v, %v", one, err)
	}
	one, err := p.Of(read("Clara"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if one.OrderDays != 3 || one.NewCustomer.Minor() < 533_33 { // (840 + 460 + 300) / 3, and what comes after it
		t.Errorf("%d order days, a new customer is worth %v", one.OrderDays, one.NewCustomer)
	}
	if one.Observed != 4 { // Anna, Boris and Dora became customers, Clara a friend
		t.Errorf("%d changes of stage", one.Observed)
	}
	for _, r := range one.Reach {
		if r.Probability < 0 || r.Probability > 1 || r.Stage == "FRIEND" && r.Probability != 1 || r.Stage == "STRANGER" && r.Probability != 0 {
			t.Errorf("Clara, a friend, reaches %s with %v", r.Stage, r.Probability)
		}
	}
}
