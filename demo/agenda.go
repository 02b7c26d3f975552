package demo

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"kopeck/costing"
	entorder "kopeck/ent/order"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// agenda books capacity as placing an order does: on the earliest worked days with room, the rest on the last one.
type agenda struct {
	company *company
	draws   *rand.Rand
	taken   map[string]map[int]int64 // billionths, by resource and day
	needs   map[string]costing.Usage // of the order at hand
}

func newAgenda(c *company) *agenda {
	return &agenda{company: c, draws: c.draws("bookings", 0), taken: map[string]map[int]int64{}, needs: map[string]costing.Usage{}}
}

// need adds what a line takes to the needs of the order at hand.
func (a *agenda) need(usage []costing.Usage) {
	for _, u := range usage {
		before := a.needs[u.Resource]
		u.Units = money.Nano(before.Units.Nano() + u.Units.Nano())
		a.needs[u.Resource] = u
	}
}

// take books the needs of an order. A cancelled order takes no room: it was freed soon after.
func (a *agenda) take(o *order) {
	calendar := a.company.service.Settings().Calendar
	first := costing.Day(o.at, a.company.zone)
	last := first + o.lead
	for last > first && !calendar.Works(last) {
		last--
	}
	if !calendar.Works(last) {
		last = first + o.lead
	}
	for _, resource := range slices.Sorted(maps.Keys(a.needs)) {
		need := a.needs[resource]
		days := a.taken[resource]
		if days == nil {
			days = map[int]int64{}
			a.taken[resource] = days
		}
		left := need.Units.Nano()
		for day := first; day <= last && left > 0; day++ {
			if day < last && !calendar.Works(day) {
				continue
			}
			units := left
			if need.Capacity != nil && day < last {
				units = min(left, max(0, need.Capacity.Nano()-days[day]))
			}
			if units == 0 {
				continue
			}
			b := booked{drawID(a.draws, id.Booking, o.at), o, costing.Booking{Resource: resource, Day: day, Units: money.Nano(units), BookedAt: o.at}}
			if o.cancelled.IsZero() {
				days[day] += units
			} else {
				b.FreedAt = &o.cancelled
			}
			o.bookings = append(o.bookings, b)
			a.company.bookings = append(a.company.bookings, b)
			left -= units
		}
	}
	clear(a.needs)
}

// index returns the bookings from a day on.
func (a *agenda) index(from int) *costing.Bookings {
	var recent []costing.Booking
	for _, b := range slices.Backward(a.company.bookings) {
		if b.Day >= from {
			recent = append(recent, b.Booking)
		} else if b.BookedAt.Before(time.Unix(int64(from-200)*86400, 0)) {
			break
		}
	}
	slices.SortFunc(recent, func(x, y costing.Booking) int { return cmp.Compare(x.Day, y.Day) })
	return costing.NewBookings(recent)
}

// moveDates moves the due dates of some orders by the verb, a week later each, or to the first day after that with room: their customers
// asked for it.
func (c *company) moveDates(ctx context.Context) error {
	ctx = c.as(ctx, c.staff["manager@erker.example"])
	orders, err := c.service.Client.Order.Query().Where(entorder.StatusEQ(schema.OrderPlaced), entorder.DueAtGTE(c.today.AddDate(0, 0, 4))).
		Order(entorder.ByDueAt(), entorder.ByID()).Limit(3).All(ctx)
	if err != nil {
		return err
	}
	for _, o := range orders {
		err := c.moveDate(ctx, o.ID, costing.Day(*o.DueAt, c.zone)+7)
		var full *fault.Error
		if errors.As(err, &full) {
			if possible, ok := full.Detail.(*fault.Impossible); ok && possible.Earliest != nil {
				err = c.moveDate(ctx, o.ID, costing.Day(*possible.Earliest, c.zone))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveDate moves the due date of an order to a day.
func (c *company) moveDate(ctx context.Context, orderID string, day int) error {
	due, reason := schema.Date(day), "Просят привезти через неделю"
	_, err := c.service.Sale.RescheduleOrder(ctx, service.RescheduleOrderInput{ID: orderID, DueDate: &due, Reason: &reason})
	return err
}

// trimmed writes a measured number with at most two decimals.
func trimmed(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
