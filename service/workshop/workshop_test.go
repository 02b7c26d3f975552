package workshop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestDaysSumUp: what fills a day and what is free are its capacity, their money is the day's, and who may not see a customer sees a sum.
func TestDaysSumUp(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		sales := j.As(schema.RoleSales)
		owned, err := j.Client.Customer.UpdateOneID(j.boris.ID).SetOwnerID(j.colleague()).Save(j.System())
		j.Must(err)
		j.order(j.anna, 3, 1, 3) // 7 hours of the saw, 4 of the oven
		j.order(owned, 1, 1, 3)  // 3 hours, 4 of the oven
		j.hold(j.anna, 1, 3)     // 2 hours
		const saw = "1 of 8: [Anna 7 70.00; Boris 1 10.00], others 0, free 0, 80.00 and 0.00\n0.5 of 8: [Boris 2 20.00; Anna holds 2 20.00], others 0, free 4, 40.00 and 20.00"
		if got := j.days(j.System(), "saw", 2); got != saw {
			t.Errorf("the saw:\n%s", got)
		}
		if got := j.days(j.As(schema.RoleAnalyst), "saw", 2); got != saw {
			t.Errorf("the saw, to an analyst:\n%s", got)
		}
		if got := j.days(sales, "saw", 2); !strings.HasPrefix(got, "1 of 8: [Anna 7 70.00], others 0.1,") || !strings.Contains(got, "\n0.5 of 8: [Anna holds 2 20.00], others 0.2,") {
			t.Errorf("to sales:\n%s", got)
		}
		if got := j.days(j.System(), "oven", 1); got != "0.3 of 24: [Anna 4 40.00; Boris 4 40.00], others 0, free 16, 80.00 and 80.00" {
			t.Errorf("the oven:\n%s", got)
		}
		few := j.Statements(func() { j.days(sales, "saw", 2) })
		if many := j.Statements(func() { j.days(sales, "saw", 30) }); len(many) != len(few) {
			t.Errorf("%d statements for two days, %d for a month", len(few), len(many))
		}
	})
}

// TestLinesOfADay: the units of an order on a day are divided exactly among the lines that take of the resource.
func TestLinesOfADay(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		j.order(j.anna, 4, 3, 3) // 8 hours of the saw for windows, 3 for doors
		days, err := j.Workshop.Days(j.System(), j.today, j.today+1, nil)
		j.Must(err)
		for _, day := range days {
			for _, b := range day.Bookings {
				lines, err := j.Workshop.Lines(j.System(), day.Bookings)
				j.Must(err)
				sum, quantities := int64(0), []string{}
				for _, line := range lines[b] {
					sum += line.Units.Nano()
					quantities = append(quantities, line.Line.Quantity.String())
				}
				slices.Sort(quantities)
				want := "[3 4]"
				if day.Resource == "oven" {
					want = "[3]"
				}
				if sum != b.Units.Nano() || fmt.Sprint(quantities) != want {
					t.Errorf("%s: %s hours are divided into %s for %v", day.Resource, b.Units, money.Nano(sum), quantities)
				}
			}
		}
	})
}

func TestDaysThatAreWrong(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		for _, c := range []struct {
			name      string
			from, to  schema.Date
			resources []string
			want      string
		}{
			{"backwards", j.today, j.today - 1, nil, "INVALID to"},
			{"too many days", j.today, j.today + 92, nil, "LIMIT_EXCEEDED to"},
			{"a year that is none", -10_000_000, j.today, nil, "INVALID from, LIMIT_EXCEEDED to"},
			{"too many resources", j.today, j.today, make([]string, 251), "LIMIT_EXCEEDED resources"},
			{"an unknown resource", j.today, j.today, []string{"saw", "lathe"}, "NOT_FOUND resources"},
		} {
			t.Run(c.name, func(t *testing.T) {
				if _, err := j.Workshop.Days(j.System(), c.from, c.to, c.resources); apptest.Faults(err) != c.want {
					t.Errorf("%s, want %s", apptest.Faults(err), c.want)
				}
			})
		}
		if days, err := j.Workshop.Days(j.System(), j.today, j.today, []string{}); err != nil || len(days) != 0 {
			t.Errorf("of no resource: %v %v", days, err)
		}
	})
}

