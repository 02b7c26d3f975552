package apitest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"kopeck/money"
)

// TestParallelOrdersShareTheCapacity: orders placed at once do not share the same capacity: the looms of all days but
// the due one are filled exactly.
func TestParallelOrdersShareTheCapacity(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		tokens := make([]string, 10)
		customers := make([]string, len(tokens))
		for i := range tokens {
			customers[i] = NewCustomer(s.admin, Vars{"name": fmt.Sprint("C", i)})
			tokens[i] = s.token(customers[i], "1.5", 7) // six hours of eight
		}
		at := w.Clock.Now()
		concurrently(len(tokens), func(i int) {
			s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": customers[i], "priceTokens": []string{tokens[i]}, "at": at}})
		})
		booked := map[int]money.Amount{}
		rows, err := w.App.Client.Booking.Query().All(w.System())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range rows {
			if booked[b.Day], err = booked[b.Day].Plus(money.Minor(b.Units.Nano())); err != nil {
				t.Fatal(err)
			}
		}
		first := w.App.Settings().Day(at)
		for day := first; day < first+7; day++ { // 60 hours: seven days of eight, and four hours
			if got := booked[day].Minor(); got != 8e9 {
				t.Errorf("day %d: %d billionths of an hour, want 8 hours", day-first, got)
			}
		}
		if got := booked[first+7].Minor(); got != 4e9 {
			t.Errorf("the due day: %d billionths of an hour, want 4 hours", got)
		}
	})
}

func TestParallelRefundsNeverPassWhatIsLeft(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		order := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		var mu sync.Mutex
		given := 0
		concurrently(8, func(int) {
			r := s.admin.Do(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("300.00"), "reason": "r"}})
			mu.Lock()
			defer mu.Unlock()
			switch got := strings.Join(r.UserErrors(), ", "); {
			case len(r.Errors) > 0:
				t.Errorf("got %s, want no error", r.Body)
			case got == "":
				given++
			case got != "INVALID amount.amount":
				t.Errorf("got %s, want INVALID amount.amount", r.Body)
			}
		})
		r := s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Order { refunded { amount } margin { amount } } } }`, Vars{"id": order})
		if given != 3 || r.Text("node.refunded.amount") != "900.00" || r.Text("node.margin.amount") != "-300.01" {
			t.Errorf("%d refunds of 300: %s", given, r.Body)
		}
		s.isClosed("-300.01")
	})
}

// TestSameKeyAtOnce: a request sent twice at the same moment is carried out once, and both senders get its answer.
func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		in := Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "1", 0)}, "id": "ord_01jd3x5m8nf4svbj2k7q9w0e1r", "idempotencyKey": "k"}
		concurrently(6, func(int) {
			if r := s.admin.Do(placeOrder, Vars{"in": in}); len(r.Errors) > 0 || len(r.UserErrors()) > 0 || r.Text("placeOrder.order.id") != in["id"] {
				t.Errorf("got %s, want the order placed", r.Body)
			}
		})
		concurrently(6, func(int) {
			r := s.admin.Do(completeOrder, Vars{"in": Vars{"id": in["id"], "idempotencyKey": "l"}})
			if len(r.Errors) > 0 || len(r.UserErrors()) > 0 || r.Text("completeOrder.order.status") != "COMPLETED" {
				t.Errorf("got %s, want the order COMPLETED", r.Body)
			}
		})
		if n := s.admin.Must(`{ orders { totalCount } }`, nil).Int("orders.totalCount"); n != 1 {
			t.Errorf("%d orders, want 1", n)
		}
	})
}

// concurrently runs f n times at once.
func concurrently(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}
