package value_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/store"
)

// grocer makes customers who bought every week or two up to today, and one of them who stopped long ago.
func (w *world) grocer(n int) (ids []string) {
	w.Helper()
	for i := range n {
		id, every, last := w.customer(), 3+i%12, i%14
		if i == n-1 {
			last = 200
		}
		var orders []lifetime.Order
		for k := range 4 + i%19 {
			orders = append(orders, w.bought(last+k*every, int64(10_000+1000*(i%13)+100*k)))
		}
		w.placed(id, orders...)
		ids = append(ids, id)
	}
	w.settle(ids)
	return ids
}

// settle brings the statistics of customers up to date.
func (w *world) settle(ids []string) {
	w.Helper()
	must(w, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
		return w.Books.SettleCustomers(ctx, tx, ids, "test")
	}))
}

func (w *world) knownUntil(day any) {
	w.Helper()
	_, err := w.ChangeSetting(w.system(), service.ChangeSettingInput{Name: "ordersKnownUntil", Value: day})
	must(w, err)
	w.Value.WaitSettled(w.Context())
}

// worth returns what customers are worth now.
func (w *world) worth(ids []string) (rows []*ent.Customer, all []*value.LifetimeValue) {
	w.Helper()
	for _, id := range ids {
		c := w.Client.Customer.GetX(w.system(), id)
		v, err := w.Value.LifetimeValue(value.EarningsOf(c), nil, nil, nil)
		must(w, err)
		rows, all = append(rows, c), append(all, v)
	}
	return rows, all
}

// TestSilenceOfTheLog lets time go by after the last order of all customers: nobody is less alive for it.
func TestSilenceOfTheLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.grocer(120)
		_, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: new(schema.MBGNBD)})
		must(t, err)
		must(t, w.Books.SettleAll(t.Context()))
		begun, fresh := w.worth(ids)
		if fresh[0].OrdersKnownUntil != nil {
			t.Errorf("orders are known until %v on the day of the last one; want now", fresh[0].OrdersKnownUntil)
		}
		months, err := w.Report.ExpectedMonths(w.system(), nil, nil)
		must(t, err)

		for _, days := range []int{30, 60} {
			w.ahead.Store(int64(time.Duration(days) * 24 * time.Hour))
			must(t, w.Books.SettleAll(w.Context()))
			rows, late := w.worth(ids)
			for i, v := range late {
				if v.ProbabilityAlive != fresh[i].ProbabilityAlive || v.ExpectedOrders != fresh[i].ExpectedOrders || v.Future != fresh[i].Future || v.Age != fresh[i].Age {
					t.Fatalf("after %d days %v alive, %v orders, %v; on the day of the last order %v, %v, %v; want the same (%+v)", days, v.ProbabilityAlive, v.ExpectedOrders, v.Future, fresh[i].ProbabilityAlive, fresh[i].ExpectedOrders, fresh[i].Future, w.Value.Observation())
				}
				if v.OrdersKnownUntil == nil || v.OrdersKnownUntil.String() != "2026-06-01" || !strings.Contains(strings.Join(v.Notes, ""), "orders are known until 2026-06-01") {
					t.Fatalf("after %d days orders are known until %v, with the notes %q", days, v.OrdersKnownUntil, v.Notes)
				}
				if rows[i].LifetimeValue != v.Total || rows[i].Stage != begun[i].Stage || i > 0 && i < len(ids)-1 && rows[i].Stage == schema.Former {
					t.Fatalf("after %d days customer %d is %s, listed with %v of %v", days, i, rows[i].Stage, rows[i].LifetimeValue, v.Total)
				}
			}
			then, err := w.Report.ExpectedMonths(w.system(), nil, nil)
			must(t, err)
			if then.Rows[2].Orders != months.Rows[2].Orders || then.Rows[0].From.Format(time.DateOnly) != "2026-06-02" {
				t.Errorf("after %d days %+v is expected; want %+v, from 2 June on", days, then.Rows[2], months.Rows[2])
			}
			fit, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: new(schema.MBGNBD), Activate: new(false)})
			must(t, err)
			if notes, err := value.FitNotes(fit); err != nil || !strings.Contains(strings.Join(notes, ""), "orders are known until 2026-06-01") {
				t.Errorf("the fit has the notes %q, %v", notes, err)
			}
			calibrated, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: new(schema.MBGNBD), Activate: new(false), CalibrationEnd: new(w.Now())})
			must(t, err)
			if calibrated.LogLikelihood != fit.LogLikelihood {
				t.Errorf("a calibration until now has the log-likelihood %v; want %v", calibrated.LogLikelihood, fit.LogLikelihood)
			}
		}

		// An order ends the silence: all that lie in between is known now.
		now := w.Now()
		w.placed(ids[0], lifetime.Order{Status: lifetime.OrderCompleted, Day: w.Settings().Day(now), At: now, CompletedAt: now})
		w.settle(ids[:1])
		w.Value.WaitSettled(t.Context())
		rows, after := w.worth(ids)
		if after[1].OrdersKnownUntil != nil || after[1].ProbabilityAlive >= fresh[1].ProbabilityAlive {
			t.Errorf("after a new order %+v; want less than before", after[1])
		}
		if rows[1].LifetimeValue != after[1].Total {
			t.Errorf("customer 1 is listed with %v; want %v", rows[1].LifetimeValue, after[1].Total)
		}

		w.knownUntil("2026-06-01")
		if _, noted := w.worth(ids); noted[1].ProbabilityAlive != fresh[1].ProbabilityAlive || !strings.Contains(strings.Join(noted[1].Notes, ""), "by the setting ordersKnownUntil") {
			t.Errorf("orders are said to be known until 1 June: %+v", noted[1])
		}
	})
}

// TestMonthsFromAMoment asks for the months from another moment than the observed end.
func TestMonthsFromAMoment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.grocer(60)
		all, err := w.Report.ExpectedMonths(w.system(), new(6), nil)
		must(t, err)
		begin := all.Rows[2].From.Add(time.Second) // Rows are cut to the second
		later, err := w.Report.ExpectedMonths(w.system(), new(3), &begin)
		must(t, err)
		for i, row := range later.Rows {
			if want := all.Rows[i+2]; row.Orders/want.Orders < 0.999 || row.Orders/want.Orders > 1.001 || row.OrdersLow >= row.Orders {
				t.Errorf("month %d from %v: %+v; want %+v", i, begin, row, want)
			}
		}
		for _, wrong := range []time.Time{today.Add(-time.Second), today.AddDate(11, 0, 0)} {
			if _, err := w.Report.ExpectedMonths(w.system(), nil, &wrong); err == nil || !strings.HasPrefix(err.Error(), "want a moment from") {
				t.Errorf("from %v: %v; want INVALID", wrong, err)
			}
		}
	})
}
