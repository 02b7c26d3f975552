package pricing_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"reflect"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

// conditions that rules are drawn from, each with what it means in Go.
var conditions = []struct {
	cel   string
	holds func(q pricing.Question, lead int) bool
}{
	{"true", func(pricing.Question, int) bool { return true }},
	{"false", func(pricing.Question, int) bool { return false }},
	{`customer.stage == "LOYAL"`, func(q pricing.Question, _ int) bool { return q.Customer.Stage == "LOYAL" }},
	{"quantity >= 3", func(q pricing.Question, _ int) bool { return q.Quantity.Compare(money.Whole(3)) >= 0 }},
	{"leadDays < 5", func(_ pricing.Question, lead int) bool { return lead < 5 }},
	{"1 / (leadDays - leadDays) == 1", func(pricing.Question, int) bool { return false }},
}

type scene struct {
	source   pricing.Source
	question pricing.Question
}

// drawTaxes makes taxes that prices include or not, of a curtain with a code or without, for a customer who is exempt or not.
func drawTaxes(t *rapid.T) *costing.Taxes {
	var codes []costing.TaxCode
	if rapid.Bool().Draw(t, "taxed") {
		codes = append(codes, costing.TaxCode{ProductID: "curtain", Code: "VAT", ValidFrom: since, RecordedAt: since})
	}
	exempt := rapid.Bool().Draw(t, "exempt")
	mode := rapid.SampledFrom([]costing.TaxMode{costing.TaxIncluded, costing.TaxOnTop}).Draw(t, "mode")
	return costing.NewTaxes(mode, codes, func(string, time.Time, time.Time) bool { return exempt })
}

