package campaigns_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"

	"github.com/99designs/gqlgen/graphql"
)

var one = money.Whole(1)

// TestReport: the figures of a small company, which can be computed by hand.
func TestReport(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.Rate(schema.RateMaterial, "cloth", "100", "m", apptest.Start.AddDate(-1, 0, 0))
		cloth := "cloth"
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("500"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}}})
		radio, poster := w.campaign("radio", "radio"), w.campaign("poster", "street")
		anna, boris, vera, gleb := w.Customer("Anna"), w.Customer("Boris"), w.Customer("Vera"), w.Customer("Gleb")
		w.call(anna.ID, radio, noon(3))
		w.call(anna.ID, poster, noon(20)) // she came by the radio
		w.call(boris.ID, nil, noon(2))    // he came by himself
		w.call(boris.ID, radio, noon(4))
		w.call(vera.ID, radio, noon(6))
		source := "fair"
		_, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: gleb.ID, ExpectedVersion: gleb.Version, CampaignID: graphql.OmittableOf(&poster.ID), Source: graphql.OmittableOf(&source)})
		w.Must(err)
		w.spend(radio, 1, 10, "450")
		w.spend(radio, 21, 30, "100") // nobody called
		w.order(anna, coat, noon(10))
		w.order(anna, coat, noon(25))
		reports, err := w.Campaigns.Reports(w.System(), []*ent.Campaign{radio, poster}, nil, nil)
		w.Must(err)
		r := reports[radio]
		for name, c := range map[string]struct {
			got  money.Amount
			want int64
		}{
			"spend": {r.Spend, 55000}, "unspread": {r.Unspread, 10000}, "cost of a contact": {*r.CostOfContact, 18333}, "cost of a customer": {*r.CostOfCustomer, 27500},
			"cost of one won": {*r.CostOfWon, 55000}, "revenue": {r.Revenue, 100000}, "margin": {r.Margin, 60000},
		} {
			if c.got.Minor() != c.want {
				t.Errorf("%s is %d, want %d", name, c.got.Minor(), c.want)
			}
		}
		if r.Contacts != 3 || r.Customers != 2 || r.Won != 1 || r.Orders != 2 {
			t.Errorf("%d contacts, %d customers, %d won, %d orders", r.Contacts, r.Customers, r.Won, r.Orders)
		}
		if r.PaidBackAt == nil || !r.PaidBackAt.Equal(*noon(25)) || *r.PayBackMonths != 1 {
			t.Errorf("paid back at %v in %v months", r.PaidBackAt, r.PayBackMonths)
		}
		if worth := w.Rows("SELECT sum(lifetime_value) FROM customers WHERE name IN ('Anna', 'Vera')"); fmt.Sprint(r.Value.Minor()) != worth[0] {
			t.Errorf("value %d, want %s", r.Value.Minor(), worth[0])
		}
		if p := reports[poster]; p.Contacts != 1 || p.Customers != 1 || p.Won != 0 || p.Spend.Sign() != 0 || p.CostOfWon != nil || p.PaidBackAt != nil {
			t.Errorf("%+v", p) // Gleb, of whom it was stated
		}
		// Adjacent times sum to the whole, also where a spend is cut in two.
		var spend, unspread money.Amount
		for _, part := range []struct{ from, to *schema.Date }{{nil, may(4)}, {may(5), may(24)}, {may(25), nil}} {
			some, err := w.Campaigns.Reports(w.System(), []*ent.Campaign{radio}, part.from, part.to)
			w.Must(err)
			spend, err = spend.Plus(some[radio].Spend)
			w.Must(err)
			unspread, err = unspread.Plus(some[radio].Unspread)
			w.Must(err)
		}
		if spend != r.Spend || unspread != r.Unspread {
			t.Errorf("in parts %v and %v, as a whole %v and %v", spend, unspread, r.Spend, r.Unspread)
		}
		if statements := w.Statements(func() {
			_, err := w.Campaigns.Reports(w.System(), []*ent.Campaign{radio, poster}, nil, nil)
			w.Must(err)
		}); len(statements) > 8 {
			t.Errorf("two reports take %d statements", len(statements))
		}
		if _, err := w.Campaigns.Reports(w.System(), []*ent.Campaign{radio}, may(2), may(1)); apptest.Faults(err) != "INVALID to" {
			t.Errorf("the wrong way: %v", err)
		}
	})
}

