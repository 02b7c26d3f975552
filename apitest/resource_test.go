package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	askResource   = `query($code: String!, $from: Time!, $to: Time!, $known: Time) { resource(code: $code) { code unit capacityPerDay rate { amount fixedShare } idleCost(from: $from, to: $to, knownAt: $known) { amount } utilisation(from: $from, to: $to, knownAt: $known) { day working capacity booked utilisation idle idleCost { amount } } } }`
	changeSetting = `mutation($n: String!, $v: JSON!) { changeSetting(input: {name: $n, value: $v}) { setting { value } userErrors { code field message } } }`
)

// utilisation formats the use of a resource day by day: "05-04 6 of 8 is 0.75, idle 2 10.00".
func utilisation(t *testing.T, c *Client, code string, from, to any, known any) (days []string, idle string) {
	t.Helper()
	r := c.Must(askResource, Vars{"code": code, "from": from, "to": to, "known": known})
	sum := int64(0)
	for i := range r.Len("resource.utilisation") {
		at := fmt.Sprintf("resource.utilisation.%d.", i)
		day := fmt.Sprintf("%s %s of %s is %s, idle %s %s", r.Text(at + "day")[5:], r.Text(at+"booked"), r.Text(at+"capacity"), r.Text(at+"utilisation"), r.Text(at+"idle"), r.Text(at+"idleCost.amount"))
		if r.Text(at+"working") == "false" {
			day += " off"
		}
		days = append(days, day)
		sum += minor(t, r.Text(at+"idleCost.amount"))
	}
	idle = r.Text("resource.idleCost.amount")
	if minor(t, idle) != sum {
		t.Errorf("the days' idle costs sum to %d: %s", sum, r.Body)
	}
	return days, idle
}

