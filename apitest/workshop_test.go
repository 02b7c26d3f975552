package apitest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	reschedule = `mutation($in: RescheduleOrderInput!) { rescheduleOrder(input: $in) { order { id version dueAt lines { unit { amount } } history { kind by reason dueBefore due } } dueBefore due before { resource day units } after { resource day units }
		userErrors { __typename code field message ... on DateImpossible { earliest leadDays } } } }`
	askWorkshop = `{ workshop(from: "2026-11-28", to: "2026-12-02") { resource day working full others utilisation capacity booked free bookedCost { amount } idleCost { amount }
		bookings { order { id } customer { id } heldUntil units cost { amount } lines { line { quantity product { sku } } units } } } }`
	askUnkept = `query($after: Cursor, $first: Int, $before: Cursor, $last: Int) { unkeptDates(after: $after, first: $first, before: $before, last: $last) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
		edges { cursor node { order { id } customer { id } dueDay firstDay daysLate shortages { resource missing } } } } }`
)

// placed orders windows that are due in some days.
func placed(c *Client, customer, window, quantity string, lead int) string {
	token := c.Must(askDate, Vars{"c": customer, "p": window, "q": quantity, "l": lead}).Text("customer.price.token")
	return c.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}}).Text("placeOrder.order.id")
}

// TestRescheduleOrder: an order moves sooner and later with its capacity, and onto its own day nothing moves; what it costs stays.
func TestRescheduleOrder(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		placed(sales, customer, window, "12", 3)          // 13 hours
		order := placed(sales, customer, window, "15", 4) // 16.25 hours
		booked := func(r *Result, which string) (all []string) {
			for i := range r.Len("rescheduleOrder." + which) {
				at := fmt.Sprintf("rescheduleOrder.%s.%d.", which, i)
				all = append(all, strings.TrimSpace(r.Text(at+"resource")+" "+r.Text(at + "day")[8:]+" "+r.Text(at+"units")))
			}
			return all
		}
		in := func(more Vars) Vars { return Vars{"in": plus(Vars{"id": order}, more)} }
		// Later: what is booked stays on the earliest days with room.
		later := in(Vars{"dueDate": "2026-12-05", "expectedVersion": 1, "reason": "They travel", "idempotencyKey": "later"})
		r := manager.Must(reschedule, later)
		want(t, booked(r, "before"), "saw 29 3.000000004", "saw 30 8", "saw 01 5.249999991")
		want(t, booked(r, "after"), booked(r, "before")...)
		if r.Text("rescheduleOrder.dueBefore") != "2026-12-02T09:00:00Z" || r.Text("rescheduleOrder.due") != "2026-12-05T09:00:00Z" || r.Int("rescheduleOrder.order.version") != 2 {
			t.Errorf("%s", r.Body)
		}
		if last := r.Len("rescheduleOrder.order.history") - 1; r.Text(fmt.Sprintf("rescheduleOrder.order.history.%d.kind", last)) != "DUE_DATE_CHANGED" || r.Text(fmt.Sprintf("rescheduleOrder.order.history.%d.reason", last)) != "They travel" {
			t.Errorf("the history: %s", r.Body)
		}
		if again := manager.Must(reschedule, later); again.Body != r.Body {
			t.Errorf("repeated, %s\nis not\n%s", again.Body, r.Body)
		}
		manager.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", reschedule, in(Vars{"dueDate": "2026-12-06", "expectedVersion": 1, "idempotencyKey": "later"}))
		// Sooner than the capacity allows: refused with the first possible day, or overruled by who may.
		night := Vars{"dueAt": "2026-11-29T12:00:00Z", "overruleDateReason": "We work at night"}
		if r := sales.Refused("DATE_IMPOSSIBLE dueAt", reschedule, in(Vars{"dueAt": "2026-11-29T12:00:00Z"})); r.Text("rescheduleOrder.userErrors.0.earliest") != "2026-12-01T00:00:00Z" || r.Int("rescheduleOrder.userErrors.0.leadDays") != 3 {
			t.Errorf("%s", r.Body)
		}
		sales.Refused("DATE_IMPOSSIBLE dueDate", reschedule, in(Vars{"dueDate": "2026-11-30"}))
		sales.Refused("FORBIDDEN overruleDateReason", reschedule, in(night))
		over := manager.Must(reschedule, in(night))
		want(t, booked(over, "after"), "saw 29 16.249999995")
		// Onto the same day, at another hour, nothing that is booked moves, though there is room elsewhere; at the same moment nothing changes at all.
		same := sales.Must(reschedule, in(Vars{"dueAt": "2026-11-29T18:00:00Z"}))
		want(t, booked(same, "after"), "saw 29")
		none := sales.Must(reschedule, in(Vars{"dueAt": "2026-11-29T18:00:00Z", "expectedVersion": 4}))
		if none.Int("rescheduleOrder.order.version") != 4 || none.Len("rescheduleOrder.order.history") != same.Len("rescheduleOrder.order.history") {
			t.Errorf("nothing changes: %s", none.Body)
		}
		first := sales.Must(reschedule, in(Vars{"dueDate": "2026-12-01"}))
		want(t, booked(first, "after"), "saw 29", "saw 30", "saw 01")
		if first.Text("rescheduleOrder.due") != "2026-12-01T18:00:00Z" || first.Text("rescheduleOrder.order.lines.0.unit.amount") != r.Text("rescheduleOrder.order.lines.0.unit.amount") {
			t.Errorf("%s", first.Body)
		}
		// What is wrong.
		for name, c := range map[string]struct {
			in   Vars
			want string
		}{
			"neither":         {nil, "INVALID dueDate"},
			"both":            {Vars{"dueAt": "2026-12-01T12:00:00Z", "dueDate": "2026-12-01"}, "INVALID dueDate"},
			"yesterday":       {Vars{"dueDate": "2026-11-27"}, "INVALID dueDate"},
			"in twenty years": {Vars{"dueDate": "2046-11-27"}, "INVALID dueDate"},
			"in 3000":         {Vars{"dueDate": "3000-01-01", "reason": strings.Repeat("r", 2001)}, "INVALID dueDate INVALID reason"},
			"an old version":  {Vars{"dueDate": "2026-12-09", "expectedVersion": 1}, "VERSION_CONFLICT expectedVersion"},
			"another's id":    {Vars{"id": customer, "dueDate": "2026-12-09"}, "INVALID id"},
		} {
			if got := strings.Trim(fmt.Sprint(manager.Do(reschedule, in(c.in)).UserErrors()), "[]"); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		for _, role := range []schema.Role{schema.RoleAnalyst, schema.RolePartner} {
			w.As(role).Refused("FORBIDDEN", reschedule, in(Vars{"dueDate": "2026-12-09"}))
		}
		manager.Must(`mutation($in: CompleteOrderInput!) { completeOrder(input: $in) { userErrors { message } } }`, Vars{"in": Vars{"id": order}})
		sales.Refused("WRONG_STATE id", reschedule, in(Vars{"dueDate": "2026-12-09"}))
		inOrder(t, w)
	})
}

