package pricing_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// TestPriorPrice compares the price before a reduction with one that is found by going through every hour of a history of list prices, rules and
// personal rules, and through the definition.
func TestPriorPrice(t *testing.T) {
	const days, span = 30, 60 // of the window, and of the history
	rapid.Check(t, func(t *rapid.T) {
		start := day.AddDate(0, 0, -span)
		hour := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, span*24).Draw(t, name)) * time.Hour)
		}
		s := curtain()
		s.Terms = nil
		for i := range rapid.IntRange(1, 4).Draw(t, "terms") {
			list := money.Minor(rapid.Int64Range(5, 10).Draw(t, "list") * 100_00)
			terms := pricing.Terms{ID: fmt.Sprint("t", i), ProductID: "curtain", Amount: &list, ValidFrom: hour("from"), RecordedAt: hour("recorded")}
			if rapid.Bool().Draw(t, "always") {
				terms.ValidFrom, terms.RecordedAt = since, since
			}
			s.Terms = append(s.Terms, terms)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
			r := rule(fmt.Sprint("r", i), rapid.SampledFrom([]string{
				"true", `product.kind == "GOOD"`, "quantity > 1", "at.getHours() < 9", `at.getDayOfWeek() == 5 || customer.stage == "LOYAL"`, "leadDays <= 10",
				"lifetimeValue >= 0.0", `permissionLevel == ""`, "utilisation > 0.5", "utilisation < 0.25",
			}).Draw(t, "condition"), rapid.SampledFrom([]string{"-10", "-20", "-30", "15"}).Draw(t, "percent"))
			from, to := hour("valid from"), hour("valid to")
			r.RecordedAt, r.Exclusive = hour("recorded"), rapid.Bool().Draw(t, "exclusive")
			if r.ValidFrom = &from; to.After(from) {
				r.ValidTo = &to
			}
			s.Rules = append(s.Rules, r)
		}
		var bookings []costing.Booking
		for range rapid.IntRange(0, 6).Draw(t, "bookings") {
			at := hour("booked")
			bookings = append(bookings, costing.Booking{Resource: "loom", Day: costing.Day(at, time.UTC) + rapid.IntRange(0, 12).Draw(t, "ahead"), Units: money.Whole(rapid.Int64Range(10, 60).Draw(t, "units")), BookedAt: at})
		}
		s.Basis.Bookings = costing.NewBookings(bookings)
		book, at := pricing.NewBook(s), hour("at")
		price := func(at time.Time) (money.Amount, bool, error) {
			amount, err := book.PublicPrice("curtain", at)
			return amount, err == nil, nil
		}
		before := func(began time.Time) time.Time { return began.AddDate(0, 0, -days) }
		got, err := pricing.PriorPrice(price, book.PublicTurns("curtain", start.AddDate(0, 0, -days-1), at), start, at, before)
		if err != nil {
			t.Fatal(err)
		}
		if want := priorByHours(price, start, at, before); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// priorByHours is the definition, where everything happens at full hours.
func priorByHours(price func(time.Time) (money.Amount, bool, error), since, at time.Time, before func(time.Time) time.Time) *pricing.Prior {
	now, ok, _ := price(at)
	if !ok {
		return nil
	}
	for began := at.Truncate(time.Hour); began.After(since); began = began.Add(-time.Hour) {
		was, ok, _ := price(began.Add(-time.Hour))
		if !ok {
			return nil
		}
		if was.Compare(now) <= 0 {
			continue
		}
		p := &pricing.Prior{Amount: was, From: began, Began: began, Now: now}
		for p.From.After(before(began)) {
			one, ok, _ := price(p.From.Add(-time.Hour))
			if !ok {
				return p
			}
			if one.Compare(p.Amount) < 0 {
				p.Amount = one
			}
			p.From = p.From.Add(-time.Hour)
		}
		return p
	}
	return nil
}

func TestReducedShare(t *testing.T) {
	for _, c := range []struct {
		was, now int64
		share    string
	}{{100_00, 90_00, "0.1"}, {300_00, 200_00, "0.3333"}, {100_00, 99_99, "0.0001"}, {1000_00, 999_99, "0"}, {100_00, 100_00, ""}, {90_00, 100_00, ""}, {100, 0, "1"}} {
		share, ok := pricing.Prior{Amount: money.Minor(c.was), Now: money.Minor(c.now)}.Share()
		if ok != (c.share != "") || ok && share.String() != c.share {
			t.Errorf("from %d to %d it is %s, %t; want %q", c.was, c.now, share, ok, c.share)
		}
	}
}

// TestUsedData: what a price used of the customer is what the rules that applied have read, and not what they might have.
func TestUsedData(t *testing.T) {
	for condition, want := range map[string]string{
		"true": "[] false", "quantity >= 1": "[] false", `customer.stage == "LOYAL"`: "[customer.stage] true", `customer.stage == "STRANGER"`: "[] false",
		`quantity >= 1 || customer.stage == "LOYAL"`: "[] false", `customer.kind == "PERSON" && customer.stage == "LOYAL"`: "[customer.kind customer.stage] true",
		"customer.measurements.window > 100.0": "[customer.measurements.window] true", "size(customer.measurements) == 2": "[customer.measurements] true",
		"lifetimeValue > 1.0 && permissionRank > 0": "[lifetimeValue permissionRank] true", "!has(customer.fields.card)": "[customer.fields.card] true", "utilisation < 2.0": "[] false",
	} {
		s := curtain()
		s.Rules = []pricing.Rule{rule("r", condition, "-10")}
		book := pricing.NewBook(s)
		answer, err := book.Price(ask())
		if err != nil {
			t.Fatal(err)
		}
		used, decided, err := book.UsedData(ask(), answer)
		if got := fmt.Sprint(used, decided); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", condition, got, err, want)
		}
	}
	s := curtain()
	s.Agreements = []pricing.Agreement{{ID: "a", CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(2000_00), ValidFrom: since, RecordedAt: since}}
	book := pricing.NewBook(s)
	answer, err := book.Price(ask())
	if err != nil {
		t.Fatal(err)
	}
	if used, decided, err := book.UsedData(ask(), answer); err != nil || fmt.Sprint(used, decided) != "[agreement] true" {
		t.Errorf("by an agreement: %v %t, %v", used, decided, err)
	}
}