// TestUtilisationOfAWorkingWeek: a loom of eight hours a day at 50 an hour, all of it fixed. 1 May 2026 is a Friday.
func TestUtilisationOfAWorkingWeek(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
		s := openShop(w)
		put := func(name string, value any) { s.admin.Must(changeSetting, Vars{"n": name, "v": value}) }
		from, to := "2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z"
		every, idle := utilisation(t, s.admin, "loom", from, to, nil)
		if len(every) != 7 || every[1] != "05-02 0 of 8 is 0, idle 8 400.00" || idle != "2800.00" {
			t.Errorf("every day is worked by default: %v %s", every, idle)
		}
		put("workingDays", []string{"MON", "TUE", "WED", "THU", "FRI"})
		put("daysOff", []string{"2026-05-05"})
		// 5 coats of 4 hours, due in six days: 8 today, 8 on Monday, nothing on Tuesday, 4 on Wednesday.
		order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "5", 6)}}}).Text("placeOrder.order.id")
		got, idle := utilisation(t, s.admin, "loom", from, to, nil)
		want(t, got, "05-01 8 of 8 is 1, idle 0 0.00", "05-02 0 of 0 is 0, idle 0 0.00 off", "05-03 0 of 0 is 0, idle 0 0.00 off", "05-04 8 of 8 is 1, idle 0 0.00",
			"05-05 0 of 0 is 0, idle 0 0.00 off", "05-06 4 of 8 is 0.5, idle 4 200.00", "05-07 0 of 8 is 0, idle 8 400.00")
		if idle != "600.00" {
			t.Errorf("idle money %s", idle)
		}
		// Utilisation counts worked days: 20 hours over the 4 of 7 days are 0.625; over the 3 of 6 they are 0.8333 and weigh 0.6667.
		for lead, want := range map[int]string{6: "200.00", 5: "333.33", 0: "600.00"} {
			r := s.admin.Must(`query($p: ID!, $l: Int!) { node(id: $p) { ... on Product { cost(leadDays: $l) { full { amount } marginal { amount } } } } }`, Vars{"p": s.coat, "l": lead})
			if got := r.Text("node.cost.marginal.amount"); got != want || r.Text("node.cost.full.amount") != "400.00" {
				t.Errorf("in %d days one more coat costs %s, want %s", lead, got, want)
			}
		}
		// Hours that do not fit before a due date on a holiday are refused, or booked on the last working day.
		holiday := Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "1", 4)}}
		if r := s.admin.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, Vars{"in": holiday}); r.Text("placeOrder.userErrors.0.earliest") != "2026-05-06T00:00:00Z" || r.Int("placeOrder.userErrors.0.leadDays") != 5 {
			t.Errorf("the first possible day is the 6th: %s", r.Body)
		}
		s.admin.Must(placeOrder, Vars{"in": plus(holiday, Vars{"overruleDateReason": "They wait at the door"})})
		if got, _ := utilisation(t, s.admin, "loom", "2026-05-04T00:00:00Z", "2026-05-06T00:00:00Z", nil); got[0] != "05-04 12 of 8 is 1.5, idle 0 0.00" || got[1] != "05-05 0 of 0 is 0, idle 0 0.00 off" {
			t.Errorf("before a holiday: %v", got)
		}
		// The use as known then can be queried; cancelling frees capacity.
		before := w.Clock.Now().Format(time.RFC3339)
		w.Clock.Advance(time.Hour)
		s.admin.Must(cancelOrder, Vars{"in": Vars{"id": order, "reason": "r"}})
		put("daysOff", []string{})
		day := func(known any) string {
			got, _ := utilisation(t, s.admin, "loom", "2026-05-06T00:00:00Z", "2026-05-06T10:00:00Z", known)
			return strings.Join(got, ", ")
		}
		if got := day(nil) + "; " + day(before); got != "05-06 0 of 8 is 0, idle 8 400.00; 05-06 4 of 8 is 0.5, idle 4 200.00" {
			t.Errorf("now and as known before: %s", got)
		}
		// A rate valid from the middle of a day holds for that day, and not for those before.
		s.rate("RESOURCE", "loom", "60.005", Vars{"capacityPerDay": "10", "fixedShare": "0.5", "validFrom": "2026-05-06T15:00:00Z"})
		if got, _ := utilisation(t, s.admin, "loom", "2026-05-05T00:00:00Z", "2026-05-07T00:00:00Z", nil); got[0] != "05-05 0 of 8 is 0, idle 8 400.00" || got[1] != "05-06 0 of 10 is 0, idle 10 300.02" {
			t.Errorf("from the 6th on 10 hours at 30.0025 fixed: %v", got) // 300.025, half to even
		}
		if got, _ := utilisation(t, s.admin, "loom", "2026-05-06T00:00:00Z", "2026-05-07T00:00:00Z", before); got[0] != "05-06 4 of 8 is 0.5, idle 4 200.00" {
			t.Errorf("before that was known: %v", got)
		}
		inOrder(t, w)
	})
}

// TestDaysAreOfTheInstallationsZone: at 22:00 UTC it is the next day in Moscow.
func TestDaysAreOfTheInstallationsZone(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 5, 1, 22, 0, 0, 0, time.UTC))
		w.As(schema.RoleAdmin).Must(changeSetting, Vars{"n": "timeZone", "v": "Europe/Moscow"})
		s := openShop(w)
		s.order("1", nil)
		got, _ := utilisation(t, s.admin, "loom", "2026-05-01T20:59:59Z", "2026-05-01T21:00:00.000001Z", nil)
		want(t, got, "05-01 0 of 8 is 0, idle 8 400.00", "05-02 4 of 8 is 0.5, idle 4 200.00")
	})
}

