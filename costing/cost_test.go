package costing_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

func material(code, quantity string) costing.Component {
	return costing.Component{Material: code, Quantity: dec(quantity)}
}

func resource(code, quantity string) costing.Component {
	return costing.Component{Resource: code, Quantity: dec(quantity)}
}

func part(id, quantity string) costing.Component {
	return costing.Component{PartID: id, Quantity: dec(quantity)}
}

// window is a made-to-measure window: a frame, glass, an hour at the saw whose rate is fixed by 60 %, and two options.
func window() []costing.Product {
	return []costing.Product{
		{ID: "frame", SKU: "FR", Name: "Frame", Components: []costing.Component{material("oak", "3.2"), resource("saw", "0.5")}},
		{
			ID: "window", SKU: "WIN", Name: "Window", StandardLeadDays: 9,
			Components: []costing.Component{part("frame", "2"), material("glass", "1.5"), material("oak", "0.1"), resource("fitter", "2")},
			Options: []costing.Option{
				{Code: "lining", Name: "Lining", Components: []costing.Component{material("felt", "0.5")}, Surcharge: money.Minor(250)},
				{Code: "grille", Name: "Grille", Components: []costing.Component{resource("saw", "1")}},
			},
		},
	}
}

func windowRates() []costing.Rate {
	saw := rate("RESOURCE", "saw", "hour", "800")
	saw.CapacityPerDay, saw.FixedShare = some("8"), some("0.6")
	return []costing.Rate{
		rate("MATERIAL", "oak", "kg", "100.01"), rate("MATERIAL", "glass", "m2", "900"), rate("MATERIAL", "felt", "m", "30.303"),
		saw, rate("RESOURCE", "fitter", "hour", "450"), rate("OVERHEAD", "rent", "share", "0.1"), rate("OVERHEAD", "energy", "share", "0.025"),
	}
}

func basis(products []costing.Product, rates []costing.Rate, bookings ...costing.Booking) costing.Basis {
	return costing.Basis{
		Catalogue: costing.NewCatalogue(products), Rates: costing.NewRates(rates), Bookings: costing.NewBookings(bookings),
		Load: costing.DefaultLoad(), Currency: rub, Zone: time.UTC,
	}
}

// booked fills the saw with so many hours on the first of the ten days of a lead time of nine.
func booked(hours string) costing.Booking {
	return costing.Booking{Resource: "saw", Day: costing.Day(day, time.UTC), Units: dec(hours), BookedAt: day.AddDate(0, 0, -1)}
}

func ask(id string) costing.ProductQuestion {
	return costing.ProductQuestion{ProductID: id, Quantity: dec("1"), At: day, KnownAt: day}
}

func ExampleBasis_Cost() {
	question := ask("window")
	question.Chosen = []costing.Chosen{{Code: "lining", Value: "4"}}
	cost, _ := basis(window(), windowRates(), booked("64")).Cost(question)
	for _, line := range cost.Lines {
		fmt.Println(line.Kind, line.Label, line.Quantity, line.Rate, rub.Format(line.Amount))
	}
	fmt.Println("full", rub.Format(cost.Full), "marginal", rub.Format(cost.Marginal))
	for _, usage := range cost.Usage {
		fmt.Println(usage.Resource, usage.Units, usage.Utilisation)
	}
	// Output:
	// MATERIAL oak, kg 6.5 100.01 650.06
	// RESOURCE saw, hour 1 800 800.00
	// MATERIAL glass, m2 1.5 900 1350.00
	// RESOURCE fitter, hour 2 450 900.00
	// OPTION Lining 4 15.1515 60.61
	// OVERHEAD energy, share 3760.67 0.025 94.02
	// OVERHEAD rent, share 3760.67 0.1 376.07
	// full 4230.76 marginal 3960.76
	// fitter 2 0
	// saw 1 0.8
}

// TestMarginal: the saw's hour has 320 of running cost, and of the 480 that stand anyway what the load factor says.
func TestMarginal(t *testing.T) {
	t.Parallel()
	products := []costing.Product{{ID: "cut", SKU: "CUT", Components: []costing.Component{resource("saw", "1")}, StandardLeadDays: 9}}
	for _, c := range []struct {
		hours, quantity string
		want            int64
	}{
		{"0", "1", 32000},
		{"56", "1", 32000},
		{"64", "1", 56000},
		{"72", "1", 80000},
		{"76", "1", 104000},
		{"80", "1", 128000},
		{"99", "1", 128000},
		{"60", "5", 56000}, // the four before the last are booked as well
		{"64", "0.5", 56000},
	} {
		t.Run(fmt.Sprintf("%s with %s hours booked", c.quantity, c.hours), func(t *testing.T) {
			question := ask("cut")
			question.Quantity = dec(c.quantity)
			cost, err := basis(products, windowRates()[3:4], booked(c.hours)).Cost(question)
			if err != nil || cost.Marginal.Minor() != c.want || cost.Full.Minor() != 80000 {
				t.Errorf("%s of 80 hours booked, %s wanted: %d of %d, %v; want %d", c.hours, c.quantity, cost.Marginal.Minor(), cost.Full.Minor(), err, c.want)
			}
		})
	}
	short := 0
	question := ask("cut")
	question.LeadDays = &short
	if cost, err := basis(products, windowRates()[3:4], booked("7.2")).Cost(question); err != nil || cost.Marginal.Minor() != 80000 {
		t.Errorf("7.2 of today's 8 hours booked: %d, %v; want 80000", cost.Marginal.Minor(), err)
	}
	closed := windowRates()[3]
	closed.CapacityPerDay = some("0")
	if cost, err := basis(products, []costing.Rate{closed}).Cost(ask("cut")); err != nil || cost.Marginal.Minor() != 128000 {
		t.Errorf("no capacity: %d, %v; want 128000", cost.Marginal.Minor(), err)
	}
	closed.CapacityPerDay = nil
	if cost, err := basis(products, []costing.Rate{closed}).Cost(ask("cut")); err != nil || cost.Marginal.Minor() != 80000 {
		t.Errorf("unknown capacity: %d, %v; want 80000", cost.Marginal.Minor(), err)
	}
}

