package pricing

import (
	"testing"
	"time"
)

// A rule for birthdays, as docs/api.md shows it, holds on the day and never where no birthday is known.
func TestBirthdayRule(t *testing.T) {
	t.Parallel()
	const onTheDay = `customer.birthday.month == at.getMonth("Europe/Moscow") + 1 && customer.birthday.day == at.getDate("Europe/Moscow")`
	condition, err := Compile(onTheDay)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		month, day int
		at         time.Time
		holds      bool
	}{
		{"on the day", 3, 2, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), true},
		{"after midnight in the zone", 3, 2, time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC), true},
		{"the day before", 3, 2, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), false},
		{"the same day of another month", 4, 2, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), false},
		{"not known", 0, 0, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			holds, err := condition.Holds(&facts{question: &Question{Customer: Customer{BirthMonth: c.month, BirthDay: c.day}, At: c.at}})
			if err != nil || holds != c.holds {
				t.Errorf("it holds: %t, %v; want %t", holds, err, c.holds)
			}
		})
	}
}