// TestReportOfMergedAndDeleted: of merged customers who is kept counts, once; who was deleted was brought all the same. Reports of sources say
// what those of campaigns say.
func TestReportOfMergedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		create := func(name string, by *string) *ent.Customer {
			c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name, CampaignID: by, AcquisitionCost: apptest.Roubles("100")})
			w.Must(err)
			return c
		}
		kept, merged, deleted := create("Anna", nil), create("Anna P.", &radio.ID), create("Boris", &radio.ID)
		by := service.AcquisitionDimensionCampaign
		expect := func(when string, want int) {
			t.Helper()
			reports, err := w.Campaigns.Reports(w.System(), []*ent.Campaign{radio}, nil, nil)
			w.Must(err)
			sources, err := w.Report.AcquisitionSources(w.System(), nil, nil, nil, &by)
			w.Must(err)
			bySource := 0
			for _, row := range sources.Rows {
				if row.Source == radio.ID {
					bySource = row.Customers
				}
			}
			if got := reports[radio].Customers; got != want || bySource != want {
				t.Errorf("%s: %d customers, by source %d; want %d", when, got, bySource, want)
			}
		}
		expect("two were brought", 2)
		m, err := w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: kept.ID, MergeID: merged.ID})
		w.Must(err)
		expect("one of them is merged into another", 2)
		_, _, err = w.Merging.UndoMerge(w.System(), service.UndoMergeInput{ID: m.ID})
		w.Must(err)
		expect("the merge is undone", 2)
		_, err = w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: deleted.ID, ExpectedVersion: &deleted.Version, Reason: "wanted to"})
		w.Must(err)
		expect("one of them is deleted", 2)
	})
}

// TestOrigins: where customers come from follows the first inbound contact as it is known now, unless it was stated.
func TestOrigins(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio, poster := w.campaign("radio", "radio"), w.campaign("poster", "street")
		c := w.Customer("Anna")
		expect := func(after, campaign, source string, stated bool) {
			t.Helper()
			c, err := w.Client.Customer.Get(w.System(), c.ID)
			w.Must(err)
			found, err := w.Campaigns.Origins(w.System(), []*ent.Customer{c})
			w.Must(err)
			from := found[c]
			if from == nil {
				if source != "" {
					t.Errorf("after %s nothing is known, want %s", after, source)
				}
				return
			}
			name := ""
			if from.Campaign != nil {
				name = from.Campaign.Code
			}
			if name != campaign || from.Source == nil || *from.Source != source || from.Stated != stated {
				t.Errorf("after %s from %s of %v, stated %t; want %s of %s, %t", after, name, from.Source, from.Stated, campaign, source, stated)
			}
		}
		expect("nothing", "", "", false)
		w.call(c.ID, radio, noon(5), func(in *service.RecordContactInput) { in.Direction = schema.Outbound })
		expect("an outbound contact", "", "", false)
		w.call(c.ID, radio, noon(10))
		expect("an inbound contact", "radio", "radio", false)
		early := w.call(c.ID, poster, noon(8))
		expect("an earlier one that is told late", "poster", "street", false)
		search := "search"
		_, err := w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: early.ID, ExpectedVersion: 1, Reason: "asked again", CampaignID: graphql.OmittableOf[*string](nil), Source: graphql.OmittableOf(&search)})
		w.Must(err)
		expect("a correction", "", "search", false)
		_, err = w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: early.ID, Reason: "another customer"})
		w.Must(err)
		expect("it is voided", "radio", "radio", false)
		fair := "fair"
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, Source: graphql.OmittableOf(&fair)})
		w.Must(err)
		expect("it is stated", "", "fair", true)
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version + 1, CampaignID: graphql.OmittableOf(&poster.ID), Source: graphql.OmittableOf[*string](nil)})
		w.Must(err)
		expect("a campaign is stated", "poster", "street", true)
		missing := w.IDs.Make(id.Campaign)
		if _, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version + 2, CampaignID: graphql.OmittableOf(&missing)}); apptest.Faults(err) != "NOT_FOUND campaignId" {
			t.Errorf("no such campaign: %v", err)
		}
	})
}

