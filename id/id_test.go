package id_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"kopeck/fault"
	"kopeck/id"
)

func now() time.Time { return time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC) }

func TestMakeIsUniqueAndSorted(t *testing.T) {
	t.Parallel()
	const makers, each = 8, 1000
	m := id.New(now, nil) // the clock stands still, so that only the counter distinguishes the ids
	made := make([][]string, makers)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			for range each {
				made[i] = append(made[i], m.Make(id.Customer))
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, ids := range made {
		if !slices.IsSorted(ids) {
			t.Error("ids made one after the other do not sort in this order")
		}
		for _, one := range ids {
			seen[one] = true
			if err := id.Check("", id.Customer, one); err != nil {
				t.Fatalf("%s: %v", one, err)
			}
		}
	}
	if len(seen) != makers*each {
		t.Errorf("%d different ids, want %d", len(seen), makers*each)
	}
}

func TestMakeAfterTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	at := now()
	m := id.New(func() time.Time { return at }, nil)
	before := m.Make(id.Order)
	at = at.Add(-time.Hour)
	if after := m.Make(id.Order); after <= before {
		t.Errorf("%s was made after %s and sorts before it", after, before)
	}
}

func TestMakePanicsWithoutRandomness(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	id.New(now, iotest.ErrReader(iotest.ErrTimeout)).Make(id.Customer)
}

func TestAtIsReproducible(t *testing.T) {
	t.Parallel()
	if got := id.At(id.Rate, [16]byte{15: 1}); got != "rat_00000000000000000000000001" {
		t.Error(got)
	}
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"cus_01h455vb4pex5vsknk084sn02q": "cus",
		"01h455vb4pex5vsknk084sn02q":     "",
		"cus_01h455":                     "",
		"cus":                            "",
		"":                               "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got := id.Prefix(text); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const good = "cus_01h455vb4pex5vsknk084sn02q"
	for _, c := range []struct{ name, text, want string }{
		{"an id", good, ""},
		{"another type", "ord_01h455vb4pex5vsknk084sn02q", "an id of another type: it begins with ord_, send one that begins with cus_"},
		{"capital letters", strings.ToUpper(good), "not an id; send cus_ followed by 26 characters"},
		{"a character too few", good[:len(good)-1], "not an id; send cus_ followed by 26 characters"},
		{"nothing", "", "not an id; send cus_ followed by 26 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := id.Check("customerId", id.Customer, c.text)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || err.Error() != c.want || !slices.Equal(fault.Of(err).Path, []string{"customerId"})):
				t.Errorf("%+v, want %s", err, c.want)
			}
		})
	}
}
