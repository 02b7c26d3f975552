package apitest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kopeck/money"
)

// TestRandomStepsOfOrders takes orders through random steps and compares each with a model: a refusal
// depends on the state alone, refunds never exceed what is left, bookings are those of the live orders, and the books are
// closed after every step.
func TestRandomStepsOfOrders(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		const seed = 1
		random := rand.New(rand.NewPCG(seed, seed))
		type life struct {
			id, status   string
			left, margin int64 // kopecks
		}
		var lives []*life
		for step := range 120 {
			do := random.IntN(5)
			if do == 0 || len(lives) == 0 {
				lives = append(lives, &life{s.order("1", nil), "PLACED", 99999, 99999 - 40000})
				continue
			}
			l := lives[random.IntN(len(lives))]
			var faults, want string
			switch {
			case do == 1:
				faults = strings.Join(s.admin.Do(completeOrder, Vars{"in": Vars{"id": l.id}}).UserErrors(), ", ")
				if l.status != "PLACED" {
					want = "WRONG_STATE id"
				} else {
					l.status = "COMPLETED"
				}
			case do == 2:
				faults = strings.Join(s.admin.Do(cancelOrder, Vars{"in": Vars{"id": l.id, "reason": "r"}}).UserErrors(), ", ")
				if l.status != "PLACED" && (l.status != "COMPLETED" || l.left < 99999) {
					want = "WRONG_STATE id"
				} else {
					l.status = "CANCELLED"
				}
			default:
				amount := random.Int64N(60000) + 1
				in := Vars{"id": l.id, "reason": "r", "amount": roubles(fmt.Sprintf("%d.%02d", amount/100, amount%100))}
				faults = strings.Join(s.admin.Do(refundOrder, Vars{"in": in}).UserErrors(), ", ")
				switch {
				case l.status != "COMPLETED":
					want = "WRONG_STATE id"
				case amount > l.left:
					want = "INVALID amount.amount"
				default:
					l.left -= amount
					l.margin -= amount
					if l.left == 0 {
						l.status = "REFUNDED"
					}
				}
			}
			if faults != want {
				t.Fatalf("seed %d, step %d, verb %d on an order that is %s with %d left: %q, want %q", seed, step, do, l.status, l.left, faults, want)
			}
		}
		var booked, margin int64
		for _, l := range lives {
			if l.status != "CANCELLED" {
				booked += 4
			}
			if l.status == "COMPLETED" || l.status == "REFUNDED" {
				margin += l.margin
			}
			r := s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Order { status total { amount } refunded { amount } } } }`, Vars{"id": l.id})
			if r.Text("node.status") != l.status || r.Text("node.refunded.amount") != fmt.Sprintf("%d.%02d", (99999-l.left)/100, (99999-l.left)%100) {
				t.Errorf("%+v is %s", *l, r.Body)
			}
		}
		rows, err := w.App.Client.Booking.Query().All(w.System())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range rows {
			if b.FreedAt == nil {
				booked -= b.Units.Nano() / 1e9
			}
		}
		if booked != 0 {
			t.Errorf("%d hours more are needed than booked", booked)
		}
		s.isClosed(w.App.Currency.Format(money.Minor(margin)))
	})
}

// TestOrdersRecordedInAnyOrder: orders recorded late or out of order end in the same state as those recorded at once.
func TestOrdersRecordedInAnyOrder(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		now := w.Clock.Now().UTC().Truncate(time.Second)
		state := func(days []int) string {
			s.customer = NewCustomer(s.admin, Vars{})
			for _, day := range days {
				at := now.AddDate(0, 0, -day)
				order := s.order("1", Vars{"at": at})
				s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": at.Add(time.Hour)}})
				if day == 30 {
					s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("99.99"), "reason": "a stain"}})
				}
			}
			r := s.admin.Must(`query($id: ID!) { customer(id: $id) { stage lifetimeValue { frequency recency past { amount } future { amount } } } }`, Vars{"id": s.customer})
			c, err := w.App.Client.Customer.Get(w.System(), s.customer)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(r.Body, c.OrderDays, c.FirstOrderDay, c.LastOrderDay, c.Margin, c.RepeatMargin, c.LastOrderAt)
		}
		inOrder := state([]int{90, 60, 30, 2})
		for _, days := range [][]int{{2, 30, 60, 90}, {60, 2, 90, 30}} {
			if got := state(days); got != inOrder {
				t.Errorf("orders %v days ago end in\n%s\nin their order they end in\n%s", days, got, inOrder)
			}
		}
	})
}
