package books

import (
	"errors"
	"math"
	"testing"
	"time"

	"kopeck/attribution"
	"kopeck/id"
	"kopeck/money"
)

// TestCreditChanges compares divisions with stored credits of a contact "kept" (60 of 100, at the first place) and one "gone" (40).
func TestCreditChanges(t *testing.T) {
	t.Parallel()
	stored := func() map[string]storedCredit {
		return map[string]storedCredit{
			"kept": {"crd_1", "o", "kept", 0, money.Minor(60), credited("", 0, 60).Share},
			"gone": {"crd_2", "o", "gone", 1, money.Minor(40), credited("", 0, 40).Share},
		}
	}
	sold := SoldOrder{ID: "o", Sold: true, Margin: money.Minor(100), Model: attribution.Linear}
	type counts struct{ orders, changed, made, gone int }
	for name, c := range map[string]struct {
		order    SoldOrder
		credits  []attribution.Credit
		stored   map[string]storedCredit
		want     counts
		realised map[string]int64
	}{
		"nothing changed": {
			sold, []attribution.Credit{credited("kept", 60, 60), credited("gone", 40, 40)}, stored(), counts{}, map[string]int64{},
		},
		"another contact came": {
			sold, []attribution.Credit{credited("kept", 60, 60), credited("new", 40, 40)}, stored(), counts{made: 1, gone: 1}, map[string]int64{"new": 40, "gone": -40},
		},
		"amounts changed": {
			sold, []attribution.Credit{credited("kept", 30, 60), credited("gone", 20, 40)}, stored(), counts{changed: 2}, map[string]int64{"kept": -30, "gone": -20},
		},
		"places changed": {
			sold, []attribution.Credit{credited("gone", 40, 40), credited("kept", 60, 60)}, stored(), counts{changed: 2}, map[string]int64{},
		},
		"a contact that gets nothing has neither a credit nor a place": {
			sold, []attribution.Credit{credited("new", 0, 0), credited("kept", 60, 60), credited("gone", 40, 40)}, stored(), counts{}, map[string]int64{},
		},
		"the order is not sold any more": {
			SoldOrder{ID: "o", Model: attribution.Linear}, nil, stored(), counts{gone: 2}, map[string]int64{"kept": -60, "gone": -40},
		},
		"no contact is left": {
			sold, nil, stored(), counts{orders: 1, gone: 2}, map[string]int64{"kept": -60, "gone": -40},
		},
		"credited for the first time": {
			SoldOrder{ID: "o", Sold: true, Margin: money.Minor(100)}, []attribution.Credit{credited("new", 100, 100)}, nil, counts{orders: 1, made: 1}, map[string]int64{"new": 100},
		},
		"unattributed as before": {
			SoldOrder{ID: "o", Sold: true, Margin: money.Minor(100), unattributed: money.Minor(100), Model: attribution.Linear}, nil, nil, counts{}, map[string]int64{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := creditChanges{realised: map[string]money.Amount{}}
			if err := changes.add(id.New(time.Now, nil), Division{Order: c.order, Credits: c.credits}, c.stored); err != nil {
				t.Fatal(err)
			}
			if got := (counts{len(changes.orders), len(changes.changed), len(changes.made), len(changes.gone)}); got != c.want {
				t.Errorf("changes %+v, want %+v", got, c.want)
			}
			for contact, amount := range changes.realised {
				if amount != money.Minor(c.realised[contact]) {
					t.Errorf("%s realised %v more, want %d", contact, amount, c.realised[contact])
				}
			}
			for contact := range c.realised {
				if _, there := changes.realised[contact]; !there {
					t.Errorf("%s realised nothing more, want %d", contact, c.realised[contact])
				}
			}
		})
	}
}

func TestCreditChangesOverflow(t *testing.T) {
	t.Parallel()
	changes := creditChanges{realised: map[string]money.Amount{}}
	var err error
	for _, order := range []string{"o1", "o2"} {
		d := Division{Order: SoldOrder{ID: order, Sold: true, Margin: money.Minor(math.MaxInt64)}, Credits: []attribution.Credit{credited("a", math.MaxInt64, 100)}}
		if err == nil {
			err = changes.add(id.New(time.Now, nil), d, nil)
		}
	}
	if !errors.Is(err, money.ErrOverflow) {
		t.Errorf("%v, want ErrOverflow", err)
	}
}
