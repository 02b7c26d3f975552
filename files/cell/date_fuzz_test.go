package cell

import (
	"strings"
	"testing"
	"time"

	"kopeck/files/option"
	"kopeck/service"
)

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"2026-01-02", "20260102", "02.01.2026", "2026-01-02T03:04:05Z", "2026-01-02 03:04", "0000-00-00", "99999999", "2024-02-29", "2023-02-29"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	zone, err := time.LoadLocation("America/Sao_Paulo") // where some days begin at one o'clock
	if err != nil {
		f.Fatal(err)
	}
	settings := &service.Settings{Zone: zone}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := NewDates(settings, now, option.Options{})
		if err != nil {
			t.Fatal(err)
		}
		at, err := d.Parse(text)
		if err != nil {
			return
		}
		if at.Year() < 1899 || at.After(now.Add(5*time.Minute)) {
			t.Fatalf("%q is %v", text, at)
		}
		digits := strings.NewReplacer("-", "", ".", "").Replace(text)
		if len(digits) == 8 && len(text) <= 10 {
			want := digits
			if strings.Contains(text, ".") {
				want = digits[4:] + digits[2:4] + digits[:2]
			}
			if got := d.DayOf(at); got != want {
				t.Fatalf("%q is the day %s", text, got)
			}
		}
		if second, err := d.Parse(text); err != nil || !second.Equal(at) {
			t.Fatalf("%q is %v, then %v %v", text, at, second, err)
		}
	})
}
