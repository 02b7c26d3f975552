package costing_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/costing"
)

// TestCapacities: a saw of eight hours a day has four from the second day on, as was told on the first, and six from the third, as was
// told later.
func TestCapacities(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	first := costing.Day(start, time.UTC)
	at := func(days, hours int) time.Time {
		return start.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)
	}
	rate := func(capacity string, from, recorded time.Time) costing.Rate {
		r := costing.Rate{ID: capacity, Subject: costing.SubjectResource, Code: "saw", Unit: "hour", Amount: dec("1"), ValidFrom: from, RecordedAt: recorded}
		if capacity != "" {
			r.CapacityPerDay = some(capacity)
		}
		return r
	}
	rates := costing.NewRates([]costing.Rate{
		rate("8", at(-9, 0), at(-9, 0)), rate("5", at(1, 6), at(0, 1)), rate("4", at(1, 12), at(0, 1)), rate("6", at(2, 0), at(0, 5)), rate("", at(3, 0), at(0, 1)),
	})
	for _, c := range []struct {
		name      string
		at, known time.Time
		want      string
	}{
		{"before it is told", at(0, 0), at(0, 0), "8 []"},
		{"as told on the first day", at(0, 1), at(0, 1), fmt.Sprintf("8 [{%d 4}]", first+1)},
		{"as told later", at(0, 1), at(9, 0), fmt.Sprintf("8 [{%d 4} {%d 6}]", first+1, first+2)},
		{"when it has changed", at(1, 12), at(9, 0), fmt.Sprintf("4 [{%d 6}]", first+2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, later := rates.Capacities("saw", c.at, c.known, time.UTC)
			if got := fmt.Sprint(now, " ", later); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if now, later := rates.Capacities("lathe", at(0, 0), at(0, 0), time.UTC); now != nil || later != nil {
		t.Errorf("of an unknown resource: %v %v", now, later)
	}
	need := costing.Usage{Resource: "saw", Units: dec("20"), Capacity: some("8"), Later: []costing.CapacityFrom{{first + 1, dec("4")}, {first + 2, dec("6")}}}
	earliest, ok := costing.Earliest([]costing.Usage{need}, first, costing.Calendar{}, nil, at(0, 0))
	if !ok || earliest != first+3 {
		t.Errorf("20 hours of 8, 4, 6 and 6 are ready on day %d", earliest-first)
	}
	var plan []string
	for _, b := range costing.Plan([]costing.Usage{need}, first, first+3, costing.Calendar{}, nil, at(0, 0)) {
		plan = append(plan, fmt.Sprint(b.Day-first, ":", b.Units))
	}
	if text := fmt.Sprint(plan); text != "[0:8 1:4 2:6 3:2]" {
		t.Errorf("planned %s", text)
	}
	held, ok := costing.PlanHold([]costing.Usage{need}, first, first+9, costing.HoldLimit{Share: dec("0.5")}, costing.Calendar{}, nil, at(0, 0))
	plan = nil
	for _, b := range held {
		plan = append(plan, fmt.Sprint(b.Day-first, ":", b.Units))
	}
	if text := fmt.Sprint(plan, ok); text != "[0:8 2:1 3:3 4:3 5:3 6:2] true" {
		t.Errorf("held %s", text)
	}
}
