package pricing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
)

func ExampleBook_Price() {
	source := curtain()
	source.Rules = []pricing.Rule{
		rule("loyal", `customer.stage == "LOYAL"`, "-10"),
		rule("bulk", `quantity >= 10`, "-5"),
		{ID: "spring", Name: "Spring delivery", Condition: `season == "spring"`, Amount: amount(-15_00), Priority: 5, RecordedAt: since},
	}
	source.Step = money.Minor(100)
	price, _ := pricing.NewBook(source).Price(ask())
	for _, line := range price.Lines {
		fmt.Println(line.Kind, line.Label, rub.Format(line.Amount))
	}
	fmt.Println("unit", rub.Format(price.Unit), "floor", rub.Format(price.Floor), "margin", rub.Format(price.Margin))
	for _, r := range price.Rejected {
		fmt.Println(r.RuleID, r.Reason)
	}
	// Output:
	// LIST list price 1350.00
	// RULE Spring delivery -15.00
	// RULE Rule loyal -133.50
	// ROUNDING rounded 0.50
	// unit 1202.00 floor 875.00 margin 302.00
	// bulk condition false
}

// waterfall writes a price's lines: "LIST 135000 RULE -13500".
func waterfall(a pricing.Answer) string {
	var words []string
	for _, line := range a.Lines {
		words = append(words, fmt.Sprint(line.Kind, " ", line.Amount.Minor()))
	}
	return strings.Join(words, " ")
}

func reasons(a pricing.Answer) string {
	var words []string
	for _, r := range a.Rejected {
		words = append(words, r.RuleID+": "+r.Reason)
	}
	return strings.Join(words, "; ")
}

