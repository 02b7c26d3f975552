package service_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/service"
)

// TestDatedInAnyOrder tells of a fitter, created on 20 November, that he is a senior from 1 October and a master from 1 November, in
// any order: the grade at each moment is the same, and a moment before one was told does not know of it.
func TestDatedInAnyOrder(t *testing.T) {
	t.Parallel()
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	from := map[string]time.Time{"senior": day(10, 1), "master": day(11, 1)}
	for _, told := range [][]string{{"senior", "master"}, {"master", "senior"}} {
		t.Run(fmt.Sprint(told), func(t *testing.T) {
			t.Parallel()
			value := func(n int, name string, validFrom, recordedAt time.Time) *ent.DatedValue {
				return &ent.DatedValue{ID: fmt.Sprintf("dvl_%d", n), Value: &name, ValidFrom: validFrom, RecordedAt: recordedAt}
			}
			values := []*ent.DatedValue{value(0, "fitter", day(11, 20), day(11, 20))}
			for i, name := range told {
				values = append(values, value(i+1, name, from[name], day(11, 21+i)))
			}
			grades := service.NewDated(values)
			for _, c := range []struct {
				at, known time.Time
				want      string
			}{
				{day(8, 1), service.EndOfTime, "fitter"},
				{day(10, 1).Add(-1), service.EndOfTime, "fitter"},
				{day(10, 1), service.EndOfTime, "senior"},
				{day(11, 1).Add(-1), service.EndOfTime, "senior"},
				{day(11, 1), service.EndOfTime, "master"},
				{day(11, 20), service.EndOfTime, "master"},
				{day(12, 1), service.EndOfTime, "master"},
				{day(11, 15), day(11, 20), "fitter"},
				{day(11, 15), day(11, 21), told[0]},
				{day(11, 15), day(11, 1), "fitter"},
			} {
				if got := grades.At(c.at, c.known, nil); got == nil || *got != c.want {
					t.Errorf("at %s as known at %s: %v, want %s", c.at, c.known, got, c.want)
				}
			}
		})
	}
	if got := service.NewDated(nil).At(day(1, 1), service.EndOfTime, nil); got != nil {
		t.Errorf("nothing is dated: %q, want the present value, none", *got)
	}
}
