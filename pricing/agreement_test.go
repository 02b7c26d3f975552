package pricing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// agreed is an agreement of anna, from a day and known since another.
func agreed(id string, unit int64, from, recorded int, least string) pricing.Agreement {
	return pricing.Agreement{
		ID: id, CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(unit), MinimumQuantity: dec(least),
		ValidFrom: *moment(from), RecordedAt: *moment(recorded),
	}
}

// TestAgreementsAreDated: what covers moment and quantity and was known then.
func TestAgreementsAreDated(t *testing.T) {
	t.Parallel()
	source := curtain()
	ended := agreed("ended", 100001, -9, -9, "1")
	ended.ValidTo = moment(0)
	source.Agreements = []pricing.Agreement{agreed("c", 100004, 5, 5, "1"), ended, agreed("b", 100003, -5, -5, "10"), agreed("a", 100002, -8, -8, "1"), agreed("d", 100005, 3, 5, "1")}
	book := pricing.NewBook(source)
	for _, c := range []struct {
		at       int
		quantity string
		want     int64
	}{{-10, "1", 135000}, {-9, "1", 100001}, {-8, "1", 100002}, {-1, "9.999", 100002}, {0, "10", 100003}, {0, "1", 100002}, {0, "0.5", 135000}, {4, "1", 100002}, {5, "1", 100005}, {5, "12", 100003}} {
		t.Run(fmt.Sprintf("day %d, quantity %s", c.at, c.quantity), func(t *testing.T) {
			question := ask()
			question.At, question.Quantity = *moment(c.at), dec(c.quantity)
			if got, err := book.Price(question); err != nil || got.Unit.Minor() != c.want {
				t.Errorf("on day %d for %s: %d, %v; want %d", c.at, c.quantity, got.Unit.Minor(), err, c.want)
			}
		})
	}
}

// free is the curtain without costs, so that nothing lies under its floor.
func free() pricing.Source {
	source := curtain()
	source.Basis.Rates = costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "0"), rate("RESOURCE", "loom", "hour", "0")})
	source.Terms[0].Amount = amount(100_00)
	return source
}

// TestGreatestMinimumWins: 90.00 from 2 and 70.00 from 10, then a correction 95.00 from 2: 10 cost 70.00 each.
func TestGreatestMinimumWins(t *testing.T) {
	t.Parallel()
	source := free()
	source.Agreements = []pricing.Agreement{agreed("two", 90_00, -9, -9, "2"), agreed("ten", 70_00, -8, -8, "10"), agreed("corrected", 95_00, -9, -7, "2")}
	book := pricing.NewBook(source)
	for _, c := range []struct {
		quantity string
		want     int64
		rejected string
	}{
		{"1", 100_00, "ten: below its minimum quantity, 10; corrected: below its minimum quantity, 2; two: below its minimum quantity, 2"},
		{"2", 95_00, "ten: below its minimum quantity, 10; two: " + pricing.ReasonLater},
		{"9.999", 95_00, "ten: below its minimum quantity, 10; two: " + pricing.ReasonLater},
		{"10", 70_00, "corrected: " + pricing.ReasonMinimum + "; two: " + pricing.ReasonMinimum},
		{"1000", 70_00, "corrected: " + pricing.ReasonMinimum + "; two: " + pricing.ReasonMinimum},
	} {
		t.Run(c.quantity, func(t *testing.T) {
			question := ask()
			question.Quantity = dec(c.quantity)
			got, err := book.Price(question)
			if err != nil || got.Unit.Minor() != c.want {
				t.Errorf("%d, %v; want %d", got.Unit.Minor(), err, c.want)
			}
			if rejected := rejectedOf(book, question); rejected != c.rejected {
				t.Errorf("rejected %q; want %q", rejected, c.rejected)
			}
		})
	}
}

func rejectedOf(book *pricing.Book, q pricing.Question) string {
	var all []string
	for _, a := range book.RejectedAgreements(q) {
		all = append(all, a.ID+": "+a.Reason)
	}
	return strings.Join(all, "; ")
}

// TestNoMinimum: half a metre of an agreed 80.00 costs 80.00 a metre.
func TestNoMinimum(t *testing.T) {
	t.Parallel()
	source, question := free(), ask()
	source.Agreements, question.Quantity = []pricing.Agreement{agreed("any", 80_00, -1, -1, "0")}, dec("0.5")
	got, err := pricing.NewBook(source).Price(question)
	if err != nil || got.Unit.Minor() != 80_00 || got.Total.Minor() != 40_00 {
		t.Errorf("%s, total %d, %v; want 80.00 each", waterfall(got), got.Total.Minor(), err)
	}
}