func TestSteps(t *testing.T) {
	t.Parallel()
	agreed := func(unit int64, reason string) pricing.Agreement {
		return pricing.Agreement{
			ID: "agreed", CustomerID: "anna", ProductID: "curtain", Unit: money.Minor(unit), MinimumQuantity: dec("1"),
			ValidFrom: since, RecordedAt: since, OverrideReason: reason,
		}
	}
	busy := func(hours string) *costing.Bookings { // of the 24 hours of today and the next two days
		return costing.NewBookings([]costing.Booking{{Resource: "loom", Day: costing.Day(day, time.UTC), Units: dec(hours), BookedAt: since}})
	}
	for _, c := range []struct {
		name     string
		change   func(*pricing.Source, *pricing.Question)
		want     string
		rejected string
	}{
		{"cost-plus", func(*pricing.Source, *pricing.Question) {}, "LIST 135000", ""},
		{"list price", func(s *pricing.Source, _ *pricing.Question) { s.Terms[0].Amount = amount(120000) }, "LIST 120000", ""},
		{"list price with options", func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount = amount(120000)
			q.Options = []pricing.Option{{Code: "lining", Value: "1.5"}}
		}, "LIST 120000 OPTION 15000", ""},
		{"an option that is not chosen in the end", func(s *pricing.Source, q *pricing.Question) {
			s.Terms[0].Amount = amount(120000)
			q.Options = []pricing.Option{{Code: "lining", Value: "0"}}
		}, "LIST 120000", ""},
		{"cost-plus with options", func(_ *pricing.Source, q *pricing.Question) {
			q.Options = []pricing.Option{{Code: "lining", Value: "true"}}
		}, "LIST 135000 OPTION 10000", ""},
		{"floor", func(s *pricing.Source, _ *pricing.Question) { s.Terms[0].Amount = amount(80000) }, "LIST 80000 FLOOR 7500", ""},
		{"floor of a busy loom is above full cost", func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount, s.Basis.Bookings = amount(80000), busy("88")
		}, "LIST 80000 FLOOR 57500", ""},
		{"sooner is dearer", func(s *pricing.Source, q *pricing.Question) {
			s.Basis.Bookings, q.LeadDays = busy("24"), days(2)
		}, "LIST 135000 LEAD_TIME 60000", ""},
		{"later is cheaper", func(s *pricing.Source, q *pricing.Question) {
			s.Basis.Bookings, q.LeadDays = busy("88"), days(29)
		}, "LIST 135000 LEAD_TIME -60000 FLOOR 12500", ""},
		{"agreement", func(s *pricing.Source, _ *pricing.Question) {
			s.Agreements, s.Rules = []pricing.Agreement{agreed(100000, "")}, []pricing.Rule{rule("all", "true", "-10")}
		}, "LIST 135000 AGREEMENT -35000", "all: an agreement won"},
		{"agreement below the floor", func(s *pricing.Source, _ *pricing.Question) {
			s.Agreements = []pricing.Agreement{agreed(50000, "")}
		}, "LIST 135000 AGREEMENT -85000 FLOOR 37500", ""},
		{"agreement below the floor, with a reason", func(s *pricing.Source, _ *pricing.Question) {
			s.Agreements = []pricing.Agreement{agreed(50000, "a settled complaint")}
		}, "LIST 135000 AGREEMENT -85000", ""},
		{"an agreement with a reason is rounded below the floor", func(s *pricing.Source, _ *pricing.Question) {
			s.Agreements, s.Step = []pricing.Agreement{agreed(50010, "a settled complaint")}, money.Minor(1000)
		}, "LIST 135000 AGREEMENT -84990 ROUNDING -10", ""},
		{"an agreement with a reason pays for dear options", func(s *pricing.Source, q *pricing.Question) {
			lined := costing.Product{ID: "curtain", SKU: "CUR-1", Name: "Curtain", Kind: "GOOD", StandardLeadDays: 10, Components: []costing.Component{{Material: "cloth", Quantity: dec("2")}}}
			lined.Options = []costing.Option{{Code: "lining", Name: "Lining", Components: []costing.Component{{Material: "cloth", Quantity: dec("1")}}}}
			s.Basis.Catalogue, s.Agreements = costing.NewCatalogue([]costing.Product{lined}), []pricing.Agreement{agreed(50000, "a settled complaint")}
			q.Options = []pricing.Option{{Code: "lining", Value: "1000"}}
		}, "LIST 37575000 AGREEMENT -37525000 FLOOR 31250000", ""}, // the lining alone costs 250000.00, which is 312500.00 with its margin
		{"an agreement with a reason is not cheaper for being later", func(s *pricing.Source, q *pricing.Question) {
			s.Agreements, s.Basis.Bookings, q.LeadDays = []pricing.Agreement{agreed(50000, "a settled complaint")}, busy("88"), days(29)
		}, "LIST 135000 AGREEMENT -85000 LEAD_TIME -60000 FLOOR 60000", ""},
		{"an agreement pays for its lead time", func(s *pricing.Source, q *pricing.Question) {
			s.Agreements, s.Basis.Bookings, q.LeadDays = []pricing.Agreement{agreed(200000, "")}, busy("24"), days(2)
		}, "LIST 135000 AGREEMENT 65000 LEAD_TIME 60000", ""},
		{"nor is a gift", func(s *pricing.Source, q *pricing.Question) {
			s.Agreements, s.Basis.Bookings, q.LeadDays = []pricing.Agreement{agreed(10000, "a gift")}, busy("88"), days(29)
		}, "LIST 135000 AGREEMENT -125000 LEAD_TIME -60000 FLOOR 60000", ""},
		{"somebody else's agreement", func(s *pricing.Source, q *pricing.Question) {
			s.Agreements, q.Customer.ID = []pricing.Agreement{agreed(100000, "")}, "boris"
		}, "LIST 135000", ""},
		{"rules by priority, then age, then id", func(s *pricing.Source, _ *pricing.Question) {
			first, second, third, fourth := rule("z", "true", "10"), rule("y", "true", "10"), rule("a", "true", "10"), rule("b", "true", "10")
			first.Priority, second.RecordedAt = 1, since.Add(-time.Second)
			s.Rules = []pricing.Rule{fourth, third, second, first}
		}, "LIST 135000 RULE 13500 RULE 14850 RULE 16335 RULE 17968", ""},
		{"exclusive", func(s *pricing.Source, _ *pricing.Question) {
			only, never := rule("b", "true", "-1"), rule("a", "false", "-1")
			only.Exclusive, never.Exclusive = true, true
			s.Rules = []pricing.Rule{rule("c", "true", "-1"), only, never}
		}, "LIST 135000 RULE -1350", "a: condition false; c: an exclusive rule won"},
		{"a price takes the place of what was, an amount is added", func(s *pricing.Source, _ *pricing.Question) {
			s.Rules = []pricing.Rule{
				{ID: "a", Condition: "true", Price: amount(100000), RecordedAt: since}, {ID: "b", Condition: "true", Amount: amount(-250), RecordedAt: since},
			}
		}, "LIST 135000 RULE -35000 RULE -250", ""},
		{"no rule takes a price below nothing", func(s *pricing.Source, _ *pricing.Question) {
			s.Rules = []pricing.Rule{{ID: "a", Condition: "true", Amount: amount(-200000), RecordedAt: since}, rule("b", "true", "100")}
		}, "LIST 135000 RULE -135000 RULE 0 FLOOR 87500", ""},
		{"valid from included, to not", func(s *pricing.Source, _ *pricing.Question) {
			begins, ends, later := rule("a", "true", "1"), rule("b", "true", "1"), rule("c", "true", "1")
			begins.ValidFrom, ends.ValidTo, later.ValidFrom = moment(0), moment(0), moment(1)
			s.Rules = []pricing.Rule{begins, ends, later}
		}, "LIST 135000 RULE 1350", "b: not valid after 2026-03-02T09:00:00Z; c: not valid before 2026-03-03T09:00:00Z"},
		{"rules that were not known then are not spoken of", func(s *pricing.Source, _ *pricing.Question) {
			late, retired, still := rule("a", "true", "1"), rule("b", "true", "1"), rule("c", "true", "2")
			late.RecordedAt, retired.RetiredAt, still.RetiredAt = day.Add(1), moment(0), moment(1)
			s.Rules = []pricing.Rule{late, retired, still}
		}, "LIST 135000 RULE 2700", ""},
		{"a rule that fails is rejected, the price stands", func(s *pricing.Source, _ *pricing.Question) {
			s.Rules = []pricing.Rule{
				rule("a", "1 / leadDays * 0 == 1 / (leadDays - 10)", "-1"), rule("b", "customer.measurements.waist > 1", "-1"),
				rule("c", `customer.measurements.colour > 1`, "-1"), rule("d", "no such thing", "-1"), rule("e", "true", "1"),
			}
		}, "LIST 135000 RULE 1350", "a: condition failed: division by zero; b: condition failed: no such key: waist; c: condition failed: no such overload; d: wrong condition: line 1, column 4: Syntax error: mismatched input 'such' expecting <EOF>"},
		{"a great quantity takes the loom's capacity itself", func(_ *pricing.Source, q *pricing.Question) { q.Quantity = dec("99") }, "LIST 135000 FLOOR 2500", ""},
		{"rounding to the nearest, half to even", func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount, s.Step = amount(100050), money.Minor(100)
		}, "LIST 100050 ROUNDING -50", ""},
		{"rounding does not cross the floor", func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount, s.Step = amount(87510), money.Minor(1000)
		}, "LIST 87510 ROUNDING 490", ""},
		{"rounding up to above the floor", func(s *pricing.Source, _ *pricing.Question) {
			s.Terms[0].Amount, s.Terms[0].MinimumMargin, s.Step = amount(70100), dec("0"), money.Minor(60000)
		}, "LIST 70100 ROUNDING 49900", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			source, question := curtain(), ask()
			c.change(&source, &question)
			got, err := pricing.NewBook(source).Price(question)
			if err != nil || waterfall(got) != c.want || reasons(got) != c.rejected {
				t.Errorf("%s: %s (%s), %v\n\twant %s (%s)", c.name, waterfall(got), reasons(got), err, c.want, c.rejected)
			}
		})
	}
}