// TestCostIsAsKnown: a correction of a rate restates what is known now, and leaves what was said before.
func TestCostIsAsKnown(t *testing.T) {
	t.Parallel()
	corrected := windowRates()[1]
	corrected.ID, corrected.Amount, corrected.RecordedAt = "z", dec("1000"), day.AddDate(0, 0, 3)
	b := basis([]costing.Product{{ID: "pane", Components: []costing.Component{material("glass", "1")}}}, append(windowRates()[:2], corrected))
	for _, c := range []struct {
		known time.Time
		want  int64
	}{{day, 90000}, {day.AddDate(0, 0, 3), 100000}} {
		t.Run(c.known.Format(time.DateOnly), func(t *testing.T) {
			question := ask("pane")
			question.KnownAt = c.known
			if cost, err := b.Cost(question); err != nil || cost.Full.Minor() != c.want {
				t.Errorf("known at %s: %d, %v; want %d", c.known, cost.Full.Minor(), err, c.want)
			}
		})
	}
}

func TestMissingRatesAreNamedOnce(t *testing.T) {
	t.Parallel()
	question := ask("window")
	question.Chosen = []costing.Chosen{{"grille", "2"}, {"lining", "1"}}
	cost, err := basis(window(), windowRates()[:2]).Cost(question)
	if err != nil {
		t.Fatal(err)
	}
	want := []costing.RateKey{{"RESOURCE", "saw"}, {"RESOURCE", "fitter"}, {"MATERIAL", "felt"}}
	if !slices.Equal(cost.Missing, want) {
		t.Errorf("missing %v; want %v", cost.Missing, want)
	}
	if cost.Full.Minor() != 65006+135000 {
		t.Errorf("got %d, want the full cost of the parts that have a rate, 200006", cost.Full.Minor())
	}
	for _, line := range cost.Lines {
		if line.Kind == costing.Resource && (line.Label[len(line.Label)-7:] != "no rate" || !line.Amount.IsZero()) {
			t.Errorf("got %+v, want a line of a resource without a rate to say so and to cost 0", line)
		}
	}
}

func TestAPartOfNothingIsNotSilent(t *testing.T) {
	t.Parallel()
	cost, err := basis([]costing.Product{{ID: "lock", Name: "Lock"}, {ID: "door", Components: []costing.Component{part("lock", "2")}}}, nil).Cost(ask("door"))
	if err != nil || len(cost.Lines) != 1 || cost.Lines[0].Kind != costing.ComponentLine || cost.Lines[0].Quantity != dec("2") ||
		cost.Lines[0].Label != "Lock: nothing is recorded that it is made of" {
		t.Errorf("got %+v, %v, want one line that says that nothing is recorded", cost.Lines, err)
	}
}

func TestChosenValues(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"": "1", "true": "1", "YES": "1", "false": "0", "no": "0", "0": "0", "2.5": "2.5"} {
		t.Run(value, func(t *testing.T) {
			if units, err := (costing.Chosen{Value: value}).Units(); err != nil || units != dec(want) {
				t.Errorf("%q: %s, %v; want %s", value, units, err, want)
			}
		})
	}
	for _, c := range []struct {
		chosen []costing.Chosen
		index  int
		field  string
	}{
		{[]costing.Chosen{{"lining", "1"}, {"colour", "red"}}, 1, "code"},
		{[]costing.Chosen{{"lining", "1"}, {"lining", "2"}}, 1, "code"},
		{[]costing.Chosen{{"lining", "-1"}}, 0, "value"},
		{[]costing.Chosen{{"lining", "much"}}, 0, "value"},
		{[]costing.Chosen{{"lining", "1e3"}}, 0, "value"},
		{[]costing.Chosen{{"lining", "0.0000000001"}}, 0, "value"},
		{[]costing.Chosen{{"lining", "99999999999"}}, 0, "value"},
	} {
		t.Run(fmt.Sprint(c.chosen), func(t *testing.T) {
			question := ask("window")
			question.Chosen = c.chosen
			var wrong *costing.OptionError
			if _, err := basis(window(), windowRates()).Cost(question); !errors.As(err, &wrong) || wrong.Index != c.index || wrong.Field != c.field {
				t.Errorf("%v: %v; want an error of options[%d].%s", c.chosen, err, c.index, c.field)
			}
		})
	}
}

