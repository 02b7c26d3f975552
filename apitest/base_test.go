package apitest

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	askBase = `query($by: [BaseDimension!]!, $h: Int, $d: Decimal) { customerBase(by: $by, horizonMonths: $h, annualDiscountRate: $d) { horizonMonths rows { ...figures } total { ...figures } csv } }
		fragment figures on CustomerBaseRow { key labels customers alive expectedOrders past { amount } future { amount } total { amount } mean { amount } lowest { amount } median { amount } highest { amount } }`
	askRisk   = `query($t: Float, $n: Int) { valueAtRisk(threshold: $t, first: $n) { threshold until customers value { amount } rows { customer { name lifetimeValue { future { amount } probabilityAlive } } probabilityAlive probabilityAliveThen value { amount } } } }`
	askMonths = `query($n: Int) { expectedMonths(months: $n) { rows { from to orders ordersLow ordersHigh margin { amount } marginLow { amount } marginHigh { amount } } coverage { months forecasts orders margin } notes csv } }`
	askWorth  = `query($after: Cursor) { customers(first: 50, after: $after) { pageInfo { hasNextPage endCursor } edges { node { name lifetimeValue { past { amount } future { amount } total { amount } probabilityAlive expectedOrders interval { probability low { amount } high { amount } ordersLow ordersHigh } } } } } }`
)

// base creates n customers: every third without an order, the others with one to four.
func base(s *shop, n int) {
	for i := range n {
		in := Vars{"name": fmt.Sprintf("C%02d", i), "acquiredAt": nil}
		if i%2 == 0 {
			in["segment"] = []string{"FAST_CHEAP", "QUALITY_CHEAP"}[i/2%2]
		}
		if i%4 == 1 {
			in["acquiredAt"] = s.w.Clock.Now().AddDate(0, -i%5-1, 0)
		}
		s.customer = NewCustomer(s.admin, in)
		for k := range i % 3 * (1 + i%2) {
			at := s.w.Clock.Now().AddDate(0, 0, -10*i-40*k)
			order := s.order("1", Vars{"at": at})
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": at.Add(time.Hour)}})
		}
		s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"expense": roubles(fmt.Sprintf("%d.01", i))})})
	}
}