func TestConditionVariables(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]bool{
		`customer.id == "anna" && customer.kind == "PERSON" && customer.stage == "LOYAL" && customer.segment == ""`:                true,
		`product.id == "curtain" && product.sku == "CUR-1" && product.name == "Curtain" && product.kind == "GOOD"`:                 true,
		`has(customer.measurements.window) && customer.measurements.window == 180.0 && customer.measurements["colour"] == "green"`: true,
		`has(customer.measurements.waist)`:                         false,
		`customer.measurements.window >= 180 && quantity == 2.5`:   true,
		`quantity > 2 && quantity < 3 && leadDays == 10`:           true,
		`utilisation >= 0.74 && utilisation <= 0.76`:               true, // 64.5 hours and the 1.5 before the last unit, of 88
		`permissionLevel == "PERSONAL" && permissionRank == 3`:     true,
		`lifetimeValue == 1234.5`:                                  true,
		`season == "spring" && at.getHours() == 9`:                 true,
		`at == timestamp("2026-03-02T12:00:00+03:00")`:             true,
		`[1, 2, 3].exists(x, double(x) > quantity)`:                true,
		`duration("24h") < at - timestamp("2026-03-01T00:00:00Z")`: true,
		`customer.stage.matches("^L.L$")`:                          false,
	} {
		t.Run(condition, func(t *testing.T) {
			source, question := curtain(), ask()
			source.Basis.Bookings = costing.NewBookings([]costing.Booking{{Resource: "loom", Day: costing.Day(day, time.UTC) + 10, Units: dec("64.5"), BookedAt: day}})
			source.Rules = []pricing.Rule{rule("r", condition, "100")}
			question.Quantity = dec("2.5")
			got, err := pricing.NewBook(source).Price(question)
			if err != nil || (len(got.Rejected) == 0) != want {
				t.Errorf("%s: %s, %v; want %v", condition, reasons(got), err, want)
			}
		})
	}
}

