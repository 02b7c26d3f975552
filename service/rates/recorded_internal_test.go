package rates

import (
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
)

// day returns noon of a day of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func oak(amount string, from, recordedAt time.Time) costing.Rate {
	return costing.Rate{ID: amount, Subject: costing.SubjectMaterial, Code: "oak", Unit: "kg", Amount: money.MustDecimal(amount), ValidFrom: from, RecordedAt: recordedAt}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	there := []costing.Rate{oak("10", day(1), day(1)), oak("12", day(10), day(9))}
	now := day(20)
	for name, c := range map[string]struct {
		add        func(*NewRate)
		fails      fault.Code
		recordedAt time.Time
		until      time.Time
	}{
		"before all others":             {func(r *NewRate) { r.ValidFrom = day(1).AddDate(0, -1, 0) }, "", now, day(1)},
		"between others":                {func(r *NewRate) { r.ValidFrom = day(5) }, "", now, day(10)},
		"after all others":              {func(r *NewRate) { r.ValidFrom = day(15) }, "", now, service.EndOfTime},
		"recorded at a moment of its":   {func(r *NewRate) { r.ValidFrom, r.RecordedAt = day(15), day(16) }, "", day(16), service.EndOfTime},
		"one is there":                  {func(r *NewRate) { r.ValidFrom = day(10) }, fault.AlreadyExists, time.Time{}, time.Time{}},
		"a correction":                  {func(r *NewRate) { r.ValidFrom, r.Correction = day(10), true }, "", now, service.EndOfTime},
		"another unit":                  {func(r *NewRate) { r.ValidFrom, r.Unit = day(15), "t" }, fault.Invalid, time.Time{}, time.Time{}},
		"another unit, as a correction": {func(r *NewRate) { r.ValidFrom, r.Unit, r.Correction = day(10), "t", true }, "", now, service.EndOfTime},
		"another code":                  {func(r *NewRate) { r.Code, r.Unit = "elm", "t" }, "", now, service.EndOfTime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := recorded(there)
			r := NewRate{Rate: oak("11", day(10), time.Time{})}
			c.add(&r)
			before := len(all[r.Key()])
			err := all.Place(&r, now)
			if c.fails != "" {
				if !fault.Is(err, c.fails) || len(all[r.Key()]) != before {
					t.Errorf("%v; %d rates of %s", err, len(all[r.Key()]), r.Code)
				}
				return
			}
			if err != nil || !r.RecordedAt.Equal(c.recordedAt) {
				t.Errorf("%v; recorded at %s; want %s", err, r.RecordedAt, c.recordedAt)
			}
			if until := all.covered(r).until; !until.Equal(c.until) {
				t.Errorf("it holds until %s; want %s", until, c.until)
			}
			if holds := all.Holding(r.Key(), r.ValidFrom); holds == nil || holds.ID != r.ID {
				t.Errorf("%v holds from %s on", holds, r.ValidFrom)
			}
		})
	}
}

// TestACorrectionIsRecordedAfterWhatItCorrects, also where the clock of whoever recorded that one was ahead of ours.
func TestACorrectionIsRecordedAfterWhatItCorrects(t *testing.T) {
	t.Parallel()
	now := day(20)
	all := recorded([]costing.Rate{oak("12", day(10), now.Add(time.Minute))})
	r := NewRate{Rate: oak("11", day(10), time.Time{}), Correction: true}
	if err := all.Place(&r, now); err != nil || !r.RecordedAt.After(now.Add(time.Minute)) {
		t.Errorf("%v; recorded at %s", err, r.RecordedAt)
	}
	if holds := all.Holding(r.Key(), r.ValidFrom); holds.ID != r.ID {
		t.Errorf("%s holds", holds.ID)
	}
}

func TestHoldingWhereNoneBegins(t *testing.T) {
	t.Parallel()
	all := recorded([]costing.Rate{oak("12", day(10), day(10))})
	if holds := all.Holding(costing.RateKey{Subject: costing.SubjectMaterial, Code: "oak"}, day(11)); holds != nil {
		t.Errorf("got %v, want no rate before the first begins", holds)
	}
}

func TestSameRate(t *testing.T) {
	t.Parallel()
	half, third := money.MustDecimal("0.5"), money.MustDecimal("0.3")
	base := costing.Rate{Unit: "hour", Amount: money.Whole(5), FixedShare: &half}
	for _, c := range []struct {
		name   string
		change func(r *costing.Rate)
		same   bool
	}{
		{"the same", func(r *costing.Rate) { equal := half; r.FixedShare = &equal }, true},
		{"of another time", func(r *costing.Rate) { r.ValidFrom = day(1) }, true},
		{"another unit", func(r *costing.Rate) { r.Unit = "minute" }, false},
		{"another amount", func(r *costing.Rate) { r.Amount = third }, false},
		{"another share", func(r *costing.Rate) { r.FixedShare = &third }, false},
		{"no share", func(r *costing.Rate) { r.FixedShare = nil }, false},
		{"a capacity", func(r *costing.Rate) { r.CapacityPerDay = &half }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			other := base
			c.change(&other)
			if got := Same(base, other); got != c.same {
				t.Errorf("the same: %t", got)
			}
		})
	}
}