// TestUnkeptDates: orders that fitted no longer do since the saw has fewer hours; each is moved to the day that is said to hold, and then
// nothing is left.
func TestUnkeptDates(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		j.order(j.anna, 8, 0, 1)  // 16 hours in two days
		j.order(j.boris, 8, 0, 3) // 16 hours in the two days after
		if got := j.unkept(j.System()); got != "" {
			t.Fatalf("all fits, but %s", got)
		}
		j.capacity("saw", "5")
		if got := j.unkept(j.System()); got != "Anna due 1, 6 of saw, holds 6, 5 late\nBoris due 3, 6 of saw, holds 5, 2 late" {
			t.Fatalf("%s", got)
		}
		var before int
		statements := j.Statements(func() { j.unkept(j.System()) })
		before = len(statements)
		for range 3 {
			dates, err := j.Workshop.UnkeptDates(j.System(), nil)
			j.Must(err)
			if len(dates) == 0 {
				break
			}
			_, err = j.Sale.RescheduleOrder(j.System(), service.RescheduleOrderInput{ID: dates[0].Order.ID, DueDate: dates[0].FirstDay})
			j.Must(err)
		}
		if got := j.unkept(j.System()); got != "" {
			t.Errorf("after they are moved: %s", got)
		}
		j.capacity("saw", "0")
		if got := j.unkept(j.System()); strings.Count(got, "16 of saw, never") != 2 {
			t.Errorf("without a saw: %s", got)
		}
		sheet, err := j.Workshop.UnkeptSheet(j.System())
		j.Must(err)
		if len(sheet.Rows) != 2 || len(sheet.Fields) != len(sheet.Rows[0]) || !strings.Contains(fmt.Sprint(sheet.Rows), "saw 16  ") {
			t.Errorf("the sheet: %v", sheet)
		}
		for range 20 {
			j.capacity("saw", "800")
			j.order(j.anna, 1, 0, 9)
		}
		j.capacity("saw", "0.1")
		if after := len(j.Statements(func() { j.unkept(j.System()) })); after != before {
			t.Errorf("%d statements for two orders, %d for many", before, after)
		}
	})
}

// TestCapacityThatIsSetAhead: the saw will have fewer hours from tomorrow on, and none the day after that.
func TestCapacityThatIsSetAhead(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		o := j.order(j.anna, 8, 0, 1) // 16 hours in two days
		for days, hours := range map[schema.Date]money.Exact{1: "5", 2: "0", 3: "8"} {
			_, err := j.Rates.SetRate(j.System(), service.SetRateInput{Subject: schema.RateResource, Code: "saw", Amount: "10", Unit: "hour", ValidFrom: (j.today + days).Time(), CapacityPerDay: &hours})
			j.Must(err)
		}
		if got := j.unkept(j.System()); got != "Anna due 1, 3 of saw, holds 3, 2 late" {
			t.Errorf("%s", got)
		}
		for _, c := range []struct {
			days schema.Date
			want string
		}{{2, "DATE_IMPOSSIBLE dueDate"}, {3, ""}} {
			due := j.today + c.days
			if _, err := j.Sale.RescheduleOrder(j.System(), service.RescheduleOrderInput{ID: o.ID, DueDate: &due}); apptest.Faults(err) != c.want {
				t.Errorf("in %d days: %s, want %s", c.days, apptest.Faults(err), c.want)
			}
		}
		if got := j.unkept(j.System()); got != "" {
			t.Errorf("moved: %s", got)
		}
	})
}