// TestWhyAnAgreementIsRejected goes through the reasons, by day.
func TestWhyAnAgreementIsRejected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*pricing.Agreement)
		want   map[int]string // by day; "" where it applies, "-" where it is not named
	}{
		{"not yet known", func(a *pricing.Agreement) { a.RecordedAt = *moment(2) }, map[int]string{1: "-", 2: ""}},
		{"not yet valid", func(a *pricing.Agreement) { a.ValidFrom = *moment(2) }, map[int]string{1: "not valid before 2026-03-04T09:00:00Z", 2: ""}},
		{"over", func(a *pricing.Agreement) { a.ValidTo = moment(2) }, map[int]string{1: "", 2: "ended at 2026-03-04T09:00:00Z"}},
		{"ended", func(a *pricing.Agreement) { a.Ends = []pricing.End{{At: *moment(2), RecordedAt: *moment(1)}} }, map[int]string{0: "", 1: "", 2: "ended at 2026-03-04T09:00:00Z"}},
		{"ended, and learned late", func(a *pricing.Agreement) { a.Ends = []pricing.End{{At: *moment(1), RecordedAt: *moment(3)}} }, map[int]string{0: "", 1: "", 2: "", 3: "ended at 2026-03-03T09:00:00Z"}},
		{"ended after its time", func(a *pricing.Agreement) {
			a.ValidTo, a.Ends = moment(1), []pricing.End{{At: *moment(2), RecordedAt: *moment(0)}}
		}, map[int]string{0: "", 1: "ended at 2026-03-03T09:00:00Z"}},
		{"the end is corrected", func(a *pricing.Agreement) {
			a.Ends = []pricing.End{{At: *moment(5), RecordedAt: *moment(3)}, {At: *moment(2), RecordedAt: *moment(1)}}
		}, map[int]string{1: "", 2: "ended at 2026-03-04T09:00:00Z", 3: "", 4: "", 5: "ended at 2026-03-07T09:00:00Z"}},
		{"proposed", func(a *pricing.Agreement) { a.ProposedAt = moment(1) }, map[int]string{0: "-", 1: pricing.ReasonProposed, 9: pricing.ReasonProposed}},
		{"approved", func(a *pricing.Agreement) {
			a.ProposedAt, a.DecidedAt, a.RecordedAt = moment(1), moment(3), *moment(3)
		}, map[int]string{0: "-", 1: pricing.ReasonProposed, 3: ""}},
		{"declined", func(a *pricing.Agreement) { a.ProposedAt, a.DecidedAt, a.Declined = moment(1), moment(3), true }, map[int]string{2: pricing.ReasonProposed, 3: pricing.ReasonDeclined}},
	} {
		for day, want := range c.want {
			t.Run(fmt.Sprintf("%s, day %d", c.name, day), func(t *testing.T) {
				source, question := free(), ask()
				one := agreed("a", 80_00, -9, -9, "0")
				c.change(&one)
				source.Agreements, question.At = []pricing.Agreement{one}, *moment(day)
				book := pricing.NewBook(source)
				price, err := book.Price(question)
				if err != nil {
					t.Fatal(err)
				}
				got := strings.TrimPrefix(rejectedOf(book, question), "a: ")
				if applies := price.Unit.Minor() == 80_00; applies != (want == "") || got != strings.TrimPrefix(want, "-") {
					t.Errorf("%s, rejected %q; want %q", waterfall(price), got, want)
				}
			})
		}
	}
}

// TestRejectedAgreements: of somebody else's agreements nothing is said, and what is said of an end is what was known.
func TestRejectedAgreements(t *testing.T) {
	t.Parallel()
	source, question := free(), ask()
	theirs := agreed("theirs", 80_00, -9, -9, "5")
	theirs.CustomerID = "boris"
	one := agreed("a", 80_00, -9, -9, "5")
	one.Ends = []pricing.End{{At: *moment(-1), RecordedAt: day.Add(time.Microsecond)}}
	source.Agreements = []pricing.Agreement{theirs, one}
	book := pricing.NewBook(source)
	if got := book.RejectedAgreements(question); len(got) != 1 || got[0].ID != "a" || got[0].Until != nil {
		t.Errorf("%+v", got)
	}
	question.At = day.Add(time.Microsecond)
	if got := book.RejectedAgreements(question); len(got) != 1 || got[0].Until == nil || !got[0].Until.Equal(*moment(-1)) {
		t.Errorf("%+v", got)
	}
}

// TestBelowFloorByQuantity: an agreement is looked at where it is the one that applies. The floor is 875.00.
func TestBelowFloorByQuantity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		all  []pricing.Agreement
		want string
	}{
		{"without a minimum", []pricing.Agreement{agreed("a", 100_00, -9, -9, "0")}, "a"},
		{"under that from 1 on", []pricing.Agreement{agreed("a", 100_00, -9, -9, "0"), agreed("b", 2000_00, -8, -8, "1")}, "a"},
		{"under those from 1 and 0.5 on", []pricing.Agreement{agreed("a", 100_00, -9, -9, "0"), agreed("b", 2000_00, -8, -8, "1"), agreed("c", 100_00, -8, -8, "0.5")}, "a c"},
		{"replaced", []pricing.Agreement{agreed("a", 100_00, -9, -9, "0"), agreed("b", 2000_00, -8, -8, "0")}, ""},
		{"an older one from a greater quantity on", []pricing.Agreement{agreed("a", 100_00, -9, -9, "10"), agreed("b", 2000_00, -8, -8, "2")}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := curtain()
			source.Agreements = c.all
			var got []string
			for _, below := range pricing.NewBook(source).BelowFloor(day, nil) {
				got = append(got, below.Agreement.ID)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v; want %s", got, c.want)
			}
		})
	}
}