// drawScene makes a curtain of any cost, sold by any terms under any rules and agreements, and a question about it.
func drawScene(t *rapid.T) scene {
	minor := func(name string, most int64) money.Amount {
		return money.Minor(rapid.Int64Range(0, most).Draw(t, name))
	}
	hour := func(name string) time.Time {
		return day.Add(time.Duration(rapid.IntRange(-3, 1).Draw(t, name)) * time.Hour)
	}
	end := func(name string) *time.Time {
		if !rapid.Bool().Draw(t, name+"?") {
			return nil
		}
		at := hour(name)
		return &at
	}
	s := curtain()
	cloth, loom := rate("MATERIAL", "cloth", "m", "0"), rate("RESOURCE", "loom", "hour", "0")
	cloth.Amount, loom.Amount = money.Nano(rapid.Int64Range(0, 1e12).Draw(t, "cloth")), money.Nano(rapid.Int64Range(0, 1e12).Draw(t, "loom"))
	loom.CapacityPerDay, loom.FixedShare = some("8"), some("0.75")
	tax := rate("TAX", "VAT", "share", "0")
	tax.Amount = money.MustDecimal(rapid.SampledFrom([]string{"0", "0.1", "0.2", "0.22"}).Draw(t, "tax"))
	s.Basis.Rates = costing.NewRates([]costing.Rate{cloth, loom, tax})
	s.Basis.Taxes = drawTaxes(t)
	var bookings []costing.Booking
	for i := range 25 {
		bookings = append(bookings, costing.Booking{Resource: "loom", Day: costing.Day(day, time.UTC) + i, Units: money.Nano(rapid.Int64Range(0, 10e9).Draw(t, "booked")), BookedAt: since})
	}
	s.Basis.Bookings = costing.NewBookings(bookings)
	s.Step = money.Minor(rapid.SampledFrom([]int64{0, 1, 7, 100, 5000}).Draw(t, "step"))
	s.Terms[0].Markup = money.Nano(rapid.Int64Range(-1e9, 3e9).Draw(t, "markup"))
	s.Terms[0].MinimumMargin = money.Nano(rapid.Int64Range(0, 9e8).Draw(t, "margin"))
	if rapid.Bool().Draw(t, "listed") {
		list := minor("list", 5e5)
		s.Terms[0].Amount = &list
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "rules") {
		r := pricing.Rule{
			ID: fmt.Sprint("r", i), Name: fmt.Sprint("Rule ", i), Condition: rapid.SampledFrom(conditions).Draw(t, "condition").cel,
			Priority: rapid.IntRange(0, 1).Draw(t, "priority"), Exclusive: rapid.IntRange(0, 3).Draw(t, "exclusive") == 0,
			ValidFrom: end("valid from"), ValidTo: end("valid to"), RecordedAt: hour("recorded"), RetiredAt: end("retired"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "effect") {
		case 0:
			percent := money.Nano(rapid.Int64Range(-99e9, 200e9).Draw(t, "percent"))
			r.Percent = &percent
			if rapid.Bool().Draw(t, "capped") {
				most := money.Minor(rapid.Int64Range(1, 1e5).Draw(t, "cap"))
				r.Cap = &most
			}
		case 1:
			plus := money.Minor(rapid.Int64Range(-2e5, 2e5).Draw(t, "plus"))
			r.Amount = &plus
		case 2:
			price := minor("price", 4e5)
			r.Price = &price
		}
		s.Rules = append(s.Rules, r)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "agreements") {
		agreement := pricing.Agreement{
			ID: fmt.Sprint("a", i), CustomerID: rapid.SampledFrom([]string{"anna", "boris"}).Draw(t, "whose"), ProductID: "curtain", Unit: minor("agreed", 4e5),
			MinimumQuantity: money.Whole(rapid.Int64Range(0, 4).Draw(t, "least")), ValidFrom: hour("agreed from"), ValidTo: end("agreed to"), RecordedAt: hour("agreed at"),
			OverrideReason: rapid.SampledFrom([]string{"", "a promise"}).Draw(t, "reason"),
		}
		if rapid.Bool().Draw(t, "ended") {
			agreement.Ends = []pricing.End{{At: hour("ended from"), RecordedAt: hour("ended at")}}
		}
		if rapid.Bool().Draw(t, "proposed") {
			proposed := agreement.RecordedAt.Add(-time.Hour)
			agreement.ProposedAt = &proposed
			if rapid.Bool().Draw(t, "decided") {
				agreement.DecidedAt, agreement.Declined = &agreement.RecordedAt, rapid.Bool().Draw(t, "declined")
			}
		}
		s.Agreements = append(s.Agreements, agreement)
	}
	q := ask()
	q.Quantity = money.Nano(rapid.Int64Range(1, 6e9).Draw(t, "quantity"))
	q.Customer.Stage = rapid.SampledFrom([]string{"LOYAL", "FRIEND"}).Draw(t, "stage")
	if rapid.Bool().Draw(t, "hurry") {
		q.LeadDays = days(rapid.IntRange(0, 20).Draw(t, "lead"))
	}
	if rapid.Bool().Draw(t, "lined") {
		q.Options = []pricing.Option{{Code: "lining", Value: money.Nano(rapid.Int64Range(0, 2e9).Draw(t, "lining")).String()}}
	}
	return scene{s, q}
}

// TestPriceLaws: the price is the oracle's; the waterfall sums to it; it is not below its floor unless agreed with a reason,
// and never below nothing; the total is rounded once; and the order of rules, terms and agreements changes nothing.
func TestPriceLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		got, err := pricing.NewBook(s.source).Price(s.question)
		if err != nil {
			t.Fatal(err)
		}
		var sum, list int64
		applied, excused := 0, false
		for i, line := range got.Lines {
			sum += line.Amount.Minor()
			if (line.Kind == pricing.ListLine) != (i == 0) || line.Kind == pricing.OptionLine && i != 1 {
				t.Fatalf("line %d is %+v", i, line)
			}
			if line.Kind == pricing.ListLine || line.Kind == pricing.OptionLine || line.Kind == pricing.ExemptionLine {
				list += line.Amount.Minor()
			}
			if line.Kind == pricing.RuleLine {
				applied++
			}
			if line.Kind == pricing.AgreementLine {
				for _, a := range s.source.Agreements {
					excused = excused || (a.ID == line.RefID && a.OverrideReason != "")
				}
			}
		}
		if sum != got.Unit.Minor() {
			t.Fatalf("the lines sum to %d, the price is %d", sum, got.Unit.Minor())
		}
		if list != got.List.Minor() {
			t.Fatalf("the lines LIST, OPTION and EXEMPTION sum to %d, the list price is %d", list, got.List.Minor())
		}
		unit, floor, want := plainPrice(s)
		if got.Unit.Rat().Cmp(unit) != 0 || got.Floor.Rat().Cmp(floor) != 0 || applied != want {
			t.Fatalf("%s, floor %d, %d rules; the oracle says %s, floor %s, %d rules", waterfall(got), got.Floor.Minor(), applied, unit, floor, want)
		}
		if below := got.Unit.Compare(got.Floor) < 0; below != got.BelowFloor || (below && !excused) || got.Unit.Sign() < 0 {
			t.Fatalf("%s under the floor of %d", waterfall(got), got.Floor.Minor())
		}
		if total := round(times(got.Unit.Rat(), s.question.Quantity.Rat())); got.Total.Rat().Cmp(total) != 0 {
			t.Fatalf("total %d; want %s", got.Total.Minor(), total)
		}
		without := new(big.Rat).Quo(got.Unit.Rat(), (&oracle{scene: s}).tax(true))
		if net := minus(got.Unit.Rat(), round(minus(got.Unit.Rat(), without))); got.Margin.Rat().Cmp(minus(net, got.Cost.Full.Rat())) != 0 {
			t.Fatalf("margin %d of %d, without tax %s, at a cost of %d", got.Margin.Minor(), got.Unit.Minor(), net, got.Cost.Full.Minor())
		}
		if !excused && without.Cmp(plainFloor(s)) < 0 {
			t.Fatalf("%d is without tax below the floor of %s", got.Unit.Minor(), plainFloor(s))
		}

		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffle(random, s.source.Rules)
		shuffle(random, s.source.Agreements)
		shuffle(random, s.source.Terms)
		again, err := pricing.NewBook(s.source).Price(s.question)
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("in another order %s; was %s", waterfall(again), waterfall(got))
		}
	})
}