func TestCostRefuses(t *testing.T) {
	t.Parallel()
	b := basis(window(), windowRates())
	negative, long := -1, costing.MaxLeadDays+1
	for name, c := range map[string]struct {
		change func(*costing.ProductQuestion)
		field  string
	}{
		"nothing":           {func(q *costing.ProductQuestion) { q.Quantity = dec("0") }, "quantity"},
		"less than nothing": {func(q *costing.ProductQuestion) { q.Quantity = dec("-1") }, "quantity"},
		"yesterday":         {func(q *costing.ProductQuestion) { q.LeadDays = &negative }, "leadDays"},
		"in ten years":      {func(q *costing.ProductQuestion) { q.LeadDays = &long }, "leadDays"},
	} {
		t.Run(name, func(t *testing.T) {
			question := ask("window")
			c.change(&question)
			var wrong *costing.FieldError
			if _, err := b.Cost(question); !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	if _, err := b.Cost(ask("door")); !errors.Is(err, costing.ErrUnknownProduct) {
		t.Errorf("unknown: %v", err)
	}
	dear := costing.Product{ID: "dear", Components: []costing.Component{material("glass", "9000000000"), part("dear2", "9000000000")}}
	dear2 := costing.Product{ID: "dear2", Components: []costing.Component{material("glass", "9000000000")}}
	if _, err := basis([]costing.Product{dear, dear2}, windowRates()).Cost(ask("dear")); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("too dear: %v", err)
	}
}

func TestCyclesAndDepth(t *testing.T) {
	t.Parallel()
	ring := []costing.Product{
		{ID: "a", SKU: "A", Components: []costing.Component{part("b", "1")}},
		{ID: "b", SKU: "B", Options: []costing.Option{{Code: "x", Components: []costing.Component{part("c", "1")}}}},
		{ID: "c", SKU: "C", Components: []costing.Component{part("a", "1")}},
		{ID: "d", SKU: "D", Components: []costing.Component{material("glass", "1")}},
	}
	catalogue := costing.NewCatalogue(ring[1:])
	var cycle *costing.CycleError
	if err := catalogue.CheckCycle(ring[0], time.Time{}); !errors.As(err, &cycle) || !slices.Equal(cycle.Path, []string{"A", "B", "C", "A"}) {
		t.Errorf("got %v, want the cycle A, B, C, A", err)
	}
	self := costing.Product{ID: "e", SKU: "E", Components: []costing.Component{part("e", "1")}}
	if err := catalogue.CheckCycle(self, time.Time{}); !errors.As(err, &cycle) || !slices.Equal(cycle.Path, []string{"E", "E"}) {
		t.Errorf("got %v, want the cycle E, E", err)
	}
	if err := catalogue.CheckCycle(costing.Product{ID: "f", Components: []costing.Component{part("d", "1"), part("d", "2")}}, time.Time{}); err != nil {
		t.Errorf("twice the same part: %v", err)
	}
	if err := catalogue.CheckCycle(costing.Product{ID: "f", Components: []costing.Component{part("gone", "1")}}, time.Time{}); !errors.Is(err, costing.ErrUnknownProduct) {
		t.Errorf("an unknown part: %v", err)
	}
	b := basis(ring, windowRates())
	for _, id := range []string{"a", "b", "c"} {
		if _, err := b.Cost(ask(id)); !errors.As(err, &cycle) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if cost, err := b.Cost(ask("d")); err != nil || cost.Full.Minor() != 90000+9000+2250 {
		t.Errorf("a product outside the ring: %+v, %v", cost, err)
	}

	chain := []costing.Product{{ID: "p00", Components: []costing.Component{material("glass", "1")}}}
	for i := 1; i <= costing.MaxDepth; i++ {
		chain = append(chain, costing.Product{ID: fmt.Sprintf("p%02d", i), Components: []costing.Component{part(fmt.Sprintf("p%02d", i-1), "1")}})
	}
	last := chain[costing.MaxDepth]
	b = basis(chain, windowRates())
	if _, err := b.Cost(ask(last.ID)); !errors.Is(err, costing.ErrTooDeep) {
		t.Errorf("%d deep: %v", len(chain), err)
	}
	if err := costing.NewCatalogue(chain[:costing.MaxDepth]).CheckCycle(last, time.Time{}); !errors.Is(err, costing.ErrTooDeep) {
		t.Errorf("%d deep, when written: %v", len(chain), err)
	}
	if _, err := b.Cost(ask(chain[costing.MaxDepth-1].ID)); err != nil {
		t.Errorf("%d deep: %v", costing.MaxDepth, err)
	}
	if err := costing.NewCatalogue(chain[:costing.MaxDepth-1]).CheckCycle(chain[costing.MaxDepth-1], time.Time{}); err != nil {
		t.Errorf("%d deep, when written: %v", costing.MaxDepth, err)
	}
}