// TestAcquisitionCost: the books say what it cost to win a customer, unless it was stated; it is never counted twice.
func TestAcquisitionCost(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.Rate(schema.RateMaterial, "cloth", "100", "m", apptest.Start.AddDate(-1, 0, 0))
		cloth := "cloth"
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("500"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}}})
		radio := w.campaign("radio", "radio")
		stated, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Boris", AcquisitionCost: apptest.Roubles("7")})
		w.Must(err)
		anna := w.Customer("Anna")
		w.call(anna.ID, radio, noon(3))
		w.call(stated.ID, radio, noon(3))
		w.order(anna, coat, noon(10))
		w.call(anna.ID, radio, noon(20)) // she is won already
		w.spend(radio, 3, 3, "100")
		w.spend(radio, 20, 20, "30")
		var customers []*ent.Customer
		for _, one := range []string{anna.ID, stated.ID} {
			c, err := w.Client.Customer.Get(w.System(), one)
			w.Must(err)
			customers = append(customers, c)
		}
		costs, err := w.Campaigns.AcquisitionCosts(w.System(), customers)
		w.Must(err)
		if costs[customers[0]].Minor() != 5000 || costs[customers[1]].Minor() != 700 {
			t.Errorf("%v", costs)
		}
		economics, err := w.Report.CustomerEconomicsOf(w.System(), customers, nil, nil)
		w.Must(err)
		if e := economics[customers[0]]; e.AcquisitionCost.Minor() != 5000 || e.ContactCost.Minor() != 8000 || e.Net.Minor() != 30000-8000 || e.AcquisitionPaidBackAt == nil || !e.AcquisitionPaidBackAt.Equal(*noon(10)) {
			t.Errorf("Anna: %+v", e)
		}
		if e := economics[customers[1]]; e.AcquisitionCost.Minor() != 700 || e.Net.Minor() != -5700 {
			t.Errorf("Boris: %+v", e)
		}
		by := service.AcquisitionDimensionCampaign
		for _, dimension := range []*service.AcquisitionDimension{nil, &by} {
			r, err := w.Report.AcquisitionSources(w.System(), nil, nil, nil, dimension)
			w.Must(err)
			if len(r.Rows) != 1 {
				t.Fatalf("%d rows", len(r.Rows))
			}
			row := r.Rows[0]
			if row.Customers != 2 || row.Won != 1 || row.Cost.Minor() != 5700 || row.Earned.Minor() != 30000-3000-5000 || row.Label != map[bool]string{true: "radio", false: "The radio"}[dimension == nil] {
				t.Errorf("%+v", row)
			}
		}
	})
}

// TestKnownAt: what contacts cost before spend was recorded or corrected, and before other contacts came, can still be asked.
func TestKnownAt(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		c := w.call(w.CustomerID(), radio, noon(3))
		want := []string{"0.00"}
		moments := []time.Time{w.Clock.Now()}
		step := func(is string, do func()) {
			w.Clock.Advance(time.Minute)
			do()
			want, moments = append(want, is), append(moments, w.Clock.Now())
		}
		step("100.00", func() { w.spend(radio, 1, 5, "100") })
		var other *ent.Contact
		step("50.00", func() { other = w.call(w.CustomerID(), radio, noon(4)) })
		step("45.00", func() { w.spend(radio, 1, 5, "90", correction) })
		step("90.00", func() {
			_, err := w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: other.ID, ExpectedVersion: 1, Reason: "no", CampaignID: graphql.OmittableOf[*string](nil)})
			w.Must(err)
		})
		step("0.00", func() {
			_, err := w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: c.ID, ExpectedVersion: 1, Reason: "later", At: noon(9)})
			w.Must(err)
		})
		now, err := w.Client.Contact.Get(w.System(), c.ID)
		w.Must(err)
		for i, at := range moments {
			known, err := w.Report.ContactsKnownAt(w.System(), []*ent.Contact{now}, at)
			w.Must(err)
			if got := w.Currency.Format(known[now].Total); got != want[i] {
				t.Errorf("at %s it cost %s, want %s", at, got, want[i])
			}
		}
		w.lawful()
	})
}