// TestWorkshopByRole: who has the scope costs sees units and money, SALES how full a day is with the orders of customers whom they may see,
// and a partner nothing.
func TestWorkshopByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		theirs := NewCustomer(admin, Vars{"name": "Hidden", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		mine := placed(admin, customer, window, "3", 2) // 3.249999999 hours
		placed(admin, theirs, window, "2", 2)           // 2.166666666
		day := func(c *Client) string {
			r := c.Must(askWorkshop, nil)
			if r.Get("workshop") == nil {
				return "null"
			}
			at := "workshop.0."
			text := fmt.Sprintf("%s %s full %s others %s booked %v free %v cost %v", r.Text(at+"resource"), r.Text(at+"day"), r.Text(at+"full"), r.Text(at+"others"), r.Get(at+"booked"), r.Get(at+"free"), r.Get(at+"bookedCost.amount"))
			for i := range r.Len(at + "bookings") {
				one := fmt.Sprintf("%sbookings.%d.", at, i)
				text += fmt.Sprintf("; %t %s %v %v", r.Text(one+"order.id") == mine, r.Text(one+"lines.0.line.quantity"), r.Get(one+"units"), r.Get(one+"lines.0.units"))
			}
			return text
		}
		for role, want := range map[schema.Role]string{
			schema.RoleAdmin:   "saw 2026-11-28 full 0.6 others 0 booked 5.416666665 free 2.583333335 cost 54.17; true 3 3.249999999 3.249999999; false 2 2.166666666 2.166666666",
			schema.RoleAnalyst: "saw 2026-11-28 full 0.6 others 0 booked 5.416666665 free 2.583333335 cost 54.17; true 3 3.249999999 3.249999999; false 2 2.166666666 2.166666666",
			schema.RoleSales:   "saw 2026-11-28 full 0.6 others 0.2 booked <nil> free <nil> cost <nil>; true 3 <nil> <nil>",
			schema.RolePartner: "null",
		} {
			if got := day(w.As(role)); got != want {
				t.Errorf("%s reads %s\nwant %s", role, got, want)
			}
		}
		if body := sales.Must(askWorkshop, nil).Body; strings.Contains(body, theirs) || strings.Contains(body, "Hidden") {
			t.Errorf("sales read of a hidden customer: %s", body)
		}
		if r := w.As(schema.RolePartner).Must(askUnkept, nil); r.Get("unkeptDates") != nil {
			t.Errorf("a partner reads %s", r.Body)
		}
	})
}

