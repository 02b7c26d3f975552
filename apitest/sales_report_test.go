package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const salesReport = `query($from: Time, $to: Time, $by: [SalesDimension!]!, $basis: SalesBasis!, $filter: SalesFilter, $known: Time) {
	salesReport(from: $from, to: $to, by: $by, basis: $basis, filter: $filter, knownAt: $known) { basis rows { ...figures } total { ...figures } uncostedOrders { id } csv } }
	fragment figures on SalesReportRow { key labels orders quantity sold { amount } refunded { amount } revenue { amount } tax { amount } gross { amount } cost { amount } margin { amount } marginShare uncosted }`

// salesRows shows the rows of a report as "key: orders quantity sold refunded revenue tax gross cost margin", and then the total.
func salesRows(r *Result) (all []string) {
	places := []string{"salesReport.total"}
	for i := range r.Len("salesReport.rows") {
		places = append(places, fmt.Sprintf("salesReport.rows.%d", i))
	}
	for _, at := range append(places[1:], places[0]) {
		var key []string
		for i := range r.Len(at + ".key") {
			key = append(key, r.Text(fmt.Sprintf("%s.key.%d", at, i)))
		}
		row := strings.Join(key, " ") + ":"
		for _, field := range []string{"orders", "quantity", "sold.amount", "refunded.amount", "revenue.amount", "tax.amount", "gross.amount", "cost.amount", "margin.amount"} {
			row += " " + r.Text(at+"."+field)
		}
		all = append(all, row)
	}
	return all
}

// TestSalesReport: a coat sold in September and one in October, given back in November. The owner asks by month.
func TestSalesReport(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
		s := openShop(w)
		buyer := NewCustomer(s.admin, Vars{"name": "Buyer"})
		sell := func(at string) string {
			order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": buyer, "priceTokens": []string{s.token(buyer, "1", 0)}, "at": at}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": at}})
			return order
		}
		sell("2026-09-10T12:00:00Z")
		october := sell("2026-10-10T12:00:00Z")
		before := w.Clock.Now()
		w.Clock.Set(before.Add(time.Hour))
		s.admin.Must(`mutation($id: ID!) { refundOrder(input: {id: $id, reason: "torn", goodsReturned: true}) { userErrors { code field message } } }`, Vars{"id": october})
		ask := func(basis string, more Vars) *Result {
			vars := Vars{"basis": basis, "by": []string{"MONTH"}}
			for name, value := range more {
				vars[name] = value
			}
			return s.admin.Must(salesReport, vars)
		}
		const september, total = "2026-09: 1  999.99 0.00 999.99 0.00 999.99 400.00 599.99", ": 1  1999.98 999.99 999.99 0.00 999.99 400.00 599.99"
		want(t, salesRows(ask("ORDER", nil)), september, "2026-10: 0  999.99 999.99 0.00 0.00 0.00 0.00 0.00", total)
		booked := ask("BOOKED", nil)
		want(t, salesRows(booked), september, "2026-10: 1  999.99 0.00 999.99 0.00 999.99 400.00 599.99", "2026-11: -1  0.00 999.99 -999.99 0.00 -999.99 -400.00 -599.99", total)
		want(t, salesRows(ask("ORDER", Vars{"known": before})), september, "2026-10: 1  999.99 0.00 999.99 0.00 999.99 400.00 599.99", ": 2  1999.98 0.00 1999.98 0.00 1999.98 800.00 1199.98")
		if got, wanted := booked.Text("salesReport.csv"), "month,orders,quantity,sold,refunded,revenue,tax,gross,cost,margin,margin_share,uncosted,currency\n"+
			"2026-09,1,,999.99,0.00,999.99,0.00,999.99,400.00,599.99,0.599996,0,RUB\n2026-10,1,,999.99,0.00,999.99,0.00,999.99,400.00,599.99,0.599996,0,RUB\n"+
			"2026-11,-1,,0.00,999.99,-999.99,0.00,-999.99,-400.00,-599.99,0.599996,0,RUB\n"; got != wanted {
			t.Errorf("CSV\n%s\nwant\n%s", got, wanted)
		}
		seller := s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Order { seller { id name } } } }`, Vars{"id": october})
		byStaff := ask("ORDER", Vars{"by": []string{"STAFF"}, "filter": Vars{}})
		if id := seller.Text("node.seller.id"); id == "" || byStaff.Text("salesReport.rows.0.key.0") != id || byStaff.Text("salesReport.rows.0.labels.0") != seller.Text("node.seller.name") {
			t.Errorf("%s, sold by %s", byStaff.Body, seller.Body)
		}
		if r := s.admin.Do(salesReport, Vars{"basis": "ORDER", "by": []string{}, "filter": Vars{"segments": nil}}); !strings.Contains(r.Body, "INVALID") {
			t.Errorf("null finds %s", r.Body)
		}
		for _, role := range []schema.Role{schema.RoleManager, schema.RoleAnalyst} {
			want(t, salesRows(w.As(role).Must(salesReport, Vars{"basis": "ORDER", "by": []string{}})), total, total)
		}
		for _, role := range []schema.Role{schema.RoleSales, schema.RolePartner} {
			if r := w.As(role).Do(salesReport, Vars{"basis": "ORDER", "by": []string{}}); !strings.Contains(r.Body, "FORBIDDEN") {
				t.Errorf("%s reads %s", role, r.Body)
			}
		}
	})
}
