package revenue_test

import (
	"slices"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/revenue"
)

var allDimensions = []service.SalesDimension{
	service.SalesDimensionProduct, service.SalesDimensionCategory, service.SalesDimensionSegment, service.SalesDimensionStaff, service.SalesDimensionCustomerKind, service.SalesDimensionPartner,
}

var partsOfCalendar = []service.SalesDimension{service.SalesDimensionDay, service.SalesDimensionMonth, service.SalesDimensionQuarter, service.SalesDimensionYear}

// TestSalesReports makes random histories of orders, refunds, cancellations, restated rates and taxes, exemptions, segments and imported orders, and
// compares what the database sums up with the rule, for random questions; both bases with each other over all time; the totals with the
// economics of customers and the margins of the books; and what was known at a moment with what was answered then.
func TestSalesReports(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		rapid.Check(t, func(t *rapid.T) {
			for range rapid.IntRange(1, 12).Draw(t, "events") {
				c.draw(t)
			}
			then, asked := c.Now(), drawQuery(t, c)
			before := c.ask(asked)
			if got, want := before, c.reference(asked); !slices.Equal(got, want) {
				t.Fatalf("%+v\n%q\nwant\n%q", asked, got, want)
			}
			c.bothSum(t)
			c.asTheBooks(t)
			for range rapid.IntRange(1, 6).Draw(t, "later events") {
				c.draw(t)
			}
			asked.KnownAt = &then
			if got := c.ask(asked); !slices.Equal(got, before) {
				t.Fatalf("%+v: what was known at %s is\n%q\nnot\n%q", asked, then, got, before)
			}
		})
	})
}

// drawQuery draws a question.
func drawQuery(t *rapid.T, c *company) revenue.Query {
	q := revenue.Query{Basis: rapid.SampledFrom(service.AllSalesBasis).Draw(t, "basis")}
	for _, one := range allDimensions {
		if rapid.IntRange(0, 3).Draw(t, string(one)) == 0 {
			q.By = append(q.By, one)
		}
	}
	if rapid.Bool().Draw(t, "by calendar") {
		q.By = append(q.By, rapid.SampledFrom(partsOfCalendar).Draw(t, "part"))
	}
	bound := func(label string) *time.Time {
		if rapid.Bool().Draw(t, "no "+label) {
			return nil
		}
		return ptr(c.Now().AddDate(0, 0, -rapid.IntRange(0, 120).Draw(t, label)))
	}
	if q.From, q.To = bound("from"), bound("to"); q.From != nil && q.To != nil && q.To.Before(*q.From) {
		q.From, q.To = q.To, q.From
	}
	if slices.Contains(q.By, service.SalesDimensionDay) && q.From == nil {
		q.From = ptr(c.Now().AddDate(0, 0, -500))
	}
	if rapid.Bool().Draw(t, "filtered") {
		q.Filter = &service.SalesFilter{}
		switch rapid.IntRange(0, 3).Draw(t, "by what") {
		case 0:
			q.Filter.ProductIds = graphql.OmittableOf([]string{c.coat, c.lace})
		case 1:
			q.Filter.Categories = graphql.OmittableOf([]string{rapid.SampledFrom([]string{"", "outer"}).Draw(t, "category")})
		case 2:
			q.Filter.Segments = graphql.OmittableOf([]schema.Segment{schema.FastCheap, schema.QualityCheap})
		case 3:
			q.Filter.ProductIds = graphql.OmittableOf([]string{})
		}
	}
	return q
}

// ask asks for a report and shows it.
func (c *company) ask(q revenue.Query) []string {
	r, err := c.Revenue.SalesReport(c.System(), q)
	c.Must(err)
	return rowsOf(r)
}

// bothSum checks that both bases have the same rows over all time for every dimension, and that the rows sum to the total.
func (c *company) bothSum(t *rapid.T) {
	for _, one := range append(slices.Clone(allDimensions), "") {
		q := revenue.Query{Basis: service.SalesBasisOrder}
		if one != "" {
			q.By = []service.SalesDimension{one}
		}
		r, err := c.Revenue.SalesReport(c.System(), q)
		c.Must(err)
		var sums [7]int64
		for _, row := range r.Rows {
			for i, amount := range amountsOf(row) {
				sums[i] += amount.Minor()
			}
		}
		for i, amount := range amountsOf(r.Total) {
			if sums[i] != amount.Minor() {
				t.Fatalf("by %s the rows sum to %v, not to the total %+v", one, sums, r.Total)
			}
		}
		q.Basis = service.SalesBasisBooked
		if ordered, booked := rowsOf(r), c.ask(q); !slices.Equal(ordered, booked) {
			t.Fatalf("by %s, by the moment of the order\n%q\nas booked\n%q", one, ordered, booked)
		}
	}
}

func amountsOf(row *revenue.SalesReportRow) [7]money.Amount {
	return [7]money.Amount{row.Sold, row.Refunded, row.Revenue, row.Tax, row.Gross, row.Cost, row.Margin}
}

// asTheBooks compares a report by the moment of the order with the economics of all customers, and with the margins and costs of orders.
func (c *company) asTheBooks(t *rapid.T) {
	from := c.Now().AddDate(0, 0, -rapid.IntRange(0, 200).Draw(t, "days"))
	r, err := c.Revenue.SalesReport(c.System(), revenue.Query{From: &from, Basis: service.SalesBasisOrder})
	c.Must(err)
	customers, err := c.Client.Customer.Query().All(c.System())
	c.Must(err)
	economics, err := c.Report.CustomerEconomicsOf(c.System(), customers, &from, nil)
	c.Must(err)
	var orders int
	var revenueSum, margin int64
	for _, e := range economics {
		orders, revenueSum, margin = orders+e.Orders, revenueSum+e.Revenue.Minor(), margin+e.Margin.Minor()
	}
	if r.Total.Orders != orders || r.Total.Revenue.Minor() != revenueSum || r.Total.Margin.Minor() != margin {
		t.Fatalf("the economics of customers have %d orders, a revenue of %d and a margin of %d; the report %+v", orders, revenueSum, margin, r.Total)
	}
	rows, err := c.Client.Order.Query().All(c.System())
	c.Must(err)
	var cost, tax int64
	for _, o := range rows {
		if lifetime.OrderStatus(o.Status).Sold() && !o.At.Before(from) {
			cost, tax = cost+o.Cost.Minor(), tax+o.Tax.Minor()-o.RefundedTax.Minor()
		}
	}
	if r.Total.Cost.Minor() != cost || r.Total.Tax.Minor() != tax {
		t.Fatalf("the orders have a cost of %d and a tax of %d, the report %+v", cost, tax, r.Total)
	}
}