func TestResourcesAreListed(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		const all = `query($from: Time!, $to: Time!) { resources { code unit capacityPerDay rate { id amount currencyCode validFrom } utilisation(from: $from, to: $to) { day booked } idleCost(from: $from, to: $to) { amount } } }`
		year := Vars{"from": "2026-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"}
		if n := admin.Must(all, year).Len("resources"); n != 0 {
			t.Errorf("%d resources of an empty company", n)
		}
		s := openShop(w)
		one := w.Statements(func() { admin.Must(all, year) })
		for i := range 20 {
			s.rate("RESOURCE", fmt.Sprint("r", i), "1", Vars{"capacityPerDay": "1", "fixedShare": "1"})
		}
		s.rate("RESOURCE", "drill", "100", nil)
		s.rate("RESOURCE", "robot", "100", Vars{"validFrom": "2199-01-01T00:00:00Z"})
		s.order("1", nil)
		var r *Result
		many := w.Statements(func() { r = admin.Must(all, year) })
		if one != many || r.Len("resources") != 23 || r.Len("resources.1.utilisation") != 366 {
			t.Errorf("%d statements for a resource, %d for %d", one, many, r.Len("resources"))
		}
		if r.Text("resources.0.code") != "drill" || r.Get("resources.0.capacityPerDay") != nil || r.Text("resources.0.rate.currencyCode") != "RUB" || r.Text("resources.0.idleCost.amount") != "0.00" {
			t.Errorf("the drill, of unknown capacity: %s", r.Body[:300])
		}
		if robot := admin.Must(`{ resource(code: "robot") { unit capacityPerDay rate { id } } none: resource(code: "cloth") { code } }`, nil); robot.Text("resource.unit") != "unit" || robot.Get("resource.rate") != nil || robot.Get("none") != nil {
			t.Errorf("what is still to come, and what is none: %s", robot.Body)
		}
		for _, role := range everyRole {
			sees := role == schema.RoleAdmin || role == schema.RoleManager || role == schema.RoleAnalyst
			r := w.As(role).Must(`{ resources { code } resource(code: "loom") { code rate { amount } } }`, nil)
			if (r.Get("resources") != nil) != sees || (r.Get("resource") != nil) != sees {
				t.Errorf("%s: %s", role, r.Body)
			}
		}
	})
}

func TestResourceAndCalendarBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		for _, bad := range []struct {
			code     string
			from, to string
			known    any
		}{
			{"INVALID", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", nil},
			{"INVALID", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", nil},
			{"INVALID", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", nil},
			{"INVALID", "2026-01-01T00:00:00Z", "9999-01-01T00:00:00Z", nil},
			{"INVALID", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2199-01-01T00:00:00Z"},
			{"LIMIT_EXCEEDED", "2026-01-01T00:00:00Z", "2027-01-02T00:00:01Z", nil},
		} {
			t.Run(bad.from+" to "+bad.to, func(t *testing.T) {
				for _, field := range []string{"utilisation(from: $f, to: $t, knownAt: $k) { day }", "idleCost(from: $f, to: $t, knownAt: $k) { amount }"} {
					r := s.admin.On(t).Do(`query($f: Time!, $t: Time!, $k: Time) { resource(code: "loom") { `+field+` } }`, Vars{"f": bad.from, "t": bad.to, "k": bad.known})
					if len(r.Errors) == 0 || r.Errors[0].Code() != bad.code {
						t.Errorf("%v: %s", bad, r.Body)
					}
				}
			})
		}
		for _, bad := range []struct {
			name  string
			value any
		}{
			{"workingDays", []string{}},
			{"workingDays", []string{"MONDAY"}},
			{"workingDays", "MON"},
			{"workingDays", nil},
			{"workingDays", []int{1}},
			{"daysOff", []string{"2026-02-30"}},
			{"daysOff", []string{"01.05.2026"}},
			{"daysOff", []string{"0001-01-01"}},
			{"daysOff", nil},
			{"daysOff", "2026-05-01"},
		} {
			t.Run(bad.name, func(t *testing.T) {
				r := s.admin.On(t).Do(changeSetting, Vars{"n": bad.name, "v": bad.value})
				if faults := r.UserErrors(); len(r.Errors) == 0 && (len(faults) != 1 || faults[0] != "INVALID value") {
					t.Errorf("%s %v: %s", bad.name, bad.value, r.Body)
				}
			})
		}
		r := s.admin.Must(`{ settings { name value } }`, nil)
		for i := range r.Len("settings") {
			at := fmt.Sprintf("settings.%d.", i)
			if name := r.Text(at + "name"); name == "workingDays" && r.Text(at+"value") != "[MON TUE WED THU FRI SAT SUN]" || name == "daysOff" && r.Text(at+"value") != "[]" {
				t.Errorf("%s is %s after bad input alone", name, r.Text(at+"value"))
			}
		}
		w.As(schema.RoleManager).Refused("FORBIDDEN", changeSetting, Vars{"n": "workingDays", "v": []string{"MON"}})
	})
}
