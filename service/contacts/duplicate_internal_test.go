package contacts

import (
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
)

func TestMayBeOne(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(a, b *ent.Contact)
		want   bool
	}{
		"the same moment":              {func(_, _ *ent.Contact) {}, true},
		"ten minutes apart":            {func(_, b *ent.Contact) { b.At = noon.Add(10 * time.Minute) }, true},
		"earlier by ten minutes":       {func(_, b *ent.Contact) { b.At = noon.Add(-10 * time.Minute) }, true},
		"more than ten minutes apart":  {func(_, b *ent.Contact) { b.At = noon.Add(10*time.Minute + time.Microsecond) }, false},
		"before the first was over":    {func(a, b *ent.Contact) { a.Minutes, b.At = money.Whole(30), noon.Add(29*time.Minute) }, true},
		"the second before it":         {func(a, b *ent.Contact) { b.Minutes, b.At = money.Whole(30), noon.Add(-29*time.Minute) }, true},
		"when the first was over":      {func(a, b *ent.Contact) { a.Minutes, b.At = money.Whole(30), noon.Add(30*time.Minute) }, false},
		"weeks of a log on the second": {func(a, b *ent.Contact) { a.Minutes, b.At = money.Whole(100_000), noon.Add(25*time.Hour) }, false},
		"itself":                       {func(_, b *ent.Contact) { b.ID = "a" }, false},
		"another customer":             {func(_, b *ent.Contact) { b.CustomerID = "d" }, false},
		"another channel":              {func(_, b *ent.Contact) { b.Channel = schema.ByEmail }, false},
		"the other way":                {func(_, b *ent.Contact) { b.Direction = schema.Outbound }, false},
		"one is voided":                {func(_, b *ent.Contact) { b.VoidedAt = &noon }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &ent.Contact{ID: "a", CustomerID: "c", Channel: schema.ByPhone, Direction: schema.Inbound, At: noon}
			b := *a
			b.ID = "b"
			c.change(a, &b)
			if mayBeOne(a, &b) != c.want || mayBeOne(&b, a) != c.want {
				t.Errorf("it is %t; want %t, from both sides", mayBeOne(a, &b), c.want)
			}
		})
	}
}

func TestJoinedText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kept, other, want string }{
		{"", "", ""}, {"a", "", "a"}, {"", "b", "b"}, {"a", "b", "a\nb"}, {"a b", "b", "a b"}, {"12345", "6789", "12345"},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			if got := joinedText(c.kept, c.other, 9); got != c.want {
				t.Errorf("%q and %q make %q, want %q", c.kept, c.other, got, c.want)
			}
		})
	}
}