// TestUnkeptDatesByAnOldID: the id of a customer who was merged into another answers with that one.
func TestUnkeptDatesByAnOldID(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		j.order(j.anna, 8, 0, 1)
		j.capacity("saw", "5")
		_, err := j.Merging.MergeCustomers(j.System(), service.MergeCustomersInput{KeepID: j.boris.ID, MergeID: j.anna.ID})
		j.Must(err)
		for _, one := range []*ent.Customer{j.anna, j.boris} {
			dates, err := j.Workshop.UnkeptDates(j.System(), &service.UnkeptDateFilter{CustomerID: graphqlSet(&one.ID)})
			j.Must(err)
			if len(dates) != 1 {
				t.Errorf("%d dates of %s, want 1", len(dates), one.Name)
			}
		}
	})
}

// TestImpossibleDayIsNamed: the text names the day that was asked for, as the calendar of the company has it.
func TestImpossibleDayIsNamed(t *testing.T) {
	for _, zone := range []string{"Asia/Tokyo", "America/New_York"} {
		t.Run(zone, func(t *testing.T) {
			each(t, func(t *testing.T, j *joinery) {
				_, err := j.ChangeSetting(j.Actor(schema.RoleAdmin), service.ChangeSettingInput{Name: "timeZone", Value: zone})
				j.Must(err)
				o, due := j.order(j.anna, 8, 0, 30), schema.Date(j.Settings().Day(j.Clock.Now()))
				_, err = j.Sale.RescheduleOrder(j.System(), service.RescheduleOrderInput{ID: o.ID, DueDate: &due})
				if apptest.Faults(err) != "DATE_IMPOSSIBLE dueDate" || !strings.Contains(err.Error(), "for "+due.String()+":") {
					t.Errorf("for %s: %v", due, err)
				}
			})
		})
	}
}

// TestUnkeptDatesOfOthers: who may not see a customer does not learn that their order is late, but it takes room from those whom they see.
func TestUnkeptDatesOfOthers(t *testing.T) {
	each(t, func(t *testing.T, j *joinery) {
		sales := j.As(schema.RoleSales)
		j.order(j.boris, 8, 0, 1)
		mine := j.order(j.anna, 8, 0, 3)
		j.Must(j.Client.Customer.UpdateOneID(j.boris.ID).SetOwnerID(j.colleague()).Exec(j.System()))
		j.capacity("saw", "5")
		if got := j.unkept(sales); got != "Anna due 3, 6 of saw, holds 5, 2 late" {
			t.Errorf("%s", got)
		}
		filter := &service.UnkeptDateFilter{}
		for name, c := range map[string]struct {
			set  func()
			want int
		}{
			"by a resource":         {func() { filter.Resources = graphqlSet([]string{"saw", "lathe"}) }, 2},
			"by another resource":   {func() { filter.Resources = graphqlSet([]string{"oven"}) }, 0},
			"by no resource":        {func() { filter.Resources = graphqlSet([]string{}) }, 0},
			"by a customer":         {func() { filter.CustomerID = graphqlSet(&j.anna.ID) }, 1},
			"by a customer of none": {func() { filter.CustomerID = graphqlSet(ptr("cus_01h455vb4pex5vsknk084sn02q")) }, 0},
		} {
			*filter = service.UnkeptDateFilter{}
			c.set()
			if dates, err := j.Workshop.UnkeptDates(j.System(), filter); err != nil || len(dates) != c.want {
				t.Errorf("%s: %d, %v", name, len(dates), err)
			}
		}
		*filter = service.UnkeptDateFilter{Resources: graphqlSet[[]string](nil), CustomerID: graphqlSet[*string](nil)}
		if _, err := j.Workshop.UnkeptDates(j.System(), filter); apptest.Faults(err) != "INVALID filter.resources, INVALID filter.customerId" {
			t.Errorf("null: %s", apptest.Faults(err))
		}
		_, err := j.Sale.CompleteOrder(j.System(), service.CompleteOrderInput{ID: mine.ID})
		j.Must(err)
		if got := j.unkept(sales); got != "" {
			t.Errorf("completed: %s", got)
		}
		if f := fault.Of(err); f != nil {
			t.Error(f)
		}
	})
}