// TestCustomerBaseIsTheSumOfItsCustomers: every row and the total are the sums of the customers' own lifetime values, to the kopeck, by any
// combination of dimensions, and the CSV has the same figures.
func TestCustomerBaseIsTheSumOfItsCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		base(s, 12)
		sums := map[string]*big.Rat{}
		expected, alive := 0.0, 0.0
		r := s.admin.Must(askWorth, nil)
		n := r.Len("customers.edges")
		for i := range n {
			at := fmt.Sprintf("customers.edges.%d.node.lifetimeValue.", i)
			for _, field := range []string{"past", "future", "total"} {
				if sums[field] == nil {
					sums[field] = new(big.Rat)
				}
				sums[field].Add(sums[field], amount(t, r, at+field+".amount"))
			}
			expected += float(r, at+"expectedOrders")
			alive += float(r, at+"probabilityAlive")
			if orders := float(r, at+"expectedOrders") > 0; orders != (r.Get(at+"interval") != nil) {
				t.Errorf("got %s, want an interval exactly where orders are expected", r.Body)
			} else if orders {
				low, high, past := amount(t, r, at+"interval.low.amount"), amount(t, r, at+"interval.high.amount"), amount(t, r, at+"past.amount")
				if low.Cmp(high) > 0 || low.Cmp(past) < 0 || float(r, at+"interval.probability") != 0.8 || r.Int(at+"interval.ordersLow") > r.Int(at+"interval.ordersHigh") {
					t.Errorf("the interval of %d: %s", i, r.Body)
				}
			}
		}
		all := []string{"SEGMENT", "STAGE", "ACQUIRED", "SOURCE"}
		for subset := range 1 << len(all) {
			by := subsetOf(all, subset)
			b := s.admin.Must(askBase, Vars{"by": by})
			lines, err := csv.NewReader(strings.NewReader(b.Text("customerBase.csv"))).ReadAll()
			rows := b.Len("customerBase.rows")
			if err != nil || len(lines) != rows+1 {
				t.Fatalf("%d lines of %d rows: %v", len(lines), rows, err)
			}
			customers := 0
			for i := range rows {
				customers += b.Int(fmt.Sprintf("customerBase.rows.%d.customers", i))
			}
			if customers != n || b.Int("customerBase.total.customers") != n {
				t.Fatalf("by %s: %d customers of %d", by, customers, n)
			}
			for _, field := range []string{"past", "future", "total"} {
				sum := new(big.Rat)
				for i := range rows {
					sum.Add(sum, amount(t, b, fmt.Sprintf("customerBase.rows.%d.%s.amount", i, field)))
				}
				if sum.Cmp(sums[field]) != 0 || amount(t, b, "customerBase.total."+field+".amount").Cmp(sums[field]) != 0 {
					t.Fatalf("by %s the %s is not %s: %s", by, field, sums[field].FloatString(2), b.Body)
				}
			}
			if got := float(b, "customerBase.total.expectedOrders"); math.Abs(got-expected) > 1e-9 {
				t.Errorf("orders %v, want %v", got, expected)
			}
			if got := float(b, "customerBase.total.alive"); math.Abs(got-alive) > 1e-9 {
				t.Errorf("alive %v, want %v", got, alive)
			}
		}
		// The coming months have the orders expected of the customers.
		m := s.admin.Must(askMonths, nil)
		orders := 0.0
		for i := range 12 {
			at := fmt.Sprintf("expectedMonths.rows.%d.", i)
			orders += float(m, at+"orders")
			if float(m, at+"ordersLow") > float(m, at+"orders") || float(m, at+"ordersHigh") <= float(m, at+"orders") || amount(t, m, at+"marginLow.amount").Cmp(amount(t, m, at+"marginHigh.amount")) >= 0 {
				t.Errorf("bounds: %s", m.Body)
			}
		}
		if math.Abs(orders-expected) > 1e-9 || m.Len("expectedMonths.rows") != 12 || strings.Count(m.Text("expectedMonths.csv"), "\n") != 13 {
			t.Errorf("orders of a year %v, want %v", orders, expected)
		}
		if !strings.Contains(m.Body, `"coverage":null`) || !strings.Contains(m.Text("expectedMonths.notes"), "not measured") {
			t.Errorf("nothing was fitted, and yet bounds were measured: %s", m.Body)
		}
		if repeated := s.admin.Must(askMonths, nil); repeated.Text("expectedMonths.rows.3.marginLow.amount") != m.Text("expectedMonths.rows.3.marginLow.amount") {
			t.Error("the bounds differ when queried repeatedly")
		}
	})
}

// TestMonthsSayWhatTheyHeld: after a fit the answer has how often the bounds of months held when the log was forecast again, as a figure and
// in words, which agree.
func TestMonthsSayWhatTheyHeld(t *testing.T) {
	t.Parallel()
	sales := cdnowSample(t)
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(1998, 7, 1, 12, 0, 0, 0, time.UTC))
		w.sell(sales)
		c := w.As(schema.RoleManager)
		c.Must(fitModel, Vars{"in": Vars{"kind": "BG_NBD", "timeUnit": "WEEK"}})
		m := c.Must(askMonths, nil)
		orders, margin := m.float("expectedMonths.coverage.orders"), m.float("expectedMonths.coverage.margin")
		months, forecasts := m.Int("expectedMonths.coverage.months"), m.Int("expectedMonths.coverage.forecasts")
		if months != 12 || forecasts != 12*13/2 || !(orders > 0.4 && orders < 1) || !(margin > 0.4 && margin < 1) {
			t.Errorf("12 months were forecast from each of 12 moments before them: %s", m.Body)
		}
		says := fmt.Sprintf("held %.0f %% of the orders and %.0f %% of the margins of %d forecasts of %d months", 100*orders, 100*margin, forecasts, months)
		if min(orders, margin) < 0.75 || max(orders, margin) > 0.85 {
			says += ", not 80 %"
		}
		if notes := m.Text("expectedMonths.notes"); !strings.Contains(notes, says) || strings.Contains(notes, "not measured") {
			t.Errorf("the notes are %s, want %q", notes, says)
		}
	})
}

