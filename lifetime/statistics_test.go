package lifetime_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/money"
)

func onDay(n int) time.Time { return time.Unix(int64(n)*86400, 0).UTC().Add(9 * time.Hour) }

// soldOn is an order of a day, completed an hour later.
func soldOn(status lifetime.OrderStatus, day int, margin int64) lifetime.Order {
	return lifetime.Order{Status: status, Day: day, At: onDay(day), CompletedAt: onDay(day).Add(time.Hour), Margin: money.Minor(margin)}
}

func TestStatisticsOf(t *testing.T) {
	t.Parallel()
	done, back := lifetime.OrderCompleted, lifetime.OrderRefunded
	for name, c := range map[string]struct {
		orders []lifetime.Order
		want   lifetime.Statistics
	}{
		"no orders": {nil, lifetime.NoStatistics()},
		"one": {
			[]lifetime.Order{soldOn(done, 20000, 100)},
			lifetime.Statistics{OrderDays: 1, FirstDay: 20000, LastDay: 20000, Margin: money.Minor(100), Recent: "20000:100", LastOrderAt: onDay(20000), LastCompletedAt: onDay(20000).Add(time.Hour)},
		},
		"two of one day are one order day, and none is a repeat": {
			[]lifetime.Order{soldOn(done, 20000, 100), soldOn(done, 20000, 7)},
			lifetime.Statistics{OrderDays: 1, FirstDay: 20000, LastDay: 20000, Margin: money.Minor(107), Recent: "20000:107", LastOrderAt: onDay(20000), LastCompletedAt: onDay(20000).Add(time.Hour)},
		},
		"repeats, given in any order": {
			[]lifetime.Order{soldOn(done, 20010, -30), soldOn(done, 20000, 100), soldOn(done, 20010, 5)},
			lifetime.Statistics{
				OrderDays: 2, FirstDay: 20000, LastDay: 20010, Margin: money.Minor(75), RepeatMargin: money.Minor(-25), Recent: "20000:100,20010:-25",
				LastOrderAt: onDay(20010), LastCompletedAt: onDay(20010).Add(time.Hour),
			},
		},
		"given back in full: no day, but a margin": {
			[]lifetime.Order{soldOn(back, 19000, -40), soldOn(done, 20000, 100), soldOn(back, 20010, -60)},
			lifetime.Statistics{OrderDays: 1, FirstDay: 20000, LastDay: 20000, Margin: money.Minor(0), RefundedMargin: money.Minor(-100), Recent: "20000:100", LastOrderAt: onDay(20000), LastCompletedAt: onDay(20000).Add(time.Hour)},
		},
		"only given back": {
			[]lifetime.Order{soldOn(back, 20000, -40)},
			lifetime.Statistics{Margin: money.Minor(-40), RefundedMargin: money.Minor(-40), LastOrderAt: time.Unix(0, 0).UTC()},
		},
		"placed or cancelled: nothing": {
			[]lifetime.Order{soldOn("PLACED", 20000, 40), soldOn("CANCELLED", 20001, 40)}, lifetime.NoStatistics(),
		},
		"before 1970": {
			[]lifetime.Order{soldOn(done, -10, 1)},
			lifetime.Statistics{OrderDays: 1, FirstDay: -10, LastDay: -10, Margin: money.Minor(1), Recent: "-10:1", LastOrderAt: onDay(-10), LastCompletedAt: onDay(-10).Add(time.Hour)},
		},
		"completed later than an order after it": {
			[]lifetime.Order{
				{Status: done, Day: 20000, At: onDay(20000), CompletedAt: onDay(20050), Margin: money.Minor(1)}, soldOn(done, 20010, 2),
			},
			lifetime.Statistics{
				OrderDays: 2, FirstDay: 20000, LastDay: 20010, Margin: money.Minor(3), RepeatMargin: money.Minor(2), Recent: "20000:1,20010:2", LastOrderAt: onDay(20010), LastCompletedAt: onDay(20050),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := lifetime.StatisticsOf(c.orders); err != nil || got != c.want {
				t.Errorf("%+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestStatisticsOverflow(t *testing.T) {
	t.Parallel()
	orders := []lifetime.Order{soldOn(lifetime.OrderCompleted, 1, math.MaxInt64), soldOn(lifetime.OrderCompleted, 2, 1)}
	if got, err := lifetime.StatisticsOf(orders); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("%+v, %v; want ErrOverflow", got, err)
	}
}

// TestStatisticsOfAnyOrders: days and margins are what sets and plain sums give, whatever the order of the input.
func TestStatisticsOfAnyOrders(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var orders []lifetime.Order
		for range rapid.IntRange(0, 12).Draw(t, "orders") {
			status := rapid.SampledFrom([]lifetime.OrderStatus{lifetime.OrderCompleted, lifetime.OrderCompleted, lifetime.OrderRefunded, "PLACED", "CANCELLED"}).Draw(t, "status")
			orders = append(orders, soldOn(status, rapid.IntRange(1, 20).Draw(t, "day"), rapid.Int64Range(-1e6, 1e6).Draw(t, "margin")))
		}
		got, err := lifetime.StatisticsOf(orders)
		if err != nil {
			t.Fatal(err)
		}
		days, first, margin, repeat, back := map[int]bool{}, math.MaxInt, new(big.Int), new(big.Int), new(big.Int)
		for _, o := range orders {
			if o.Status == lifetime.OrderCompleted {
				days[o.Day] = true
				first = min(first, o.Day)
			}
		}
		for _, o := range orders {
			sold := o.Status == lifetime.OrderCompleted || o.Status == lifetime.OrderRefunded
			if sold {
				margin.Add(margin, big.NewInt(o.Margin.Minor()))
			}
			if o.Status == lifetime.OrderRefunded {
				back.Add(back, big.NewInt(o.Margin.Minor()))
			}
			if o.Status == lifetime.OrderCompleted && o.Day != first {
				repeat.Add(repeat, big.NewInt(o.Margin.Minor()))
			}
		}
		if got.OrderDays != len(days) || margin.Int64() != got.Margin.Minor() || repeat.Int64() != got.RepeatMargin.Minor() || back.Int64() != got.RefundedMargin.Minor() {
			t.Fatalf("%+v of %d days, %d, %d and %d", got, len(days), margin, repeat, back)
		}
		if len(days) > 0 && (got.FirstDay != first || !days[got.LastDay] || !got.LastOrderAt.Equal(onDay(got.LastDay))) {
			t.Fatalf("%+v from day %d on", got, first)
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
		if second, err := lifetime.StatisticsOf(orders); err != nil || second != got {
			t.Fatalf("in another order %+v, %v; was %+v", second, err, got)
		}
	})
}

func TestPast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		margin, contacts, acquisition, want int64
		err                                 error
	}{
		"nothing":    {0, 0, 0, 0, nil},
		"a customer": {1000, 300, 200, 500, nil},
		"a prospect": {0, 300, 200, -500, nil},
		"too small":  {-2, math.MaxInt64, 0, 0, money.ErrOverflow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := lifetime.Past(money.Minor(c.margin), money.Minor(c.contacts), money.Minor(c.acquisition))
			if got.Minor() != c.want || !errors.Is(err, c.err) {
				t.Errorf("%d, %v; want %d, %v", got.Minor(), err, c.want, c.err)
			}
		})
	}
}