// TestUnkeptPages: the list of dates that cannot be kept is walked forwards and backwards.
func TestUnkeptPages(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		admin := w.As(schema.RoleAdmin)
		for range 5 {
			placed(admin, customer, window, "7", 4)
		}
		admin.Must(`mutation($in: SetRateInput!) { setRate(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{
			"subject": "RESOURCE", "code": "saw", "unit": "hour", "amount": "10", "capacityPerDay": "1", "fixedShare": "1", "validFrom": "2026-11-28T08:59:59Z",
		}})
		all := admin.Must(askUnkept, nil)
		if all.Int("unkeptDates.totalCount") != 5 || all.Len("unkeptDates.edges") != 5 {
			t.Fatalf("%s", all.Body)
		}
		var forwards, backwards []string
		for cursor := any(nil); ; {
			r := admin.Must(askUnkept, Vars{"first": 2, "after": cursor})
			for i := range r.Len("unkeptDates.edges") {
				forwards = append(forwards, r.Text(fmt.Sprintf("unkeptDates.edges.%d.node.order.id", i)))
			}
			if cursor = r.Get("unkeptDates.pageInfo.endCursor"); r.Get("unkeptDates.pageInfo.hasNextPage") != true {
				break
			}
		}
		for cursor := any(nil); ; {
			r := admin.Must(askUnkept, Vars{"last": 2, "before": cursor})
			for i := r.Len("unkeptDates.edges") - 1; i >= 0; i-- {
				backwards = append([]string{r.Text(fmt.Sprintf("unkeptDates.edges.%d.node.order.id", i))}, backwards...)
			}
			if cursor = r.Get("unkeptDates.pageInfo.startCursor"); r.Get("unkeptDates.pageInfo.hasPreviousPage") != true {
				break
			}
		}
		var whole []string
		for i := range 5 {
			whole = append(whole, all.Text(fmt.Sprintf("unkeptDates.edges.%d.node.order.id", i)))
		}
		want(t, forwards, whole...)
		want(t, backwards, whole...)
		for name, in := range map[string]Vars{"INVALID": {"first": -1}, "INVALID ": {"first": 101}, "INVALID  ": {"first": 1, "last": 1}} {
			if r := admin.Do(askUnkept, in); len(r.Errors) != 1 || r.Errors[0].Code() != strings.TrimSpace(name) {
				t.Errorf("%v: %s", in, r.Body)
			}
		}
	})
}

// TestNoDayIsOverFull (law 14): while orders are placed and moved to and fro at once, no day gets more than its capacity, and every order
// keeps booked what it takes.
func TestNoDayIsOverFull(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		sales := w.As(schema.RoleSales)
		other := NewCustomer(w.As(schema.RoleAdmin), Vars{"name": "Other"})
		orders := []string{placed(sales, customer, window, "7", 0), placed(sales, other, window, "7", 1), placed(sales, customer, window, "7", 2)}
		token := sales.Must(askDate, Vars{"c": other, "p": window, "q": "7", "l": 3}).Text("customer.price.token")
		var wait sync.WaitGroup
		for i := range 12 {
			wait.Go(func() {
				if i%4 == 3 {
					sales.Do(placeOrder, Vars{"in": Vars{"customerId": other, "priceTokens": []string{token}}})
					return
				}
				day := time.Date(2026, 11, 28+(i*5)%4, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				r := sales.Do(reschedule, Vars{"in": Vars{"id": orders[i%4], "dueDate": day}})
				if got := fmt.Sprint(r.UserErrors()); got != "[]" && got != "[DATE_IMPOSSIBLE dueDate]" {
					t.Errorf("%s", r.Body)
				}
			})
		}
		wait.Wait()
		if over := texts(t, w, "SELECT count(*) FROM (SELECT day FROM bookings WHERE freed_at IS NULL GROUP BY day HAVING sum(units) > 8000000000) AS days"); over != "0" {
			t.Errorf("%s days have more than eight hours", over)
		}
		if wrong := texts(t, w, "SELECT count(*) FROM (SELECT order_id FROM bookings WHERE freed_at IS NULL GROUP BY order_id HAVING sum(units) <> 7583333331) AS orders"); wrong != "0" {
			t.Errorf("%s orders have booked something else", wrong)
		}
		days := w.As(schema.RoleAdmin).Must(`{ workshop(from: "2026-11-28", to: "2027-01-28") { day bookings { order { dueAt } } } unkeptDates { totalCount } }`, nil)
		for i := range days.Len("workshop") {
			day := fmt.Sprintf("workshop.%d.", i)
			for n := range days.Len(day + "bookings") {
				if due := days.Text(fmt.Sprintf("%sbookings.%d.order.dueAt", day, n)); due[:len("2026-11-28")] < days.Text(day+"day") {
					t.Errorf("%s is booked by an order that is due at %s", days.Text(day+"day"), due)
				}
			}
		}
		if days.Int("unkeptDates.totalCount") != 0 {
			t.Errorf("dates that cannot be kept: %s", days.Body)
		}
		inOrder(t, w)
	})
}
