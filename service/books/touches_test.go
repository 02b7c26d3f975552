package books

import (
	"slices"
	"testing"
	"time"

	"kopeck/attribution"
)

// hour is a moment some hours after the tests' beginning.
func hour(n int) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

// touched are contacts by their names, at hours.
func touched(names string, hours ...int) []attribution.Touch {
	all := make([]attribution.Touch, len(hours))
	for i, n := range hours {
		all[i] = attribution.Touch{ContactID: names[i : i+1], At: hour(n), State: "CALL PHONE"}
	}
	return all
}

func names(all []attribution.Touch) (text string) {
	for _, one := range all {
		text += one.ContactID
	}
	return text
}

func TestContactsBeforeAnOrder(t *testing.T) {
	t.Parallel()
	customer := &touches{own: touched("abcd", 0, 10, 20, 30), recommended: touched("xy", -500, 25), first: "first"}
	for name, c := range map[string]struct {
		of      *touches
		id      string
		at      int
		window  int // hours
		contact string
	}{
		"nobody was in contact":           {nil, "first", 20, 24, ""},
		"the window begins with":          {customer, "other", 20, 10, "bc"},
		"a contact after the order":       {customer, "other", 19, 19, "ab"},
		"all":                             {customer, "other", 100, 1000, "abcd"},
		"none in the window":              {customer, "other", 100, 5, ""},
		"the first order: recommended":    {customer, "first", 20, 10, "bcx"},
		"the first order: later ones too": {customer, "first", 25, 5, "cxy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.of.before(SoldOrder{ID: c.id, CompletedAt: hour(c.at)}, time.Duration(c.window)*time.Hour)
			if names(got) != c.contact {
				t.Errorf("contacts %q, want %q", names(got), c.contact)
			}
		})
	}
}

func TestOrdersAreCollectedOnce(t *testing.T) {
	t.Parallel()
	var set orderSet
	set.add([]SoldOrder{{ID: "a"}, {ID: "b"}})
	set.add([]SoldOrder{{ID: "b", Sold: true}, {ID: "c"}})
	set.add(nil)
	if got := orderIDs(set.all); !slices.Equal(got, []string{"a", "b", "c"}) || set.all[1].Sold {
		t.Errorf("%v, want a, b and c as they came first", got)
	}
}
