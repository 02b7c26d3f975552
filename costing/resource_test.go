package costing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// A day that the clocks have skipped has no capacity and costs nothing: there was none.
func TestResourceDaysOfAZoneWithoutADay(t *testing.T) {
	t.Parallel()
	basis := costing.Basis{Rates: costing.NewRates(nil), Currency: rub, Zone: zoneOf(t, "Pacific/Apia")}
	var shown []string
	first := int(time.Date(2011, time.December, 29, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	days, err := basis.ResourceDays("saw", first, first+3, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range days {
		shown = append(shown, time.Unix(int64(one.Day)*86400, 0).UTC().Format(time.DateOnly))
	}
	if want := []string{"2011-12-29", "2011-12-31", "2012-01-01"}; !slices.Equal(shown, want) {
		t.Errorf("%v; want %v", shown, want)
	}
}

// TestResourceDays: a loom of 8 hours a day at 333.335 an hour, of which 40 % is spent even when it stands. Saturday is day off.
func TestResourceDays(t *testing.T) {
	t.Parallel()
	loom := rate("RESOURCE", "loom", "hour", "333.335")
	loom.CapacityPerDay, loom.FixedShare = some("8"), some("0.4")
	dearer := loom
	dearer.ID, dearer.Amount, dearer.ValidFrom = "later", dec("400"), costing.StartOfDay(monday+3, time.UTC).Add(20*time.Hour)
	dearer.RecordedAt = dearer.ValidFrom
	drill := rate("RESOURCE", "drill", "hour", "100") // of which no capacity is known
	freed := day.Add(time.Hour)
	basis := costing.Basis{
		Rates: costing.NewRates([]costing.Rate{loom, dearer, drill}), Currency: rub, Zone: time.UTC,
		Calendar: costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, nil),
		Bookings: costing.NewBookings([]costing.Booking{
			{Resource: "loom", Day: monday, Units: dec("5.5"), BookedAt: day},
			{Resource: "loom", Day: monday, Units: dec("1"), BookedAt: day, FreedAt: &freed},
			{Resource: "loom", Day: monday + 1, Units: dec("12"), BookedAt: day},
			{Resource: "loom", Day: monday + 5, Units: dec("1"), BookedAt: day},
			{Resource: "drill", Day: monday, Units: dec("3"), BookedAt: day},
			{Resource: "loom", Day: monday + 8, Units: dec("9000000000"), BookedAt: day},
			{Resource: "loom", Day: monday + 8, Units: dec("9000000000"), BookedAt: day},
		}),
	}
	shown := func(resource string, first, last int, knownAt time.Time) (text string, idle money.Amount) {
		days, err := basis.ResourceDays(resource, first, last, knownAt)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range days {
			capacity, utilisation := "-", "-"
			if d.Capacity != nil {
				capacity, utilisation = d.Capacity.String(), d.Utilisation.String()
			}
			text += fmt.Sprintf("%d %t %s of %s is %s, idle %s %s\n", d.Day-monday, d.Working, d.Booked, capacity, utilisation, d.Idle, rub.Format(d.IdleCost))
		}
		if idle, err = costing.IdleCost(days); err != nil {
			t.Fatal(err)
		}
		return text, idle
	}
	late := day.AddDate(1, 0, 0)
	got, idle := shown("loom", monday, monday+8, late)
	// 2.5 x 333.335 x 0.4 = 333.335, half to even 333.34; 8 x 333.335 x 0.4 = 1066.672; 8 x 400 x 0.4 = 1280.
	want := `0 true 5.5 of 8 is 0.6875, idle 2.5 333.34
1 true 12 of 8 is 1.5, idle 0 0.00
2 true 0 of 8 is 0, idle 8 1066.67
3 true 0 of 8 is 0, idle 8 1280.00
4 true 0 of 8 is 0, idle 8 1280.00
5 false 1 of 0 is 1000, idle 0 0.00
6 false 0 of 0 is 0, idle 0 0.00
7 true 0 of 8 is 0, idle 8 1280.00
8 true 9000000000 of 8 is 1000, idle 0 0.00
`
	if got != want || rub.Format(idle) != "5240.01" {
		t.Errorf("%s idle %s; want\n%s", got, rub.Format(idle), want)
	}
	if got, _ := shown("loom", monday, monday, day); got != "0 true 6.5 of 8 is 0.8125, idle 1.5 200.00\n" {
		t.Errorf("before it was freed: %s", got)
	}
	if got, _ := shown("loom", monday+3, monday+3, day); got != "3 true 0 of 8 is 0, idle 8 1066.67\n" {
		t.Errorf("before the new rate was known: %s", got)
	}
	if got, idle := shown("drill", monday, monday, late); got != "0 true 3 of - is -, idle 0 0.00\n" || !idle.IsZero() {
		t.Errorf("of unknown capacity: %s", got)
	}
	if got, _ := shown("nothing", monday, monday, late); got != "0 true 0 of - is -, idle 0 0.00\n" {
		t.Errorf("got %s, want a resource without bookings and rate is free, of unknown capacity", got)
	}
}

// TestDaysOffMakeCapacityScarce: 18 hours are booked from Friday to Monday: of 40 where every day is worked, of 20 in a week of five days.
func TestDaysOffMakeCapacityScarce(t *testing.T) {
	t.Parallel()
	loom := rate("RESOURCE", "loom", "hour", "100")
	loom.CapacityPerDay, loom.FixedShare = some("10"), some("1")
	basis := costing.Basis{
		Catalogue: costing.NewCatalogue([]costing.Product{{ID: "p", SKU: "P", Components: []costing.Component{{Resource: "loom", Quantity: dec("1")}}}}),
		Rates:     costing.NewRates([]costing.Rate{loom}), Load: costing.DefaultLoad(), Currency: rub, Zone: time.UTC,
		Bookings: costing.NewBookings([]costing.Booking{{Resource: "loom", Day: monday + 4, Units: dec("18"), BookedAt: day}}),
	}
	friday, lead := day.AddDate(0, 0, 4), 3
	marginal := func(lead int, at time.Time) string {
		cost, err := basis.Cost(costing.ProductQuestion{ProductID: "p", Quantity: dec("1"), LeadDays: &lead, At: at, KnownAt: at})
		if err != nil {
			t.Fatal(err)
		}
		return rub.Format(cost.Marginal) + " " + cost.Usage[0].Utilisation.String()
	}
	if got := marginal(lead, friday); got != "0.00 0.45" {
		t.Errorf("every day is worked: %s", got)
	}
	basis.Calendar = costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, nil)
	if got := marginal(lead, friday); got != "100.00 0.9" {
		t.Errorf("a week of five days: %s", got)
	}
	if got := marginal(0, friday.AddDate(0, 0, 1)); got != "200.00 1000" {
		t.Errorf("on a day that nobody works: %s", got)
	}
}