func float(r *Result, path string) float64 {
	f, err := strconv.ParseFloat(r.Text(path), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// TestValueAtRisk: at the beginning of the month a customer with many orders long ago is alive with a probability just above the
// threshold, and at its end with one below.
func TestValueAtRisk(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC))
		s := openShop(w)
		base(s, 9)
		const worth = `query($c: ID!) { customer(id: $c) { lifetimeValue { future { amount } probabilityAlive } } }`
		s.customer = NewCustomer(s.admin, Vars{"name": "Regular"})
		for k := range 5 {
			at := w.Clock.Now().AddDate(0, 0, -20-15*k)
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", Vars{"at": at}), "at": at}})
		}
		is := s.admin.Must(worth, Vars{"c": s.customer})
		alive := float(is, "customer.lifetimeValue.probabilityAlive")
		r := s.admin.Must(askRisk, Vars{"t": alive - 0.001, "n": 100})
		found := false
		for i := range r.Len("valueAtRisk.rows") {
			at := fmt.Sprintf("valueAtRisk.rows.%d.", i)
			if float(r, at+"probabilityAlive") < alive-0.001 || float(r, at+"probabilityAliveThen") >= alive-0.001 || r.Text(at+"value.amount") != r.Text(at+"customer.lifetimeValue.future.amount") {
				t.Errorf("a row that is not at risk: %s", r.Body)
			}
			found = found || r.Text(at+"customer.name") == "Regular"
		}
		if !found || r.Text("valueAtRisk.until") != "2026-11-01T00:00:00Z" || r.Int("valueAtRisk.customers") != r.Len("valueAtRisk.rows") {
			t.Errorf("at risk: %s", r.Body)
		}
		w.Clock.Set(time.Date(2026, 10, 31, 9, 0, 0, 0, time.UTC)) // the probability of then is that of the last day
		s.admin.token = w.fresh(schema.RoleAdmin)
		later := s.admin.Must(worth, Vars{"c": s.customer})
		for i := range r.Len("valueAtRisk.rows") {
			at := fmt.Sprintf("valueAtRisk.rows.%d.", i)
			if r.Text(at+"customer.name") == "Regular" && math.Abs(float(r, at+"probabilityAliveThen")-float(later, "customer.lifetimeValue.probabilityAlive")) > 1e-12 {
				t.Errorf("then %s, and then it was %s", r.Text(at+"probabilityAliveThen"), later.Body)
			}
		}
	})
}

func TestCustomerBaseNeedsScopeCosts(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		admin := s.admin
		for _, bad := range []struct {
			query, want string
			vars        Vars
		}{
			{askBase, "INVALID [by]", Vars{"by": []string{"STAGE", "STAGE"}}},
			{askBase, "INVALID [horizonMonths]", Vars{"by": []string{}, "h": 0}},
			{askBase, "INVALID [horizonMonths]", Vars{"by": []string{}, "h": -1}},
			{askBase, "INVALID [horizonMonths]", Vars{"by": []string{}, "h": 10000}},
			{askBase, "INVALID [annualDiscountRate]", Vars{"by": []string{}, "d": "-1"}},
			{askRisk, "INVALID [threshold]", Vars{"t": 0}},
			{askRisk, "INVALID [threshold]", Vars{"t": 1.0}},
			{askRisk, "INVALID [first]", Vars{"n": 101}},
			{askMonths, "INVALID [months]", Vars{"n": 0}},
			{askMonths, "INVALID [months]", Vars{"n": 121}},
		} {
			t.Run(bad.want, func(t *testing.T) {
				r := admin.On(t).Do(bad.query, bad.vars)
				if len(r.Errors) != 1 || r.Errors[0].Code()+" "+fmt.Sprint(r.Errors[0].Extensions["field"]) != bad.want {
					t.Errorf("%v: want %s: %s", bad.vars, bad.want, r.Body)
				}
			})
		}
		asks := map[string]Vars{askBase: {"by": []string{"STAGE"}}, askRisk: {}, askMonths: {}}
		for query, vars := range asks {
			for _, role := range []schema.Role{schema.RoleSales, schema.RolePartner} {
				if r := w.As(role).Do(query, vars); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
					t.Errorf("%s: %s", role, r.Body)
				}
			}
			if r := w.With("").Do(query, vars); len(r.Errors) != 1 || r.Errors[0].Code() != "UNAUTHENTICATED" {
				t.Errorf("anonymous: %s", r.Body)
			}
			w.As(schema.RoleAnalyst).Must(query, vars)
		}
		base(s, 3)
		counts := func() (all []int) {
			for _, query := range []string{askBase, askRisk, askMonths} {
				all = append(all, w.Statements(func() { admin.Must(query, asks[query]) }))
			}
			return all
		}
		few := counts()
		base(s, 9)
		if many := counts(); fmt.Sprint(few) != fmt.Sprint(many) {
			t.Errorf("%v statements, then %v", few, many)
		}
	})
}