func TestARuleIsBounded(t *testing.T) {
	list := "[" + strings.Repeat("1,", 400) + "1]"
	source := curtain()
	source.Rules = []pricing.Rule{rule("r", list+".all(x, "+list+".exists(y, x + y > 2))", "-1"), rule("s", "true", "1")}
	began := time.Now()
	got, err := pricing.NewBook(source).Price(ask())
	if err != nil || waterfall(got) != "LIST 135000 RULE 1350" || !strings.Contains(reasons(got), "cost limit exceeded") {
		t.Errorf("%s (%s), %v", waterfall(got), reasons(got), err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestPriceIsWhatWasKnown: neither a rate nor terms recorded later change what a price was.
func TestPriceIsWhatWasKnown(t *testing.T) {
	t.Parallel()
	source := curtain()
	cloth := rate("MATERIAL", "cloth", "m", "1000")
	cloth.ID, cloth.RecordedAt = "late", *moment(1)
	loom := rate("RESOURCE", "loom", "hour", "400")
	source.Basis.Rates = costing.NewRates([]costing.Rate{cloth, rate("MATERIAL", "cloth", "m", "250"), loom})
	source.Terms = append(source.Terms, pricing.Terms{ID: "u", ProductID: "curtain", Markup: dec("1"), ValidFrom: since, RecordedAt: *moment(2)})
	book := pricing.NewBook(source)
	for at, want := range map[int]int64{0: 135000, 1: 360000, 2: 480000} {
		t.Run(fmt.Sprintf("day %d", at), func(t *testing.T) {
			question := ask()
			question.At = *moment(at)
			if got, err := book.Price(question); err != nil || got.Unit.Minor() != want {
				t.Errorf("on day %d: %d, %v; want %d", at, got.Unit.Minor(), err, want)
			}
		})
	}
}

func TestPriceRefuses(t *testing.T) {
	t.Parallel()
	source := curtain()
	source.Basis.Rates = costing.NewRates([]costing.Rate{rate("MATERIAL", "cloth", "m", "250")})
	source.Terms[0].Amount = amount(100000)
	var missing *pricing.MissingRateError
	if _, err := pricing.NewBook(source).Price(ask()); !errors.As(err, &missing) || err.Error() != "CUR-1 cannot be priced: no rate for RESOURCE loom" {
		t.Errorf("got %v, want CUR-1 without a rate for RESOURCE loom", err)
	}
	book := pricing.NewBook(curtain())
	question := ask()
	question.At = since.Add(-1)
	if _, err := book.Price(question); !errors.Is(err, pricing.ErrNoTerms) {
		t.Errorf("before there was a price: %v", err)
	}
	question = ask()
	question.ProductID = "carpet"
	if _, err := book.Price(question); !errors.Is(err, costing.ErrUnknownProduct) {
		t.Errorf("an unknown product: %v", err)
	}
	question = ask()
	question.Options = []pricing.Option{{Code: "colour", Value: "red"}}
	var option *costing.OptionError
	if _, err := book.Price(question); !errors.As(err, &option) {
		t.Errorf("an unknown option: %v", err)
	}
	question = ask()
	question.Quantity = dec("9000000000")
	source = curtain()
	source.Terms[0].Amount = amount(1 << 60)
	if _, err := pricing.NewBook(source).Price(question); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("too much: %v", err)
	}
	source = curtain()
	source.Terms[0].MinimumMargin = dec("1")
	if _, err := pricing.NewBook(source).Price(ask()); !errors.Is(err, pricing.ErrNoMargin) {
		t.Errorf("all of the price is margin: %v", err)
	}
}

func TestFloor(t *testing.T) {
	t.Parallel()
	if floor, err := pricing.NewBook(curtain()).Floor("anna", "curtain", dec("1"), nil, nil, day); err != nil || floor.Minor() != 87500 {
		t.Errorf("%d, %v; want 87500", floor.Minor(), err)
	}
}

func TestSeason(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("Moscow", 3*3600)
	for at, want := range map[string]string{
		"2026-02-28T20:59:59Z": "winter", "2026-02-28T21:00:00Z": "spring", "2026-06-15T00:00:00Z": "summer", "2026-09-01T00:00:00Z": "autumn", "2026-12-01T00:00:00Z": "winter",
	} {
		t.Run(at, func(t *testing.T) {
			moment, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			if got := pricing.Season(moment, moscow); got != want {
				t.Errorf("%s: %s", at, got)
			}
		})
	}
}

func TestLineIsKeptAsJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal([]pricing.Line{{Kind: pricing.RuleLine, Label: "Spring", Amount: money.Minor(-5), RefID: "r"}, {Kind: pricing.RoundingLine, Label: "rounded"}})
	const want = `[{"kind":"RULE","label":"Spring","amount":-5,"ref":"r"},{"kind":"ROUNDING","label":"rounded","amount":0}]`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %v", text, err, want)
	}
}