// TestCostPlusFollowsCost: of a product sold by cost, a dearer material never makes the price lower.
func TestCostPlusFollowsCost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		s.source.Terms[0].Amount = nil
		for i := range s.source.Rules { // a percentage keeps the order of prices, to the rounding; so do amounts and prices
			s.source.Rules[i].Condition = rapid.SampledFrom([]string{"true", "quantity >= 3"}).Draw(t, "condition")
		}
		loom, _ := s.source.Basis.Rates.At("RESOURCE", "loom", day, day)
		var last money.Amount
		for i, cloth := range []int64{0, rapid.Int64Range(0, 1e9).Draw(t, "a little"), 1e9, rapid.Int64Range(1e9, 1e12).Draw(t, "a lot")} {
			r := rate("MATERIAL", "cloth", "m", "0")
			r.Amount = money.Nano(cloth)
			tax, _ := s.source.Basis.Rates.At("TAX", "VAT", day, day)
			s.source.Basis.Rates = costing.NewRates([]costing.Rate{r, loom, tax})
			got, err := pricing.NewBook(s.source).Price(s.question)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && got.Unit.Compare(last) < 0 {
				t.Fatalf("cloth at %s: %s, less than %d before", r.Amount, waterfall(got), last.Minor())
			}
			last = got.Unit
		}
	})
}

// TestConditionsAreTakenOver: a book made after another answers as one made from nothing.
func TestConditionsAreTakenOver(t *testing.T) {
	t.Parallel()
	source := curtain()
	source.Rules = []pricing.Rule{rule("a", "quantity >= 1", "-1"), rule("b", "no such", "-1")}
	previous := pricing.NewBook(source)
	source.Rules = append(source.Rules, rule("c", "quantity < 1", "-2"))
	fresh, err := pricing.NewBook(source).Price(ask())
	if err != nil {
		t.Fatal(err)
	}
	source.Previous = previous
	if got, err := pricing.NewBook(source).Price(ask()); err != nil || !reflect.DeepEqual(got, fresh) {
		t.Errorf("%+v, %v\nwant %+v", got, err, fresh)
	}
}

func shuffle[T any](random *rand.Rand, s []T) {
	random.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// TestBookIsForManyAtOnce: many ask one book at once and all get what one alone gets.
func TestBookIsForManyAtOnce(t *testing.T) {
	t.Parallel()
	source := curtain()
	source.Rules = []pricing.Rule{rule("a", `customer.stage == "LOYAL" && quantity < 9`, "-1"), rule("b", "customer.measurements.all(k, k != '')", "-2")}
	book := pricing.NewBook(source)
	want, err := pricing.NewBook(source).Price(ask())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if got, err := book.Price(ask()); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, %v, want %v", got, err, want)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestWithBookings: over other bookings a book answers as one that was made with them, whatever it was asked before.
func TestWithBookings(t *testing.T) {
	t.Parallel()
	source := curtain()
	source.Terms[0].Amount = amount(80000)
	book := pricing.NewBook(source)
	idle, err := book.Price(ask())
	if err != nil {
		t.Fatal(err)
	}
	busy := costing.NewBookings([]costing.Booking{{Resource: "loom", Day: costing.Day(day, time.UTC), Units: dec("88"), BookedAt: since}})
	got, err := book.WithBookings(busy).Price(ask())
	if err != nil || waterfall(got) != "LIST 80000 FLOOR 57500" {
		t.Errorf("busy: %s, %v", waterfall(got), err)
	}
	if again, err := book.Price(ask()); err != nil || !reflect.DeepEqual(again, idle) {
		t.Errorf("the book itself: %s, %v; was %s", waterfall(again), err, waterfall(idle))
	}
}
